"""Charters that try to lead out of their folder, to fetch from elsewhere, or to exhaust whoever reads them."""

import os
import time
from pathlib import Path

import pytest
from unit.audience.world import FILES, charter

from tandem.charter import load, load_files
from tandem.charter.nodes import read_yaml
from tandem.engine.opened import fingerprint
from tandem.kernel import Problem, Problems

WEB = FILES["sources/web.yml"]

ADDRESSES = {
    "http": "http://169.254.169.254/latest/meta-data",
    "https": "https://internal.example/a.csv",
    "s3": "s3://bucket/a.csv",
    "gs": "gs://bucket/a.csv",
    "az": "az://container/a.csv",
    "hf": "hf://datasets/a/b.csv",
    "ftp": "ftp://x.example/a.csv",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "data": "data:text/csv,a",
    "capital letters": "HTTPS://internal.example/a.csv",
}
PATHS = {
    "above": "../../etc/passwd",
    "above in the middle": "data/../../x.csv",
    "above with backslashes": "..\\\\..\\\\x.csv",
    "home": "~/x.csv",
    "another's home": "~root/x.csv",
    "NUL": "data/x\\0.csv",
    "line break": "data/x\\n.csv",
    "nothing": " ",
}


def refused(**files: str) -> tuple[Problem, ...]:
    with pytest.raises(Problems) as caught:
        charter(**files)
    return caught.value.problems


@pytest.mark.parametrize("path", [*ADDRESSES.values(), *PATHS.values()], ids=[*ADDRESSES, *PATHS])
def test_a_source_reads_files_and_nothing_else(path: str) -> None:
    found = refused(sources__web=WEB.replace("path: web.csv", f'path: "{path}"'))
    assert {one.code for one in found} <= {"CHR-115", "CHR-118", "CHR-105"}


EXPORTS = {
    "above": "../x.csv",
    "absolute": "/tmp/x.csv",
    "another kind": "exports/x.html",
    "a script": "exports/x.sh",
    "Windows": "C:/x.csv",
    "web address": "https://x.example/x.csv",
    "NUL": "exports/x\\0.csv",
}


@pytest.mark.parametrize("path", EXPORTS.values(), ids=EXPORTS.keys())
def test_an_export_stays_in_the_folder(path: str) -> None:
    text = f"""campaign: letter
audience: all
purpose: marketing_email
channel: file
holdout: 10%
window: 14 days
goal: {{event: purchase, value: amount}}
export: {{path: "{path}", fields: [email]}}
"""
    found = refused(campaigns__letter=text, audiences__all="audience: all\nwho: {did: purchase}\n")
    assert {one.code for one in found} & {"CHR-115", "CHR-118", "CHR-105"}


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/random", "/dev/stdin"])
def test_a_device_is_no_file(device: str) -> None:
    """It would be read without end."""
    with pytest.raises(OSError, match="no file"):
        fingerprint(Path(device))


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(OSError, match="no file"):
        fingerprint(tmp_path / "pipe.csv")


ISSUERS = (
    "http://idp.example",
    "https://user:secret@idp.example",
    "file:///etc",
    "javascript:alert(1)",
    "//idp.example",
)


@pytest.mark.parametrize("issuer", ISSUERS)
def test_a_sign_in_service_is_asked_over_tls_only(issuer: str) -> None:
    """Whoever can answer for it can sign in as anybody."""
    settings = f'\n[sign_in]\nissuer = "{issuer}"\nclient_id = "x"\n'
    with pytest.raises(Problems) as caught:
        load_files(FILES | {"tandem.toml": FILES["tandem.toml"] + settings})
    assert "CHR-115" in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    text = 'name = "x"\nledger = "postgresql://me:hunter22@db.example/x"\n'
    with pytest.raises(Problems) as caught:
        load_files(FILES | {"tandem.toml": text})
    assert "CHR-119" in str(caught.value)
    assert "hunter22" not in str(caught.value)


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
BOMBS = {
    "billion laughs": LAUGHS,
    "an alias of itself": "a: &a [*a]\n",
    "brackets": "[" * 100_000,
    "braces": "{a: " * 50_000,
    "deep blocks": "".join(f"{' ' * n}a:\n" for n in range(600)),
    "one huge text": "a: " + "x" * 20_000_000,
    "a huge number": "a: " + "9" * 200_000,
    "many keys": "".join(f"k{n}: 1\n" for n in range(60_000)),
    "a Python object": "a: !!python/object/apply:os.system [id]\n",
    "a binary": "a: !!binary aGVsbG8=\n",
    "several documents": "a: 1\n---\na: 2\n",
    "NUL": "a: x\0y\n",
    "merge keys": "a: &a {b: 1}\nc: {<<: *a}\n",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_yaml_that_explodes_is_a_problem_in_no_time(text: str) -> None:
    began = time.process_time()
    found: list[Problem] = []
    node = read_yaml("audiences/x.yml", text, found)
    with pytest.raises(Problems):
        charter(audiences__x=text)
    assert time.process_time() - began < 20
    if found:
        assert all(one.code.startswith("CHR-") for one in found)
    assert found or node is not None


def test_a_link_out_of_the_folder_shows_nothing_of_what_it_leads_to(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("root:x:0:0:topsecret\n")
    folder = tmp_path / "charter"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "audiences").mkdir()
    (folder / "audiences/x.yml").symlink_to(secret)
    with pytest.raises(Problems) as caught:
        load(folder)
    assert {one.place.file for one in caught.value.problems if one.place} == {"audiences/x.yml"}
    assert "CHR-118" in str(caught.value)
    assert "topsecret" not in str(caught.value)

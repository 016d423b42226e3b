"""Files that explode, cells that are formulas, letters with headers of their own, addresses that lead inside."""

import gzip
import resource
import zipfile
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tandem.deliver.files import safe_cell
from tandem.deliver.mail import compose, recipient_of, sender_of
from tandem.deliver.writing import Letter
from tandem.engine.opened import json_paths, look
from tandem.kernel import Problems
from tandem.web.values import Table

SENDER = sender_of("Harbour & Pine <shop@harbour.example>")


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A gigabyte of zeros in one megabyte: a tenth of the bomb, refused long before its end all the same."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as out:
        for _ in range(1024):
            out.write(b"\0" * (1 << 20))
    yield path
    path.unlink()


def memory() -> int:
    """The most memory this process ever had, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_gzip_bomb_is_a_problem_within_little_memory(bomb: Path, kind: str) -> None:
    before = memory()
    opened = look(bomb, kind, ",", "utf-8")
    assert opened.trouble == "unreadable"
    assert "unpack" in opened.detail
    assert memory() - before < 300_000


def test_a_line_without_an_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as out:
        for _ in range(200):
            out.write("x" * 1_000_000)
    before = memory()
    opened = look(path, "csv", ",", "utf-8")
    assert opened.trouble in ("unreadable", "header")
    assert json_paths(path, "utf-8", (), 5) == ()
    assert memory() - before < 300_000


def test_what_packs_well_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    with gzip.open(path, "wt") as out:
        out.write("no,amount\n" + "1,20.00\n" * 500_000)
    assert look(path, "csv", ",", "utf-8").header == ("no", "amount")


TORN = {
    "no gzip": b"no,amount\n1,2\n",
    "cut off": gzip.compress(b"no,amount\n" * 1000)[:-20],
    "a zip": None,
    "a gzip in a gzip": gzip.compress(gzip.compress(b"\0" * 1000)),
}


@pytest.mark.parametrize("kind", TORN)
def test_what_only_looks_packed_is_told(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.csv.gz"
    content = TORN[kind]
    if content is None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", "0" * 1_000_000)
    else:
        path.write_bytes(content)
    assert look(path, "csv", ",", "utf-8").trouble in ("unreadable", "encoding", "header")


FORMULAS = (
    *("=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1"),
    *('=HYPERLINK("https://evil.example")', "＝1+1", "＠SUM(A1)", "=cmd|'/c calc'!A1"),
)


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert safe_cell(cell).startswith("'")
    line = Table("x", "X", ("A",), ((cell,),)).csv().decode().split("\r\n", 1)[1]
    assert line.startswith("\"'")


@pytest.mark.parametrize("cell", ["+447700900101", "-3.5", "12", "Ada", "a=b", ""])
def test_a_number_or_a_name_stays_what_it_is(cell: str) -> None:
    assert safe_cell(cell) == cell


INJECTED = (
    "Hello\r\nBcc: everybody@evil.example",
    "Hello\nBcc: everybody@evil.example",
    "Hello\rBcc: everybody@evil.example",
    "Hello\r\n\r\n<h1>another body</h1>",
    "Hello\x0bBcc: x@evil.example",
    "Hello\u2028Bcc: x@evil.example",
    "Hello\x85Bcc: x@evil.example",
    "Hello\0Bcc: x@evil.example",
    "=?utf-8?q?=0D=0ABcc:_x@evil.example?=",
)


@pytest.mark.parametrize("subject", INJECTED)
def test_a_subject_is_one_header(subject: str) -> None:
    posted = compose(1, SENDER, "ada@people.example", Letter(subject, "text"), datetime(2026, 3, 1))
    head = posted.body.split(b"\r\n\r\n", 1)[0].lower()
    assert b"\nbcc:" not in head
    read = message_from_bytes(posted.body, policy=default)
    assert read["bcc"] is None
    assert read.get_all("subject") is not None
    assert len(read.get_all("to", [])) == 1
    assert "<h1>" not in read.get_body().get_content()  # type: ignore[union-attr]


RECIPIENTS = (
    "ada@people.example\r\nBcc: x@evil.example",
    "ada@people.example\nBcc: x@evil.example",
    "ada@people.example, x@evil.example",
    "ada@people.example; x@evil.example",
    "ada@people.example x@evil.example",
    '"ada\r\nbcc: x"@people.example',
    "<x@evil.example>",
    "Ada <x@evil.example>",
    "ada@people.example>\r\nDATA",
    "ada@people.example\0",
    "ada@[127.0.0.1]",
    "@evil.example:ada@people.example",
    "ada%evil.example@",
    "a" * 300 + "@people.example",
)


@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_a_recipient_is_one_address(recipient: str) -> None:
    assert recipient_of(recipient) is None


@pytest.mark.parametrize(
    "sender", ["x\r\nBcc: y@evil.example <a@b.example>", "a@b.example, c@d.example", "nobody", ""]
)
def test_a_sender_is_one_address(sender: str) -> None:
    try:
        made = sender_of(sender)
    except Problems:
        return
    assert "\n" not in made.header
    assert "\r" not in made.header
    assert made.address.count("@") == 1

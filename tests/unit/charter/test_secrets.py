"""What looks like a secret is refused wherever it stands in the charter, at its place and without being told."""

from pathlib import Path

import pytest

from tandem.charter import load
from tandem.kernel import Problems
from tandem.usecases.init_charter import init_charter

PLANTED = {
    "API key": "# left here: tdm_0a1b2c3d_" + "x1" * 20,
    "AWS": "# AKIA" + "ABCD1234EFGH5678",
    "GitHub": "# ghp_" + "a1" * 18,
    "Slack": "# xoxb-123456789012-abcdef",
    "Stripe": "# sk_live_" + "4eC39HqLyjWDarjt",
    "private key": "# -----BEGIN RSA PRIVATE KEY-----",
    "signed token": "# eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
    "address": "# postgresql://tandem:hunter22@db.example/tandem",
    "password": "# smtp_password: hunter22x",
    "in TOML style": '# client_secret = "s3cr3t-s3cr3t"',
}


@pytest.mark.parametrize("line", PLANTED.values(), ids=PLANTED.keys())
@pytest.mark.parametrize("file", ["tandem.toml", "sources/web.yml", "audiences/lapsed_big_spenders.yml"])
def test_a_secret_in_any_file_is_refused_at_its_place(tmp_path: Path, file: str, line: str) -> None:
    init_charter(tmp_path / "shop")
    path = tmp_path / "shop" / file
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], line, *lines[2:]]) + "\n")
    with pytest.raises(Problems) as caught:
        load(tmp_path / "shop")
    (problem,) = caught.value.problems
    assert (problem.code, problem.place and problem.place.file, problem.place and problem.place.line) == (
        "CHR-119",
        file,
        3,
    )
    secret = max(line.replace('"', " ").split(), key=len)
    assert secret not in str(problem)


@pytest.mark.parametrize(
    "line",
    [
        "# password: text",
        "# secret_ballots: {type: integer}",
        "# api_key: identifier",
        "# see https://a.example:443/x",
    ],
)
def test_words_about_secrets_are_none(tmp_path: Path, line: str) -> None:
    init_charter(tmp_path / "shop")
    with (tmp_path / "shop" / "purposes.yml").open("a") as file:
        file.write(line + "\n")
    load(tmp_path / "shop")

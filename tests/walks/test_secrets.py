"""Known secrets are planted, everything fails that can fail, and no byte that is left or said holds one of them."""

import base64
import smtplib
from pathlib import Path

import pytest
from cli.shop import APPLIED, NOW, Ended, Shop, copied, tandem
from starlette.testclient import TestClient

from tandem.charter.definitions import EmailSettings
from tandem.deliver.smtp import Login, MailLine
from tandem.kernel import Problems, parse_instant
from tandem.ledger import Cost, open_ledger
from tandem.web import create_app

SECRETS = {
    "TANDEM_SECRET": "planted-workspace-secret-0123456789abcdef",
    "TANDEM_SMTP_PASSWORD": "planted-smtp-password",
    "TANDEM_OIDC_SECRET": "planted-oidc-secret",
    "PGPASSWORD": "planted-postgres-password",
}
PASSWORD = "planted account password"
WRONG = "planted wrong password"
IN_THE_WRONG_FIELD = "planted password typed as a name"
TOKEN = "planted-bearer-token"
SIGN_IN = '\n[sign_in]\nissuer = "http://127.0.0.1:1/"\nclient_id = "tandem"\n'
CHEAP = Cost(rounds=1, memory=8, lanes=1)


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TANDEM_SMTP_USER", "tandem")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return copied(tmp_path / "shop")


def forms(secret: str) -> list[bytes]:
    """The secret as it may stand somewhere."""
    raw = secret.encode()
    return [raw, base64.b64encode(raw), base64.b64encode(b"\0tandem\0" + raw), raw.hex().encode()]


def holding(folder: Path, secrets: list[str], said: str) -> list[str]:
    """Files, or "output", that hold one of the secrets, each with which."""
    places = {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    places["output"] = said.encode(errors="surrogateescape")
    return sorted(
        f"{name}: {secret}"
        for name, held in places.items()
        for secret in secrets
        if any(form in held for form in forms(secret))
    )


def in_the_workspace(shop: Shop) -> str:
    """What pages say to a sign-in that fails in each way, and to a key that is wrong."""
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    try:
        client = TestClient(create_app(shop.folder, ledger, lambda: parse_instant(NOW)))
        answers = [
            client.post("/sign-in", data={"name": "ada@people.example", "password": WRONG}),
            client.post("/sign-in", data={"name": IN_THE_WRONG_FIELD, "password": "x"}),
            client.get("/sign-in/elsewhere"),
            client.post("/v1/consents", json={}, headers={"authorization": f"Bearer {TOKEN}"}),
            client.post("/sign-in", data={"name": "ada@people.example", "password": PASSWORD}),
            client.get("/trust"),
            client.get("/data"),
        ]
        return "".join(one.text + str(one.headers) for one in answers)
    finally:
        ledger.close()


def test_no_secret_is_left_or_said_after_a_run_with_failures(planted: Shop, tmp_path: Path) -> None:
    shop, ended = planted, list[Ended]()
    ended.append(shop.tandem("apply", "--yes", "--now", APPLIED))
    assert ended[-1].code == 0, ended[-1].err
    ended.append(shop.tandem("run", "--now", NOW))
    shop.edit("tandem.toml", 'security = "none"', 'security = "starttls"')
    shop.write("tandem.toml", shop.path("tandem.toml").read_text() + SIGN_IN)
    ended.append(shop.tandem("apply", "--yes", "--now", NOW, "--json"))
    ended.append(shop.tandem("run", "--now", NOW, "--json"))
    ledger = open_ledger(shop.path("ledger.db"), CHEAP)
    ledger.add_user("ada@people.example", "admin", parse_instant(NOW), password=PASSWORD)
    ledger.close()
    made = shop.tandem("key", "add", "portal", "--scope", "consent:write", "--json")
    key = made.json["secret"]
    ended += [shop.tandem("key", "list"), shop.tandem("audit", "list"), shop.tandem("audit", "verify")]
    said = in_the_workspace(shop)
    shop.edit("tandem.toml", 'ledger = "ledger.db"', 'ledger = "postgresql://tandem@127.0.0.1:1/tandem"')
    ended.append(shop.tandem("audit", "list"))
    shop.edit("tandem.toml", "//tandem@", "//tandem:planted-url-password@")
    ended += [shop.tandem("check"), shop.tandem("check", "--json"), tandem("-C", str(tmp_path), "check")]
    assert {one.code for one in ended} == {0, 1}
    said += "".join(one.out + one.err for one in ended)
    shop.edit("tandem.toml", "planted-url-password", "")
    secrets = [*SECRETS.values(), PASSWORD, WRONG, TOKEN, "planted-url-password", key, key.split("_", 2)[2]]
    assert holding(tmp_path, secrets, said) == []
    # The form shows its own field again, to whoever typed it.
    assert holding(tmp_path, [IN_THE_WRONG_FIELD], "") == []


def test_a_mail_server_that_says_the_password_back_is_not_quoted() -> None:
    line = MailLine(
        EmailSettings(host="mail.example", port=587, sender="a@b.example"), Login("tandem", "hunter2x")
    )
    plain = base64.b64encode(b"\0tandem\0hunter2x").decode()
    error = smtplib.SMTPAuthenticationError(535, f"5.7.8 no: AUTH PLAIN {plain} or hunter2x".encode())
    told = str(Problems(line._why(error)))
    assert "no: AUTH PLAIN (left out) or (left out)" in told

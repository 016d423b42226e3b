"""Forms from elsewhere, planted sessions, headers that lie, pages that carry what others typed."""

import re
import time
from collections.abc import Mapping

import pytest
from attacks.conftest import PERSONAL
from web.served import PASSWORD, ROLES, Browser, Served

from tandem.kernel.values import WorkspaceRole
from tandem.ledger.passwords import Passwords
from tandem.web.access import may
from tandem.web.page import inside
from tandem.web.routes import ROUTES, Route

POSTS = [route for route in ROUTES if route.post and route.action is not None]


def filled(route: Route) -> str:
    return re.sub(r"\{[^}]*\}", "1", route.path)


def token_of(browser: Browser) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', browser.get("/help").text)
    assert found
    return found[1]


@pytest.mark.parametrize("route", POSTS, ids=lambda one: one.path)
def test_a_form_needs_the_token_of_its_own_session(served: Served, route: Route) -> None:
    assert route.action is not None
    role = next(one for one in ROLES if may(WorkspaceRole(one), route.action))
    mine, path = served.signed_in(role), filled(route)
    foreign = token_of(served.signed_in(role))
    right = token_of(mine)
    assert foreign != right
    for sent in ("", "x" * 43, foreign, right[:-1], right.swapcase()):
        answer = mine.client.post(path, data={"csrf": sent}, follow_redirects=False)
        assert (answer.status_code, "WEB-003" in answer.text) == (403, True), sent
    query = mine.client.post(f"{path}?csrf=", data={}, follow_redirects=False)
    assert query.status_code == 403
    as_json = mine.client.post(path, json={"csrf": right}, follow_redirects=False)
    assert as_json.status_code == 403


ORIGINS = (
    "https://evil.example",
    "null",
    "http://testserver.evil.example",
    "http://testserver:81",
    "https://testserver@evil.example",
)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("path", ["/sign-out", "/audiences/new", "/sign-in"])
def test_a_form_of_another_site_is_refused_even_with_the_token(
    marketer: Browser, path: str, origin: str
) -> None:
    form = {"csrf": token_of(marketer), "name": "some-marketer", "password": PASSWORD}
    answer = marketer.client.post(path, data=form, headers={"origin": origin}, follow_redirects=False)
    assert answer.status_code == 403


def test_a_session_is_new_at_each_sign_in_and_dead_after_sign_out(served: Served) -> None:
    served.signed_in("analyst")
    client = served.browser()
    client.cookies.set("tandem_session", "planted-by-somebody")
    form = {"name": "some-analyst", "password": PASSWORD}
    first = client.post("/sign-in", data=form, follow_redirects=False).cookies["tandem_session"]
    assert first != "planted-by-somebody"
    second = served.browser().post("/sign-in", data=form, follow_redirects=False).cookies["tandem_session"]
    assert second != first
    browser = Browser(client, "analyst")
    client.cookies.clear()
    client.cookies.set("tandem_session", second)
    assert browser.get("/").status_code == 200
    browser.send("/sign-out", page="/help")
    client.cookies.clear()
    client.cookies.set("tandem_session", second)
    assert browser.get("/").headers["location"] == "/sign-in"


TOKENS = ("", "x", "' OR 1=1 --", "../../etc/passwd", "a" * 5_000, "%00")


@pytest.mark.parametrize("token", TOKENS)
def test_a_made_up_session_is_nobody(served: Served, token: str) -> None:
    answer = served.browser().get("/", headers={"cookie": f"tandem_session={token}"}, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in"


def test_an_unknown_name_costs_the_work_of_a_wrong_password(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted is the work, not the time: each digest is one argon2id at the same cost."""
    served.signed_in("privacy")
    done: list[tuple[object, ...]] = []
    hasher = type(Passwords.__new__(Passwords)).check

    def counted(self: Passwords, kept: str | None, password: str) -> object:
        verify = self._hasher.verify

        def verified(digest: str, *rest: object) -> object:
            done.append(tuple(digest.split("$")[1:4]))
            return verify(digest, *rest)

        monkeypatch.setattr(self, "_hasher", _Counting(self._hasher, verified), raising=False)
        return hasher(self, kept, password)

    monkeypatch.setattr(Passwords, "check", counted)
    answers = []
    for name in ("some-privacy", "nobody-of-this-name"):
        done.clear()
        answer = served.browser().post("/sign-in", data={"name": name, "password": "wrong password 1"})
        answers.append((tuple(done[:1]), re.sub(r'value="[^"]*"', "", answer.text).replace(name, "")))
    assert answers[0][0] == answers[1][0] != ()
    assert answers[0][1] == answers[1][1], "the pages differ"


class _Counting:
    def __init__(self, real: object, verify: object) -> None:
        self._real, self.verify = real, verify

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


ELSEWHERE = (
    *("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)"),
    *(
        "/\t/evil.example",
        "/\r\nLocation: https://evil.example",
        " //evil.example",
        "///evil.example",
        "data:text/html,x",
    ),
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_leads_nowhere_else(served: Served, target: str) -> None:
    served.signed_in("marketer")
    assert inside(target) == "/"
    form = {"name": "some-marketer", "password": PASSWORD, "next": target}
    answer = served.browser().post("/sign-in", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"
    page = served.browser().get("/sign-in", params={"next": target})
    assert 'name="next" value="/"' in page.text


HOSTS = ("evil.example", "testserver:99999", "testserver.evil.example", "evil.example/testserver")


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_lies_gets_into_no_page_and_no_redirect(served: Served, host: str) -> None:
    for path in ("/sign-in", "/", "/audiences", "/nowhere"):
        answer = served.browser().get(
            path, headers={"host": host, "x-forwarded-host": host}, follow_redirects=False
        )
        assert "evil" not in answer.headers.get("location", "")
        assert "evil.example" not in answer.text


def test_too_much_is_refused(marketer: Browser) -> None:
    token = token_of(marketer)
    large = marketer.client.post("/audiences/new", data={"csrf": token, "title": "x" * 3_000_000})
    assert large.status_code in (413, 422)
    assert "larger than 2 MB" in large.text
    many = marketer.client.post("/audiences/new", data={"csrf": token} | {f"k{n}": "x" for n in range(5_000)})
    assert many.status_code in (400, 413, 422)
    deep = {"csrf": token, "do": "look", "name": "x"} | {"w" + ".0" * n + ".kind": "all" for n in range(400)}
    assert marketer.client.post("/audiences/new", data=deep).status_code < 500
    assert marketer.get("/" + "a" * 20_000).status_code in (404, 414)
    assert marketer.client.post(
        "/audiences/new",
        content=b"--x\r\n" * 100,
        headers={"content-type": "multipart/form-data; boundary=x"},
    ).status_code in (400, 403, 422)


FILES = (
    *("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/....//app.py"),
    *("/static//etc/passwd", "/static/%00", "/static/tandem.css/../../app.py", "/static/..\\app.py"),
)


@pytest.mark.parametrize("path", FILES)
def test_static_files_are_those_of_the_folder(served: Served, path: str) -> None:
    answer = served.browser().get(path, follow_redirects=False)
    assert answer.status_code in (307, 400, 404)
    assert "import" not in answer.text
    assert "root:" not in answer.text


NAMES = (
    "../../tandem.toml",
    "..%2fx.csv",
    "/etc/passwd",
    "x.csv\r\nset-cookie: a=b",
    "sources.exe",
    ".csv",
    "\0.csv",
)


@pytest.mark.parametrize("name", NAMES)
def test_an_export_is_one_of_the_page(marketer: Browser, name: str) -> None:
    answer = marketer.get("/data", params={"export": name})
    assert answer.status_code in (404, 422)
    assert "set-cookie" not in {key.lower() for key in answer.headers if "a=b" in answer.headers[key]}


SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }}${7*7}<%= 7*7 %>",
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
)


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_typed_is_shown_as_it_was_typed(own_shop: Served, script: str) -> None:
    """A title and a description of an audience, then every page that could show it, and the graph."""
    browser = own_shop.signed_in("marketer")
    form: Mapping[str, object] = {
        "name": "planted",
        "title": script,
        "description": script,
        "do": "save",
        "w.kind": "all",
        "w.0.kind": "trait",
        "w.0.name": "country",
        "w.0.op": "is",
        "w.0.value": script,
    }
    assert browser.send("/audiences/new", form, page="/audiences/new").status_code == 303
    pages = [
        "/audiences",
        "/audiences/planted",
        "/audiences/planted/edit",
        "/plan",
        "/data/lineage",
        "/",
        "/campaigns/new",
    ]
    for path in pages:
        text = browser.get(path).text
        assert script not in text or ("<" not in script and "'" not in script), path
        for tag in re.findall(r"<script[^>]*>", text):
            assert 'src="/static/' in tag, (path, tag)
        assert not re.search(r"<[^>]*\son[a-z]+=", re.sub(r'"[^"]*"', '""', text)), path
        assert "49" not in re.findall(r"<title>(.*?)</title>", text)[0]
        twin = browser.get(path, headers={"accept": "application/json"})
        assert twin.headers["content-type"] == "application/json"
        assert twin.headers["x-content-type-options"] == "nosniff"


SQLS = (
    "SELECT person_id FROM read_csv('/etc/passwd')",
    "SELECT person_id FROM 'lake/person_map/*.parquet'",
    "SELECT person_id FROM person_map",
    "SELECT person_id FROM identifiers",
    "SELECT person_id FROM event_purchase; COPY profile TO '/tmp/x'",
    "ATTACH '/tmp/x.db' AS x",
    "SELECT person_id FROM duckdb_secrets()",
    "WITH person_consents AS (SELECT 1) SELECT person_id FROM person_map",
)


@pytest.mark.parametrize("sql", SQLS)
def test_sql_of_a_page_is_that_of_a_charter(served: Served, marketer: Browser, sql: str) -> None:
    """The whole list is in tests/unit/audience/test_sql.py; here it goes through the door of the builder."""
    form = {"name": "own", "title": "x", "w.kind": "all", "w.0.kind": "sql", "w.0.sql": sql}
    for order in ("look", "save"):
        answer = marketer.send("/audiences/new", form | {"do": order}, page="/audiences/new")
        assert "AUD-12" in answer.text, order
        assert not [word for word in PERSONAL if word in answer.text]
    assert not (served.folder / "audiences/own.yml").exists()


SEARCHES = (
    "' OR '1'='1",
    "%' OR 1=1 --",
    "\\",
    "%",
    "_",
    "*",
    "a' UNION SELECT value FROM identifiers --",
    "\0",
    "😀" * 500,
)


@pytest.mark.parametrize("text", SEARCHES)
def test_a_search_is_for_what_was_typed(marketer: Browser, text: str) -> None:
    answer = marketer.send("/customers", {"q": text}, page="/customers")
    assert answer.status_code < 500
    assert not [word for word in PERSONAL if word in answer.text]


VALUES = (
    "'; DROP TABLE profile; --",
    "' OR '1'='1",
    "\\' OR 1=1 --",
    "%",
    "x') OR TRUE --",
    "\u2019 OR 1=1",
    "$tandem_now",
)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("operator", ["is", "contains"])
def test_a_value_of_a_condition_is_a_value(marketer: Browser, operator: str, value: str) -> None:
    quoted = '"' + value.replace('"', '""') + '"'
    form = {
        "name": "own",
        "do": "look",
        "w.kind": "all",
        "w.0.kind": "trait",
        "w.0.name": "country",
        "w.0.op": operator,
        "w.0.value": quoted,
    }
    answer = marketer.send("/audiences/new", form, page="/audiences/new")
    assert answer.status_code == 200
    shown = re.search(r'class="big">([^<]*)<', answer.text)
    assert shown, answer.text
    assert shown[1].strip() == "fewer than 2", "three people would be counted"


def test_nothing_here_is_slow(marketer: Browser) -> None:
    """A search for patterns that take other programs minutes."""
    began = time.process_time()
    marketer.send("/customers", {"q": "a" * 5_000 + "!"}, page="/customers")
    assert time.process_time() - began < 10

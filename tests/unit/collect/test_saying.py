"""Consent by conventions: categories on any event, TC strings, Global Privacy Control."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from unit.collect.arrivals import FILES, House

from tandem.charter import load_files
from tandem.kernel import Problems

YES_TO_2_AND_10 = "COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA"
NO_TO_ALL = "COrVd1pOrVd1pACABCENAHCAAAAAAAAAAAiQAAAAAAAA"
PURPOSES = """
purposes:
  - {purpose: letters, basis: consent, categories: [Advertising]}
  - {purpose: profiles, basis: consent, categories: [Advertising, Data Sharing], gpc: denies}
  - {purpose: adverts, basis: consent, tcf: {purposes: [2, 10]}, gpc: denies}
  - {purpose: stories, basis: consent, tcf: {purposes: [2, 3]}}
  - {purpose: figures, basis: legitimate_interest, tcf: {purposes: [2, 9]}}
counting: figures
measuring: figures
"""
WEB = """
source: web
files: {path: "web*.ndjson", format: ndjson}
time: {field: timestamp}
key: [messageId]
identifiers: [{kind: loyalty_id, field: userId}, {kind: device, field: anonymousId}]
events:
  - {kind: visit, when: {event: Visited}}
consents:
  - {categories: context.consent.categoryPreferences}
  - {tcf: context.tc}
  - {gpc: context.gpc}
"""


@pytest.fixture
def web(build: Callable[..., House]) -> House:
    """A house with the web source; the purposes above stand for categories, strings and signals."""
    house = build(web=WEB.split("consents:")[0])
    house.charter = load_files(FILES | {"purposes.yml": PURPOSES, "sources/web.yml": WEB})
    return house


def event(number: int, context: Any, *, who: str = "C1", name: str = "Visited", day: int = 1) -> str:
    said = {
        "messageId": f"m{number}", "event": name, "userId": who, "timestamp": f"2026-01-{day:02d}T10:00:00Z",
        "context": context,
    }  # fmt: skip
    return json.dumps(said)


def preferences(**categories: Any) -> dict[str, Any]:
    return {
        "consent": {"categoryPreferences": {name.replace("_", " "): yes for name, yes in categories.items()}}
    }


def said(house: House) -> dict[str, str]:
    return dict(house.rows("consents", "purpose", "state"))


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        pytest.param({}, {}, id="nothing said"),
        pytest.param({"consent": {}}, {}, id="no preferences"),
        pytest.param({"consent": {"categoryPreferences": None}}, {}, id="null preferences"),
        pytest.param(
            preferences(Advertising=True), {"letters": "granted", "profiles": "denied"}, id="one of two"
        ),
        pytest.param(
            preferences(Advertising=True, Data_Sharing=True),
            {"letters": "granted", "profiles": "granted"},
            id="both",
        ),
        pytest.param(
            preferences(Advertising=False, Data_Sharing=True),
            {"letters": "denied", "profiles": "denied"},
            id="no",
        ),
        pytest.param(preferences(), {"letters": "denied", "profiles": "denied"}, id="an object without any"),
        pytest.param(
            preferences(Advertising="perhaps", Data_Sharing=True),
            {"letters": "unreadable", "profiles": "unreadable"},
            id="no boolean",
        ),
        pytest.param(
            preferences(Advertising={"a": True}),
            {"letters": "unreadable", "profiles": "denied"},
            id="an object in it",
        ),
        pytest.param(
            {"consent": {"categoryPreferences": "all"}},
            {"letters": "unreadable", "profiles": "unreadable"},
            id="text",
        ),
        pytest.param(
            {"consent": {"categoryPreferences": ["Advertising"]}},
            {"letters": "unreadable", "profiles": "unreadable"},
            id="a list",
        ),
        pytest.param(
            {"tc": YES_TO_2_AND_10},
            {"adverts": "granted", "stories": "denied", "figures": "granted"},
            id="tc",
        ),
        pytest.param(
            {"tc": NO_TO_ALL}, {"adverts": "denied", "stories": "denied", "figures": "denied"}, id="tc: no"
        ),
        pytest.param(
            {"tc": "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA"},
            {"adverts": "unreadable", "stories": "unreadable", "figures": "unreadable"},
            id="tc of another version",
        ),
        pytest.param({"gpc": True}, {"profiles": "denied", "adverts": "denied"}, id="gpc"),
        pytest.param(
            {"gpc": "1"}, {"profiles": "denied", "adverts": "denied"}, id="gpc as the header has it"
        ),
        pytest.param({"gpc": False}, {}, id="gpc is off: no yes"),
        pytest.param(
            {"gpc": "on"}, {"profiles": "unreadable", "adverts": "unreadable"}, id="gpc: no such word"
        ),
    ],
)
@pytest.mark.parametrize("name", ["Visited", "Segment Consent Preference Updated"])
def test_what_a_context_says(web: House, context: Any, expected: dict[str, str], name: str) -> None:
    web.write("web.ndjson", event(1, context, name=name) + "\n")
    taken = web.take("web")
    assert said(web) == expected
    assert taken.consents == len(expected)
    assert taken.signals == (len(expected) if "gpc" in context else 0)


def test_a_run_of_the_same_answer_is_kept_by_its_ends(web: House) -> None:
    yes, no = preferences(Advertising=True), preferences(Advertising=False)
    contexts = [yes, yes, yes, yes, no, yes, yes, yes]
    lines = [event(number, one, day=number + 1) for number, one in enumerate(contexts)]
    web.write("web.ndjson", "\n".join([*lines, event(99, yes, who="C2", day=3)]) + "\n")
    web.take("web")
    letters = [row for row in web.rows("consents", "at", "purpose", "state") if row[1] == "letters"]
    assert sorted((at.day, state) for at, _, state in letters) == [
        (1, "granted"), (3, "granted"), (4, "granted"), (5, "denied"), (6, "granted"), (8, "granted"),
    ]  # fmt: skip
    web.write("web2.ndjson", event(5, yes, day=6) + "\n" + event(100, yes, day=9) + "\n")
    again = web.take("web")
    assert (again.rows_duplicate, again.consents) == (1, 2)


def test_the_wording_that_a_yes_was_given_to_is_not_lost_between_others(web: House) -> None:
    rule = "{categories: context.consent.categoryPreferences"
    shown = ", fields: {version: {type: text, label: internal, from: context.version}}}"
    source = WEB.replace(rule, f"{rule}, wording: context.version").replace("Visited}}", "Visited}" + shown)
    web.charter = load_files(FILES | {"purposes.yml": PURPOSES, "sources/web.yml": source})
    yes = preferences(Advertising=True)
    contexts = [yes, yes, yes | {"version": "2"}, yes, yes]
    web.write("web.ndjson", "\n".join(event(n, one, day=n + 1) for n, one in enumerate(contexts)) + "\n")
    web.take("web")
    kept = [row for row in web.rows("consents", "at", "purpose", "wording") if row[1] == "letters"]
    assert sorted((at.day, wording) for at, _, wording in kept) == [
        (1, None), (2, None), (3, "2"), (4, None), (5, None),
    ]  # fmt: skip


def test_each_application_of_a_signal_is_recorded_with_its_proof(web: House) -> None:
    web.write("web.ndjson", event(1, {"gpc": True}, day=2) + "\n")
    web.take("web")
    ((proof,),) = web.rows("event_visit", "event_id")
    rows = web.rows("consents", "purpose", "source", "wording", "proof_event_id")
    assert rows == [(one, "web", "Global Privacy Control signal", proof) for one in ("adverts", "profiles")]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("{categories: context.consent.categoryPreferences, tcf: context.tc}", "CHR-117"),
        ("{gpc: context.gpc, state: denied}", "CHR-117"),
        ("{field: letters, granted: [y]}", "CHR-117"),
        ("{categories: context.consent.categoryPreferences}", "CHR-220"),
    ],
)
def test_rules_that_mean_nothing(rule: str, code: str) -> None:
    texts = dict(FILES) if code == "CHR-220" else FILES | {"purposes.yml": PURPOSES}
    texts["sources/web.yml"] = WEB.split("consents:")[0] + f"consents:\n  - {rule}\n"
    with pytest.raises(Problems) as stopped:
        load_files(texts)
    assert [one.code for one in stopped.value.problems] == [code]

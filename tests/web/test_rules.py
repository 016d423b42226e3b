"""The page of rules: every clause in a sentence, for whoever may look; and the same on the command line."""

import json

from cli.shop import Shop
from web.served import Browser, Served


def test_every_rule_stands_there_in_a_sentence(marketer: Browser) -> None:
    page = marketer.json("/trust/rules")
    told = page["rules"]
    assert {one["kind"] for one in told} == {"purpose", "smallest_group", "grant", "keep"}
    (run,) = [one for one in told if one["role"] == "system"]
    assert "may use fields that are" in run["sentence"]
    text = marketer.get("/trust/rules").text
    assert "What none of these rules allows is refused." in text
    assert "policies/standard.yml:" in text


def test_the_command_lists_the_same_rules(served: Served, marketer: Browser) -> None:
    listed = json.loads(Shop(served.folder).tandem("policy", "rules", "--json").out)
    page = marketer.json("/trust/rules")
    assert [one["sentence"] for one in listed["rules"]] == [one["sentence"] for one in page["rules"]]
    assert all(one["holds"] for one in listed["rules"])

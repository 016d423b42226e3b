"""What the owner of a part has not agreed to does not come in force, whichever way it is asked for."""

import time

from web.served import Browser, Served

POLICY = "policies/standard.yml"


def waiting(browser: Browser) -> str:
    """The fingerprint of the plan as the page has it."""
    return str(browser.json("/plan")["fingerprint"])


def ended(browser: Browser, number: str) -> dict[str, object]:
    """The job when it has ended."""
    for _ in range(600):
        found = browser.json(f"/work/{number}")["job"]
        if not found["open"]:
            return dict(found)
        time.sleep(0.1)
    raise AssertionError("the job did not end")


def test_a_marketer_does_not_apply_what_it_owns(own_shop: Served) -> None:
    policy = own_shop.folder / POLICY
    policy.write_text(policy.read_text().replace("smallest_group: 2", "smallest_group: 1"))
    marketer = own_shop.signed_in("marketer")
    page = marketer.json("/plan")
    assert "IT" in page["waits_for"]
    assert marketer.send("/plan/apply", {"fingerprint": page["fingerprint"]}).status_code == 403


def test_nor_by_the_fingerprint_of_other_files(own_shop: Served) -> None:
    """Files that cannot be read have no approvals; a fingerprint kept from before must not slip through then."""
    policy = own_shop.folder / POLICY
    policy.write_text(policy.read_text().replace("smallest_group: 2", "smallest_group: 1"))
    marketer = own_shop.signed_in("marketer")
    kept = waiting(marketer)
    broken = own_shop.folder / "audiences/broken.yml"
    broken.write_text("audience: broken\nwho: {trait: nothing_known, is: 1}\n")
    assert marketer.send("/plan/apply", {"fingerprint": kept}).status_code == 422
    broken.unlink()
    assert marketer.send("/plan/apply", {"fingerprint": kept}).status_code == 403


def test_the_work_itself_asks_again(own_shop: Served) -> None:
    """Whoever gets a job started still does not get the edit applied."""
    from tandem.kernel.values import Actor
    from tandem.usecases.start_job import start_job

    policy = own_shop.folder / POLICY
    policy.write_text(policy.read_text().replace("smallest_group: 2", "smallest_group: 1"))
    marketer = own_shop.signed_in("marketer")
    before = own_shop.ledger.applied_fingerprint()
    asked = {"fingerprint": waiting(marketer)}
    actor = Actor("some-marketer", "marketer")
    number = start_job(own_shop.folder, own_shop.ledger, "apply", asked, actor, _wall())
    own_shop.wall = _wall()
    found = ended(own_shop.signed_in("marketer"), str(number))
    assert found["state"] == "failed"
    assert own_shop.ledger.applied_fingerprint() == before


def test_other_roles_do_not_read_what_work_counted(own_shop: Served) -> None:
    from tandem.kernel.values import Actor
    from tandem.ledger import JobState

    own_shop.wall = _wall()
    number = own_shop.ledger.add_job("run", {}, Actor("some-marketer", "marketer"), own_shop.wall, alone=True)
    own_shop.ledger.begin_job(number, "process 1 on elsewhere", own_shop.wall)
    own_shop.ledger.tell_job(number, "evaluating gold: 3 people", 1, 2, own_shop.wall)
    own_shop.ledger.end_job(number, JobState.DONE, own_shop.wall, result={"sentences": ["3 people in gold."]})
    for path in (f"/work/{number}", "/work"):
        assert "3 people" in own_shop.signed_in("marketer").get(path + ".json").text
        assert "3 people" not in own_shop.signed_in("executive").get(path + ".json").text


def test_an_edit_that_is_not_listed_is_not_put_back(own_shop: Served) -> None:
    marketer = own_shop.signed_in("marketer")
    assert marketer.send("/plan/undo", {"id": "1"}).status_code == 404


def test_discarding_asks_for_the_file_as_it_was_seen(own_shop: Served) -> None:
    audience = own_shop.folder / "audiences/vips.yml"
    audience.write_text(audience.read_text() + "# one\n")
    marketer = own_shop.signed_in("marketer")
    change = marketer.json("/plan")["changes"][0]
    audience.write_text(audience.read_text() + "# somebody else\n")
    answer = marketer.send("/plan/discard", {"file": change["file"], "stamp": change["stamp"]})
    assert answer.status_code == 422
    assert "somebody else" in audience.read_text()


def test_a_policy_that_nobody_applied_decides_nothing(own_shop: Served) -> None:
    """A look at a draft is decided by the policies in force."""
    policy = own_shop.folder / POLICY
    policy.write_text(policy.read_text().replace("smallest_group: 2", "smallest_group: 77"))
    form = {"name": "new_one", "w.kind": "all", "w.0.kind": "trait", "w.0.name": "lifetime_value"}
    page = own_shop.signed_in("marketer").send(
        "/audiences/new", {**form, "w.0.op": "known", "w.0.value": "yes", "do": "look"}
    )
    assert "fewer than 77" not in page.text


def _wall():  # type: ignore[no-untyped-def]
    from datetime import UTC, datetime

    return datetime.now(UTC).replace(tzinfo=None)

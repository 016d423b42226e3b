"""Forms write the files that people write: whole or not at all, over nobody's work, and never outside the charter."""

import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tandem.charter import files, fingerprint
from tandem.charter.folder import kept, one_writer, put
from tandem.kernel import Problems
from tandem.ledger import Ledger, open_ledger
from tandem.usecases.discard_edit import difference, discard, restore
from tandem.usecases.edit_charter import Draft, opened, remove, save

SHOP = Path(__file__).parents[2] / "projects" / "shop"
NOON = datetime(2026, 6, 1, 12)
VIPS = "audiences/vips.yml"
LETTER = "campaigns/vip_letter.yml"
NEW: dict[str, Any] = {"title": "Tent people", "who": {"did": "purchase", "within": "90 days"}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("data")))
    vips = folder / VIPS
    vips.write_text(vips.read_text().replace("  any:\n", "  any:   # either\n    # by name\n"))
    return folder


@pytest.fixture
def ledger(root: Path) -> Iterator[Ledger]:
    with_all = open_ledger(str(root / "ledger.db"))
    with_all.apply_charter(files(root), fingerprint(files(root)), "ada", NOON)
    yield with_all
    with_all.close()


def draft(root: Path, part: str, name: str, ledger: Ledger | None = None) -> Draft:
    found = opened(root, part, name, ledger)
    assert found is not None
    return found


def changed(one: Draft, **keys: Any) -> dict[str, Any]:
    return {**one.mapping, **keys}


def told(do: Callable[[], object]) -> list[tuple[str, str]]:
    """(code, place) of the problems that stop it; nothing in the folder may have changed."""
    with pytest.raises(Problems) as stopped:
        do()
    return [(one.code, str(one.place)) for one in stopped.value.problems]


def everything(root: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "ledger" not in path.name
    }


# ── opening ──────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_has_the_definition_its_keys_and_its_file(root: Path, ledger: Ledger) -> None:
    vips = draft(root, "audiences", "vips", ledger)
    assert (vips.file, vips.text, vips.in_force) == (VIPS, (root / VIPS).read_text(), True)
    assert vips.mapping["who"] == {
        "any": [{"trait": "vip", "is": True}, {"trait": "lifetime_value", "at_least": 500}]
    }
    orders = draft(root, "traits", "orders")
    assert (orders.file, orders.in_force) == ("traits/shopping.yml", None)
    assert orders.mapping == {"trait": "orders", "title": "Number of orders", "count": "purchase"}
    assert draft(root, "purposes", "service").mapping["basis"] == "contract"
    assert draft(root, "purposes", "purposes").mapping["counting"] == "analytics"
    assert draft(root, "identity", "identity").file == "identity.yml"


def test_what_is_not_there_is_none_and_no_part_is_a_problem(root: Path) -> None:
    assert opened(root, "audiences", "nobody") is None
    assert opened(root, "traits", "nothing") is None
    assert opened(root, "audiences", "../tandem") is None
    assert told(lambda: opened(root, "data", "web")) == [("CHR-304", "None")]
    assert told(lambda: opened(root, "..", "x")) == [("CHR-304", "None")]


def test_a_definition_is_found_under_another_file_name_and_a_broken_file_tells_why(root: Path) -> None:
    (root / "audiences/deep").mkdir()
    (root / VIPS).rename(root / "audiences/deep/people.yaml")
    assert draft(root, "audiences", "vips").file == "audiences/deep/people.yaml"
    (root / "audiences/torn.yml").write_text("audience: torn\nwho: {")
    assert told(lambda: opened(root, "audiences", "torn")) == [("CHR-105", "audiences/torn.yml:2:7")]
    assert draft(root, "audiences", "vips").file == "audiences/deep/people.yaml"


# ── saving ───────────────────────────────────────────────────────────────────────────────────────


def test_a_form_that_nobody_touched_writes_nothing(root: Path) -> None:
    before = os.stat(root / VIPS)
    vips = draft(root, "audiences", "vips")
    saved = save(root, "audiences", "vips", vips.mapping, vips.fingerprint)
    assert (saved.file, saved.created, saved.changed, saved.fingerprint) == (
        VIPS,
        False,
        False,
        vips.fingerprint,
    )
    assert os.stat(root / VIPS).st_mtime_ns == before.st_mtime_ns


def test_a_change_keeps_what_people_wrote_around_it(root: Path, ledger: Ledger) -> None:
    vips = draft(root, "audiences", "vips")
    who = {"any": [{"trait": "vip", "is": True}, {"trait": "lifetime_value", "at_least": 750}]}
    saved = save(root, "audiences", "vips", changed(vips, who=who), vips.fingerprint)
    assert (root / VIPS).read_text() == vips.text.replace("500", "750")
    after = draft(root, "audiences", "vips", ledger)
    assert (after.fingerprint, after.in_force) == (saved.fingerprint, False)
    assert difference(root, ledger, VIPS)[-3:] == (
        "     - {trait: vip, is: true}",
        "-    - {trait: lifetime_value, at_least: 500}",
        "+    - {trait: lifetime_value, at_least: 750}",
    )


def test_line_ends_mark_and_mode_of_the_file_stay(root: Path) -> None:
    path = root / VIPS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    path.chmod(0o640)
    vips = draft(root, "audiences", "vips")
    before = path.read_bytes()
    save(root, "audiences", "vips", changed(vips, title="Guests"), vips.fingerprint)
    assert path.read_bytes() == before.replace(b"title: VIPs", b"title: Guests")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_what_a_browser_sends_has_its_line_ends_made_plain(root: Path) -> None:
    letter = draft(root, "campaigns", "winback_spring")
    message = {"subject": "Hello", "text": "Hello\r\n\r\nyou\r\n"}
    save(root, "campaigns", "winback_spring", changed(letter, message=message), letter.fingerprint)
    assert (
        "  text: |\n    Hello\n\n    you\n" in (root / "campaigns/winback_spring.yml").read_bytes().decode()
    )


def test_who_comes_second_is_told(root: Path) -> None:
    first, second = draft(root, "audiences", "vips"), draft(root, "audiences", "vips")
    save(root, "audiences", "vips", changed(first, title="One"), first.fingerprint)
    before = everything(root)
    again = lambda: save(root, "audiences", "vips", changed(second, title="Two"), second.fingerprint)  # noqa: E731
    assert told(again) == [("CHR-301", VIPS)]
    assert everything(root) == before
    (root / VIPS).unlink()
    assert told(again) == [("CHR-301", "audiences/")]


def test_of_two_at_once_one_is_told(root: Path) -> None:
    opened_by = [draft(root, "audiences", "vips") for _ in range(2)]
    gate = threading.Barrier(2)
    ended: list[object] = []

    def work(number: int) -> None:
        one = opened_by[number]
        gate.wait()
        try:
            ended.append(
                save(root, "audiences", "vips", changed(one, title=f"By {number}"), one.fingerprint).file
            )
        except Problems as stopped:
            ended.append(stopped.problems[0].code)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, ended)) == ["CHR-301", VIPS]
    assert [path.name for path in (root / "audiences").iterdir() if path.suffix != ".yml"] == []


def test_two_new_ones_of_one_name_at_once_are_one(root: Path) -> None:
    gate = threading.Barrier(2)
    ended: list[str] = []

    def work(number: int) -> None:
        gate.wait()
        try:
            ended.append(save(root, "audiences", "tents", {**NEW, "title": f"By {number}"}, None).file)
        except Problems as stopped:
            ended.append(stopped.problems[0].code)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ended) == ["CHR-302", "audiences/tents.yml"]


def test_an_editor_that_takes_no_lock_is_noticed_before_the_file_is_replaced(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = kept(root, VIPS)
    assert now is not None
    monkeypatch.setattr(
        os, "fsync", lambda _: (root / VIPS).write_text("audience: vips\nwho: {did: purchase}\n")
    )
    assert told(lambda: put(root, VIPS, "audience: mine\n", now.fingerprint)) == [("CHR-301", VIPS)]
    assert (root / VIPS).read_text() == "audience: vips\nwho: {did: purchase}\n"
    assert [path.name for path in (root / "audiences").iterdir() if path.suffix == ".part"] == []


def test_a_full_disk_leaves_the_file_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    vips, before = draft(root, "audiences", "vips"), everything(root)
    monkeypatch.setattr(os, "fsync", full)
    assert told(lambda: save(root, "audiences", "vips", changed(vips, title="X"), vips.fingerprint)) == [
        ("CHR-305", VIPS)
    ]
    assert everything(root) == before


# ── new ones ─────────────────────────────────────────────────────────────────────────────────────


def test_a_new_definition_has_a_file_of_its_name(root: Path) -> None:
    saved = save(root, "audiences", "tents", NEW, None)
    assert (saved.file, saved.created, saved.changed) == ("audiences/tents.yml", True, True)
    text = (root / saved.file).read_text()
    assert text == "audience: tents\ntitle: Tent people\nwho: {did: purchase, within: 90 days}\n"
    assert draft(root, "audiences", "tents").fingerprint == saved.fingerprint
    assert (root / saved.file).stat().st_mode == (root / "tandem.toml").stat().st_mode & ~0o111


@pytest.mark.parametrize(
    "name",
    [
        *("", "Tents", "9tents", "te nts", "ténts", "tents\n", "x" * 61, "tents.yml", "tandem.toml"),
        *("..", "../tents", "tents/../../x", "/etc/passwd", "a\\b", "a\0b"),
    ],
)
def test_a_name_is_written_as_names_are_and_never_leads_away(root: Path, name: str) -> None:
    before = everything(root.parent)
    for part in ("audiences", "traits", "purposes"):
        assert told(lambda part=part: save(root, part, name, NEW, None)) == [("CHR-114", f"{part}/")]  # type: ignore[misc]
    assert told(lambda: save(root, "..", "tents", NEW, None)) == [("CHR-304", "None")]
    assert everything(root.parent) == before


def test_no_link_leads_out_of_the_folder(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(root / "audiences", outside)
    (root / "audiences").symlink_to(outside)
    before = everything(tmp_path)
    assert {code for code, _ in told(lambda: save(root, "audiences", "tents", NEW, None))} == {"CHR-118"}
    assert {code for code, _ in told(lambda: opened(root, "audiences", "vips"))} == {"CHR-118"}
    assert everything(tmp_path) == before


def test_a_link_within_the_folder_stays_a_link(root: Path) -> None:
    (root / VIPS).rename(root / "vips.shared")
    (root / VIPS).symlink_to(root / "vips.shared")
    vips = draft(root, "audiences", "vips")
    save(root, "audiences", "vips", changed(vips, title="Guests"), vips.fingerprint)
    assert (root / VIPS).is_symlink()
    assert "title: Guests" in (root / "vips.shared").read_text()


def test_a_name_or_file_that_is_there_is_not_overwritten(root: Path) -> None:
    (root / "audiences/tents.yml").write_text("audience: boots\nwho: {did: purchase}\n")
    before = everything(root)
    assert told(lambda: save(root, "audiences", "vips", NEW, None)) == [("CHR-302", VIPS)]
    assert told(lambda: save(root, "audiences", "boots", NEW, None)) == [("CHR-302", "audiences/tents.yml")]
    assert told(lambda: save(root, "audiences", "tents", NEW, None)) == [("CHR-302", "audiences/tents.yml")]
    assert told(lambda: save(root, "traits", "orders", {"count": "purchase"}, None)) == [
        ("CHR-302", "traits/shopping.yml")
    ]
    assert told(lambda: save(root, "purposes", "service", {"basis": "contract"}, None)) == [
        ("CHR-302", "purposes.yml")
    ]
    assert everything(root) == before


def test_nothing_is_renamed_from_a_form(root: Path) -> None:
    vips = draft(root, "audiences", "vips")
    assert told(
        lambda: save(root, "audiences", "vips", changed(vips, audience="guests"), vips.fingerprint)
    ) == [("CHR-304", "None")]


# ── lists in files ───────────────────────────────────────────────────────────────────────────────


def test_a_trait_is_changed_in_its_list(root: Path) -> None:
    tents = draft(root, "traits", "tents_90d")
    save(root, "traits", "tents_90d", changed(tents, within="2 weeks"), tents.fingerprint)
    before, after = tents.text.splitlines(), (root / "traits/shopping.yml").read_text().splitlines()
    assert [one for one in after if one not in before] == [
        before[3].replace("within: 90 days", "within: 14 days")
    ]


def test_a_new_trait_joins_those_of_the_same_event_or_has_its_own_file(root: Path) -> None:
    assert (
        save(root, "traits", "last_store", {"latest": "purchase.store"}, None).file == "traits/shopping.yml"
    )
    assert (
        (root / "traits/shopping.yml")
        .read_text()
        .endswith("\n  - {trait: last_store, latest: purchase.store}\n")
    )
    assert save(root, "traits", "viewed", {"count": "product_viewed"}, None).file == "traits/viewed.yml"
    assert (root / "traits/viewed.yml").read_text() == "traits:\n  - {trait: viewed, count: product_viewed}\n"


def test_a_purpose_is_added_and_changed(root: Path) -> None:
    save(root, "purposes", "research", {"basis": "consent", "channels": ["file"]}, None)
    research = draft(root, "purposes", "research")
    save(root, "purposes", "research", changed(research, title="Research"), research.fingerprint)
    line = "  - {purpose: research, title: Research, basis: consent, channels: [file]}\ncounting:"
    assert line in (root / "purposes.yml").read_text()


# ── problems ─────────────────────────────────────────────────────────────────────────────────────


def test_problems_of_the_file_have_their_lines_and_nothing_is_written(root: Path) -> None:
    vips, before = draft(root, "audiences", "vips"), everything(root)
    who = {"any": [{"trait": "vip", "is": True}, {"trait": "nothing", "at_least": 1}]}
    assert told(lambda: save(root, "audiences", "vips", changed(vips, who=who), vips.fingerprint)) == [
        ("AUD-104", f"{VIPS}:8:15")
    ]
    assert told(
        lambda: save(root, "audiences", "tents", {"who": {"did": "purchase", "within": "soon"}}, None)
    ) == [("CHR-115", "audiences/tents.yml:2:30")]
    assert told(lambda: save(root, "audiences", "tents", {"titel": "x", "who": {}}, None)) == [
        ("CHR-110", "audiences/tents.yml:2:1"),
        ("CHR-111", "audiences/tents.yml:3:6"),
    ]
    deep: Any = {"did": "purchase"}
    for _ in range(90):
        deep = {"not": deep}
    assert told(lambda: save(root, "audiences", "tents", {"who": deep}, None)) == [("CHR-103", "None")]
    assert everything(root) == before


def test_what_the_policies_would_refuse_is_refused(root: Path) -> None:
    born = {"title": "Born", "latest": "crm.birth_date"}
    problems = told(lambda: save(root, "traits", "born", born, None))
    assert [place.partition(":")[0] for _, place in problems] == ["traits/profile.yml"]
    assert problems[0][0].startswith("POL-")


def test_old_problems_elsewhere_do_not_stop_a_save_but_new_ones_do(root: Path) -> None:
    (root / "audiences/torn.yml").write_text("audience: torn\nwho: {")
    (root / LETTER).write_text((root / LETTER).read_text().replace("holdout: 10%", "holdout: 95%"))
    vips = draft(root, "audiences", "vips")
    assert save(root, "audiences", "vips", changed(vips, title="Guests"), vips.fingerprint).changed
    assert save(root, "audiences", "tents", NEW, None).created
    till = draft(root, "sources", "till")
    events = [{**till.mapping["events"][0], "kind": "sale"}]  # type: ignore[index, call-overload, dict-item]
    problems = told(lambda: save(root, "sources", "till", changed(till, events=events), till.fingerprint))
    assert ("TRT-102", "traits/shopping.yml") in [(code, place.partition(":")[0]) for code, place in problems]
    assert all("torn" not in place and LETTER not in place for _, place in problems)


# ── removing ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_used_is_not_removed_and_its_users_are_named(root: Path) -> None:
    vips, before = draft(root, "audiences", "vips"), everything(root)
    assert told(lambda: remove(root, "audiences", "vips", vips.fingerprint)) == [
        ("CHR-303", "audiences/lapsed_big_spenders.yml:8:50"),
        ("CHR-303", f"{LETTER}:3:11"),
    ]
    value = draft(root, "traits", "lifetime_value")
    assert {
        code for code, _ in told(lambda: remove(root, "traits", "lifetime_value", value.fingerprint))
    } == {"CHR-303"}
    assert told(lambda: remove(root, "identity", "identity", "x")) == [("CHR-304", "identity.yml")]
    assert everything(root) == before


def test_what_nobody_uses_is_removed_and_can_be_put_back(root: Path) -> None:
    letter = draft(root, "campaigns", "vip_letter")
    gone = remove(root, "campaigns", "vip_letter", letter.fingerprint)
    assert (gone.file, gone.text, gone.fingerprint, (root / LETTER).exists()) == (
        LETTER,
        letter.text,
        None,
        False,
    )
    restore(root, gone.file, gone.text, gone.fingerprint)
    assert draft(root, "campaigns", "vip_letter").fingerprint == letter.fingerprint
    assert told(lambda: remove(root, "campaigns", "vip_letter", "another")) == [("CHR-301", LETTER)]


def test_a_trait_is_taken_out_of_its_list_and_the_last_one_takes_the_file_along(root: Path) -> None:
    first = draft(root, "traits", "first_store")
    remove(root, "traits", "first_store", first.fingerprint)
    assert (root / "traits/shopping.yml").read_text() == "".join(
        line for line in first.text.splitlines(keepends=True) if "first_store" not in line
    )
    save(root, "traits", "viewed", {"count": "product_viewed"}, None)
    viewed = draft(root, "traits", "viewed")
    assert remove(root, "traits", "viewed", viewed.fingerprint).fingerprint is None
    assert not (root / "traits/viewed.yml").exists()


def test_nothing_is_removed_while_nobody_can_tell_who_uses_it(root: Path) -> None:
    (root / "campaigns/torn.yml").write_text("campaign: torn\naudience: [")
    save(root, "audiences", "tents", NEW, None)
    tents = draft(root, "audiences", "tents")
    assert told(lambda: remove(root, "audiences", "tents", tents.fingerprint)) == [
        ("CHR-105", "campaigns/torn.yml:2:12")
    ]


# ── discarding ───────────────────────────────────────────────────────────────────────────────────


def test_an_edit_is_discarded_and_that_is_undone(root: Path, ledger: Ledger) -> None:
    vips = draft(root, "audiences", "vips")
    saved = save(root, "audiences", "vips", changed(vips, title="Guests"), vips.fingerprint)
    edited = (root / VIPS).read_text()
    was = discard(root, ledger, VIPS)
    assert (was.text, was.fingerprint, was.problems) == (edited, vips.fingerprint, ())
    assert (root / VIPS).read_text() == vips.text
    assert difference(root, ledger, VIPS) == ()
    back = restore(root, VIPS, was.text, was.fingerprint)
    assert (back.text, back.fingerprint) == (vips.text, saved.fingerprint)
    assert told(lambda: restore(root, VIPS, "x: 1\n", was.fingerprint)) == [("CHR-301", VIPS)]


def test_a_new_file_is_discarded_by_deleting_it_and_a_deleted_one_comes_back(
    root: Path, ledger: Ledger
) -> None:
    tents = save(root, "audiences", "tents", NEW, None)
    assert difference(root, ledger, tents.file)[1:] == (
        "+audience: tents",
        "+title: Tent people",
        "+who: {did: purchase, within: 90 days}",
    )
    was = discard(root, ledger, tents.file)
    assert (was.fingerprint, (root / tents.file).exists()) == (None, False)
    assert restore(root, tents.file, was.text, None).fingerprint == tents.fingerprint
    (root / VIPS).unlink()
    gone = discard(root, ledger, VIPS)
    assert (gone.text, (root / VIPS).exists()) == (None, True)
    restore(root, VIPS, gone.text, gone.fingerprint)
    assert not (root / VIPS).exists()


def test_what_is_put_back_tells_what_it_breaks(root: Path, ledger: Ledger) -> None:
    save(root, "audiences", "tents", NEW, None)
    letter = draft(root, "campaigns", "vip_letter")
    save(root, "campaigns", "vip_letter", changed(letter, audience="tents"), letter.fingerprint)
    was = discard(root, ledger, "audiences/tents.yml")
    assert [(one.code, str(one.place)) for one in was.problems] == [("CMP-101", f"{LETTER}:3:11")]
    assert discard(root, ledger, LETTER).problems == ()


@pytest.mark.parametrize(
    "file",
    [
        *("tandem.toml", "ledger.db", "data/x.yml", "audiences/x.test.yml", "audiences/.hidden.yml", ""),
        *(
            "../shop/audiences/vips.yml",
            "audiences/../audiences/vips.yml",
            "/etc/passwd",
            "audiences//vips.yml",
        ),
        "a\0b.yml",
    ],
)
def test_only_definition_files_are_discarded_or_restored(root: Path, ledger: Ledger, file: str) -> None:
    before = everything(root)
    for do in (lambda: discard(root, ledger, file), lambda: restore(root, file, "x: 1\n", None)):
        assert told(do)[0][0] == "CHR-304"
    assert told(lambda: discard(root, ledger, "audiences/nobody.yml")) == [
        ("CHR-304", "audiences/nobody.yml")
    ]
    assert everything(root) == before


def test_without_a_charter_in_force_there_is_nothing_to_put_back(root: Path) -> None:
    empty = open_ledger(str(root / "empty.db"))
    assert told(lambda: discard(root, empty, VIPS)) == [("RUN-001", "None")]
    assert draft(root, "audiences", "vips", empty).in_force is False
    empty.close()


def test_writers_wait_for_each_other(root: Path) -> None:
    entered: list[str] = []

    def second() -> None:
        with one_writer(root):
            entered.append("second")

    with one_writer(root):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        entered.append("first")
    thread.join(60)
    assert entered == ["first", "second"]

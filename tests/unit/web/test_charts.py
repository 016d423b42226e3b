"""Charts: what may stand in a page, what is not known is not drawn, and the same rows give the same bytes."""

import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

import tandem.web.charts as charts
from tandem.policy import AtLeast, Count, TooSmall
from tandem.web.charts import (
    Caption,
    Chart,
    Estimated,
    Interval,
    Opposed,
    Untold,
    Whole,
    bars,
    days,
    funnel,
    intervals,
    lift_over_time,
    stacked,
    theme,
    ticks,
    trend,
    two_sides,
)
from tandem.web.charts.sides import Lanes
from tandem.web.values import Table

EVIL = "<script>alert('1')</script> \"&\" \x00\x1b ]]>"
STYLES = Path(charts.__file__).parents[1] / "static" / "tandem.css"
FIRST = date(2026, 3, 1)


def caption(name: str = "chart") -> Caption:
    return Caption(name=name, title=f"What is found {EVIL}", unit="people", n="20 people", as_of="3 May 2026")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def a_bars() -> Chart:
    return bars(caption("bars"), [("Web", Count(120)), (EVIL, 40), ("Till", TooSmall(10)), ("CRM", None)])


def a_funnel() -> Chart:
    stages = [
        ("Assigned", Count(400)),
        ("Eligible", Count(300)),
        (EVIL, AtLeast(10)),
        ("Bought", TooSmall(10)),
    ]
    return funnel(caption("funnel"), stages)


def a_stacked() -> Chart:
    whole = Whole("News", (("yes", Count(60)), ("no", Count(38)), (EVIL, Count(2))), note="100 people")
    unknown = Whole("Research", (("yes", Count(60)), ("no", TooSmall(10)), (EVIL, AtLeast(20))), total=100)
    return stacked(caption("stacked"), [whole, unknown, Whole("Ads", (("yes", None), ("no", None)))])


def a_days() -> Chart:
    rows = [(day(n), 100 + n) for n in range(28) if n not in (3, 4)]
    return days(caption("days"), rows, beneath=[(day(n), n % 3) for n in range(28)])


def a_forest() -> Chart:
    rows = [Interval(EVIL, 0.01, 0.02, 0.03), Interval("Spring", -0.01, 0, 0.01), Untold("Rain", EVIL)]
    return intervals(caption("forest"), rows)


def a_lift() -> Chart:
    told = [Estimated(day(n), 0.01, 0.01 - 0.3 / n, 0.01 + 0.3 / n) for n in range(5, 40)]
    return lift_over_time(caption("lift"), [Estimated(day(n), None, why=EVIL) for n in range(5)] + told)


def a_trend() -> Chart:
    return trend(caption("trend"), [(day(n), None if n == 4 else Count(1000 + n)) for n in range(9)])


def a_two_sides() -> Chart:
    rows = [Opposed(EVIL, 0.56, 0.77, True), Opposed("Same", 0.2, 0.2, False), Opposed("One", None, 0.3)]
    return two_sides(caption("sides"), ("marketing", "IT"), [*rows, Opposed("Neither", None, None)])


KINDS = [a_bars, a_funnel, a_stacked, a_days, a_forest, a_lift, a_trend, a_two_sides]
each_kind = pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__[2:])
Make = Callable[[], Chart]


def shapes(chart: Chart, width: int | None = None) -> list[ET.Element]:
    return [one for one in ET.fromstring(chart.svg(width)).iter() if one.tag.endswith("path")]


def words(chart: Chart, width: int | None = None) -> list[str]:
    return [one.text or "" for one in ET.fromstring(chart.svg(width)).iter() if one.tag.endswith("text")]


@each_kind
@pytest.mark.parametrize("width", [640, 350])
def test_a_page_may_hold_it_under_a_strict_policy(make: Make, width: int) -> None:
    root = ET.fromstring(make().svg(width))
    tags = {one.tag.rpartition("}")[2] for one in root.iter()}
    assert tags <= {"svg", "g", "path", "text", "title", "line"}
    names = {name for one in root.iter() for name in one.attrib}
    assert not {name for name in names if name.startswith("on") or name in ("style", "href", "font-family")}
    assert root.get("viewBox", "").startswith(f"0 0 {width} ")
    assert not {"width", "height"} & root.attrib.keys()
    assert root.get("role") == "img"
    assert "What is found" in root.get("aria-label", "")


@each_kind
def test_colours_are_custom_properties_in_a_page_and_hex_values_in_a_file(make: Make) -> None:
    in_page, in_file = str(make().svg()), make().svg_file().decode()
    painted = set(re.findall(r'(?:fill|stroke)="([^"]+)"', in_page))
    assert {"var(--ink)", "var(--accent)"} & painted
    assert {colour for colour in painted if not colour.startswith("var(--")} <= {"none", "transparent"}
    assert "var(--" not in in_file
    assert theme.LIGHT["surface"] in in_file


def test_the_style_sheet_has_the_theme_s_colours() -> None:
    for name, colour in theme.LIGHT.items():
        assert re.search(rf"--{name}: light-dark\({colour},", STYLES.read_text()), name


@each_kind
def test_text_of_the_data_stays_text(make: Make) -> None:
    for made in (str(make().svg()), str(make().svg(350)), make().svg_file().decode()):
        assert "<script" not in made
        assert "&lt;script&gt;" in made
        assert "\x00" not in made


@each_kind
def test_the_table_has_the_same_name_and_the_rows(make: Make) -> None:
    chart = make()
    assert chart.table.name == chart.name
    assert chart.table.rows
    assert chart.caption == chart.table.caption == "people · 20 people · 3 May 2026"
    assert chart.to_dict()["table"] == chart.table.to_dict()


def test_two_pictures_in_one_page_share_no_id() -> None:
    made = "".join(str(make().inline()) for make in KINDS)
    ids = re.findall(r' id="([^"]+)"', made)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", made)) <= set(ids)


def test_what_is_not_known_is_written_and_not_drawn() -> None:
    chart = a_bars()
    assert len(shapes(chart)) == 2
    assert {"fewer than 10", "not known"} <= set(words(chart))
    assert chart.table.rows[2:] == (("Till", "fewer than 10"), ("CRM", "not known"))


def test_a_known_nought_is_written_as_such() -> None:
    chart = bars(caption(), [("Web", 0), ("Till", 3)])
    assert "0" in words(chart)
    assert len(shapes(chart)) == 1


def test_a_funnel_gives_the_share_of_the_stage_before_only_where_both_are_known() -> None:
    assert [row[2] for row in a_funnel().table.rows] == ["", "75.0 % of assigned", "", ""]


def test_a_part_that_is_not_known_leaves_a_dashed_rest() -> None:
    rows = a_stacked().table.rows
    assert rows[0][1:3] == ("60 (60 %)", "38 (38 %)")
    assert rows[1][1:] == ("60 (60 %)", "fewer than 10", "20 or more")
    assert rows[2][1:] == ("not known", "not known", "not known")
    assert any(one.get("stroke-dasharray") for one in shapes(a_stacked()))


def test_a_share_is_not_rounded_to_nothing_or_to_all() -> None:
    assert charts.parts.share_text(0.001) == "under 1 %"
    assert charts.parts.share_text(0.999) == "over 99 %"
    assert charts.parts.share_text(0.0) == "0 %"
    assert charts.parts.share_text(1.0) == "100 %"


def test_days_without_a_row_are_shaded_and_not_nought() -> None:
    chart = a_days()
    assert chart.table.rows[3] == ("4 March 2026", "not known", "0")
    tips = [one.text for one in ET.fromstring(chart.svg()).iter() if one.tag.endswith("title")]
    assert "4 March 2026 to 5 March 2026: not known" in tips


def test_two_years_are_drawn_as_means_of_weeks_and_told_by_day() -> None:
    chart = days(caption(), [(day(n), 70) for n in range(730)])
    assert len(chart.table.rows) == 730
    assert 105 < len([one for one in shapes(chart) if one.get("fill") == theme.ACCENT]) < 110
    assert any("mean a day of each week" in text for text in words(chart))


def test_an_interval_is_strong_only_where_it_leaves_zero_out() -> None:
    rules = [one for one in ET.fromstring(a_forest().svg()).iter() if one.get("stroke-width") in ("2", "3")]
    assert {one.get("stroke") for one in rules} == {theme.ACCENT, theme.MUTED}
    with pytest.raises(ValueError, match="not between"):
        Interval("x", 2, 1, 3)


def test_two_sides_are_strong_between_only_where_they_differ_beyond_chance() -> None:
    chart = a_two_sides()
    root = ET.fromstring(chart.svg())
    assert {one.get("stroke-width") for one in root.iter() if one.get("stroke-width") in ("2", "4")} == {
        "2",
        "4",
    }
    assert chart.table.columns == ("Item", "marketing", "IT", "marketing less IT")
    assert [row[1:] for row in chart.table.rows] == [
        ("56 %", "77 %", "-21 points"),
        ("20 %", "20 %", "0 points"),
        ("not known", "30 %", "not known"),
        ("not known", "not known", "not known"),
    ]
    assert "both 20 %" in words(chart)
    assert words(two_sides(caption(), ("a", "b"), [])) == ["Nothing to show yet."]
    long = two_sides(caption(), ("a", "b"), [Opposed("many words " * 20, 0.1, 0.2)])
    assert any(text.endswith("…") for text in words(long, 350))


@pytest.mark.parametrize("width", [320, 900])
def test_a_scale_of_places_runs_from_the_first_place_to_the_last(width: int) -> None:
    """No place is 0, so a dot at the first place stands where the scale begins, and one at the last where it ends."""
    rows = [Opposed("First", 1.0, 3.5), Opposed("Last", 9.0, 2.0), Opposed("Nobody", None, None)]
    chart = two_sides(caption(), ("a", "b"), rows, write=lambda place: f"{place:.1f}", places=9)
    assert isinstance(chart.plot, Lanes)
    assert [name for _, name in chart.plot.marks] == ["1", "3", "5", "7", "9"]
    said = words(chart, width)
    assert "0" not in said
    assert "0.0" not in said
    assert ticks.whole_marks(1, 2) == (1, 2)
    assert ticks.whole_marks(1, 8) == (1, 3, 5, 8)
    for last in range(2, 60):
        marks = ticks.whole_marks(1, last)
        assert (marks[0], marks[-1], len(marks) <= 7, sorted({*marks})) == (1, last, True, list(marks))


def test_the_scale_of_a_lift_is_not_that_of_its_first_days() -> None:
    chart = a_lift()
    assert any("go beyond" in text for text in words(chart))
    assert {"no effect", "-1.0 points", "+2.0 points"} <= set(words(chart))
    assert chart.table.rows[0][1].startswith("<script>")
    assert chart.table.rows[-1] == ("9 April 2026", "+1.0 points", "+0.2 points", "+1.8 points")


@pytest.mark.parametrize("make", [bars, funnel, stacked, days, intervals, lift_over_time, trend])
def test_nothing_to_show_is_said(make: Callable[..., Chart]) -> None:
    assert words(make(caption(), [])) == ["Nothing to show yet."]


def test_all_unknown_is_drawn_too() -> None:
    assert "not known" in words(bars(caption(), [("Web", None)]))
    assert shapes(trend(caption(), [(day(0), None), (day(1), None)]))
    assert shapes(days(caption(), [(day(0), None)]))
    assert words(intervals(caption(), [Untold("Rain", "too few")])) == ["Rain", "too few"]


def test_a_png_is_as_large_as_its_file_says() -> None:
    chart = a_bars()
    root = ET.fromstring(chart.svg_file())
    png = chart.png(scale=1)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert abs(width - float(root.get("width", 0))) <= 1
    assert abs(height - float(root.get("height", 0))) <= 1
    with pytest.raises(ValueError, match="scale"):
        chart.png(scale=50)


def test_a_name_can_stand_in_an_address() -> None:
    with pytest.raises(ValueError, match="not a name"):
        bars(caption('a"b'), [("Web", 1)])


@pytest.mark.parametrize("days_between", [1, 2, 13, 40, 90, 200, 400, 730, 3000])
@pytest.mark.parametrize("room", [250, 560])
def test_names_of_days_have_room(days_between: int, room: int) -> None:
    marks = ticks.day_marks(FIRST, FIRST + timedelta(days=days_between), room)
    assert 1 <= len(marks) <= 20
    assert sum(theme.text_width(name, ticks.AXIS) for _, name in marks) <= room
    assert re.search(r" 20\d\d$", marks[0][1])


def test_round_steps_cover_what_they_are_given() -> None:
    assert ticks.cover(0, 3900) == (0, 2000, 4000)
    assert ticks.cover(-0.004, 0.021, 4) == (-0.01, 0, 0.01, 0.02, 0.03)
    assert ticks.cover(0, 2, whole=True) == (0, 1, 2)
    assert ticks.cover(0, 0) == (0, 0.5, 1)
    assert ticks.cover(0, 0, whole=True) == (0, 1)


def test_text_is_cut_to_its_room() -> None:
    cut = theme.fitted("A rather long name of a campaign", 100)
    assert cut.endswith("…")
    assert theme.text_width(cut) <= 100
    assert theme.wrapped("one two three", 50) == ("one", "two", "three")


def test_the_same_rows_are_the_same_bytes() -> None:
    first = a_stacked().svg()
    charts.chart._rendered.cache_clear()
    assert a_stacked().svg() == first


class TestTable:
    TABLE = Table(
        "people", "People", ("Name", "Count"), (('Ada, "A"', "1,234"), ("=1+1", "-1.5 %")), (False, True)
    )

    def test_csv_can_be_read_back(self) -> None:
        text = self.TABLE.csv().decode()
        assert text.splitlines() == ['"Name","Count"', '"Ada, ""A""","1,234"', '"\'=1+1","-1.5 %"']

    @pytest.mark.parametrize(
        "cell", ["=A1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx", "-", "+44 20 7946"]
    )
    def test_what_a_spreadsheet_would_run_is_made_text(self, cell: str) -> None:
        assert f"'{cell}".encode() in Table("t", "T", ("A",), ((cell,),)).csv()

    @pytest.mark.parametrize("cell", ["-1", "+1.2 points", "-12,345.60", "+0.5 %", "3", "a-b", ""])
    def test_numbers_stay_numbers(self, cell: str) -> None:
        assert b"'" not in Table("t", "T", ("A",), ((cell,),)).csv()

    def test_rows_fit_their_columns(self) -> None:
        with pytest.raises(ValueError, match="2 cells"):
            Table("t", "T", ("A", "B"), (("x",),))
        with pytest.raises(ValueError, match="numeric"):
            Table("t", "T", ("A", "B"), (), (True,))
        with pytest.raises(ValueError, match="links"):
            Table("t", "T", ("A",), (("x",),), links=("/a", "/b"))

    def test_links_belong_to_rows(self) -> None:
        made = Table("t", "T", ("A",), (("x",), ("y",)), links=("/a", None))
        assert [made.link(0), made.link(1)] == ["/a", None]
        assert made.to_dict()["links"] == ["/a", None]
        assert self.TABLE.link(0) is None

"""Drawings: laid out without needless crossings, escaped, followed by links that stay on the site."""

import itertools
import random
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from tandem.web.charts import Caption, Drawing, Edge, Node, graph, layered, theme
from tandem.web.charts.layering import Layering, laid_out, longest_paths

EVIL = "<script>alert('1')</script> \"&\" \x00"
CAPTION = Caption(name="lineage", title="What is made from what", as_of="3 May 2026")


def lineage() -> Drawing:
    nodes = [
        Node("web", "Web shop", href="/data/web"),
        Node("till", EVIL),
        Node(
            "spend", "A trait with a name that is far too long for its box", "trait", "/traits/spend?a=1&b=2"
        ),
        Node("value", "lifetime_value", "trait", column=1),
        Node("lapsed", "Lapsed buyers"),
    ]
    edges = [
        Edge("web", "spend"),
        Edge("till", "spend"),
        Edge("spend", "value"),
        Edge("spend", "lapsed"),
        Edge("web", "lapsed"),
    ]
    return layered(
        CAPTION, nodes, edges, headings=("Sources", "Traits", EVIL), highlight=frozenset({"web", "spend"})
    )


def identifiers(number: int = 8) -> Drawing:
    nodes = [Node("crm", "C-100", "CRM number"), *(Node(f"w{n}", f"anon-{n}", EVIL) for n in range(number))]
    return graph(CAPTION, nodes, [Edge("crm", f"w{n}", f"sign-in {n} {EVIL}") for n in range(number)])


Make = Callable[[], Drawing]
both = pytest.mark.parametrize("make", [lineage, identifiers])


def tags(drawing: Drawing, tag: str, width: int | None = None) -> list[ET.Element]:
    return [one for one in ET.fromstring(drawing.svg(width)).iter() if one.tag.rpartition("}")[2] == tag]


@both
@pytest.mark.parametrize("width", [760, 350, 200])
def test_a_page_may_hold_it_under_a_strict_policy(make: Make, width: int) -> None:
    root = ET.fromstring(make().svg(width))
    assert {one.tag.rpartition("}")[2] for one in root.iter()} <= {
        "svg",
        "g",
        "a",
        "path",
        "rect",
        "text",
        "title",
    }
    names = {name for one in root.iter() for name in one.attrib}
    assert not {name for name in names if name.startswith("on") or name in ("style", "id", "font-family")}
    painted = {one.get(name, "none") for one in root.iter() for name in ("fill", "stroke")}
    assert {"var(--surface)", "var(--ink)", "none"} <= painted
    assert all(colour == "none" or colour.startswith("var(--") for colour in painted)
    assert "<script" not in make().svg(width)


@both
def test_boxes_lie_inside_the_picture_and_on_no_other(make: Make) -> None:
    for width in (760, 1200, 350):
        root = ET.fromstring(make().svg(width))
        height = float(root.get("viewBox", "").split()[3])
        boxes = [
            tuple(float(box.get(name, 0)) for name in ("x", "y", "width", "height"))
            for box in tags(make(), "rect", width)
            if box.get("rx") == "7"
        ]
        assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
        for (ax, ay, aw, ah), (bx, by, bw, bh) in itertools.combinations(boxes, 2):
            assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


def test_links_stay_on_the_site_and_out_of_files() -> None:
    drawing = lineage()
    assert [one.get("href") for one in tags(drawing, "a")] == ["/data/web", "/traits/spend?a=1&b=2"]
    assert 'role="group"' in drawing.svg()
    assert b"href" not in drawing.svg_file()
    assert b"<script" not in drawing.svg_file()
    assert 'role="img"' in identifiers().svg()
    for address in ("javascript:alert(1)", "//evil.example", "https://evil.example", "data"):
        with pytest.raises(ValueError, match="of this site"):
            Node("x", "x", href=address)


def test_a_long_name_is_cut_with_the_whole_beside_it() -> None:
    shown = [one.text or "" for one in tags(lineage(), "text")]
    assert any(text.startswith("A trait") and text.endswith("…") for text in shown)
    assert "trait: A trait with a name that is far too long for its box" in [
        one.text for one in tags(lineage(), "title")
    ]


def test_what_stands_out_is_in_the_accent_colour_and_drawn_last() -> None:
    lines = tags(lineage(), "path")
    assert [one.get("stroke") == theme.ACCENT for one in lines] == [False, False, False, False, True]


def test_the_table_tells_the_same() -> None:
    rows = {row[0]: row[1:] for row in lineage().table.rows}
    assert rows["lifetime_value"] == ("trait", "A trait with a name that is far too long for its box", "")
    assert rows["Web shop"] == (
        "Sources",
        "",
        "A trait with a name that is far too long for its box, Lapsed buyers",
    )
    assert lineage().table.link(0) == "/data/web"
    assert identifiers(2).table.rows[0][:3] == ("1", "CRM number: C-100", f"{theme.plain(EVIL)}: anon-0")


def test_many_edges_carry_numbers() -> None:
    shown = [one.text for one in tags(identifiers(30), "text")]
    assert {"1", "30"} <= set(shown)
    few = graph(CAPTION, [Node("a", "a"), Node("b", "b")], [Edge("a", "b", "same e-mail")])
    assert "same e-mail" in [one.text for one in tags(few, "text")]


def test_a_star_has_its_middle_in_the_middle() -> None:
    boxes = [box for box in tags(identifiers(), "rect") if box.get("rx") == "7"]
    places = sorted({float(box.get("x", 0)) for box in boxes})
    assert len(places) == 3
    assert float(boxes[0].get("x", 0)) == places[1]


def test_what_hangs_together_with_nothing_is_there_too() -> None:
    alone = graph(
        CAPTION, [Node("a", "a"), Node("b", "b"), Node("c", "c")], [Edge("a", "b", "login")], root="b"
    )
    assert {"a", "b", "c"} <= {one.text for one in tags(alone, "text")}
    assert alone.table.rows[-1] == ("", "c", "", "none")
    assert "Nothing to show yet." in graph(CAPTION, [], []).svg()
    assert "Nothing to show yet." in layered(CAPTION, [], []).svg()


def test_a_node_that_is_not_there_or_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="not there: b"):
        layered(CAPTION, [Node("a", "a")], [Edge("a", "b")])
    with pytest.raises(ValueError, match="one id"):
        graph(CAPTION, [Node("a", "a"), Node("a", "b")], [])


@both
def test_the_same_nodes_are_the_same_bytes(make: Make) -> None:
    assert make().svg() == make().svg()
    assert make().png(1) == make().png(1)
    assert make().png(1)[:8] == b"\x89PNG\r\n\x1a\n"


def test_columns_follow_the_longest_way_and_a_circle_does_not_hang() -> None:
    assert longest_paths(4, [(0, 1), (1, 2), (0, 2), (2, 3)]) == [0, 1, 2, 3]
    assert longest_paths(3, [(0, 1), (1, 2), (2, 0)]) == [0, 1, 2]
    assert longest_paths(1, []) == [0]


def crossings(layering: Layering, links: list[tuple[int, int]]) -> int:
    m = layering.middles
    pairs = itertools.combinations(links, 2)
    return sum((m[a] - m[c]) * (m[b] - m[d]) < 0 for (a, b), (c, d) in pairs)


def test_crossings_that_can_be_taken_away_are() -> None:
    ranks = [0] * 6 + [1] * 6
    mixed = random.Random(4).sample(range(6, 12), 6)
    links = list(zip(range(6), mixed, strict=True))
    assert crossings(laid_out(ranks, links, [30.0] * 12, 10.0), links) == 0


def test_a_long_link_passes_between_the_boxes_of_the_columns_it_crosses() -> None:
    layering = laid_out([0, 1, 1, 2], [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)], [30.0] * 4, 10.0)
    (_, passing) = layering.ways[4][1]
    assert all(abs(passing - layering.middles[node]) >= 20 for node in (1, 2))


def test_a_hundred_nodes_are_laid_out_in_order() -> None:
    rng = random.Random(1)
    ranks = sorted(rng.randrange(5) for _ in range(100))
    links = [
        (a, b) for a, b in (sorted(rng.sample(range(100), 2)) for _ in range(200)) if ranks[a] < ranks[b]
    ]
    layering = laid_out(ranks, links, [30.0] * 100, 10.0)
    for rank in range(5):
        middles = sorted(layering.middles[node] for node in range(100) if ranks[node] == rank)
        assert all(b - a >= 39.99 for a, b in itertools.pairwise(middles))
    assert layering.height >= max(layering.middles)

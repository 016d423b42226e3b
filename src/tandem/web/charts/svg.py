"""SVG that may stand in a page under a strict content security policy.

What the renderer emits is reduced to shapes, text and short titles: no style attributes, no style sheets, no
scripts, no fonts, ids that belong to one picture only.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from tandem.web.charts import theme

NAMESPACE = "http://www.w3.org/2000/svg"

_KEPT = frozenset({"svg", "g", "path", "rect", "circle", "ellipse", "line", "text", "tspan", "title", "a"})
_DEFINITIONS = frozenset({"defs", "clipPath", "linearGradient", "radialGradient", "stop"})
_DROPPED = frozenset({"class", "role", "style", "font-family", "pointer-events", "stroke-miterlimit", "id"})
_COLOURS = frozenset({"fill", "stroke", "stop-color"})
_MEASURES = frozenset({"d", "transform", "x", "y", "x1", "x2", "y1", "y2", "points"})
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def element(tag: str, *inside: ET.Element | str, **attributes: str | float | None) -> ET.Element:
    """An element; numbers to two decimals, `_` in a name stands for `-`, None leaves an attribute out."""
    made = ET.Element(tag)
    for name, value in attributes.items():
        if value is not None:
            written = value if isinstance(value, str) else number(value)
            made.set(name.rstrip("_").replace("_", "-"), written)
    for one in inside:
        if isinstance(one, str):
            made.text = theme.plain(one)
        else:
            made.append(one)
    return made


def number(value: float) -> str:
    """At most two decimals, none that say nothing: 12.50 → '12.5'."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def text(
    words: str,
    x: float,
    y: float,
    *,
    size: float = theme.LABEL,
    fill: str = theme.INK,
    anchor: str | None = None,
    bold: bool = False,
    room: float | None = None,
) -> ET.Element:
    """Text with its baseline at `y`, cut to `room` pixels; what was cut can be read in its title."""
    shown = words if room is None else theme.fitted(words, room, size, bold)
    made = element(
        "text",
        shown,
        x=x,
        y=y,
        font_size=size,
        fill=fill,
        text_anchor=anchor,
        font_weight="600" if bold else None,
    )
    if shown != words:
        made.append(element("title", words))
    return made


def serial(elements: Iterator[ET.Element] | list[ET.Element]) -> str:
    """The elements as XML, one after the other, without a namespace of their own."""
    return "".join(ET.tostring(one, encoding="unicode") for one in elements)


def standing_alone(root: ET.Element) -> ET.Element:
    """The same tree with the light theme's hex values and without links; changed in place."""
    for one in root.iter():
        for name in _COLOURS & one.attrib.keys():
            one.set(name, theme.concrete(one.attrib[name]))
        if one.tag == "a":
            one.tag = "g"
            one.attrib.pop("href", None)
    return root


def reduced(rendered: str, prefix: str) -> ET.Element:
    """A renderer's SVG as one group that may stand in a page; ids start with `prefix`."""
    root = ET.fromstring(rendered)
    names = {
        one.attrib["id"]: f"{prefix}-{place}"
        for place, one in enumerate(part for part in root.iter() if "id" in part.attrib)
    }
    return element("g", *_reduced_children(root, names))


def _reduced_children(parent: ET.Element, names: Mapping[str, str]) -> Iterator[ET.Element]:
    for child in parent:
        tag = child.tag.rpartition("}")[2]
        if tag in _DEFINITIONS or (tag in _KEPT and not _invisible(child)):
            yield from _reduced(child, tag, names)


def _reduced(old: ET.Element, tag: str, names: Mapping[str, str]) -> Iterator[ET.Element]:
    """The element without what a page must not have; nothing for an empty group, its content for a plain one."""
    children = list(_reduced_children(old, names))
    attributes = dict(_attributes(old, names))
    if tag in ("g", "svg", "defs") and not children:
        return
    if tag in ("g", "svg") and not attributes:
        yield from children
        return
    new = ET.Element(tag, attributes)
    new.text = old.text
    new.extend(children)
    if (said := old.get("aria-label")) and old.get("role") == "graphics-symbol" and tag != "g":
        new.append(element("title", said))
    yield new


def _attributes(old: ET.Element, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    pairs = [(name.rpartition("}")[2], value) for name, value in old.attrib.items()]
    for rule in old.get("style", "").split(";"):
        name, colon, value = rule.partition(":")
        if colon:
            pairs.append((name.strip(), value.strip()))
    if old.get("id") in names:
        yield "id", names[old.attrib["id"]]
    for name, value in pairs:
        if name in _DROPPED or name.startswith(("aria-", "on")):
            continue
        if (name, value) in {("opacity", "1"), ("transform", "translate(0,0)")}:
            continue
        if name in _MEASURES:
            value = _NUMBER.sub(lambda found: number(float(found[0])), value)
        yield name, _REFERENCE.sub(lambda found: f"url(#{names.get(found[1], found[1])})", value)


def _invisible(one: ET.Element) -> bool:
    """What a renderer leaves behind for interaction: hidden or empty shapes, and unpainted backgrounds."""
    if one.get("display") == "none" or one.get("d") == "":
        return True
    backing = one.get("class") in ("background", "foreground")
    return backing and all(one.get(paint) in (None, "none", "transparent") for paint in ("fill", "stroke"))

"""What a browser without scripts would send: the fields of a page's forms as they stand."""

import html
import re


def fields(page: str) -> dict[str, str]:
    """Name → value of every field of the page: boxes that are ticked, options that are chosen, texts."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = _part(tag, "name"), _part(tag, "value")
        if not name or name == "csrf" or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        found[name] = value
    for tag, inside in re.findall(r"(<select[^>]*>)(.*?)</select>", page, re.S):
        options = re.findall(r"<option([^>]*)>(.*?)</option>", inside, re.S)
        chosen = next((one for one in options if " selected" in one[0]), options[0] if options else ("", ""))
        value = _part(f"<option{chosen[0]}>", "value") if "value=" in chosen[0] else html.unescape(chosen[1])
        found[_part(tag, "name")] = value
    for tag, inside in re.findall(r"(<textarea[^>]*>)(.*?)</textarea>", page, re.S):
        found[_part(tag, "name")] = html.unescape(inside).removeprefix("\n")
    return found


def _part(tag: str, name: str) -> str:
    value = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(value.group(1)) if value else ""

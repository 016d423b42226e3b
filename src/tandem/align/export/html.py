"""The report as one HTML file: nothing is fetched, nothing runs, charts are SVG within it."""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from tandem.align.export.drawing import svg
from tandem.align.export.report import Block, Break, Chart, Heading, Rows, Text, blocks
from tandem.align.result import PulseResult

STYLE = """
:root { color-scheme: light; --ink: #1b2421; --muted: #5a6762; --line: #dfe5e2; --accent: #0c6b58; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 50rem; padding: 3rem 1.25rem 6rem; color: var(--ink); background: #fff;
  font: 1rem/1.55 "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 2.2rem; line-height: 1.15; margin: 0 0 .5rem; }
h2 { font-size: 1.5rem; margin: 4rem 0 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; line-height: 1.35; margin: 2.5rem 0 .75rem; }
.lead { font-size: 1.15rem; }
.quiet { color: var(--muted); font-size: .85rem; }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; margin: 1rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; margin: .5rem 0; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td:first-child, td.w { text-align: left; font-weight: 400; }
thead th { color: var(--muted); font-weight: 600; }
nav a { color: var(--accent); margin-right: 1.2rem; }
@media print {
  h2 { break-before: page; }
  h3, svg, tr { break-inside: avoid; break-after: avoid; }
  nav { display: none; }
}
"""


def html_report(result: PulseResult, now: datetime) -> bytes:
    """UTF-8. Every text of the survey is escaped; a policy in the file lets no script run and nothing load."""
    body = list(blocks(result))
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(result.title)}</title><style>{STYLE}</style></head><body><main>"
    )
    tail = f'<p class="quiet">Made {now:%Y-%m-%d}.</p></main></body></html>'
    return (head + "".join(_parts(body)) + tail).encode(errors="replace")


def _parts(body: list[Block]) -> Iterator[str]:
    links = [block for block in body if isinstance(block, Heading) and block.level == 2]
    for block in body:
        yield _html(block)
        if isinstance(block, Heading) and block.level == 1:
            inside = "".join(f'<a href="#{escape(one.anchor)}">{escape(one.text)}</a>' for one in links)
            yield f'<nav aria-label="Contents">{inside}</nav>'


def _html(block: Block) -> str:
    match block:
        case Heading():
            return f'<h{block.level} id="{escape(block.anchor)}">{escape(block.text)}</h{block.level}>'
        case Text():
            kind = "quiet" if block.quiet else "lead" if block.lead else ""
            return f'<p class="{kind}">{escape(block.text)}</p>' if kind else f"<p>{escape(block.text)}</p>"
        case Chart():
            return f"<figure>{svg(block.sheet)}</figure>"
        case Rows():
            heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in block.columns)
            rows = "".join(_row(row, block.words) for row in block.rows)
            table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            return f'<div class="scroll">{table}</div>'
        case Break():
            return ""


def _row(row: tuple[str, ...], words: bool) -> str:
    first, *rest = row
    kinds = [""] * (len(rest) - 1) + [' class="w"' if words else ""]
    cells = "".join(f"<td{kind}>{escape(one)}</td>" for kind, one in zip(kinds, rest, strict=True))
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'

"""From a context to HTML: the templates, and the few words they may use."""

import re
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from tandem.kernel import numbers
from tandem.kernel.values import WorkspaceRole
from tandem.web.access import Action, may
from tandem.web.page import PageContext, helps
from tandem.web.shell import Shell
from tandem.web.values import Table


def environment() -> Environment:
    """Templates of this package: everything is escaped, and an unknown name is an error rather than nothing."""
    made = Environment(
        loader=PackageLoader("tandem.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "count": numbers.count,
        "percent": numbers.percent,
        "decimal": numbers.decimal,
        "points": numbers.points,
        "plural": numbers.plural,
        "moment": numbers.moment,
        "day": numbers.day,
        "time_of_day": numbers.time_of_day,
        "ago": numbers.ago,
        "span": numbers.span,
        "words": _words,
        "said": _said,
        "pair": lambda word: (word, word),
    }
    made.globals |= {"may": _may, "Action": Action, "helps": helps}
    made.tests["table"] = lambda value: isinstance(value, Table)
    return made


def rendered(templates: Environment, page: PageContext, shell: Shell) -> str:
    """The page as HTML."""
    return templates.get_template(page.template).render(page=page, shell=shell)


def address(path: str, query: list[tuple[str, str]], **changed: str | None) -> str:
    """The same address with some of its query changed; None takes a part out."""
    kept = [(name, value) for name, value in query if name not in changed]
    kept += [(name, value) for name, value in changed.items() if value is not None]
    return f"{path}?{urlencode(kept)}" if kept else path


def _words(text: object) -> str:
    return str(text).replace("_", " ")


def _said(text: str) -> Markup:
    """A sentence of ours: a capital first, and what stands in backticks as code."""
    parts = re.split(r"`([^`]*)`", text[:1].upper() + text[1:])
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


def _may(role: WorkspaceRole | None, action: Action) -> bool:
    return role is not None and may(role, action)

"""The templates of pages: everything is escaped, and a name that is not there is an error."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from rubicon.report import text


@cache
def environment() -> jinja2.Environment:
    """Templates that escape everything and fail on a name that is not there."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rubicon.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    filters: dict[str, Callable[..., Any]] = {
        "mark": text.mark, "day": text.day, "moment": text.moment, "number": text.number, "link": outside_link,
        "counted": text.counted, "one_line": text.one_line,
    }  # fmt: skip
    environment.filters.update(filters)
    return environment


def _shown(value: Any) -> Any:
    """What an expression of a template prints: markup as it is, text cleaned, nothing for null."""
    if isinstance(value, str):
        return value if isinstance(value, Markup) else text.clean(value)
    return "" if value is None else value


def outside_link(url: str | None) -> Markup:
    """An address as a link with its host when it is plain http(s), as text otherwise."""
    safe = text.safe_url(url)
    if safe is None:
        return Markup("{}").format(text.one_line(url))
    return Markup('<a rel="noreferrer" href="{}">via {}</a>').format(safe, text.host(safe))

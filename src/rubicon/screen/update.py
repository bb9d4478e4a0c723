"""Fetches the lists whose publishers give a file, and loads what changed; a list that fails leaves its last good version.

Every file as fetched is kept in the store under `raw/`, by format and hash, with the day; what to send the next time lies beside it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rubicon.collect.fetch import Limits, fetch
from rubicon.errors import RubiconError
from rubicon.registry import lists, named
from rubicon.screen import store
from rubicon.screen.bounds import about

FETCHED = ("ofac-sdn-csv", "ofac-sdn-xml", "un-xml", "eu-xml", "uk-xml", "ch-seco-xml", "ca-sema-xml")
"""Formats with a file at a lasting address; the others are kept by hand or exported."""


@dataclass(frozen=True)
class Updated:
    """What became of one list: `loaded`, `unchanged` or `failed`, and the receipt or the error."""

    format: str
    status: str
    url: str
    receipt: store.Receipt | None = None
    error: RubiconError | None = None


def update(
    folder: Path,
    formats: Sequence[str],
    *,
    today: date,
    urls: dict[str, str] | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> list[Updated]:
    """Fetch and load lists, one after the other; `urls` stands in for the addresses declared beside the readers.

    `today` dates versions whose file states no day. Raises OptionError for an unknown format.
    """
    return [_one(folder, format_, today, (urls or {}).get(format_), limits) for format_ in formats]


def _one(folder: Path, format_: str, today: date, url: str | None, limits: Limits) -> Updated:
    reader = named(lists(), format_, "list format")
    url = url or about(reader.__file__ or "").url
    raw = Path(folder) / "raw" / format_
    raw.mkdir(parents=True, exist_ok=True)
    notes = raw / "validators.json"
    try:
        # One name for each day: a second fetch on the same day that differs is kept by its hash as well.
        arrived = raw / f"{format_}_{today.isoformat()}.fetched"
        found = fetch(url, arrived, validators=_validators(notes), limits=limits)
        if not found.changed:
            return Updated(format_, "unchanged", url)
        kept = raw / f"{format_}_{found.sha256[:16]}"
        arrived.replace(kept)
        stated = "" if format_.endswith("xml") and format_ != "ca-sema-xml" else today.isoformat()
        receipt = store.load(kept, format_, folder, snapshot=stated)
        notes.write_text(json.dumps(dict(found.validators)), encoding="utf-8")
        return Updated(format_, "loaded", url, receipt)
    except RubiconError as error:
        return Updated(format_, "failed", url, error=error)


def _validators(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return (
        {key: value for key, value in found.items() if isinstance(value, str)}
        if isinstance(found, dict)
        else {}
    )

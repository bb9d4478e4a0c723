"""Observations from CSV: what a named observer says was seen at a place and time.

Columns: `id, date, kind, site, observation, observer, url` and optionally `vessel, length_m, containers,
note, shows, repeats`. `repeats` names the observations that a row is only a copy of. `shows` is the compiler's reading of the words (`ship_present`, `ship_gone`, `stack_present`,
`stack_gone`, `change`; several joined by `;`): a row without it is shown and weighs nothing.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from rubicon.case import Port
from rubicon.collect.dates import interval
from rubicon.collect.rows import Row, leftovers, rows
from rubicon.errors import NoUsableRows
from rubicon.provenance import SourceFile
from rubicon.schema import OBSERVATION, rows_to_table

REQUIRED = ("id", "date", "kind", "site", "observation", "observer", "url")
SHOWS = {"ship_present", "ship_gone", "stack_present", "stack_gone", "change"}
PROBABLE = " (probable)"


def read_observations(file: SourceFile, ports: tuple[Port, ...]) -> tuple[pa.Table, tuple[str, ...]]:
    """Read a file of observations; gives the table and notes on columns that were not used.

    Raises the errors of `rows`, and NoUsableRows for a date or a reading that cannot be understood.
    """
    made, unused = [], set()
    for row in rows(file, REQUIRED):
        made.append(_observation(row, file, ports))
        unused |= leftovers(row)
    notes = (f"columns not used: {', '.join(sorted(unused))}",) if unused else ()
    return rows_to_table(made, OBSERVATION), notes


def _observation(row: Row, file: SourceFile, ports: tuple[Port, ...]) -> dict[str, Any]:
    site, date, vessel = row.need("site"), row.need("date"), row.take("vessel")
    port, berth = locate(site, ports)
    when = interval(date, port.utc_offset_h if port else 0.0)
    shows = _words(row, "shows")
    if not set(shows) <= SHOWS:
        raise NoUsableRows(f"column `shows`: {shows} has words other than {sorted(SHOWS)}", place=row.place)
    return {
        "observation_id": row.need("id"),
        "start": when.start,
        "end": when.end,
        "date_stated": date,
        "tz_stated": when.tz_stated,
        "kind": row.need("kind"),
        "shows": shows,
        "port": port.name if port else None,
        "berth": berth,
        "site": site,
        "vessel": vessel.removesuffix(PROBABLE) if vessel else None,
        "vessel_probable": bool(vessel and vessel.endswith(PROBABLE)),
        "length_m": row.number_or_none("length_m"),
        "containers": row.number_or_none("containers"),
        "quantity": row.need("observation"),
        "observer": row.need("observer"),
        "source": row.need("url"),
        "repeats": _words(row, "repeats"),
        "note": row.take("note"),
        "source_id": file.source_id,
        "offset": row.number,
    }


def _words(row: Row, name: str) -> list[str]:
    return [word.strip() for word in (row.take(name) or "").split(";") if word.strip()]


def locate(site: str, ports: tuple[Port, ...]) -> tuple[Port | None, str | None]:
    """Port and berth that a site names: only spellings that the case lists, nothing is guessed."""
    wanted = site.casefold()
    for port in ports:
        for berth in port.berths:
            if wanted in (spelling.casefold() for spelling in berth.sites):
                return port, berth.name
        if wanted in (spelling.casefold() for spelling in (port.name, *port.aliases, *port.sites)):
            return port, None
    return None, None

"""The cases that a server shows: outputs of runs in one folder, read when first asked for and again after a new run.

Each case stands for itself; nothing here joins two of them, so that real and simulated rows never meet on a page.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.case import Case, Ship
from rubicon.errors import InputMissing, UnknownItem
from rubicon.report.text import SIMULATED, plain
from rubicon.schema import Origin
from rubicon.store.output import CASE, FOLDER, Output, read_output
from rubicon.web.density import Pyramid

Row = dict[str, Any]


class CaseView:
    """One case output with its rows as plain values, and the pages that were made from it."""

    def __init__(self, output: Output, stamp: int) -> None:
        self.output = output
        self.stamp = stamp
        self._pages: dict[str, bytes] = {}
        self._plain: dict[str, list[Row]] = {}
        self.pyramid: Pyramid | None = None
        self._counting = threading.Lock()

    @property
    def case(self) -> Case:
        """The case."""
        return self.output.case

    @property
    def id(self) -> str:
        """Its id, the first part of its addresses."""
        return self.case.id

    @property
    def simulated(self) -> bool:
        """Whether ships and events of this case are invented."""
        return self.case.origin is Origin.SIMULATED

    def has(self, name: str) -> bool:
        """Whether the run left rows in a table."""
        table = self.output.tables.get(name)
        return table is not None and table.num_rows > 0

    def rows(self, name: str) -> list[Row]:
        """Rows of a table as plain JSON values; none when the run left no such table."""
        if name not in self._plain:
            table = self.output.tables.get(name)
            self._plain[name] = [] if table is None else plain_rows(table)
        return self._plain[name]

    @cached_property
    def evidence(self) -> Mapping[str, Row]:
        """EVIDENCE rows by id."""
        return {row["evidence_id"]: row for row in self.rows("EVIDENCE")}

    @cached_property
    def ship_by_key(self) -> Mapping[str, Ship]:
        """Ships of the case by the key that stands in their addresses."""
        return {ship_key(ship): ship for ship in self.case.ships}

    @cached_property
    def key_by_name(self) -> Mapping[str, str]:
        """Keys of the case's ships by their name and aliases, in lower case."""
        return {
            name.casefold(): key
            for key, ship in self.ship_by_key.items()
            for name in (ship.name, *ship.aliases)
        }

    @cached_property
    def name_by_key(self) -> Mapping[str, str]:
        """Names of ships by key and vessel id: those of the case, then what ships last said of themselves."""
        said = {row["vessel_id"]: row["name"] for row in self.rows("VESSEL") if row["name"]}
        ours = {key: ship.name for key, ship in self.ship_by_key.items()}
        return said | ours | {ship.vessel_id: ship.name for ship in self.case.ships if ship.vessel_id}

    @cached_property
    def fixes(self) -> int:
        """Positions in the lake of the run."""
        return sum(part["rows"] for entry in self.output.lake.manifests() for part in entry["parts"])

    def density(self) -> Pyramid:
        """All positions of the lake, counted by pixel; made once, while others wait for it."""
        with self._counting:
            if self.pyramid is None:
                table = self.output.lake.positions()
                self.pyramid = Pyramid.of(table["lat_deg"].to_numpy(), table["lon_deg"].to_numpy())
            return self.pyramid

    def head(self) -> Row:
        """What every page of the case says first."""
        label = SIMULATED if self.simulated else ""
        return {
            "id": self.id,
            "title": self.case.title,
            "origin": self.case.origin.value,
            "simulated": self.simulated,
            "label": label,
        }

    def held(self, address: str) -> bytes | None:
        """The JSON of a page that was made already."""
        return self._pages.get(address)

    def page(self, address: str, make: Callable[[], Row]) -> bytes:
        """The JSON of a page, made once for each state of the case."""
        if address not in self._pages:
            self._pages[address] = encode({"case": self.head(), **make()})
        return self._pages[address]


class Shelf:
    """All cases under a folder: the folder's own output, or those of the folders in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._held: dict[Path, CaseView] = {}
        if not self.places():
            raise InputMissing("no case output here: rubicon run CASE.toml --out DIR", place=str(folder))

    def places(self) -> list[Path]:
        """Folders that hold a case output, sorted."""
        if _stamp(self.folder):
            return [self.folder]
        return sorted(path.parents[1] for path in self.folder.glob(f"*/{FOLDER}/{CASE}"))

    def cases(self) -> list[CaseView]:
        """All cases, real ones first; of two with one id the first folder is shown."""
        found: dict[str, CaseView] = {}
        for place in self.places():
            view = self._view(place)
            found.setdefault(view.id, view)
        return sorted(found.values(), key=lambda view: (view.simulated, view.id))

    def case(self, case_id: str) -> CaseView:
        """The case of that id.

        Raises UnknownItem.
        """
        for view in self.cases():
            if view.id == case_id:
                return view
        raise UnknownItem("no such case here", place=case_id[:80])

    def current(self, view: CaseView) -> bool:
        """Whether the case was not run again since it was read."""
        return _stamp(view.output.folder) == view.stamp

    def _view(self, place: Path) -> CaseView:
        stamp = _stamp(place)
        with self._lock:
            held = self._held.get(place)
            if held is None or held.stamp != stamp:
                held = self._held[place] = CaseView(read_output(place), stamp)
            return held


def _stamp(place: Path) -> int:
    """When the case was last written; 0 when there is none. A run writes the case file last."""
    try:
        return (place / FOLDER / CASE).stat().st_mtime_ns
    except OSError:
        return 0


def ship_key(ship: Ship) -> str:
    """What stands for a ship in addresses: its id in the tracks, else its IMO number, else its name."""
    return ship.vessel_id or (f"imo:{ship.imo}" if ship.imo else ship.name)


def plain_rows(table: pa.Table) -> list[Row]:
    """Rows with times in ISO 8601 UTC and JSON columns unfolded."""
    made = [plain(row) for row in table.to_pylist()]
    for row in made:
        if isinstance(row.get("detail"), str):
            row["detail"] = json.loads(row["detail"])
    return made


def encode(value: Row) -> bytes:
    """JSON in UTF-8, without infinite numbers."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

"""Reads the inputs of a case: positions into the lake, hand-kept tables into memory, the rest set aside.

An input that fails whole is named and the others go on. Formats that later stages read (lists,
designations) are hashed here and handed on as files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from rubicon.case import Case, Input
from rubicon.collect.claims import read_claims, read_grades
from rubicon.collect.ingest import Ingested, ingest_file
from rubicon.collect.observations import read_observations
from rubicon.collect.registers import read_vessels
from rubicon.collect.timeline import read_timeline
from rubicon.collect.truth import read_truth
from rubicon.errors import RubiconError, SimulatedEvidence, UnknownFormat
from rubicon.provenance import SourceFile, source_file
from rubicon.registry import lists, sources
from rubicon.schema import CLAIM, OBSERVATION, TRUTH, VESSEL, Origin
from rubicon.store.lake import Lake

TABLES = {"OBSERVATION": OBSERVATION, "CLAIM": CLAIM, "VESSEL": VESSEL, "TRUTH": TRUTH}

HAND_KEPT = ("observations", "claims", "timeline", "grades", "vessels", "truth")
DESIGNATIONS = ("designations", "owner-designations")
"""Tables that the coverage stage reads."""
RECORD = ("votes", "acts", "weights")
"""Tables of how States voted, what they said and did, and how much they weigh: read where responses are laid out."""
SCENE = "scene"
"""A picture or a Sentinel-1 product: ships are looked for in it."""


@dataclass
class Gathered:
    """What the inputs of a case gave."""

    tables: dict[str, pa.Table]
    ingested: Ingested
    lake: Lake
    """The lake as far as this case's inputs filled it."""
    files: list[SourceFile] = field(default_factory=list)
    """Every input that could be used, hashed."""
    aside: list[tuple[SourceFile, Input]] = field(default_factory=list)
    """Files whose format a later stage reads."""
    failed: list[RubiconError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gather(case: Case, lake: Lake) -> Gathered:
    """Read all inputs of a case.

    Raises the first failure when no input could be used.
    """
    made = Gathered(tables={}, ingested=Ingested(), lake=lake)
    parts: dict[str, list[pa.Table]] = {name: [schema.empty_table()] for name, schema in TABLES.items()}
    grades: dict[str, str] = {}
    for input_ in sorted(case.inputs, key=lambda one: one.format != "grades"):
        try:
            for path in case.paths(input_):
                _read(case, input_, path, lake, made, parts, grades)
        except SimulatedEvidence:
            raise
        except RubiconError as error:
            made.failed.append(error)
    if made.failed and not made.files:
        raise made.failed[0]
    made.tables = {name: pa.concat_tables(tables) for name, tables in parts.items()}
    made.lake = lake.holding({file.source_id for file in made.files})
    made.tables["VESSEL"] = pa.concat_tables([made.tables["VESSEL"], made.lake.vessels()])
    return made


def _read(
    case: Case, input_: Input, path: Path, lake: Lake, made: Gathered, parts: dict[str, list[pa.Table]], grades: dict[str, str]
) -> None:  # fmt: skip
    """Read one file by its format; what it gives is added to `made`, `parts` or `grades`."""
    file = described(case, input_, path)
    notes: tuple[str, ...] = ()
    if input_.format in ("", "auto") or input_.format in sources():
        entry, known = ingest_file(path, input_, lake, origin=case.origin)
        made.ingested.count(entry, known, lake)
        notes = tuple(entry["notes"])
    elif input_.format == "observations":
        table, notes = read_observations(file, case.ports)
        parts["OBSERVATION"].append(table)
    elif input_.format == "claims":
        table, notes = read_claims(file, grades)
        parts["CLAIM"].append(table)
    elif input_.format == "timeline":
        table, notes = read_timeline(file, grades)
        parts["CLAIM"].append(table)
    elif input_.format == "vessels":
        parts["VESSEL"].append(read_vessels(file))
    elif input_.format == "truth":
        if case.origin is Origin.REAL:
            raise SimulatedEvidence("a real case has no truth of a simulation", place=str(path))
        parts["TRUTH"].append(read_truth(file))
    elif input_.format == "grades":
        grades |= read_grades(file)
    elif input_.format in (*DESIGNATIONS, *RECORD, SCENE) or input_.format in lists():
        made.aside.append((file, input_))
    else:
        readable = ["auto", *sources(), *HAND_KEPT, *DESIGNATIONS, *RECORD, SCENE, *lists()]
        raise UnknownFormat(
            f"no stage reads the format {input_.format!r}; there are {', '.join(readable)}", place=str(path)
        )
    made.files.append(file)
    made.notes += [f"{path.name}: {note}" for note in notes]


def described(case: Case, input_: Input, path: Path) -> SourceFile:
    """Hash a file and describe it as the case does."""
    return source_file(
        path,
        origin=(input_.origin or case.origin).value,
        format=input_.format,
        title=input_.title,
        publisher=input_.publisher,
        licence=input_.licence,
        url=input_.url,
        raw_may_ship=input_.raw_may_ship,
        derived_may_ship=input_.derived_may_ship,
        thumbnail_may_ship=input_.thumbnail_may_ship,
    )

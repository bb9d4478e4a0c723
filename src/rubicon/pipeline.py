"""The whole flow: collect, detect, screen, assess, respond, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rubicon import engine, seeing
from rubicon.assess import evidence as ev
from rubicon.assess.findings import Known, answer
from rubicon.assess.judgement import judge
from rubicon.assess.truth import beside
from rubicon.case import Case, utc
from rubicon.collect.gather import SCENE, Gathered, gather
from rubicon.detect.reach import reach_gaps
from rubicon.errors import OptionError, RubiconError
from rubicon.provenance import evidence_id
from rubicon.registry import detectors, lists, named
from rubicon.report import dossier
from rubicon.respond import council, coverage, law, lawbook, policy
from rubicon.schema import EVENT, OPTION, TABLES
from rubicon.screen.match import screen_case
from rubicon.screen.store import merge
from rubicon.simulate import simulate
from rubicon.store.lake import Lake
from rubicon.store.output import earlier, write_output

DETECTORS = ("gaps", "port-calls")
"""Detectors that a case runs; segments are asked for by name."""
MOST_TRACKS, MOST_POINTS = 300, 400
"""Ships drawn on the map, and points of each: more cannot be told apart at the width of a page."""


@dataclass
class Run:
    """What a run of a case made, and what it could not use."""

    case: Case
    out: Path
    gathered: Gathered
    tables: dict[str, pa.Table]
    ships: int
    """Ships heard on AIS."""

    @property
    def failed(self) -> list[RubiconError]:
        """Inputs that failed whole."""
        return self.gathered.failed


def run(case: Case, out: Path, *, progress: Callable[[str], None] = lambda stage: None) -> Run:
    """Run all stages of a case and write its dossier under `out`.

    An input that fails whole is named in `failed` and the rest goes on; when no input could be used, its
    error is raised. Raises SimulatedEvidence rather than mix origins.
    """
    progress("collect")
    case = materialise(case, out)
    gathered = gather(case, Lake(out / "lake"))
    lake, tables = gathered.lake, gathered.tables
    ev.refuse_real_ships(case, lake.vessel_ids(), tables["VESSEL"])
    progress("detect")
    tables["EVENT"], reach = detect(case, lake)
    look_at_scenes(case, gathered, out)
    progress("screen")
    tables["LISTING"], tables["HIT"] = screen(case, gathered)
    progress("respond")
    tables["OPTION"], facts = respond(case, gathered, tables["LISTING"])
    progress("assess")
    tables["EVIDENCE"] = evidence(gathered, lake, facts)
    tables["FINDING"] = assess(case, tables, reach, lake)
    tables |= judge(case, tables, earlier(out, case, "FINDING_VERSION"))
    progress("report")
    tables["POSITION"], ships = tracks(case, lake)
    counts = {"messages": gathered.ingested.messages, "rejected": gathered.ingested.rejected, "ships": ships}
    dossier.build(case, tables, gathered.files, out, counts=counts)
    write_output(out, case, tables)
    return Run(case, out, gathered, tables, ships)


def materialise(case: Case, out: Path) -> Case:
    """Simulate the inputs of a case that has a scenario; it then reads what the simulator wrote."""
    if not case.scenario:
        return case
    simulate(case.folder / case.scenario, out / "simulated", case.seed)
    return case.model_copy(update={"folder": out / "simulated"})


def detect(case: Case, lake: Lake) -> tuple[pa.Table, Sequence[Mapping[str, Any]]]:
    """Events of the case, and the reach of each gap to each port that a question asks about."""
    unknown = set(case.options) - set(detectors())
    if unknown:
        raise OptionError(
            f"no such detector; there are {', '.join(detectors())}", place=f"options.{min(unknown)}"
        )
    found = [EVENT.empty_table()]
    ours: dict[str, dict[str, Any]] = {
        "gaps": {"data_end_utc": utc(case.period.end) + timedelta(days=1)},
        "port-calls": {"ports": case.ports},
    }
    for kind in DETECTORS:
        options = engine.options_for(kind, case.profile, ours[kind] | case.options.get(kind, {}))
        found.append(engine.local(kind, lake, options))
    events = pa.concat_tables(found)
    gaps = events.filter(pc.equal(events["kind"], "gap"))
    asked = [case.port(name) for name in sorted({q.port for q in case.questions if q.each_gap or q.vessel})]
    speeds = {ship.vessel_id: ship.max_speed_kn for ship in case.ships}
    of_ships = gaps.filter(pc.is_in(gaps["vessel_id"], pa.array(list(speeds), pa.string())))
    return events, reach_gaps(of_ships, asked, max_speed_kn=speeds) if asked else []


def look_at_scenes(case: Case, gathered: Gathered, out: Path) -> None:
    """Add the tables SCENE and DETECTION where the case has scenes."""
    files = [(file, input_) for file, input_ in gathered.aside if input_.format == SCENE]
    if not files:
        return
    seen = seeing.see(case, files, gathered.lake, gathered.tables["VESSEL"], out)
    gathered.tables |= {"SCENE": seen.scenes, "DETECTION": seen.detections}
    gathered.failed += seen.failed
    gathered.notes += seen.notes


def screen(case: Case, gathered: Gathered) -> tuple[pa.Table, pa.Table]:
    """List entries of the case's lists, and what its ships hit among them."""
    read: list[pa.Table] = []
    for file, input_ in gathered.aside:
        if input_.format in lists():
            try:
                read.append(named(lists(), input_.format, "list format").read(file, input_))
            except RubiconError as error:
                gathered.failed.append(error)
    listings = merge(read)
    return listings, screen_case(case.ships, listings)


def respond(case: Case, gathered: Gathered, listings: pa.Table) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Coverage of the case's ships and the paragraphs that would apply, with the facts behind both."""
    facts: list[coverage.Designation] = []
    for file, input_ in gathered.aside:
        if input_.format in coverage.READERS:
            try:
                facts += coverage.READERS[input_.format](file)
            except RubiconError as error:
                gathered.failed.append(error)
    parts, rows = [OPTION.empty_table()], coverage.fact_rows(facts)
    ships = {ship.imo: ship.name for ship in case.ships if ship.imo}
    cells: list[coverage.Cell] = []
    if facts or listings.num_rows:
        event = case.first_evidence or coverage.FIRST_LISTING
        cells = coverage.coverage(ships, facts, listings, day=case.period.end, from_event=event)
        parts.append(coverage.coverage_options(cells))
    if case.situations:
        parts.append(law.law_options(case.situations))
        more, known = policy.laid_out(case, gathered, cells)
        parts += more
        gathered.files += [*lawbook.law_files(), *council.council_files()]
        rows += [
            *known,
            *lawbook.fact_rows(
                key for part in parts for ids in part["evidence_ids"].to_pylist() for key in ids
            ),
        ]
    return pa.concat_tables(parts), rows


def evidence(gathered: Gathered, lake: Lake, facts: list[dict[str, Any]]) -> pa.Table:
    """Every row that a sentence of this case can point at."""
    files, tables = {file.source_id: file for file in gathered.files}, gathered.tables
    cited = _fixes(tables)
    return ev.evidence_table(
        [
            *ev.from_observations(tables["OBSERVATION"], files),
            *ev.from_claims(tables["CLAIM"], files),
            *ev.from_listings(tables["LISTING"], files),
            *ev.from_positions(_cited(lake, cited), files),
            *ev.from_fact_rows(facts, files),
            *ev.from_detections(_table(tables, "DETECTION"), _table(tables, "SCENE"), files),
            *ev.from_scenes(_table(tables, "SCENE"), files),
        ]
    )


def _table(tables: Mapping[str, pa.Table], name: str) -> pa.Table:
    """A table that not every case has, empty where it is absent."""
    return tables.get(name, TABLES[name].empty_table())


def _fixes(tables: Mapping[str, pa.Table]) -> set[str]:
    """Ids of the positions that events lead back to."""
    return {key for events in tables["EVENT"]["evidence_ids"].to_pylist() for key in events}


def _cited(lake: Lake, ids: set[str]) -> pa.Table:
    """Positions that events lead back to."""
    positions = lake.positions()
    keys = pc.binary_join_element_wise(positions["source_id"], positions["offset"].cast(pa.string()), "@")
    return positions.filter(pc.is_in(keys, pa.array(sorted(ids), pa.string())))


def assess(
    case: Case, tables: Mapping[str, pa.Table], reach: Sequence[Mapping[str, Any]], lake: Lake
) -> pa.Table:
    """Answers to the case's questions; in a simulated case with the truth beside them."""
    by_id = {row["evidence_id"]: row for row in tables["EVIDENCE"].to_pylist()}
    seen = [row for row in _table(tables, "DETECTION").to_pylist() if row["detection_id"] in by_id]
    known = Known(
        tables["OBSERVATION"], tables["VESSEL"], tables["EVENT"], reach, by_id, seen,
        [row for row in _table(tables, "SCENE").to_pylist() if row["scene_id"] in by_id],
        tables["CLAIM"], tables["HIT"].to_pylist(),
        {evidence_id(row["source_id"], row["offset"]): row for row in _cited(lake, _fixes(tables)).to_pylist()},
    )  # fmt: skip
    findings = answer(case, known)
    return beside(case, findings, tables["TRUTH"]) if tables["TRUTH"].num_rows else findings


def tracks(case: Case, lake: Lake) -> tuple[pa.Table, int]:
    """Thinned tracks to draw, of the case's ships or else of all, and the number of ships heard."""
    positions = lake.positions()
    heard = pc.unique(positions["vessel_id"]).to_pylist()
    wanted = {ship.vessel_id for ship in case.ships} & set(heard) or set(sorted(heard)[:MOST_TRACKS])
    frame = pl.DataFrame(
        positions.filter(pc.is_in(positions["vessel_id"], pa.array(sorted(wanted), pa.string())))
    )
    thin = (
        frame.sort("vessel_id", "time_utc", "source_id", "offset")
        .with_columns(
            every=(pl.len().over("vessel_id") // MOST_POINTS).clip(lower_bound=1),
            row=pl.int_range(pl.len()).over("vessel_id"),
        )
        .filter(pl.col("row") % pl.col("every") == 0)
        .drop("every", "row")
    )
    return thin.to_arrow().cast(positions.schema), len(heard)

"""The files of a simulation: the AIS log, and the truth that no receiver sees.

`ais.nmea` (lines of stations whose names start with SIMULATED), `truth.csv` (what each ship did),
`truth_positions.parquet` (where it was every ten minutes) and `README.txt`; `observations.csv` and `claims.csv` where
the scenario has watchers and claims. The same scenario and seed give the
same bytes; a ship's lines do not depend on the other ships.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rubicon.errors import OptionError
from rubicon.schema import TIME, Origin
from rubicon.simulate import nmea
from rubicon.simulate.draws import Draws
from rubicon.simulate.overflights import write_overflights
from rubicon.simulate.radio import AT_REST, Reports, reports
from rubicon.simulate.reports import claims, observations
from rubicon.simulate.scenario import Scenario, ShipPlan, load_scenario
from rubicon.simulate.tracks import STEP_S, Track, track

LABEL = "SIMULATED - fictional ships"
TRUTH_EVERY_S = 600
TRUTH_COLUMNS = ("vessel_id", "name", "event", "port", "start", "end", "origin")
MOTION, RADIO = 0, 1
Line = tuple[int, str, str]
"""Unix second, MMSI and text: the order in which the log is written."""


@dataclass(frozen=True)
class Simulated:
    """Where the files of a simulation lie, and what they hold."""

    ais: Path
    truth: Path
    truth_positions: Path
    readme: Path
    seed: int
    ships: int
    messages: int
    size_bytes: int
    looks: tuple[Path, ...] = ()
    """Radar products of the scenario's overflights."""


def simulate(scenario_path: Path, out: Path, seed: int) -> Simulated:
    """Play a scenario and write its files into `out`.

    Ships are drawn from streams of their own, keyed by seed and MMSI. Raises CaseError or InputMissing when the
    scenario cannot be read or carries what could be taken for a real ship, OptionError for a negative seed.
    """
    if seed < 0:
        raise OptionError("must not be negative", place=f"seed {seed}")
    scenario = load_scenario(scenario_path)
    tracks = [track(ship, scenario, Draws(seed, int(ship.mmsi), MOTION)) for ship in scenario.ships]
    lines: list[Line] = []
    for one in tracks:
        lines += _lines(one, reports(one, scenario, Draws(seed, int(one.ship.mmsi), RADIO)), scenario)
    lines.sort()
    out.mkdir(parents=True, exist_ok=True)
    log = "".join(text for _, _, text in lines).encode("ascii")
    made = Simulated(
        ais=out / "ais.nmea", truth=out / "truth.csv", truth_positions=out / "truth_positions.parquet",
        readme=out / "README.txt", seed=seed, ships=len(tracks), messages=len(lines), size_bytes=len(log),
    )  # fmt: skip
    made.ais.write_bytes(log)
    made.truth.write_text(_truth(tracks), encoding="utf-8", newline="\n")
    pq.write_table(_positions(tracks), made.truth_positions, compression="zstd")
    made.readme.write_text(_readme(scenario, seed), encoding="utf-8", newline="\n")
    if scenario.watchers:
        _csv(out / "observations.csv", observations(scenario, tracks, seed))
    if scenario.claims:
        _csv(out / "claims.csv", claims(scenario))
    looks = write_overflights(scenario, tracks, out / "looks", seed) if scenario.overflights else []
    return replace(made, looks=tuple(looks))


def _csv(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _lines(one: Track, heard: Reports, scenario: Scenario) -> Iterator[Line]:
    """Lines of a ship: its position reports, and after some of them its static data."""
    ship, mmsi = one.ship, int(one.ship.mmsi)
    names = [*(s.name for s in scenario.stations), *(s.name for s in scenario.satellites)]
    times_s, stations = heard.time_s.tolist(), [names[number] for number in heard.station.tolist()]
    if not times_s:
        return
    for at_s, text in zip(times_s, _logged(_position(ship, heard), times_s, stations, mmsi), strict=True):
        yield at_s, f"{ship.mmsi}-0", text
    for row in np.flatnonzero(heard.static).tolist():
        for order, fields in enumerate(_static(ship, one.destinations[heard.destination[row]]), start=1):
            yield (
                times_s[row],
                f"{ship.mmsi}-{order}",
                _logged(fields, [times_s[row]], [stations[row]], mmsi)[0],
            )


def _logged(
    fields: Sequence[nmea.Field], times_s: Sequence[int], stations: Sequence[str], mmsi: int
) -> list[str]:
    fill = nmea.fill_bits(sum(width for _, width in fields))
    return nmea.log_lines(nmea.payloads(fields), fill, times_s, stations, mmsi)


def _position(ship: ShipPlan, heard: Reports) -> list[nmea.Field]:
    class_b = ship.ais_class == "B"
    motion = nmea.Motion(
        heard.time_s % 60, heard.lat_deg, heard.lon_deg, heard.speed_kn, heard.course_deg,
        nmea.NO_HEADING if class_b else heard.heading_deg,
    )  # fmt: skip
    if class_b:
        return nmea.position_b(int(ship.mmsi), motion)
    return nmea.position_a(
        int(ship.mmsi), np.where(np.isin(heard.status, AT_REST), 3, 1), heard.status, motion
    )


def _static(ship: ShipPlan, destination: str) -> Sequence[list[nmea.Field]]:
    hull = nmea.Hull(ship.name, ship.call_sign, ship.ship_type, ship.length_m, ship.beam_m)
    if ship.ais_class == "B":
        return nmea.static_b(int(ship.mmsi), hull)
    return [nmea.static_a(int(ship.mmsi), int(ship.imo or 0), hull, ship.draught_m, destination)]


def _truth(tracks: Sequence[Track]) -> str:
    """What each ship did, in order of time; an instant has no end."""
    rows = [
        (
            _iso(h.start_s),
            t.ship.mmsi,
            t.ship.name,
            h.event,
            h.port,
            _iso(h.end_s) if h.end_s is not None else "",
        )
        for t in tracks
        for h in t.happenings
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(TRUTH_COLUMNS)
    for start, mmsi, name, event, port, end in sorted(rows):
        writer.writerow((mmsi, name, event, port, start, end, Origin.SIMULATED.value))
    return text.getvalue()


def _iso(unix_s: float) -> str:
    return datetime.fromtimestamp(round(unix_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _positions(tracks: Sequence[Track]) -> pa.Table:
    """Where each ship truly was, whether anyone heard it or not."""
    every = TRUTH_EVERY_S // STEP_S
    parts = [
        pa.table(
            {
                "vessel_id": pa.array([t.ship.mmsi] * len(t.time_s[::every])),
                "name": pa.array([t.ship.name] * len(t.time_s[::every])),
                "time_utc": pa.array(t.time_s[::every] * 1_000_000).cast(TIME),
                "lat_deg": np.round(t.lat_deg[::every], 6),
                "lon_deg": np.round(t.lon_deg[::every], 6),
                "speed_kn": np.round(t.speed_kn[::every], 2),
                "nav_status": t.status[::every],
                "transmits": t.transmits[::every],
            }
        )
        for t in tracks
    ]
    whole = pa.concat_tables(parts).append_column(
        "origin", pa.repeat(Origin.SIMULATED.value, sum(map(len, parts)))
    )
    return whole.replace_schema_metadata({"label": LABEL, "origin": Origin.SIMULATED.value})


def _readme(scenario: Scenario, seed: int) -> str:
    lines = [
        LABEL, "",
        f"{scenario.title}",
        f"Scenario {scenario.id}, seed {seed}, {scenario.start:%Y-%m-%d %H:%M} to {scenario.end:%Y-%m-%d %H:%M} UTC.",
        "Made by `rubicon simulate`. No ship, voyage or report here is real; the waters and the ports are.",
        "", "Ships (names, MMSI and IMO numbers that no ship can hold):",
        *(f"  {ship.mmsi}  {ship.imo or '-------'}  {ship.name}" for ship in scenario.ships),
        "",
        "ais.nmea                 what the simulated stations heard, NMEA 0183 with tag blocks",
        "truth.csv                what each ship did: departed, arrived, called, dark_from, dark_until (UTC);",
        "                         a call that was under way at either end of the scenario is cut off there",
        "truth_positions.parquet  where each ship was, every 10 minutes, heard or not",
        "",
    ]  # fmt: skip
    return "\n".join(lines)

"""The scenario file: one TOML with the waters, the stations that listen, and the fictional ships with their plans.

A ship's plan is a list of legs. `sail` follows waypoints drawn by hand; `moor`, `anchor`, `drift` and `fish`
stay. A leg can switch the transponder off and on again; what is off stays off until a later leg switches it on.

Nothing in a scenario can be taken for a real ship: a name starts with EXERCISE, an MMSI starts with 1 (ship
stations start with 2 to 7, ITU-R M.585), an IMO number lies below 1000000 (none is issued there, ITU-R M.1371)
with a check digit that is wrong, and every station is called SIMULATED. The loader refuses anything else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from rubicon.case import Strict, read_model, utc
from rubicon.identifiers import imo_valid

Point = tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]]
"""Latitude and longitude in degrees."""
Instant = Annotated[datetime, AfterValidator(utc)]


class Port(Strict):
    """A port: where ships lie, and the way from the berths to open water."""

    name: str
    berths: Annotated[tuple[Point, ...], Field(min_length=1)]
    approach: tuple[Point, ...] = ()
    """Waypoints from the berths outwards; sailed backwards on arrival."""


class Station(Strict):
    """A receiver on land."""

    name: str = Field(pattern=r"^SIMULATED-[A-Z0-9]{1,5}$")
    at: Point
    range_km: float = Field(gt=0)
    """Hears nearly all class A reports out to 0.7 of it, half of them at 0.95, none beyond 1.2."""


class Satellite(Strict):
    """A receiver that passes over the whole area now and then."""

    name: str = Field(pattern=r"^SIMULATED-[A-Z0-9]{1,5}$")
    first_pass: Instant
    every_h: float = Field(gt=0)
    pass_min: float = Field(gt=0)
    hears: float = Field(gt=0, lt=1)
    """Chance that one pass keeps a report of a class A ship."""


class Overflight(Strict):
    """A radar satellite that looks at a square of sea now and then."""

    name: str = Field(pattern=r"^SIMULATED-[A-Z0-9]{1,8}$")
    at: Point
    half_km: float = Field(3.0, ge=2, le=20)
    first_pass: Instant
    every_h: float = Field(ge=1)
    heading_deg: float = Field(347.0, ge=0, lt=360)
    """Of the platform, which looks to its right."""
    sea_sigma0: float = Field(0.01, gt=0, lt=0.2)
    """Mean backscatter of the sea: 0.005 is calm, 0.03 is rough."""


class Watcher(Strict):
    """A fictional observer who looks at a port from above and reports every look."""

    name: str = Field(pattern=r"^SIMULATED-[A-Z0-9]{1,8}$")
    port: str
    first_look: Instant
    every_h: float = Field(ge=1)
    clear: float = Field(0.7, ge=0, le=1)
    """Chance that no cloud hides the port."""
    names: float = Field(0.3, ge=0, le=1)
    """Chance that a ship is named rather than measured."""
    names_right: float = Field(0.85, ge=0, le=1)


class Said(Strict):
    """A claim of a fictional source, true or false: the columns of a claims table."""

    id: str
    date: str
    source: str = Field(pattern=r"^SIMULATED-")
    source_type: str = "media"
    subject: str
    predicate: str
    value: str
    unit: str = ""
    period_start: str = ""
    period_end: str = ""
    derived_from: str = ""
    note: str = ""


class Sampling(Strict):
    """How the log is thinned: real transponders report every few seconds (ITU-R M.1371), a log keeps far fewer."""

    under_way_s: tuple[Annotated[float, Field(ge=10)], float] = (180.0, 360.0)
    """Shortest and longest interval between kept reports of a ship under way."""
    at_rest_every: Annotated[int, Field(ge=1)] = 8
    """At a berth or at anchor only every so many of them is kept."""
    static_every_h: Annotated[float, Field(gt=0)] = 12.0
    """Shortest interval between kept reports of name and dimensions."""

    @model_validator(mode="after")
    def _ordered(self) -> Sampling:
        if self.under_way_s[0] > self.under_way_s[1]:
            raise ValueError("under_way_s: the shortest interval must come first")
        return self


class Sail(Strict):
    """A leg along waypoints to a port or to a point at sea."""

    do: Literal["sail"]
    to: str | Point
    via: tuple[Point, ...] = ()
    speed_kn: float | None = Field(None, gt=0, le=40)
    """Defaults to the ship's service speed."""
    destination: str = Field("", max_length=20)
    """What the ship states in its static reports; defaults to the port it sails to."""
    dark_from_km: float | None = Field(None, ge=0)
    """Switch off after so many kilometres of the leg."""
    dark_until_km_left: float | None = Field(None, ge=0)
    """Switch on again when so many kilometres of the leg are left."""


class Stay(Strict):
    """A leg in one place: at the berth, at anchor, adrift, or fishing about it."""

    do: Literal["moor", "anchor", "drift", "fish"]
    hours: float = Field(ge=0.1)


Leg = Annotated[Sail | Stay, Field(discriminator="do")]


class ShipPlan(Strict):
    """A fictional ship and what it does in the scenario."""

    name: str = Field(pattern=r"^EXERCISE [A-Z0-9 ]{1,11}$")
    mmsi: str = Field(pattern=r"^1([02-9]\d|1[02-9])\d{6}$")
    """Never that of a ship; 111 is left out because search and rescue aircraft hold it."""
    imo: str = Field("", pattern=r"^(0\d{6})?$")
    ais_class: Literal["A", "B"] = "A"
    call_sign: str = Field("", pattern=r"^[A-Z0-9]{0,7}$")
    ship_type: int = Field(70, ge=0, le=99)
    """AIS code of the type of ship (ITU-R M.1371)."""
    length_m: int = Field(gt=0, lt=500)
    beam_m: int = Field(gt=0, lt=63)
    draught_m: float = Field(0.0, ge=0, lt=25.5)
    service_speed_kn: float = Field(gt=0, le=40)
    start: str | Point
    """The port at whose berth, or the point at sea where, the ship is first."""
    appears: Instant | None = None
    """When it comes into the scenario; defaults to the scenario's start."""
    berth: int = Field(0, ge=0)
    """Which of a port's berths it takes, counted round."""
    plan: Annotated[tuple[Leg, ...], Field(min_length=1)]
    repeat: bool = False
    """Begin again when the plan is done; else the ship then leaves the scenario."""

    @model_validator(mode="after")
    def _possible(self) -> ShipPlan:
        if imo_valid(self.imo):
            raise ValueError(
                f"imo {self.imo} has a valid check digit; a simulated ship must carry an invalid number"
            )
        if self.repeat and not any(isinstance(leg, Stay) for leg in self.plan):
            raise ValueError("a plan that repeats must stay somewhere")
        return self


class Scenario(Strict):
    """Waters, listeners and ships over a period."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    title: str
    start: Instant
    end: Instant
    sampling: Sampling = Sampling()
    stations: tuple[Station, ...] = ()
    satellites: tuple[Satellite, ...] = ()
    overflights: tuple[Overflight, ...] = ()
    watchers: tuple[Watcher, ...] = ()
    claims: tuple[Said, ...] = ()
    ports: tuple[Port, ...] = ()
    ships: Annotated[tuple[ShipPlan, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        if self.end - self.start < timedelta(hours=1):
            raise ValueError("end must be an hour or more after start")
        ports = {port.name for port in self.ports}
        for ship in self.ships:
            if ship.appears and not self.start <= ship.appears <= self.end - timedelta(hours=1):
                raise ValueError(
                    f"{ship.name} must appear within the scenario, an hour or more before its end"
                )
            stops = [ship.start, *(leg.to for leg in ship.plan if isinstance(leg, Sail))]
            unknown = sorted({stop for stop in stops if isinstance(stop, str)} - ports)
            if unknown:
                raise ValueError(
                    f"{ship.name} names ports that the scenario does not have: {', '.join(unknown)}"
                )
        if unknown := sorted({watcher.port for watcher in self.watchers} - ports):
            raise ValueError(f"a watcher looks at a port that the scenario does not have: {unknown[0]}")
        for what, keys in (("mmsi", [s.mmsi for s in self.ships]), ("port", [p.name for p in self.ports])):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{what} given twice: {', '.join(twice)}")
        return self

    def port(self, name: str) -> Port:
        """The port of that name."""
        return next(port for port in self.ports if port.name == name)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises CaseError naming the file and every key that is wrong, InputMissing when it is not there.
    """
    return read_model(path, Scenario)

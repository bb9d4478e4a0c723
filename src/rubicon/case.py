"""The case file: one TOML that says what to watch, which inputs to read and which questions to answer.

A misspelt key, a wrong type or a missing file is a `CaseError` that names the key and the file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rubicon.errors import CaseError, InputMissing
from rubicon.schema import Origin


class Strict(BaseModel):
    """Unknown keys are errors, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Berth(Strict):
    """A pier or terminal of a port, with the spellings under which reports name it."""

    name: str
    sites: tuple[str, ...] = ()
    counts: bool = True
    """False for a pier whose traffic is no evidence in this case (a pier leased to others)."""
    note: str = ""


class Port(Strict):
    """A port of the case: position in degrees, other names, berths."""

    name: str
    lat_deg: float = Field(ge=-90, le=90)
    lon_deg: float = Field(ge=-180, le=180)
    country: str = ""
    aliases: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    utc_offset_h: float = 0.0
    """Offset used for reports that state no time zone; such dates are marked `tz_stated = false`."""
    usual_stay_h: float = Field(24.0, gt=0)
    berths: tuple[Berth, ...] = ()
    approximate: bool = False
    source: str = ""


class Ship(Strict):
    """A ship of interest."""

    name: str
    imo: str = ""
    vessel_id: str = ""
    flag: str = ""
    aliases: tuple[str, ...] = ()
    max_speed_kn: float = Field(14.0, gt=0, le=60)


class ZoneArea(Strict):
    """A maritime zone that the case draws: a ring of corners (latitude, longitude, degrees), and whose it is.

    `kind` as the law asks for it. Zones are tried in the order of the case file: the narrower one first. A ring
    that crosses the date line gives longitudes that run on past 180.
    """

    name: str = ""
    kind: Literal["port", "internal_waters", "territorial_sea", "contiguous_zone", "eez", "high_seas"]
    country: str = Field("", pattern=r"^([A-Z]{2})?$")
    """ISO 3166 alpha-2; empty for the high seas."""
    ring: tuple[tuple[float, float], ...] = Field(min_length=3)
    source: str
    """Who drew it, from what: shown on every map and answer."""
    approximate: bool = True
    disputed: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _on_earth(self) -> ZoneArea:
        for lat, lon in self.ring:
            if not (-90 <= lat <= 90 and -180 <= lon <= 540):
                raise ValueError(f"{lat}, {lon} is no latitude and longitude")
        if (self.kind == "high_seas") == bool(self.country):
            raise ValueError("the high seas have no country, and every other zone has one")
        return self


class Columns(Strict):
    """Which column of a table holds what; every quantity states its unit."""

    vessel_id: str = ""
    time_utc: str = ""
    lat_deg: str = ""
    lon_deg: str = ""
    speed: str = ""
    course_deg: str = ""
    heading_deg: str = ""


class Input(Strict):
    """One file that the case reads, who published it and what may be done with it."""

    file: str
    format: str
    title: str = ""
    publisher: str = ""
    licence: str = ""
    url: str = ""
    raw_may_ship: bool = False
    """Whether the licence lets the file itself travel in the dossier; else its hash alone does."""
    derived_may_ship: bool = True
    """Whether what was read or measured from the file may be published; else no dossier that cites it is packed."""
    thumbnail_may_ship: bool = False
    """Whether a small picture of an image may travel, where the image itself may not."""
    origin: Origin | None = None
    """Defaults to the origin of the case."""
    authority: str = ""
    snapshot: str = ""
    """Date of the version of a list."""
    extract: bool = False
    """The file is a cut of a list: its expected counts do not apply, and absence from it says nothing."""
    columns: Columns = Columns()
    dates: Literal["", "iso", "day-first", "month-first"] = ""
    timezone: str = ""
    speed_unit: Literal["", "kn", "m/s"] = ""
    decimal: Literal["", ".", ","] = ""
    sensor: Literal["", "sar", "optical"] = ""
    """Of a scene whose file does not say it."""
    values: Literal["", "dn", "sigma0", "db", "8bit"] = ""
    """What a number of a radar picture means, where the numbers leave a choice."""
    pixel_m: float | None = Field(default=None, gt=0)

    @field_validator("format")
    @classmethod
    def _dashed(cls, value: str) -> str:
        return value.replace("_", "-")


class Question(Strict):
    """A question that the case answers with one finding, or with one for each dark gap."""

    id: str
    kind: Literal["call", "which"] = "call"
    port: str
    start: datetime
    end: datetime
    vessel: str = ""
    each_gap: bool = False
    """Ask for every gap of every ship that lies in the window."""
    text: str = ""
    prior: float = Field(0.5, gt=0, lt=1)
    prior_reason: str = "no reason to prefer either answer before the evidence"
    rival_prior: float | None = Field(None, gt=0, lt=1)
    """Prior that each other ship of the case called in the window; else the one of the weights."""
    unknown_ships: float | None = Field(None, gt=0, le=100)
    """Expected number of ships outside the case that would be seen at the port; else the one of the weights."""

    @model_validator(mode="after")
    def _ordered(self) -> Question:
        if utc(self.start) >= utc(self.end):
            raise ValueError("start must be before end")
        return self


class Situation(Strict):
    """A legal situation that the case asks about: who could inspect this ship there, and with whose consent?"""

    id: str
    text: str
    flag: str
    zone: str
    cargo: Literal["conventional_arms", "missiles", "wmd", "coal", "none"]
    involvement: Literal["aboard", "past", "none"] = "aboard"
    regime: Literal["dprk", "libya"] = "dprk"
    ship_type: Literal["merchant", "naval_auxiliary", "warship"] = "merchant"
    origin_pier: str = ""
    actor: str = ""
    date: date
    evidence: tuple[str, ...] = ()
    """Observations and claims that put the ship there."""


class Pause(Strict):
    """A time without calls that somebody pointed out afterwards, and the quoted totals that give a rate before it."""

    start: date
    end: date
    """First day that is no longer part of the pause."""
    rate_from: date
    quoted: tuple[str, ...] = Field(min_length=1)
    """Claims of totals up to the pause."""
    reported_by: str = ""
    """Observation that reports the pause."""


class EventStudy(Strict):
    """An event after which traffic may have changed: did it, and did it move to another port?"""

    id: str
    text: str
    date: date
    from_port: str
    to_port: str = ""
    evidence: tuple[str, ...] = ()
    """Claims of the event, and reports that speak of a change."""
    pause: Pause | None = None


class Period(Strict):
    """The time that the case covers."""

    start: date
    end: date


class Case(Strict):
    """A case: what to watch, which inputs, which questions."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    title: str
    origin: Origin
    summary: str = ""
    limits: tuple[str, ...] = ()
    period: Period
    scenario: str = ""
    """Scenario file that `rubicon simulate` turns into this case's inputs; only in a simulated case."""
    seed: int = 0
    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees: the area of the map."""
    profile: Literal["rubicon", "gfw"] = "rubicon"
    first_evidence: date | None = None
    """The named event from which the lag of a listing is counted."""
    first_evidence_text: str = ""
    ports: tuple[Port, ...] = ()
    zones: tuple[ZoneArea, ...] = ()
    """Maritime zones that the case draws; without one, 12 nautical miles from the coastline in use count."""
    ships: tuple[Ship, ...] = ()
    inputs: tuple[Input, ...] = ()
    questions: tuple[Question, ...] = ()
    situations: tuple[Situation, ...] = ()
    effects: tuple[EventStudy, ...] = ()
    red_lines: tuple[str, ...] = ()
    """Lines of the ladder to watch, by id (`rubicon assess redlines --list`)."""
    documents: tuple[str, ...] = ()
    """Documents beside the port report: `vessel-profile:Angara`, `voyage:*` for every ship; by default `presence` and `annex`."""
    options: dict[str, dict[str, Any]] = {}
    """Options of detectors, by detector name."""
    folder: Path = Field(Path("."), exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _folder_is_not_written(cls, data: Any) -> Any:
        if isinstance(data, dict) and "folder" in data:
            raise ValueError("`folder`: unknown key")
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Case:
        if self.scenario and self.origin is not Origin.SIMULATED:
            raise ValueError('a scenario needs origin = "simulated"')
        names = {port.name for port in self.ports}
        for question in self.questions:
            if question.port not in names:
                raise ValueError(
                    f"question {question.id} asks about port {question.port!r}, not among {sorted(names)}"
                )
            if question.vessel and question.vessel not in {ship.name for ship in self.ships}:
                raise ValueError(
                    f"question {question.id} asks about {question.vessel!r}, which is no ship of the case"
                )
        for study in self.effects:
            if unknown := sorted({study.from_port, study.to_port} - names - {""}):
                raise ValueError(f"effect {study.id} names port {unknown[0]!r}, not among {sorted(names)}")
        for what, ids in (
            ("question id", [q.id for q in self.questions]),
            ("port name", [p.name for p in self.ports]),
        ):
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{what} given twice: {', '.join(twice)}")
        return self

    def port(self, name: str) -> Port:
        """The port of that name."""
        return next(port for port in self.ports if port.name == name)

    def paths(self, input_: Input) -> list[Path]:
        """Files that an input names, sorted; a pattern that finds none is InputMissing."""
        found = (
            sorted(self.folder.glob(input_.file))
            if not Path(input_.file).is_absolute()
            else [Path(input_.file)]
        )
        if not found or not all(path.is_file() for path in found):
            raise InputMissing("no such file", place=str(self.folder / input_.file))
        return found


def load_case(path: Path) -> Case:
    """Read a case file.

    Raises CaseError naming the file and every key that is wrong, InputMissing when it is not there.
    """
    return read_model(path, Case).model_copy(update={"folder": path.parent})


Model = TypeVar("Model", bound=Strict)


def read_model(path: Path, model: type[Model]) -> Model:
    """Read a TOML file into a model.

    Raises CaseError naming the file and every key that is wrong, InputMissing when it is not there.
    """
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        return model.model_validate(tomllib.loads(text))
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=str(path)) from error
    except UnicodeDecodeError as error:
        raise CaseError("is not UTF-8 text", place=str(path)) from error
    except ValidationError as error:
        raise CaseError(reasons(error, model, text), place=str(path)) from error
    except (ValueError, RecursionError) as error:
        # Beside TOML's own errors: numbers of thousands of digits, and lists in lists in lists.
        raise CaseError(f"is not TOML: {error}", place=str(path)) from error


def reasons(error: ValidationError, model: type[BaseModel] | None = None, text: str = "") -> str:
    """One clause for each wrong key, unknown keys first: dotted place, reason, and the key that was perhaps meant.

    `model` is what was read, for the keys that it knows; `text` the file, for the line of an unknown key.
    """
    clauses = []
    for item in sorted(error.errors(), key=lambda item: item["type"] != "extra_forbidden"):
        key = ".".join(str(part) for part in item["loc"]) or "file"
        if item["type"] == "extra_forbidden":
            reason = "unknown key" + _line_of(str(item["loc"][-1]), text) + _meant(item["loc"], model)
        else:
            reason = item["msg"]
        clauses.append(f"`{key}`: {reason}")
    return "; ".join(clauses)


def _line_of(key: str, text: str) -> str:
    """The line on which a key stands, where the file has just one."""
    pattern = re.compile(rf"\s*(\[+\s*)?([\w-]+\.)*{re.escape(key)}\s*[=\].]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)]
    return f" in line {lines[0]}" if len(lines) == 1 else ""


def _meant(loc: Sequence[int | str], model: type[BaseModel] | None) -> str:
    """The known key that an unknown one is nearest to."""
    for part in loc[:-1]:
        field = model.model_fields.get(str(part)) if model and isinstance(part, str) else None
        model = _model_in(field.annotation) if field else model
    near = difflib.get_close_matches(str(loc[-1]), model.model_fields if model else (), n=1)
    return f", did you mean `{near[0]}`?" if near else ""


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in a field's type: itself, or the first inside a tuple, a union or a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def utc(value: datetime | date) -> datetime:
    """A date or time of a case file as UTC; without a zone it is read as UTC, as the format page says."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

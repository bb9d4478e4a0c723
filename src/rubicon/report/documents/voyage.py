"""Template: the voyages of one ship, leg by leg: windows, distances, the speed that each leg needs, what else would fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rubicon.assess.voyages import Chain, Stop
from rubicon.assess.words import percent
from rubicon.report import scope, view
from rubicon.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Line,
    Section,
    Words,
    fact,
    grid,
    limit,
    method,
    or_nothing,
    plain,
    refs,
)
from rubicon.report.figures import Plates
from rubicon.report.source import Source
from rubicon.report.text import counted, moment, natural, number
from rubicon.report.voyage import Voyage

TITLE, ABOUT = "Voyage reconstruction", "ship"
FIELDS = (
    ("map", "Where"), ("ends", "Evidence for each end"), ("legs", "Legs of the likeliest alternative"),
    ("alternatives", "Alternatives"), ("tests", "What would tell them apart"), ("method", "Method"),
    ("limits", "What this reconstruction does not say"),
)  # fmt: skip


def subjects(source: Source) -> Sequence[str]:
    """Ships of the case, those with most on record first."""
    weight = {
        ship.name: sum(row["kind"] == "gap" and scope.is_about(row, ship) for row in source.rows("EVENT"))
        + sum(scope.is_about(row, ship) for row in source.rows("OBSERVATION"))
        for ship in source.case.ships
    }
    return sorted(weight, key=lambda name: (-weight[name], natural(name)))


def make(source: Source, plates: Plates, about: str) -> Document:
    """The voyages of a ship of the case. Raises UnknownItem."""
    ship = scope.ship_of(source.case, about)
    journey = plates.journey(ship.name)
    found, left = journey.voyages, journey.left_out
    filled: dict[str, Sequence[Block]] = {
        "map": [plates.plate("voyage", ship.name)] if found else [],
        "ends": ends(source, found),
        "legs": _each(found, lambda each: legs(source, each)),
        "alternatives": _each(found, lambda each: alternatives(source, each)),
        "tests": tests(source, found),
        "method": _method(ship.max_speed_kn),
        "limits": _limits(left),
    }
    meta = (
        ("Ship", ship.name),
        ("Highest speed", f"{number(ship.max_speed_kn)} kn"),
        ("Period", view.span_of(source.case)),
        ("Case", source.case.id),
    )
    sections = tuple(Section(key, title, or_nothing(filled[key])) for key, title in FIELDS)
    return Document("voyage", TITLE, f"Voyages of {ship.name}", _lead(source, found), meta, sections)


def _lead(source: Source, found: Sequence[Voyage]) -> Line:
    if not found:
        return limit("The record of this case allows no voyage of this ship to be put together.")
    silent = [each.silence for each in found if each.silence]
    ids = sorted({key for each in found for stop in each.stops for key in stop.evidence_ids}, key=natural)
    if silent:
        hours = sum(gap.hours for gap in silent)
        said = f"{counted(len(found), 'voyage')} with a silence, {number(round(hours))} h without AIS in all."
    else:
        said = f"One row of {counted(len(found[0].stops), 'dated look')} at ports, without AIS between them."
    return fact(source, said, ids[:8], "voyages")


def _each(found: Sequence[Voyage], blocks: Callable[[Voyage], Sequence[Block]]) -> list[Block]:
    """Blocks of each voyage under its number, where there is more than one."""
    made: list[Block] = []
    for index, each in enumerate(found, start=1):
        inner = blocks(each)
        if inner and len(found) > 1:
            made.append(Heading(f"Voyage {index}"))
        made += inner
    return made


def ends(source: Source, found: Sequence[Voyage]) -> list[Block]:
    """The stops that the record has, with their windows and evidence."""
    made = []
    for index, each in enumerate(found, start=1):
        for stop in each.stops:
            place = f"{stop.lat_deg:.3f}, {stop.lon_deg:.3f}"
            sure = "" if stop.probability == 1.0 else percent(stop.probability)
            made.append([
                plain(index), plain(stop.name), plain(stop.kind), plain(_window(stop)), plain(place), plain(sure),
                refs(source, stop.evidence_ids, "stop"),
            ])  # fmt: skip
    head = ("Voyage", "Stop", "Seen by", "Window", "Place", "If not certain", "Evidence")
    return grid(head, (8, 14, 11, 27, 16, 9, 15), made, "stops")


def _window(stop: Stop) -> str:
    first, last = moment(stop.start), moment(stop.end)
    return first if first == last else f"{first} to {last}"


def legs(source: Source, each: Voyage) -> list[Block]:
    """One row for each leg: where from and to, when, how far by sea, how fast at least."""
    if not each.chains:
        return [limit(f"No chain could be made: {each.trouble}.")] if each.trouble else []
    chain, made = each.chains[0], []
    for i, leg in enumerate(chain.legs):
        a, b = chain.stops[i], chain.stops[i + 1]
        need = (
            "none: the windows overlap"
            if leg.speed_needed_kn is None
            else f"{number(leg.speed_needed_kn)} kn"
        )
        made.append([
            plain(leg.start), plain(leg.end), plain(f"{moment(leg.departure[0])} to {moment(leg.departure[1])}"),
            plain(f"{moment(leg.arrival[0])} to {moment(leg.arrival[1])}"), plain(f"{number(leg.distance_km)} km"),
            plain(need if leg.fits else f"{need}: too fast"), _leg_refs(source, chain, a, b),
        ])  # fmt: skip
    head = ("From", "To", "Left between", "Arrived between", "By sea", "Speed needed", "Evidence")
    return grid(head, (12, 12, 20, 20, 9, 12, 15), made, "legs")


def _leg_refs(source: Source, chain: Chain, *stops: Stop) -> Words:
    """Evidence of a leg's ends; a supposed call rests on the fixes around it."""
    ids = {key for stop in stops for key in stop.evidence_ids}
    return refs(source, ids or {key for stop in chain.stops for key in stop.evidence_ids}, "leg")


def alternatives(source: Source, each: Voyage) -> list[Block]:
    """Every alternative with its share, its way and its stops that are supposed or left out."""
    made = []
    ids = _ends_ids(each)
    for rank, chain in enumerate(each.chains, start=1):
        calls = [stop for stop in chain.stops if stop.kind == "call"]
        supposed = "; ".join(f"{stop.name}, between {_window(stop)}" for stop in calls)
        fits = "every leg fits" if all(leg.fits for leg in chain.legs) else "one leg is too fast"
        away = ", ".join(f"{stop.name} {moment(stop.start)}" for stop in chain.left_out)
        what = f"with a supposed call at {supposed}" if calls else "no call in between"
        made.append([
            plain(rank), plain(percent(chain.share)), plain(what), plain(f"without {away}" if away else ""), plain(fits),
            refs(source, ids, "alternative"),
        ])  # fmt: skip
    return grid(
        ("Rank", "Share", "What happened", "Another ship", "Speed", "Evidence"),
        (7, 9, 40, 15, 13, 16),
        made,
        "alternatives",
    )


def _ends_ids(each: Voyage) -> set[str]:
    """What alternatives rest on: the two ends of the silence, or all looks."""
    return (
        set(each.silence.evidence_ids)
        if each.silence
        else {key for stop in each.stops for key in stop.evidence_ids}
    )


def tests(source: Source, found: Sequence[Voyage]) -> list[Block]:
    """Looks that would tell the likeliest alternative from each other one."""
    made = []
    for index, each in enumerate(found, start=1):
        ids = _ends_ids(each)
        for test in each.tests:
            window = f"{moment(test.start)} to {moment(test.end)}"
            said = f"present in alternative {test.present_in + 1}, absent in {test.absent_in + 1}"
            made.append(
                [plain(index), plain(test.place), plain(window), plain(said), refs(source, ids, "test")]
            )
    return grid(("Voyage", "A look at", "Between", "Tells", "Evidence"), (8, 16, 32, 29, 15), made, "tests")


def _method(speed_kn: float) -> list[Block]:
    return [
        method(
            "A stop has a window of time: a fix is an instant, a date without a clock time a day. A leg fits when its way by sea, taken 2 % short, can be sailed "
            f"within both windows at no more than {number(speed_kn)} kn. In a silence, a call of 12 h at any port of the case may stand wherever it fits."
        ),
        method(
            "The share of an alternative is its weight among those tried: the likelihood of the silence's length with and without the call, and the "
            "probability of each doubtful stop. It is no probability that the voyage happened."
        ),
    ]


def _limits(left: int) -> list[Block]:
    lines = [
        limit("A leg that fits is no voyage, and a call that fits is no call."),
        limit("Where a ship was between two fixes is not known: a line between them is no route."),
        limit("Ports outside the case were not tried."),
    ]
    if left:
        lines.append(limit(f"{counted(left, 'shorter silence')} of this ship left out."))
    return [Bullets(tuple(lines))]

"""Two small cases for the report's tests: a handful of rows of the real public record, and a simulated one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from rubicon.case import Berth, Case, Period, Port, Question, Ship
from rubicon.provenance import SourceFile, source_file
from rubicon.schema import (
    CLAIM,
    EVENT,
    EVIDENCE,
    FINDING,
    HIT,
    LISTING,
    OBSERVATION,
    OPTION,
    POSITION,
    REJECT,
    VESSEL,
    rows_to_table,
)

PIER, NORTH = "DPRK pier", "north pier (leased to China)"
VIA = "https://newsrebeat.com/world-news/176147.html"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def najin_case(**changes: Any) -> Case:
    fields: dict[str, Any] = {
        "id": "najin",
        "title": "Najin: ships between North Korea and the Russian Far East",
        "origin": "real",
        "summary": "Reports of container ships at Najin (Rajin), what they show, and how surely.",
        "limits": ("No AIS of these voyages is public.",),
        "period": Period(start=date(2023, 8, 1), end=date(2024, 3, 31)),
        "bbox": (129.2, 41.4, 134.2, 43.7),
        "first_evidence": date(2023, 10, 13),
        "first_evidence_text": "first public evidence (claim C006)",
        "ports": (
            Port(
                name="Najin",
                lat_deg=42.2333,
                lon_deg=130.3,
                country="KP",
                aliases=("Rajin", "라진", "Раджин", "羅津"),
                utc_offset_h=9,
                berths=(
                    Berth(name=PIER),
                    Berth(name=NORTH, counts=False, note="traffic of another lessee"),
                ),
                source="World Port Index",
            ),
            Port(name="Dunay", lat_deg=42.88, lon_deg=132.35, country="RU", aliases=("Дунай",), utc_offset_h=10, approximate=True, source="entered by hand"),
            Port(name="Vostochny", lat_deg=42.72, lon_deg=133.05, country="RU", utc_offset_h=10),
            Port(name="Vladivostok", lat_deg=43.1, lon_deg=131.9, country="RU", utc_offset_h=10),
            Port(name="Zhoushan", lat_deg=30.0, lon_deg=122.1, country="CN", utc_offset_h=8),
        ),
        "ships": (
            Ship(name="Angara", imo="9179842", flag="RU"),
            Ship(name="Maria", imo="8517839", flag="RU"),
        ),
        "questions": (
            Question(
                id="Q1", kind="call", port="Najin", start=utc(2023, 10, 17), end=utc(2023, 10, 22),
                text="Did a ship call at the DPRK pier of Najin between 17 and 21 October 2023?",
            ),
        ),
    }  # fmt: skip
    return Case(**{**fields, **changes})


def look(
    number: int, start: datetime, end: datetime, written: str, said: str, shows: list[str], **more: Any
) -> dict[str, Any]:
    return {
        "observation_id": f"G{number:03d}", "start": start, "end": end, "date_stated": written, "tz_stated": False,
        "kind": "image", "shows": shows, "port": "Najin", "berth": PIER, "site": "Najin DPRK pier",
        "vessel_probable": False, "quantity": said, "observer": "VOA/Planet", "source": VIA, "repeats": [],
        "source_id": "", "offset": number, **more,
    }  # fmt: skip


def observations() -> list[dict[str, Any]]:
    day = timedelta(days=1)
    start = {number: utc(2023, 10, number) - timedelta(hours=9) for number in range(1, 32)}
    return [
        look(7, start[17], start[17] + day, "2023-10-17", "container stack ~90 m", ["stack_present"]),
        look(8, start[19], start[19] + day, "2023-10-19", "vessel loading", ["ship_present"], length_m=115.0),
        look(9, utc(2023, 10, 20, 2, 1), utc(2023, 10, 20, 2, 1), "2023-10-20T11:01", "vessel present", ["ship_present"], length_m=115.0, note="time zone not stated (local KST assumed)"),
        look(10, utc(2023, 10, 20, 6, 43), utc(2023, 10, 20, 6, 43), "2023-10-20T15:43", "vessel and stack gone", ["ship_gone", "stack_gone"], containers=0.0),
        look(11, start[21], start[21] + day, "2023-10-21", "new container stack", ["stack_present"], containers=300.0),
        look(13, start[26], start[26] + day, "2023-10-26", "vessel", ["ship_present"], berth=NORTH, site="Najin north pier (leased to China)", length_m=100.0),
        look(24, utc(2023, 7, 31, 15), utc(2024, 2, 12, 15), "2023-08/2024-02-12", "vessel seen on 49 of 109 imaged days; >=25 visits", [], kind="series", berth=None, site="Najin", observer="Beyond Parallel"),
        look(2, utc(2023, 9, 11, 14), utc(2023, 9, 12, 14), "2023-09-12", "unloading", ["ship_present"], port="Dunay", berth=None, site="Dunay", vessel="Angara", observer="White House", source="https://japannews.yomiuri.co.jp (20240609-190941)"),
    ]  # fmt: skip


def claims() -> list[dict[str, Any]]:
    def claim(
        number: int,
        written: str,
        source: str,
        type_: str,
        value: str,
        bound: str,
        low: float,
        unit: str,
        **more: Any,
    ) -> dict[str, Any]:
        return {
            "claim_id": f"C{number:03d}", "date_stated": written, "source": source, "source_type": type_,
            "subject": "DPRK", "predicate": "delivered_containers", "value": value, "bound": bound, "low": low, "unit": unit,
            "root": f"C{number:03d}", "url": "https://example.org/a?b=1&c=2", "source_id": "", "offset": number, **more,
        }  # fmt: skip

    return [
        claim(6, "2023-10-13", "White House NSC", "government", ">1000", "more_than", 1000.0, "containers", period_start="2023-08", period_end="2023-10-13", reliability="B", note="EXPOSURE EVENT"),
        claim(13, "2023-11-01", "ROK NIS via lawmaker Yoo", "government_hearsay", ">1000000", "more_than", 1e6, "shells", predicate="sent_shells"),
        claim(10, "2023-10-17", "Kremlin (Peskov)", "party_denial", "0", "exact", 0.0, "any", subject="Russia", predicate="received_arms", high=0.0),
        claim(24, "2024-02-26", "ROK defence minister Shin", "government", "6700", "exact", 6700.0, "containers (approx.)"),
        claim(25, "2024-02-26", "ROK defence minister Shin", "government", "3000000", "exact", 3e6, "rounds (could hold)", derived_from="C024", root="C024"),
    ]  # fmt: skip


def evidence_row(evidence_id: str, kind: str, words: str, **more: Any) -> dict[str, Any]:
    return {
        "evidence_id": evidence_id, "kind": kind, "origin": "real", "text": words, "source": "VOA/Planet",
        "verification": "not_stated", "captured": False, "locator": "row 1", "root": evidence_id, **more,
    }  # fmt: skip


def finding(**changes: Any) -> dict[str, Any]:
    return {
        "finding_id": "0123456789abcdef",
        "question_id": "Q1",
        "question": "Did a ship call at the DPRK pier of Najin between 17 and 21 October 2023?",
        "kind": "call", "origin": "real", "port": "Najin",
        "start": utc(2023, 10, 17), "end": utc(2023, 10, 22),
        "answer": "Almost certain (98 %): a ship called at Najin between 17 October 2023 and 22 October 2023 [G008, G009].",
        "probability": 0.98, "words": "almost certain",
        "hypotheses": [
            {"id": "called", "text": "a ship called at Najin", "prior": 0.5, "probability": 0.98, "words": "almost certain"},
            {"id": "did not call", "text": "a ship did not call at Najin", "prior": 0.5, "probability": 0.02, "words": "almost no chance"},
        ],
        "weighed": [
            {"evidence_id": "G008", "favours": "called", "likelihood_ratio": 20.0, "why": "a named observer saw a ship"},
            {"evidence_id": "G009", "favours": "called", "likelihood_ratio": 1.0, "why": "same root as the item before: one vote"},
        ],
        "background": ["G013", "G024"],
        "facts": [
            "2023-10-19, Najin DPRK pier: VOA/Planet reported vessel loading, about 115 m long [G008].",
            "The ship at the DPRK pier left between 2023-10-20T11:01 and 2023-10-20T15:43, a bracket of 4 h 42 min [G009, G010]. The source states no time zone.",
        ],
        "limits": ["A call is not a cargo."],
        **changes,
    }  # fmt: skip


def options(prefix: str) -> list[dict[str, Any]]:
    def cell(
        ship: str, actor: str, status: str, when: str | None, lag: int | None, **more: Any
    ) -> dict[str, Any]:
        return {
            "option_id": f"{ship}-{actor}", "kind": "coverage", "subject": ship, "actor": actor, "status": status, "date": when,
            "text": f"{ship}: {status.replace('_', ' ')} by {actor}.", "detail": json.dumps({"lag_days": lag, "ground": "EO 14024"}),
            "verification": "secondary_seen", "evidence_ids": [f"{prefix}@1"], **more,
        }  # fmt: skip

    law = {
        "option_id": "law-2397-9", "kind": "law", "subject": "2397-9", "actor": "port State", "status": "requires+authorises",
        "text": "Shall seize, inspect, impound in own ports; may do so in own territorial sea, on reasonable grounds.",
        "detail": json.dumps({"applicable": True, "consent_needed": "port: none", "obstacles": ["innocent passage"], "missing": ["reasonable grounds"]}),
        "verification": "recalled_check_text", "evidence_ids": ["law-1"],
    }  # fmt: skip
    other = law | {
        "option_id": "law-2375-11",
        "subject": "2375-11",
        "detail": json.dumps({"applicable": False, "reason": "names ships that fly the DPRK flag"}),
    }
    return [
        cell("Angara", "US", "listed", "2022-05-08", -523), cell("Angara", "KR", "listed", "2024-04-02", 172),
        cell("Angara", "UN", "unknown", None, None), cell("Maria", "US", "listed", "2023-12-12", 60),
        cell("Maria", "KR", "not_listed", None, None), cell("Maria", "UN", "unknown", None, None), law, other,
    ]  # fmt: skip


def write_inputs(folder: Path) -> list[SourceFile]:
    """Three inputs: one that may ship, one that may not, one with a name that no path may hold."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "observations.csv").write_text("id,date\nG007,2023-10-17\n", encoding="utf-8")
    (folder / "claims.csv").write_text("id,date\nC006,2023-10-13\n", encoding="utf-8")
    (folder / "ofac list (2024).csv").write_text("1,ANGARA\n", encoding="utf-8")
    return [
        source_file(folder / "observations.csv", title="Observations", publisher="compiled", licence="facts", raw_may_ship=True),
        source_file(folder / "claims.csv", title="Claims", publisher="compiled", licence="all rights reserved", url="https://example.org/claims"),
        source_file(folder / "ofac list (2024).csv", title="OFAC SDN", publisher="US Treasury", licence="US public domain", raw_may_ship=True),
    ]  # fmt: skip


def najin_tables(files: list[SourceFile]) -> dict[str, pa.Table]:
    seen, said, listed = files
    looks = [row | {"source_id": seen.source_id} for row in observations()]
    told = [row | {"source_id": said.source_id} for row in claims()]
    entry = f"{listed.source_id}@1"
    known = [
        evidence_row(
            r["observation_id"],
            "observation",
            f"{r['date_stated']}: {r['quantity']}",
            sha256=seen.sha256,
            url=r["source"],
            source=r["observer"],
        )
        for r in looks
    ]
    known += [
        evidence_row(
            r["claim_id"],
            "claim",
            f"{r['subject']}: {r['value']}",
            sha256=said.sha256,
            url=r["url"],
            source=r["source"],
        )
        for r in told
    ]
    known += [
        evidence_row(
            entry,
            "listing",
            "US list: ANGARA, IMO 9179842",
            sha256=listed.sha256,
            captured=True,
            source="OFAC SDN",
        ),
        evidence_row(
            "law-1",
            "law",
            "S/RES/2397(2017), paragraph 9",
            verification="secondary_seen",
            source="S/RES/2397(2017)",
        ),
    ]
    listing = {
        "listing_id": "ofac-1",
        "list_id": "ofac 2024-05-03",
        "authority": "US",
        "snapshot": "2024-05-03",
        "kind": "vessel",
        "name": "ANGARA",
        "aliases": [],
        "imo": "9179842",
        "linked_to": [],
        "source_id": listed.source_id,
        "offset": 1,
    }
    person = listing | {"listing_id": "ofac-2", "kind": "person", "name": "SOMEONE, Private"}
    hit = {
        "query": "Angara",
        "query_imo": "9179842",
        "listing_id": "ofac-1",
        "name": "ANGARA",
        "imo": "9179842",
        "authority": "US",
        "class": "match",
        "matched_on": "imo",
        "listed_from": "2022-05-08",
        "score": 1.0,
        "reasons": ["IMO 9179842 = 9179842"],
        "evidence_ids": [entry],
    }
    vessel = {
        "vessel_id": "imo:9179842",
        "imo": "9179842",
        "imo_valid": True,
        "name": "ANGARA",
        "ship_type": "Ro-ro",
        "length_m": 120.0,
        "flag": "Russia",
        "source_id": listed.source_id,
        "offset": 1,
    }
    reject = {"source_id": said.source_id, "offset": 3, "reason": "no_date"}
    return {
        "OBSERVATION": rows_to_table(looks, OBSERVATION),
        "CLAIM": rows_to_table(told, CLAIM),
        "EVIDENCE": rows_to_table(known, EVIDENCE),
        "FINDING": rows_to_table([finding()], FINDING),
        "OPTION": rows_to_table(options(listed.source_id), OPTION),
        "LISTING": rows_to_table([listing, person], LISTING),
        "HIT": rows_to_table([hit, hit | {"query": "Owner", "query_imo": None, "listing_id": "ofac-2", "name": person["name"], "imo": None, "class": "probable"}], HIT),
        "VESSEL": rows_to_table([vessel], VESSEL),
        "REJECT": rows_to_table([reject, reject | {"offset": 4}], REJECT),
    }  # fmt: skip


SHIPS = ("Alder Reach", "Birch Sound", "Cedar Cape")


def exercise_case() -> Case:
    ships = tuple(Ship(name=name, vessel_id=f"99900000{i}", imo="") for i, name in enumerate(SHIPS))
    base = najin_case()
    return najin_case(
        id="exercise", title="Exercise: ships that go dark after Vladivostok", origin="simulated", first_evidence=None, summary="Fictional ships leave Vladivostok, fall silent and appear off Dunay.",
        period=Period(start=date(2030, 3, 1), end=date(2030, 3, 14)), ships=ships, ports=base.ports[:4], limits=(),
        questions=(Question(id="E1", kind="call", port="Najin", start=utc(2030, 3, 1), end=utc(2030, 3, 14), each_gap=True),),
    )  # fmt: skip


def exercise_tables(file: SourceFile, others: int = 6) -> dict[str, pa.Table]:
    """Ships that sail from Vladivostok, fall silent and appear off Dunay; ordinary traffic around them."""
    positions: list[Mapping[str, Any]] = []
    for number in range(len(SHIPS) + others):
        for hour in range(0, 60):
            dark = number < len(SHIPS) and 12 <= hour < 46
            if not dark:
                share = hour / 60
                positions.append({
                    "vessel_id": f"99900000{number}" if number < len(SHIPS) else f"8880000{number:02d}",
                    "time_utc": utc(2030, 3, 2 + number % 5) + timedelta(hours=hour),
                    "lat_deg": 43.0 - 0.9 * share + 0.05 * number + (0.75 * share if number < len(SHIPS) and hour >= 46 else 0),
                    "lon_deg": 131.9 + 0.5 * share + 0.12 * number, "flags": 0, "source_id": file.source_id, "offset": hour,
                })  # fmt: skip
    gaps, known = [], []
    for i in range(len(SHIPS)):
        own = [row for row in positions if row["vessel_id"] == f"99900000{i}"]
        last, after = next(
            pair for pair in pairwise(own) if pair[1]["time_utc"] - pair[0]["time_utc"] > timedelta(hours=6)
        )
        gaps.append({
            "event_id": f"gap{i}", "kind": "gap", "vessel_id": last["vessel_id"], "start": last["time_utc"],
            "end": last["time_utc"] + timedelta(hours=35), "lat_deg": last["lat_deg"], "lon_deg": last["lon_deg"], "score": 1.0,
            "detail": json.dumps(
                {
                    "duration_h": 35.0, "start_lat_deg": last["lat_deg"], "start_lon_deg": last["lon_deg"],
                    "end_lat_deg": after["lat_deg"], "end_lon_deg": after["lon_deg"],
                }
            ),
            "evidence_ids": [f"{file.source_id}@{i}"],
        })  # fmt: skip
        known.append(
            evidence_row(
                f"{file.source_id}@{i}",
                "ais_message",
                "last report",
                origin="simulated",
                captured=True,
                sha256=file.sha256,
                source=file.path.name,
            )
        )
    call = gaps[0] | {
        "event_id": "call0",
        "kind": "port_call",
        "vessel_id": "888000003",
        "detail": json.dumps({"port": "Vostochny"}),
        "end": gaps[0]["start"] + timedelta(hours=50),
    }
    texts = (f"{SHIPS[0]} called at Najin while dark", f"{SHIPS[0]} passed by or stayed elsewhere")
    found = finding(
        question=f"Did {SHIPS[0]} call at Najin?", start=gaps[0]["start"], end=gaps[0]["end"],
        hypotheses=[
            {"id": "called", "text": texts[0], "prior": 0.5, "probability": 0.7, "words": "likely"},
            {"id": "did not call", "text": texts[1], "prior": 0.5, "probability": 0.3, "words": "unlikely"},
        ],
        question_id="E1", origin="simulated", finding_id="fedcba9876543210", vessel=SHIPS[0], answer=f"Likely (70 %): {SHIPS[0]} called at Najin [{file.source_id}@0].",
        probability=0.7, words="likely", weighed=[{"evidence_id": f"{file.source_id}@0", "favours": "called", "likelihood_ratio": 2.33, "why": "the gap's length against the way by sea"}],
        background=[], facts=[f"{SHIPS[0]} was last heard on 2 March 2030, a gap of 35.0 h [{file.source_id}@0]."], truth="called",
    )  # fmt: skip
    return {
        "POSITION": rows_to_table(positions, POSITION),
        "EVENT": rows_to_table([*gaps, call], EVENT),
        "EVIDENCE": rows_to_table(known, EVIDENCE),
        "FINDING": rows_to_table([found], FINDING),
    }


def exercise_file(folder: Path) -> SourceFile:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "simulated.nmea"
    path.write_text("!AIVDM,1,1,,A,simulated,0*00\n", encoding="utf-8")
    return source_file(path, origin="simulated", format="nmea", title="Simulated AIS", raw_may_ship=True)

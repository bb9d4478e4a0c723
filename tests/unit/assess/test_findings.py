"""Findings against the table of cases, and the rules that hold for every finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from rubicon.assess.evidence import evidence_table, from_observations
from rubicon.assess.findings import Known, answer
from rubicon.case import Case
from rubicon.collect.observations import read_observations
from rubicon.errors import SimulatedEvidence
from rubicon.provenance import source_file
from rubicon.schema import EVENT, VESSEL, rows_to_table

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases" / "findings.yml").read_text(encoding="utf-8"))
HEADER = "id,date,kind,site,observation,vessel,length_m,containers,shows,repeats,observer,url,note\n"
SHIPS = [{"name": "Lady R", "imo": "9161003"}, {"name": "Angara", "imo": "9179842"}]


def case_of(origin: str = "real", ships: list[dict[str, str]] = SHIPS, **question: Any) -> Case:
    berths = [{"name": name, "sites": [name], "counts": name != "leased"} for name in ("A", "B", "leased")]
    asked = {"id": "Q", "port": "port", "start": "2023-10-15T00:00Z", "end": "2023-10-25T00:00Z"} | question
    return Case.model_validate(
        {
            "id": "t",
            "title": "t",
            "origin": origin,
            "period": {"start": "2023-01-01", "end": "2024-01-01"},
            "ports": [{"name": "port", "lat_deg": 42, "lon_deg": 130, "berths": berths}],
            "ships": ships,
            "questions": [asked],
        }
    )


def known(
    tmp_path: Path, looks: list[list[Any]], case: Case, origin: str = "real", vessels: pa.Table | None = None
) -> Known:
    lines = [
        f"{id_},{date},image,{site},seen,{vessel},{length},,{shows},{repeats[0] if repeats else ''},{observer},u,"
        for id_, date, observer, site, vessel, length, shows, *repeats in looks
    ]
    path = tmp_path / "o.csv"
    path.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    file = source_file(path, origin=origin)
    table, _ = read_observations(file, case.ports)
    rows = evidence_table(from_observations(table, {file.source_id: file})).to_pylist()
    empty = VESSEL.empty_table() if vessels is None else vessels
    return Known(table, empty, EVENT.empty_table(), (), {row["evidence_id"]: row for row in rows})


@pytest.mark.parametrize("row", CASES, ids=[row["name"] for row in CASES])
def test_judgement(tmp_path: Path, row: dict[str, Any]) -> None:
    case = case_of(vessel=row.get("vessel", ""))
    finding = answer(case, known(tmp_path, row["looks"], case)).to_pylist()[0]
    assert finding["words"] == row["words"], finding["answer"]
    if "weighs" in row:
        assert {item["evidence_id"]: item["likelihood_ratio"] for item in finding["weighed"]} == row["weighs"]
    assert row.get("says", "") in finding["answer"]
    assert finding["background"] == row.get("background", [])
    assert any(row.get("fact", "") in fact for fact in [*finding["facts"], ""])
    assert len(finding["hypotheses"]) >= 2
    assert sum(one["probability"] for one in finding["hypotheses"]) == pytest.approx(1, abs=0.02)
    assert all(fact.endswith("].") for fact in finding["facts"])


def test_which_ship_names_none_of_them_as_a_rival_and_unknown_length_counts_one(tmp_path: Path) -> None:
    case = case_of(kind="which")
    register = rows_to_table(
        [{"vessel_id": "imo:9179842", "imo": "9179842", "length_m": 120.0, "source_id": "s", "offset": 1}],
        VESSEL,
    )
    looks = [["G1", "2023-10-19", "VOA", "A", "", 115, "ship_present"]]
    finding = answer(case, known(tmp_path, looks, case, vessels=register)).to_pylist()[0]
    by_id = {one["id"]: one["probability"] for one in finding["hypotheses"]}
    assert set(by_id) == {"Lady R", "Angara", "none of these ships"}
    # 150 m over a standard deviation of 10 m at half a deviation: 150 / (10 sqrt(2 pi)) exp(-1/8)
    ratio = 150 / 25.066282746 * 0.8824969026
    assert by_id["Angara"] == pytest.approx(0.25 * ratio / (0.25 * ratio + 0.25 + 0.5), abs=1e-6)
    assert by_id["Lady R"] / by_id["none of these ships"] == pytest.approx(0.5)


def test_repeating_a_source_moves_nothing(tmp_path: Path) -> None:
    case = case_of(vessel="Lady R")
    once = [["G0", "2023-10-19", "VOA", "A", "Lady R", "", "ship_present"]]
    copies = [
        [f"H{i}", "2023-10-19", f"paper {i}", "A", "Lady R", "", "ship_present", "G0"] for i in range(40)
    ]
    one = answer(case, known(tmp_path, once, case)).to_pylist()[0]["probability"]
    many = answer(case, known(tmp_path, once + copies, case)).to_pylist()[0]["probability"]
    assert many == one


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    case = case_of()
    looks = [look for row in CASES for look in row["looks"][:1] if row.get("vessel") is None]
    looks = [[f"G{i}", *look[1:]] for i, look in enumerate(looks)]
    forward, backward = (answer(case, known(tmp_path, order, case)) for order in (looks, looks[::-1]))
    assert forward.equals(backward)


def test_real_and_simulated_never_mix(tmp_path: Path) -> None:
    looks = [["G1", "2023-10-19", "VOA", "A", "", 115, "ship_present"]]
    real = case_of()
    with pytest.raises(SimulatedEvidence, match="real and simulated"):
        answer(real, known(tmp_path, looks, real, origin="simulated"))
    pretended = case_of(origin="simulated")
    with pytest.raises(SimulatedEvidence, match="Lady R has a number that a real ship can hold"):
        answer(pretended, known(tmp_path, looks, pretended, origin="simulated"))
    fictional = case_of(
        origin="simulated", ships=[{"name": "EXERCISE ALDER", "imo": "9161004", "vessel_id": "190000001"}]
    )
    assert answer(fictional, known(tmp_path, looks, fictional, origin="simulated"))["origin"].to_pylist() == [
        "simulated"
    ]

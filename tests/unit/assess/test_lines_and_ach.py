"""Red lines on the public record, competing hypotheses, and how findings hang on their evidence."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rubicon import pipeline
from rubicon.assess.ach import Matrix, bayes, compare, matrix_of, read_matrix
from rubicon.assess.redlines import lines, red_lines
from rubicon.assess.stability import versions
from rubicon.case import load_case
from rubicon.cli import build
from rubicon.errors import OptionError
from rubicon.schema import TABLES, rows_to_table


@pytest.fixture(scope="module")
def made(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> pipeline.Run:
    return pipeline.run(
        load_case(repo / "examples" / "najin" / "case.toml"), tmp_path_factory.mktemp("najin")
    )


def line(run: pipeline.Run, name: str) -> dict[str, Any]:
    return next(row for row in run.tables["RED_LINE"].to_pylist() if row["line_id"] == name)


def test_re_entry_vehicles_are_not_observable_with_these_sources(made: pipeline.Run) -> None:
    row = line(made, "RL-RV")
    assert row["state"] == "not_observable_with_these_sources"
    assert "not observable with these sources" in row["answer"]
    assert (row["indicators"], row["next_indicator"]) == ([], None)


def test_an_indicator_is_not_the_thing(made: pipeline.Run) -> None:
    row = line(made, "RL-ARMS")
    states = {one["id"]: one["state"] for one in row["indicators"]}
    assert states == {
        "port_call_rajin": "observed", "container_stack_change": "observed", "dark_arrival": "observed",
        "ship_to_rail_transfer": "not_observed", "cargo_identified": "not_observable_with_these_sources",
    }  # fmt: skip
    assert "none of them shows that the line is crossed" in row["answer"]
    assert "crossed, on" not in row["answer"]
    assert row["claimed_first"] == "2023-10-13"
    assert "satellite images could see it" in row["next_indicator"]


def test_a_claim_is_no_observation_and_a_date_without_a_row_says_so(made: pipeline.Run) -> None:
    row = line(made, "RL-BM")
    assert (row["state"], row["claimed_first"], row["observed_first"]) == ("not_observed", "2024-01-04", None)
    assert "a claim is no observation [C020]" in row["answer"]
    assert "2024-11-22, not in this record" in line(made, "RL-AIRDEF")["answer"]


def test_without_sources_nothing_is_observable_and_decisive_evidence_is_named(repo: Path) -> None:
    case = load_case(repo / "examples" / "najin" / "case.toml")
    empty = {name: schema.empty_table() for name, schema in TABLES.items()}
    assert set(red_lines(case, empty)["state"].to_pylist()) == {"not_observable_with_these_sources"}
    look = {
        "observation_id": "G1", "start": "2024-01-20", "quantity": "debris identified as of DPRK make", "site": "Kharkiv",
        "shows": [], "date_stated": "2024-01-20", "kind": "report", "observer": "inspectors", "source": "u",
        "repeats": [], "vessel_probable": False, "tz_stated": False, "source_id": "s", "offset": 1,
    }  # fmt: skip
    look["start"] = look["end"] = datetime.datetime(2024, 1, 20, tzinfo=datetime.UTC)
    seen = {**empty, "OBSERVATION": rows_to_table([look], TABLES["OBSERVATION"])}
    row = next(one for one in red_lines(case, seen).to_pylist() if one["line_id"] == "RL-BM")
    assert "crossed, on G1" in row["answer"]
    with pytest.raises(OptionError, match="RL-MOON"):
        red_lines(case.model_copy(update={"red_lines": ("RL-MOON",)}), empty)


def test_every_line_has_rules_and_every_indicator_its_sources() -> None:
    assert list(lines()) == ["RL-ARMS", "RL-BM", "RL-SPACE", "RL-AIRDEF", "RL-OIL", "RL-SLBM", "RL-RV", "RL-CN-LAX", "RL-CN-SHELTER", "RL-CN-SUPPORT"]  # fmt: skip
    for one in lines().values():
        assert one["rules"]
        for indicator in one["indicators"]:
            assert set(indicator["seen_by"]) <= {"image", "ais", "report"}


def test_findings_name_the_item_that_changes_them_most(made: pipeline.Run) -> None:
    by_question = {row["question_id"]: row for row in made.tables["FINDING"].to_pylist()}
    assert by_question["N4"]["sensitive_to"] == "G018"
    assert by_question["N4"]["probability_without"] == pytest.approx(0.5)
    assert by_question["N8"]["sensitive_to"] is None
    for row in by_question.values():
        assert 0.01 <= row["probability_low"] <= row["probability"] + 1e-9
        assert row["probability"] - 1e-9 <= row["probability_high"] <= 0.99


def test_late_evidence_makes_a_new_version_and_says_what_changed(made: pipeline.Run) -> None:
    findings = made.tables["FINDING"]
    first = versions(findings, None)
    assert versions(findings, first).equals(first), "the same findings add nothing"
    rows = findings.to_pylist()
    late = {**rows[0], "finding_id": "later", "probability": 0.99}
    late["weighed"] = [
        *late["weighed"],
        {"evidence_id": "G999", "favours": "called", "likelihood_ratio": 5.0, "why": "late"},
    ]
    second = versions(rows_to_table([late, *rows[1:]], findings.schema), first).to_pylist()
    assert len(second) == first.num_rows + 1
    assert second[-1]["version"] == 2
    assert second[-1]["changed"] == "now weighs G999; 97 % became 99 %"


def test_a_second_run_keeps_the_versions(made: pipeline.Run) -> None:
    again = pipeline.run(made.case, made.out)
    assert again.tables["FINDING_VERSION"].equals(made.tables["FINDING_VERSION"])


def test_competing_hypotheses_by_hand() -> None:
    matrix = Matrix(
        {"arms": 0.5, "coal": 0.5},
        {"stack": {"arms": (0.8, 0.8), "coal": (0.2, 0.2)}, "ship": {"arms": (0.9, 0.9), "coal": (0.9, 0.9)}},
    )
    assert bayes(matrix)["arms"] == pytest.approx(0.8)
    answer = compare(matrix)
    assert answer["diagnosticity"] == pytest.approx({"stack": 4.0, "ship": 1.0})
    assert [one["inconsistency_bits"] for one in answer["ranking"]] == pytest.approx([0.0, 2.0])
    assert answer["turns_on"] is None, "without the stack both are level, and the name decides"
    turned = compare(Matrix({"b": 0.5, "a": 0.5}, matrix_rows()))
    assert turned["turns_on"] == "x"


def matrix_rows() -> dict[str, dict[str, tuple[float, float]]]:
    return {"x": {"b": (0.9, 0.9), "a": (0.1, 0.1)}, "y": {"b": (0.3, 0.3), "a": (0.9, 0.9)}}


def test_what_speaks_against_a_call_favours_every_rival_alike() -> None:
    finding = {
        "hypotheses": [{"id": name, "prior": p} for name, p in (("called", 0.5), ("passed by", 0.25), ("stayed elsewhere", 0.25))],
        "weighed": [{"evidence_id": "s1", "favours": "did not call", "likelihood_ratio": 3.0}],
    }  # fmt: skip
    found = bayes(matrix_of(finding))
    assert found["called"] == pytest.approx(0.25)
    assert found["passed by"] == pytest.approx(found["stayed elsewhere"])


def test_copies_in_a_matrix_are_one_vote() -> None:
    row = {"evidence": "e", "root": "", "H1": "0.8", "H2": "0.1-0.4"}
    copies = [{**row, "evidence": f"c{i}", "root": "e"} for i in range(40)]
    assert bayes(read_matrix([row, *copies])) == pytest.approx(bayes(read_matrix([row])))
    with pytest.raises(OptionError, match="no likelihood"):
        read_matrix([{**row, "H1": "maybe"}])


def test_commands_answer(made: pipeline.Run, tmp_path: Path) -> None:
    window = tmp_path / "window.json"
    window.write_text(
        json.dumps(
            {
                "ships": {"A": 0.5},
                "detections": {"D": 0.3},
                "items": [{"item_id": "x", "ship": "A", "ratio": 4}],
            }
        )
    )
    matrix = tmp_path / "matrix.csv"
    matrix.write_text("evidence,root,H1,H2\ne1,,0.8,0.2\n")
    counts = tmp_path / "counts.csv"
    counts.write_text(
        "date,port,imaged,calls\n" + "".join(f"2024-01-{d:02d},A,1,{d % 2}\n" for d in range(1, 31))
    )
    for arguments, key in [
        (["redlines", str(made.out)], "red_lines"), (["counts", str(made.out)], "visits"), (["fuse", str(window)], "ships"),
        (["ach", str(matrix)], "ranking"), (["effect", "--counts", str(counts), "--event", "2024-01-15"], "rate_ratio"),
    ]:  # fmt: skip
        plain = CliRunner().invoke(build(["assess"]), ["assess", *arguments])
        done = CliRunner().invoke(build(["assess"]), ["assess", *arguments, "--json"])
        assert (plain.exit_code, done.exit_code) == (0, 0), plain.output + done.output
        assert key in json.loads(done.stdout)
        assert " 0 %" not in plain.stdout
        assert "100 %" not in plain.stdout


def test_no_page_prints_certainty(made: pipeline.Run) -> None:
    pages = [made.out / "dossier" / "data" / "report.html", made.out / "findings.json"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"<style>.*?</style>|style=\"[^\"]*\"|<svg.*?</svg>", "", text, flags=re.DOTALL)
        assert not re.search(r"(?<![\d.,])(?:0|100)[\s\u00a0\u202f]?%", text)
    for name in ("VISIT", "COUNT", "EFFECT", "RED_LINE", "CONTRADICTION", "CLAIM_ROOT"):
        for row in made.tables[name].to_pylist():
            assert not re.search(r"(?<![\d.,])(?:0|100) %", str(row))


def test_every_judgement_leads_to_evidence_that_the_case_holds(made: pipeline.Run) -> None:
    held = set(made.tables["EVIDENCE"]["evidence_id"].to_pylist())
    for name in ("VISIT", "COUNT", "EFFECT", "RED_LINE", "CONTRADICTION", "CLAIM_ROOT", "SOURCE_RECORD"):
        for row in made.tables[name].to_pylist():
            assert set(row["evidence_ids"]) <= held, (name, row)
            if name in ("VISIT", "EFFECT"):
                assert row["text"].endswith("]."), row["text"]


def test_the_dossier_shows_what_was_judged(made: pipeline.Run) -> None:
    page = (made.out / "dossier" / "data" / "report.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())
    for words in (
        "Ours: 11 separate calls at Najin", "CSIS Beyond Parallel: at least 25 visits", "probable slip of unit", "lost denominator",
        "a sequence and no test: exposure per port is unknown", "re-entry vehicles: not observable with these sources",
        "a bracket of 4 h 42 min",
    ):  # fmt: skip
        assert words in text, words
    assert 'href="#ev-C017"' in page

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from report_fixture import (
    evidence_row,
    exercise_case,
    exercise_file,
    exercise_tables,
    finding,
    najin_case,
    najin_tables,
    options,
    write_inputs,
)

from rubicon.errors import SimulatedEvidence, UnknownEvidence, UsageError, VerificationFailed
from rubicon.report.dossier import CARDS, build
from rubicon.report.text import SIMULATED
from rubicon.schema import EVIDENCE, FINDING, HIT, OBSERVATION, OPTION, rows_to_table

Page = Callable[[Path], str]


class Reading(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def tree(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def rebuilt(tmp_path: Path, **changes: Any) -> Path:
    """The real case with some tables or fields of the case changed."""
    files = write_inputs(tmp_path / "in")
    tables = {**najin_tables(files), **changes.pop("tables", {})}
    build(najin_case(**changes), tables, files, tmp_path / "out")
    return tmp_path / "out"


# --- the bag ----------------------------------------------------------------------------------------


def test_the_bag_holds_page_findings_figures_and_evidence(najin: Path) -> None:
    assert set(tree(najin)) == {
        "VERIFY.md", "findings.json", "custody.jsonl", "dossier/bagit.txt", "dossier/manifest-sha512.txt",
        "dossier/tagmanifest-sha512.txt", "dossier/data/custody.jsonl", "dossier/data/report.pdf", "dossier/data/ro-crate-metadata.json", "dossier/bag-info.txt", "dossier/manifest-sha256.txt",
        "dossier/tagmanifest-sha256.txt", "dossier/data/report.html", "dossier/data/findings.json",
        "dossier/data/figures/map.svg", "dossier/data/figures/timeline.svg", "dossier/data/figures/calendar.svg",
        "dossier/data/figures/coverage.svg", "dossier/data/evidence/index.json", "dossier/data/evidence/observations.csv",
        "dossier/data/documents/annex.html", "dossier/data/documents/annex.pdf",
        "dossier/data/documents/presence-najin.html", "dossier/data/documents/presence-najin.pdf",
        "dossier/data/evidence/claims.csv.withheld.json", "dossier/data/evidence/ofac_list__2024_.csv",
    }  # fmt: skip
    assert (najin / "findings.json").read_bytes() == (najin / "dossier/data/findings.json").read_bytes()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, najin_once: Path) -> None:
    files = write_inputs(tmp_path / "elsewhere")
    tables = {
        name: table.take(list(range(table.num_rows))[::-1]) for name, table in najin_tables(files).items()
    }
    for _ in range(2):
        build(najin_case(), tables, files[::-1], tmp_path / "out", counts={"positions_read": 0})
    assert tree(tmp_path / "out") == tree(najin_once)


def test_no_path_of_the_machine_and_no_clock(najin: Path, tmp_path: Path) -> None:
    for name, content in tree(najin).items():
        assert str(tmp_path.parent).encode() not in content, name
        assert b"Bagging-Date" not in content, name


def test_a_file_travels_only_when_its_licence_lets_it(najin: Path, tmp_path: Path) -> None:
    files = write_inputs(tmp_path / "same")
    record = json.loads((najin / "dossier/data/evidence/claims.csv.withheld.json").read_text())
    assert record["bytes"] == "bytes not included: licence"
    assert record["sha256"] == files[1].sha256
    assert record["size_bytes"] == files[1].size_bytes
    assert {key: record[key] for key in ("title", "publisher", "licence", "url")} == {
        "title": "Claims", "publisher": "compiled", "licence": "all rights reserved", "url": "https://example.org/claims",
    }  # fmt: skip
    assert b"C006,2023-10-13" not in b"".join(tree(najin).values())
    held = (najin / "dossier/data/evidence/observations.csv").read_bytes()
    assert hashlib.sha256(held).hexdigest() == files[0].sha256


def test_captured_is_claimed_only_for_bytes_that_are_there(najin: Path) -> None:
    index = json.loads((najin / "dossier/data/evidence/index.json").read_text())
    rows = {row["evidence_id"]: row for row in index["evidence"]}
    assert rows["G009"]["captured"] is False
    assert rows["G009"]["file"] == "data/evidence/observations.csv"
    assert rows["law-1"]["file"] is None
    assert [row["captured"] for row in index["evidence"] if row["kind"] == "listing"] == [True]


def test_two_inputs_of_one_name_both_have_a_place(tmp_path: Path) -> None:
    first, second = write_inputs(tmp_path / "a"), write_inputs(tmp_path / "b")
    (tmp_path / "b" / "Observations.csv").write_text("other\n", encoding="utf-8")
    other = type(first[0])(
        **{
            **first[0].__dict__,
            "path": tmp_path / "b" / "Observations.csv",
            "sha256": hashlib.sha256(b"other\n").hexdigest(),
        }
    )
    build(najin_case(), najin_tables(first), [*first, *second, other], tmp_path / "out")
    names = [name for name in tree(tmp_path / "out") if "bservations.csv" in name]
    assert len(names) == 2
    assert len({name.casefold() for name in names}) == 2


def test_an_input_that_changed_since_it_was_read_is_refused(tmp_path: Path) -> None:
    files = write_inputs(tmp_path / "in")
    files[0].path.write_text("id,date\nG007,2023-10-18\n", encoding="utf-8")
    with pytest.raises(VerificationFailed, match=r"observations\.csv"):
        build(najin_case(), najin_tables(files), files, tmp_path / "out")
    assert not (tmp_path / "out" / "dossier").exists()


def test_an_older_dossier_stays_when_the_new_one_fails(najin: Path, tmp_path: Path) -> None:
    before = tree(najin)
    files = write_inputs(tmp_path / "in")
    bad = {**najin_tables(files), "FINDING": rows_to_table([finding(facts=["Seen [G999]."])], FINDING)}
    with pytest.raises(UnknownEvidence):
        build(najin_case(), bad, files, najin)
    files[0].path.write_text("changed", encoding="utf-8")
    with pytest.raises(VerificationFailed):
        build(najin_case(), najin_tables(files), files, najin)
    assert tree(najin) == before, "and no temporary folder is left"


def test_an_older_dossier_is_replaced_by_the_new_one(najin: Path, tmp_path: Path) -> None:
    (najin / "dossier" / "data" / "stray.txt").write_text("x")
    files = write_inputs(tmp_path / "in")
    build(najin_case(title="Another title"), najin_tables(files), files, najin)
    assert not (najin / "dossier/data/stray.txt").exists()
    assert b"Another title" in (najin / "findings.json").read_bytes()


def test_a_folder_that_is_no_dossier_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "out" / "dossier" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("keep")
    with pytest.raises(UsageError, match="not a dossier"):
        rebuilt(tmp_path)
    assert mine.read_text() == "keep"


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"facts": ["A ship was at the pier [G009, G999]."]},
        {"facts": ["A ship was at the pier."]},
        {"answer": "Likely: a ship called [G999]."},
        {"background": ["G999"]},
        {"weighed": [{"evidence_id": "G999", "favours": "called", "likelihood_ratio": 2.0, "why": "x"}]},
    ],
)
def test_a_sentence_without_known_evidence_stops_the_dossier(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(UnknownEvidence, match="finding 0123456789abcdef"):
        rebuilt(tmp_path, tables={"FINDING": rows_to_table([finding(**change)], FINDING)})


def test_an_option_with_unknown_evidence_stops_the_dossier(tmp_path: Path) -> None:
    rows = [row | {"evidence_ids": ["nowhere"]} for row in options("x") if row["kind"] == "law"]
    with pytest.raises(UnknownEvidence, match=r"paragraph 2375-11|paragraph 2397-9"):
        rebuilt(tmp_path, tables={"OPTION": rows_to_table(rows, OPTION)})


def test_real_and_simulated_never_mix(tmp_path: Path) -> None:
    seen = rows_to_table([evidence_row("S1", "observation", "x", origin="simulated")], EVIDENCE)
    with pytest.raises(SimulatedEvidence, match="S1"):
        rebuilt(tmp_path, tables={"EVIDENCE": seen})
    with pytest.raises(SimulatedEvidence, match="0123456789abcdef"):
        rebuilt(tmp_path, tables={"FINDING": rows_to_table([finding(origin="simulated")], FINDING)})
    file = exercise_file(tmp_path / "sim")
    with pytest.raises(SimulatedEvidence, match=r"simulated\.nmea"):
        build(najin_case(), {}, [file], tmp_path / "x")
    with pytest.raises(SimulatedEvidence, match="is real, and the case is simulated"):
        build(exercise_case(), exercise_tables(file), [file, *write_inputs(tmp_path / "in")], tmp_path / "x")


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_is_one_file_without_script_or_remote_parts(najin: Path, exercise: Path, page: Page) -> None:
    for out in (najin, exercise):
        reading = Reading(page(out))
        tags = {tag for tag, _ in reading.tags}
        assert not tags & {
            "script",
            "iframe",
            "object",
            "embed",
            "link",
            "img",
            "form",
            "base",
            "video",
            "audio",
            "foreignobject",
        }
        for tag, attributes in reading.tags:
            assert not [name for name in attributes if name.startswith("on")], tag
            assert "src" not in attributes
            if tag != "a":
                assert "href" not in attributes, tag
        policy = next(attributes for _, attributes in reading.tags if attributes.get("http-equiv"))
        assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        assert "@import" not in page(out)
        assert not re.search(r"url\((?!#)", page(out))


def test_every_link_inside_the_page_leads_somewhere(najin: Path, exercise: Path, page: Page) -> None:
    for out in (najin, exercise):
        reading = Reading(page(out))
        ids = [attributes["id"] for _, attributes in reading.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        for tag, attributes in reading.tags:
            href = attributes.get("href") or ""
            if tag == "a" and href.startswith("#"):
                assert unquote(href[1:]) in ids, href
            elif tag == "a" and href.startswith("http"):
                assert attributes["rel"] == "noreferrer"
            elif tag == "a":
                assert (out / "dossier" / "data" / unquote(href)).is_file(), href


def test_every_fact_leads_to_its_evidence(najin: Path, page: Page) -> None:
    html = page(najin)
    facts = re.search(r"<h4>Facts</h4>(.*?)</ul>", html, re.DOTALL)
    assert facts
    items = re.findall(r"<li>(.*?)</li>", facts[1], re.DOTALL)
    assert len(items) == 2
    assert all('href="#ev-G' in item for item in items)
    for row in re.findall(r"<tr>\s*<td.*?</tr>", html.split('id="method"')[0], re.DOTALL):
        assert 'class="ev"' in row or "OFAC" in row or "unknown" in row, row


def test_the_page_says_what_it_must(najin: Path, page: Page) -> None:
    text = Reading(page(najin)).text
    for words in (
        "a call is not a cargo",
        "A gap in AIS is not a call. “Not observed” is not “absent”.",
        "not that its content is true",
        "“East Sea / Sea of Japan”",
        "it is not “not sanctioned”",
        "“Unknown” is not “not listed”",
        "This is no legal advice. Each situation below supposes a cargo",
        "whether reasonable grounds exist is for the State concerned",
        "original not captured",
        "as reported by the source, not checked",
        "written from memory: check the text before use",
        "bytes not included: licence",
        "cannot be judged",
        "not counted: traffic of another lessee",
        "5 published claims rest on 4 roots",
        "1 is a denial",
        "rows rejected: no date 2",
        "Real public record",
        "172 d after",
    ):
        assert words in text, words
    assert not re.search(r"\blate\b|100 %|\b0 %", text)
    assert SIMULATED not in text


def test_simulated_is_said_everywhere(exercise: Path, page: Page) -> None:
    text = Reading(page(exercise)).text
    assert text.startswith(f"{SIMULATED}: Exercise")
    assert text.count(SIMULATED) >= 1 + 1 + 2 * 4, "title, band, each figure in two widths"
    assert "Truth of the simulation: called" in text
    assert json.loads((exercise / "findings.json").read_text())["notice"] == SIMULATED
    assert json.loads((exercise / "dossier/data/evidence/index.json").read_text())["notice"] == SIMULATED
    assert SIMULATED in (exercise / "VERIFY.md").read_text()
    assert f"External-Description: {SIMULATED}" in (exercise / "dossier/bag-info.txt").read_text()
    for svg in (exercise / "dossier/data/figures").iterdir():
        assert SIMULATED in svg.read_text(encoding="utf-8")


def test_names_of_natural_persons_are_left_out(najin: Path, page: Page) -> None:
    assert "SOMEONE" not in page(najin)
    assert "name of a natural person, left out" in page(najin)


def test_markup_in_any_field_stays_text(tmp_path: Path, page: Page) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files)
    rows = [
        row | {"quantity": evil, "vessel": evil, "observer": evil, "note": evil}
        for row in tables["OBSERVATION"].to_pylist()
    ]
    told = [
        row | {"text": evil, "source": evil, "url": "javascript:alert(1)"}
        for row in tables["EVIDENCE"].to_pylist()
    ]
    asked = [finding(question=evil, answer=f"{evil} [G008].", facts=[f"{evil} [G009]."], limits=[evil])]
    changed = {
        "OBSERVATION": rows_to_table(rows, OBSERVATION),
        "EVIDENCE": rows_to_table(told, EVIDENCE),
        "FINDING": rows_to_table(asked, FINDING),
    }
    build(najin_case(title=evil, summary=evil), {**tables, **changed}, files, tmp_path / "out")
    reading = Reading(page(tmp_path / "out"))
    assert not {"script", "img"} & {tag for tag, _ in reading.tags}
    assert not [
        1 for _, attributes in reading.tags if (attributes.get("href") or "").startswith("javascript")
    ]
    assert "{{ 7*7 }}" in reading.text
    assert "\u202e" not in page(tmp_path / "out")
    assert "External-Description: <script>" in (tmp_path / "out/dossier/bag-info.txt").read_text(
        encoding="utf-8"
    )


def test_a_title_of_several_lines_stays_one_tag(tmp_path: Path) -> None:
    out = rebuilt(tmp_path, title="Two\nPayload-Oxum: 1.1\r\nlines")
    info = (out / "dossier/bag-info.txt").read_text().splitlines()
    assert len([line for line in info if line.startswith("Payload-Oxum")]) == 1
    assert "External-Description: Two Payload-Oxum: 1.1 lines" in info


def test_long_tables_are_folded_with_their_count_and_nothing_is_dropped(tmp_path: Path, page: Page) -> None:
    many = [finding(finding_id=f"{i:016x}", question=f"Question number {i}?") for i in range(CARDS + 30)]
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files)
    looks = [tables["OBSERVATION"].to_pylist()[0] | {"quantity": f"look number {i}."} for i in range(300)]
    changed = {"FINDING": rows_to_table(many, FINDING), "OBSERVATION": rows_to_table(looks, OBSERVATION)}
    build(najin_case(), {**tables, **changed}, files, tmp_path / "out")
    text = Reading(page(tmp_path / "out")).text
    assert "30 further findings" in text
    assert all(f"Question number {i}?" in text for i in range(len(many)))
    assert '<details class="fold">\n<summary>300 observations</summary>' in page(tmp_path / "out")
    assert all(f"look number {i}." in text for i in range(300))


def test_a_case_with_nothing_still_has_a_dossier(tmp_path: Path, page: Page) -> None:
    build(najin_case(ports=(), questions=(), ships=()), {}, [], tmp_path / "out")
    text = Reading(page(tmp_path / "out")).text
    assert "The case asks no question" in text
    assert "The case holds no evidence" in text


def test_a_ship_that_was_not_screened_is_not_called_unlisted(tmp_path: Path, page: Page) -> None:
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files)
    del tables["HIT"]
    build(najin_case(), tables, files, tmp_path / "out")
    assert "No listing found.</p>" not in page(tmp_path / "out")
    assert "Not screened: no list was read." in page(tmp_path / "out")


# --- findings.json ----------------------------------------------------------------------------------


def test_findings_json_is_canonical_and_complete(najin: Path) -> None:
    raw = (najin / "findings.json").read_bytes()
    value = json.loads(raw)
    assert raw == (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()
    assert value["case"] == "najin"
    assert value["origin"] == "real"
    assert value["counts"]["observation"] == 8
    assert value["counts"]["rejected_by_reason"] == {"no_date": 2}
    assert value["counts"]["positions_read"] == 0
    assert "position" not in value["counts"], "thinned tracks are no count"
    found = value["findings"][0]
    assert found["start"] == "2023-10-17T00:00:00Z"
    assert [each["probability"] for each in found["hypotheses"]] == [0.98, 0.02]
    assert found["weighed"][0]["likelihood_ratio"] == 20.0
    assert value["options"]["coverage"][0]["detail"] == {"ground": "EO 14024", "lag_days": 172}
    assert value["claims"]["repeated"] == {"C024": ["C024", "C025"]}
    assert value["evidence"]["G009"]
    assert value["files"][0]["name"] == "claims.csv"


def test_findings_stand_in_the_order_of_the_questions(tmp_path: Path) -> None:
    base = najin_case()
    asked = tuple(base.questions[0].model_copy(update={"id": name}) for name in ("Z", "B", "A"))
    rows = [finding(question_id=name, finding_id=name) for name in ("A", "B", "Z")]
    out = rebuilt(tmp_path, questions=asked, tables={"FINDING": rows_to_table(rows, FINDING)})
    assert [row["question_id"] for row in json.loads((out / "findings.json").read_text())["findings"]] == [
        "Z",
        "B",
        "A",
    ]


def test_law_stands_by_situation_with_what_all_lack_said_once(tmp_path: Path, page: Page) -> None:
    question = {
        "situation": "L1", "text": "A ship in a port of China", "zone": "port:CN", "flag": "RU", "cargo": "conventional_arms",
        "involvement": "past", "ship_type": "merchant", "date": "2024-02-09",
    }  # fmt: skip
    row = next(row for row in options("x") if row["kind"] == "law")
    made = [
        row | {"option_id": f"o{i}", "status": verb, "subject": f"P{i}", "text": "A ship in a port of China. Words.",
               "detail": json.dumps({"question": question, "text": f"Words of P{i}.", "missing": ["the cargo", *more], "consent": "n/a"})}
        for i, (verb, more) in enumerate((("may", []), ("shall", ["the grounds"]), ("prohibits", [])))
    ]  # fmt: skip
    out = rebuilt(tmp_path, tables={"OPTION": rows_to_table(made, OPTION)})
    text = Reading(page(out)).text
    assert "L1: A ship in a port of China" in text
    assert (
        "merchant ship, flag RU; port of CN; supposed cargo: conventional arms, on earlier voyages; on 2024-02-09"
        in text
    )
    assert text.count("still to be shown: the cargo.") == 1
    assert text.count("the cargo") == 1
    assert text.index("Words of P2.") < text.index("Words of P1.") < text.index("Words of P0."), (
        "prohibitions, duties, powers"
    )
    assert "Consent does not arise" in text


def test_a_match_stands_before_a_namesake(tmp_path: Path, page: Page) -> None:
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files)
    match = tables["HIT"].to_pylist()[0]
    other = match | {
        "listing_id": "z",
        "name": "ANGARA E",
        "imo": "1234567",
        "class": "homonym_or_tampering",
        "score": 0.9,
    }
    build(najin_case(), {**tables, "HIT": rows_to_table([other, match], HIT)}, files, tmp_path / "out")
    text = Reading(page(tmp_path / "out")).text
    assert text.index("ANGARA, IMO 9179842: match") < text.index(
        "ANGARA E, IMO 1234567: same name, other number"
    )


def test_a_finding_that_leans_the_wrong_way_says_so(tmp_path: Path, page: Page) -> None:
    file = exercise_file(tmp_path / "in")
    tables = exercise_tables(file)
    row = tables["FINDING"].to_pylist()[0]
    both = [row, row | {"finding_id": "0", "truth": "did not call"}]
    build(exercise_case(), {**tables, "FINDING": rows_to_table(both, FINDING)}, [file], tmp_path / "out")
    text = Reading(page(tmp_path / "out")).text
    assert text.count("The finding leans the wrong way.") == 1
    assert "1 of 2 lean the right way" in text


def test_a_row_read_from_a_withheld_file_is_not_captured(tmp_path: Path, page: Page) -> None:
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files)
    rows = [row | {"captured": True} for row in tables["EVIDENCE"].to_pylist()]
    build(najin_case(), {**tables, "EVIDENCE": rows_to_table(rows, EVIDENCE)}, files, tmp_path / "out")
    index = json.loads((tmp_path / "out/dossier/data/evidence/index.json").read_text())
    captured = {row["evidence_id"]: row["captured"] for row in index["evidence"]}
    assert (captured["C006"], captured["G009"], captured["law-1"]) == (False, True, False)
    assert "original read, not in the bag: licence" in page(tmp_path / "out")

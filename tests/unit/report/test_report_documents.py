"""Templates with fixed fields: what they hold, that facts lead to evidence, that a second run gives the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from report_fixture import (
    exercise_case,
    exercise_file,
    exercise_tables,
    najin_case,
    najin_tables,
    write_inputs,
)
from sentences import names_of, uncovered_in_page, uncovered_in_values

from rubicon.errors import OptionError, UnknownEvidence, UnknownItem
from rubicon.report import evidence, pdf, templates, view
from rubicon.report.document import fact, grid, plain
from rubicon.report.document_pdf import data
from rubicon.report.figures import Plates
from rubicon.report.reopen import make_source
from rubicon.report.source import Source

NAMES = ("annex", "presence", "vessel-profile", "voyage")
CASES = ("najin", "exercise")


def sources(folder: Path) -> dict[str, Source]:
    files = write_inputs(folder / "n")
    tables = najin_tables(files)
    held = evidence.hold(files)
    simulated = exercise_file(folder / "e")
    invented = exercise_tables(simulated)
    other = evidence.hold([simulated])
    return {
        "najin": make_source(najin_case(), tables, evidence.entries(tables["EVIDENCE"], held), held),
        "exercise": make_source(
            exercise_case(), invented, evidence.entries(invented["EVIDENCE"], other), other
        ),
    }


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    return sources(tmp_path_factory.mktemp("documents"))


def filled(source: Source, name: str, about: str = "") -> Any:
    return templates.fill(name, source, Plates(source.case, source.tables, None), about)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", NAMES)
def test_every_field_stands_in_its_place(known: dict[str, Source], name: str, case: str) -> None:
    made = filled(known[case], name)
    fields = templates.templates()[name].FIELDS
    assert [(section.key, section.title) for section in made.sections] == list(fields)
    assert all(section.blocks for section in made.sections)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", NAMES)
def test_every_factual_sentence_leads_to_evidence(known: dict[str, Source], name: str, case: str) -> None:
    source = known[case]
    made = filled(source, name)
    names = names_of(source.case, source.tables)
    assert uncovered_in_page(templates.document_html(source, made), names) == []
    values = data(source, made, {})
    kept = [section for section in values["sections"] if section["title"] != made.sections[-1].title]
    assert uncovered_in_values([kept, values["standfirst"]], names) == []


@pytest.mark.parametrize("case", CASES)
def test_every_factual_sentence_of_the_port_report_leads_to_evidence(
    known: dict[str, Source], request: pytest.FixtureRequest, case: str
) -> None:
    out: Path = request.getfixturevalue("najin_once" if case == "najin" else "exercise")
    source = known[case]
    html = (out / "dossier/data/report.html").read_text(encoding="utf-8")
    names = names_of(source.case, source.tables)
    assert uncovered_in_page(html, names) == []
    apart = (
        "title",
        "meta",
        "limits",
        "evidence",
        "files",
        "words",
        "alt",
        "footer",
        "description",
        "standfirst",
    )
    assert uncovered_in_values(pdf.data(source, view.sections(source)), names, apart) == []


def test_the_walk_sees_a_sentence_without_evidence(known: dict[str, Source]) -> None:
    page = "<body><main><p>Angara lay at Najin on 2023-12-09.</p><p>Angara left <a href='#ev-G1'>G1</a>.</p><p>Method.</p></main></body>"
    assert uncovered_in_page(page, ["Angara"]) == ["Angara lay at Najin on 2023-12-09."]
    said = [{"text": "Angara left."}]
    assert uncovered_in_values({"a": [said, [*said, {"text": "G1", "to": "ev-G1"}]]}, ["Angara"]) == [
        "Angara left."
    ]


def test_a_fact_without_evidence_is_refused(known: dict[str, Source]) -> None:
    source = known["najin"]
    with pytest.raises(UnknownEvidence, match="without evidence"):
        fact(source, "Angara called at Najin.")
    with pytest.raises(UnknownEvidence, match="does not hold"):
        fact(source, "Angara called at Najin.", ["G999"])
    with pytest.raises(UnknownEvidence, match="without evidence"):
        grid(("Ship",), (1,), [[plain("Angara")]])


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_one_file_without_script(known: dict[str, Source], name: str) -> None:
    for source in known.values():
        html = templates.document_html(source, filled(source, name))
        assert "<script" not in html
        assert "default-src 'none'" in html
        assert ("SIMULATED - fictional ships" in html) == (source.case.id == "exercise")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bytes_twice(known: dict[str, Source], name: str) -> None:
    pytest.importorskip("typst")
    source = known["exercise"]
    made = filled(source, name)
    first = templates.document_pdf(source, made)
    assert first.startswith(b"%PDF")
    assert first == templates.document_pdf(source, filled(source, name))


def test_what_there_is_is_named(known: dict[str, Source]) -> None:
    with pytest.raises(OptionError, match="vessel-profile"):
        filled(known["najin"], "obituary")
    with pytest.raises(UnknownItem, match="Angara"):
        filled(known["najin"], "vessel-profile", "Titanic")
    with pytest.raises(UnknownItem, match="Najin"):
        filled(known["najin"], "presence", "Atlantis")


def test_a_case_asks_for_its_documents(known: dict[str, Source]) -> None:
    source = known["najin"]
    assert templates.asked(source.case, source) == [("presence", "Najin"), ("annex", "najin")]
    wishes = source.case.model_copy(update={"documents": ("vessel-profile:*", "voyage:Maria")})
    assert templates.asked(wishes, source) == [
        ("vessel-profile", "Angara"), ("vessel-profile", "Maria"), ("voyage", "Maria"),
    ]  # fmt: skip
    with pytest.raises(OptionError, match="template"):
        templates.asked(source.case.model_copy(update={"documents": ("obituary",)}), source)
    assert templates.stem("voyage", "../Лэди R", source.case) == "voyage-r"


def test_a_company_that_was_not_asked_is_said(known: dict[str, Source]) -> None:
    made = filled(known["najin"], "annex")
    replies = next(section for section in made.sections if section.key == "replies")
    said = "".join(
        run.text
        for block in replies.blocks
        if hasattr(block, "groups")
        for _, rows in block.groups
        for row in rows
        for cell in row
        for run in cell
    )
    assert "not asked" in said or replies.blocks[0].says == "limit"

"""Text around findings: references follow their findings, stale ones are told, every edit is in the log; two versions compared."""

from __future__ import annotations

import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_fixture import evidence_row, finding, najin_case, najin_tables, utc, write_inputs

from rubicon.assess.stability import versions
from rubicon.errors import InputMissing, UnknownFormat, UsageError, VerificationFailed
from rubicon.report import edits
from rubicon.report.analysis import Analysis, render
from rubicon.report.compare import compare, in_words, version
from rubicon.report.dossier import build
from rubicon.report.pack import pack
from rubicon.report.references import Resolver, states, typed_numbers
from rubicon.report.text import Links
from rubicon.report.verify import verify
from rubicon.schema import COUNT, EVIDENCE, FINDING, rows_to_table
from rubicon.store import custody
from rubicon.store.output import write_output

DRAFT = "# What we think\n\nA ship called: {finding:Q1.probability}, {finding:Q1.words} [G008]. **At least {count:Najin.seen}** calls.\n"


def count(seen: int) -> pa.Table:
    row = {
        "count_id": f"c{seen}", "port": "Najin", "start": utc(2023, 8, 1), "end": utc(2024, 3, 31), "seen": seen, "looks": 24, "low": float(seen),
        "quoted": [], "text": "x", "limits": [], "evidence_ids": [],
    }  # fmt: skip
    return rows_to_table([row], COUNT)


def run(
    tmp_path: Path, out: Path, rows: list[dict[str, Any]], before: pa.Table | None = None, seen: int = 11
) -> pa.Table:
    """What a run leaves: the bag and the tables. Gives the versions of the findings."""
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files)
    late = evidence_row("G099", "observation", "2023-10-18: an empty pier, told late", sha256=files[0].sha256)
    if seen != 11:
        tables["EVIDENCE"] = pa.concat_tables([tables["EVIDENCE"], rows_to_table([late], EVIDENCE)])
    tables |= {"FINDING": rows_to_table(rows, FINDING), "COUNT": count(seen)}
    tables["FINDING_VERSION"] = versions(tables["FINDING"], before)
    build(najin_case(), tables, files, out, counts={"positions_read": 7})
    write_output(out, najin_case(), tables)
    return tables["FINDING_VERSION"]


def later() -> dict[str, Any]:
    """The finding after late evidence."""
    hypotheses = [
        one | {"probability": p} for one, p in zip(finding()["hypotheses"], (0.67, 0.33), strict=True)
    ]
    weighed = [
        *finding()["weighed"],
        {"evidence_id": "G099", "favours": "did not call", "likelihood_ratio": 24.0, "why": "an empty pier"},
    ]
    return finding(
        finding_id="fedcba9876543210", probability=0.67, words="likely", hypotheses=hypotheses, weighed=weighed,
        answer="Likely (67 %): a ship called at Najin between 17 October 2023 and 22 October 2023 [G008, G099].",
    )  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Path:
    run(tmp_path, tmp_path / "out", [finding()])
    (tmp_path / "out/text.md").write_text(DRAFT)
    return tmp_path / "out"


def page(out: Path) -> str:
    return (out / "dossier/data/report.html").read_text(encoding="utf-8")


def test_an_accepted_text_stands_in_the_dossier_and_the_edit_in_the_log(out: Path) -> None:
    before = {p.relative_to(out): p.read_bytes() for p in (out / "dossier/data").rglob("*") if p.is_file()}
    assert "What we think" not in page(out)
    edits.accept(out, "first\ndraft")
    shown = page(out)
    assert '<a href="#finding-0123456789abcdef"><b>98\N{NO-BREAK SPACE}%</b></a>' in shown
    assert "<strong>At least <b>11</b></strong>" in shown
    assert '<a class="ev" href="#ev-G008">G008</a>' in shown
    assert "since this was written" not in shown
    text = (out / "dossier/data/text/text.md").read_bytes()
    assert text == DRAFT.encode()
    inside = custody.entries_of((out / "dossier/data/custody.jsonl").read_bytes())
    edit = next(each for each in inside if each["action"] == "edited")
    assert (edit["detail"], edit["sha256"]) == ("first draft", hashlib.sha256(text).hexdigest())
    assert verify(out).ok
    # Nothing else of the dossier is made anew but what holds the text.
    after = {p.relative_to(out): p.read_bytes() for p in (out / "dossier/data").rglob("*") if p.is_file()}
    new = {Path("dossier/data/text/text.md"), Path("dossier/data/text/references.json")}
    holding = {
        Path(f"dossier/data/{name}") for name in ("report.html", "custody.jsonl", "ro-crate-metadata.json")
    }
    assert after.keys() - before.keys() == new
    assert {name for name in before if before[name] != after[name]} == holding


def test_a_later_run_updates_the_numbers_and_says_which_are_stale(tmp_path: Path, out: Path) -> None:
    edits.accept(out, "first draft")
    first = rows_of(out)
    assert not edits.stale(out)
    run(tmp_path, out, [later()], first, seen=12)
    told = {each.reference: (each.status, each.told) for each in edits.stale(out)}
    assert told["finding:Q1.probability"] == (
        "changed",
        "was 98 %, is 67 % (now weighs G099; 98 % became 67 %)",
    )
    assert told["finding:Q1.words"][0] == "changed"
    assert told["count:Najin.seen"] == ("changed", "was 11, is 12")
    shown = page(out)
    assert "3 references changed since the text was written" in shown
    assert "<b>67\N{NO-BREAK SPACE}%</b>" in shown
    assert "since this was written: was 98\N{NO-BREAK SPACE}%, is 67\N{NO-BREAK SPACE}%" in shown
    edits.accept(out, "late image taken in")
    assert not edits.stale(out)
    assert "since this was written" not in page(out)
    log = custody.entries_of((out / "custody.jsonl").read_bytes())
    assert (
        "late image taken in; finding:Q1.probability: was 98 %"
        in [e for e in log if e["action"] == "edited"][-1]["detail"]
    )
    assert verify(out).ok


def test_an_answer_stands_with_its_citations_and_its_new_ones_later(tmp_path: Path, out: Path) -> None:
    (out / "text.md").write_text("{finding:Q1.answer}")
    edits.accept(out, "the answer")
    shown = page(out).partition('id="analysis"')[2].partition("</section>")[0]
    assert "Almost certain (98\N{NO-BREAK SPACE}%): a ship called" in shown
    assert '<a class="ev" href="#ev-G009">G009</a>' in shown
    run(tmp_path, out, [later()], rows_of(out), seen=12)
    shown = page(out).partition('id="analysis"')[2].partition("</section>")[0]
    assert '<a class="ev" href="#ev-G099">G099</a>' in shown
    assert "was Almost certain (98\N{NO-BREAK SPACE}%)" in shown


def rows_of(out: Path) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(out / "tables/FINDING_VERSION.parquet")


def test_a_reference_by_finding_id_follows_the_question(tmp_path: Path, out: Path) -> None:
    (out / "text.md").write_text("{finding:0123456789abcdef.probability}, {finding:0123456789abcdef.port}")
    edits.accept(out, "by id")
    run(tmp_path, out, [later()], rows_of(out), seen=12)
    told = {each.reference.rpartition(".")[2]: each for each in edits.stale(out)}
    assert told["probability"].told.startswith("was 98 %, is 67 %")
    assert told["port"].status == "revised"
    assert "fedcba9876543210" in told["port"].told
    run(tmp_path, out, [], rows_of(out), seen=12)
    assert {each.status for each in edits.stale(out)} == {"gone"}
    assert "not in this case any more" in page(out)
    with pytest.raises(UsageError, match="no single finding"):
        edits.accept(out, "x")


def test_a_run_that_changes_nothing_leaves_the_edited_dossier_as_it_is(tmp_path: Path, out: Path) -> None:
    edits.accept(out, "first draft")
    before = {p: p.read_bytes() for p in (out / "dossier").rglob("*") if p.is_file()}
    edits.accept(out, "first draft")
    run(tmp_path, out, [finding()], rows_of(out))
    assert {p: p.read_bytes() for p in (out / "dossier").rglob("*") if p.is_file()} == before


def test_a_draft_is_not_published_and_what_is_wrong_is_named(tmp_path: Path, out: Path) -> None:
    run(tmp_path, out, [finding()])
    assert not (out / "dossier/data/text").exists()
    with pytest.raises(UsageError, match="states why"):
        edits.accept(out, " \n")
    with pytest.raises(UsageError, match="left alone"):
        edits.start(out)
    (out / "text.md").write_text("{finding:Q9.probability}")
    with pytest.raises(UsageError, match="no single finding Q9"):
        edits.accept(out, "x")
    (out / "text.md").write_bytes(b"\xff")
    with pytest.raises(UnknownFormat):
        edits.accept(out, "x")
    (out / "text.md").unlink()
    with pytest.raises(InputMissing):
        edits.check(out)
    edits.start(out)
    assert "{finding:Q1.answer}" in (out / "text.md").read_text()
    (out / "dossier/data/report.html").write_text("changed")
    with pytest.raises(VerificationFailed):
        edits.accept(out, "x")
    (out / "text.accepted.json").write_text("[]")
    with pytest.raises(UnknownFormat):
        edits.stale(out)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{finding:Q1.probability} on 2023-10-17 [G008, G009]", []),
        ("On 17 October 2023 in 2024, IMO 9179842, `12`", []),
        ("about 25 visits\nand 98 %", [(1, "25"), (2, "98 %")]),
        ("1. first\n2. of 3 ships", [(2, "3")]),
        ("1,204 ships, N1, C011", [(1, "1,204")]),
    ],
)
def test_numbers_that_follow_nothing_are_told(text: str, found: list[tuple[int, str]]) -> None:
    assert typed_numbers(text) == found


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


ALLOWED = {
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "strong",
    "em",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "hr",
    "br",
    "a",
    "span",
    "b",
    "mark",
}
EVIL = (
    "<script>alert(1)</script>", "![x](http://a.example/x.png)", "[x](javascript:alert(1))", "[x](data:text/html,x)", "<img src=x onerror=y>",
    "<http://a.example>", "[a]: javascript:x\n\n[a]", "{finding:<b>.probability}", "&lt;script&gt;", "    <b>code</b>", "```html\n<b>\n```",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(EVIL),
            st.text(max_size=30),
            st.sampled_from(["\n\n", "{finding:Q1.vessel}", " [G008]."]),
        )
    )
)
def test_no_text_of_an_analyst_or_a_finding_is_markup(parts: list[str]) -> None:
    text = "".join(parts)
    rows = [finding(vessel="<script>x</script> [x](javascript:y)")]
    resolver = Resolver({"FINDING": rows_to_table(rows, FINDING)})
    shown = render(Analysis(text, "", tuple(states(text, resolver, {}))), Links(["G008"], {}))
    for tag, attributes in Tags(str(shown)).seen:
        assert tag in ALLOWED
        assert attributes.keys() <= {"href", "class", "title", "start"}
        assert (attributes.get("href") or "#").startswith(("#", "http://", "https://"))


# --- two versions -----------------------------------------------------------------------------------


def test_a_comparison_says_what_changed_and_why(tmp_path: Path, out: Path) -> None:
    old = pack(out, tmp_path / "old.zip")
    edits.accept(out, "first draft")
    run(tmp_path, out, [later()], rows_of(out), seen=12)
    made = compare(version(old), version(out))
    assert made["old"]["verified"]
    assert made["new"]["verified"]
    (changed,) = made["findings"]["changed"]
    assert (changed["old"]["probability"], changed["new"]["probability"]) == (0.98, 0.67)
    assert changed["why"] == [
        "now weighs G099, 24 times likelier if did not call: 2023-10-18: an empty pier, told late"
    ]
    assert made["evidence"] == {"added": ["G099"], "removed": [], "changed": {}}
    assert made["counts"]["evidence"][1] == made["counts"]["evidence"][0] + 1
    assert made["inputs"] == {"added": [], "removed": [], "changed": {}}
    assert made["text"]["references"]["finding:Q1.probability"] == [None, "67 %"]
    assert "+# What we think" in made["text"]["lines"]
    assert [each["detail"] for each in made["edits"]] == ["first draft"]
    words = "\n".join(in_words(made))
    assert "finding Q1: 98 % -> 67 %" in words
    assert "    because now weighs G099" in words
    back = compare(version(out / "dossier"), version(old))
    assert back["findings"]["changed"][0]["why"] == ["no longer weighs G099"]
    assert back["evidence"]["removed"] == ["G099"]
    json.dumps(made)


def test_the_same_dossier_does_not_differ_from_itself_and_another_case_is_refused(
    najin: Path, exercise: Path
) -> None:
    made = compare(version(najin), version(najin))
    assert in_words(made) == ["nothing that the dossiers say differs"]
    with pytest.raises(UsageError, match="is of case"):
        compare(version(najin), version(exercise))
    (najin / "dossier/data/findings.json").unlink()
    with pytest.raises(InputMissing):
        version(najin)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"weighed": [finding()["weighed"][0] | {"likelihood_ratio": 5.0}, finding()["weighed"][1]]}, "G008 weighs 5 for called, was 20 for called"),
        ({"weighed": finding()["weighed"][1:]}, "no longer weighs G008"),
        ({"hypotheses": [one | {"prior": p} for one, p in zip(finding()["hypotheses"], (0.4, 0.6), strict=True)]}, "the prior was changed"),
        ({"limits": ["another"]}, "other words: limits"),
        ({"probability": 0.9}, "another version of the model"),
    ],
)  # fmt: skip
def test_the_reason_of_a_change_is_what_is_weighed_otherwise(
    tmp_path: Path, najin: Path, changes: dict[str, Any], why: str
) -> None:
    files = write_inputs(tmp_path / "in")
    tables = najin_tables(files) | {"FINDING": rows_to_table([finding(**changes)], FINDING)}
    build(najin_case(), tables, files, tmp_path / "new")
    (changed,) = compare(version(najin), version(tmp_path / "new"))["findings"]["changed"]
    assert why in changed["why"][0]

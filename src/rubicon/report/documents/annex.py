"""Template: the annex. Numbered paragraphs with their evidence, exhibits with their hashes, and the log of replies."""

from __future__ import annotations

from collections.abc import Sequence

from rubicon.report import view
from rubicon.report.document import (
    Block,
    Document,
    Heading,
    Line,
    Numbered,
    Run,
    Section,
    Words,
    cited,
    fact,
    grid,
    limit,
    method,
    or_nothing,
    plain,
    refs,
    row_refs,
)
from rubicon.report.figures import Plates
from rubicon.report.findings import ordered_options
from rubicon.report.source import Source
from rubicon.report.text import counted, natural

TITLE, ABOUT = "Annex", "case"
FIELDS = (
    ("findings", "Findings"), ("presence", "Presence and calls"), ("claims", "Claims, and where they do not fit"),
    ("listings", "Listings"), ("figures", "Figures"), ("exhibits", "Exhibits"), ("replies", "Right of reply"),
    ("limits", "What this annex does not say"),
)  # fmt: skip
NOT_ASKED = "not asked"
PRESENCE = (
    ("COUNT", ("port", "start", "count_id")), ("VISIT", ("port", "first_seen", "visit_id")), ("EFFECT", ("question_id", "effect_id")),
)  # fmt: skip


def subjects(source: Source) -> Sequence[str]:
    """The whole case."""
    return [source.case.id]


def make(source: Source, plates: Plates, about: str) -> Document:
    """The annex of the case; paragraphs are numbered through all its sections."""
    numbers = _Numbers()
    filled: dict[str, Sequence[Block]] = {
        "findings": findings(source, numbers),
        "presence": numbers.paragraphs(
            [
                Line(cited(source, row["text"]))
                for name, order in PRESENCE
                for row in source.ordered(name, *order)
            ]
        ),
        "claims": claims(source, numbers),
        "listings": listings(source, numbers),
        "figures": [plates.plate(each) for each in ("map", "calendar", "timeline", "coverage")],
        "exhibits": exhibits(source),
        "replies": replies(source),
        "limits": numbers.paragraphs([limit(each) for each in _limits(source)]),
    }
    case = source.case
    meta = (
        ("Period", view.span_of(case)),
        ("Paragraphs", str(numbers.last)),
        ("Exhibits", str(len(source.held))),
        ("Case", case.id),
    )
    sections = tuple(Section(key, title, or_nothing(filled[key])) for key, title in FIELDS)
    lead = method(
        "Each paragraph has a number by which it is cited, and leads to its evidence; each exhibit has a number, a hash and its terms."
    )
    return Document("annex", TITLE, f"Annex: {case.title}", lead, meta, sections)


class _Numbers:
    """Running numbers of paragraphs."""

    def __init__(self) -> None:
        self.last = 0

    def paragraphs(self, lines: Sequence[Line]) -> list[Block]:
        """The lines as numbered paragraphs that go on where the last ones ended."""
        if not lines:
            return []
        first = self.last + 1
        self.last += len(lines)
        return [Numbered(tuple(lines), first)]


def findings(source: Source, numbers: _Numbers) -> list[Block]:
    """For each finding: the question, the answer, the facts, what it does not say."""
    blocks: list[Block] = []
    for row in view.findings_plain(source):
        others = sorted(row["hypotheses"], key=lambda each: -each["probability"])[1:2]
        rival = "".join(f" The rival, {each['text']}, is {each['words']}." for each in others)
        answer = Line((*cited(source, row["answer"]), *plain(f"{rival} Finding {row['finding_id']}.")))
        facts = [fact(source, each, (), f"finding {row['finding_id']}") for each in row["facts"] or []]
        blocks.append(Heading(f"{row['question_id']}: {row['question']}"))
        blocks += numbers.paragraphs([answer, *facts])
    return blocks


def claims(source: Source, numbers: _Numbers) -> list[Block]:
    """Each claim in a paragraph, then contradictions with their cause."""
    lines = []
    for row in source.ordered("CLAIM", "date_stated", "claim_id"):
        said = f"{row['date_stated']}: {row['source']} on {row['subject']}, {row['predicate'].replace('_', ' ')}: {row['value']}{(row['unit'] and ' ' + row['unit']) or ''}"
        grade = view.grade(row["reliability"], row["credibility"])
        words = (*plain(f"{said} (grade: {grade})"), *row_refs(source, row, row["claim_id"]), *plain("."))
        lines.append(Line(words))
    for row in source.ordered("CONTRADICTION", "cause", "contradiction_id"):
        lines.append(fact(source, row["reason"], row["claims"], "contradiction"))
    return numbers.paragraphs(lines)


def listings(source: Source, numbers: _Numbers) -> list[Block]:
    """Each jurisdiction that lists a ship."""
    rows = ordered_options(source.tables.get("OPTION"), "coverage")
    return numbers.paragraphs(
        [
            fact(source, row["text"], row["evidence_ids"], "listing")
            for row in rows
            if row["status"] == "listed"
        ]
    )


def exhibits(source: Source) -> list[Block]:
    """Every input file: number, what it is, publisher, terms, whether its bytes travel, hash."""
    made: list[Sequence[Words]] = []
    for index, each in enumerate(source.held, start=1):
        record = each.record()
        made.append([
            plain(f"X{index}"), plain(record["title"] or record["name"]),
            plain(record["publisher"]), plain(record["licence"] or "not stated"),
            plain("in the bag" if each.included else "by hash only"), (Run(record["sha256"], f"file-{record['source_id']}"),),
        ])  # fmt: skip
    blocks = grid(
        ("No.", "What", "Publisher", "Terms", "Bytes", "SHA-256"), (6, 26, 17, 17, 11, 23), made, "exhibits"
    )
    withheld = sum(not each.included for each in source.held)
    if withheld:
        blocks.append(
            limit(
                f"{counted(withheld, 'exhibit')} by hash only: the terms of the source do not let the bytes travel."
            )
        )
    return blocks


def companies(source: Source) -> dict[str, list[str]]:
    """Companies that the dossier names, with the evidence that names them: owners and links of listed ships."""
    matched = {row["listing_id"] for row in source.rows("HIT") if row["class"] in ("match", "probable")}
    found: dict[str, list[str]] = {}
    for row in source.ordered("LISTING", "authority", "snapshot", "listing_id"):
        for name in row["linked_to"] if row["listing_id"] in matched else ():
            found.setdefault(name, []).append(f"{row['source_id']}@{row['offset']}")
    return found


def replies(source: Source) -> list[Block]:
    """Each named company: when it was asked, how, and what it answered; `not asked` where the log has no entry."""
    log = {row["company"].casefold(): row for row in source.ordered("REPLY", "company", "asked_on")}
    named = companies(source)
    made = []
    for company, ids in sorted(named.items(), key=lambda item: natural(item[0])):
        row = log.pop(company.casefold(), None)
        made.append(_reply(source, company, ids, row))
    for row in sorted(log.values(), key=lambda row: natural(row["company"])):
        made.append(_reply(source, row["company"], [], row))
    blocks = grid(
        ("Company", "Asked on", "By", "Answered on", "Answer or status", "Evidence"),
        (24, 11, 13, 12, 26, 14),
        made,
        "replies",
    )
    open_ = [
        company
        for company in named
        if company.casefold()
        not in {row["company"].casefold() for row in source.ordered("REPLY", "company", "asked_on")}
    ]
    if open_:
        blocks.append(
            limit(
                f"{counted(len(open_), 'named company has', 'named companies have')} not been asked: publishing asks for the status of each."
            )
        )
    return blocks


def _reply(source: Source, company: str, ids: Sequence[str], row: dict[str, object] | None) -> list[Words]:
    if row is None:
        return [plain(company), plain(""), plain(""), plain(""), plain(NOT_ASKED), refs(source, ids)]
    own = [f"{row['source_id']}@{row['offset']}"]
    cells = (row["asked_on"], row["asked_by"], row["answered_on"], row["answer"] or row["status"])
    return [plain(company), *map(plain, cells), refs(source, [*ids, *own])]


def _limits(source: Source) -> list[str]:
    fixed = [
        "A hash shows that a file is unchanged since a time, not that its content is true.",
        "A call is not a cargo, a gap is not a call, and “not observed” is not “absent”.",
        "No legal advice: whether reasonable grounds exist is for the State concerned.",
    ]
    return [*fixed, *source.case.limits]

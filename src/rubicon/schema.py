"""Every table that passes between stages, as Arrow schemas with units.

Times are UTC timestamps in microseconds. Names carry units. Ids are hashes of content and
parameters (`provenance.content_id`), without a clock. `source_id` and `offset` lead from a row to
the byte offset (text logs) or row number (tables, counted from 1 after the header) in a hashed file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, IntFlag, StrEnum
from typing import Any

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
STRINGS = pa.list_(pa.string())


class Origin(StrEnum):
    """Where evidence comes from; the two are never fused."""

    REAL = "real"
    SIMULATED = "simulated"


class NavStatus(IntEnum):
    """AIS navigational status (ITU-R M.1371, table 45). Zero is under way, not stopped."""

    UNDER_WAY_ENGINE = 0
    AT_ANCHOR = 1
    NOT_UNDER_COMMAND = 2
    RESTRICTED_MANOEUVRABILITY = 3
    CONSTRAINED_BY_DRAUGHT = 4
    MOORED = 5
    AGROUND = 6
    FISHING = 7
    UNDER_WAY_SAILING = 8
    NOT_DEFINED = 15


class Flag(IntFlag):
    """Doubts about a position that are kept with it instead of dropping the row."""

    MMSI_NOT_A_SHIP = 1
    """The MMSI is not one that a ship station can hold (ITU-R M.585: nine digits, 2 to 7 first)."""
    NULL_ISLAND = 2
    """The position is exactly 0, 0."""
    NO_SPEED = 4
    """The message said that speed is not available."""
    TIME_FROM_RECEIVER = 8
    """The time is that of the receiver's log line, not of the message."""
    DUPLICATE = 16
    """Same ship, time and place as an earlier row from another place in the input."""
    OWN_SHIP = 32
    """A VDO report: the receiving station's own position."""


def _table(doc: str, *fields: tuple[str, pa.DataType, str]) -> pa.Schema:
    """Build a schema; a type string that ends the doc with `!` marks the column as never null."""
    made = [
        pa.field(name, type_, nullable=not about.endswith("!"), metadata={"doc": about.rstrip("!")})
        for name, type_, about in fields
    ]
    return pa.schema(made, metadata={"doc": doc})


S, F, B, I32, I64 = pa.string(), pa.float64(), pa.bool_(), pa.int32(), pa.int64()

POSITION = _table(
    "One reported position of one ship.",
    ("vessel_id", S, "MMSI or the source's own ship id!"),
    ("time_utc", TIME, "time of the report!"),
    ("lat_deg", F, "latitude, degrees north, -90 to 90!"),
    ("lon_deg", F, "longitude, degrees east, -180 to 180!"),
    ("speed_kn", F, "speed over ground, knots; null when not available"),
    ("course_deg", F, "course over ground, degrees true; null when not available"),
    ("heading_deg", F, "true heading, degrees; null when not available"),
    ("nav_status", pa.int8(), "NavStatus as sent; null when the message has none"),
    ("message_type", pa.int8(), "AIS message type; null when the source is a table"),
    ("receiver", S, "station, talker or satellite that heard it; null when unknown"),
    ("flags", pa.int32(), "Flag bits!"),
    ("source_id", S, "hash prefix of the file!"),
    ("offset", I64, "byte offset of the sentence, or row number!"),
)

REJECT = _table(
    "An input row that could not be used, kept with its reason.",
    ("source_id", S, "hash prefix of the file!"),
    ("offset", I64, "byte offset or row number!"),
    ("reason", S, "name of the reason!"),
    ("detail", S, "the value that was refused, in words"),
    ("raw", S, "the row as read, at most 512 characters"),
)

VESSEL = _table(
    "One statement about the identity of a ship, from AIS static data or a register.",
    ("vessel_id", S, "MMSI or the source's own ship id!"),
    ("time_utc", TIME, "when the statement was made; null for a register without dates"),
    ("imo", S, "seven digits as stated; null when absent"),
    ("imo_valid", B, "check digit holds; null when there is no number"),
    ("mmsi", S, "nine digits as stated"),
    ("name", S, "as stated"),
    ("call_sign", S, "as stated"),
    ("flag", S, "ISO 3166 alpha-2 or as stated"),
    ("ship_type", S, "type as stated; AIS type code as digits"),
    ("length_m", F, "length over all, metres"),
    ("beam_m", F, "beam, metres"),
    ("draught_m", F, "draught as stated, metres"),
    ("destination", S, "as stated"),
    ("source_id", S, "hash prefix of the file!"),
    ("offset", I64, "byte offset or row number!"),
)

OBSERVATION = _table(
    "What a named observer says was seen at a place and time.",
    ("observation_id", S, "id within the case!"),
    ("start", TIME, "earliest time that the statement allows!"),
    ("end", TIME, "latest time that the statement allows!"),
    ("date_stated", S, "the date as written!"),
    ("tz_stated", B, "whether the source states its time zone!"),
    ("kind", S, "image, series, visit, month count ...!"),
    (
        "shows",
        STRINGS,
        "what the compiler reads in it: ship_present, ship_gone, stack_present, stack_gone, change ...!",
    ),
    ("port", S, "port of the case that the site lies in; null when outside the case's ports"),
    ("berth", S, "berth that the site names; null when not stated"),
    ("site", S, "the place as written!"),
    ("vessel", S, "ship as written; null when not named"),
    ("vessel_probable", B, "the observer calls the identification probable only!"),
    ("length_m", F, "ship length as measured by the observer, metres"),
    ("containers", F, "number of containers as stated"),
    ("quantity", S, "the statement in words!"),
    ("observer", S, "who says so!"),
    ("source", S, "address or title of the report!"),
    ("repeats", STRINGS, "observations that this one is a copy of!"),
    ("note", S, "remarks of the compiler"),
    ("source_id", S, "hash prefix of the file!"),
    ("offset", I64, "row number!"),
)

CLAIM = _table(
    "A published statement that is not itself a dated look.",
    ("claim_id", S, "id within the case!"),
    ("date_stated", S, "date of publication as written!"),
    ("source", S, "who claims!"),
    ("source_type", S, "government, think_tank, party_denial ...!"),
    ("subject", S, "about whom!"),
    ("predicate", S, "what is claimed!"),
    ("value", S, "as written!"),
    ("bound", S, "exact, at_least, more_than, up_to, range or text!"),
    ("low", F, "lower end of the value; null when it is text"),
    ("high", F, "upper end of the value; null when open or text"),
    ("unit", S, "unit as written"),
    ("period_start", S, "start of the window as written"),
    ("period_end", S, "end of the window as written"),
    ("derived_from", S, "claim that this one repeats or is computed from"),
    ("root", S, "the claim at the end of the chain!"),
    ("reliability", S, "Admiralty grade of the source, A to F; null when it cannot be judged"),
    ("credibility", S, "Admiralty grade of the claim, 1 to 6; null when it cannot be judged"),
    ("url", S, "address as given"),
    ("note", S, "remarks of the compiler"),
    ("source_id", S, "hash prefix of the file!"),
    ("offset", I64, "row number!"),
    ("denominator", F, "of how many, as in 49 of 109; null when none is stated"),
    ("factor", F, "what the parent was multiplied by, as stated"),
    ("originator", S, "who the source says it from: the part before `via`"),
)

SCENE = _table(
    "One satellite scene.",
    ("scene_id", S, "hash of its content!"),
    ("sensor", S, "sar or optical!"),
    ("platform", S, "satellite"),
    ("start", TIME, "first line imaged!"),
    ("end", TIME, "last line imaged!"),
    ("pixel_m", F, "ground sample distance, metres"),
    ("cloud", F, "share of cloud, 0 to 1"),
    ("footprint_wkt", S, "outline in longitude and latitude"),
    ("rights", S, "licence and what it allows!"),
    ("source_id", S, "hash prefix of the file!"),
)

DETECTION = _table(
    "One ship or object found in a scene.",
    ("detection_id", S, "hash of content and detector version!"),
    ("scene_id", S, "the scene!"),
    ("time_utc", TIME, "when its line was imaged"),
    ("lat_deg", F, "latitude, degrees north"),
    ("lon_deg", F, "longitude, degrees east"),
    ("length_m", F, "metres"),
    ("width_m", F, "metres"),
    ("heading_deg", F, "degrees true, ambiguous by 180"),
    ("score", F, "0 to 1!"),
    ("status", S, "correlated, ambiguous, dark, or null before matching"),
    ("author", S, "detector and version, or the analyst who measured!"),
    ("length_error_m", F, "one sigma of the length, metres"),
    ("vessel_id", S, "the likeliest ship by its track"),
    ("probability", F, "that it is that ship"),
    ("detail", S, "JSON: box and corners in pixels, chip, ships that it could be, notes"),
)

EVENT = _table(
    "What a detector found; one schema for all detectors.",
    ("event_id", S, "hash of content, parameters and detector version!"),
    ("kind", S, "gap, port_call, segment ...!"),
    ("vessel_id", S, "the ship!"),
    ("start", TIME, "start!"),
    ("end", TIME, "end; null while open"),
    (
        "lat_deg",
        F,
        "latitude of the start, or of the place that the detector's page says, degrees north; null without a place",
    ),
    ("lon_deg", F, "longitude of the same, degrees east; null without a place"),
    ("score", F, "0 to 1, as the detector's page defines it!"),
    ("detail", S, "JSON object with units in its keys!"),
    ("evidence_ids", STRINGS, "where the event leads back to!"),
)

LISTING = _table(
    "One entry of one version of one sanctions list.",
    ("listing_id", S, "list and the list's own number!"),
    ("list_id", S, "format name and snapshot!"),
    ("authority", S, "US, EU, UN, KR ...!"),
    ("snapshot", S, "date of the list version!"),
    ("kind", S, "vessel, company, person, aircraft, other!"),
    ("name", S, "primary name as listed!"),
    ("aliases", STRINGS, "other names!"),
    ("imo", S, "seven digits as listed"),
    ("imo_valid", B, "check digit holds; null when there is no number"),
    ("mmsi", S, "as listed"),
    ("call_sign", S, "as listed"),
    ("flag", S, "as listed"),
    ("vessel_type", S, "as listed"),
    ("gross_tonnage", F, "as listed"),
    ("program", S, "legal programme"),
    ("listed_from", S, "date of listing, or the first loaded version that has it"),
    ("linked_to", STRINGS, "owners and controllers named in the entry!"),
    ("remarks", S, "free text of the entry"),
    ("source_id", S, "hash prefix of the file!"),
    ("offset", I64, "row number!"),
    (
        "born",
        STRINGS,
        "dates of birth of a person, each YYYY[-MM[-DD]] or a span A/B; null when none is stated",
    ),
)

HIT = _table(
    "One answer of screening: a query against a listing.",
    ("query", S, "what was asked!"),
    ("query_imo", S, "IMO number that was asked"),
    ("listing_id", S, "the entry!"),
    ("name", S, "name in the entry!"),
    ("imo", S, "number in the entry"),
    ("authority", S, "who lists!"),
    ("class", S, "match, probable, homonym_or_tampering, no_match!"),
    ("matched_on", S, "imo, name, alias ...!"),
    ("listed_from", S, "date"),
    ("score", F, "0 to 1!"),
    ("reasons", STRINGS, "each with the two values compared!"),
    ("evidence_ids", STRINGS, "where the hit leads back to!"),
)

EVIDENCE = _table(
    "One piece of evidence that a sentence can point at.",
    ("evidence_id", S, "id used in links!"),
    ("kind", S, "ais_message, observation, claim, detection, scene, listing, case_fact, law, file!"),
    ("origin", S, "real or simulated!"),
    ("text", S, "what it says, in one sentence!"),
    ("source", S, "who says so, or which file!"),
    ("url", S, "where it was published"),
    ("verification", S, "official_text, text_quoted, secondary_seen, recalled_check_text, not_stated!"),
    ("captured", B, "whether the original is in the bag; else `original not captured`!"),
    ("file", S, "path in the bag"),
    ("sha256", S, "hash of that file"),
    ("locator", S, "byte offset or row in that file"),
    ("start", TIME, "from when it speaks"),
    ("end", TIME, "until when it speaks"),
    ("root", S, "evidence that it repeats: one vote for each root!"),
)

HYPOTHESIS = pa.struct([("id", S), ("text", S), ("prior", F), ("probability", F), ("words", S)])
WEIGHED = pa.struct([("evidence_id", S), ("favours", S), ("likelihood_ratio", F), ("why", S)])
"""One weighing: how many times likelier the evidence is under the hypothesis that it favours; 1 weighs nothing."""

FINDING = _table(
    "The answer to one question of the case.",
    ("finding_id", S, "hash of question, evidence and model version!"),
    ("question_id", S, "id in the case!"),
    ("question", S, "in words!"),
    ("kind", S, "call, which!"),
    ("origin", S, "real or simulated!"),
    ("port", S, "the port asked about!"),
    ("start", TIME, "start of the window!"),
    ("end", TIME, "end of the window!"),
    ("vessel", S, "the ship asked about; null when any"),
    ("answer", S, "one sentence with its probability word!"),
    ("probability", F, "of the hypothesis that the question asks about, never 0 or 1!"),
    ("words", S, "ICD 203 term!"),
    ("hypotheses", pa.list_(HYPOTHESIS), "at least two, summing to one!"),
    ("weighed", pa.list_(WEIGHED), "evidence for and against!"),
    ("background", STRINGS, "evidence shown and given no weight!"),
    ("facts", STRINGS, "sentences that follow, each ending in its evidence ids in brackets!"),
    ("limits", STRINGS, "what this finding does not say!"),
    ("truth", S, "in a simulated case, what happened; else null"),
    ("probability_low", F, "lower end, 90 %, when every stated weight may be wrong by its factor"),
    ("probability_high", F, "upper end of the same"),
    ("sensitive_to", S, "root whose removal changes the probability most; null when nothing weighs"),
    ("probability_without", F, "the probability without that root"),
)

TRUTH = _table(
    "What happened in a simulated case.",
    ("vessel_id", S, "the ship!"),
    ("name", S, "fictional name!"),
    ("event", S, "departed, dark_from, dark_until, called ...!"),
    ("port", S, "where; null at sea"),
    ("start", TIME, "from!"),
    ("end", TIME, "until; null for an instant"),
)

OPTION = _table(
    "A lawful response, or one cell of who has listed whom.",
    ("option_id", S, "hash of content!"),
    ("kind", S, "coverage, law, window, council, statement, coalition or memo!"),
    ("subject", S, "ship, paragraph, measure, State or option!"),
    ("actor", S, "jurisdiction or body that can act!"),
    ("status", S, "listed, not_listed, unknown; or the paragraph's verb!"),
    ("date", S, "of the listing or the rule"),
    ("text", S, "in one sentence!"),
    ("detail", S, "JSON object!"),
    ("verification", S, "mark of the row!"),
    ("evidence_ids", STRINGS, "where it leads back to!"),
)

CLAIM_ROOT = _table(
    "A claim that stands on its own, and all that repeat it or are computed from it: one vote.",
    ("root", S, "the claim that stands on its own!"),
    ("members", STRINGS, "it and all that lead back to it!"),
    ("originators", STRINGS, "who says so, each once!"),
    ("denial", B, "the root denies!"),
    ("possible_parent", S, "claim that it may be computed from by arithmetic; the derivation is not stated"),
    ("possible_factor", F, "what the parent would have been multiplied by"),
    ("text", S, "in one sentence!"),
    ("evidence_ids", STRINGS, "where it leads back to!"),
)

CONTRADICTION = _table(
    "Claims that do not fit together, with the cause; all are shown and none is corrected.",
    ("contradiction_id", S, "hash of content!"),
    ("cause", S, "unit, window, definition, denominator, probable_slip_of_unit, real!"),
    ("claims", STRINGS, "the claims!"),
    ("reason", S, "why they do not fit, in one sentence!"),
    ("evidence_ids", STRINGS, "where it leads back to!"),
)

SOURCE_RECORD = _table(
    "How a source of claims has done so far in this case.",
    ("source", S, "who claims!"),
    ("reliability", S, "Admiralty grade A to F; null when it cannot be judged"),
    ("claims", I64, "claims in the case!"),
    ("roots", I64, "of which stand on their own!"),
    ("agreeing", I64, "agree with an independent source!"),
    ("contradicted", I64, "in a contradiction that is real!"),
    ("misread", I64, "a slip of unit or a lost denominator!"),
    ("evidence_ids", STRINGS, "its claims!"),
)

VISIT = _table(
    "One stay of a ship at a port, put together from dated looks.",
    ("visit_id", S, "hash of content!"),
    ("port", S, "the port!"),
    ("berth", S, "pier; null when not stated"),
    ("vessel", S, "ship as named; null when not"),
    ("length_m", F, "mean of the measured lengths, metres"),
    ("status", S, "counted, possible (pier not stated) or not_counted (pier of others)!"),
    ("first_seen", TIME, "latest time that the first look allows!"),
    ("last_seen", TIME, "earliest time that the last look allows!"),
    ("departed_before", TIME, "first look that shows the berth empty; null when there is none"),
    ("bracket_h", F, "hours between last seen and seen gone"),
    ("text", S, "in one sentence with its evidence!"),
    ("evidence_ids", STRINGS, "looks!"),
)

COUNT = _table(
    "How many calls there were, with bounds; totals quoted from others stand beside it and never in it.",
    ("count_id", S, "hash of content!"),
    ("port", S, "the port!"),
    ("start", TIME, "start of the window!"),
    ("end", TIME, "end of the window!"),
    ("seen", I64, "separate calls seen: at least so many!"),
    ("looks", I64, "dated looks in the record!"),
    ("chance_seen", F, "chance that a call falls on a look, by dwell and cloud; null without looks"),
    ("low", F, "lower end of 90 %"),
    ("median", F, "middle of the posterior"),
    ("high", F, "upper end of 90 %; null when the looks say too little"),
    ("quoted", STRINGS, "claims of totals by others, shown beside!"),
    ("text", S, "in one sentence with its evidence!"),
    ("limits", STRINGS, "what this number does not say!"),
    ("evidence_ids", STRINGS, "looks and quoted claims!"),
)

EFFECT = _table(
    "Whether calls changed after an event: a test where there is exposure, a sequence where there is none.",
    ("effect_id", S, "hash of content!"),
    ("question_id", S, "id in the case!"),
    ("kind", S, "sequence, rate or pause!"),
    ("event_date", S, "the event!"),
    ("ports", STRINGS, "ports compared!"),
    ("rate_ratio", F, "calls per imaged day after, over before; null without exposure"),
    ("low", F, "lower end of its 95 % interval"),
    ("high", F, "upper end; null when open"),
    ("p", F, "two-sided; null without exposure"),
    ("smallest_fall_seen_percent", F, "smaller falls would be missed more than one time in five"),
    ("text", S, "in one sentence with its evidence!"),
    ("missing", STRINGS, "data that would allow the test!"),
    ("limits", STRINGS, "what this does not say!"),
    ("evidence_ids", STRINGS, "where it leads back to!"),
)

INDICATOR = pa.struct(
    [("id", S), ("text", S), ("state", S), ("seen_by", STRINGS), ("evidence_ids", STRINGS), ("why", S)]
)
"""One thing that could be seen: observed, not_observed or not_observable_with_these_sources."""

RED_LINE = _table(
    "One line of the ladder: its rule, its indicators and what is known of them.",
    ("line_id", S, "id!"),
    ("text", S, "what would cross it!"),
    ("rules", STRINGS, "paragraphs!"),
    ("state", S, "observed, not_observed or not_observable_with_these_sources!"),
    ("indicators", pa.list_(INDICATOR), "what could be seen!"),
    ("claimed_first", S, "date of the first claim; null when nobody claims it in the record"),
    ("observed_first", S, "date of the first observed indicator; null when none"),
    ("next_indicator", S, "what to look for next, and which source could see it"),
    ("alternatives", STRINGS, "other explanations of the same indicators!"),
    ("answer", S, "in one sentence with its evidence!"),
    ("evidence_ids", STRINGS, "where it leads back to!"),
)

ACH_ROW = _table(
    "One cell of a matrix of hypotheses and evidence.",
    ("finding_id", S, "the finding!"),
    ("hypothesis", S, "id of the hypothesis!"),
    ("root", S, "root of evidence!"),
    ("low", F, "likelihood ratio against the best-fitting hypothesis, lower end!"),
    ("high", F, "upper end!"),
    ("reading", S, "consistent, inconsistent or neutral!"),
    ("diagnosticity", F, "largest over smallest likelihood among the hypotheses; 1 says nothing!"),
)

FINDING_VERSION = _table(
    "One version of the answer to a question: kept when later data change it.",
    ("question_id", S, "id in the case!"),
    ("subject", S, "what of the question it answers: ship and window!"),
    ("version", I64, "1, 2, 3 ...!"),
    ("finding_id", S, "the finding!"),
    ("probability", F, "as stated then!"),
    ("answer", S, "as stated then!"),
    ("weighed", STRINGS, "evidence that weighed!"),
    ("changed", S, "what changed since the version before, in words; null for the first"),
)

TABLES: Mapping[str, pa.Schema] = {
    "POSITION": POSITION, "REJECT": REJECT, "VESSEL": VESSEL, "OBSERVATION": OBSERVATION, "CLAIM": CLAIM,
    "SCENE": SCENE, "DETECTION": DETECTION, "EVENT": EVENT, "LISTING": LISTING, "HIT": HIT,
    "EVIDENCE": EVIDENCE, "FINDING": FINDING, "TRUTH": TRUTH, "OPTION": OPTION,
    "CLAIM_ROOT": CLAIM_ROOT, "CONTRADICTION": CONTRADICTION, "SOURCE_RECORD": SOURCE_RECORD, "VISIT": VISIT,
    "COUNT": COUNT, "EFFECT": EFFECT, "RED_LINE": RED_LINE, "ACH_ROW": ACH_ROW, "FINDING_VERSION": FINDING_VERSION,
}  # fmt: skip


def rows_to_table(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Build a table from row dicts; missing keys become null, unknown keys are an error."""
    listed = list(rows)
    unknown = {key for row in listed for key in row} - set(schema.names)
    if unknown:
        raise KeyError(f"columns not in the schema: {sorted(unknown)}")
    return pa.table(
        {field.name: pa.array([row.get(field.name) for row in listed], field.type) for field in schema},
        schema=schema,
    )


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Cast a table to a schema, adding absent nullable columns as nulls, in the schema's order."""
    columns = []
    for field in schema:
        if field.name in table.column_names:
            columns.append(table[field.name].cast(field.type))
        else:
            columns.append(pa.nulls(table.num_rows, field.type))
    return pa.table(columns, schema=schema)

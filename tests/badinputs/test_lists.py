"""Lists that were broken, changed, cut or made to harm (bad inputs 53 to 58): refused or bounded, the last good version kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rubicon.case import Input
from rubicon.errors import ListError, RubiconError
from rubicon.provenance import source_file
from rubicon.registry import lists
from rubicon.screen import store
from rubicon.screen.index import Index
from rubicon.screen.judge import Query
from rubicon.screen.match import screen
from rubicon.screen.names import name_keys

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "screen"))
from list_documents import DOCUMENTS, FTM_JSON
from sdn_rows import sdn_row

XML = ["ofac-sdn-xml", "eu-xml", "uk-xml", "ch-seco-xml", "ca-sema-xml"]
LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {two} "&{one};&{one};&{one};&{one};&{one};&{one};&{one};&{one};">'
    for one, two in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "billion laughs": LAUGHS + "]>",
    "quadratic": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
    "external DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/passwd">%a;]>',
}


def read(tmp_path: Path, format_: str, data: str | bytes) -> object:
    path = tmp_path / "list"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return lists()[format_].read(
        source_file(path), Input(file="list", format=format_, snapshot="2024-01-01", extract=True)
    )


@pytest.mark.parametrize("format_", XML)
@pytest.mark.parametrize("bomb", BOMBS)
def test_53_xml_bombs_are_refused_unread(tmp_path: Path, format_: str, bomb: str) -> None:
    head, _, body = DOCUMENTS[format_].partition("?>")
    with pytest.raises(ListError, match="declares a"):
        read(tmp_path, format_, f"{head}?>{BOMBS[bomb]}{body}")


@pytest.mark.parametrize("format_", XML)
def test_53_files_are_not_included(tmp_path: Path, format_: str) -> None:
    document = DOCUMENTS[format_]
    at = document.rindex("</")
    included = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    )
    with pytest.raises(ListError, match="declares a XInclude"):
        read(tmp_path, format_, document[:at] + included + document[at:])


@pytest.mark.parametrize("format_", XML)
def test_53_a_tower_of_elements_is_refused(tmp_path: Path, format_: str) -> None:
    document = DOCUMENTS[format_]
    at = document.rindex("</")
    with pytest.raises(ListError, match="nest deeper"):
        read(tmp_path, format_, document[:at] + "<a>" * 5000 + "</a>" * 5000 + document[at:])


@pytest.mark.parametrize("format_", ["ofac-sdn-xml", "eu-xml"])
@pytest.mark.parametrize("namespace", ["", "http://example.org/renamed"])
def test_54_a_namespace_that_is_missing_or_renamed(tmp_path: Path, format_: str, namespace: str) -> None:
    head, _, tail = DOCUMENTS[format_].partition(' xmlns="')
    changed = (
        f'{head} xmlns="{namespace}"{tail[tail.index(chr(34)) + 1 :]}'
        if namespace
        else head + tail[tail.index('"') + 1 :]
    )
    with pytest.raises(ListError, match=r"namespace .* the schema changed"):
        read(tmp_path, format_, changed)


@pytest.mark.parametrize(
    ("format_", "old", "new", "reason"),
    [
        ("eu-xml", "nameAlias", "aliasName", "fields that the format did not have: aliasName"),
        ("ca-sema-xml", "EntityOrShip", "Thing", "fields that the format did not have: Thing"),
        ("uk-xml", "UniqueID", "ID", "stands 2 times|without number"),
        ("ofac-sdn-xml", "Vessel<", "Boat<", "unknown type 'Boat'"),
        ("ch-seco-xml", "individual", "human", "no individual, entity or object"),
    ],
)
def test_54_a_changed_schema_is_named(tmp_path: Path, format_: str, old: str, new: str, reason: str) -> None:
    with pytest.raises(ListError, match=reason):
        read(tmp_path, format_, DOCUMENTS[format_].replace(old, new))


def test_55_a_list_that_lost_nine_tenths_leaves_the_last_good_version(tmp_path: Path) -> None:
    good, half = tmp_path / "sdn_2024-01-01.csv", tmp_path / "sdn_2024-01-02.csv"
    rows = [sdn_row(n, f"SHIP {n}", remarks="IMO") for n in range(1, 9001)]
    kinds = ["vessel"] * 500 + ["individual"] * 4500 + [""] * 3600 + ["aircraft"] * 400
    rows = [sdn_row(n, f"NAME {n}", kind) for n, kind in enumerate(kinds * 2, start=1)]
    good.write_bytes("".join(rows).encode() + b"\x1a")
    half.write_bytes("".join(rows[:1800]).encode() + b"\x1a")
    kept = store.load(good, "ofac-sdn-csv", tmp_path / "store")
    with pytest.raises(ListError):
        store.load(half, "ofac-sdn-csv", tmp_path / "store")
    half.write_bytes("".join(rows[: len(rows) * 17 // 20]).encode() + b"\x1a")
    with pytest.raises(ListError, match="lost more than a tenth"):
        store.load(half, "ofac-sdn-csv", tmp_path / "store")
    assert store.receipts(tmp_path / "store") == [kept]
    assert store.listings(tmp_path / "store").num_rows == 18_000


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("circa 2022", "2024-01-01"),
        ("31/02", "2024-01-01"),
        ("99/99/2022", "2024-01-01"),
        ("13/06/2023", "2023-06-13"),
    ],
)
def test_56_a_vague_or_partial_date_is_no_date(tmp_path: Path, stated: str, expected: str) -> None:
    table = read(tmp_path, "uk-xml", DOCUMENTS["uk-xml"].replace("13/06/2024", stated))
    assert table["listed_from"].to_pylist()[0] == expected  # type: ignore[index]


def test_57_many_aliases_empty_names_and_names_of_one_letter(tmp_path: Path) -> None:
    many = "; ".join(f"a.k.a. 'ALIAS {n}'" for n in range(50))
    lines = sdn_row(1, "E", remarks=many) + sdn_row(2, "EAST") + sdn_row(3, "---")
    listings = read(tmp_path, "ofac-sdn-csv", lines + "\x1a")
    index = Index(listings)  # type: ignore[arg-type]
    assert [row["listing_id"] for row in screen([Query("E")], index).to_pylist()] == ["ofac-sdn:1"]
    assert screen([Query("ALIAS 49")], index).num_rows == 1
    for text in ("", " ", "---", "'", "\u200b"):
        assert name_keys(text).exact == ()
        assert screen([Query(text)], index).num_rows == 0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[" * 100_000 + "]" * 100_000, "nests deeper than 32"),
        (
            '{"id":"a","schema":"Vessel","properties":{"x":['
            + '{"a":' * 100_000
            + "1"
            + "}" * 100_000
            + "]}}",
            "nests deeper",
        ),
        ('{"id":"a","schema":"Vessel","properties":{"name":[NaN]}}', "NaN is no number"),
        ('{"id":"a","schema":"Vessel","properties":{"name":[1e400]}}', "too large a number"),
        ('{"id":"a","id":"b","schema":"Vessel","properties":{}}', "a key stands twice"),
        ('{"id":"a","schema":"Vessel","properties":{"name":["\\ud800"]}}', "is not UTF-8 text"),
        ('{"id":"a","schema":"Vessel"}', "no entity with id"),
        ('{"id":"a","schema":"Vessel","properties":{"name":"X"}}', "is no list"),
        ("[]", "no JSON object"),
        ('{"id":', "is not JSON"),
    ],
)
def test_58_json_that_is_deep_ambiguous_or_none(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(ListError, match=reason):
        read(tmp_path, "ftm-json", FTM_JSON + line + "\n")


def test_58_a_line_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RubiconError, match="a line over"):
        read(tmp_path, "ftm-json", '{"id":"' + "a" * 5_000_000)


def test_58_an_endless_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="is not JSON"):
        read(tmp_path, "ftm-json", '{"id":' + "1" * 10_000 + "}")

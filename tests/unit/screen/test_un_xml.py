from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from rubicon.case import Input
from rubicon.errors import ListError
from rubicon.provenance import source_file
from rubicon.schema import LISTING
from rubicon.screen.lists import un_xml

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
PERSON = """<INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>KIM</FIRST_NAME><SECOND_NAME>EXAMPLE</SECOND_NAME>
<UN_LIST_TYPE>DPRK</UN_LIST_TYPE><REFERENCE_NUMBER>KPi.999</REFERENCE_NUMBER><LISTED_ON>2016-03-02</LISTED_ON>
<NAME_ORIGINAL_SCRIPT>김 예시</NAME_ORIGINAL_SCRIPT><COMMENTS1>A comment.</COMMENTS1>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME>Kim Sample</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS></INDIVIDUAL>"""
ENTITY = """<ENTITY><DATAID>2</DATAID><FIRST_NAME>EXAMPLE SHIPPING</FIRST_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>
<REFERENCE_NUMBER>KPe.999</REFERENCE_NUMBER><LISTED_ON>2016-03-02</LISTED_ON></ENTITY>"""


def document(individuals: str = PERSON, entities: str = ENTITY, head: str = HEAD) -> str:
    return (
        f'{head}<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z"><INDIVIDUALS>{individuals}</INDIVIDUALS>'
        f"<ENTITIES>{entities}</ENTITIES></CONSOLIDATED_LIST>"
    )


def read(tmp_path: Path, text: str | bytes, *, extract: bool = True) -> pa.Table:
    path = tmp_path / "un.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return un_xml.read(source_file(path), Input(file="un.xml", format="un-xml", extract=extract))


def test_persons_and_entities(tmp_path: Path) -> None:
    table = read(tmp_path, document())
    assert table.schema.equals(LISTING)
    person, entity = table.to_pylist()
    assert (person["listing_id"], person["kind"], person["name"]) == ("un:KPi.999", "person", "KIM EXAMPLE")
    assert person["aliases"] == ["Kim Sample", "김 예시"]
    assert (person["listed_from"], person["snapshot"], person["authority"]) == (
        "2016-03-02",
        "2026-02-27",
        "UN",
    )
    assert (entity["listing_id"], entity["kind"], entity["offset"]) == ("un:KPe.999", "company", 2)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (document(head=HEAD + BOMB), "declares a DOCTYPE at byte 38"),
        (document(head=HEAD + '<!doctype x SYSTEM "file:///etc/passwd">'), "declares a doctype"),
        (document().encode("utf-16"), "not UTF-8"),
        (document(head='<?xml version="1.0" encoding="UTF-7"?>'), "not UTF-8"),
        (document(individuals="<a>" * 40 + "</a>" * 40), "nest deeper than 24"),
        (document()[:-30], "is not XML"),
        ("", "no content"),
        ("<LIST/>", "root element 'LIST'"),
        (
            document(individuals=PERSON.replace("COMMENTS1", "COMMENTS9")),
            "entry 1: fields that the format did not have: COMMENTS9",
        ),
        (document(entities=ENTITY.replace("KPe.999", "KPi.999")), "stands 2 times"),
        (
            document(entities=ENTITY.replace("EXAMPLE SHIPPING", "")),
            "entry 2: an entry without number or name",
        ),
    ],
)
def test_what_must_not_be_read_is_refused(tmp_path: Path, text: str | bytes, reason: str) -> None:
    path = tmp_path / "un.xml"
    with pytest.raises(ListError, match=reason) as caught:
        read(tmp_path, text)
    assert caught.value.place.startswith(str(path))


def test_half_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="2 entries, expected 600 to 2500"):
        read(tmp_path, document(), extract=False)

"""Pages and their twins: the same content, one case on each, ids that lead nowhere are named."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
import shapely
from web_client import HOSTILE, Client

PAGES = ("", "/vessels", "/findings", "/claims", "/assess", "/respond", "/dossier", "/search?q=najin")


def carried(html: bytes) -> object:
    """The JSON that an HTML page carries."""
    found = re.search(rb'<script type="application/json" id="page">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def twin(path: str) -> str:
    address, mark, query = path.partition("?")
    return f"{address}.json{mark}{query}"


@pytest.mark.parametrize("case", ["smallest", "record"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_carries_what_its_twin_says(client: Client, case: str, page: str) -> None:
    html, data = client.ask(f"/{case}{page}"), client.ask(twin(f"/{case}{page}"))
    assert (html.status, data.status) == (200, 200)
    assert carried(html.body) == data.json
    assert data.json["case"]["id"] == case


def ids(client: Client, case: str) -> dict[str, list[str]]:
    found = client.ask(f"/{case}/findings.json").json["findings"]
    ships = client.ask(f"/{case}/vessels.json").json["ships"]
    return {"finding": [row["finding_id"] for row in found], "vessel": [row["key"] for row in ships]}


@pytest.mark.parametrize("case", ["smallest", "record"])
def test_every_finding_and_ship_has_a_page(client: Client, case: str) -> None:
    for kind, keys in ids(client, case).items():
        assert keys
        for key in keys:
            page = client.ask(f"/{case}/{kind}/{quote(key, safe='')}")
            assert (page.status, carried(page.body)["case"]["id"]) == (200, case)  # type: ignore[index]


def test_real_and_simulated_never_share_a_page(client: Client) -> None:
    for page in PAGES:
        assert b"EXERCISE" not in client.ask(f"/record{page}").body
        assert b"Najin" in client.ask("/record").body
        simulated = client.ask(f"/smallest{page}")
        assert b"<title>SIMULATED - fictional ships" in simulated.body
        assert b"A small record" not in simulated.body


def test_the_page_of_cases_names_them_and_marks_the_simulated(client: Client) -> None:
    cases = client.ask("/index.json").json["cases"]
    assert [(row["id"], row["simulated"], bool(row["label"])) for row in cases] == [
        ("record", False, False),
        ("smallest", True, True),
    ]
    assert client.ask("/.json").json == client.ask("/index.json").json


TRICKS = (
    "..%2f..%2fcase.toml",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cx",
    "%00",
    "a" * 3000,
    "-1",
    "%F0%28",
)


@pytest.mark.parametrize("kind", ["vessel", "finding", "evidence", "reach", "envelope", "files"])
@pytest.mark.parametrize("trick", TRICKS)
def test_an_id_is_never_a_path(client: Client, kind: str, trick: str) -> None:
    for suffix in ("", ".json"):
        answer = client.ask(f"/record/{kind}/{trick}{suffix}")
        assert (answer.status, answer.json["error"]) == (404, "UnknownItem")
        assert len(answer.body) < 400


@pytest.mark.parametrize(
    "path", ["/assets/..%2f..%2fapp.py", "/assets/nothing.js", "/no-such-case", "/record/nothing"]
)
def test_what_is_not_there_is_named(client: Client, path: str) -> None:
    assert client.ask(path).json["error"] == "UnknownItem"


def test_a_hostile_name_leaves_the_page_as_data(client: Client) -> None:
    for page in ("", "/vessels", "/claims", f"/vessel/{quote('imo:9074729')}", "/search?q=img"):
        answer = client.ask(f"/record{page}")
        assert b"<img" not in answer.body
        assert answer.body.count(b"</script>") == answer.body.count(b"<script ")
    ships = client.ask("/record/vessels.json").json["ships"]
    assert ships[0]["name"] == HOSTILE


def test_an_address_that_is_no_web_address_is_no_link(client: Client) -> None:
    groups = client.ask("/record/claims.json").json["groups"]
    assert [[row["url"] for row in group["claims"]] for group in groups] == [[None, "https://example.org/b"]]
    assert client.ask("/record/evidence/G1.json").json["evidence"]["url"] is None
    assert client.ask("/record/evidence/G2.json").json["evidence"]["url"] == "https://example.org/a"


def test_a_finding_leads_down_to_the_line_of_its_file(client: Client) -> None:
    one = client.ask("/smallest/findings.json").json["findings"][0]
    page = client.ask(f"/smallest/finding/{one['finding_id']}.json").json
    leaves = [item for root in page["tree"] for item in root["items"]]
    assert leaves
    for leaf in leaves:
        assert leaf["excerpt"]["text"].lstrip("\\").split("\\")[-1].startswith("!AIVDM")
        assert leaf["evidence"]["locator"] == leaf["excerpt"]["place"]
    assert page["gaps"][0]["start"] == one["start"]


def test_leaving_out_the_only_root_gives_back_the_prior(client: Client) -> None:
    one = client.ask("/smallest/findings.json").json["findings"][0]
    page = client.ask(f"/smallest/finding/{one['finding_id']}.json").json
    assert len(page["tree"]) == 1
    assert page["tree"][0]["probability_without"] == pytest.approx(0.5, abs=0.02)


def test_a_row_of_a_table_is_shown_under_its_columns(client: Client) -> None:
    found = client.ask("/record/evidence/G2.json").json["excerpt"]
    assert dict(map(tuple, found["cells"]))["observation"] == "=HYPERLINK(1)"


def test_the_map_has_gaps_as_gaps(client: Client) -> None:
    layers = client.ask("/smallest/map.json").json
    assert {row["key"] for row in layers["tracks"]}
    assert [row["to"] is not None for row in layers["gaps"]] == [True]
    for track in layers["tracks"]:
        assert track["t_s"] == sorted(track["t_s"])
        assert len(track["t_s"]) == len(track["lat_deg"]) == len(track["lon_deg"])


def test_search_finds_hangul_cyrillic_and_refuses_long_queries(client: Client) -> None:
    for query in ("나진", "раджин", "RAJ"):
        found = client.ask(f"/record/search.json?q={quote(query)}").json
        assert [row["title"] for row in found["results"]] == (["Najin"] if query != "RAJ" else [])
    assert client.ask(f"/record/search.json?q={'x' * 300}").status == 400


def test_law_answers_with_reasons_and_names_bad_values(client: Client) -> None:
    path = "/record/respond/law.json?flag=RU&zone=port:CN&cargo=conventional_arms&involvement=past&date=2024-02-09"
    answer = client.ask(path).json
    assert "2397-9" in [row["id"] for row in answer["applicable"]]
    assert all(row["reason"] for row in answer["not_applicable"])
    for wrong in ("zone=moon", "date=soon", "cargo=gold", f"origin_pier={'p' * 200}"):
        refused = client.ask(f"{path}&{wrong}")
        assert refused.status == 400
        assert wrong.partition("=")[0] in refused.json["reason"]
    assert client.ask("/record/respond/law.json?flag=RU").status == 400


def test_openapi_lists_the_twins(client: Client) -> None:
    paths = client.ask("/openapi.json").json["paths"]
    assert {"/{case_id}.json", "/{case_id}/finding/{id}.json", "/{case_id}/map.json", "/health"} <= set(paths)


def test_the_dossier_page_repeats_the_checks(client: Client) -> None:
    page = client.ask("/smallest/dossier.json").json
    assert page["ok"] is True
    assert {"data/findings.json", "data/report.html"} <= {row["name"] for row in page["files"]}
    saved = client.ask("/smallest/files/data/findings.json")
    assert saved.headers["content-disposition"].startswith("attachment")
    assert json.loads(saved.body)["case"] == "smallest"


def test_the_envelope_of_a_gap_holds_both_ends_and_every_port_in_reach(client: Client) -> None:
    layers = client.ask("/smallest/map.json").json
    gap = layers["gaps"][0]
    found = client.ask(f"/smallest/envelope/{gap['event_id']}.json").json
    outline = shapely.geometry.shape(found["outline"])
    for at in (gap["from"], gap["to"]):
        assert outline.buffer(0.02).contains(shapely.Point(at))
    reach = client.ask(f"/smallest/reach/{gap['key']}.json").json["gaps"][gap["event_id"]]
    ports = {port["name"]: port["at"] for port in layers["ports"]}
    assert [row["feasible"] for row in reach] == [True]
    for row in reach:
        assert outline.contains(shapely.Point(ports[row["port"]]))
    far = shapely.Point(141.0, 37.0)
    assert not outline.contains(far)


def test_a_position_near_the_shore_has_a_zone_and_words(client: Client) -> None:
    found = client.ask("/record/respond/zone.json?lat_deg=42.6&lon_deg=133.0").json
    assert (found["code"], found["approximate"]) == ("territorial_sea:RU", True)
    assert "approximate" in found["basis"]
    assert client.ask("/record/respond/zone.json?lat_deg=99&lon_deg=133.0").status == 400
    assert client.ask("/record/respond/zone.json?lat_deg=0&lon_deg=0").json["error"] == "OutsideCoastline"


def test_tiles_are_pictures_and_bad_ones_are_refused(client: Client) -> None:
    found = client.ask("/smallest/tiles/0/0/0.png")
    assert (found.status, found.headers["content-type"], found.body[:4]) == (200, "image/png", b"\x89PNG")
    for place in ("99/0/0", "-1/0/0", "0/1/0", "1.5/0/0", "x/0/0", "3/0/99999999999999999999"):
        refused = client.ask(f"/smallest/tiles/{place}.png")
        assert (refused.status, refused.json["error"]) == (400, "InvalidRequest"), place
    for trick in ("..%2f..%2f0/0/0", "0/0/..%5c..%5c0", "%2e%2e%2f/0/0"):
        assert client.ask(f"/smallest/tiles/{trick}.png").status in (400, 404)

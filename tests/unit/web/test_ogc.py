"""OGC API - Features: what a client such as QGIS walks through, and queries that are none."""

from __future__ import annotations

import pytest
from web_client import Client

BASE = "/smallest/ogc"


def test_a_client_finds_its_way_from_the_landing_page_to_features(client: Client) -> None:
    links = {link["rel"]: link["href"] for link in client.ask(BASE).json["links"]}
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"
        in client.ask(links["conformance"]).json["conformsTo"]
    )
    layers = {each["id"]: each for each in client.ask(links["data"]).json["collections"]}
    assert {"ports", "gaps", "positions"} <= set(layers)
    assert "SIMULATED" in layers["gaps"]["title"]
    gaps = client.ask(f"{BASE}/collections/gaps/items")
    assert gaps.headers["content-type"] == "application/geo+json"
    (feature,) = gaps.json["features"]
    assert feature["geometry"]["type"] == "LineString"
    assert feature["properties"]["origin"] == "simulated"
    assert client.ask(f"{BASE}/collections/gaps/items/{feature['id']}").json["id"] == feature["id"]


def test_pages_hold_every_feature_once(client: Client) -> None:
    path, seen = f"{BASE}/collections/positions/items?limit=37", []
    while path:
        page = client.ask(path).json
        assert page["numberReturned"] == len(page["features"]) <= 37
        seen += [each["id"] for each in page["features"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert len(seen) == page["numberMatched"] == len(set(seen))
    assert len(seen) > 74


def matched(client: Client, query: str, layer: str = "ports") -> int:
    found: int = client.ask(f"{BASE}/collections/{layer}/items?{query}").json["numberMatched"]
    return found


@pytest.mark.parametrize(
    ("query", "ports"),
    [
        ("bbox=130,42,131,43", 1),
        ("bbox=130,42,0,131,43,100", 1),
        ("bbox=131,42,132,43", 0),
        ("bbox=170,40,-170,45", 0),
        ("bbox=130,40,-170,45", 1),
        ("datetime=1999-01-01", 1),
        ("limit=1000000000", 1),
    ],
)
def test_a_box_may_cross_the_date_line(client: Client, query: str, ports: int) -> None:
    assert matched(client, query) == ports


def test_times_hold_what_they_touch(client: Client) -> None:
    everything = matched(client, "", "positions")
    assert matched(client, "datetime=../2024-06-02T00:00:00Z", "positions") < everything
    before = matched(client, "datetime=../2024-06-02T00:00:00Z", "positions")
    after = matched(client, "datetime=2024-06-02T00:00:01Z/..", "positions")
    assert before + after == everything
    assert matched(client, "datetime=2030-01-01", "gaps") == 0


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3", "bbox=a,b,c,d", "bbox=nan,0,1,1", "bbox=0,50,10,40", "bbox=0,0,400,1", "datetime=soon", "datetime=a/b/c",
        "datetime=2024-02-01/2024-01-01", "datetime=0001-01-01T00:00:00%2B14:00", "limit=0", "limit=-1", "limit=x", "offset=-5",
        "offset=99999999999999999999",
    ],
)  # fmt: skip
def test_queries_that_are_none_are_refused_by_name(client: Client, query: str) -> None:
    refused = client.ask(f"{BASE}/collections/ports/items?{query}")
    assert (refused.status, refused.json["error"]) == (400, "InvalidRequest")


@pytest.mark.parametrize(
    "path", ["/collections/nothing", "/collections/nothing/items", "/collections/ports/items/..%2fx"]
)
def test_layers_and_features_that_are_not_there(client: Client, path: str) -> None:
    assert client.ask(f"{BASE}{path}").json["error"] == "UnknownItem"

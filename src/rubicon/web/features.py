"""Routes of OGC API - Features below `/CASE/ogc`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from rubicon.web.pages import ogc
from rubicon.web.shelf import Row, Shelf, encode


def router(shelf: Shelf) -> APIRouter:
    """The routes over a shelf of cases."""
    made = APIRouter(prefix="/{case_id}/ogc", tags=["OGC API - Features"])

    @made.get("")
    def landing(case_id: str) -> Response:
        """Landing page of a case's layers."""
        return _answer(ogc.landing(shelf.case(case_id), _base(case_id)))

    @made.get("/conformance")
    def conformance(case_id: str) -> Response:
        """Which parts of the standard are kept."""
        shelf.case(case_id)
        return _answer(ogc.conformance())

    @made.get("/collections")
    def collections(case_id: str) -> Response:
        """Layers that the case holds."""
        return _answer(ogc.collections(shelf.case(case_id), _base(case_id)))

    @made.get("/collections/{name}")
    def collection(case_id: str, name: str) -> Response:
        """What one layer holds."""
        return _answer(ogc.collection(shelf.case(case_id), _base(case_id), name))

    @made.get("/collections/{name}/items")
    def items(case_id: str, name: str, asked: Annotated[ogc.ItemsQuery, Query()]) -> Response:
        """Features of a layer, by box, time and page."""
        return _answer(ogc.items(shelf.case(case_id), _base(case_id), name, asked), "application/geo+json")

    @made.get("/collections/{name}/items/{feature_id:path}")
    def item(case_id: str, name: str, feature_id: str) -> Response:
        """One feature."""
        return _answer(
            ogc.item(shelf.case(case_id), _base(case_id), name, feature_id), "application/geo+json"
        )

    return made


def _base(case_id: str) -> str:
    return f"/{case_id}/ogc"


def _answer(value: Row, kind: str = "application/json") -> Response:
    return Response(encode(value), media_type=kind)

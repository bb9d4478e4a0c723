"""The application: each page twice, as HTML and as JSON at the same address with `.json`.

The HTML page is a shell that carries the JSON of its page with it, so that the first picture needs no second
question. The front end then moves between pages by asking for the twins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from rubicon import __version__
from rubicon.errors import InvalidRequest, RubiconError, UnknownItem
from rubicon.web import features
from rubicon.web.errors import status
from rubicon.web.guard import Guard, Policy
from rubicon.web.kept import Kept
from rubicon.web.pages import (
    assess,
    chart,
    claims,
    dossier,
    envelope,
    evidence,
    findings,
    overview,
    respond,
    search,
    vessels,
)
from rubicon.web.pages import cases as cases_page
from rubicon.web.shelf import CaseView, Row, Shelf, encode
from rubicon.web.shell import Shell

Build = Callable[..., Row]


@dataclass(frozen=True)
class Page:
    """A page of a case: its address below the case, the function that makes it, and the name of its id."""

    path: str
    build: Build
    id_name: str = ""
    live: bool = False
    """Made anew at each call, because it looks at files that may change without a run."""
    twin_only: bool = False
    """Feeds a picture of another page and has no HTML of its own."""


PAGES = (
    Page("", overview.overview),
    Page("/vessels", vessels.vessels),
    Page("/vessel", vessels.vessel, "key"),
    Page("/reach", vessels.reach, "key", twin_only=True),
    Page("/envelope", envelope.envelope, "event_id", twin_only=True),
    Page("/findings", findings.findings),
    Page("/finding", findings.finding, "finding_id"),
    Page("/evidence", evidence.evidence, "evidence_id"),
    Page("/claims", claims.claims),
    Page("/assess", assess.assess),
    Page("/respond", respond.respond),
    Page("/dossier", dossier.dossier, live=True),
)
"""Pages whose only input is the case and one id."""


def create_app(shelf: Shelf, policy: Policy) -> ASGIApp:
    """The application over a shelf of cases: the guard, then pages made already, then the routes."""
    app = FastAPI(
        title="Rubicon",
        version=__version__,
        summary="Cases, findings, evidence, ships, claims and responses as JSON.",
        docs_url=None,
        redoc_url=None,
    )
    shell = Shell()
    _handle_errors(app)
    _add_root(app, shelf, shell)
    _add_law(app, shelf)
    _add_search(app, shelf, shell)
    _add_chart(app, shelf)
    _add_tiles(app, shelf)
    _add_files(app, shelf, shell)
    app.include_router(features.router(shelf))
    kept = Kept(app, shelf)
    for page in PAGES:
        _add_page(app, page, kept, shell)
    return Guard(kept, policy)


def _handle_errors(app: FastAPI) -> None:
    def named(request: Request, error: Exception) -> Response:
        assert isinstance(error, RubiconError)
        return JSONResponse(error.record(), status(error))

    def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        reasons = "; ".join(
            f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors()
        )
        return named(request, InvalidRequest(reasons, place=request.url.path))

    def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return named(request, UnknownItem("no such page", place=request.url.path[:80]))
        record = {"error": "InvalidRequest", "place": request.url.path[:80], "reason": error.detail}
        return JSONResponse(record, error.status_code)

    app.add_exception_handler(RubiconError, named)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, plain)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def _add_root(app: FastAPI, shelf: Shelf, shell: Shell) -> None:
    @app.get("/health")
    def health() -> dict[str, str]:
        """Whether the server answers; needs no token."""
        return {"status": "ok", "version": __version__}

    @app.get("/favicon.svg", include_in_schema=False)
    @app.get("/assets/{name}", include_in_schema=False)
    def asset(request: Request) -> Response:
        return shell.asset(request.url.path)

    def index() -> bytes:
        return encode(cases_page.index(shelf))

    @app.get("/", include_in_schema=False)
    async def home() -> Response:
        if len(held := shelf.cases()) == 1:
            return RedirectResponse(f"/{held[0].id}", 303)
        return shell.page("Cases", await run_in_threadpool(index), "/index")

    @app.get("/.json", include_in_schema=False)
    @app.get("/index.json")
    async def home_json() -> Response:
        """All cases that this server holds."""
        return _json(await run_in_threadpool(index))


def _add_page(app: FastAPI, page: Page, kept: Kept, shell: Shell) -> None:
    """Routes of one page: the twin first, or its address would be read as an id."""

    def keep(request: Request, view: CaseView, response: Response) -> Response:
        return response if page.live else kept.keep(request.scope["path"], view, response)

    async def body(request: Request) -> tuple[CaseView, bytes]:
        view = kept.shelf.case(request.path_params["case_id"])
        given = {page.id_name: request.path_params["id"]} if page.id_name else {}
        make = partial(page.build, view, **given)
        if page.live:
            return view, await run_in_threadpool(lambda: encode({"case": view.head(), **make()}))
        address = f"{page.path}/{given.get(page.id_name, '')}"
        held = view.held(address)
        return view, await run_in_threadpool(view.page, address, make) if held is None else held

    async def twin(request: Request) -> Response:
        view, made = await body(request)
        return keep(request, view, _json(made))

    async def html(request: Request) -> Response:
        view, made = await body(request)
        shown = shell.page(view.case.title, made, request.url.path, label=view.head()["label"])
        return keep(request, view, shown)

    path = f"/{{case_id}}{page.path}" + ("/{id:path}" if page.id_name else "")
    doc = (page.build.__doc__ or "").partition("\n")[0]
    parameters = ["case_id", *(["id"] if page.id_name else [])]
    extra = {"parameters": [_parameter(name) for name in parameters]}
    app.add_api_route(f"{path}.json", twin, summary=doc, openapi_extra=extra, response_class=JSONResponse)
    if not page.twin_only:
        app.add_api_route(path, html, include_in_schema=False)


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _add_law(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/{case_id}/respond/law.json")
    def law(case_id: str, asked: Annotated[respond.LawQuery, Query()]) -> Response:
        """Paragraphs that would apply in a situation, and those that would not; no legal advice."""
        view = shelf.case(case_id)
        return _json(encode({"case": view.head(), **respond.law_answer(asked)}))

    @app.get("/{case_id}/respond/zone.json")
    def zone(
        case_id: str,
        lat_deg: Annotated[float, Query(ge=-90, le=90)],
        lon_deg: Annotated[float, Query(ge=-180, le=180)],
    ) -> Response:
        """The maritime zone of a position: of the case's polygons, else within 12 miles of the coastline; indicative."""
        view = shelf.case(case_id)
        return _json(encode({"case": view.head(), **respond.zone(view, lat_deg, lon_deg)}))


def _add_search(app: FastAPI, shelf: Shelf, shell: Shell) -> None:
    def found(case_id: str, q: str) -> tuple[CaseView, bytes]:
        view = shelf.case(case_id)
        return view, encode({"case": view.head(), **search.search(view, q)})

    @app.get("/{case_id}/search.json")
    def twin(case_id: str, q: str = "") -> Response:
        """Ships, ports, findings, claims and law whose words hold every word of `q`."""
        return _json(found(case_id, q)[1])

    @app.get("/{case_id}/search", include_in_schema=False)
    def html(request: Request, case_id: str, q: str = "") -> Response:
        view, made = found(case_id, q)
        return shell.page(view.case.title, made, request.url.path, label=view.head()["label"])


def _add_chart(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/coast.json")
    def coast() -> Response:
        """Land of the coastline in use, as GeoJSON, with the box that it covers."""
        return _json(encode(chart.coast()))

    @app.get("/{case_id}/map.json")
    def layers(case_id: str) -> Response:
        """Tracks, gaps, calls, ports and looks of a case, for a map."""
        view = shelf.case(case_id)
        return _json(view.page("/map", partial(chart.chart, view)))


def _add_tiles(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/{case_id}/tiles/{zoom}/{column}/{row}.png", response_class=Response)
    async def tile(case_id: str, zoom: int, column: int, row: int) -> Response:
        """Density of all fixes in a Web Mercator tile, as a PNG."""
        view = shelf.case(case_id)
        # A tile takes a millisecond, less than handing it to a thread; counting takes seconds.
        if view.pyramid is None:
            await run_in_threadpool(view.density)
        return Response(view.density().png(zoom, column, row), media_type="image/png")


def _add_files(app: FastAPI, shelf: Shelf, shell: Shell) -> None:
    @app.get("/{case_id}/report.html", include_in_schema=False)
    def report(case_id: str) -> Response:
        html, policy = dossier.report(shelf.case(case_id))
        return Response(html, media_type="text/html", headers={"content-security-policy": policy})

    @app.get("/{case_id}/files/{name:path}", response_class=FileResponse)
    def file(case_id: str, name: str) -> Response:
        """A file of the dossier's bag, to save."""
        path, kind = dossier.file_of_bag(shelf.case(case_id), name)
        policy = {"content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
        return FileResponse(path, media_type=kind, filename=path.name, headers=policy)

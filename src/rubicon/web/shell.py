"""The HTML around every page, and the built front end that it loads.

The front end is built from `ui/` into `static/`; a wheel carries it. Where it was not built, the shell says so and
links to the twin and to the report, so that nothing is out of reach.
"""

from __future__ import annotations

import json
import mimetypes
from html import escape
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse, Response

from rubicon.errors import UnknownItem

STATIC = Path(__file__).parent / "static"
MANIFEST = Path(".vite") / "manifest.json"
ENTRY = "src/main.ts"
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".json": "application/json"}
CACHED = {"cache-control": "public, max-age=31536000, immutable"}
"""Names of built files hold a hash of their content."""


class Shell:
    """The built front end in a folder; without one, plain pages."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder
        # Held in memory: a build while the server runs then takes nothing away from pages that are open.
        self.files = {
            f"/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
        }
        self.entry = _entry(folder)

    @property
    def built(self) -> bool:
        """Whether there is a front end."""
        return bool(self.entry)

    def asset(self, path: str) -> Response:
        """A built file, looked up by its address among those that there are.

        Raises UnknownItem.
        """
        found = self.files.get(path)
        if found is None:
            raise UnknownItem("no such file", place=path[:80])
        kind = TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers = CACHED if path.startswith("/assets/") else {}
        return Response(found, media_type=kind, headers=headers)

    def page(self, title: str, data: bytes, path: str, *, label: str = "") -> Response:
        """A page with its JSON in it; `label` marks a simulated case."""
        scripts = "".join(
            f'<link rel="stylesheet" href="/{escape(each)}">' for each in self.entry.get("css", [])
        )
        if self.built:
            scripts += f'<script type="module" src="/{escape(self.entry["file"])}"></script>'
        # The data stands in a script element that no browser runs; `<` must not end it.
        held = data.decode().replace("<", "\\u003c")
        body = _BODY if self.built else _PLAIN
        twin = escape(f"{path}.json")
        shown = f"{label}: {title}" if label else title
        return HTMLResponse(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(shown)} - Rubicon</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><link rel="icon" href="/favicon.svg">'
            f'<link rel="alternate" type="application/json" href="{twin}">{scripts}</head><body>'
            f"{body.format(title=escape(shown), twin=twin)}"
            f'<script type="application/json" id="page">{held}</script></body></html>'
        )


_BODY = (
    '<div id="app"></div><noscript><h1>{title}</h1><p>This page needs JavaScript. '
    '<a href="{twin}">Its content as JSON</a></p></noscript>'
)
_PLAIN = (
    "<h1>{title}</h1><p>The front end was not built here (make ui). "
    'The content of this page: <a href="{twin}">as JSON</a>. The report of each case stands at CASE/report.html.</p>'
)


def _entry(folder: Path) -> dict[str, Any]:
    """What the build's manifest says of the entry; empty when nothing was built."""
    try:
        manifest: dict[str, dict[str, Any]] = json.loads((folder / MANIFEST).read_bytes())
    except OSError:
        return {}
    return manifest.get(ENTRY, {})

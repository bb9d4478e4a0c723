"""The page of the dossier: the report to read, the checks that a third party can repeat, the files to take along."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from rubicon.errors import InputMissing, UnknownItem
from rubicon.report.verify import verify
from rubicon.web.excerpt import BAG
from rubicon.web.shelf import CaseView, Row

REPORT = "data/report.html"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".pdf": "application/pdf",
}
"""Types under which files of a bag are sent; any other goes out as bytes to save."""

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_OWN_POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
_WIDTH = re.compile(r' style="width:(\d{1,3}(?:\.\d)?)%"')


def dossier(view: CaseView) -> Row:
    """What the bag holds, and each check of it."""
    found = verify(view.output.folder)
    return {
        "checks": [each._asdict() for each in found.checked],
        "ok": found.ok,
        "fingerprint": found.fingerprint,
        "files": [{"name": name, "bytes": path.stat().st_size} for name, path in sorted(files(view).items())],
        "folder": str(view.output.folder.resolve()),
    }


def files(view: CaseView) -> dict[str, Path]:
    """Files of the bag by their path in it: the only ones that can be asked for."""
    bag = view.output.folder / BAG
    return {
        path.relative_to(bag).as_posix(): path
        for path in bag.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def file_of_bag(view: CaseView, name: str) -> tuple[Path, str]:
    """A file of the bag and its type.

    Raises UnknownItem: a name is looked up among those that the bag holds and never opened as a path.
    """
    held = files(view).get(name)
    if held is None:
        raise UnknownItem("no such file in the dossier", place=name[:80])
    return held, KINDS.get(held.suffix, "application/octet-stream")


def report(view: CaseView) -> tuple[str, str]:
    """The report as the browser may show it, and the policy that goes with it.

    The file stands for itself and carries its style inline. Here its bars get classes in place of style
    attributes, and its style blocks are allowed by their hashes, so that the policy needs no `unsafe-inline`.
    Raises InputMissing.
    """
    path = view.output.folder / BAG / REPORT
    try:
        html = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputMissing(error.strerror or "cannot be opened", place=REPORT) from error
    html = _OWN_POLICY.sub("", html, count=1)
    widths = sorted(set(_WIDTH.findall(html)))
    rules = "".join(f'[data-width="{width}"]{{width:{width}%}}' for width in widths)
    html = _WIDTH.sub(r' data-width="\1"', html)
    html = html.replace("</head>", f"<style>{rules}</style></head>", 1)
    hashes = " ".join(f"'sha256-{_hash(block)}'" for block in _STYLE.findall(html))
    return html, (
        f"default-src 'none'; style-src {hashes}; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _hash(block: str) -> str:
    return base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()

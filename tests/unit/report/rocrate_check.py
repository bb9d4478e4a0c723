"""Runs rocrate-validator on a crate without a network: the context of RO-Crate comes from the package `rocrate`.

Called with the Python of .venv-peers: rocrate_check.py CRATE. Any other address is answered with 404.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import requests
import rocrate
from rocrate_validator.cli.main import cli
from urllib3.response import HTTPResponse

CONTEXT = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()


def send(adapter: Any, request: Any, **_options: Any) -> Any:
    known = request.url == "https://w3id.org/ro/crate/1.1/context"
    raw = HTTPResponse(
        body=io.BytesIO(CONTEXT if known else b""), status=200 if known else 404,
        headers={"Content-Type": "application/ld+json"}, preload_content=False,
    )  # fmt: skip
    return adapter.build_response(request, raw)


requests.adapters.HTTPAdapter.send = send
sys.argv = ["rocrate-validator", "-y", "--disable-color", "validate", "-p", "ro-crate-1.1", "--no-paging", "--no-cache", "-f", "json", sys.argv[1]]  # fmt: skip
cli()

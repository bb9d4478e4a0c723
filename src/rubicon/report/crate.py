"""RO-Crate 1.1 metadata of a dossier: what each file of the bag is, where it came from, what may be done with it.

The crate's root is the bag's `data/` folder. The document is written without reading any remote context, and
`rubicon verify` reads it without following one. Its date is that of the custody log's last line, so that the crate
has no clock of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rubicon import __version__
from rubicon.case import Case
from rubicon.report.evidence import Held, canonical
from rubicon.report.text import SIMULATED, one_line, safe_url
from rubicon.schema import Origin

CRATE = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
MEDIA = {
    ".html": "text/html", ".json": "application/json", ".jsonl": "application/x-ndjson", ".svg": "image/svg+xml",
    ".csv": "text/csv", ".pdf": "application/pdf", ".png": "image/png", ".md": "text/markdown",
    ".txt": "text/plain", ".xml": "application/xml", ".parquet": "application/vnd.apache.parquet",
}  # fmt: skip
NAMES = {
    "report.html": "The report as a page", "report.pdf": "The report as PDF/A", "findings.json": "The findings for machines",
    "custody.jsonl": "The custody log up to the sealing", "evidence/index.json": "Index of all evidence",
    "text/text.md": "What the analysts wrote", "text/references.json": "References of that text, with the values accepted and now",
}  # fmt: skip
_RIGHTS = "#rights-not-stated"


def crate(case: Case, data: Path, hashes: Mapping[str, str], held: Sequence[Held], day: str) -> bytes:
    """The metadata document for the files in `data`, whose SHA-256 are `hashes` by path under it."""
    sources = {each.path.removeprefix("data/"): each for each in held}
    files = [_file(data, name, hashes[name], sources.get(name)) for name in sorted(hashes)]
    simulated = f"{SIMULATED}: " if case.origin is Origin.SIMULATED else ""
    root = {
        "@id": "./", "@type": "Dataset", "name": f"{simulated}{one_line(case.title)}",
        "description": one_line(case.summary) or one_line(case.title), "datePublished": day, "identifier": case.id,
        "temporalCoverage": f"{case.period.start.isoformat()}/{case.period.end.isoformat()}",
        "license": {"@id": _RIGHTS}, "hasPart": [{"@id": each["@id"]} for each in files],
        "spatialCoverage": [{"@id": f"#port-{quote(port.name)}"} for port in case.ports], "mentions": {"@id": "#made-by"},
    }  # fmt: skip
    graph = [
        {"@id": CRATE, "@type": "CreativeWork", "conformsTo": {"@id": SPECIFICATION}, "about": {"@id": "./"}},
        root,
        *files,
        *_places(case),
        *_makers(),
    ]
    return canonical({"@context": CONTEXT, "@graph": graph})


def _file(data: Path, name: str, sha256: str, held: Held | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@id": quote(name), "@type": "File", "name": NAMES.get(name, Path(name).name), "sha256": sha256,
        "contentSize": str((data / name).stat().st_size), "encodingFormat": MEDIA.get(Path(name).suffix, "application/octet-stream"),
    }  # fmt: skip
    if held is None:
        return made
    about = held.record()
    made["description"] = about["title"] or about["name"]
    made["usageInfo"] = about["licence"] or "no licence stated"
    made["creditText"] = about["publisher"] or "publisher not stated"
    if address := safe_url(about["url"]):
        made["url"] = address
    return made


def _places(case: Case) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for port in case.ports:
        key = f"#port-{quote(port.name)}"
        made.append({"@id": key, "@type": "Place", "name": port.name, "geo": {"@id": f"{key}-point"}})
        point = {"latitude": f"{port.lat_deg:.4f}", "longitude": f"{port.lon_deg:.4f}"}
        made.append(
            {"@id": f"{key}-point", "@type": "GeoCoordinates", "name": f"Position of {port.name}", **point}
        )
    return made


def _makers() -> list[dict[str, Any]]:
    software = {
        "@id": "#rubicon", "@type": "SoftwareApplication", "name": "Rubicon", "version": __version__,
        "softwareVersion": __version__,
    }  # fmt: skip
    action = {
        "@id": "#made-by", "@type": "CreateAction", "name": "The dossier was made from its inputs",
        "instrument": {"@id": "#rubicon"}, "result": {"@id": "./"},
    }  # fmt: skip
    rights = {
        "@id": _RIGHTS, "@type": "CreativeWork", "name": "Rights differ from file to file",
        "description": "Each file of the evidence states its own licence under usageInfo; what has none is not free to reuse.",
    }  # fmt: skip
    return [software, action, rights]


def faults(content: bytes, present: Mapping[str, tuple[str, int]]) -> list[str]:
    """What is wrong with a metadata document: its shape, the files that it names, their hashes and sizes.

    `present` holds SHA-256 and bytes of the files that are there, by path under `data/`.

    Entities are read once, in the order in which they stand; references between them are never followed, so that
    no cycle of ids can hold the reader up, and no remote context is fetched.
    """
    try:
        document = json.loads(content)
        graph = document["@graph"]
        named = {
            str(each["@id"]): (str(each.get("sha256")), str(each.get("contentSize")))
            for each in graph
            if "File" in (each["@type"] if isinstance(each["@type"], list) else [each["@type"]])
        }
        context = document["@context"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return [f"cannot be read: {type(error).__name__} {error}"]
    wrong = (
        [] if context == CONTEXT else ["names another context than that of RO-Crate 1.1; it is not followed"]
    )
    known = {quote(name): (sha256, str(size)) for name, (sha256, size) in present.items() if name != CRATE}
    wrong += [f"names {name}, which is not in the bag" for name in sorted(named.keys() - known.keys())[:10]]
    wrong += [f"does not name {name}" for name in sorted(known.keys() - named.keys())[:10]]
    both = sorted(named.keys() & known.keys())
    wrong += [f"states another hash or size for {name}" for name in both if named[name] != known[name]][:10]
    return wrong

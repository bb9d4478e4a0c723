"""JSON lines that a stranger wrote: refused rather than guessed at when they are deep, ambiguous or no JSON by the standard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from rubicon.errors import InputTooLarge, ListError
from rubicon.provenance import SourceFile
from rubicon.screen.bounds import check_size

MAX_LINE_BYTES = 4_000_000
MAX_DEPTH = 32


def objects(file: SourceFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line; empty lines are passed over.

    Raises ListError with the line for what is no object, nests deeper than 32, gives a key twice, holds NaN, an infinite
    number or a lone surrogate, or is not UTF-8; InputTooLarge for a line over 4 MB.
    """
    check_size(file)
    with file.path.open("rb") as handle:
        number = 0
        while line := handle.readline(MAX_LINE_BYTES + 1):
            number += 1
            place = f"{file.path}:{number}"
            if len(line) > MAX_LINE_BYTES:
                raise InputTooLarge(f"a line over {MAX_LINE_BYTES} bytes", place=place)
            if line.strip():
                yield number, _object(line, place)


def _object(line: bytes, place: str) -> dict[str, Any]:
    if _depth(line) > MAX_DEPTH:
        raise ListError(f"nests deeper than {MAX_DEPTH}", place=place)
    try:
        value = json.loads(
            line.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
        )
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise ListError(f"is not UTF-8 text: {error}", place=place) from error
    except ValueError as error:
        raise ListError(f"is not JSON: {error}", place=place) from error
    if not isinstance(value, dict):
        raise ListError("is no JSON object", place=place)
    return value


def _depth(line: bytes) -> int:
    """Deepest nesting of brackets outside strings: the parser must not recurse into a bomb."""
    depth = deepest = 0
    inside = escaped = False
    if line.count(b"[") + line.count(b"{") <= MAX_DEPTH:
        return 0
    for byte in line:
        if inside:
            escaped, inside = (not escaped and byte == 0x5C), (escaped or byte != 0x22)
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key stands twice among {sorted(key for key, _ in pairs)[:8]}")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large a number")
    return value

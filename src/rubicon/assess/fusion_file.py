"""A window of evidence from a JSON file, for `rubicon assess fuse`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError

from rubicon.assess.fusion import SPREAD, Item, Window
from rubicon.case import Strict, reasons
from rubicon.errors import InputTooLarge, NoUsableRows
from rubicon.provenance import SourceFile

MOST_BYTES = 20_000_000
Share = Annotated[float, Field(gt=0, lt=1)]


class _Item(Strict):
    item_id: str
    ship: str = ""
    ratio: float = Field(gt=0, lt=1e12)
    root: str = ""
    cluster: str = ""
    detection: str = ""
    spread: float = Field(SPREAD, ge=1, le=100)
    kind: str = ""


class _File(Strict):
    ships: dict[str, Share] = Field(min_length=1)
    detections: dict[str, Annotated[float, Field(gt=0, le=100)]] = Field(default_factory=dict)
    chance_detected: Share = 0.6
    items: tuple[_Item, ...] = ()


def read_window(file: SourceFile) -> tuple[Window, list[Item]]:
    """Read the ships with their priors, the detections and the items.

    Raises NoUsableRows naming what is wrong, InputTooLarge beyond 20 MB.
    """
    if file.size_bytes > MOST_BYTES:
        raise InputTooLarge(f"more than {MOST_BYTES:,} bytes", place=str(file.path))
    try:
        read = _File.model_validate_json(file.path.read_bytes())
    except ValidationError as error:
        raise NoUsableRows(reasons(error, _File), place=str(file.path)) from error
    return (
        Window(read.ships, read.detections, read.chance_detected),
        [Item(**one.model_dump()) for one in read.items],
    )

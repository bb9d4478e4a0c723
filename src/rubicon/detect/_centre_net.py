"""Runs the learned detector (ONNX, on the CPU) over a picture and reads boxes out of its heat.

The net says for every fourth pixel how likely a ship's centre lies there, and how far its sides are. A peak is a cell that
no neighbour exceeds. Eight turns and mirrors of the picture are averaged when it is small: the net was never told which way is up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rubicon.detect._found import FLOOR_SCORE, Box
from rubicon.errors import InputMissing, MissingExtra, UnknownFormat
from rubicon.provenance import sha256_file

Pixels32 = npt.NDArray[np.float32]
Run = Callable[[Pixels32], tuple[Pixels32, Pixels32]]
STRIDE = 4
STEP = 32
"""Sides of the picture are padded to a multiple of this."""
TILE = 768
TILE_HALO = 96
TURNED_BELOW = 1 << 20
"""Pictures of fewer pixels are looked at in all eight turns."""
MODEL = Path(__file__).parent / "models" / "radar_ships.onnx"


@cache
def load(path: Path = MODEL) -> tuple[Run, str]:
    """The net as a function picture (h, w) in 0 to 1 -> heat (h/4, w/4) and sides (4, h/4, w/4), and its hash prefix.

    Raises MissingExtra without onnxruntime, InputMissing without the file, UnknownFormat when it is no such net.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtra(
            "the learned detector needs the extra: pip install 'rubicon-osint[imagery]'"
        ) from error
    if not path.is_file():
        raise InputMissing("no such model", place=str(path))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except (RuntimeError, ValueError) as error:
        raise UnknownFormat("is no ONNX model that can be run", place=str(path)) from error
    name = session.get_inputs()[0].name

    def run(picture: Pixels32) -> tuple[Pixels32, Pixels32]:
        heat, sides = session.run(None, {name: picture[None, None]})
        return np.asarray(heat[0, 0]), np.asarray(sides[0])

    return run, sha256_file(path)[:8]


def boxes(picture: Pixels32, run: Run) -> list[tuple[Box, float]]:
    """Boxes (x0, y0, x1, y1) with scores, best first, from tiles that overlap by a margin; doubles left in."""
    rows, columns = picture.shape
    made: list[tuple[Box, float]] = []
    step = TILE - 2 * TILE_HALO
    for top in range(0, max(rows - 2 * TILE_HALO, 1), step):
        for left in range(0, max(columns - 2 * TILE_HALO, 1), step):
            tile = picture[top : top + TILE, left : left + TILE]
            for (x0, y0, x1, y1), score in _tile_boxes(tile, run):
                x, y = (x0 + x1) / 2, (y0 + y1) / 2
                inner_x = (left == 0 or x >= TILE_HALO) and (left + TILE >= columns or x < TILE - TILE_HALO)
                inner_y = (top == 0 or y >= TILE_HALO) and (top + TILE >= rows or y < TILE - TILE_HALO)
                if inner_x and inner_y:
                    made.append(((x0 + left, y0 + top, x1 + left, y1 + top), score))
    return sorted(made, key=lambda b: (-b[1], b[0]))


def _tile_boxes(tile: Pixels32, run: Run) -> list[tuple[Box, float]]:
    """Peaks of the mean heat of all turns."""
    rows, columns = tile.shape
    padded = np.zeros((-(-rows // STEP) * STEP, -(-columns // STEP) * STEP), np.float32)
    padded[:rows, :columns] = tile
    turns = range(8) if tile.size < TURNED_BELOW else range(1)
    heats, sides = zip(*(_turned(padded, run, turn) for turn in turns), strict=True)
    heat, side = np.mean(heats, axis=0), np.mean(sides, axis=0)
    around = np.pad(heat, 1, constant_values=-1.0)
    high = np.max(
        [around[r : r + heat.shape[0], c : c + heat.shape[1]] for r in range(3) for c in range(3)], axis=0
    )
    found = []
    for r, c in zip(*np.nonzero((heat >= high) & (heat >= FLOOR_SCORE)), strict=True):
        x, y = (c + 0.5) * STRIDE, (r + 0.5) * STRIDE
        left, top, right, bottom = (float(v) for v in side[:, r, c])
        box = (
            max(0.0, x - left),
            max(0.0, y - top),
            min(float(columns), x + right),
            min(float(rows), y + bottom),
        )
        if box[2] > box[0] and box[3] > box[1]:
            found.append(((float(box[0]), float(box[1]), float(box[2]), float(box[3])), float(heat[r, c])))
    return found


def _turned(picture: Pixels32, run: Run, turn: int) -> tuple[Any, Any]:
    """The net's answer for one of the eight turns, turned back. Bits: mirror across, mirror down, transpose."""
    across, down, transposed = turn & 1, turn & 2, turn & 4
    seen = picture.T if transposed else picture
    seen = seen[:: -1 if down else 1, :: -1 if across else 1]
    heat, side = run(np.ascontiguousarray(seen))
    order = [0, 1, 2, 3]
    heat, side = (
        heat[:: -1 if down else 1, :: -1 if across else 1],
        side[:, :: -1 if down else 1, :: -1 if across else 1],
    )
    if across:
        order = [order[2], order[1], order[0], order[3]]
    if down:
        order = [order[0], order[3], order[2], order[1]]
    side = side[order]
    if transposed:
        heat, side = heat.T, side.transpose(0, 2, 1)[[1, 0, 3, 2]]
    return heat, side

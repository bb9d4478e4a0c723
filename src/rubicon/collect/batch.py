"""What a source gives: tables, and the counts that prove that nothing was lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from rubicon.schema import POSITION, REJECT, VESSEL


@dataclass(frozen=True)
class Batch:
    """A part of a file: positions, identity statements, rejects, and counts.

    `sentences` counts AIS sentences (VDM and VDO) read, `messages` assembled messages (or table
    rows); notes are sentences about how the file was read that the user must see.
    """

    positions: pa.Table = field(default_factory=POSITION.empty_table)
    vessels: pa.Table = field(default_factory=VESSEL.empty_table)
    rejects: pa.Table = field(default_factory=REJECT.empty_table)
    sentences: int = 0
    messages: int = 0
    notes: tuple[str, ...] = ()

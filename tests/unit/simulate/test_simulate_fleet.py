"""A fleet for measuring: as many rows as asked for, the same again from the same seed, fictional numbers, and large lakes read in parts."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rubicon import engine
from rubicon.case import Input
from rubicon.collect.ingest import ingest
from rubicon.errors import OptionError
from rubicon.identifiers import could_be_a_ships_mmsi
from rubicon.schema import Origin
from rubicon.simulate.fleet import REPORTS, simulate_positions
from rubicon.store.lake import Lake


def test_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    one, two, other = (
        simulate_positions(3 * REPORTS, tmp_path / name, seed)
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    table = pq.read_table(one)
    assert table.num_rows == 3 * REPORTS
    assert table.equals(pq.read_table(two))
    assert not table.equals(pq.read_table(other))
    assert not any(could_be_a_ships_mmsi(ship) for ship in table["vessel_id"].unique().to_pylist())
    assert pq.read_schema(one).metadata[b"origin"].startswith(b"simulated")


@pytest.mark.parametrize("count", [0, REPORTS - 1, 2_000_000_000])
def test_counts_out_of_range_are_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(OptionError, match="must be from"):
        simulate_positions(count, tmp_path)


def test_a_large_bucket_is_read_in_parts_of_whole_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = simulate_positions(40 * REPORTS, tmp_path, 3)
    lake = Lake(tmp_path / "lake")
    ingest([(path, Input(file=str(path), format="parquet"))], lake, origin=Origin.SIMULATED)
    whole = {
        kind: engine.local(kind, lake, engine.options_for(kind))
        for kind in ("segments", "encounters", "loitering")
    }
    monkeypatch.setattr(engine, "MOST_ROWS", 10_000)
    assert whole["segments"].num_rows >= 40
    for kind, events in whole.items():
        assert engine.local(kind, lake, engine.options_for(kind)).equals(events), kind

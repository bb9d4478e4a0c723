from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest


@pytest.mark.real
def test_the_bundled_index_is_the_published_one(data_dir: Path) -> None:
    bundled = (resources.files("rubicon.geo") / "data" / "world_port_index.csv").read_bytes()
    assert bundled == (data_dir / "ports" / "world_port_index.csv").read_bytes()

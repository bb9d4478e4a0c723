"""Lines of SDN.CSV for tests, as the Treasury writes them."""

from __future__ import annotations

from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
EMPTY = "-0- "


def sdn_row(number: int, name: str, kind: str = "vessel", remarks: str = "", **cells: str) -> str:
    """One line of SDN.CSV, as the Treasury writes it."""
    order = ("programme", "title", "call_sign", "vessel_type", "tonnage", "grt", "flag", "owner")
    quoted = [f'"{cells[key]}"' if cells.get(key) else EMPTY for key in order]
    type_ = f'"{kind}"' if kind else EMPTY
    return ",".join([str(number), f'"{name}"', type_, *quoted, f'"{remarks}"' if remarks else EMPTY]) + "\r\n"

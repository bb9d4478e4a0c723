"""The same as `scale` up to a hundred million positions, about a day of a large ocean: an hour or more (`make bench-long`)."""

from __future__ import annotations

from benchmarks._peers import keep
from benchmarks.scale import SIZES, table_of

LONG = True


def main() -> None:
    """Measure and keep."""
    keep("scale_long", table_of((*SIZES, 100_000_000)))


if __name__ == "__main__":
    main()

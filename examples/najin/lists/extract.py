"""Cut the extracts of this folder from whole SDN.CSV files: `python extract.py SDN.CSV EXTRACT.CSV`.

Keeps, byte for byte and in order, the rows of the case's four ships (by IMO number), of their owners and managers (by
name), and of every vessel of which a name or alias has a word in common with theirs, so that namesakes can be told apart.
Prints the SHA-256 and row count of the whole file and of the extract, for the table in README.md.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from pathlib import Path

SHIPS = ("9179842", "9161003", "9358010", "8517839")
OWNERS = {
    "M LEASING LLC",
    "TRANSMORFLOT LLC",
    "MARINE TRANS SHIPPING LLC",
    "IBEX SHIPPING INC",
    "AZIA SHIPPING COMPANY",
    "AZIA SHIPPING HOLDINGS LIMITED",
}
WORDS = {"MARIA", "MARIIA", "MARIYA", "ANGARA", "MAIA", "MAYA", "LADY"}


def kept(row: list[str]) -> bool:
    """Whether a row of twelve cells belongs in the extract."""
    name, kind, remarks = row[1], row[2], row[11]
    if kind != "vessel":
        return name in OWNERS
    if any(f"IMO {number}" in remarks for number in SHIPS):
        return True
    names = [name, *re.findall(r"[afn]\.k\.a\. '([^']*)'", remarks)]
    return any(WORDS & set(re.findall(r"[A-Z]+", one)) for one in names)


def cut(whole: bytes) -> list[bytes]:
    """Lines of the extract, each with its own line end."""
    lines = whole.removesuffix(b"\x1a").splitlines(keepends=True)
    return [line for line in lines if kept(next(csv.reader([line.decode("utf-8")])))]


def main(source: Path, target: Path) -> None:
    """Cut one file and say what was cut."""
    whole = source.read_bytes()
    lines = cut(whole)
    target.write_bytes(b"".join(lines))
    for path, data, rows in ((source, whole, whole.count(b"\n")), (target, b"".join(lines), len(lines))):
        print(f"{path.name}: {hashlib.sha256(data).hexdigest()} {rows} rows")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

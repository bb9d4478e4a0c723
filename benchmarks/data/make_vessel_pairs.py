"""Makes vessel_pairs.csv from whole OFAC lists: `python -m benchmarks.data.make_vessel_pairs FOLDER`.

Matches: a listed ship's name and each of her other names, and names of one list number in two versions. No matches: the nearest
name of a ship with another valid IMO number, and ships of one name with two valid numbers. Every row names its list numbers
and versions. US public domain (17 U.S.C. 105).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from rapidfuzz import fuzz, process

from rubicon.case import Input
from rubicon.provenance import source_file
from rubicon.screen.lists import ofac_sdn_csv

OUT = Path(__file__).with_name("vessel_pairs.csv")
COLUMNS = ("name_a", "name_b", "imo_a", "imo_b", "schema", "is_match", "kind", "source")


def ships(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    """Ships with a valid number, by version and list number."""
    found = {}
    for path in sorted(folder.glob("ofac_sdn_*.csv")):
        day = path.stem[-10:]
        options = Input(file=path.name, format="ofac-sdn-csv", snapshot=day)
        rows = ofac_sdn_csv.read(source_file(path), options).to_pylist()
        found[day] = {row["listing_id"]: row for row in rows if row["kind"] == "vessel" and row["imo_valid"]}
    return found


def main(folder: Path) -> None:
    """Write the table."""
    versions = ships(folder)
    last = max(versions)
    made: dict[tuple[str, str], tuple[str, ...]] = {}
    for id_, row in versions[last].items():
        for alias in row["aliases"]:
            kind = "other name"
            made[row["name"], alias] = (
                row["name"],
                alias,
                row["imo"],
                row["imo"],
                "Vessel",
                "true",
                kind,
                f"{id_} {last}",
            )
        for day, rows in versions.items():
            old = rows.get(id_)
            if old and old["name"] != row["name"]:
                source = f"{id_} {day} and {last}"
                made[old["name"], row["name"]] = (
                    old["name"], row["name"], row["imo"], row["imo"], "Vessel", "true", "renamed in the list", source,
                )  # fmt: skip
    everyone = sorted(versions[last].values(), key=lambda row: row["listing_id"])
    names = [row["name"] for row in everyone]
    for row in everyone:
        for name, _, at in process.extract(row["name"], names, scorer=fuzz.ratio, limit=3):
            other = everyone[at]
            if other["imo"] != row["imo"] and (name, row["name"]) not in made:
                kind = "homonym" if name == row["name"] else "nearest name"
                source = f"{row['listing_id']} and {other['listing_id']} {last}"
                made.setdefault(
                    (row["name"], name),
                    (row["name"], name, row["imo"], other["imo"], "Vessel", "false", kind, source),
                )
    with OUT.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(made[key] for key in sorted(made))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

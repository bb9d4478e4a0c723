"""The stated weights of evidence: one editable table, every row with its reason."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def weights() -> dict[str, float]:
    """Likelihood ratios (and two lengths in metres) by id, from `weights.csv`."""
    text = resources.files("rubicon.assess").joinpath("weights.csv").read_text(encoding="utf-8")
    return {row["id"]: float(row["likelihood_ratio"]) for row in csv.DictReader(text.splitlines())}


@cache
def reasons() -> dict[str, str]:
    """Why each weight is what it is."""
    text = resources.files("rubicon.assess").joinpath("weights.csv").read_text(encoding="utf-8")
    return {row["id"]: row["reason"] for row in csv.DictReader(text.splitlines())}

"""Every proposition of the column leads to a page, a command, a game or a reason, and all of them exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from rubicon.cli import build
from rubicon.registry import detectors, games

PAGES = ("column.md", "respond.md")


@pytest.fixture(scope="module")
def rows(repo: Path) -> list[tuple[str, str]]:
    text = (repo / "docs" / "column.md").read_text(encoding="utf-8")
    found = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    cells = [tuple(cell.strip() for cell in row) for row in found if row[0].strip() != "the column says"]
    assert all(len(row) == 2 for row in cells)
    return [(row[0], row[1]) for row in cells]


def test_every_proposition_is_answered(rows: list[tuple[str, str]]) -> None:
    assert len(rows) >= 25
    for said, answer in rows:
        assert "`rubicon " in answer or "](" in answer or "not assessable, because" in answer, said


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(repo: Path, page: str) -> None:
    text = (repo / "docs" / page).read_text(encoding="utf-8")
    commands = re.findall(r"`rubicon ([^`]+)`", text) + re.findall(r"^\$ rubicon ([^#\n]+)", text, re.M)
    assert len(commands) > 8
    for words in (command.split() for command in commands):
        at = typer.main.get_command(build())
        while words and hasattr(at, "commands"):
            assert words[0] in at.commands, words
            at = at.commands[words.pop(0)]
        options = {name for parameter in at.params for name in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, words


def test_every_game_and_detector_exists(repo: Path) -> None:
    text = (repo / "docs" / "column.md").read_text(encoding="utf-8")
    for name in re.findall(r"`rubicon respond game (\w+)", text):
        assert name.replace("_", "-") in games()
    for name in re.findall(r"`rubicon detect ([\w-]+)", text):
        assert name in detectors()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_heading_of_a_page(repo: Path, page: str) -> None:
    text = (repo / "docs" / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([\w.-]+\.md)(?:#([\w-]+))?\)", text)
    assert links
    for name, anchor in links:
        target = repo / "docs" / name
        assert target.is_file(), name
        heads = [
            re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-")
            for head in re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.M)
        ]
        assert not anchor or anchor in heads, (name, anchor)


def test_every_row_of_the_record_that_it_names_exists(repo: Path) -> None:
    text = (repo / "docs" / "column.md").read_text(encoding="utf-8")
    case = repo / "examples" / "najin"
    claims, acts = ((case / name).read_text(encoding="utf-8") for name in ("claims.csv", "acts.csv"))
    for name in re.findall(r"\bC\d{3}\b", text):
        assert f"\n{name}," in claims
    for name in re.findall(r"\bS\d{3}\b", text):
        assert f"\n{name}," in acts
    lines = (repo / "src" / "rubicon" / "assess" / "redlines.yml").read_text(encoding="utf-8")
    for name in re.findall(r"\bRL-[A-Z-]+\b", text):
        assert name in lines

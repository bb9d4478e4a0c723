"""Finds what stands in a room: every module of a folder that declares the names it must.

One new detector, source or list is one new file; nothing else is edited.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from rubicon.errors import OptionError

DETECTOR_NAMES = ("NEEDS", "KEY", "ORDER", "GIVES", "LOOKBACK_S", "VERSION", "PROFILES", "Options", "detect")
SOURCE_NAMES = ("META", "sniff", "read")
LIST_NAMES = ("META", "read")
GAME_NAMES = ("META", "solve")


@cache
def modules(package: str, names: tuple[str, ...]) -> dict[str, ModuleType]:
    """Modules of a package that declare all the names, keyed by file name with dashes."""
    root = importlib.import_module(package)
    found = {}
    for info in sorted(pkgutil.iter_modules(root.__path__), key=lambda i: i.name):
        module = importlib.import_module(f"{package}.{info.name}")
        if all(hasattr(module, name) for name in names):
            found[info.name.replace("_", "-")] = module
    return found


def detectors() -> dict[str, ModuleType]:
    """All detectors, by command-line name."""
    return modules("rubicon.detect", DETECTOR_NAMES)


def sources() -> dict[str, ModuleType]:
    """All position sources, by format name."""
    return modules("rubicon.collect.sources", SOURCE_NAMES)


def lists() -> dict[str, ModuleType]:
    """All list readers, by module name."""
    return modules("rubicon.screen.lists", LIST_NAMES)


def games() -> dict[str, ModuleType]:
    """All games, by command-line name."""
    return modules("rubicon.respond.games", GAME_NAMES)


def named(room: dict[str, ModuleType], name: str, what: str) -> ModuleType:
    """Look a name up in a room; the error lists the names that exist."""
    try:
        return room[name.replace("_", "-")]
    except KeyError:
        raise OptionError(f"unknown {what}; there are {', '.join(room)}", place=name) from None

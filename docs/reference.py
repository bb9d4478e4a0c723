"""The reference pages, written from the code when the site is built: commands, tables, options, errors, rooms.

A hook of MkDocs. Nothing here is typed by hand, so nothing here can fall behind the code.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from mkdocs.structure.files import File, Files
from pydantic_core import PydanticUndefined

from rubicon import errors
from rubicon.case import Case, Strict
from rubicon.cli import build
from rubicon.registry import detectors, lists, sources
from rubicon.schema import TABLES


def pages() -> dict[str, str]:
    """Path and Markdown of each reference page."""
    return {
        "reference/commands.md": _commands(),
        "reference/case.md": _case(),
        "reference/tables.md": _tables(),
        "reference/detectors.md": _detectors(),
        "reference/sources.md": _rooms(),
        "reference/errors.md": _errors(),
    }


def on_files(files: Files, config: Any) -> Files:
    """Add the written pages to those that lie in the folder."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups left out."""

    def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        subs = getattr(command, "commands", None)
        if not subs:
            yield name, command
        for sub, child in (subs or {}).items():
            yield from walk(child, f"{name} {sub}")

    yield from walk(typer.main.get_command(build()), "rubicon")


def _commands() -> str:
    parts = [
        "# Commands",
        "Every command also answers `--help`. `--json` prints one JSON document on stdout.",
    ]
    for name, command in commands():
        text, _, example = inspect.cleandoc(command.help or "").partition("Example: ")
        parts += [f"## {name}", text.strip(), f"```console\n$ {example.strip()}\n```"]
        rows = [(_shown(each), each.help or "") for each in command.params if getattr(each, "help", None)]
        parts.append(_table(("argument or option", "meaning"), rows))
    return "\n\n".join(part for part in parts if part) + "\n"


def _shown(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts if name.startswith("-"))
    return names or f"`{parameter.name.upper().strip('_')}`"


def _case() -> str:
    parts = [
        "# The case file",
        "One TOML file. A key that is not listed here is an error that names it, its line and the key that was "
        "perhaps meant.",
    ]
    seen: list[type[Strict]] = [Case]
    for model in seen:
        told = _attribute_docs(model)
        rows = [
            (f"`{name}`", _type(field.annotation, seen), _default(field), told.get(name, ""))
            for name, field in model.model_fields.items()
            if not field.exclude
        ]
        head = ("key", "type", "default", "meaning")
        parts += [f"## {model.__name__}", inspect.getdoc(model) or "", _table(head, rows)]
    return "\n\n".join(parts) + "\n"


def _attribute_docs(model: type[Strict]) -> dict[str, str]:
    """The sentence that stands below each field in the source."""
    body = ast.parse(inspect.cleandoc("\n" + inspect.getsource(model))).body[0].body  # type: ignore[attr-defined]
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }  # fmt: skip


WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    date: "date",
    datetime: "time",
}


def _type(annotation: Any, seen: list[type[Strict]]) -> str:
    """A type in words; models in it are added to those still to be described."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if inspect.isclass(annotation) and issubclass(annotation, Strict):
        if annotation not in seen:
            seen.append(annotation)
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if origin is tuple:
        many = "list of" if inner[-1] is Ellipsis else f"{len(inner)} of"
        return f"{many} {_type(inner[0], seen)}"
    if origin in (Annotated, Union, UnionType):
        inner = inner[:1] if origin is Annotated else inner
        return " or ".join(_type(one, seen) for one in inner if one is not type(None))
    if origin is Literal or (inspect.isclass(annotation) and issubclass(annotation, StrEnum)):
        return " or ".join(f"`{value}`" for value in inner or annotation if value)
    return (
        "table" if origin is dict else WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)))
    )


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    if field.default in (PydanticUndefined, "", None, (), {}) or isinstance(field.default, Strict):
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _tables() -> str:
    parts = ["# Tables", "Stages pass these and nothing else. Times are UTC, units stand in the names."]
    for name, schema in TABLES.items():
        rows = [
            (f"`{field.name}`", f"`{field.type}`", "yes" if field.nullable else "", _doc(field))
            for field in schema
        ]
        parts += [f"## {name}", _doc(schema), _table(("column", "type", "may be null", "meaning"), rows)]
    return "\n\n".join(parts) + "\n"


def _doc(thing: Any) -> str:
    return (thing.metadata or {}).get(b"doc", b"").decode()


def _detectors() -> str:
    parts = [
        "# Detectors",
        "`rubicon detect KIND --set option=value`; `--profile` chooses a set of defaults by name.",
    ]
    for name, module in detectors().items():
        rows = [
            (f"`{key}`", f"`{field.default}`", field.description or "")
            for key, field in module.Options.model_fields.items()
        ]
        parts += [
            f"## {name}",
            inspect.cleandoc(module.__doc__ or ""),
            f"Profiles: {', '.join(module.PROFILES)}. Version {module.VERSION}.",
            _table(("option", "default", "meaning"), rows),
        ]
    return "\n\n".join(parts) + "\n"


def _rooms() -> str:
    parts = ["# Sources and lists"]
    for title, room in (("Sources of positions", sources()), ("Sanctions lists", lists())):
        parts.append(f"## {title}")
        parts += [f"### {name}\n\n{inspect.cleandoc(module.__doc__ or '')}" for name, module in room.items()]
    return "\n\n".join(parts) + "\n"


def _errors() -> str:
    rows = [
        (f"`{name}`", str(kind.exit_code), inspect.getdoc(kind) or "")
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.RubiconError)
    ]
    intro = (
        "Exit codes: 0 all inputs were read, 2 usage, 3 no input could be used, 4 at least one whole input failed and "
        "others were processed, 5 verification failed."
    )
    return f"# Errors\n\n{intro}\n\n{_table(('error', 'exit code alone', 'meaning'), rows)}\n"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in line) + " |"
        for line in lines
    )

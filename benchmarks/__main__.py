"""`make bench`: run every script of this folder that has a `main`, each in a process of its own.

A script that says `LONG = True` runs with `--long` alone (`make bench-long`). Fails when a script fails.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def scripts(*, long: bool) -> list[str]:
    """Names of the scripts to run."""
    found = []
    for path in sorted(HERE.glob("[a-z]*.py")):
        text = path.read_text(encoding="utf-8")
        if re.search(r"^def main\(", text, re.M) and bool(re.search(r"^LONG = True", text, re.M)) == long:
            found.append(path.stem)
    return found


def main() -> None:
    """Run them in order, and name those that failed."""
    failed = []
    for name in scripts(long="--long" in sys.argv):
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent, check=False)
        failed += [name] if done.returncode else []
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

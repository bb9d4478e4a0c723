"""Our equilibria beside those of pygambit 16.7.0, in a child process with a time limit (extra `games-check`).

Only `enummixed_solve` on two-player tables is asked: other solvers of that version are known to be wrong or to run away
(`lp_solve` on trees with information sets of one action, `lcp_solve` above some hundred nodes).
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from fractions import Fraction
from typing import Any

from rubicon.respond.games._exact import Matrix, equilibria

VERSION = "16.7.0"
LIMIT_S = 20.0
CHILD = """
import json, sys
from fractions import Fraction
import numpy, pygambit
if pygambit.__version__ != sys.argv[1]:
    sys.exit("version " + pygambit.__version__)
tables = [numpy.array([[Fraction(cell) for cell in row] for row in part], dtype=object) for part in json.load(sys.stdin)]
game = pygambit.Game.from_arrays(*tables)
found = pygambit.nash.enummixed_solve(game, rational=True).equilibria
print(json.dumps([[[str(profile[s]) for s in player.strategies] for player in game.players] for profile in found]))
"""


def crosscheck(first: Matrix, second: Matrix, limit_s: float = LIMIT_S) -> dict[str, Any]:
    """`agrees` is true when both list the same extreme equilibria, and null with a `reason` when it could not be asked."""
    by = f"pygambit {VERSION}, enummixed"
    if importlib.util.find_spec("pygambit") is None:
        return {"by": by, "agrees": None, "reason": "needs: pip install 'rubicon-osint[games-check]'"}
    asked = json.dumps([[[str(cell) for cell in row] for row in part] for part in (first, second)])
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, VERSION], input=asked, capture_output=True, text=True, timeout=limit_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"by": by, "agrees": None, "reason": f"no answer within {limit_s:g} s"}
    if done.returncode:
        return {"by": by, "agrees": None, "reason": done.stderr.strip().splitlines()[-1][:200]}
    theirs = {tuple(tuple(map(Fraction, part)) for part in profile) for profile in json.loads(done.stdout)}
    ours = set(equilibria(first, second))
    return {
        "by": by, "agrees": theirs == ours, "ours_alone": len(ours - theirs), "theirs_alone": len(theirs - ours),
    }  # fmt: skip

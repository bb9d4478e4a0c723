"""The custody log: what was read, sealed, edited and signed, each line bound to the one before by its hash.

One JSON object a line, appended and never rewritten. `previous` is the SHA-256 of the line before (without its
line feed), so that a line cannot be changed, dropped or put elsewhere without every later line giving it away.
The hash of the last line is the head; a dossier states the head that it was sealed with.

A chain shows that nothing was changed after a head was known to somebody else. Whoever holds the file can write a
new chain with a new head: keep the head, or a signature or time stamp over it, in other hands.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rubicon.errors import VerificationFailed

LOG = "custody.jsonl"
START = "0" * 64
"""What the first line names as the one before."""
KEYS = frozenset({"seq", "time_utc", "action", "subject", "sha256", "tool", "detail", "previous"})
MAX_BYTES = 256_000_000


def now() -> str:
    """The time to the second in ISO 8601 UTC; SOURCE_DATE_EPOCH (seconds since 1970) stands in for the clock when set."""
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(stated) if stated.isdecimal() else int(time.time())
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def line_hash(line: bytes) -> str:
    """SHA-256 of a line without its line feed, in hex."""
    return hashlib.sha256(line).hexdigest()


def lines(content: bytes) -> list[bytes]:
    """The lines of a log; what follows the last line feed is a torn line and is not returned."""
    return content.split(b"\n")[:-1]


def head(content: bytes) -> str:
    """Hash of the last line; START for an empty log."""
    made = lines(content)
    return line_hash(made[-1]) if made else START


def faults(content: bytes) -> list[str]:
    """What is wrong with a log, each fault with its line; an empty list when the chain holds."""
    if len(content) > MAX_BYTES:
        return [f"is larger than {MAX_BYTES} bytes"]
    found = [] if content.endswith(b"\n") or not content else ["ends in a torn line"]
    previous = START
    for number, line in enumerate(lines(content), start=1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or set(entry) != KEYS:
            found.append(f"line {number} is no entry")
        elif entry["seq"] != number:
            found.append(f"line {number} is numbered {entry['seq']}")
        elif entry["previous"] != previous:
            found.append(f"line {number} does not follow line {number - 1}: a line was changed or left out")
        previous = line_hash(line)
    return found


def append(path: Path, entries: Iterable[Mapping[str, str]], *, tool: str) -> bytes:
    """Append entries (`action`, `subject`, `sha256`, and `detail` when there is one) and give the whole log.

    An entry that says what the last one on its action and subject said already is left out: a step that changed
    nothing adds nothing. Raises VerificationFailed when the log that is there does not hold.
    """
    content = path.read_bytes() if path.is_file() else b""
    if wrong := faults(content):
        raise VerificationFailed(wrong[0], place=str(path))
    last = {}
    for line in lines(content):
        entry = json.loads(line)
        last[entry["action"], entry["subject"]] = (entry["sha256"], entry["detail"])
    added = b""
    for each in entries:
        said = (each["sha256"], each.get("detail", ""))
        if last.get((each["action"], each["subject"])) != said:
            added += _line({**each, "tool": tool}, content + added)
            last[each["action"], each["subject"]] = said
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as sink:
            sink.write(added)
            sink.flush()
            os.fsync(sink.fileno())
    return content + added


def _line(entry: Mapping[str, Any], before: bytes) -> bytes:
    whole = {
        "seq": len(lines(before)) + 1, "time_utc": now(), "action": entry["action"], "subject": entry["subject"],
        "sha256": entry["sha256"], "tool": entry["tool"], "detail": entry.get("detail", ""), "previous": head(before),
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

"""The custody log: what was read, sealed, edited and signed, each line bound to the one before by its hash.

One JSON object a line, appended and never rewritten. `previous` is the SHA-256 of the line before (without its
line feed), so that a line cannot be changed, dropped or put elsewhere without every later line giving it away; `own`,
the last key, is the SHA-256 of the line's bytes without it, so that a change to the last line is seen too.
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
KEYS = frozenset({"seq", "time_utc", "action", "subject", "sha256", "tool", "detail", "previous", "own"})
AFTER = frozenset({"closed", "signed", "stamped"})
"""What is done to a bag that is whole already: at the end of a log these lines stay outside of it."""
OF_FILES = frozenset({"sealed", "removed"})
"""What can be said of a file of the bag; only the last word on it counts."""
MAX_BYTES = 256_000_000
_OWN_LENGTH = len(',"own":""}') + 64


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
        elif entry["own"] != _own(line):
            found.append(f"line {number} is not what it was: its own hash differs")
        elif entry["seq"] != number:
            found.append(f"line {number} is numbered {entry['seq']}")
        elif entry["previous"] != previous:
            found.append(f"line {number} does not follow line {number - 1}: a line was changed or left out")
        previous = line_hash(line)
    return found


def entries_of(content: bytes) -> list[dict[str, Any]]:
    """The entries of a log that holds, in order."""
    return [json.loads(line) for line in lines(content)]


def sealed(content: bytes) -> dict[str, str]:
    """The SHA-256 with which each file was sealed last; files that were removed since are not in it."""
    last = {each["subject"]: each for each in entries_of(content) if each["action"] in OF_FILES}
    return {name: each["sha256"] for name, each in last.items() if each["action"] == "sealed"}


def until_sealed(content: bytes) -> bytes:
    """The log without what was done to the finished bag at its end, so that signing a bag does not change it."""
    made = lines(content)
    while made and json.loads(made[-1])["action"] in AFTER:
        made.pop()
    return b"".join(line + b"\n" for line in made)


def append(path: Path, entries: Iterable[Mapping[str, str]], *, tool: str) -> bytes:
    """Append entries (`action`, `subject`, `sha256`, and `detail` when there is one) and give the whole log.

    An entry that says what the last one on its action and subject said already is left out: a step that changed
    nothing adds nothing. That a file was sealed and that it was removed are words on the same thing. Raises VerificationFailed when the log that is there does not hold.
    """
    content = path.read_bytes() if path.is_file() else b""
    if wrong := faults(content):
        raise VerificationFailed(wrong[0], place=str(path))
    last = {_about(entry): _said(entry) for entry in entries_of(content)}
    seq, previous, added = len(lines(content)), head(content), b""
    for each in entries:
        if last.get(_about(each)) != _said(each):
            seq += 1
            line = _line({**each, "tool": tool}, seq, previous)
            previous = line_hash(line)
            added += line + b"\n"
            last[_about(each)] = _said(each)
    if added:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as sink:
            sink.write(added)
            sink.flush()
            os.fsync(sink.fileno())
    return content + added


def _line(entry: Mapping[str, Any], seq: int, previous: str) -> bytes:
    whole = {
        "seq": seq, "time_utc": now(), "action": entry["action"], "subject": entry["subject"],
        "sha256": entry["sha256"], "tool": entry["tool"], "detail": entry.get("detail", ""), "previous": previous,
    }  # fmt: skip
    made = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    return made[:-1] + f',"own":"{line_hash(made)}"}}'.encode()


def _own(line: bytes) -> str:
    """Hash of a line without its last key."""
    return line_hash(line[:-_OWN_LENGTH] + b"}")


def _about(entry: Mapping[str, Any]) -> tuple[str, str]:
    kind = "file" if entry["action"] in OF_FILES else entry["action"]
    return kind, entry["subject"]


def _said(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return entry["action"], entry["sha256"], entry.get("detail", "")

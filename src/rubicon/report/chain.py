"""What verification looks at beyond the manifests: RO-Crate, custody, and what lies beside the bag."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from rubicon.errors import MissingExtra, SigningFailed
from rubicon.report import crate, sign
from rubicon.store import custody

LOG = f"data/{custody.LOG}"
METADATA = f"data/{crate.CRATE}"
Read = Callable[[str], bytes]


class Check(NamedTuple):
    """One thing that was checked: its name, whether it holds, and why not."""

    name: str
    ok: bool
    reason: str = ""


def crate_checks(read: Read, names: set[str]) -> Iterator[Check]:
    """The RO-Crate metadata names every file of the payload and no other."""
    if METADATA not in names:
        yield Check(METADATA, False, "is missing")
        return
    present = {name.removeprefix("data/") for name in names if name.startswith("data/")}
    wrong = crate.faults(read(METADATA), present)
    yield Check(f"{METADATA}: files of the crate", not wrong, "; ".join(wrong))


def custody_checks(read: Read, names: set[str]) -> Iterator[Check]:
    """The chain of the custody log, and the head that the bag states."""
    if LOG not in names:
        yield Check(LOG, False, "is missing")
        return
    log = read(LOG)
    wrong = custody.faults(log)
    yield Check(f"{LOG}: chain of {len(custody.lines(log))} lines", not wrong, "; ".join(wrong[:10]))
    info = read("bag-info.txt") if "bag-info.txt" in names else b""
    stated = re.search(rb"^Custody-Head: ([0-9a-f]{64})$", info, re.MULTILINE)
    same = stated is not None and stated[1].decode() == custody.head(log)
    yield Check(
        "Custody-Head", same, "" if same else "bag-info.txt states another head than the log's last line"
    )


def beside_checks(
    beside: Callable[[str], bytes | None], read: Read, names: set[str], tags: bytes
) -> Iterator[Check]:
    """The longer custody log, the signature and the time stamp beside the bag, each where there is one."""
    longer = beside(custody.LOG)
    if longer is not None:
        wrong = custody.faults(longer)
        if not longer.startswith(read(LOG) if LOG in names else b"\0"):
            wrong.append("does not begin with the log in the bag")
        yield Check(f"../{custody.LOG}", not wrong, "; ".join(wrong[:10]))
    signature = beside(sign.SIGNATURE)
    if signature is not None:
        yield _signature(signature, tags, beside(sign.SIGNERS))
    reply = beside(sign.STAMP)
    if reply is not None:
        yield _stamp(reply, tags)


def _signature(signature: bytes, tags: bytes, signers: bytes | None) -> Check:
    name = f"../{sign.SIGNATURE}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            told = sign.check_signature(signature, tags, signers, Path(folder))
    except MissingExtra as error:
        return Check(f"{name}: not checked, {error.reason}", True)
    except SigningFailed as error:
        return Check(name, False, f"does not fit: {error.reason}")
    return Check(f"{name}: {told}; whose key that is, you must know from elsewhere", True)


def _stamp(reply: bytes, tags: bytes) -> Check:
    name = f"../{sign.STAMP}"
    try:
        told = sign.read_stamp(reply, tags)
    except MissingExtra as error:
        return Check(f"{name}: not checked, {error.reason}", True)
    except SigningFailed as error:
        return Check(name, False, error.reason)
    return Check(f"{name}: states {told}; check its signer with openssl ts -verify", True)

"""What verification looks at beyond the manifests: RO-Crate, custody, and what lies beside the bag."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rubicon.errors import MissingExtra, SigningFailed
from rubicon.report import crate, sign
from rubicon.report.bag import TAG_MANIFESTS
from rubicon.report.evidence import WITHHELD_SUFFIX
from rubicon.store import custody

LOG = f"data/{custody.LOG}"
METADATA = f"data/{crate.CRATE}"
Read = Callable[[str], bytes]
Facts = Mapping[str, tuple[str, int]]
"""SHA-256 and bytes of each file of the bag, by name."""


class Check(NamedTuple):
    """One thing that was checked: its name, whether it holds, and why not."""

    name: str
    ok: bool
    reason: str = ""


def crate_checks(read: Read, names: set[str], facts: Facts) -> Iterator[Check]:
    """The RO-Crate metadata names every file of the payload with its hash and size, and no other."""
    if METADATA not in names:
        yield Check(METADATA, False, "is missing")
        return
    present = {name.removeprefix("data/"): facts[name] for name in names if name.startswith("data/")}
    wrong = crate.faults(read(METADATA), present)
    yield Check(f"{METADATA}: files of the crate", not wrong, "; ".join(wrong))


def custody_checks(read: Read, names: set[str], facts: Facts) -> Iterator[Check]:
    """The chain of the custody log, the head that the bag states, and the hashes of the log beside those of the files."""
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
    if not wrong:
        yield from _sealed(read, log, facts)


def _sealed(read: Read, log: bytes, facts: Facts) -> Iterator[Check]:
    """Each file of the payload beside the line of the log that sealed or read it."""
    stated = custody.sealed(log)
    known = {each["sha256"] for each in custody.entries_of(log) if each["action"] == "read"}
    present = {
        name.removeprefix("data/"): sha256 for name, (sha256, _) in facts.items() if name.startswith("data/")
    }
    for name in sorted(present.keys() - {custody.LOG, crate.CRATE}):
        if name.startswith("evidence/") and name != "evidence/index.json":
            whose = _original(read(f"data/{name}"), name, present[name])
            yield Check(
                f"{LOG}: {name}",
                whose in known,
                "" if whose in known else "no line of the log says that it was read",
            )
        else:
            same = stated.get(name) == present[name]
            yield Check(
                f"{LOG}: {name}",
                same,
                "" if same else f"was sealed as {stated.get(name, 'nothing')}, is {present[name]}",
            )
    for name in sorted(stated.keys() - present.keys()):
        yield Check(f"{LOG}: {name}", False, "was sealed and is missing")


def _original(content: bytes, name: str, sha256: str) -> str:
    """Hash of the file that was read: that of the bytes, or the one that a record in their place holds."""
    if not name.endswith(WITHHELD_SUFFIX):
        return sha256
    try:
        return str(json.loads(content)["sha256"])
    except (ValueError, KeyError, TypeError):
        return "none"


def beside_checks(
    beside: Callable[[str], bytes | None], read: Read, digests: Mapping[str, str], tags: bytes
) -> Iterator[Check]:
    """The longer custody log, the signature and the time stamp beside the bag, each where there is one."""
    longer = beside(custody.LOG)
    if longer is not None:
        wrong = custody.faults(longer)
        if not longer.startswith(read(LOG) if LOG in digests else b"\0"):
            wrong.append("does not begin with the log in the bag")
        yield Check(f"../{custody.LOG}", not wrong, "; ".join(wrong[:10]))
        if not wrong:
            yield from _logged(longer, beside, digests)
    signature = beside(sign.SIGNATURE)
    if signature is not None:
        yield _signature(signature, tags, beside(sign.SIGNERS))
    reply = beside(sign.STAMP)
    if reply is not None:
        yield _stamp(reply, tags)


def _logged(log: bytes, beside: Callable[[str], bytes | None], digests: Mapping[str, str]) -> Iterator[Check]:
    """What lies beside the bag, and the bag's two tag manifests, as the log beside it says last."""
    said = {
        each["subject"]: each["sha256"] for each in custody.entries_of(log) if each["action"] in custody.AFTER
    }
    found = {name: digests[name] for name in TAG_MANIFESTS if name in digests}
    for name in (sign.SIGNATURE, sign.SIGNERS, sign.STAMP):
        if (content := beside(name)) is not None:
            found[name] = hashlib.sha256(content).hexdigest()
    for name in sorted(found.keys() & said.keys()):
        same = found[name] == said[name]
        shown = name if name in TAG_MANIFESTS else f"../{name}"
        yield Check(
            f"{shown}: as in the custody log", same, "" if same else "is changed: the log holds another hash"
        )


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

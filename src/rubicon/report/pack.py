"""A dossier and what lies beside it as one zip with the same bytes on every machine.

Entries are sorted, stored without compression (compressors differ from version to version), dated 1 January 1980, and
carry the same permissions.
"""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from uuid import uuid4

from rubicon.errors import RightsRefused, UsageError, VerificationFailed
from rubicon.report.sign import SIGNATURE, SIGNERS, STAMP, bag_of
from rubicon.report.verify import KEPT_OUT, verify
from rubicon.store import custody

BESIDE = ("findings.json", "VERIFY.md", custody.LOG, SIGNATURE, SIGNERS, STAMP)
DATE = (1980, 1, 1, 0, 0, 0)


def pack(folder: Path, target: Path) -> Path:
    """Write the zip of the dossier in `folder`; gives its path.

    Raises InputMissing when there is no dossier, UsageError when the target lies inside it, RightsRefused when the bag
    holds bytes that a source's rights keep out, VerificationFailed when it is not as it was sealed.
    """
    root = bag_of(folder)
    _require_whole(folder)
    if target.resolve().is_relative_to(root.resolve()):
        raise UsageError("the zip must not lie inside the dossier", place=str(target))
    files = {
        f"dossier/{path.relative_to(root).as_posix()}": path for path in root.rglob("*") if path.is_file()
    }
    files |= {name: folder / name for name in BESIDE if (folder / name).is_file()}
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = target.with_name(f".{target.name}-{uuid4().hex[:12]}")
    try:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, DATE)
                entry.create_system, entry.external_attr = 3, 0o100644 << 16
                with files[name].open("rb") as source, archive.open(entry, "w", force_zip64=True) as sink:
                    while chunk := source.read(1 << 20):
                        sink.write(chunk)
        os.replace(whole, target)
    finally:
        whole.unlink(missing_ok=True)
    return target


def _require_whole(folder: Path) -> None:
    """A zip goes to strangers: what they would find wrong is not packed."""
    wrong = [check for check in verify(folder).checked if not check.ok]
    for check in wrong:
        if KEPT_OUT in check.reason:
            raise RightsRefused(check.reason, place=check.name)
    if wrong:
        raise VerificationFailed(f"is not packed: {wrong[0].reason}", place=wrong[0].name)

"""A whole bag, signed, with all that lies beside it: one changed byte anywhere is found, and the file is named."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_fixture import najin_case, najin_tables, write_inputs

from rubicon.errors import RightsRefused, VerificationFailed
from rubicon.report import bag, fetched, sign
from rubicon.report.dossier import build
from rubicon.report.pack import pack
from rubicon.report.verify import verify
from rubicon.store import custody


@pytest.fixture(scope="session")
def signed(
    najin_once: Path, tmp_path_factory: pytest.TempPathFactory, program: Callable[[str, str], str]
) -> Path:
    folder = tmp_path_factory.mktemp("signed")
    keygen = program("ssh-keygen", "openssh-client")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    out = Path(shutil.copytree(najin_once, folder / "najin"))
    sign.sign(out, folder / "key", "desk@example.org")
    return out


def wrong(out: Path) -> set[str]:
    """What fails, each by the file that it is about."""
    return {check.name.removeprefix("../").partition(":")[0] for check in verify(out).checked if not check.ok}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found_and_the_file_named(data: st.DataObject, signed: Path) -> None:
    path = data.draw(st.sampled_from(sorted(p for p in signed.rglob("*") if p.is_file())))
    whole = path.read_bytes()
    at, change = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    path.write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
    try:
        assert path.relative_to(signed).as_posix().removeprefix("dossier/") in wrong(signed)
    finally:
        path.write_bytes(whole)


def test_the_whole_bag_holds_and_the_log_goes_from_the_first_reading_to_the_signature(signed: Path) -> None:
    assert not wrong(signed)
    told = [each["action"] for each in custody.entries_of((signed / "custody.jsonl").read_bytes())]
    assert told[0] == "read"
    assert told[-3:] == ["closed", "signed", "signed"]
    inside = custody.entries_of((signed / "dossier/data/custody.jsonl").read_bytes())
    assert {each["action"] for each in inside} == {"read", "sealed"}


def reseal(out: Path) -> None:
    """New manifests with the tags as they were: what a forger without the custody log would do."""
    info = dict(line.split(": ", 1) for line in (out / "dossier/bag-info.txt").read_text().splitlines())
    bag.seal(out / "dossier", {key: value for key, value in info.items() if key != "Payload-Oxum"})


@pytest.mark.parametrize(
    "name", ["report.html", "evidence/observations.csv", "evidence/claims.csv.withheld.json"]
)
def test_a_resealed_file_differs_from_crate_and_custody(najin: Path, name: str) -> None:
    path = najin / "dossier/data" / name
    path.write_bytes(path.read_bytes().replace(b"a", b"b"))
    reseal(najin)
    failed = [check.name for check in verify(najin / "dossier").checked if not check.ok]
    assert "data/ro-crate-metadata.json: files of the crate" in failed
    assert name.endswith(".withheld.json") or f"data/custody.jsonl: {name}" in failed


def test_a_record_that_names_another_hash_is_not_what_was_read(najin: Path) -> None:
    path = najin / "dossier/data/evidence/claims.csv.withheld.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"sha256": "0" * 64}))
    reseal(najin)
    assert "data/custody.jsonl" in wrong(najin)


def test_signing_does_not_change_the_bag_and_a_second_run_neither(tmp_path: Path, signed: Path) -> None:
    again = Path(shutil.copytree(signed, tmp_path / "again"))
    before = {p: p.read_bytes() for p in again.rglob("*") if p.is_file()}
    files = write_inputs(tmp_path / "in")
    build(najin_case(), najin_tables(files), files, again, counts={"positions_read": 0})
    assert {p: p.read_bytes() for p in again.rglob("*") if p.is_file()} == before
    assert not wrong(again)


def test_a_file_that_is_no_longer_made_is_logged_as_removed(tmp_path: Path, najin: Path) -> None:
    log = najin / "custody.jsonl"
    custody.append(log, [{"action": "sealed", "subject": "old.txt", "sha256": "a" * 64}], tool="test")
    files = write_inputs(tmp_path / "in")
    build(najin_case(), najin_tables(files), files, najin)
    assert "old.txt" not in custody.sealed(log.read_bytes())
    assert not wrong(najin)
    custody.append(log, [{"action": "sealed", "subject": "old.txt", "sha256": "a" * 64}], tool="test")
    assert custody.sealed(log.read_bytes())["old.txt"] == "a" * 64


def test_bytes_that_a_licence_keeps_out_are_found_and_not_packed(tmp_path: Path, najin: Path) -> None:
    write_inputs(tmp_path / "in")
    shutil.copy(tmp_path / "in/claims.csv", najin / "dossier/data/evidence/other-name.csv")
    reseal(najin)
    assert "data/evidence/other-name.csv" in wrong(najin)
    with pytest.raises(RightsRefused, match=r"claims\.csv"):
        pack(najin, tmp_path / "x.zip")
    (najin / "dossier/data/evidence/other-name.csv").unlink()
    with pytest.raises(VerificationFailed, match="is not packed"):
        pack(najin, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_custody_begins_with_the_fetch_where_a_record_lies_beside_the_file(tmp_path: Path) -> None:
    files = write_inputs(tmp_path / "in")
    beside = tmp_path / "in/capture.json"
    record = {
        "sha256": files[1].sha256,
        "url": "https://a.example/claims",
        "captured_at": "2024-05-01T00:00:00Z",
    }
    beside.write_text(json.dumps(record))
    build(najin_case(), najin_tables(files), files, tmp_path / "out")
    first = custody.entries_of((tmp_path / "out/dossier/data/custody.jsonl").read_bytes())[0]
    assert first["action"] == "fetched"
    assert first["detail"] == "https://a.example/claims, 2024-05-01T00:00:00Z"
    assert not wrong(tmp_path / "out")
    assert fetched.entry(files[0]) is None
    assets = {"assets": {"B04": {"sha256": files[0].sha256, "source_url": "https://b.example/s.tif"}}}
    beside.write_text(json.dumps(assets))
    told = fetched.entry(files[0])
    assert told is not None
    assert told["detail"] == "https://b.example/s.tif, at an unknown time"
    for broken in ("[]", "{", '{"assets": [1]}', '{"assets": {"a": 1}}'):
        beside.write_text(broken)
        assert fetched.entry(files[0]) is None

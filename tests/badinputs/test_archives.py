"""Numbers 61, 62, 65 and 66 of the list of bad inputs: archives that lead out or blow up, configuration that is none, disks that end."""

from __future__ import annotations

import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from rubicon.case import load_case
from rubicon.collect.scenes import safe
from rubicon.collect.scenes.safe import document, members
from rubicon.errors import CaseError, InputTooLarge, RubiconError, UnknownFormat
from rubicon.examples_folder import example


def packed(path: Path, *entries: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries:
            out.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name", ["../../escape.xml", "/etc/passwd", "a/../../b", "..\\..\\c", "C:\\x", "C:/x", "a\\b"]
)
def test_61_a_member_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="leads out"):
        members(packed(tmp_path / "P.zip", ("P.SAFE/manifest.safe", b"x"), (name, b"x")))


@pytest.mark.parametrize("name", ["P.SAFE/con.xml", "P.SAFE/NUL", "P.SAFE/aux.tiff"])
def test_61_reserved_names_are_read_in_place_and_never_written(name: str, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    found = members(packed(tmp_path / "P.zip", (name, b"x")))
    assert name in found
    assert set(tmp_path.iterdir()) - before == {tmp_path / "P.zip"}


def test_61_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("P.SAFE/annotation/link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "P.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    with pytest.raises(UnknownFormat, match="link"):
        members(tmp_path / "P.zip")


def test_61_names_that_differ_by_case_alone_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "P.zip", ("P.SAFE/a.xml", b"1"), ("P.SAFE/A.xml", b"2"))
    with pytest.raises(UnknownFormat, match="twice"):
        members(path)


def test_62_a_document_that_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe, "MAX_XML_BYTES", 1_000_000)
    path = packed(tmp_path / "P.zip", ("P.SAFE/a.xml", b"<a>" + b" " * 50_000_000 + b"</a>"))
    assert path.stat().st_size < 100_000
    with pytest.raises(InputTooLarge):
        document(path, members(path), "P.SAFE/a.xml")


def test_62_a_size_that_lies_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory says 10 bytes, the member holds 5 million: no more than what was said is kept."""
    monkeypatch.setattr(safe, "MAX_XML_BYTES", 1_000_000)
    path = packed(tmp_path / "P.zip", ("P.SAFE/a.xml", b"<a>" + b" " * 5_000_000 + b"</a>"))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(RubiconError):
        document(path, members(path), "P.SAFE/a.xml")


def test_62_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "MAX_MEMBERS", 5)
    with pytest.raises(InputTooLarge):
        members(packed(tmp_path / "P.zip", *((f"P.SAFE/{k}", b"") for k in range(6))))


GOOD = 'id = "small"\ntitle = "Small"\norigin = "real"\n[period]\nstart = 2024-05-01\nend = 2024-05-03\n'


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("colour = 1\n" + GOOD, "colour"),
        (GOOD.replace('"Small"', "7"), "title"),
        (GOOD.replace("2024-05-03", '"soon"'), "period.end"),
        (GOOD + "[[ports]]\nname = 3\nlat_deg = 99\nlon_deg = 0\n", "ports"),
        (GOOD + "x = " + "[" * 5000 + "]" * 5000, ""),
        (GOOD + "x = 1" + "0" * 10_000, ""),
        (GOOD.replace("real", "invented"), "origin"),
        ("", ""),
        ("\0\0", ""),
    ],
)
def test_65_a_case_that_is_none_is_named_with_its_key(change: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_text(change, encoding="utf-8")
    with pytest.raises(CaseError) as raised:
        load_case(path)
    assert named in str(raised.value)
    assert "case.toml" in str(raised.value)


def rubicon(*arguments: object, file_limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    command = [sys.executable, "-m", "rubicon.cli", *map(str, arguments)]
    env = {**os.environ, "CI": "1", "NO_COLOR": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit, env=env)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    assert rubicon("run", example("smallest"), "--out", out).returncode == 0
    return out


@pytest.mark.parametrize("limit", [0, 3_000, 20_000, 60_000])
def test_66_a_disk_that_is_full_leaves_the_last_dossier_whole(
    whole: Path, tmp_path: Path, limit: int
) -> None:
    """No file may grow beyond the limit, which fails a write in the middle as a full disk does."""
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    done = rubicon("run", example("smallest"), "--out", out, file_limit=limit)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "OutputFailed" in done.stderr or "LakeError" in done.stderr
    assert rubicon("verify", out).returncode == 0


def test_66_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = rubicon("run", example("smallest"), "--out", tmp_path / "file" / "out")
    assert done.returncode == 3
    assert "OutputFailed" in done.stderr
    assert "Traceback" not in done.stderr


def test_66_two_runs_into_one_folder_leave_one_whole_dossier(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    codes: list[int] = []
    runs = [
        threading.Thread(
            target=lambda: codes.append(rubicon("run", example("smallest"), "--out", out).returncode)
        )
        for _ in range(2)
    ]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert 0 in codes
    assert set(codes) <= {0, 3}
    again = rubicon("run", example("smallest"), "--out", out)
    assert again.returncode == 0
    assert rubicon("verify", out).returncode == 0
    found = [json.loads((folder / "findings.json").read_text())["findings"] for folder in (out, whole)]
    assert [one["finding_id"] for one in found[0]] == [one["finding_id"] for one in found[1]]


def test_66_a_run_that_is_killed_leaves_the_last_dossier_whole(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    for wait in (0.6, 1.0, 1.4, 1.8):
        child = subprocess.Popen(
            [sys.executable, "-m", "rubicon.cli", "run", str(example("smallest")), "--out", str(out)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "CI": "1"},
        )  # fmt: skip
        try:
            child.wait(wait)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    assert rubicon("run", example("smallest"), "--out", out).returncode == 0
    assert rubicon("verify", out).returncode == 0

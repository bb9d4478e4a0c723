from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import bagit
import pytest

from rubicon.errors import InputMissing, InputTooLarge, UnknownFormat
from rubicon.report import verify as verifying
from rubicon.report.bag import manifest_text, seal
from rubicon.report.verify import Verification, unsafe, verify


def failed(result: Verification) -> dict[str, str]:
    assert not result.ok
    wrong: dict[str, str] = {}
    for check in result.checked:
        if not check.ok:
            wrong[check.name] = f"{wrong.get(check.name, '')} {check.reason}"
    return wrong


def zipped(folder: Path, target: Path, extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent).as_posix())
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return target


# --- a whole bag ------------------------------------------------------------------------------------


def test_a_whole_dossier_holds(najin: Path) -> None:
    for path in (najin, najin / "dossier"):
        result = verify(path)
        assert result.ok, [check for check in result.checked if not check.ok]
        names = {check.name for check in result.checked}
        assert {"data/report.html", "bagit.txt", "Payload-Oxum", "../findings.json", "../VERIFY.md"} <= names
    digest = hashlib.sha256((najin / "dossier/tagmanifest-sha256.txt").read_bytes()).hexdigest()
    assert verify(najin).fingerprint == digest
    assert digest in (najin / "VERIFY.md").read_text()


def test_strangers_tools_find_it_whole(najin: Path) -> None:
    bagit.Bag(str(najin / "dossier")).validate()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(
            ["sha256sum", "-c", manifest], cwd=najin / "dossier", capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_a_zip_of_the_dossier_holds(najin: Path, tmp_path: Path) -> None:
    assert verify(zipped(najin, tmp_path / "all.zip")).ok
    assert verify(zipped(najin / "dossier", tmp_path / "bag.zip")).ok


# --- every change is found --------------------------------------------------------------------------


def test_one_changed_byte_in_any_file_is_found_and_named(najin: Path) -> None:
    for path in sorted(najin.rglob("*")):
        if path.is_file():
            whole = path.read_bytes()
            path.write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
            name = path.relative_to(najin).as_posix().removeprefix("dossier/")
            wrong = failed(verify(najin))
            assert any(name == each.removeprefix("../").partition(":")[0] for each in wrong), name
            path.write_bytes(whole)
    assert verify(najin).ok


@pytest.mark.parametrize("change", [b"\n", b" ", b"0" * 64 + b"  data/ghost\n"])
def test_nothing_can_be_added_to_a_manifest(najin: Path, change: bytes) -> None:
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        path = najin / "dossier" / name
        whole = path.read_bytes()
        path.write_bytes(whole + change)
        assert {name, "data/ghost", "../VERIFY.md"} & failed(verify(najin)).keys()
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "name",
    [
        "data/report.html",
        "data/evidence/index.json",
        "bag-info.txt",
        "bagit.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
    ],
)
def test_a_missing_file_is_named(najin: Path, name: str) -> None:
    (najin / "dossier" / name).unlink()
    assert "is missing" in failed(verify(najin))[name]


@pytest.mark.parametrize("name", ["data/extra.txt", "data/evidence/x/y.csv", "notes.txt", "manifest-md5.txt"])
def test_an_extra_file_is_named(najin: Path, name: str) -> None:
    path = najin / "dossier" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    assert "is extra" in failed(verify(najin))[name]


def test_fetch_is_refused(najin: Path) -> None:
    (najin / "dossier/fetch.txt").write_text("https://a.example/x 1 data/x\n")
    assert "refused" in failed(verify(najin))["fetch.txt"]


def test_a_link_is_no_file(najin: Path, tmp_path: Path) -> None:
    page = najin / "dossier/data/report.html"
    target = tmp_path / "report.html"
    shutil.move(page, target)
    page.symlink_to(target)
    assert failed(verify(najin))["data/report.html"]


@pytest.mark.parametrize(
    "path", ["../outside.txt", "/etc/passwd", "data/../../x", "bagit.txt", "data\\x", "data/./x", "C:/x"]
)
def test_a_manifest_path_outside_the_payload_is_named(najin: Path, path: str) -> None:
    manifest = najin / "dossier/manifest-sha256.txt"
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  {path}\n")
    assert "outside its place" in failed(verify(najin))["manifest-sha256.txt"]


def test_a_resealed_bag_is_another_bag(najin: Path) -> None:
    """Whoever rewrites all manifests gets another fingerprint, and the copies beside give it away."""
    root = najin / "dossier"
    page = root / "data/report.html"
    page.write_text(page.read_text(encoding="utf-8").replace("98 %", "99 %"), encoding="utf-8")
    seal(root, {"External-Identifier": "najin"})
    assert failed(verify(najin)).keys() == {
        "../VERIFY.md", "Custody-Head", "data/ro-crate-metadata.json: files of the crate", "data/custody.jsonl: report.html",
        "tagmanifest-sha256.txt: as in the custody log", "tagmanifest-sha512.txt: as in the custody log",
    }  # fmt: skip
    findings = root / "data/findings.json"
    findings.write_text(findings.read_text(encoding="utf-8").replace("0.98", "0.99"), encoding="utf-8")
    seal(root, {"External-Identifier": "najin"})
    assert "../findings.json" in failed(verify(najin))


def test_a_wrong_oxum_is_named(najin: Path) -> None:
    info = najin / "dossier/bag-info.txt"
    info.write_text(info.read_text().replace("Payload-Oxum: ", "Payload-Oxum: 9"))
    assert "bag-info.txt says 9" in failed(verify(najin))["Payload-Oxum"]


def test_an_index_that_disagrees_with_the_files_is_named(najin: Path) -> None:
    root = najin / "dossier"
    path = root / "data/evidence/index.json"
    whole = json.loads(path.read_text())
    for change in ("file", "withheld", "evidence", "shape"):
        index = json.loads(json.dumps(whole))
        if change in ("file", "withheld"):
            wanted = "included" if change == "file" else "bytes not included: licence"
            next(each for each in index["files"] if each["bytes"] == wanted)["sha256"] = "0" * 64
        elif change == "evidence":
            next(row for row in index["evidence"] if row["evidence_id"] == "G009")["sha256"] = "0" * 64
        else:
            index = []
        path.write_text(json.dumps(index))
        seal(root, {})
        wrong = failed(verify(root))
        assert any(name.startswith("data/evidence/index.json") for name in wrong), change


def test_an_empty_folder_is_no_bag(tmp_path: Path) -> None:
    assert {"bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"} <= failed(verify(tmp_path)).keys()


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        verify(tmp_path / "nowhere")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(UnknownFormat):
        verify(tmp_path / "text.zip")


# --- zips -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "data/../../evil.txt", "data\\evil.txt"])
def test_a_name_that_leaves_the_zip_is_refused(najin: Path, tmp_path: Path, name: str) -> None:
    path = zipped(najin / "dossier", tmp_path / "bag.zip", {f"dossier/{name}": b"x"})
    assert any(
        "leaves the folder" in reason or "is extra" in reason for reason in failed(verify(path)).values()
    )
    assert not (tmp_path / "evil.txt").exists()


def test_a_name_that_stands_twice_is_refused(najin: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(najin / "dossier", tmp_path / "bag.zip", {"dossier/data/report.html": b"other"})
    assert "stands twice" in " ".join(check.reason for check in verify(path).checked)


def test_a_damaged_member_is_named(najin: Path, tmp_path: Path) -> None:
    path = zipped(najin / "dossier", tmp_path / "bag.zip")
    raw = path.read_bytes()
    at = raw.index(b"<!DOCTYPE html>", raw.index(b"data/report.html"))
    path.write_bytes(raw[:at] + b"X" + raw[at + 1 :])
    assert "cannot be read" in failed(verify(path))["data/report.html"]


def test_a_zip_that_declares_too_much_is_refused(
    najin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(najin / "dossier", tmp_path / "bag.zip")
    monkeypatch.setattr(verifying, "MAX_ZIP_BYTES", 1000)
    with pytest.raises(InputTooLarge):
        verify(path)


def test_names_and_manifests() -> None:
    assert not unsafe("data/evidence/claims.csv")
    assert all(unsafe(name) for name in ("", "/a", "../a", "a/../b", "a//b", "./a", "a\\b", "c:d"))
    assert manifest_text({"b": "1", "a": "2"}) == "2  a\n1  b\n"


@pytest.mark.parametrize(("old", "new"), [(b"  ", b"\t "), (b"  ", b" *"), (b"\n", b"\n\n")])
def test_a_tag_manifest_written_another_way_is_found_without_what_lies_beside(
    najin: Path, tmp_path: Path, old: bytes, new: bytes
) -> None:
    bag = Path(shutil.copytree(najin / "dossier", tmp_path / "alone"))
    path = bag / "tagmanifest-sha256.txt"
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    assert failed(verify(bag)).keys() == {"tagmanifest-sha256.txt"}

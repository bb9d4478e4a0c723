"""Keys go into a real keychain and come out of it again; they are never shown, and their absence is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rubicon import keys
from rubicon.errors import KeychainError, UnknownService

SECRET = "s3cret-of-the-test"
RUBICON = f"{sys.executable} -m rubicon.cli"
NO_KEYCHAIN = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


def shell(script: str, env: dict[str, str], *before: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RUBICON_KEY")}
    return subprocess.run(
        [*before, "sh", "-ec", script], capture_output=True, text=True, check=False, env=clean | env
    )


def test_a_key_goes_into_the_keychain_and_out_again(
    tmp_path: Path, program: Callable[[str, str], str]
) -> None:
    session = program("dbus-run-session", "dbus")
    daemon = program("gnome-keyring-daemon", "gnome-keyring")
    script = f"""
echo open | {daemon} --unlock --components=secrets >/dev/null
printf '{SECRET}-user\\n{SECRET}\\n' | {RUBICON} keys add copernicus
{RUBICON} keys list --json
{RUBICON} keys remove copernicus
{RUBICON} keys remove copernicus
"""
    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    done = shell(script, home, session, "--")
    assert done.returncode == 0, done.stderr
    kept = {one["service"]: one["kept"] for one in json.loads(done.stdout)}
    assert kept == {"aisstream": False, "copernicus": True, "gfw": False, "planet": False}
    assert "2 fields removed" in done.stderr
    assert "there was no key" in done.stderr
    assert SECRET not in done.stdout + done.stderr
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert SECRET.encode() not in written


def test_without_a_keychain_the_error_says_what_to_do() -> None:
    done = shell(f"echo {SECRET} | {RUBICON} keys add gfw", NO_KEYCHAIN)
    assert done.returncode == 3
    assert "KeychainError" in done.stderr
    assert "rubicon keys list" in done.stderr
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("entered", ["", "   "])
def test_nothing_entered_is_refused(entered: str) -> None:
    done = shell(f"echo '{entered}' | {RUBICON} keys add gfw", NO_KEYCHAIN)
    assert (done.returncode, "gfw token" in done.stderr) == (2, True)


def test_the_environment_stands_in_for_the_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("RUBICON_KEY_COPERNICUS_USER", "somebody")
    assert keys.get("copernicus", "user") == "somebody"
    assert not keys.complete("copernicus")
    monkeypatch.setenv("RUBICON_KEY_COPERNICUS_PASSWORD", SECRET)
    assert keys.complete("copernicus")


def test_an_unknown_service_is_named() -> None:
    with pytest.raises(UnknownService, match=r"kpler: .*copernicus, gfw"):
        keys.get("kpler", "key")


def test_a_keychain_that_cannot_be_used_is_no_missing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")

    class Locked(keyring.backend.KeyringBackend):  # type: ignore[misc, name-defined]
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            raise keyring.errors.KeyringLocked(f"{service}/{username}")

        def set_password(self, service: str, username: str, password: str) -> None:
            raise keyring.errors.KeyringLocked(f"{service}/{username}/{password}")

    before = keyring.get_keyring()
    keyring.set_keyring(Locked())
    try:
        with pytest.raises(KeychainError, match="KeyringLocked"):
            keys.get("gfw", "token")
        with pytest.raises(KeychainError) as refused:
            keys.put("gfw", "token", SECRET)
    finally:
        keyring.set_keyring(before)
    assert SECRET not in str(refused.value)

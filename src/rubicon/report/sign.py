"""Signature and time stamp over the fingerprint of a dossier, both beside the bag and never in it.

The signature is OpenSSH's (`ssh-keygen -Y sign`), over `tagmanifest-sha256.txt`; the time stamp is the whole reply of
an RFC 3161 time-stamping authority over the SHA-256 of that file. Both can be checked without Rubicon.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib
import importlib.util
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from rubicon import __version__
from rubicon.errors import InputMissing, MissingExtra, SigningFailed, UsageError
from rubicon.report.bag import TAG_MANIFEST, write_whole
from rubicon.store import custody

SIGNATURE, STAMP, SIGNERS = f"{TAG_MANIFEST}.sig", f"{TAG_MANIFEST}.tsr", "allowed_signers"
NAMESPACE = "rubicon-dossier"
MAX_REPLY_BYTES = 1_000_000
TIMEOUT_S = 30
_IDENTITY = re.compile(r"[A-Za-z0-9._+@-]{1,100}")


def bag_of(folder: Path) -> Path:
    """The bag in a folder that a run wrote.

    Raises InputMissing when there is none.
    """
    root = folder / "dossier"
    if not (root / TAG_MANIFEST).is_file():
        raise InputMissing("no dossier here: rubicon run CASE.toml --out DIR", place=str(folder))
    return root


def sign(folder: Path, key: Path, identity: str) -> str:
    """Sign the bag in `folder` with an SSH key; writes the signature and `allowed_signers`, gives the key's fingerprint.

    `identity` is the name under which readers know the key, such as an e-mail address. Raises MissingExtra without
    `ssh-keygen`, UsageError for an identity that `allowed_signers` cannot hold, SigningFailed with the reason.
    """
    if not _IDENTITY.fullmatch(identity):
        raise UsageError("an identity is letters, digits and . _ + @ -", place=identity)
    root = bag_of(folder)
    public = _public_key(key)
    _keygen(
        "-Y", "sign", "-q", "-f", str(key.absolute()), "-n", NAMESPACE, str((root / TAG_MANIFEST).absolute())
    )
    made = root / SIGNATURE
    content = made.read_bytes()
    made.unlink()
    write_whole(folder / SIGNATURE, content)
    known = f'{identity} namespaces="{NAMESPACE}" {public}\n'.encode()
    write_whole(folder / SIGNERS, known)
    detail = f"identity {identity}, key {fingerprint(public)}"
    _log(folder, "signed", SIGNATURE, content, detail)
    _log(folder, "signed", SIGNERS, known, "for ssh-keygen")
    return fingerprint(public)


def _public_key(key: Path) -> str:
    """Type and key of the public half, without its comment."""
    done = (
        _keygen("-y", "-P", "", "-f", str(key.absolute())) if not key.with_suffix(".pub").is_file() else None
    )
    text = done if done is not None else key.with_suffix(".pub").read_text(encoding="utf-8", errors="replace")
    parts = text.split()
    if len(parts) < 2:
        raise SigningFailed("holds no public key", place=str(key))
    return " ".join(parts[:2])


def fingerprint(public: str) -> str:
    """Fingerprint of a public key as OpenSSH prints it."""
    try:
        blob = base64.b64decode(public.split()[1], validate=True)
    except (binascii.Error, IndexError) as error:
        raise SigningFailed("is no public key", place=public[:40]) from error
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _keygen(*arguments: str, stdin: bytes = b"") -> str:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise MissingExtra("signatures need ssh-keygen: install the package openssh-client")
    done = subprocess.run(
        [program, *arguments], input=stdin, capture_output=True, timeout=TIMEOUT_S, check=False
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise SigningFailed(reason[-1] if reason else "ssh-keygen failed", place=arguments[1])
    return done.stdout.decode(errors="replace")


def check_signature(signature: bytes, tag_manifest: bytes, signers: bytes | None, scratch: Path) -> str:
    """Who signed, in words; `scratch` is an empty folder for ssh-keygen's files.

    Raises SigningFailed when the signature does not fit, MissingExtra when ssh-keygen is not installed.
    """
    (scratch / "sig").write_bytes(signature)
    common = ("-n", NAMESPACE, "-s", str(scratch / "sig"))
    if signers is None:
        return _keygen("-Y", "check-novalidate", *common, stdin=tag_manifest).strip()
    (scratch / "signers").write_bytes(signers)
    found = _keygen("-Y", "find-principals", "-s", str(scratch / "sig"), "-f", str(scratch / "signers"))
    identity = (found.split() or [""])[0]
    known = ("-f", str(scratch / "signers"), "-I", identity)
    return _keygen("-Y", "verify", *known, *common, stdin=tag_manifest).strip()


def stamp(folder: Path, authority: str) -> str:
    """Ask a time-stamping authority for a stamp on the bag in `folder`; keeps the whole reply, gives its time.

    Raises MissingExtra without the extra `stamp`, UsageError for an address that is not http(s), SigningFailed
    when the authority cannot be reached, refuses, or stamps something else.
    """
    client = _client()
    if not authority.startswith(("http://", "https://")):
        raise UsageError("an authority is an http or https address", place=authority)
    content = (bag_of(folder) / TAG_MANIFEST).read_bytes()
    wanted = client.TimestampRequestBuilder().data(content).hash_algorithm(client.HashAlgorithm.SHA256)
    query = wanted.nonce(nonce=True).cert_request(cert_request=True).build()
    reply = _ask(authority, query.as_bytes())
    told = read_stamp(reply, content)
    write_whole(folder / STAMP, reply)
    _log(folder, "stamped", STAMP, reply, f"authority {authority}, time {told}")
    return told


def read_stamp(reply: bytes, tag_manifest: bytes) -> str:
    """The time that a reply states for these bytes; whether its signer can be trusted is not looked at here.

    Raises MissingExtra without the extra `stamp`, SigningFailed when it is no reply or stamps something else.
    """
    client = _client()
    try:
        info: Any = client.decode_timestamp_response(reply).tst_info
    except ValueError as error:
        raise SigningFailed(f"is no time stamp: {error}", place=STAMP) from error
    imprint = bytes(info.message_imprint.message)
    if imprint not in (hashlib.sha256(tag_manifest).digest(), hashlib.sha512(tag_manifest).digest()):
        raise SigningFailed("stamps something else than this bag's tag manifest", place=STAMP)
    return str(info.gen_time.isoformat()).replace("+00:00", "Z")


def _client() -> Any:
    if importlib.util.find_spec("rfc3161_client") is None:
        raise MissingExtra("time stamps need: pip install 'rubicon-osint[stamp]'")
    return importlib.import_module("rfc3161_client")


def _ask(authority: str, query: bytes) -> bytes:
    request = urllib.request.Request(
        authority,
        query,
        {"Content-Type": "application/timestamp-query", "User-Agent": f"rubicon/{__version__}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            reply: bytes = answer.read(MAX_REPLY_BYTES + 1)
    except (urllib.error.URLError, OSError) as error:
        raise SigningFailed(f"the authority does not answer: {error}", place=authority) from error
    if len(reply) > MAX_REPLY_BYTES:
        raise SigningFailed(f"the reply is larger than {MAX_REPLY_BYTES} bytes", place=authority)
    return reply


def _log(folder: Path, action: str, subject: str, content: bytes, detail: str) -> None:
    entry = {
        "action": action,
        "subject": subject,
        "sha256": hashlib.sha256(content).hexdigest(),
        "detail": detail,
    }
    custody.append(folder / custody.LOG, [entry], tool=f"Rubicon {__version__}")

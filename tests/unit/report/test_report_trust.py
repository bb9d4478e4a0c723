"""What strangers' tools say about a dossier: signature, time stamp, zip, crate, PDF."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rubicon.errors import MissingExtra, RightsRefused, SigningFailed, UsageError
from rubicon.provenance import sha256_file
from rubicon.report import crate, evidence, sign
from rubicon.report.pack import pack
from rubicon.report.verify import verify

Program = Callable[[str, str], str]
TAGS = "dossier/tagmanifest-sha256.txt"


def run(*command: str | Path, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(c) for c in command], cwd=cwd, input=stdin, capture_output=True, check=False, timeout=60
    )


def wrong(folder: Path) -> set[str]:
    return {check.name for check in verify(folder).checked if not check.ok}


@pytest.fixture
def key(tmp_path: Path, program: Program) -> Path:
    run(program("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", "key", cwd=tmp_path)
    return tmp_path / "key"


def test_ssh_keygen_verifies_the_signature_and_finds_a_change(najin: Path, key: Path) -> None:
    sign.sign(najin, key, "desk@example.org")
    command = ("ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", "desk@example.org", "-n", "rubicon-dossier", "-s", sign.SIGNATURE)  # fmt: skip
    content = (najin / TAGS).read_bytes()
    assert run(*command, cwd=najin, stdin=content).returncode == 0
    assert run(*command, cwd=najin, stdin=content[:-2] + b"x\n").returncode != 0
    assert not wrong(najin)
    log = [json.loads(line) for line in (najin / "custody.jsonl").read_text().splitlines()]
    assert log[-1]["action"] == "signed"
    (najin / TAGS).write_bytes(content[:-2] + b"x\n")
    assert f"../{sign.SIGNATURE}" in wrong(najin)


@pytest.mark.parametrize("identity", ["", "two words", "a\nb", 'x" cert-authority'])
def test_an_identity_cannot_write_options(najin: Path, key: Path, identity: str) -> None:
    with pytest.raises(UsageError):
        sign.sign(najin, key, identity)


def test_a_key_that_is_none_is_named(najin: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("no key")
    with pytest.raises(SigningFailed):
        sign.sign(najin, tmp_path / "bad", "desk")


AUTHORITY = """
[tsa]
default_tsa = t
[t]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
crypto_device = builtin
[req]
distinguished_name = dn
x509_extensions = ext
prompt = no
[dn]
CN = Test authority
[ext]
extendedKeyUsage = critical,timeStamping
basicConstraints = critical,CA:FALSE
"""


@pytest.fixture
def authority(tmp_path: Path, program: Program) -> Iterator[tuple[str, Path]]:
    """A time-stamping authority on loopback: openssl answers, http.server carries."""
    openssl, folder = program("openssl", "openssl"), tmp_path / "tsa"
    folder.mkdir()
    (folder / "tsa.cnf").write_text(AUTHORITY)
    (folder / "serial").write_text("01")
    made = run(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "ca.pem", "-days", "2", "-config", "tsa.cnf", cwd=folder)  # fmt: skip
    assert made.returncode == 0, made.stderr

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "q.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            run(openssl, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-signer", "ca.pem", "-inkey", "key.pem", "-out", "r.tsr", cwd=folder)  # fmt: skip
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / "r.tsr").read_bytes())

        def log_message(self, *args: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", folder / "ca.pem"
    server.shutdown()
    server.server_close()


def test_openssl_verifies_the_time_stamp(najin: Path, authority: tuple[str, Path]) -> None:
    pytest.importorskip("rfc3161_client")
    address, ca = authority
    assert sign.stamp(najin, address).endswith("Z")
    command = ("openssl", "ts", "-verify", "-in", sign.STAMP, "-data", TAGS, "-CAfile", ca)
    done = run(*command, cwd=najin)
    assert done.returncode == 0, done.stderr
    assert not wrong(najin)
    (najin / TAGS).write_bytes((najin / TAGS).read_bytes()[:-2] + b"x\n")
    assert run(*command, cwd=najin).returncode != 0
    assert f"../{sign.STAMP}" in wrong(najin)


def test_the_commands_of_the_page_run_as_they_stand(
    najin: Path, key: Path, authority: tuple[str, Path]
) -> None:
    """VERIFY.md promises four commands: each is taken from the page and run by a shell."""
    pytest.importorskip("rfc3161_client")
    address, ca = authority
    sign.sign(najin, key, "desk@example.org")
    sign.stamp(najin, address)
    commands = [
        line[8:] for line in (najin / "VERIFY.md").read_text().splitlines() if line.startswith(" " * 8)
    ]
    assert [line.split()[0] for line in commands] == ["cd", "sha256sum", "sha256sum", "sha256sum", "bagit.py", "ssh-keygen", "openssl"]  # fmt: skip
    script = "set -e\n(" + "\n".join(commands[:4]) + ")\n" + "\n".join(commands[4:])
    script = (
        script.replace("IDENTITY", "desk@example.org")
        .replace("ca.pem", str(ca))
        .replace("bagit.py", f"{sys.executable} -m bagit")
    )
    done = run("sh", "-c", script, cwd=najin)
    assert done.returncode == 0, done.stdout + done.stderr
    assert verify(najin).fingerprint.encode() in done.stdout
    report = najin / "dossier/data/report.html"
    report.write_bytes(report.read_bytes()[:-1] + b" ")
    done = run("sh", "-c", script, cwd=najin)
    assert done.returncode != 0
    assert b"data/report.html: FAILED" in done.stdout


def test_an_authority_that_does_not_answer_is_named(najin: Path) -> None:
    with pytest.raises((SigningFailed, MissingExtra)):
        sign.stamp(najin, "http://127.0.0.1:9/")
    with pytest.raises((UsageError, MissingExtra)):
        sign.stamp(najin, "file:///etc/passwd")


def test_the_zip_has_the_same_bytes_and_verifies(najin: Path, tmp_path: Path) -> None:
    first = pack(najin, tmp_path / "a.zip").read_bytes()
    assert pack(najin, tmp_path / "b.zip").read_bytes() == first
    result = verify(tmp_path / "a.zip")
    assert result.ok
    assert "../custody.jsonl" in {check.name for check in result.checked}
    at = first.index(b'"action":"sealed"')
    (tmp_path / "c.zip").write_bytes(first[:at] + b'"action":"Sealed"' + first[at + 17 :])
    assert not verify(tmp_path / "c.zip").ok


def test_the_crate_names_every_file_and_a_foreign_context_is_refused(najin: Path) -> None:
    data = najin / "dossier/data"
    content = (data / crate.CRATE).read_bytes()
    present = {
        path.relative_to(data).as_posix(): (sha256_file(path), path.stat().st_size)
        for path in data.rglob("*")
        if path.is_file()
    }
    assert crate.faults(content, present) == []
    assert crate.faults(content, present | {"more.txt": ("0" * 64, 1)})
    assert crate.faults(content, {name: fact for name, fact in present.items() if name != "report.html"})
    for changed in (("0" * 64, present["report.html"][1]), (present["report.html"][0], 1)):
        assert "report.html" in crate.faults(content, present | {"report.html": changed})[0]
    document = json.loads(content)
    assert crate.faults(json.dumps(document | {"@context": "http://127.0.0.1:9/x"}).encode(), present)
    loop = {"@id": "a", "@type": "Thing", "hasPart": {"@id": "a"}}
    assert (
        crate.faults(json.dumps(document | {"@graph": [*document["@graph"], loop]}).encode(), present) == []
    )
    assert crate.faults(b"[]", present)


def test_derived_data_whose_rights_are_kept_back_is_not_packed(tmp_path: Path) -> None:
    from report_fixture import write_inputs

    file = write_inputs(tmp_path)[0]
    closed = type(file)(**{**file.__dict__, "derived_may_ship": False})
    with pytest.raises(RightsRefused, match="G007"):
        evidence.require_rights([{"evidence_id": "G007", "sha256": file.sha256}], evidence.hold([closed]))


def test_the_pdf_is_whole_tagged_and_archival(najin: Path, program: Program) -> None:
    pytest.importorskip("typst")
    pdf = najin / "dossier/data/report.pdf"
    told = run(program("pdfinfo", "poppler-utils"), pdf, cwd=najin).stdout.decode()
    assert "Tagged:          yes" in told
    assert run(program("qpdf", "qpdf"), "--check", pdf, cwd=najin).returncode in (0, 3)
    assert b"pdfaid:part" in pdf.read_bytes()
    words = run(program("pdftotext", "poppler-utils"), pdf, "-", cwd=najin).stdout.decode()
    assert "Key findings" in words
    assert "Almost certain (98 %)" in words

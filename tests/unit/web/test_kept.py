"""Pages that are sent again are those of the last run."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from web_client import Client

from rubicon.store.output import read_output, write_output
from rubicon.web.server import listen


def test_a_new_run_is_seen_at_once(outputs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "smallest"
    shutil.copytree(outputs / "smallest", folder)
    server, ready = listen(folder), threading.Event()
    threading.Thread(target=server.run, args=(lambda url: ready.set(),), daemon=True).start()
    assert ready.wait(30)
    client = Client(server.policy.port, server.policy.token, server.policy.cookie)
    for path in ("/smallest", "/smallest.json", "/smallest/findings.json"):
        first, second = client.ask(path), client.ask(path)
        assert (first.body, first.headers["content-type"]) == (second.body, second.headers["content-type"])
        assert b"Another title" not in first.body
        assert client.ask(path, token=False).status == 401
    held = read_output(folder)
    write_output(folder, held.case.model_copy(update={"title": "Another title"}), held.tables)
    for path in ("/smallest", "/smallest.json", "/smallest/findings.json"):
        assert b"Another title" in client.ask(path).body

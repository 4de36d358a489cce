"""Pages are typed as they stand: what serves starts, what curl asks it is answered, and papers are made."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.cli import main as ledger_command
from ledger.http.server import Server
from replay.cli import main as replay_command
from tests.replay.web.site import form_with
from tests.test_readme import BLOCK

DOCS = Path(__file__).resolve().parent.parent / "docs"
COMMANDS = {"ledger": ledger_command, "replay": replay_command}


class Shell:
    """A folder in which the lines of a page are run; what serves is asked at the port that it was given."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._served = folder, threading.Event()
        self._over: list[tuple[threading.Event, threading.Thread]] = []
        self.address = ""
        self.asked = 0
        served = Server.serve_forever

        def serve(server: Server, poll_interval: float = 0.02) -> None:
            self.address = f"http://127.0.0.1:{server.server_port}"
            threading.Thread(target=self._until_over, args=(server, self._over[-1][0]), daemon=True).start()
            self._served.set()
            served(server, 0.02)

        monkeypatch.setattr(Server, "serve_forever", serve)

    def _until_over(self, server: Server, over: threading.Event) -> None:
        over.wait()
        server.shutdown()

    def run(self, line: str) -> None:
        """Run a line as it stands; a server goes on, at any port, until another comes."""
        line, _, into = line.partition(" > ")
        words = shlex.split(line.replace("$(cat token)", _read(self._folder / "token")))
        if words[:2] in (["ledger", "serve"], ["replay", "serve"]):
            self._serve(words)
        elif words[0] in COMMANDS:
            done = CliRunner().invoke(COMMANDS[words[0]], words[1:])
            assert done.exit_code == 0, f"{line}\n{done.output}"
            _write(self._folder, into, done.stdout)
        elif words[0] == "curl":
            _write(self._folder, into, self._curl(words[1:]))
        else:
            whole = f"{line} > {into}" if into else line
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            subprocess.run(["bash", "-ec", whole], cwd=self._folder, env={**os.environ, "PATH": path}, check=True)

    def _serve(self, words: list[str]) -> None:
        self.end()
        self._served.clear()
        at = words.index("--port") + 1
        words[at] = "0"
        found: list[str] = []
        running = threading.Thread(
            target=lambda: found.append(CliRunner().invoke(COMMANDS[words[0]], words[1:]).output), daemon=True
        )
        self._over.append((threading.Event(), running))
        running.start()
        while not self._served.wait(0.05):
            assert running.is_alive(), found

    def _curl(self, words: list[str]) -> str:
        headers: dict[str, str] = {}
        body: bytes | None = None
        address = ""
        given = iter(words)
        for word in given:
            match word:
                case "-H":
                    name, _, value = next(given).partition(": ")
                    headers[name] = value
                case "-d" | "--data-binary":
                    said = next(given)
                    body = (self._folder / said[1:]).read_bytes() if said.startswith("@") else said.encode()
                case "-F":
                    name, _, file = next(given).partition("=@")
                    body, headers["Content-Type"] = form_with((self._folder / file).read_bytes(), name)
                case _:
                    address = re.sub(r"^http://127\.0\.0\.1:800[01]", self.address, word)
        asked = urllib.request.Request(address, body, headers)
        self.asked += 1
        try:
            with urllib.request.urlopen(asked, timeout=60) as got:
                answer: bytes = got.read()
                return answer.decode()
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{words}: {refused.status} {refused.read()[:1000]!r}") from refused

    def end(self) -> None:
        """End what serves."""
        for over, running in self._over:
            over.set()
            running.join(20)
            assert not running.is_alive()
        self._over.clear()


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def _write(folder: Path, name: str, text: str) -> None:
    if name:
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A folder in which lines are run."""
    monkeypatch.chdir(tmp_path)
    made = Shell(tmp_path, monkeypatch)
    yield made
    made.end()


@pytest.mark.parametrize(("page", "files", "asked"), [("web.md", (), 4), ("http.md", ("deal.json", "month.jsonl"), 8)])
def test_what_the_page_types_works(
    shell: Shell, tmp_path: Path, demo_ledger: str, page: str, files: tuple[str, ...], asked: int
) -> None:
    shutil.copy(demo_ledger, tmp_path / "real.db")
    text = (DOCS / page).read_text(encoding="utf-8")
    bodies = [body for language, body in BLOCK.findall(text) if language == "json"]
    for name, body in zip(files, bodies, strict=True):
        assert f"`{name}`" in text
        (tmp_path / name).write_text(body, encoding="utf-8")
    for language, body in BLOCK.findall(text):
        for line in body.splitlines() if language == "sh" else ():
            shell.run(line)
    assert shell.asked == asked


@pytest.mark.slow
def test_the_papers_that_a_page_types_are_made(shell: Shell, tmp_path: Path, demo_ledger: str) -> None:
    shutil.copy(demo_ledger, tmp_path / "real.db")
    shell.run("replay statement real.db impac-cmb-2002-1 --record-date 2002-08-30 > filing.txt")
    shell.run("replay export real.db impac-cmb-2002-1 b.zip")
    lines = [line for language, body in BLOCK.findall((DOCS / "papers.md").read_text(encoding="utf-8"))
             if language == "sh" for line in body.splitlines()]  # fmt: skip
    assert len(lines) > 8
    for line in lines:
        shell.run(line)

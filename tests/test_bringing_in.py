"""The page of bringing a deal in is executed: its files written as they stand, its commands run with their output."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.cli import main as ledger_command
from replay.cli import main as replay_command
from tests.test_readme import BLOCK, matches

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "bring-a-deal-in.md").read_text(encoding="utf-8")
FILES = ["terms.json", "first.csv", "second.csv", "map.json", "entry.json", "january.csv", "due.csv", "paid.csv"]
COMMANDS = {"ledger": ledger_command, "replay": replay_command}


def test_the_page_is_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bodies = [body for language, body in BLOCK.findall(PAGE) if language in ("json", "csv")]
    for name, body in zip(FILES, bodies, strict=True):
        assert f"`{name}`" in PAGE
        Path(name).write_text(body, encoding="utf-8")
    ran = 0
    for language, body in BLOCK.findall(PAGE):
        if language != "console":
            continue
        for command, *shown in (part.rstrip("\n").split("\n") for part in re.split(r"^\$ ", body, flags=re.M) if part):
            line, _, into = command.partition(" > ")
            program, *arguments = shlex.split(line)
            done = CliRunner().invoke(COMMANDS[program], arguments)
            assert done.exit_code == 0, f"{command}\n{done.output}"
            if into:
                Path(into).write_text(done.stdout, encoding="utf-8")
            printed = (done.stderr + ("" if into else done.stdout)).splitlines()
            assert matches(shown, printed), f"{command}\n{printed}"
            ran += 1
    assert ran >= 9

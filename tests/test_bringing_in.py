"""Pages of commands are executed: their files written as they stand, their commands run with their output."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger.cli import main as ledger_command
from replay.cli import main as replay_command
from tests.postgres import Server
from tests.test_readme import BLOCK, matches

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = {
    "bring-a-deal-in.md": (
        "terms.json", "first.csv", "second.csv", "map.json", "entry.json", "january.csv", "due.csv", "paid.csv"
    ),
    "run-a-month.md": (
        "terms.json", "loans.csv", "map.json", "index.csv", "missed.csv", "ahead.csv", "late.csv",
        "april.csv", "month.json",
    ),
    "sign-a-month.md": ("october.jsonl",),
    "trace-a-restatement.md": ("fee.jsonl",),
    "hand-over-evidence.md": (),
}  # fmt: skip
FINDING = ("replay diff",)
"""Commands that end with 1 on these pages, for they find what they are asked to find."""
COMMANDS = {"ledger": ledger_command, "replay": replay_command}


def commands_run(text: str) -> int:
    """Run the commands of a page, compare what each prints with what is shown, and return how many there were."""
    ran = 0
    for language, body in BLOCK.findall(text):
        if language != "console":
            continue
        for command, *shown in (part.rstrip("\n").split("\n") for part in re.split(r"^\$ ", body, flags=re.M) if part):
            line, _, into = command.partition(" > ")
            program, *arguments = shlex.split(line)
            done = CliRunner().invoke(COMMANDS[program], arguments)
            assert done.exit_code == int(line.startswith(FINDING)), f"{command}\n{done.output}"
            if into:
                Path(into).write_text(done.stdout, encoding="utf-8")
            printed = (done.stderr + ("" if into else done.stdout)).splitlines()
            assert matches(shown, printed), f"{command}\n{printed}"
            ran += 1
    return ran


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_what_happens(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS / page).read_text(encoding="utf-8")
    bodies = [body for language, body in BLOCK.findall(text) if language in ("json", "csv")]
    for name, body in zip(PAGES[page], bodies, strict=True):
        assert f"`{name}`" in text
        Path(name).write_text(body, encoding="utf-8")
    assert commands_run(text) >= 6


def test_the_page_of_postgresql_is_what_happens(
    postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    owner = postgres_server.empty_database()
    postgres_server.run("CREATE ROLE acme_servicing LOGIN", "CREATE ROLE auditor LOGIN")
    addresses = {"OWNER": owner} | {
        word: owner.set(username=role) for word, role in (("SERVICER", "acme_servicing"), ("AUDITOR", "auditor"))
    }
    text = (DOCS / "postgresql.md").read_text(encoding="utf-8")
    for word, address in addresses.items():
        text = re.sub(rf"(?<= ){word}(?= |$)", address.render_as_string(hide_password=False), text, flags=re.M)
    assert commands_run(text) == 10

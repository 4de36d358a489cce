"""The page of the commands has no gap: every command with its formats and every exit status that it can have."""

from __future__ import annotations

import inspect

import click
import pytest

from ledger.console import Printing
from replay.cli.describe import ARTEFACTS, STATUSES, command_told, commands, commands_page

EVERY = list(commands())
FINDING = ("refuse(", "FOUND", "REFUSED", "FAILED", "exit_status", "finish_posting", "_checked(", "_post_lines")
INSIDE = {"ledger tape"}
"""Commands that are refused further inside than in their own lines."""


@pytest.mark.parametrize(("name", "command"), EVERY, ids=[name for name, _ in EVERY])
def test_every_command_is_described(name: str, command: click.Command) -> None:
    told = command_told(name, command)
    assert isinstance(command, Printing)
    assert any(item.name == "quiet" for item in command.params)
    assert told.out == (command.prints or any(item.name == "out" for item in command.params))
    assert bool(told.formats) == command.prints
    form = next((item for item in command.params if item.name == "form"), None)
    assert (form is None) == (not command.prints or name in ARTEFACTS)
    if form is not None:
        assert isinstance(form.type, click.Choice)
        assert list(form.type.choices)[:4] == ["text", "json", "csv", "jsonl"]
    assert f"| `{name}` |" in commands_page()


@pytest.mark.parametrize(("name", "command"), EVERY, ids=[name for name, _ in EVERY])
def test_whatever_can_find_something_says_what_status_1_means(name: str, command: click.Command) -> None:
    assert command.callback is not None
    source = inspect.getsource(inspect.unwrap(command.callback))
    finds = name in INSIDE or any(word in source for word in FINDING)
    help_text = " ".join((command.help or "").replace("\b", " ").split())
    assert finds == (STATUSES.search(help_text) is not None)
    assert "sys.exit(1)" not in source

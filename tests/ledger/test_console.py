"""How the commands speak: results and messages that steer no terminal, faults in one line."""

from __future__ import annotations

import pytest

from ledger.console import UNUSABLE, reporting, say, show
from ledger.errors import StoreError


def test_results_end_their_last_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    for result in ("a", "b\n", "", "c\td\ne"):
        show(result)
    assert capsys.readouterr().out == "a\nb\nc\td\ne\n"


def test_neither_results_nor_messages_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show("a\x1b[2J\rb")
    say("error: \u202ec\ud800")
    told = capsys.readouterr()
    assert told.out == "a\\x1b[2J\\rb\n"
    assert told.err == "error: \\u202ec\\ud800\n"


def test_a_fault_is_a_message_and_a_status(capsys: pytest.CaptureFixture[str]) -> None:
    @reporting
    def command() -> None:
        raise StoreError("no \x1b[31mledger")

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == UNUSABLE
    assert capsys.readouterr().err == "error: no \\x1b[31mledger\n"


def test_an_address_that_is_no_text_is_a_fault_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    @reporting
    def command() -> None:
        "\udcff.db".encode()

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == UNUSABLE
    assert capsys.readouterr().err == "error: '\\udcff.db' is not text; give names and addresses in UTF-8\n"

"""A terminal gets colour and a pager; a pipe gets the bytes that it always got."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

import pytest

from ledger.terminal import coloured

ABOUT = "about this output, version 1\n  deal  x\n\nrows\n"
SAYING = [sys.executable, "-c", f"from ledger.console import show; show({ABOUT!r} + 'BREAK here\\n' + 'line\\n' * 40)"]
PLAIN = ABOUT + "BREAK here\n" + "line\n" * 40


def on_terminal(**environment: str) -> str:
    """Return what a program writes to a terminal of 24 lines."""
    ours, theirs = pty.openpty()
    given = {**os.environ, "TERM": "xterm", "LINES": "24", "COLUMNS": "80", **environment}
    running = subprocess.Popen(SAYING, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=given)
    os.close(theirs)
    found = b""
    try:
        while part := os.read(ours, 65_536):
            found += part
    except OSError:  # Linux says so when the other end was closed
        pass
    finally:
        os.close(ours)
    assert running.wait(timeout=30) == 0
    return found.decode().replace("\r\n", "\n")


def without_colour(text: str) -> str:
    return re.sub("\x1b\\[[0-9]*m", "", text)


def test_what_a_result_says_of_itself_is_dim_and_an_alarm_is_red() -> None:
    shown = coloured(PLAIN)
    assert without_colour(shown) == PLAIN
    assert shown.startswith("\x1b[2mabout this output")
    assert "\x1b[31mBREAK here\x1b[0m" in shown
    assert coloured("figure,value\n") == "figure,value\n"


def test_a_terminal_gets_the_same_text_in_colour() -> None:
    shown = on_terminal(PAGER="")
    assert "\x1b[31mBREAK here" in shown
    assert without_colour(shown) == PLAIN


@pytest.mark.parametrize("forbidden", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_is_forbidden(forbidden: dict[str, str]) -> None:
    assert on_terminal(PAGER="", **forbidden) == PLAIN


def test_what_is_longer_than_the_screen_goes_through_the_pager() -> None:
    shown = on_terminal(PAGER="sed s/^/P:/", NO_COLOR="1")
    assert shown == "".join(f"P:{line}\n" for line in PLAIN.splitlines())


def test_a_pipe_gets_the_bytes() -> None:
    found = subprocess.run(
        SAYING, capture_output=True, env={**os.environ, "TERM": "xterm", "PAGER": "false"}, check=True
    )
    assert found.stdout.decode() == PLAIN

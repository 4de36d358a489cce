"""What a person at a terminal gets beside the bytes: a little colour, and a pager for what is longer than the screen.

Neither changes what a pipe or a file is given. ``NO_COLOR`` (set to anything) forbids colour, an empty ``PAGER`` the
pager, and a terminal that calls itself dumb gets neither.
"""

from __future__ import annotations

import os
import re
import shutil
import sys

import click

_ABOUT = re.compile(r"\Aabout this output, version \d+\n(?:  [^\n]*\n)*")
_ALARMING = re.compile(r"^(?:BREAK|FAULT|REFUSED)\b[^\n]*", re.MULTILINE)
_DIM, _RED, _PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[0m"


def is_terminal() -> bool:
    """Say whether results go to a person's screen."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def coloured(text: str) -> str:
    """Return a text with what it says of itself dimmed, and with lines that alarm in red; nothing else is changed."""
    dimmed = _ABOUT.sub(lambda found: f"{_DIM}{found[0].rstrip()}{_PLAIN}\n", text)
    return _ALARMING.sub(lambda found: f"{_RED}{found[0]}{_PLAIN}", dimmed)


def show_on_terminal(text: str, *, paged: bool) -> None:
    """Print a text on a terminal, coloured unless forbidden, and through a pager where it is longer than the screen.

    The text holds no character that steers a terminal; whoever calls has spelt those out.
    """
    colour = not os.environ.get("NO_COLOR")
    shown = coloured(text) if colour else text
    if paged and sys.stdin.isatty() and os.environ.get("PAGER") != "" and _is_long(text):
        # A line wider than the screen is moved along, not broken; what fits is left standing.
        os.environ.setdefault("LESS", "FRSX")
        # The pager is handed a last line end in any case.
        click.echo_via_pager(shown.removesuffix("\n"), color=colour)
        return
    click.echo(shown, nl=False, color=colour)


def _is_long(text: str) -> bool:
    return text.count("\n") >= shutil.get_terminal_size().lines


__all__ = ["coloured", "is_terminal", "show_on_terminal"]

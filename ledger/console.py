"""What the commands of this project share at a terminal: results, messages, faults in one line, the exit status.

What is printed may come from a stranger's file. Nothing of it steers the terminal: it is spelt out instead.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from ledger.errors import LedgerError
from ledger.values.visible import visible_lines

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

P = ParamSpec("P")
R = TypeVar("R")
UNUSABLE = 2
"""The exit status where the command, its input or the database could not be used."""

PROGRESS_FROM = 5_000
"""From this many events on, long work shows a progress bar on standard error."""

BAR_FROM = 20_000
"""From this many events on, reading them all is work that a terminal is shown a bar of."""

URL_HELP = "URL is a SQLAlchemy URL (sqlite:///trust.db, postgresql+psycopg://...) or the path of an embedded ledger."


def show(result: str) -> None:
    """Print a result, on standard output, and end its last line where it does not; of an empty one, nothing."""
    if result:
        click.echo(visible_lines(result), nl=not result.endswith("\n"))


def say(message: str) -> None:
    """Print a message for people, on standard error."""
    click.echo(visible_lines(message), err=True)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on standard error once a run turns out to be long; nothing where that is not a terminal.

    What it gives is told how much is done, and of how much.
    """
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as shown:
        bars: list[ProgressBar[int]] = []

        def told(done: int, whole: int) -> None:
            if whole >= BAR_FROM and not bars:
                bars.append(shown.enter_context(click.progressbar(length=whole, label=label, file=sys.stderr)))
            for bar in bars:
                bar.update(done - bar.pos)

        yield told


def reporting(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the ledger's exceptions, and those of files, into one line on standard error and exit status 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except LedgerError as fault:
            say(f"error: {fault}")
            sys.exit(UNUSABLE)
        except (BrokenPipeError, KeyboardInterrupt):
            sys.stderr.close()
            sys.exit(UNUSABLE)
        except UnicodeEncodeError as fault:
            say(f"error: {fault.object!r} is not text; give names and addresses in UTF-8")
            sys.exit(UNUSABLE)
        except OSError as fault:
            say(f"error: {f'{fault.filename}: ' if fault.filename else ''}{fault.strerror or fault}")
            sys.exit(UNUSABLE)

    return run

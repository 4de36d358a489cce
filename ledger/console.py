"""What the commands of this project share at a terminal: results, messages, faults in one line, the exit status.

What is printed may come from a stranger's file. Nothing of it steers the terminal: it is spelt out instead. Whatever a
command says goes through :func:`show` and :func:`say`, what the parser of the arguments says of them included, and so
does what nobody foresaw (:class:`Commands`).
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import click
from click.core import ParameterSource

from ledger.errors import LedgerError, Violation, violations_of
from ledger.terminal import is_terminal, show_on_terminal
from ledger.values.result_version import only_version
from ledger.visible import plain_bytes, quoted, shortened, visible_lines

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
DONE, FOUND, UNUSABLE = 0, 1, 2
"""The exit statuses, of every command: it is done, and nothing speaks against what was asked; something was found, and
is named (figures differ, something is unsound or refused); the command, its input or the database cannot be used."""

PROGRESS_FROM = 5_000
"""From this many events on, long work shows a progress bar on standard error."""

BAR_FROM = 20_000
"""From this many events on, reading them all is work that a terminal is shown a bar of."""

URL_HELP = "URL is a SQLAlchemy URL (sqlite:///trust.db, postgresql+psycopg://...) or the path of an embedded ledger."

LONGEST_LINE = 4_000
"""Characters of a line of a message; a longer one is cut, with its length."""

MOST_LINES = 400
"""Lines of a message at most."""


_SHOWN_TO: ContextVar[Callable[[bytes], object] | None] = ContextVar("_SHOWN_TO", default=None)
"""What takes results in the place of standard output; None: nothing does."""

_QUIET: ContextVar[bool] = ContextVar("_QUIET", default=False)


def show(result: str) -> None:
    """Print a result, on standard output, and end its last line where it does not; of an empty one, nothing.

    Where a command was given ``--out``, it is printed into that file instead, in the same bytes.
    """
    if not result:
        return
    # Bytes are written as they are; of text, a search for colours would take longer than making it.
    plain = plain_bytes(result)
    ended = result.endswith("\n")
    taken = _SHOWN_TO.get()
    if taken is None and is_terminal():
        text = visible_lines(result) if plain is None else result
        show_on_terminal(text if ended else f"{text}\n", paged=not _QUIET.get())
    elif taken is None:
        click.echo(visible_lines(result) if plain is None else plain, nl=not ended)
    else:
        taken((visible_lines(result).encode() if plain is None else plain) + (b"" if ended else b"\n"))


def show_bytes(content: bytes) -> None:
    """Give a result that is no text, a paper, to whatever takes results; a terminal takes none such."""
    taken = _SHOWN_TO.get()
    if taken is None:
        raise LedgerError("what is no text is not for a terminal; name a file")
    taken(content)


def is_taken() -> bool:
    """Say whether results go to something other than standard output."""
    return _SHOWN_TO.get() is not None


@contextmanager
def shown_to(taken: Callable[[bytes], object], *, quiet: bool = False) -> Iterator[None]:
    """Give every result to ``taken``, in the bytes that would be printed, for as long as the context lasts."""
    shown, hushed = _SHOWN_TO.set(taken), _QUIET.set(quiet or _QUIET.get())
    try:
        yield
    finally:
        _SHOWN_TO.reset(shown)
        _QUIET.reset(hushed)


def show_refusal(violations: Iterable[Violation]) -> None:
    """Print what was refused for a program, where the command was told to print JSON, or JSON Lines.

    That is beside what people are told on standard error. A default of the command is no request: then nothing is
    printed but results.
    """
    ctx = click.get_current_context(silent=True)
    if ctx is None or ctx.get_parameter_source("form") is not ParameterSource.COMMANDLINE:
        return
    rows = [
        {"event_id": item.event_id, "field": item.field, "code": item.code, "message": item.message}
        for item in violations
    ]
    if ctx.params["form"] == "json":
        show(json.dumps({**only_version(), "violations": rows}, indent=1, ensure_ascii=False))
    elif ctx.params["form"] == "jsonl":
        show("\n".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows))


def give_up(message: str, code: str, *, field: str = "", nearby: Iterable[str] = ()) -> NoReturn:
    """End a command that could not be done, saying why to people, and to programs as :func:`show_refusal` does.

    ``code`` names what is the matter and ``field`` which argument; ``nearby`` is what may have been meant, for people.
    """
    show_refusal([Violation("", field, code, message)])
    say("\n".join((f"error: {message}", *nearby)))
    sys.exit(UNUSABLE)


def tell(message: str) -> None:
    """Print what is good to know, as :func:`say` does, unless the command was told to be quiet."""
    if not _QUIET.get():
        say(message)


def say(message: str) -> None:
    """Print a message for people, on standard error, without the passwords of addresses and without a flood."""
    from ledger.values.secrets import without_passwords

    lines = message.split("\n")
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f"... and {len(lines) - MOST_LINES:,} more lines"]
    told = "\n".join(shortened(line, LONGEST_LINE) for line in lines)
    click.echo(visible_lines(without_passwords(told)), err=True)


@contextmanager
def working(label: str, count: Callable[[], int]) -> Iterator[None]:
    """Say on a terminal what is being done, while it is, where the log is so long that it takes a while.

    ``count`` says of how many events the log is, and is asked only where somebody would see it.
    """
    if not sys.stderr.isatty() or _QUIET.get() or count() < PROGRESS_FROM:
        yield
        return
    click.echo(f"\r{label} ...", nl=False, err=True)
    try:
        yield
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on standard error once a run turns out to be long; nothing where that is not a terminal.

    What it gives is told how much is done, and of how much.
    """
    if not sys.stderr.isatty() or _QUIET.get():
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


@contextmanager
def opened_by(opening: Callable[[Callable[[int, int], None] | None], AbstractContextManager[T]]) -> Iterator[T]:
    """Open a ledger and close it again; ``opening`` is told where to report how far it is, so that a bar is shown."""
    with progress_bar("Reading") as progress:
        found = opening(progress)
    with found as ledger:
        yield ledger


def reporting(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the ledger's exceptions, and those of files, into one line on standard error and exit status 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from ledger.values.limits import read_limits_from

        read_limits_from(os.environ)
        try:
            return command(*args, **kwargs)
        except LedgerError as fault:
            show_refusal(violations_of(fault))
            say(f"error: {fault}")
            sys.exit(UNUSABLE)
        except (BrokenPipeError, KeyboardInterrupt):
            sys.stderr.close()
            sys.exit(UNUSABLE)
        except UnicodeEncodeError as fault:
            give_up(f"{quoted(fault.object)} is not text; give names and addresses in UTF-8", "not_text")
        except OSError as fault:
            give_up(f"{f'{fault.filename}: ' if fault.filename else ''}{fault.strerror or fault}", "file_unusable")

    return run


_OUT, _HUSHED = "ledger.console.out", "ledger.console.quiet"


def _kept(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
        ctx.meta[name] = value
        return value

    return keep


class Printing(click.Command):
    """A command that prints: it takes ``--out FILE`` and ``--quiet``, where it has no options of these names itself.

    The file is written whole, or not at all where the command could not be used, and holds the bytes that would be
    printed. A quiet command says nothing of what went well; it still says what did not. ``prints`` is False for a
    command that only says what it did; there is nothing to write to a file then.
    """

    def __init__(self, *args: Any, prints: bool = True, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.prints = prints
        names = {item.name for item in self.params}
        where = click.Path(dir_okay=False, path_type=Path)
        if prints and "out" not in names:
            told = "Write the result to this file, whole or not at all, and not to standard output."
            option = click.Option(["--out"], type=where, help=told, expose_value=False, callback=_kept(_OUT))
            self.params.append(option)
        if "quiet" not in names:
            told = "Say nothing but the result and what went wrong."
            self.params.append(
                click.Option(["--quiet"], is_flag=True, help=told, expose_value=False, callback=_kept(_HUSHED))
            )
        if self.callback is not None:
            self.callback = _placed(self.callback)


def _placed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command whose results go where its options say."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        meta = click.get_current_context().meta
        target: Path | None = meta.get(_OUT)
        hushed = _QUIET.set(bool(meta.get(_HUSHED)) or _QUIET.get())
        try:
            return command(*args, **kwargs) if target is None else _into_file(target, lambda: command(*args, **kwargs))
        finally:
            _QUIET.reset(hushed)

    return run


def _into_file(target: Path, run: Callable[[], Any]) -> Any:
    """Run a command whose results go into a file, which is only there once all of them are.

    What was refused shows no result, and has the status of one that found something: the file is left as it was.
    """
    from ledger.files import written_whole

    result, ended = None, None
    try:
        with written_whole(target, replace=True) as partial, partial.open("wb") as file, shown_to(file.write):
            try:
                result = run()
            except SystemExit as end:
                if end.code not in (None, DONE, FOUND) or (end.code == FOUND and not file.tell()):
                    raise
                ended = end
    except LedgerError as fault:
        say(f"error: {fault}")
        sys.exit(UNUSABLE)
    if ended is not None:
        raise ended
    return result


class Commands(click.Group):
    """A group of commands whose parser speaks as its commands do, and whose unforeseen faults print no data.

    What the parser of arguments says quotes them, so it goes through :func:`say`. Of an exception that nobody foresaw
    the kind and the places in the program are printed, and not its message, which may quote a row.
    """

    command_class = Printing

    def main(self, *args: Any, standalone_mode: bool = True, **settings: Any) -> Any:
        """Run the command that the arguments name, and end the program with its status."""
        run: Callable[..., Any] = super().main
        if not standalone_mode:
            return run(*args, standalone_mode=False, **settings)
        try:
            ended = run(*args, standalone_mode=False, **settings)
        except click.ClickException as fault:
            say(_told(fault))
            sys.exit(fault.exit_code)
        except click.Abort:
            say("Aborted!")
            sys.exit(UNUSABLE)
        except Exception as fault:  # whatever it is, its message may hold what no terminal should be shown
            say("\n".join(_unforeseen(fault)))
            sys.exit(UNUSABLE)
        sys.exit(ended if isinstance(ended, int) else 0)


def _told(fault: click.ClickException) -> str:
    """Return what the parser of arguments says of them."""
    if isinstance(fault, click.exceptions.NoArgsIsHelpError):
        return fault.format_message()
    told = io.StringIO()
    fault.show(told)
    return told.getvalue().rstrip("\n")


def _unforeseen(fault: Exception) -> list[str]:
    """Return what is said of a fault of the program itself: its kind and where it arose."""
    import traceback

    places = traceback.extract_tb(fault.__traceback__)
    kind = f"{type(fault).__module__}.{type(fault).__qualname__}"
    told = [f"  {place.filename}:{place.lineno} in {place.name}" for place in places]
    return [
        f"error: the program failed unexpectedly ({kind}); please report these lines",
        "Traceback (most recent call last), without the message, which may quote data:",
        *told,
    ]


class WholeNumber(click.IntRange):
    """A whole number, in the one spelling that a log has for it: ASCII digits without separators, blanks or a plus."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; fails with a usage error."""
        if isinstance(value, str) and not _WHOLE.fullmatch(value):
            self.fail(f"{quoted(value)} is not a whole number; write it in digits, such as 167", param, ctx)
        return super().convert(value, param, ctx)

    def _describe_range(self) -> str:
        """Return the bounds as a help shows them; nothing where there are none."""
        return "" if self.min is None and self.max is None else super()._describe_range()


class CalendarDate(click.DateTime):
    """A date, written YYYY-MM-DD and in no other way."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Return the date, as a moment at midnight; fails with a usage error."""
        if isinstance(value, str) and not _DATE.fullmatch(value):
            self.fail(f"{quoted(value)} is not a date; write it as YYYY-MM-DD, such as 2002-08-30", param, ctx)
        found: dt.datetime = super().convert(value, param, ctx)
        return found


class Moment(click.DateTime):
    """A date and a time with its zone, as ISO 8601 has them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Return the moment; fails with a usage error."""
        if isinstance(value, dt.datetime):
            return value
        if _MOMENT.fullmatch(value):
            with suppress(ValueError):
                return dt.datetime.fromisoformat(value)
        remedy = "give date, time and zone, such as 2002-09-25T17:00:00Z"
        return self.fail(f"{quoted(value)} is not a moment; {remedy}", param, ctx)


_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

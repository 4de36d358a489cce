"""``replay rebuild``: a printed result made again from the ledger, and held to what was printed.

What a result says of itself names the question. It is a stranger's word: only commands that read a ledger and print are
run for it, none that writes a file, signs or reads another file than the one that is given here.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

import click

from replay.cli.about import NOT_REPEATED, said_by_release
from replay.cli.base import EPILOG, FORMAT, FOUND, give_up, main, printed_by, reporting, show_report, tell
from replay.cli.working_papers import INDEX

if TYPE_CHECKING:
    from replay.reports.rebuildings import Compared

REBUILT = frozenset({
    "account", "advances", "books", "chart", "diff", "entry", "explain", "history", "journal", "loans", "periods",
    "portfolio", "reconcile", "statement", "verify", "workpaper",
})  # fmt: skip
"""The commands whose results can be made again from a ledger."""

_OF_A_FILING = frozenset({"entry", "reconcile"})
_RELEASE = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}(?:\.?(?:a|b|rc|post|dev)[0-9]{1,4})?", re.ASCII)
MOST_BYTES = 256 * 1024 * 1024


@main.command(name="rebuild", epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("url")
@click.option(
    "--filing",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The statement that was compared, where FILE is of `replay reconcile`, `replay entry` or a working paper.",
)
@FORMAT
@reporting
def rebuild(file: Path, url: str, filing: Path | None, form: str) -> None:
    """Make the result in FILE again from the ledger or bundle at URL, and compare every byte.

    FILE is what a command of `replay` printed, in any format, papers and pictures among them: it says itself of which
    deal it is, as known through which event, and how it was made. The release may be another than this one. A folder
    of `replay workpaper` is made again as a whole, and so is what only that command prints; a verification is of the
    log as it is now.

    \b
      replay statement trust.db DEAL --record-date 2002-08-30 --format csv --out s.csv
      replay rebuild s.csv b.zip
      replay rebuild statement.pdf trust.db
      replay rebuild papers trust.db

    Exit status 0: equal; 1: it differs, and where; 2: it could not be made again.
    """
    from replay.reports.rebuildings import rebuilding_report

    index = file / INDEX if file.is_dir() else file
    printed = _read(index)
    told = _told(index, printed)
    arguments = _arguments(told, url, filing)
    stated = told.get("release", "")
    # The release alone is taken from the file as it stands there: what is no number of one is held to our own.
    release = stated if _RELEASE.fullmatch(stated) else _own_release()
    with said_by_release(release):
        found = _compared_folder(file, arguments) if file.is_dir() else [_compared_file(file, printed, arguments)]
    show_report(rebuilding_report(str(file), told, found), form)
    if release != _own_release():
        tell(f"note: {file} was made by release {release}, and made again by {_own_release()}")
    sys.exit(0 if all(item.differs is None for item in found) else FOUND)


def _compared_file(file: Path, printed: bytes, arguments: list[str]) -> Compared:
    if arguments[0] != "workpaper":
        return _held_to(str(file), printed, _made(file, arguments))
    folder = _folder_made(file, arguments)
    if file.name not in folder:
        _refuse(f"a working paper has no file {file.name}, and {file} says that it is of one")
    return _held_to(str(file), printed, folder[file.name])


def _compared_folder(folder: Path, arguments: list[str]) -> list[Compared]:
    """Hold every file of a working paper to the one made again: also what is missing there, or has come since."""
    if arguments[0] != "workpaper":
        _refuse(f"{folder / INDEX} is not the index of a working paper")
    made = _folder_made(folder, arguments)
    held = {str(item.relative_to(folder)): item for item in folder.rglob("*") if item.is_symlink() or not item.is_dir()}
    return [_one_of_folder(name, held.get(name), made.get(name)) for name in sorted(held.keys() | made.keys())]


def _one_of_folder(name: str, held: Path | None, made: bytes | None) -> Compared:
    """Hold one file of a folder to the one made again; what does not belong there is named and never read."""
    from replay.reports.rebuildings import Compared, Difference

    if made is None:
        return Compared(name, "", Difference(0, 0, "", "", "which is not of this working paper"))
    if held is None:
        return Compared(name, "", Difference(0, 0, "", "", "which is missing"))
    if held.is_symlink() or not held.is_file():
        return Compared(name, "", Difference(0, 0, "", "", "which is no file of its own, but leads elsewhere"))
    return _held_to(name, _read(held), made)


def _held_to(name: str, printed: bytes, made: bytes) -> Compared:
    """Hold a paper to the one made again by its pages or cells, and any other file by its lines."""
    from replay.papers.read_back import is_paper, paper_difference
    from replay.reports.rebuildings import Compared, compared

    if is_paper(printed):
        return Compared(name, f"{len(printed):,} bytes", paper_difference(printed, made))
    return compared(name, printed.decode(errors="replace"), made.decode(errors="replace"))


def _folder_made(file: Path, arguments: list[str]) -> dict[str, bytes]:
    """Return the files of a working paper made again, by name; nothing of them stays on the disk."""
    command, *rest = arguments
    with TemporaryDirectory() as place:
        made = Path(place) / "papers"
        _made(file, [command, "--out", str(made), *rest])
        return {str(item.relative_to(made)): item.read_bytes() for item in made.rglob("*") if item.is_file()}


def _made(file: Path, arguments: list[str]) -> bytes:
    """Return what a command prints, or end where it cannot be run."""
    try:
        made, status = printed_by(arguments)
    except click.ClickException as fault:
        _refuse(f"{file} cannot be made again: {fault.format_message()}")
    if status not in (0, FOUND):
        _refuse(f"{file} cannot be made again from this ledger, for the reason above")
    return made


def _own_release() -> str:
    from ledger import __version__

    return __version__


def _read(file: Path) -> bytes:
    from replay.papers.read_back import is_paper

    try:
        opened = file.open("rb")
    except OSError as fault:
        _refuse(f"{file} cannot be read: {fault.strerror}")
    with opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        _refuse(f"{file} has more than {MOST_BYTES:,} bytes, the most that are read")
    try:
        if not is_paper(content):
            content.decode()
    except UnicodeDecodeError as fault:
        _refuse(f"{file} is not UTF-8 text (byte {fault.start + 1})")
    return content


def _told(file: Path, printed: bytes) -> dict[str, str]:
    """Return what a file says of itself, or end where it says nothing or something that is not understood."""
    from replay.filing.text.about import said
    from replay.papers.read_back import about_of_paper, is_paper

    told = about_of_paper(printed) if is_paper(printed) else said(printed.decode())
    if told is None or not told.get("made_by"):
        _refuse(f"{file} does not say what it is; only what `replay` printed since it says so can be made again")
    if told.get("version") != "1":
        _refuse(f"{file} says what it is in version {told.get('version')}, and this release reads version 1")
    return told


def _arguments(told: dict[str, str], url: str, filing: Path | None) -> list[str]:
    """Return the command that a file says it was made by, asked of this ledger."""
    try:
        program, command, *rest = shlex.split(told["made_by"])
    except ValueError:
        _refuse(f"the file says that it was made by {told['made_by']!r}, which is no command")
    many = command == "portfolio"
    if program != "replay" or command not in REBUILT or not (told.get("deal") or many):
        _refuse(f"what `{program} {command}` prints is not made again from a ledger")
    at = rest.index("--") if "--" in rest else len(rest)
    options, arguments = rest[:at], rest[at + 1 :]
    helps = any(item in ("-h", "--help") for item in options)
    if helps or not _asks_alone(command, options, arguments):
        _refuse(f"the file says that it was made by {told['made_by']!r}, which is not run")
    if command == "workpaper" and told.get("filing"):
        options += ["--filing", _compared(told, filing)]
    if command in _OF_A_FILING and "--published" not in options:
        arguments.append(_compared(told, filing))
    if many and not {"--known-at", "--as", "--as-closed"} & set(options):
        _refuse("deals as known now are others by now; print them with --as closed or --known-at to make them again")
    return [command, *options, "--", url, *([] if many else [told["deal"]]), *arguments]


def _asks_alone(command: str, options: list[str], arguments: list[str]) -> bool:
    """Say whether a question names no ledger, file or machine: those are what is given here, never what a file says."""
    asked = main.commands[command]
    named = [item for item in asked.params if isinstance(item, click.Argument)]
    try:
        with click.Context(asked) as context:
            found, left, order = asked.make_parser(context).parse_args(list(options))
    except click.UsageError:
        return False
    # Whatever stands among the options without being one would take the place of the ledger.
    placed = [found[item.name] for item in named if item.name in found and isinstance(found[item.name], str | tuple)]
    own = [item for item in named if item.name not in NOT_REPEATED]
    given = {item.name for item in order if isinstance(item, click.Option)}
    return not left and not any(placed) and not given & NOT_REPEATED and len(arguments) <= len(own)


def _compared(told: dict[str, str], filing: Path | None) -> str:
    """Return the file that was compared, if it is the one that is given."""
    if filing is None:
        _refuse("the file rests on a statement that was compared; name it with --filing")
    held = hashlib.sha256(filing.read_bytes()).hexdigest()
    if held != told.get("filing"):
        _refuse(f"{filing} is not the statement that was compared: its SHA-256 is {held}, not {told.get('filing')}")
    return str(filing)


def _refuse(message: str) -> NoReturn:
    give_up(message, "not_rebuilt")

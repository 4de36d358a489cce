"""The ``reconcile`` command: tie a published statement out against the replayed one, figure by figure."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from replay.cli.about import about_standing
from replay.cli.base import EPILOG, FORMAT, UNUSABLE, Asked, give_up, main, reading, reporting, show_report, stating

if TYPE_CHECKING:
    from replay.filing import ClassTable, Filing
    from replay.reconciliation.entries import TieOut

PUBLISHED_DEAL = "impac-cmb-2002-1"
"""The deal whose published figures are shipped."""


@main.command(name="reconcile", epilog=EPILOG)
@stating
@click.argument("filing", type=click.Path(path_type=Path), required=False)
@click.option("--published", is_flag=True, help="Use the figures shipped for the deal of `ledger demo`.")
@click.option(
    "--tolerance", default="0.00", show_default=True, help="Dollars by which a figure may differ as rounding."
)
@click.option("--list", "listing", is_flag=True, help="List every figure with both sides, not the breaks alone.")
@click.option("--pages", default="", help="Which pages --list shows, such as 2-6,10 (default: all).")
@click.option("--known-as", multiple=True, metavar="NAME", help="A name that the statement gives the deal; repeatable.")
@click.option("--strict", is_flag=True, help="Also exit 1 when the statement breaks an identity of its own.")
@FORMAT
@reporting
def reconcile_command(
    url: str,
    deal: str,
    asked: Asked,
    filing: Path | None,
    published: bool,
    tolerance: str,
    listing: bool,
    pages: str,
    known_as: tuple[str, ...],
    strict: bool,
    form: str,
) -> None:
    """Tie the published statement in FILING out against the replayed one, figure by figure.

    FILING is a trustee's text filing, a figures CSV (page,section,line,column,printed; further columns are passed
    over), or a class table: a header with Class and known columns, divided by | , ; a tab or two blanks. - reads
    standard input.

    The deal's name and the dates that FILING prints must be those of the replayed distribution. A printed name agrees
    when it has the series and a word of the deal's title or name; --known-as gives another name.

    CSV output has a row for every figure (status equal, rounding or break), and below them one for every problem,
    finding and note, with the kind of it and a message.

    Exit status 0: all agree; 1: breaks, parts that could not be read, or a statement of something else; 2: nothing
    could be read.
    """
    import attrs

    import replay
    from replay.filing import ClassTable
    from replay.reconciliation.own_text import read_own_text
    from replay.reports.tie_outs import tie_out_report

    allowed = _tolerance(tolerance)
    if (filing is None) == (not published):
        give_up("name a FILING, or use --published (not both)", "filing_missing", field="filing")
    if published and deal != PUBLISHED_DEAL:
        give_up(
            f"the figures of --published are of {PUBLISHED_DEAL}, not of {deal}; name a FILING",
            "published_of_another_deal",
            field="deal",
        )
    page_numbers(pages)
    read, text, sha256 = _read(filing)
    readable = bool(read.rows if isinstance(read, ClassTable) else read.figures)
    if not readable and not text.strip():
        _unreadable(filing, read)
    with reading(url) as ledger:
        found = asked.of(ledger, deal)
        if isinstance(read, ClassTable) or not readable:
            own = read_own_text(found, text)
            if own is None and not readable:
                _unreadable(filing, read)
            read = own or read
        if isinstance(read, ClassTable):
            tied = replay.reconcile_class_table(found, read, tolerance=allowed, ledger=ledger, known_as=known_as)
        else:
            tied = replay.reconcile(found, read, text=text, tolerance=allowed, ledger=ledger, known_as=known_as)
        about = attrs.evolve(about_standing(replay.standing(ledger, found)), filing=sha256)
    chosen = page_numbers(pages, {entry.page for entry in tied.entries})
    show_report(tie_out_report(tied, listed=chosen if listing else None), form, about)
    sys.exit(max(exit_status(tied), 1 if strict and tied.findings else 0))


def _unreadable(filing: Path | None, read: Filing | ClassTable) -> NoReturn:
    """Say why nothing could be read, and end the command."""
    from replay.reports.tie_outs import problem_line

    told = "; ".join(problem_line(problem) for problem in read.problems[:3])
    give_up(f"no figure of {filing} could be read: {told or 'it holds none'}", "no_figure", field="filing")


def exit_status(tied: TieOut) -> int:
    """Return 0 when everything agrees, 1 with breaks or unread parts, 2 when nothing could be read."""
    if not tied.read:
        return UNUSABLE
    return 0 if tied.agrees else 1


def _tolerance(text: str) -> Fraction:
    """Return the dollars by which a figure may differ, or end the command where they are no amount."""
    from ledger import amount

    try:
        allowed = Fraction(amount(text))
    except ValueError:
        allowed = Fraction(-1)
    if allowed < 0:
        give_up(
            f"--tolerance {text[:60]!r} is not an amount; give one such as 0.01", "not_an_amount", field="tolerance"
        )
    return allowed


def _read(filing: Path | None) -> tuple[Filing | ClassTable, str, str | None]:
    """Return what a filing holds, its text without what it says of itself, and the SHA-256 of the file."""
    import hashlib

    import attrs

    from replay.filing import read_figures_csv, read_statement
    from replay.filing.reading import MOST_BYTES
    from replay.filing.text.about import without_about

    if filing is None:
        from importlib.resources import files

        held = files("ledger.samples.impac_cmb_2002_1") / "published.csv"
        shipped = read_figures_csv(held.read_text(encoding="utf-8"))
        paid, recorded = dt.date(2002, 9, 25), dt.date(2002, 8, 30)
        return attrs.evolve(shipped, deal_name=PUBLISHED_DEAL, distribution_date=paid, record_date=recorded), "", None
    if str(filing) == "-":
        content = sys.stdin.buffer.read(MOST_BYTES + 1)
        text = without_about(content.decode("utf-8", errors="replace"))
        return read_statement(content), text, hashlib.sha256(content).hexdigest()
    read = read_statement(filing)
    text, sha256 = "", None
    if filing.is_file():
        content = filing.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if len(content) <= MOST_BYTES:
            text = without_about(content.decode("utf-8", errors="replace"))
    return read, text, sha256


_RANGE = re.compile(r"\s*([0-9]{1,9})\s*(?:-\s*([0-9]{1,9})\s*)?")


def page_numbers(text: str, pages: Collection[int] | None = None) -> frozenset[int]:
    """Return the page numbers that a list such as ``2-6,10`` names; none for an empty one.

    With the ``pages`` that there are, every number and range of the list must name one of them at least.
    """
    found: set[int] = set()
    there = "" if pages is None else f"; figures stand on pages {_ranges(pages)}"
    for part in text.split(",") if text.strip() else ():
        match = _RANGE.fullmatch(part)
        if match is None:
            raise click.BadParameter(f"--pages {text!r} is not a list of pages; give one such as 2-6,10{there}")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise click.BadParameter(f"--pages {part.strip()!r} runs backwards; give {last}-{first}{there}")
        named = [page for page in pages or () if first <= page <= last]
        if pages is not None and not named:
            raise click.BadParameter(f"--pages {part.strip()!r} names no page with figures{there}")
        found.update(named)
    return frozenset(found)


def _ranges(pages: Collection[int]) -> str:
    """Return page numbers as a list of ranges."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)

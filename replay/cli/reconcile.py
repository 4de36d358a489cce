"""The ``reconcile`` command: tie a published statement out against the replayed one, figure by figure."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Collection
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from replay.cli.base import EPILOG, FORMAT, UNUSABLE, as_csv, as_json, replaying, reporting, say
from replay.reports.table import table

if TYPE_CHECKING:
    from replay.filing import ClassTable, Filing, ReadProblem
    from replay.reconciliation.entries import TieOut

PUBLISHED_DEAL = "impac-cmb-2002-1"
"""The deal whose published figures are shipped."""


@click.command(name="reconcile", epilog=EPILOG)
@replaying
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
    record_date: dt.datetime,
    known_through: int | None,
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
    from ledger import Ledger
    from replay.filing import ClassTable, parse_printed
    from replay.reconciliation.class_tables import reconcile_class_table
    from replay.reconciliation.reconcile import reconcile
    from replay.statements.asking import statement as replay_statement

    allowed = parse_printed(tolerance)
    if allowed is None or allowed < 0:
        say(f"error: --tolerance {tolerance!r} is not an amount; give one such as 0.01")
        sys.exit(UNUSABLE)
    if (filing is None) == (not published):
        say("error: name a FILING, or use --published (not both)")
        sys.exit(UNUSABLE)
    if published and deal != PUBLISHED_DEAL:
        say(f"error: the figures of --published are of {PUBLISHED_DEAL}, not of {deal}; name a FILING")
        sys.exit(UNUSABLE)
    page_numbers(pages)
    read, text = _read(filing)
    if not (read.rows if isinstance(read, ClassTable) else read.figures):
        told = "; ".join(_told(problem) for problem in read.problems[:3])
        say(f"error: no figure of {filing} could be read: {told or 'it holds none'}")
        sys.exit(UNUSABLE)
    with Ledger.open(url) as ledger:
        found = replay_statement(ledger, deal, record_date.date(), known_through=known_through)
        if isinstance(read, ClassTable):
            tied = reconcile_class_table(found, read, tolerance=allowed, ledger=ledger, known_as=known_as)
        else:
            tied = reconcile(found, read, text=text, tolerance=allowed, ledger=ledger, known_as=known_as)
    chosen = page_numbers(pages, {entry.page for entry in tied.entries})
    if form == "csv":
        click.echo(as_csv(csv_rows(tied), COLUMNS), nl=False)
    elif form == "json":
        click.echo(as_json(tie_out_document(tied)))
    else:
        if listing:
            click.echo(listing_text(tied, chosen) + "\n")
        click.echo(tie_out_text(tied))
    sys.exit(max(exit_status(tied), 1 if strict and tied.findings else 0))


def exit_status(tied: TieOut) -> int:
    """Return 0 when everything agrees, 1 with breaks or unread parts, 2 when nothing could be read."""
    if not tied.read:
        return UNUSABLE
    return 0 if tied.agrees else 1


def _read(filing: Path | None) -> tuple[Filing | ClassTable, str]:
    from replay.filing import Filing, read_figures_csv, read_statement
    from replay.filing.reading import MOST_BYTES

    if filing is None:
        from importlib.resources import files

        held = files("ledger.samples.impac_cmb_2002_1") / "published.csv"
        shipped = read_figures_csv(held.read_text(encoding="utf-8"))
        paid, recorded = dt.date(2002, 9, 25), dt.date(2002, 8, 30)
        return attrs.evolve(shipped, deal_name=PUBLISHED_DEAL, distribution_date=paid, record_date=recorded), ""
    if str(filing) == "-":
        content = sys.stdin.buffer.read(MOST_BYTES + 1)
        return read_statement(content), content.decode("utf-8", errors="replace")
    read = read_statement(filing)
    text = ""
    if filing.is_file() and isinstance(read, Filing) and read.figures:
        text = filing.read_bytes().decode("utf-8", errors="replace")
    return read, text


def _told(problem: ReadProblem) -> str:
    where = f"line {problem.source_line}: " if problem.source_line else ""
    return f"{where}{problem.message}"


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


def listing_text(tied: TieOut, pages: frozenset[int]) -> str:
    """Return every figure of some pages (none given: all) beside the published one."""
    blocks: list[str] = []
    chosen = [entry for entry in tied.entries if not pages or entry.page in pages]
    for (page, section), entries in groupby(chosen, key=lambda entry: (entry.page, entry.section)):
        rows = [(e.line, e.column, e.published, e.ours, e.status.value) for e in entries]
        heading = ("line", "column", "published", "replayed", "")
        blocks.append(f"Page {page}  {section}\n\n{table(heading, rows, right=(2, 3))}")
    return "\n\n".join(blocks)


def tie_out_text(tied: TieOut) -> str:
    """Return a tie-out as a report: the count, every break with both sides, and what the statement breaks itself."""
    from replay.reconciliation.entries import Status

    whole = len(tied.entries)
    lines = [
        f"{tied.deal}, distribution of {tied.distribution_date}",
        f"{tied.count(Status.EQUAL)} of {whole} figures equal, {tied.count(Status.ROUNDING)} within the tolerance, "
        f"{len(tied.breaks)} breaks",
    ]
    for entry in tied.breaks:
        lines.append(f"\nBREAK {entry.path}: {entry.kind.value}")
        where = f" (line {entry.source_line} of the file)" if entry.source_line else ""
        lines.append(f"  published {entry.published or '(nothing)'}{where}")
        lines.append(f"  ours      {entry.ours or '(nothing)'}{f'  exact {entry.exact}' if entry.exact else ''}")
        if entry.difference:
            lines.append(f"  difference {entry.difference}")
        if entry.event_ids:
            more = ", ... and more (`replay explain` lists them)" if entry.more_events else ""
            lines.append(f"  events behind ours: {', '.join(entry.event_ids)}{more}")
    if tied.findings:
        lines.append(f"\nBreaks within the statement itself ({len(tied.findings)}):")
        for finding in tied.findings:
            pages = ", ".join(map(str, finding.pages))
            lines.append(f"  {finding.identity} (page {pages})")
            lines.append(f"    {finding.left} against {finding.right}: {finding.difference} apart")
    if tied.problems:
        lines.append(f"\nNot understood, or not what was asked for ({len(tied.problems)}):")
        lines.extend(f"  {_told(item)} [{item.code}]" for item in tied.problems)
    if tied.notes:
        lines.append("")
        lines.extend(f"note: {note}" for note in tied.notes)
    return "\n".join(lines)


COLUMNS = ("page", "section", "line", "column", "status", "kind", "published", "ours", "exact", "difference",
           "source_line", "events", "message")  # fmt: skip
"""The columns of a tie-out as CSV."""


def csv_rows(tied: TieOut) -> list[dict[str, str]]:
    """Return a tie-out as rows: every figure, then every problem, finding and note, which ``status`` tells apart.

    ``source_line`` is the line of the file, ``exact`` our unrounded value; ``kind`` is the code of a problem; what a
    problem, finding or note says stands in ``message``.
    """
    blank = dict.fromkeys(COLUMNS, "")
    rows = [{**blank, **row} for row in tied.rows()]
    for problem in tied.problems:
        page, line = (str(number) if number else "" for number in (problem.page, problem.source_line))
        said = {"page": page, "status": "problem", "kind": problem.code, "source_line": line}
        rows.append({**blank, **said, "message": problem.message})
    for finding in tied.findings:
        sides = {"published": finding.left, "ours": "", "difference": finding.difference}
        told = f"{finding.identity}: {finding.left} against {finding.right}, {finding.difference} apart"
        page = str(finding.pages[0]) if finding.pages else ""
        rows.append({**blank, **sides, "page": page, "status": "finding", "message": told})
    rows.extend({**blank, "status": "note", "message": note} for note in tied.notes)
    return rows


def tie_out_document(tied: TieOut) -> dict[str, object]:
    """Return a tie-out as plain values for JSON."""
    from replay.reconciliation.entries import Status

    return {
        "deal": tied.deal,
        "distribution_date": str(tied.distribution_date),
        "figures": len(tied.entries),
        "equal": tied.count(Status.EQUAL),
        "rounding": tied.count(Status.ROUNDING),
        "breaks": [row for row in tied.rows() if row["status"] == Status.BREAK.value],
        "findings": [
            {
                "identity": item.identity,
                "left": item.left,
                "right": item.right,
                "difference": item.difference,
                "pages": list(item.pages),
            }
            for item in tied.findings
        ],
        "problems": [{"line": p.source_line, "code": p.code, "message": p.message} for p in tied.problems],
        "notes": list(tied.notes),
        "entries": tied.rows(),
    }


def register(main: click.Group) -> None:
    """Add the command to the group."""
    main.add_command(reconcile_command)

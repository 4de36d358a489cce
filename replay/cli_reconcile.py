"""The ``reconcile`` command: tie a published statement out against the replayed one, figure by figure."""

from __future__ import annotations

import datetime as dt
import sys
from itertools import groupby
from pathlib import Path

import click

from ledger import Ledger
from replay.cli_base import EPILOG, FORMAT, UNUSABLE, as_csv, as_json, replaying, reporting, say
from replay.filing import ClassTable, Filing, parse_printed, read_figures_csv, read_statement
from replay.reconcile import Status, TieOut, reconcile, reconcile_class_table
from replay.render.table import table
from replay.statement import Statement
from replay.statement import statement as replay_statement


@click.command(name="reconcile", epilog=EPILOG)
@replaying
@click.argument("filing", type=click.Path(path_type=Path), required=False)
@click.option("--published", is_flag=True, help="Use the figures shipped for the deal of `ledger demo`.")
@click.option(
    "--tolerance", default="0.00", show_default=True, help="Dollars by which a figure may differ as rounding."
)
@click.option("--list", "listing", is_flag=True, help="List every figure with both sides, not the breaks alone.")
@click.option("--pages", default="", help="Which pages --list shows, such as 2-6,10 (default: all).")
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
    strict: bool,
    form: str,
) -> None:
    """Tie the published statement in FILING out against the replayed one, figure by figure.

    FILING is a trustee's text filing, a figures CSV (page,section,line,column,printed), or a class table (CSV or
    pipe-separated). Exit status 0: all agree; 1: breaks, or parts that could not be read; 2: nothing could be read.
    """
    allowed = parse_printed(tolerance)
    if allowed is None or allowed < 0:
        say(f"error: --tolerance {tolerance!r} is not an amount; give one such as 0.01")
        sys.exit(UNUSABLE)
    if (filing is None) == (not published):
        say("error: name a FILING, or use --published (not both)")
        sys.exit(UNUSABLE)
    read, text = _read(filing)
    with Ledger.open(url) as ledger:
        found = replay_statement(ledger, deal, record_date.date(), known_through=known_through)
        if isinstance(read, ClassTable):
            tied = reconcile_class_table(found, read, tolerance=allowed, ledger=ledger)
        else:
            tied = reconcile(found, read, text=text, tolerance=allowed, ledger=ledger)
    if form == "csv":
        click.echo(as_csv(tied.rows()), nl=False)
    elif form == "json":
        click.echo(as_json(tie_out_document(tied)))
    else:
        if listing:
            click.echo(listing_text(tied, page_numbers(pages)) + "\n")
        click.echo(tie_out_text(tied))
    _warn_dates(found, read)
    sys.exit(max(tied.exit_status, 1 if strict and tied.findings else 0))


def _read(filing: Path | None) -> tuple[Filing | ClassTable, str]:
    if filing is None:
        from importlib.resources import files

        held = files("ledger.samples.impac_cmb_2002_1") / "published.csv"
        return read_figures_csv(held.read_text(encoding="utf-8")), ""
    read = read_statement(filing)
    text = ""
    if filing.is_file():
        text = filing.read_bytes().decode("utf-8", errors="replace")
    return read, text


def _warn_dates(found: Statement, read: Filing | ClassTable) -> None:
    if read.distribution_date is not None and read.distribution_date != found.distribution_date:
        say(f"warning: the file is of {read.distribution_date}, the replayed statement of {found.distribution_date}")


def page_numbers(text: str) -> frozenset[int]:
    """Return the page numbers that a range such as ``2-6,10`` names; none for an empty one."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        if not first.strip().isdigit() or not (last or first).strip().isdigit():
            raise click.BadParameter(f"{text!r} is not a list of pages; give one such as 2-6,10")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


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
            lines.append(f"  events behind ours: {', '.join(entry.event_ids)}")
    if tied.findings:
        lines.append(f"\nBreaks within the statement itself ({len(tied.findings)}):")
        for finding in tied.findings:
            pages = ", ".join(map(str, finding.pages))
            lines.append(f"  {finding.identity} (page {pages})")
            lines.append(f"    {finding.left} against {finding.right}: {finding.difference} apart")
    if tied.problems:
        lines.append(f"\nNot understood ({len(tied.problems)}):")
        lines.extend(f"  line {item.source_line}: {item.message} [{item.code}]" for item in tied.problems)
    return "\n".join(lines)


def tie_out_document(tied: TieOut) -> dict[str, object]:
    """Return a tie-out as plain values for JSON."""
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
        "entries": tied.rows(),
    }


def register(main: click.Group) -> None:
    """Add the command to the group."""
    main.add_command(reconcile_command)

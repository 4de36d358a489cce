"""The ``replay`` command: what an auditor asks, from a shell. It only reads.

Results go to standard output, messages to standard error. Exit status: 0 done (and, for ``reconcile``, everything
agrees), 1 figures do not agree, 2 the command, a file or the database could not be used.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from ledger import Books, Ledger, LedgerError, __version__
from replay import cli_evidence, cli_portfolio, cli_restatement
from replay.explain import Explanation, explain
from replay.filing import ClassTable, Filing, parse_printed, read_figures_csv, read_statement
from replay.formats import money
from replay.reconcile import Status, TieOut, reconcile, reconcile_class_table
from replay.render.table import table
from replay.statement import Statement
from replay.statement import books as replay_books
from replay.statement import statement as replay_statement

P = ParamSpec("P")
R = TypeVar("R")
UNUSABLE = 2

EPILOG = "URL is a SQLAlchemy URL (sqlite:///trust.db, postgresql+psycopg://...) or the path of an embedded ledger."


def say(message: str) -> None:
    """Print a message for people, on standard error."""
    click.echo(message, err=True)


def reporting(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the ledger's exceptions into one line on standard error and exit status 2."""

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

    return run


def replaying(command: Callable[P, R]) -> Callable[P, R]:
    """Add the arguments that every replay takes."""
    options = (
        click.argument("url"),
        click.argument("deal"),
        click.option(
            "--record-date",
            required=True,
            type=click.DateTime(["%Y-%m-%d"]),
            help="Any calendar date, YYYY-MM-DD.",
        ),
        click.option(
            "--known-through", type=click.IntRange(min=1), help="Only what was known at this sequence (default: now)."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="Output."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="replay")
def main() -> None:
    """Replay a servicing ledger to any date, and trace every figure to the events behind it.

    \b
      replay statement trust.db DEAL --record-date 2002-08-30     every page of the distribution
      replay books     trust.db DEAL --record-date 2002-09-10     every account on that day
      replay explain   trust.db DEAL --record-date 2002-08-30 "3/A/accrued interest"
      replay reconcile trust.db DEAL --record-date 2002-08-30 filing.txt
    """


def as_csv(rows: Sequence[dict[str, str]], columns: Sequence[str] = ()) -> str:
    """Return rows as CSV with a heading line; ``columns`` name it where there are no rows."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_json(document: object) -> str:
    """Return a document as indented JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False)


@main.command(epilog=EPILOG)
@replaying
@FORMAT
@reporting
def books(url: str, deal: str, record_date: dt.datetime, known_through: int | None, form: str) -> None:
    """Print the balance of every account, class, advance and fee of DEAL on a business date."""
    found = replay_books(url, deal, record_date.date(), known_through=known_through)
    if form == "csv":
        columns = ("account", "title", "kind", "key", "balance", "origin")
        click.echo(as_csv(found.rows(), columns), nl=False)
    elif form == "json":
        head = {"deal": found.deal, "date": str(found.date), "known_through": found.known_through}
        click.echo(as_json({**head, "balances": found.rows()}))
    else:
        click.echo(books_text(found))


def books_text(found: Books) -> str:
    """Return the books as a readable table."""
    rows = [
        (item.account.title, item.key, _amount(item.balance.value), item.account.kind.value, item.balance.origin.value)
        for item in found
    ]
    title = f"{found.deal}: books on {found.date}, known through event {found.known_through}"
    return f"{title}\n\n{table(('account', 'of', 'balance', 'side', 'origin'), rows, right=(2,))}"


def _amount(value: Fraction) -> str:
    """Print cents, or four decimals where an accrual carries fractions of a cent."""
    if (value * 100).denominator == 1:
        return money(value)
    text = f"{abs(value.numerator) * 10_000 // value.denominator:05d}"
    shown = f"{int(text[:-4]):,}.{text[-4:]}"
    return f"({shown})" if value < 0 else shown


@main.command(epilog=EPILOG)
@replaying
@FORMAT
@reporting
def statement(url: str, deal: str, record_date: dt.datetime, known_through: int | None, form: str) -> None:
    """Print the statement of DEAL whose record date is the latest on or before --record-date."""
    found = replay_statement(url, deal, record_date.date(), known_through=known_through)
    say(repr(found)[1:-1])
    if form == "csv":
        click.echo(as_csv(found.rows()), nl=False)
    elif form == "json":
        click.echo(as_json({**_head(found), "figures": found.rows(), "recorded": recorded_rows(found)}))
    else:
        from replay.render.text import render_text

        click.echo(render_text(found))
        click.echo(recorded_text(found))


def _head(found: Statement) -> dict[str, object]:
    at = found.report.distribution
    return {
        "deal": found.deal,
        "distribution_date": str(at.payment_date),
        "record_date": str(at.record_date),
        "known_through": found.report.known_through,
        "digest": found.report.digest,
    }


def recorded_rows(found: Statement) -> list[dict[str, str]]:
    """Return what the waterfall computes beside what was recorded as paid, class by class."""
    rows: list[dict[str, str]] = []
    for name, item in found.report.classes.items():
        if not item.recorded.anything:
            continue
        result = item.result
        interest = result.interest_paid + result.basis_risk_paid + result.residual_paid + result.insurer_interest
        for what, computed, recorded in (
            ("interest", interest, item.recorded.interest),
            ("principal", result.all_principal, item.recorded.principal),
        ):
            rows.append(
                {
                    "class": name,
                    "of": what,
                    "computed": str(computed.decimal),
                    "recorded": str(recorded.decimal),
                    "difference": str((recorded - computed).decimal),
                }
            )
    return rows


def recorded_text(found: Statement) -> str:
    """Return the comparison of computed and recorded bond payments as a readable table."""
    rows = recorded_rows(found)
    if not rows:
        return "Bond payments: none recorded yet; the statement shows what the waterfall computes."
    shown = [tuple(row.values()) for row in rows]
    body = table(("class", "of", "computed", "recorded", "difference"), shown, right=(2, 3, 4))
    return f"Bond payments as computed and as recorded (cash moves in whole cents)\n\n{body}"


@main.command(name="explain", epilog=EPILOG)
@replaying
@click.argument("figure")
@click.option("--all", "every", is_flag=True, help="List every event behind the figure, however many.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@reporting
def explain_command(
    url: str, deal: str, record_date: dt.datetime, known_through: int | None, figure: str, every: bool, form: str
) -> None:
    """Explain one FIGURE: "page/line/column" or "page/section/line/column", as `statement --format csv` names them."""
    with Ledger.open(url) as ledger:
        found = replay_statement(ledger, deal, record_date.date(), known_through=known_through)
        matches = found.find(figure)
        if not matches:
            say(f"error: the statement has no figure {figure!r}; its figures are listed by --format csv")
            page = figure.partition("/")[0]
            for near in [item.path for item in found.figures if str(item.page) == page][:10]:
                say(f"  for example {near}")
            sys.exit(UNUSABLE)
        for match in matches:
            told = explain(ledger, found, match, limit=None if every else 1000)
            click.echo(explanation_json(told) if form == "json" else explanation_text(told, every))


def explanation_text(told: Explanation, every: bool) -> str:
    """Return an explanation as an indented outline."""
    figure = told.figure
    lines = [f"{figure.path}: printed {figure.printed}, {figure.origin.value}", f"  exact value {figure.exact_text}"]
    for step in told.steps:
        rule = f"  [{step.rule}]" if step.rule else ""
        source = f"  ({step.source})" if step.source else ""
        lines.append(f"  {'  ' * step.depth}{step.value}  {step.what}{rule}{source}")
    if told.roundings:
        lines.append("  roundings:")
        lines.extend(f"    {item}" for item in told.roundings)
    count = f"{len(told.events)}{'' if told.complete else ' or more'}"
    lines.append(f"  events behind it ({count}), known through {told.known_through}:")
    shown = told.events if every else told.events[:20]
    for item in shown:
        lines.append(f"    {item.sequence:>8}  {item.event.effective_date}  {item.event.name}  {item.event.event_id}")
    if len(shown) < len(told.events):
        lines.append(f"    ... and {len(told.events) - len(shown)} more (--all lists them)")
    return "\n".join(lines)


def explanation_json(told: Explanation) -> str:
    """Return an explanation as JSON."""
    figure = told.figure
    return as_json(
        {
            "figure": figure.path,
            "printed": figure.printed,
            "value": figure.exact_text,
            "origin": figure.origin.value,
            "steps": [
                {"depth": s.depth, "value": s.value, "what": s.what, "rule": s.rule, "source": s.source}
                for s in told.steps
            ],
            "roundings": list(told.roundings),
            "events": [{"sequence": item.sequence, "event_id": item.event.event_id} for item in told.events],
            "complete": told.complete,
        }
    )


@main.command(name="reconcile", epilog=EPILOG)
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


cli_restatement.register(main)
cli_evidence.register(main)
cli_portfolio.register(main)

"""The ``replay`` command: what an auditor asks, from a shell. It only reads.

Results go to standard output, messages to standard error. Exit status: 0 done (and, for ``reconcile``, everything
agrees), 1 figures do not agree, 2 the command, a file or the database could not be used.
"""

from __future__ import annotations

import datetime as dt
import sys
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from ledger import __version__
from replay.cli import evidence as cli_evidence
from replay.cli import portfolio as cli_portfolio
from replay.cli import reconcile as cli_reconcile
from replay.cli import restatement as cli_restatement
from replay.cli.base import EPILOG, FORMAT, UNUSABLE, as_csv, as_json, replaying, reporting, say
from replay.reports.table import table

if TYPE_CHECKING:
    from ledger import Books
    from replay.explanations import Explanation
    from replay.statements.statement import Statement


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


@main.command(epilog=EPILOG)
@replaying
@FORMAT
@reporting
def books(url: str, deal: str, record_date: dt.datetime, known_through: int | None, form: str) -> None:
    """Print the balance of every account, class, advance and fee of DEAL on a business date."""
    from replay.statements.asking import books as replay_books

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
    from replay.statements.printing import money

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
    from replay.statements.asking import statement as replay_statement

    found = replay_statement(url, deal, record_date.date(), known_through=known_through)
    say(repr(found)[1:-1])
    if form == "csv":
        click.echo(as_csv(found.rows()), nl=False)
    elif form == "json":
        click.echo(as_json({**_head(found), "figures": found.rows(), "recorded": recorded_rows(found)}))
    else:
        from replay.reports.text import render_text

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
    from ledger import Ledger
    from replay.explanations import explain
    from replay.statements.asking import statement as replay_statement

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


cli_reconcile.register(main)
cli_restatement.register(main)
cli_evidence.register(main)
cli_portfolio.register(main)

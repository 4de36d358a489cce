"""``replay statement``, ``books``, ``advances`` and ``explain``: the questions that every auditor asks."""

from __future__ import annotations

import datetime as dt
import sys

import click

from replay.cli.base import (
    EPILOG,
    FORMAT,
    UNUSABLE,
    main,
    reading,
    replaying,
    reporting,
    say,
    say_which_day,
    show_report,
)


@main.command(epilog=EPILOG)
@replaying
@FORMAT
@reporting
def books(url: str, deal: str, record_date: dt.datetime, known_through: int | None, form: str) -> None:
    """Print the balance of every account, class, advance and fee of DEAL on a business date."""
    import replay
    from replay.reports.books import books_report

    with reading(url) as ledger:
        found = replay.books(ledger, deal, record_date.date(), known_through=known_through)
    show_report(books_report(found), form)


@main.command(epilog=EPILOG)
@replaying
@FORMAT
@reporting
def statement(url: str, deal: str, record_date: dt.datetime, known_through: int | None, form: str) -> None:
    """Print the statement of DEAL whose record date is the latest on or before --record-date."""
    import replay
    from replay.reports.statements import statement_report

    with reading(url) as ledger:
        found = replay.statement(ledger, deal, record_date.date(), known_through=known_through)
        closing = replay.closing(ledger, found)
    say(repr(found)[1:-1])
    say_which_day(record_date.date(), found)
    show_report(statement_report(found, pages=form == "text", closing=closing), form)


@main.command(epilog=EPILOG)
@replaying
@click.option("--all", "every", is_flag=True, help="Also list months that are settled.")
@FORMAT
@reporting
def advances(url: str, deal: str, record_date: dt.datetime, known_through: int | None, every: bool, form: str) -> None:
    """Print what the servicer of DEAL advanced and is still owed on a business date, by loan and month."""
    import replay
    from replay.reports.advances import advances_report

    with reading(url) as ledger:
        found = replay.advances(ledger, deal, record_date.date(), known_through=known_through)
    show_report(advances_report(found, every=every), form)


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
    import replay
    from replay.reports.explanations import explanation_report

    with reading(url) as ledger:
        found = replay.statement(ledger, deal, record_date.date(), known_through=known_through)
        say_which_day(record_date.date(), found)
        matches = found.find(figure)
        if not matches:
            say(f"error: the statement has no figure {figure!r}; its figures are listed by --format csv")
            page = figure.partition("/")[0]
            for near in [item.path for item in found.figures if str(item.page) == page][:10]:
                say(f"  for example {near}")
            sys.exit(UNUSABLE)
        for match in matches:
            told = replay.explain(ledger, found, match, limit=None if every else 1000)
            show_report(explanation_report(told, every=every), form)

"""``replay statement``, ``books``, ``advances`` and ``explain``: the questions that every auditor asks."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from replay.cli.base import (
    EPILOG,
    FORMAT,
    UNUSABLE,
    Asked,
    main,
    reading,
    replaying,
    reporting,
    say,
    say_which_day,
    show,
    show_report,
    stating,
)
from replay.cli.papers import PAPERS, charted, check_paper, give, give_paper


@main.command(epilog=EPILOG)
@replaying
@FORMAT
@reporting
def books(
    url: str, deal: str, record_date: dt.datetime, known_through: int | None, known_at: dt.datetime | None, form: str
) -> None:
    """Print the balance of every account, class, advance and fee of DEAL on a business date."""
    import replay
    from replay.reports.books import books_report
    from replay.statements.asking import Known

    with reading(url) as ledger:
        known = Known(through=known_through, at=known_at).sequence(ledger, deal)
        found = replay.books(ledger, deal, record_date.date(), known_through=known)
    show_report(books_report(found), form)


@main.command(epilog=EPILOG)
@stating
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", *PAPERS]),
    default="text",
    show_default=True,
    help="Output; html, pdf and xlsx are papers, with charts.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, not to standard output."
)
@reporting
def statement(url: str, deal: str, asked: Asked, form: str, out: Path | None) -> None:
    """Print the statement of DEAL whose record date is the latest on or before --record-date, or of --payment-date."""
    check_paper(form, out)
    import replay
    from replay.reports import written
    from replay.reports.statements import statement_report

    with reading(url) as ledger:
        found = asked.of(ledger, deal)
        paper = charted(ledger, found, form)
        closing = replay.closing(ledger, found)
        restated = replay.restated(ledger, found)
    say(repr(found)[1:-1])
    say_which_day(asked.record_date, found)
    if restated is not None:
        say(f"restated by: {restated}")
    report = statement_report(found, pages=form == "text", closing=closing, restated=restated)
    if paper is not None:
        give_paper(paper, report, form, out)
    else:
        give(written(report, form).encode(), out)


@main.command(epilog=EPILOG)
@replaying
@click.option("--all", "every", is_flag=True, help="Also list months that are settled.")
@FORMAT
@reporting
def advances(
    url: str,
    deal: str,
    record_date: dt.datetime,
    known_through: int | None,
    known_at: dt.datetime | None,
    every: bool,
    form: str,
) -> None:
    """Print what the servicer of DEAL advanced and is still owed on a business date, by loan and month."""
    import replay
    from replay.reports.advances import advances_report
    from replay.statements.asking import Known

    with reading(url) as ledger:
        known = Known(through=known_through, at=known_at).sequence(ledger, deal)
        found = replay.advances(ledger, deal, record_date.date(), known_through=known)
    show_report(advances_report(found, every=every), form)


@main.command(name="explain", epilog=EPILOG)
@stating
@click.argument("figure")
@click.option("--all", "every", is_flag=True, help="List every event behind the figure, however many.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@reporting
def explain_command(url: str, deal: str, asked: Asked, figure: str, every: bool, form: str) -> None:
    """Explain one FIGURE: "page/line/column" or "page/section/line/column", as `statement --format csv` names them."""
    import replay
    from replay.reports.explanations import explanations_written

    with reading(url) as ledger:
        found = asked.of(ledger, deal)
        say_which_day(asked.record_date, found)
        matches = found.find(figure)
        if not matches:
            say(f"error: the statement has no figure {figure!r}; its figures are listed by --format csv")
            page = figure.partition("/")[0]
            for near in [item.path for item in found.figures if str(item.page) == page][:10]:
                say(f"  for example {near}")
            sys.exit(UNUSABLE)
        told = [replay.explain(ledger, found, match, limit=None if every else 1000) for match in matches]
    show(explanations_written(told, form, every=every))

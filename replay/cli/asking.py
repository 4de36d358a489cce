"""``replay statement``, ``books``, ``advances``, ``explain`` and ``periods``: the questions that every auditor asks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from replay.cli.about import about_day, about_log, about_standing
from replay.cli.base import (
    EPILOG,
    FORMAT,
    KNOWN_AT,
    KNOWN_THROUGH,
    Asked,
    Knowing,
    give_up,
    main,
    reading,
    replaying,
    reporting,
    say_which_day,
    show,
    show_report,
    stating,
    tell,
)
from replay.cli.papers import PAPERS, charted, check_paper, give, give_paper


@main.command(epilog=EPILOG)
@replaying
@click.option("--trial-balance", "trial", is_flag=True, help="Every account as a debit or a credit, and the sums.")
@FORMAT
@reporting
def books(url: str, deal: str, record_date: dt.datetime, known: Knowing, trial: bool, form: str) -> None:
    """Print the balance of every account, class, advance and fee of DEAL on a business date."""
    import replay
    from replay.reports.books import books_report, trial_balance_report

    day = record_date.date()
    with reading(url) as ledger:
        found = replay.books(
            ledger, deal, day, known_through=known.through, known_at=known.at, as_closed=known.as_closed
        )
        about = about_day(ledger, deal, day, found.known_through)
    show_report(trial_balance_report(found) if trial else books_report(found), form, about)


@main.command(epilog=EPILOG)
@stating
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "jsonl", *PAPERS]),
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
    import attrs

    import replay
    from replay.reports import written
    from replay.reports.statements import statement_report

    with reading(url) as ledger:
        found = asked.of(ledger, deal)
        paper = charted(ledger, found, form)
        closing = replay.closing(ledger, found)
        at = replay.standing(ledger, found)
    tell(repr(found)[1:-1])
    say_which_day(asked.record_date, found)
    if at.restated is not None:
        tell(f"restated by: {at.restated}")
    report = statement_report(found, pages=form == "text", figures=paper is None, closing=closing, restated=at.restated)
    report = attrs.evolve(report, about=about_standing(at))
    if paper is not None:
        give_paper(paper, report, form, out)
    elif out is not None:
        give(written(report, form).encode(), out)
    else:
        show_report(report, form)


@main.command(epilog=EPILOG)
@replaying
@click.option("--all", "every", is_flag=True, help="Also list months that are settled.")
@FORMAT
@reporting
def advances(url: str, deal: str, record_date: dt.datetime, known: Knowing, every: bool, form: str) -> None:
    """Print what the servicer of DEAL advanced and is still owed on a business date, by loan and month."""
    import replay
    from replay.reports.advances import advances_report

    day = record_date.date()
    with reading(url) as ledger:
        found = replay.advances(
            ledger, deal, day, known_through=known.through, known_at=known.at, as_closed=known.as_closed
        )
        about = about_day(ledger, deal, day, found.known_through)
    show_report(advances_report(found, every=every), form, about)


@main.command(name="explain", epilog=EPILOG)
@stating
@click.argument("figure")
@click.option("--all", "every", is_flag=True, help="List every event behind the figure, however many.")
@FORMAT
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
            page = figure.partition("/")[0]
            nearby = [f"  for example {item.path}" for item in found.figures if str(item.page) == page][:10]
            message = f"the statement has no figure {figure!r}; its figures are listed by --format csv"
            give_up(message, "unknown_figure", field="figure", nearby=nearby)
        told = [replay.explain(ledger, found, match, limit=None if every else 1000) for match in matches]
        about = about_standing(replay.standing(ledger, found))
    show(explanations_written(told, form, every=every, about=about))


@main.command(name="periods", epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@KNOWN_THROUGH
@KNOWN_AT
@FORMAT
@reporting
def periods_command(url: str, deal: str, known_through: int | None, known_at: dt.datetime | None, form: str) -> None:
    """Print every distribution of DEAL: its dates, its state, where and when it was closed, by whom, on which figures.

    A distribution is open, closed, paid, or restated: then its figures are others than those that it was closed on.
    `replay statement ... --as closed` prints it as it was closed, and `replay diff` what is different now.

    \b
      replay periods trust.db impac-cmb-2002-1
      replay statement trust.db impac-cmb-2002-1 --payment-date 2002-09-25 --as closed
      replay diff trust.db impac-cmb-2002-1 --payment-date 2002-09-25
    """
    import replay
    from replay.reports.periods import periods_report

    with reading(url) as ledger:
        found = replay.periods(ledger, deal, known_through=known_through, known_at=known_at)
        about = about_log(ledger, deal, found.known_through)
    show_report(periods_report(found), form, about)

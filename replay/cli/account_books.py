"""``replay account``, ``journal`` and ``history``: one account, every posting, and one figure, through the days."""

from __future__ import annotations

import datetime as dt

import click

from replay.cli.about import about_day, about_log
from replay.cli.base import (
    EPILOG,
    FORMAT,
    KNOWN_AT,
    KNOWN_THROUGH,
    CalendarDate,
    Knowing,
    give_up,
    known_when,
    main,
    progress_bar,
    reading,
    reporting,
    show_report,
)

_FROM = click.option("--from", "first", type=CalendarDate(), required=True, help="The first business date, YYYY-MM-DD.")
_THROUGH = click.option("--through", "last", type=CalendarDate(), required=True, help="The last business date.")


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.argument("account")
@_FROM
@_THROUGH
@click.option("--of", "key", help="One group, class or fee of the account, as `replay books` names it.")
@known_when
@FORMAT
@reporting
def account(
    url: str,
    deal: str,
    account: str,
    first: dt.datetime,
    last: dt.datetime,
    key: str | None,
    known: Knowing,
    form: str,
) -> None:
    """Print the card of one ACCOUNT of DEAL: opening balance, every movement with its event, balances, closing.

    ACCOUNT is a name that `replay books --format csv` prints, such as collection_account.

    \b
      replay account trust.db impac-cmb-2002-1 collection_account --from 2002-09-01 --through 2002-09-30
    """
    import replay
    from replay.reports.account_books import account_report

    with reading(url) as ledger:
        found = replay.account_card(
            ledger,
            deal,
            account,
            first.date(),
            last.date(),
            key=key,
            known_through=known.through,
            known_at=known.at,
            as_closed=known.as_closed,
        )
        about = about_day(ledger, deal, last.date(), found.known_through)
    show_report(account_report(found), form, about)


@main.command(epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@_FROM
@_THROUGH
@known_when
@FORMAT
@reporting
def journal(url: str, deal: str, first: dt.datetime, last: dt.datetime, known: Knowing, form: str) -> None:
    """Print what every event of DEAL between two business dates debits and credits, and the sums of both sides."""
    import replay
    from replay.reports.account_books import journal_report

    with reading(url) as ledger:
        found = replay.journal(
            ledger,
            deal,
            first.date(),
            last.date(),
            known_through=known.through,
            known_at=known.at,
            as_closed=known.as_closed,
        )
        about = about_day(ledger, deal, last.date(), found.known_through)
    show_report(journal_report(found), form, about)


@main.command(name="history", epilog=EPILOG)
@click.argument("url")
@click.argument("deal")
@click.argument("figure")
@click.option(
    "--as",
    "each_as",
    type=click.Choice(["closed", "now"]),
    default="now",
    show_default=True,
    help="Each month as it was closed, or all as known now.",
)
@KNOWN_THROUGH
@KNOWN_AT
@FORMAT
@reporting
def history_command(
    url: str,
    deal: str,
    figure: str,
    each_as: str,
    known_through: int | None,
    known_at: dt.datetime | None,
    form: str,
) -> None:
    """Print one FIGURE of DEAL over the months, with the state of each: "page/line/column", as `explain` takes it.

    \b
      replay history trust.db impac-cmb-2002-1 "3/A/accrued interest"
      replay history trust.db impac-cmb-2002-1 "3/A/accrued interest" --as closed
    """
    import replay
    from replay.reports.histories import history_report

    with reading(url) as ledger, progress_bar("Replaying") as progress:
        found = replay.history(
            ledger,
            deal,
            figure,
            as_closed=each_as == "closed",
            known_through=known_through,
            known_at=known_at,
            progress=progress,
        )
        about = about_log(ledger, deal, found.known_through)
    if all(item.figure is None for item in found):
        give_up(
            f"no statement has a figure {figure!r}; `replay statement --format csv` lists its figures",
            "unknown_figure",
            field="figure",
        )
    show_report(history_report(found), form, about)

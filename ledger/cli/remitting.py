"""``ledger remittance``: a servicer's file of a month as what is to be posted of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ledger.cli.base import main, opened, refuse
from ledger.console import URL_HELP, CalendarDate, reporting, say, show, tell
from ledger.errors import InvalidEvent

if TYPE_CHECKING:
    import datetime as dt

    from ledger.service import Ledger
    from ledger.tapes.remittance import LoanBefore, RemittanceReading

_SAID = (
    "curtailment_collected",
    "instalment_reported_delinquent",
    "loan_liquidated",
    "loan_repurchased",
    "payoff_collected",
)


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.File("rb"))
@click.option("--due", "due", type=CalendarDate(), required=True, help="A due date of the month.")
@click.option("--map", "map_name", required=True, help="A map of a month: built in, or a JSON file.")
@click.option("--received", type=CalendarDate(), help="The day of prepayments and removals whose rows say none.")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE", help="Keep the rows whose COLUMN is VALUE.")
@click.option("--sheet", help="The sheet of a workbook that has several, by its name or number.")
@click.option("--member", help="The file of a zip archive that has several.")
@click.option("--encoding", help="How the file is encoded, in place of what the map says.")
@click.option("--post", "posting", is_flag=True, help="Post the events, in place of writing them.")
@reporting
def remittance(
    url: str, deal: str, files: tuple[BinaryIO, ...], due: dt.datetime, map_name: str, posting: bool, **options: Any
) -> None:
    """Turn a servicer's FILE... of a month into what is to be posted of it, as JSON Lines: all of it, or none.

    A row is a loan: the balance that the month left and, as far as the map has columns for them, the instalment that
    came in, what was paid ahead, how the loan left, its status. Every row is held against the loan as it stands in the
    ledger before the month, and must tie to the cent.

    Where the file states principal and interest, both are posted as they are stated. Else the note of the loan says
    what fell due: a balance that went down by it came in as due, one that stayed was missed, one that went further
    down was paid ahead. Only what came out otherwise is posted; `ledger month` says the rest.

    \b
    Exit status: 0 done, 1 refused (every reason is printed, and nothing was posted), 2 a file could not be used.

    \b
      ledger remittance trust.db trust march.csv --due 2024-03-01 --map map.json --post
      ledger month trust.db trust --due 2024-03-01 --post
    """
    from ledger.cli.posting import announced, finish_posting
    from ledger.reports import as_text
    from ledger.reports.remittances import remittance_report

    with opened(url) as ledger:
        try:
            reading = _reading(ledger, deal, files, due.date(), map_name, options)
        except InvalidEvent as fault:
            refuse(fault.violations)
        for note in reading.notes:
            tell(note)
        say(as_text(remittance_report(reading)).rstrip("\n"))
        if not posting:
            _write(reading)
        elif not reading.events:
            say(f"{deal}: every loan paid as its note says; nothing was posted")
        else:
            with announced(len(reading.events)):
                outcome = ledger.post_many(reading.events)
            finish_posting(outcome, [] if outcome.accepted else list(outcome.violations), dry_run=False)
    if reading.as_noted or any(held.missed for held in reading.groups.values()):
        say(f"next: ledger month {url} {deal} --due {due.date()} --post, which says what the notes do")


def _reading(
    ledger: Ledger, deal: str, files: tuple[BinaryIO, ...], due: dt.date, map_name: str, options: dict[str, Any]
) -> RemittanceReading:
    from ledger.cli.tape import tape_map, with_filters
    from ledger.tapes import opened_tape
    from ledger.tapes.remittance import RemittanceReader

    chosen = with_filters(tape_map(map_name, options["encoding"]), {**options, "join_where": ()})
    inside = {name: options[name] for name in ("sheet", "member")}
    received = None if options["received"] is None else options["received"].date()
    name = getattr(files[0], "name", "-")
    due, before = _loans_before(ledger, deal, due)
    reader = RemittanceReader(tape=chosen, deal=deal, due=due, before=before, received=received, name=name)
    for file in files:
        with opened_tape(file, chosen, getattr(file, "name", "-"), **inside) as table:
            reader.take(table)
    return reader.end()


def _loans_before(ledger: Ledger, deal: str, due: dt.date) -> tuple[dt.date, dict[str, LoanBefore]]:
    """Return the due date of the month, and every loan as it stood before it, with what its note makes of it."""
    from ledger.tapes.remittance import LoanBefore
    from ledger.values.money import from_store

    month = ledger.build_month(deal, due)
    # Read again, a file says the same as before: the month is built as it was known before what the file said of it.
    number, stem = month.distribution.number, f"{deal}/remitted/{month.due_date}/"
    posted = ledger.events(deal, types=_SAID, first=number, last=number)
    told = next((item.sequence for item in posted if item.event.event_id.startswith(stem)), None)
    if told is not None:
        month = ledger.build_month(deal, due, known_through=told - 1)
    instalments = {key.whose: held for key, held in month.said.items() if key.type == "scheduled_payment_due"}
    fees = {
        key.whose: held.fee
        for key, held in month.said.items()
        if key.type in ("servicing_fee_withheld", "instalment_reported_delinquent")
    }
    prior = month.distribution.prior_payment_date if month.distribution.ordinal > 1 else None
    stood = {} if prior is None else {line.loan: line for line in ledger.loans_paid(deal, prior)}
    book = ledger.loans_paid(deal, month.distribution.payment_date)
    now = {line.loan: line for line in book}
    found = {}
    for moved in book.roll_forward():
        loan, stated = moved.loan, moved.opening_balance + moved.boarded
        line, instalment = stood.get(loan) or now.get(loan), instalments.get(loan)
        earlier = stood.get(loan)
        arrears = Decimal(0)
        if earlier is not None:
            arrears = (earlier.arrears_principal or Decimal(0)) + (earlier.arrears_interest or Decimal(0))
        actual = stated if earlier is None or earlier.actual_balance is None else earlier.actual_balance
        found[loan] = LoanBefore(
            group=moved.group,
            stated=stated,
            actual=actual,
            note_rate=Decimal(0) if line is None else line.note_rate,
            status="performing" if line is None else line.status,
            due=None if instalment is None else (from_store(instalment.principal), from_store(instalment.interest)),
            fee=from_store(fees.get(loan, 0)),
            bucket="current" if line is None else line.bucket,
            is_behind=arrears > 0,
            has_left=not moved.closing_balance,
        )
    return month.due_date, found


def _write(reading: RemittanceReading) -> None:
    from ledger.events import codec
    from ledger.reports.logs import event_line

    for event in reading.events:
        show(event_line(codec.encode(event).decode()))

"""``ledger open`` and ``enter``: how a deal comes into a ledger, at its closing or in mid-life."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from ledger.cli.base import formatted, main, opened, refuse
from ledger.cli.people import enveloped
from ledger.cli.posting import finish_posting
from ledger.console import URL_HELP, reporting, tell
from ledger.errors import InvalidArgument, InvalidEvent, InvalidTerms, Violation

if TYPE_CHECKING:
    from ledger.values.envelope import Envelope


@main.command(name="open", epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("terms", type=click.File("r", encoding="utf-8"))
@formatted("jsonl")
@reporting
@enveloped
def open_command(url: str, deal: str, terms: TextIO, form: str, envelope: Envelope) -> None:
    """Open DEAL on the terms in TERMS (JSON), in the ledger at URL; a ledger that is not there yet is created.

    Posts the opening and the issue of every class, dated the closing date. docs/terms.md describes the terms;
    docs/bring-a-deal-in.md what comes next. Prints the receipt as JSON.

    Exit status 0: it is open; 1: refused, and nothing was posted; 2: the file or the ledger could not be used.

    \b
      ledger open trust.db trust terms.json
      ledger tape pool.csv --deal trust --group one --date 2024-01-01 --map pool.json --post trust.db
      ledger enter trust.db trust entry.json      where the deal has a past
    """
    from ledger.events.codec import terms_from_json
    from ledger.service import Ledger

    try:
        found = terms_from_json(_text(terms))
    except InvalidTerms as fault:
        refuse([Violation(getattr(terms, "name", "-"), fault.field, fault.code, fault.message)])
    with Ledger.create(url) as ledger:
        if deal in ledger.deals():
            told = f"{deal} is open already, on {ledger.terms(deal).title!r}; post terms_amended to change its terms"
            refuse([Violation(f"{deal}/opened", "deal", "already_open", told)])
        outcome = ledger.open_deal(deal, found, envelope=envelope)
    if outcome.accepted:
        classes = ", ".join(f"{bond.class_id} {bond.face:,}" for bond in found.classes)
        tell(f"{deal} is open: {found.title}; groups {', '.join(found.group_ids)}; classes {classes}")
        tell(f"first payment {found.calendar.first_payment_date}, cut-off {found.cut_off_date}")
        tell(f"next: board its loans (ledger tape FILE --deal {deal} ... --post URL), or enter what it carries with it")
        tell(f"(ledger enter URL {deal} entry.json), then its first month (ledger check URL {deal} DATE)")
    finish_posting(outcome, [] if outcome.accepted else list(outcome.violations), dry_run=False, form=form)


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("entry", type=click.File("r", encoding="utf-8"))
@click.option("--accept", multiple=True, metavar="CODE", help="Enter all the same where this is found; repeatable.")
@click.option("--dry-run", is_flag=True, help="Check and decide everything, write nothing.")
@formatted("jsonl")
@reporting
@enveloped
def enter(
    url: str, deal: str, entry: TextIO, accept: tuple[str, ...], dry_run: bool, form: str, envelope: Envelope
) -> None:
    """Enter what DEAL carries with it as of a payment date (ENTRY, JSON), before its first month is posted.

    ENTRY says as_of, the balances of groups and classes, and as far as they are known amounts to date, averages of the
    pool, and earlier months' speeds and delinquency; all of it becomes events *_brought_forward. Loans are boarded
    before, as of the same date: a group whose loans are boarded has its balance from them.

    It is checked first against the terms (balance and retired are the face, losses in the order of ranks, classes
    within the pool) and against the loans; then `replay entry URL DEAL STATEMENT` holds it to the last published
    statement. docs/bring-a-deal-in.md shows both. Prints the receipt as JSON.

    Exit status 0: entered; 1: refused, and nothing was entered; 2: the file or the ledger could not be used.

    \b
      {"as_of": "2024-01-25",
       "groups": {"one": {"balance": "950000.00", "loan_count": 9}},
       "classes": {"A": {"balance": "750000.00"}, "B": {"balance": "150000.00"}},
       "amounts": [{"measure": "interest paid", "class_id": "A", "amount": "40000.00"}]}
    """
    from ledger.writing.entry import boarded_groups, entry_faults, entry_from_json

    with opened(url) as ledger:
        terms, end = ledger.terms(deal), ledger.head(deal).sequence
        try:
            found = entry_from_json(_text(entry), deal, terms)
        except InvalidEvent as fault:
            refuse(fault.violations)
        boarded = boarded_groups(ledger.stored_rows(deal))
        faults = entry_faults(found, terms, boarded)
        refused = [item for item in faults if item.code not in accept]
        if refused:
            refuse(refused, "nothing was entered")
        for item in faults:
            tell(f"accepted: {item.event_id}: {item.message} [{item.code}]")
        outcome = ledger.post_many(
            found.without_boarded(boarded), envelope=envelope, expected_sequence=None, dry_run=dry_run
        )
    if outcome.accepted:
        tell(f"{deal} stands as of {found.as_of}, brought forward; {end} events stand before it")
        tell(f"next: replay entry URL {deal} STATEMENT, then the first month (ledger check URL {deal} DATE)")
    finish_posting(outcome, [] if outcome.accepted else list(outcome.violations), dry_run=dry_run, form=form)


def _text(file: TextIO) -> str:
    from ledger.values.limits import EVENT_CHARACTERS

    try:
        text = file.read(EVENT_CHARACTERS.value + 1)
    except UnicodeDecodeError as fault:
        message = f"it is not UTF-8 text (byte {fault.start + 1})"
        raise InvalidArgument(getattr(file, "name", "FILE"), "not_text", message) from None
    if len(text) > EVENT_CHARACTERS.value:
        raise InvalidArgument("FILE", "too_large", EVENT_CHARACTERS.exceeded("the file"))
    return text.removeprefix("\ufeff")

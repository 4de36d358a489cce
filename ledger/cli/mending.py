"""``ledger reverse``, ``correct``, ``restate``: what was wrong is voided, replaced, or told of a closed month."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, TextIO

import click

from ledger.cli.base import formatted, main, opened, refuse
from ledger.cli.event_files import read_events
from ledger.cli.people import enveloped
from ledger.cli.posting import announced, finish_posting
from ledger.console import URL_HELP, CalendarDate, reporting, say
from ledger.errors import Violation

if TYPE_CHECKING:
    from ledger.events.base import Event
    from ledger.service import Ledger
    from ledger.values.envelope import Envelope
    from ledger.writing.receipts import Receipt

_ON = click.option(
    "--on",
    "on",
    type=CalendarDate(),
    help="The business date of the correction (default: that of the event, as if it had never been posted).",
)
_REASON = click.option("--reason", required=True, help="Why; it is stored with the correction and hashed with it.")
_RESTATES = click.option("--restates", is_flag=True, help="It may change a closed month, which is then restated.")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("event_id")
@_ON
@_REASON
@_RESTATES
@formatted("jsonl")
@reporting
@enveloped
def reverse(
    url: str,
    deal: str,
    event_id: str,
    on: dt.datetime | None,
    reason: str,
    restates: bool,
    form: str,
    envelope: Envelope,
) -> None:
    """Void the event EVENT_ID of DEAL; it stays in the log, and counts no more.

    An event of a month that is closed is voided with --restates only. Doing it again changes nothing.

    \b
      ledger reverse trust.db trust fee/2024-02/17 --reason "charged to the wrong loan"

    Exit status 0: voided; 1: refused, and nothing was posted; 2: it could not be posted.
    """
    with opened(url) as ledger:
        day = _day(ledger, deal, event_id, on)
        outcome = ledger.reverse(
            deal, event_id, effective_date=day, reason=reason, restates=restates, envelope=envelope
        )
    finish_posting(outcome, [] if outcome.accepted else list(outcome.violations), dry_run=False, form=form)


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("event_id")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@_ON
@_REASON
@formatted("jsonl")
@reporting
@enveloped
def correct(
    url: str, event_id: str, file: TextIO, on: dt.datetime | None, reason: str, form: str, envelope: Envelope
) -> None:
    """Void the event EVENT_ID and post the one event of FILE (JSON; - or nothing for standard input) in its place.

    Both land together, or neither does. Where the month is closed the event of FILE says "restates": true.

    \b
      echo '{"$type": "servicing_fee_withheld", "event_id": "fee/2024-02/17b", ...}' |
          ledger correct trust.db fee/2024-02/17 --reason "a rate too high"

    Exit status 0: corrected; 1: refused, and nothing was posted; 2: it could not be posted.
    """
    events = _read(file)
    if len(events) != 1:
        told = f"FILE holds {len(events)} events; a correction posts one in the place of one"
        refuse([Violation(event_id, "file", "not_one_event", told)])
    with opened(url) as ledger:
        day = _day(ledger, events[0].deal, event_id, on)
        outcome = ledger.correct(event_id, events[0], effective_date=day, reason=reason, envelope=envelope)
    finish_posting(outcome, [] if outcome.accepted else list(outcome.violations), dry_run=False, form=form)


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--dry-run", is_flag=True, help="Decide everything, write nothing.")
@formatted("jsonl")
@reporting
@enveloped
def restate(url: str, file: TextIO, dry_run: bool, form: str, envelope: Envelope) -> None:
    """Post the events of FILE (JSON Lines; - or nothing for standard input) into the closed months that they belong to.

    Every event is posted as one that restates: what was known at the closing stays known, and `replay diff` shows what
    the restatement changes. Which distributions are restated is said afterwards. What belongs to an open month lands
    there, and restates nothing.

    \b
      ledger restate trust.db found-late.jsonl --actor "A. Clerk" --document letter.pdf
      replay diff trust.db trust --payment-date 2024-02-26

    Exit status 0: posted; 1: refused, and nothing was posted; 2: it could not be posted.
    """
    import attrs

    events = _read(file)
    with opened(url) as ledger:
        restating = [attrs.evolve(event, restates=True) for event in events]
        with announced(len(restating)):
            outcome = ledger.post_many(restating, envelope=envelope, dry_run=dry_run)
        restated = _restated(ledger, outcome) if outcome.accepted and not dry_run else []
    finish_posting(outcome, [] if outcome.accepted else list(outcome.violations), dry_run=dry_run, form=form)
    for day in restated:
        say(f"{outcome.deal}: the distribution of {day} is restated; replay diff --payment-date {day} shows it")


def _restated(ledger: Ledger, outcome: Receipt) -> list[dt.date]:
    """Return the payment dates of the closed distributions that events of a batch belong to."""
    recorded = ledger.events(outcome.deal, event_ids=outcome.event_ids)
    days = {item.distribution_date for item in recorded if item.distribution_date is not None}
    return sorted(day for day in days if ledger.closing(outcome.deal, day) is not None)


def _read(file: TextIO) -> list[Event]:
    name = getattr(file, "name", "-")
    events, violations = read_events(file, name)
    if violations or not events:
        refuse(violations or [Violation(name, "", "empty_batch", "there is no event in it; write one a line, as JSON")])
    return events


def _day(ledger: Ledger, deal: str, event_id: str, on: dt.datetime | None) -> dt.date:
    """Return the day of a correction: the one given, or that of the event that it voids."""
    if on is not None:
        return on.date()
    found = next(ledger.events(deal, event_ids=[event_id]), None)
    if found is None:
        told = f"{deal} has no event of this id; ledger events lists them"
        refuse([Violation(event_id, "event_id", "unknown_event", told)])
    return found.event.effective_date

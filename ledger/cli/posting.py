"""``ledger init``, ``upgrade`` and ``post``: what writes into a ledger."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

import click

from ledger.cli.base import main, opened, refuse
from ledger.cli.people import enveloped
from ledger.console import PROGRESS_FROM, URL_HELP, WholeNumber, reporting, say, show
from ledger.errors import InvalidEvent, UnknownDeal, Violation

if TYPE_CHECKING:
    from ledger.events.base import Event
    from ledger.service import Ledger
    from ledger.values.envelope import Envelope


@main.command(epilog=URL_HELP)
@click.argument("url")
@reporting
def init(url: str) -> None:
    """Create an empty ledger at URL (or bring an existing one to this release's schema)."""
    from ledger.service import Ledger

    with Ledger.create(url) as ledger:
        say(f"the ledger at {ledger.url} is ready; {len(ledger.deals())} deals")


@main.command(epilog=URL_HELP)
@click.argument("url")
@reporting
def upgrade(url: str) -> None:
    """Bring the schema of an existing ledger at URL up to this release; events stay as they are."""
    from ledger.service import Ledger

    with Ledger.open(url, upgrade=True) as ledger:
        say(f"the ledger at {ledger.url} has this release's schema")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--dry-run", is_flag=True, help="Decide everything, write nothing.")
@click.option("--expected-sequence", type=WholeNumber(), help="Post only if the deal's log ends at this sequence.")
@reporting
@enveloped
def post(
    url: str,
    file: TextIO,
    dry_run: bool,
    expected_sequence: int | None,
    envelope: Envelope,
) -> None:
    """Post events from FILE (JSON Lines; - for standard input): all of them, or none.

    Every event of a file belongs to one deal. Posting a file again changes nothing. Prints the receipt as JSON.
    """
    from ledger.reports import as_json_lines
    from ledger.reports.outcomes import receipt_report

    name = getattr(file, "name", "-")
    events, violations = read_events(_lines(file), name)
    if violations:
        refuse(violations)
    if not events:
        refuse([Violation(name, "", "empty_batch", "there is no event in it; write one a line, as JSON")])
    with opened(url) as ledger:
        outcome = ledger.post_many(events, envelope=envelope, expected_sequence=expected_sequence, dry_run=dry_run)
        violations = [] if outcome.accepted else list(_told_once(outcome.violations, outcome.deal, ledger))
    if not outcome.accepted:
        refuse(violations)
    show(as_json_lines(receipt_report(outcome, dry_run=dry_run)))


def _told_once(violations: Iterable[Violation], deal: str, ledger: Ledger) -> Iterator[Violation]:
    """Yield violations, but that there is no such deal only once, with those that there are: every event breaks it."""
    told = False
    for item in violations:
        if item.code != "unknown_deal":
            yield item
        elif not told:
            told = True
            known = UnknownDeal(deal, ledger.deals())
            yield Violation(item.event_id, item.field, item.code, f"{known}; a new one begins with deal_opened")


def read_events(lines: Iterable[str], name: str) -> tuple[list[Event], list[Violation]]:
    """Return the events of JSON Lines and what is wrong with those that cannot be read."""
    from ledger.events import codec

    events: list[Event] = []
    violations: list[Violation] = []
    try:
        for number, line in enumerate(_progress(lines), 1):
            if not line.strip():
                continue
            try:
                events.append(codec.from_json(line.strip(), where=f"{name}:{number}"))
            except InvalidEvent as fault:
                violations.extend(fault.violations)
    except UnicodeDecodeError as fault:
        violations.append(Violation(name, "", "malformed_json", f"the file is not UTF-8 text: {fault}"))
    return events, violations


def _lines(file: TextIO) -> Iterator[str]:
    """Yield the lines of a file; raises :class:`~ledger.errors.InvalidArgument` for one that is too large."""
    from ledger.errors import InvalidArgument
    from ledger.values.limits import POSTING_CHARACTERS

    content = file.read(POSTING_CHARACTERS.value + 1)
    if len(content) > POSTING_CHARACTERS.value:
        raise InvalidArgument("FILE", "too_large", POSTING_CHARACTERS.exceeded("the file"))
    yield from io.StringIO(content)


def _progress(lines: Iterable[str]) -> Iterator[str]:
    held = list(lines)
    if len(held) < PROGRESS_FROM:
        yield from held
        return
    with click.progressbar(held, label="reading events", file=sys.stderr) as bar:
        yield from bar

"""What is asked of the ledgers of a set, through the two commands; what they answer is printed and kept."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ledger import Ledger, PeriodClosed, Schedule
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from tests.old_ledgers import carried, maple
from tests.old_ledgers.servicer import DEAL as CEDAR

SHORT = {sample.DEAL: "impac", CEDAR: "cedar", carried.DEAL: "carried", maple.DEAL: "maple"}
"""What the files of a deal are called."""

EXPLAINED = {
    sample.DEAL: ("2002-08-30", ("3/interest/A/accrued interest", "10/Current PPIS/fixed")),
    CEDAR: ("2021-02-26", ("3/interest/A/accrued interest", "10/Current PPIS/fixed")),
    carried.DEAL: ("2021-02-21", ("3/interest/B/accrued interest",)),
    maple.DEAL: ("2021-01-29", ("3/interest/A/accrued interest",)),
}
"""Figures of each deal that are explained, of which statement."""


@attrs.frozen
class Question:
    """A command whose output is kept.

    In the arguments ``{ledger}`` stands for the ledger's address, ``{bundles}`` for the directory that the bundles were
    unpacked into, and ``{set}`` for the set itself.
    """

    file: str
    command: str
    arguments: tuple[str, ...]
    deal: str = ""


def questions(held: Ledger) -> Iterator[Question]:
    """Yield what is asked of the ledger, deal by deal."""
    for deal in held.deals():
        yield from _statements(held, deal, SHORT[deal])
        yield from _others(deal, SHORT[deal])
    between = ("--known-through", *_restated(held))
    for form in ("text", "csv", "json"):
        for day in ("2021-02-26", "2021-03-31"):
            asking = ("diff", "{ledger}", CEDAR, "--record-date", day, *between, "--format", form)
            yield Question(f"cedar/{day}.diff.{_ending(form)}", "replay", asking, CEDAR)
        for day, pattern in (("2002-08-30", "impac*"), ("2021-02-28", "c*")):
            many = ("portfolio", "{ledger}", "--record-date", day, "--deal", pattern, "--format", form)
            yield Question(f"portfolio.{day}.{_ending(form)}", "replay", many)
    yield Question("deals.txt", "ledger", ("deals", "{ledger}"))
    tie_out = ("reconcile", "{ledger}", sample.DEAL, "--record-date", "2002-08-30", "--published")
    yield Question("impac/reconciled.txt", "replay", tie_out, sample.DEAL)


def _ending(form: str) -> str:
    return "txt" if form == "text" else form


def _restated(held: Ledger) -> tuple[str, str]:
    """Return the sequences between which the closed months were restated."""
    paid = [item.sequence for item in held.events(CEDAR) if not item.event.restates]
    restating = [item.sequence for item in held.events(CEDAR) if item.event.restates]
    return str(max(number for number in paid if number < min(restating))), str(max(restating))


def _statements(held: Ledger, deal: str, short: str) -> Iterator[Question]:
    """Yield the statement of every month that holds something, as known now and at every closing."""
    calendar = Schedule(held.terms(deal))
    closings = [(item.sequence, item.event) for item in held.events(deal, types=["period_closed"])]
    months = {event.distribution_date: sequence for sequence, event in closings if isinstance(event, PeriodClosed)}
    still_open = {item.distribution_date for item in held.events(deal)} - {None, *months}
    for paid in sorted({*months, *(day for day in still_open if day is not None and day > max(months))}):
        at = calendar.paid_on(paid)
        assert at is not None
        day = str(at.record_date)
        asking: tuple[str, ...] = ("statement", "{ledger}", deal, "--record-date", day)
        for form in ("text", "csv", "json"):
            yield Question(f"{short}/{day}.statement.{_ending(form)}", "replay", (*asking, "--format", form), deal)
        if paid in months:
            known = ("--known-through", str(months[paid] - 1))
            yield Question(f"{short}/{day}.statement.closed.txt", "replay", (*asking, *known), deal)
        yield Question(
            f"{short}/{paid}.books.txt", "replay", ("books", "{ledger}", deal, "--record-date", str(paid)), deal
        )


def _others(deal: str, short: str) -> Iterator[Question]:
    """Yield a deal's explanations, advances, heads and verifications."""
    day, figures = EXPLAINED[deal]
    for number, figure in enumerate(figures, 1):
        for form in ("text", "json"):
            asking = ("explain", "{ledger}", deal, "--record-date", day, figure, "--format", form)
            yield Question(f"{short}/{day}.explained.{number}.{_ending(form)}", "replay", asking, deal)
    for form in ("text", "csv", "json"):
        for what in ("books", "advances"):
            listed = (what, "{ledger}", deal, "--record-date", day, "--format", form)
            yield Question(f"{short}/{day}.{what}.{_ending(form)}", "replay", listed, deal)
    yield Question(f"{short}/head.txt", "replay", ("head", "{ledger}", deal), deal)
    yield Question(f"{short}/verified.txt", "replay", ("verify", "{ledger}", deal), deal)
    checked = ("--checkpoint", f"{{set}}/checkpoints/{short}.json", "--public-key", "{set}/trustee.pub")
    yield Question(f"{short}/checked.txt", "replay", ("verify", "{ledger}", deal, *checked), deal)
    signer = ("--public-key", "{set}/trustee.pub") if deal == CEDAR else ()
    yield Question(f"{short}/bundle.txt", "replay", ("verify", f"{{bundles}}/{short}.zip", *signer))
    vouched = ("check-signature", f"{{set}}/checkpoints/{short}.json", "--public-key", "{set}/trustee.pub")
    yield Question(f"{short}/vouched.txt", "replay", vouched)

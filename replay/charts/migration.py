"""Which status loans came from and which they went to, loan by loan, from one distribution to the next.

A loan counts with the balance that it came with, so that a row of the table adds up to what stood in that status
before; one that joined the pool counts with the balance that it has now. What of the pool no single loan holds is a
stream of its own, so that all that stood before adds up to the pool.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from ledger import DistributionReport, Ledger, LoanLine, NoDistribution, ReplayGap, schedule
from replay.charts.chart import Chart, ChartKind, Stream, Unit

NAME = "status-migration"
_FIRST = "No distribution went before this one."
_UNKNOWN = "What stood before is not known."
_BY_GROUP = "The pool is known by group, not loan by loan: how loans moved between statuses is not known."
_UNSEEN = "Not known loan by loan"
_JOINED, _LEFT = "Joined the pool", "Left the pool"
_BEFORE, _AFTER = "before", "now"
_WORDS = {
    "current": "Current",
    "1 payment": "1 payment behind",
    "2 payments": "2 payments behind",
    "3+ payments": "3 or more payments behind",
    "foreclosure": "In foreclosure",
    "bankruptcy": "Bankrupt",
    "reo": "REO",
}
_ORDER = (*_WORDS.values(), _JOINED, _LEFT, _UNSEEN)


def status_migration(ledger: Ledger, report: DistributionReport) -> Chart:
    """Return the flow of the pool's loans from their statuses after the distribution before to those after this one.

    It is empty, and says why, where no single loans are known or no distribution went before.
    """
    before, now = _standing_before(ledger, report), _standing(ledger, report)
    moved: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for loan in sorted(before.keys() | now.keys()) if before else ():
        old, new = before.get(loan), now.get(loan)
        held = old or new
        if held is not None:
            moved[_status(old, _JOINED), _status(new, _LEFT)].append(held.stated_balance)
    streams = tuple(
        Stream(source=f"{old} {_BEFORE}", target=f"{new} {_AFTER}", amount=Fraction(sum(balances)))
        for (old, new), balances in sorted(moved.items(), key=lambda item: tuple(map(_place, item[0])))
    )
    counted = tuple(
        f"{old} to {new}: {len(balances):,} loan{'s' if len(balances) > 1 else ''}."
        for (old, new), balances in sorted(moved.items(), key=lambda item: tuple(map(_place, item[0])))
        if old != new
    )
    whole = report.collateral.total.opening_balance.decimal
    apart = whole - sum((line.stated_balance for line in before.values()), Decimal(0))
    unseen = (f"{apart:,.2f} of the pool's {whole:,.2f} before is known by group only, and how it moved is not known.",)
    if streams and apart > 0:
        streams += (Stream(source=f"{_UNSEEN} {_BEFORE}", target=f"{_UNSEEN} {_AFTER}", amount=Fraction(apart)),)
    return Chart(
        name=NAME,
        title="How loans moved between statuses",
        about="Balance before of the loans of each status, by the status that they are in now, loan by loan.",
        kind=ChartKind.FLOW,
        unit=Unit.DOLLARS,
        streams=streams,
        layers=(_named(stream.source for stream in streams), _named(stream.target for stream in streams)),
        notes=(*counted, *(unseen if apart else ())) if streams else (_why_empty(ledger, report),),
    )


def _named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names), key=lambda name: _place(name.rpartition(" ")[0])))


def _why_empty(ledger: Ledger, report: DistributionReport) -> str:
    before = _day_before(report)
    if before is None:
        return _FIRST
    try:
        ledger.loans_paid(report.deal, before, known_through=report.known_through)
    except (NoDistribution, ReplayGap):
        return _UNKNOWN
    return _BY_GROUP


def _day_before(report: DistributionReport) -> dt.date | None:
    days = schedule(report.terms).payment_dates
    return max((day for day in days if day < report.distribution.payment_date), default=None)


def _standing_before(ledger: Ledger, report: DistributionReport) -> dict[str, LoanLine]:
    before = _day_before(report)
    if before is None:
        return {}
    try:
        book = ledger.loans_paid(report.deal, before, known_through=report.known_through)
        return {line.loan: line for line in book if line.stated_balance > 0}
    except (NoDistribution, ReplayGap):
        return {}


def _standing(ledger: Ledger, report: DistributionReport) -> dict[str, LoanLine]:
    book = ledger.loans_paid(report.deal, report.distribution.payment_date, known_through=report.known_through)
    return {line.loan: line for line in book if line.stated_balance > 0}


def _status(line: LoanLine | None, absent: str) -> str:
    """Return a loan's status in a word or two: how far it is behind, unless something graver stands over that."""
    if line is None:
        return absent
    told = line.bucket if line.status == "performing" else line.status
    return _WORDS.get(told, told.capitalize())


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name), "") if name in _ORDER else (len(_ORDER), name)


__all__ = ["NAME", "status_migration"]

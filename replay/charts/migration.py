"""Which status loans came from and which they went to, loan by loan, from one distribution to the next.

A loan counts with the balance that it came with, so that a row of the table adds up to what stood in that status
before; one that joined the pool counts with the balance that it has now. What of the pool no single loan holds is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from ledger import DistributionReport, Ledger, LoanLine, NoDistribution, ReplayGap, schedule
from replay.charts.chart import Chart, ChartKind, Stream, Unit

NAME = "status-migration"
_UNKNOWN = "The statuses of single loans, before and now, are not known."
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
_ORDER = (*_WORDS.values(), _JOINED, _LEFT)


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
        f"{old} to {new}: {len(balances):,} loan{'s' if len(balances) > 1 else ''}"
        for (old, new), balances in sorted(moved.items(), key=lambda item: tuple(map(_place, item[0])))
        if old != new
    )
    whole = report.collateral.total.opening_balance.decimal
    apart = whole - sum((line.stated_balance for line in before.values()), Decimal(0))
    unseen = (f"{apart:,.2f} of the pool's {whole:,.2f} before is of loans that are not known one by one.",)
    return Chart(
        name=NAME,
        title="How loans moved between statuses",
        about="Balance before of the loans of each status, by the status that they are in now, loan by loan.",
        kind=ChartKind.FLOW,
        unit=Unit.DOLLARS,
        streams=streams,
        layers=(_named(stream.source for stream in streams), _named(stream.target for stream in streams)),
        notes=(*counted, *(unseen if apart else ())) if streams else (_UNKNOWN,),
    )


def _named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names), key=lambda name: _place(name.rpartition(" ")[0])))


def _standing_before(ledger: Ledger, report: DistributionReport) -> dict[str, LoanLine]:
    days = [day for day in schedule(report.terms).payment_dates if day < report.distribution.payment_date]
    if not days:
        return {}
    try:
        book = ledger.loans_paid(report.deal, days[-1], known_through=report.known_through)
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

"""The advance sub-ledger: what the servicer advanced and has not got back, loan by loan and month by month.

A month is the payment date of the distribution that an advance was made for; taking an advance back through a reversal
counts against the month of the advance that it voids. What a loan paid back counts against its own oldest month first,
principal against principal and interest against interest as far as they go. What was then declared nonrecoverable is
again the oldest that is left. Advances that a servicer reports for a whole group stand under the group, with no loan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import attrs

from ledger.events.advances import RecoverySource
from ledger.journal.advance_types import concerns_advances, repays
from ledger.journal.totals import TotalRow
from ledger.values.dates import date_from_number
from ledger.values.glance import Glanced
from ledger.values.money import from_store

_P, _I, _S, _B = "principal", "interest", "servicing", "brought_forward"
_KINDS = (_P, _I, _S, _B)


@attrs.frozen(kw_only=True)
class AdvanceBalance:
    """What was advanced for one month on one loan (``loan`` "" for a group as a whole), in dollars.

    ``principal``, ``interest``, ``servicing`` and ``brought_forward`` (an opening balance of principal and interest,
    not divided) are still owed and come out of the loan's own collections; ``nonrecoverable`` is still owed and may
    come out of any funds. ``recovered`` came out of late collections and proceeds, ``recovered_from_any_funds`` is
    beside it. ``month`` is a payment date, or None before the first one.
    """

    loan: str
    group: str
    month: dt.date | None
    made: Decimal
    recovered: Decimal
    recovered_from_any_funds: Decimal
    principal: Decimal
    interest: Decimal
    servicing: Decimal
    brought_forward: Decimal
    nonrecoverable: Decimal

    @property
    def outstanding(self) -> Decimal:
        """What the servicer is still owed: everything made, less everything recovered."""
        return self.principal + self.interest + self.servicing + self.brought_forward + self.nonrecoverable


@attrs.frozen(kw_only=True)
class AdvanceWithdrawal:
    """What was withdrawn for one loan's advances to date, beside what justifies it, in dollars.

    ``late_collections`` and ``proceeds`` are what the loan brought in. For a group's own advances (``loan`` "") they
    are what all its loans brought in, and ``available`` is net of what was withdrawn for those loans too.
    ``from_capitalized`` was repaid for arrears that were added to principal, out of principal or as the terms say.
    """

    loan: str
    group: str
    from_late_collections: Decimal
    from_proceeds: Decimal
    from_any_funds: Decimal
    late_collections: Decimal
    proceeds: Decimal
    declared_nonrecoverable: Decimal
    available: Decimal
    from_capitalized: Decimal = Decimal("0.00")

    @property
    def withdrawn(self) -> Decimal:
        """Everything withdrawn, from whatever source."""
        return self.from_late_collections + self.from_proceeds + self.from_any_funds + self.from_capitalized

    @property
    def justified(self) -> bool:
        """Whether what was brought in and what was declared cover what was withdrawn."""
        return self.available >= 0 and self.from_any_funds <= self.declared_nonrecoverable


@attrs.frozen(kw_only=True)
class Advances(Glanced):
    """Every advance of a deal up to a business date, at one point of knowledge.

    ``balances`` hold one line a loan and month, settled ones too; ``withdrawals`` one line for every loan that an
    advance was taken back for.
    """

    deal: str
    date: dt.date
    known_through: int
    balances: tuple[AdvanceBalance, ...]
    withdrawals: tuple[AdvanceWithdrawal, ...]

    def __repr__(self) -> str:
        return f"<Advances {self.deal} {self.date}, known through {self.known_through}: {len(self.balances)} months>"

    def glance(self) -> list[dict[str, str]]:
        """Return the balances, loan by loan and month by month."""
        return self.rows()

    def __iter__(self) -> Iterator[AdvanceBalance]:
        return iter(self.balances)

    def outstanding(self, *, loan: str | None = None, group: str | None = None) -> Decimal:
        """Return what the servicer is owed in dollars: over all, of a loan ("" for what names none), of a group."""
        found = (
            item.outstanding
            for item in self.balances
            if (loan is None or item.loan == loan) and (group is None or item.group == group)
        )
        return sum(found, Decimal("0.00"))

    def rows(self) -> list[dict[str, str]]:
        """Return the balances as plain rows, loan by loan and month by month."""
        return [
            {
                "group": item.group,
                "loan": item.loan,
                "month": "" if item.month is None else str(item.month),
                **{name: str(getattr(item, name)) for name in _AMOUNTS},
            }
            for item in self.balances
        ]

    def withdrawal_rows(self) -> list[dict[str, str]]:
        """Return what was withdrawn and what justifies it as plain rows, loan by loan."""
        return [
            {
                "group": item.group,
                "loan": item.loan,
                **{name: str(getattr(item, name)) for name in _WITHDRAWN},
                "justified": "yes" if item.justified else "no",
            }
            for item in self.withdrawals
        ]


_AMOUNTS = (
    "made",
    "recovered",
    "recovered_from_any_funds",
    "principal",
    "interest",
    "servicing",
    "brought_forward",
    "nonrecoverable",
    "outstanding",
)
_WITHDRAWN = (
    "withdrawn",
    "from_late_collections",
    "late_collections",
    "from_proceeds",
    "proceeds",
    "from_any_funds",
    "declared_nonrecoverable",
    "available",
)


class _Month:
    """One month of one loan in store units: what was made, what is left of it by kind, and where the rest went."""

    def __init__(self) -> None:
        self.made = dict.fromkeys(_KINDS, 0)
        self.left = dict.fromkeys(_KINDS, 0)
        self.recovered = 0
        self.nonrecoverable = 0
        self.from_any_funds = 0


class _Account:
    """The totals of one loan, or of what a group reports as one."""

    def __init__(self) -> None:
        self.months: dict[int, _Month] = {}
        self.recovered = dict.fromkeys(_KINDS, 0)
        self.declared = dict.fromkeys(_KINDS, 0)
        self.by_source = dict.fromkeys((source.value for source in RecoverySource), 0)
        self.late_collections = 0
        self.proceeds = 0

    def add(self, row: TotalRow) -> None:
        """Take in one total; what does not concern advances is passed over."""
        if not concerns_advances(row.type, row.code):
            return
        amounts = {_P: row.principal, _I: row.interest, _S: row.other}
        if row.type in ("advance_made", "amount_brought_forward"):
            made = self.months.setdefault(row.distribution, _Month()).made
            if row.type == "amount_brought_forward":
                amounts = {_S if row.code == "unreimbursed servicing advances" else _B: row.memo}
            for kind, units in amounts.items():
                made[kind] += units
        elif row.type == "advance_recovered":
            self.by_source[row.code] += sum(amounts.values())
            if row.code != RecoverySource.ANY_FUNDS.value:
                for kind, units in amounts.items():
                    self.recovered[kind] += units
        elif row.type == "advance_declared_nonrecoverable":
            for kind, units in amounts.items():
                self.declared[kind] += units
        else:
            self.bring_in(row)

    def bring_in(self, row: TotalRow) -> None:
        """Take in what was collected late or came in as proceeds."""
        units = repays(row.type, row.code, row.components)
        if row.type == "collection_received":
            self.late_collections += units
        else:
            self.proceeds += units

    def settle(self) -> list[tuple[int, _Month]]:
        """Return the months in order, with what was recovered and declared set against the oldest of them."""
        if not self.months:
            self.months[0] = _Month()
        months = [self.months[number] for number in sorted(self.months)]
        for month in months:
            month.left = dict(month.made)
        for month, units in _oldest_first(months, self.recovered):
            month.recovered += units
        for month, units in _oldest_first(months, self.declared):
            month.nonrecoverable += units
        taken = self.by_source[RecoverySource.ANY_FUNDS.value]
        for month in months:
            units = min(taken, month.nonrecoverable) if month is not months[-1] else taken
            month.nonrecoverable -= units
            month.from_any_funds += units
            taken -= units
        return [(number, self.months[number]) for number in sorted(self.months)]


def _oldest_first(months: Sequence[_Month], amounts: dict[str, int]) -> list[tuple[_Month, int]]:
    """Take amounts out of what is left, month after month; return what each month gave.

    Principal and interest are advanced and recovered as one, so what one kind cannot give the other does. The rules
    let nothing be taken that is not there; were it stored all the same, it would show as a negative last month.
    """
    taken: list[tuple[_Month, int]] = []
    rest = dict(amounts)

    def take(wanted: str, kind: str) -> None:
        for month in months:
            units = max(0, min(rest[wanted], month.left[kind]))
            month.left[kind] -= units
            rest[wanted] -= units
            taken.append((month, units))

    for wanted, kind in ((_P, _P), (_I, _I), (_S, _S), (_P, _B), (_I, _B), (_P, _I), (_I, _P)):
        take(wanted, kind)
    for wanted, units in rest.items():
        months[-1].left[wanted] -= units
        taken.append((months[-1], units))
    return [(month, units) for month, units in taken if units]


def advances(deal: str, date: dt.date, known_through: int, rows: Iterable[tuple[str, int, TotalRow]]) -> Advances:
    """Return the advances that totals by loan, distribution and business date, all effective by ``date``, add up to."""
    accounts: dict[tuple[str, str], _Account] = {}
    groups: dict[str, _Account] = {}
    for loan, _, row in rows:
        accounts.setdefault((row.group, loan), _Account()).add(row)
        groups.setdefault(row.group, _Account()).add(row)
    balances: list[AdvanceBalance] = []
    withdrawals: list[AdvanceWithdrawal] = []
    for group, loan in sorted(accounts):
        account = accounts[group, loan]
        balances.extend(_balances(loan, group, account))
        if any(account.by_source.values()):
            withdrawals.append(_withdrawal(loan, group, account, account if loan else groups[group]))
    return Advances(
        deal=deal,
        date=date,
        known_through=known_through,
        balances=tuple(balances),
        withdrawals=tuple(withdrawals),
    )


def _balances(loan: str, group: str, account: _Account) -> Iterator[AdvanceBalance]:
    for number, month in account.settle():
        if any(month.made.values()) or month.recovered or month.from_any_funds or any(month.left.values()):
            yield AdvanceBalance(
                loan=loan,
                group=group,
                month=date_from_number(number) if number else None,
                made=from_store(sum(month.made.values())),
                recovered=from_store(month.recovered),
                recovered_from_any_funds=from_store(month.from_any_funds),
                principal=from_store(month.left[_P]),
                interest=from_store(month.left[_I]),
                servicing=from_store(month.left[_S]),
                brought_forward=from_store(month.left[_B]),
                nonrecoverable=from_store(month.nonrecoverable),
            )


def _withdrawal(loan: str, group: str, own: _Account, brought_in: _Account) -> AdvanceWithdrawal:
    late, proceeds, any_funds, capitalized = (own.by_source[source.value] for source in RecoverySource)
    apart = (RecoverySource.ANY_FUNDS, RecoverySource.CAPITALIZED)
    used = sum(units for source, units in brought_in.by_source.items() if source not in apart)
    return AdvanceWithdrawal(
        loan=loan,
        group=group,
        from_late_collections=from_store(late),
        from_proceeds=from_store(proceeds),
        from_any_funds=from_store(any_funds),
        late_collections=from_store(brought_in.late_collections),
        proceeds=from_store(brought_in.proceeds),
        declared_nonrecoverable=from_store(sum(own.declared.values())),
        available=from_store(brought_in.late_collections + brought_in.proceeds - used),
        from_capitalized=from_store(capitalized),
    )

"""A ratio-strip deal of two groups stripped to different rates, month by month in plain fractions.

It shares nothing with the ledger. Each group has one class of seniors; one principal-only class, or one of each group,
bears the discount fractions of its loans' losses and is paid them back out of the subordinates' principal. What losses
by fraud come to beyond an amount all others bear alike, but for these fractions of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.deals.shifting_model import ZERO, cents, spread

CENT = Fraction(1, 100)
STRIPS = {"1": Fraction("0.06"), "2": Fraction("0.05")}
SENIORS = {"1": "1-A", "2": "2-A"}
BELOW = ("B-1", "B-2", "B-3")


class Loan(NamedTuple):
    """A loan: its group, its balance, and what it bears, net, a year."""

    group: str
    balance: Fraction
    rate: Fraction

    @property
    def part(self) -> Fraction:
        """What of it is principal only."""
        strip = STRIPS[self.group]
        return max(strip - self.rate, ZERO) / strip


class Came(NamedTuple):
    """What a loan brought in a month; one that was sold left the pool, and what came in late is on an earlier loss."""

    scheduled: Fraction = ZERO
    prepaid: Fraction = ZERO
    sold: bool = False
    proceeds: Fraction = ZERO
    late: Fraction = ZERO
    fraud: bool = False


class Worked(NamedTuple):
    """A month worked out, by class."""

    principal: dict[str, Fraction]
    loss: dict[str, Fraction]
    written_up: dict[str, Fraction]
    paid_back: dict[str, Fraction]
    closing: dict[str, Fraction]


def down(value: Fraction) -> Fraction:
    return value // CENT * CENT


class Trust:
    """The deal between two months: loans, class balances and what of their losses is unpaid."""

    def __init__(
        self, loans: Mapping[str, Loan], faces: Mapping[str, str], owns: Mapping[str, Sequence[str]],
        carved_out: Fraction = ZERO,
    ) -> None:  # fmt: skip
        self.loans = dict(loans)
        self.carved_out = carved_out
        self.boarded = dict(loans)
        self.stands = {name: Fraction(face) for name, face in faces.items()}
        self.faces = dict(self.stands)
        self.owns = owns
        self.unpaid = dict.fromkeys(faces, ZERO)
        self.unborne = ZERO
        self.paid_back = dict.fromkeys(owns, ZERO)

    def only(self, group: str) -> Fraction:
        """What of a group is principal only."""
        return sum((loan.balance * loan.part for loan in self.loans.values() if loan.group == group), ZERO)

    def pool(self, group: str | None = None) -> Fraction:
        return sum((loan.balance for loan in self.loans.values() if group in (None, loan.group)), ZERO)

    def at_issue(self, group: str) -> Fraction:
        """What of a group was not principal only at issue."""
        return sum((loan.balance * (1 - loan.part) for loan in self.boarded.values() if loan.group == group), ZERO)

    def month(self, came: Mapping[str, Came]) -> Worked:
        of = {name: [item for item in came.items() if self.boarded[item[0]].group in groups]
              for name, groups in self.owns.items()}  # fmt: skip
        parts = {name: loan.part for name, loan in self.boarded.items()}
        lost = {
            name: self.loans[name].balance - item.proceeds for name, item in came.items() if item.sold
        }  # fmt: skip
        late = sum((item.late for item in came.values()), ZERO)
        shared = self._shared(came, lost, parts)
        before = dict(self.stands)
        up = {
            name: down(min(sum((parts[loan] * item.late for loan, item in mine), ZERO), self.unpaid[name]))
            for name, mine in of.items()
        }
        self.unborne += sum(lost.values(), ZERO) - late
        up |= self._others_up(down(late - sum(up.values(), ZERO)))
        self.unborne += sum(up.values(), ZERO)
        for name, amount in up.items():
            self.stands[name] += amount
            self.unpaid[name] -= amount
        principal, left = self._principal(came, of, parts, up, before)
        back = self._paid_back(left)
        left -= sum(back.values(), ZERO)
        self.unborne += sum(back.values(), ZERO)
        room = {name: self.stands[name] for name in BELOW}
        principal |= spread(
            left, room, {name: before[name] for name in BELOW} if any(before[name] for name in BELOW) else room
        )
        after = {name: cents(self.stands[name] - principal[name]) for name in self.stands}
        own = {
            name: min(cents(sum((parts[loan] * lost[loan] for loan, _ in mine if loan in lost), ZERO)), after[name])
            for name, mine in of.items()
        }
        self._fall(came)
        rest = {name: after[name] - own.get(name, ZERO) for name in after}
        loss = own | self._losses(rest, sum(own.values(), ZERO), shared)
        self.unborne -= sum(loss.values(), ZERO)
        for name, amount in loss.items():
            self.unpaid[name] += amount
        for name, amount in back.items():
            self.unpaid[name] -= amount
            self.paid_back[name] += amount
        closing = {name: after[name] - loss.get(name, ZERO) for name in after}
        return Worked(principal, loss, up, back, closing)

    def _shared(
        self, came: Mapping[str, Came], lost: Mapping[str, Fraction], parts: Mapping[str, Fraction]
    ) -> Fraction:
        """What is lost by fraud beyond the carve-out, without the fractions of it that are principal only."""
        now = {name: amount for name, amount in lost.items() if came[name].fraud}
        whole = sum(now.values(), ZERO)
        beyond = max(whole - self.carved_out, ZERO)
        self.carved_out = max(self.carved_out - whole, ZERO)
        only = sum((parts[name] * amount for name, amount in now.items()), ZERO)
        return beyond - only * beyond / whole if whole else ZERO

    def _others_up(self, left: Fraction) -> dict[str, Fraction]:
        found = {}
        ranks = [list(SENIORS.values()), *([name] for name in BELOW)]
        for names in ranks:
            owed = {name: self.unpaid[name] for name in names}
            for name, share in spread(min(left, sum(owed.values(), ZERO)), owed, owed).items():
                found[name] = cents(share)
            left -= min(left, sum(owed.values(), ZERO))
        return found

    def _principal(
        self, came: Mapping[str, Came], of: Mapping[str, list[tuple[str, Came]]], parts: Mapping[str, Fraction],
        up: Mapping[str, Fraction], before: Mapping[str, Fraction],
    ) -> tuple[dict[str, Fraction], Fraction]:  # fmt: skip
        principal: dict[str, Fraction] = {}
        recovered: dict[str, Fraction] = {}
        left = ZERO
        for name, mine in of.items():
            cash = sum((parts[loan] * (item.scheduled + item.prepaid + item.proceeds) for loan, item in mine), ZERO)
            principal[name] = min(cash + up[name], self.stands[name])
            claimed = {loan: parts[loan] * item.late for loan, item in mine}
            whole = sum(claimed.values(), ZERO)
            recovered |= {loan: up[name] * share / whole if whole else ZERO for loan, share in claimed.items()}
        for group, senior in SENIORS.items():
            mine = [(loan, item) for loan, item in came.items() if self.boarded[loan].group == group]
            scheduled = sum((item.scheduled * (1 - parts[loan]) for loan, item in mine), ZERO)
            ahead = sum((item.prepaid * (1 - parts[loan]) + item.late - recovered[loan] for loan, item in mine), ZERO)
            proceeds = sum((item.proceeds * (1 - parts[loan]) for loan, item in mine), ZERO)
            sold = sum((self.loans[loan].balance * (1 - parts[loan]) for loan, item in mine if item.sold), ZERO)
            share = Fraction(1)
            if any(before[name] for name in BELOW):
                share = min(before[senior] / (self.pool(group) - self.only(group)), Fraction(1))
            prepay = share if share <= self.faces[senior] / self.at_issue(group) else Fraction(1)
            due = share * scheduled + prepay * ahead
            due += min(share * sold, prepay * proceeds) if sold else prepay * proceeds
            principal[senior] = min(due, self.stands[senior])
            left += scheduled + ahead + proceeds - principal[senior]
        return principal, left

    def _paid_back(self, left: Fraction) -> dict[str, Fraction]:
        most = down(min(left, sum((self.stands[name] for name in BELOW), ZERO)))
        found = {}
        for name in self.owns:
            found[name] = min(most, self.unpaid[name])
            most -= found[name]
        return found

    def _fall(self, came: Mapping[str, Came]) -> None:
        for name, item in came.items():
            if name in self.loans:
                held = self.loans[name]
                self.loans[name] = held._replace(balance=held.balance - item.scheduled - item.prepaid)
            if item.sold:
                del self.loans[name]

    def _losses(self, after: Mapping[str, Fraction], own: Fraction, shared: Fraction) -> dict[str, Fraction]:
        left = down(max(min(sum(after.values(), ZERO) - self.pool(), self.unborne - own), ZERO))
        others = {name: after[name] for name in after if name not in self.owns}
        found = {name: cents(part) for name, part in spread(down(min(left, shared)), others, others).items()}
        left -= sum(found.values(), ZERO)
        after = {name: amount - found.get(name, ZERO) for name, amount in after.items()}
        for name in reversed(BELOW):
            borne = min(left, after[name])
            found[name] += borne
            left -= borne
        above = {
            senior: max(after[senior] - (self.pool(group) - self.only(group)), ZERO)
            for group, senior in SENIORS.items()
        }
        for name, share in spread(left, above, above).items():
            found[name] += cents(share)
        return found

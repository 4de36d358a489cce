"""What the rules must know of a deal: a value that is loaded from totals and moved forward event by event.

The state is a cache of the log, never a second truth. It holds integers in the store's units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import attrs

from ledger.events.base import COMPONENTS, Window
from ledger.events.registry import REGISTRY
from ledger.postings import account_effect, cash_effect, legs
from ledger.schedule import Schedule, schedule
from ledger.terms import DealTerms
from ledger.totals import TotalRow

_POSITION = {name: index for index, name in enumerate(COMPONENTS)}

BALANCE_SIGN: Mapping[str, int] = {
    "loan_boarded": 1,
    "scheduled_payment_due": -1,
    "curtailment_collected": -1,
    "payoff_collected": -1,
    "loan_repurchased": -1,
    "loan_substituted": -1,
    "loan_liquidated": -1,
    "insurance_proceeds_received": -1,
}
"""What ``principal`` of an event type does to the stated balance of its loan."""

REMOVALS = ("payoff_collected", "loan_repurchased", "loan_substituted", "loan_liquidated")
"""Event types that take loans out of the pool; their ``loans`` component says how many."""

CASH_TYPES = tuple(
    sorted(
        name
        for name in REGISTRY
        if any(leg.account in ("collection_account", "distribution_account") for leg in legs(name, ""))
    )
)
"""Event types that move one of the cash accounts."""


class Keys(NamedTuple):
    """The keys an event is stored under: empty strings where it has none."""

    loan: str
    group: str
    class_id: str
    code: str


class Names(NamedTuple):
    """What the terms call their groups and classes."""

    terms: DealTerms
    groups: tuple[str, ...]
    classes: tuple[str, ...]


@attrs.define
class LoanPosition:
    """Where one loan stands: balance and advances outstanding in units of 0.0001 dollar."""

    group: str = ""
    balance: int = 0
    on_books: int = 0
    note_rate: int = 0
    status: str = "performing"
    advances: int = 0
    servicing_advances: int = 0
    nonrecoverable: int = 0

    def apply(self, type_name: str, keys: Keys, components: tuple[int, ...]) -> None:
        """Move the position by one event (or the total of several of one type)."""
        principal = components[_POSITION["principal"]]
        if type_name == "loan_boarded":
            self.group = keys.group
            self.balance += principal + components[_POSITION["memo"]]
            memo = components[_POSITION["memo"]]
            self.on_books += (memo > 0) - (memo < 0) if memo else components[_POSITION["loans"]]
            return
        self.balance += BALANCE_SIGN.get(type_name, 0) * principal
        if type_name in REMOVALS:
            self.on_books -= components[_POSITION["loans"]]
        self.advances -= account_effect("unreimbursed_advances", type_name, keys.code, components)
        self.servicing_advances -= account_effect("servicing_advances", type_name, keys.code, components)
        self.nonrecoverable -= account_effect("nonrecoverable_advances", type_name, keys.code, components)


@attrs.define
class DealState:
    """A deal as far as the rules care.

    ``cash`` maps a business date to the net movement of the two cash accounts, ``funds`` a distribution to the same;
    ``collected`` is the part of ``funds`` that stands on the collection account.
    """

    deal: str
    sequence: int = 0
    hash: bytes = bytes(32)
    terms: DealTerms | None = None
    closed_through: int = 0
    issued: dict[str, int] = attrs.field(factory=dict)
    group_balances: dict[str, int] = attrs.field(factory=dict)
    group_counts: dict[str, int] = attrs.field(factory=dict)
    class_balances: dict[str, int] = attrs.field(factory=dict)
    loans: dict[str, LoanPosition] = attrs.field(factory=dict)
    group_advances: dict[tuple[str, str], int] = attrs.field(factory=dict)
    cash: dict[int, int] = attrs.field(factory=dict)
    funds: dict[int, int] = attrs.field(factory=dict)
    collected: dict[int, int] = attrs.field(factory=dict)
    _names: Names | None = attrs.field(default=None, init=False, repr=False, eq=False)
    _schedule: Schedule | None = attrs.field(default=None, init=False, repr=False, eq=False)

    @property
    def schedule(self) -> Schedule:
        """The deal's calendar; only an opened deal has one."""
        if self.terms is None:
            raise LookupError(f"{self.deal} is not open")
        if self._schedule is None or self._schedule.terms is not self.terms:
            self._schedule = schedule(self.terms)
        return self._schedule

    @property
    def names(self) -> Names:
        """The groups and classes that events may name."""
        if self.terms is None:
            raise LookupError(f"{self.deal} is not open")
        if self._names is None or self._names.terms is not self.terms:
            classes = tuple(item.class_id for item in self.terms.classes)
            self._names = Names(self.terms, self.terms.group_ids, classes)
        return self._names

    def apply(
        self, type_name: str, keys: Keys, components: tuple[int, ...], effective_date: int, distribution: int
    ) -> None:
        """Move the state by one event; a reversal comes under the reversed event's type with negative components."""
        self.apply_balances(type_name, keys, components)
        self.move_cash(type_name, keys.code, components, effective_date, distribution)
        if keys.loan:
            self.loans.setdefault(keys.loan, LoanPosition(group=keys.group)).apply(type_name, keys, components)

    def move_cash(
        self, type_name: str, code: str, components: tuple[int, ...], effective_date: int, distribution: int
    ) -> None:
        """Move the cash that is kept by date and by distribution."""
        moved = cash_effect(type_name, code, components)
        if moved:
            self.cash[effective_date] = self.cash.get(effective_date, 0) + moved
            self.funds[distribution] = self.funds.get(distribution, 0) + moved
        collected = account_effect("collection_account", type_name, code, components)
        if collected:
            self.collected[distribution] = self.collected.get(distribution, 0) + collected

    def apply_balances(self, type_name: str, keys: Keys, components: tuple[int, ...]) -> None:
        """Move the balances that are kept by group and by class."""
        principal = account_effect("pool_principal", type_name, keys.code, components)
        if principal:
            self.group_balances[keys.group] = self.group_balances.get(keys.group, 0) + principal
        count = components[_POSITION["loans"]]
        if type_name in REMOVALS:
            self.group_counts[keys.group] = self.group_counts.get(keys.group, 0) - count
        elif type_name in ("pool_balance_brought_forward", "loan_boarded"):
            self.group_counts[keys.group] = self.group_counts.get(keys.group, 0) + count
        if type_name == "bond_class_issued":
            self.issued[keys.class_id] = self.issued.get(keys.class_id, 0) + components[_POSITION["principal"]]
        bond = account_effect("bond_principal", type_name, keys.code, components)
        if bond or type_name == "bond_class_issued":
            self.class_balances[keys.class_id] = self.class_balances.get(keys.class_id, 0) - bond
        for account in ("unreimbursed_advances", "servicing_advances", "nonrecoverable_advances"):
            owed = account_effect(account, type_name, keys.code, components)
            if owed:
                key = (keys.group, account)
                self.group_advances[key] = self.group_advances.get(key, 0) - owed

    def load_totals(self, rows: Iterable[TotalRow]) -> None:
        """Take the balances from totals over the whole log."""
        for row in rows:
            self.apply_balances(row.type, Keys("", row.group, row.class_id, row.code), tuple(row[5:12]))

    def load_cash(self, rows: Iterable[tuple[int, TotalRow]]) -> None:
        """Take the cash movements from totals by business date."""
        for effective_date, row in rows:
            self.move_cash(row.type, row.code, tuple(row[5:12]), effective_date, row.distribution)

    def load_loans(self, rows: Iterable[tuple[str, TotalRow]]) -> None:
        """Take loan positions from totals by loan; a loan boards before anything else happens to it."""
        for loan, row in rows:
            position = self.loans.setdefault(loan, LoanPosition(group=row.group))
            position.apply(row.type, Keys(loan, row.group, row.class_id, row.code), tuple(row[5:12]))

    def window_of(self, type_name: str) -> Window:
        """Return the calendar window of an event type."""
        return REGISTRY[type_name].kind.window

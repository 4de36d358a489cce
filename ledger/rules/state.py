"""What the rules must know of a deal: a value that is loaded from totals and moved forward event by event.

The state is a cache of the log, never a second truth. It holds integers in the store's units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

import attrs

from ledger.deal.schedule import Schedule, schedule
from ledger.deal.terms import DealTerms
from ledger.deal.windows import Window
from ledger.events.base import COMPONENTS, RATES
from ledger.events.registry import REGISTRY
from ledger.journal.accounts import DEFERRED_PRINCIPAL, HELD_ACCOUNTS, LOSS_ACCOUNTS, TRUST_ACCOUNTS
from ledger.journal.advance_types import concerns_advances, repays
from ledger.journal.cuts import CutOf
from ledger.journal.movements import BALANCE_SIGN, REFERENCE, REMOVALS
from ledger.journal.postings import FUNDS_ACCOUNTS, account_effect, effect_on, effects, legs, units_of
from ledger.journal.totals import TotalRow
from ledger.rules.dues import Dues
from ledger.rules.modified import Beside
from ledger.rules.payments import Payments
from ledger.rules.set_aside import SetAside
from ledger.values.currency import DOLLARS, Currency

PRINCIPAL, INTEREST, LOSS, OTHER, MEMO, LOANS = (
    COMPONENTS.index(name) for name in ("principal", "interest", "loss", "other", "memo", "loans")
)
"""Places of components in the typed columns of an event, which begin with them."""

COMPONENT_COUNT = len(COMPONENTS)

NOTE_RATE, SERVICING_RATE = (COMPONENT_COUNT + RATES.index(name) for name in ("note_rate", "servicing_rate"))
"""Places of the rates in the typed columns, which come after the components."""

_ENTERING = {"pool_balance_brought_forward": 1, "loan_boarded": 1, **dict.fromkeys(REMOVALS, -1),
             **dict.fromkeys(REFERENCE, -1)}  # fmt: skip
"""What the number of loans of an event type does to the number of loans in its group."""

CARRYING = frozenset({"pool_balance_brought_forward", "class_balance_brought_forward"})
"""Event types that carry a deal in: their distribution is the last one that was reported elsewhere."""

_STANDING_WINDOWS = (Window.TERMS, Window.BALANCE, Window.BOARDING)
"""Windows of what a deal starts from or carries with it; what falls into another belongs to the month it happened."""


class Moves(NamedTuple):
    """What events of a type and code move of a state: effects as pairs of component index and sign."""

    pool: tuple[tuple[int, int], ...]
    bonds: tuple[tuple[int, int], ...]
    cash: tuple[tuple[int, int], ...]
    funds: tuple[tuple[int, int], ...]
    collected: tuple[tuple[int, int], ...]
    entering: int
    issues: bool
    balances: bool
    loan: bool
    held: tuple[tuple[str, tuple[tuple[int, int], ...]], ...]
    advances: bool
    month: bool
    accounts: tuple[tuple[int, int], ...]
    losses: tuple[tuple[int, int], ...]


KEPT_ACCOUNTS = (*HELD_ACCOUNTS, DEFERRED_PRINCIPAL)
"""Liabilities of which no more may be used in a group than stands there."""

_BRINGING_LOSSES = frozenset({("amount_brought_forward", "class losses")})
_LOSSES_BROUGHT = ((MEMO, -1),)
"""What brings losses of a class forward, which no account holds; they are credited as those are that it bears here."""

HELD_TYPES = tuple(sorted(name for name in REGISTRY if any(leg.account in HELD_ACCOUNTS for leg in legs(name, ""))))
"""Event types that bring in cash which is held for others, or take it out again."""


@cache
def moves_of(type_name: str, code: str) -> Moves:
    """Return what events of a type and code move of a state."""
    effect, entering, issues = effects(type_name, code), _ENTERING.get(type_name, 0), type_name == "bond_class_issued"
    accounts = effect_on((TRUST_ACCOUNTS,), type_name, code)
    losses = _LOSSES_BROUGHT if (type_name, code) in _BRINGING_LOSSES else effect_on(LOSS_ACCOUNTS, type_name, code)
    return Moves(
        *effect,
        entering=entering,
        issues=issues,
        balances=bool(
            effect.pool or effect.bonds or entering or issues or accounts or losses or type_name in HELD_TYPES
        ),
        loan=type_name in BALANCE_SIGN,
        held=tuple((name, moved) for name in KEPT_ACCOUNTS if (moved := effect_on((name,), type_name, code))),
        advances=concerns_advances(type_name, code),
        month=bool(legs(type_name, code)) and REGISTRY[type_name].kind.window not in _STANDING_WINDOWS,
        accounts=accounts,
        losses=losses,
    )


def takes_principal_alone(moves: Moves) -> bool:
    """Say whether events that name a loan take principal off it and its group, and move nothing else but cash."""
    others = moves.bonds or moves.held or moves.entering or moves.issues or moves.advances
    return moves.loan and moves.pool == ((PRINCIPAL, -1),) and not others


CASH_TYPES = tuple(sorted(name for name in REGISTRY if any(leg.account in FUNDS_ACCOUNTS for leg in legs(name, ""))))
"""Event types that move one of the cash accounts, or what is held in them for others."""


Place = tuple[str, str, dt.date, dt.date | None]
"""What decides where an event of the monthly routine belongs: type, code, effective date and due date."""


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
    """Where one loan stands; its balance in units of 0.0001 dollar.

    ``latest`` is the latest distribution that an earlier batch moved it in, ``cut`` what the loan is cut by: None where
    the log did not have it before.
    """

    group: str = ""
    balance: int = 0
    on_books: int = 0
    note_rate: int = 0
    status: str = "performing"
    latest: int = 0
    cut: CutOf | None = None

    def apply(self, type_name: str, keys: Keys, components: tuple[int, ...]) -> None:
        """Move the position by one event (or the total of several of one type)."""
        principal = components[PRINCIPAL]
        if type_name == "loan_boarded":
            self.group = keys.group
            self.balance += principal + components[MEMO]
            memo = components[MEMO]
            self.on_books += (memo > 0) - (memo < 0) if memo else components[LOANS]
            return
        self.balance += BALANCE_SIGN.get(type_name, 0) * principal
        if type_name in REMOVALS:
            self.on_books -= components[LOANS]


@attrs.define
class AdvancePosition:
    """Advances outstanding on every business date, in units of 0.0001 dollar: of one loan, or of a group.

    Each mapping holds movements by date (YYYYMMDD): ``owed`` of principal and interest, ``servicing`` of servicing
    advances, ``nonrecoverable`` of advances declared so, ``repayable`` of late collections and proceeds less what was
    taken out of them, ``capitalized`` of arrears added to principal less
    the advances repaid for it. A group's own position holds the advances that name no loan; late collections and
    proceeds are those of all its loans, and so is what was taken out of them.
    """

    owed: dict[int, int] = attrs.field(factory=dict)
    servicing: dict[int, int] = attrs.field(factory=dict)
    nonrecoverable: dict[int, int] = attrs.field(factory=dict)
    repayable: dict[int, int] = attrs.field(factory=dict)
    capitalized: dict[int, int] = attrs.field(factory=dict)

    def move(self, type_name: str, code: str, components: tuple[int, ...], day: int) -> None:
        """Move what is outstanding by one event (or the total of several of one type and day)."""
        for movements, account in (
            (self.owed, "unreimbursed_advances"),
            (self.servicing, "servicing_advances"),
            (self.nonrecoverable, "nonrecoverable_advances"),
        ):
            _add(movements, day, -account_effect(account, type_name, code, components))

    def bring_in(self, type_name: str, code: str, components: tuple[int, ...], day: int) -> None:
        """Move what advances may be taken out of."""
        _add(self.repayable, day, repays(type_name, code, components))
        if type_name == "interest_capitalized":
            _add(self.capitalized, day, components[PRINCIPAL])
        elif type_name == "advance_recovered" and code == "capitalized arrears":
            _add(self.capitalized, day, account_effect("collection_account", type_name, code, components))
        elif type_name == "advance_recovered" and code != "any funds":
            _add(self.repayable, day, account_effect("collection_account", type_name, code, components))


def _add(movements: dict[int, int], day: int, units: int) -> None:
    if units:
        movements[day] = movements.get(day, 0) + units


def least_from(movements: Mapping[int, int], day: int = 0) -> int:
    """Return the least running total on a business date or any later one: what may be taken out on that date."""
    if not movements or max(movements) <= day:
        return sum(movements.values())
    least = running = sum(units for on, units in movements.items() if on <= day)
    for on in sorted(on for on in movements if on > day):
        running += movements[on]
        least = min(least, running)
    return least


@attrs.define
class DealState:
    """A deal as far as the rules care.

    ``cash`` maps a business date to the net movement of the two cash accounts, ``funds`` a distribution to the same;
    ``collected`` is the part of ``funds`` that stands on the collection account. Advances are loaded when a batch takes
    some back: ``loan_advances`` holds the loans asked about so far, ``group_advances`` every group, or is None.
    ``months`` are the distributions that anything was posted to but what the deal started from or carried with it;
    ``carried`` is what was brought forward, by the distribution that it was brought forward from. ``held`` is cash held
    for others by account and group; ``dues`` are the instalments that fall due, under rules that refuse a second one;
    ``payments`` are those of the loans of which a batch says that the bank took some back. ``set_aside`` is the cash of
    the accounts beside the collection account, None until a batch moves one; ``beside`` what is known of the loans that
    a batch draws on or modifies. ``accounts`` are the accounts of the trust by name,
    ``unpaid_losses`` what classes bore of losses and were neither written up nor paid for.
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
    unpaid_losses: dict[str, int] = attrs.field(factory=dict)
    loans: dict[str, LoanPosition] = attrs.field(factory=dict)
    loan_advances: dict[str, AdvancePosition] = attrs.field(factory=dict)
    group_advances: dict[str, AdvancePosition] | None = None
    cash: dict[int, int] = attrs.field(factory=dict)
    funds: dict[int, int] = attrs.field(factory=dict)
    collected: dict[int, int] = attrs.field(factory=dict)
    months: set[int] = attrs.field(factory=set)
    held: dict[tuple[str, str], int] = attrs.field(factory=dict)
    dues: Dues = attrs.field(factory=Dues)
    payments: Payments = attrs.field(factory=Payments)
    beside: Beside = attrs.field(factory=Beside)
    carried: dict[int, int] = attrs.field(factory=dict)
    set_aside: SetAside | None = None
    accounts: dict[str, int] = attrs.field(factory=dict)
    _places: tuple[DealTerms | None, int, int, dict[Place, int]] = attrs.field(
        factory=lambda: (None, 0, 0, {}), init=False, repr=False, eq=False
    )
    _names: Names | None = attrs.field(default=None, init=False, repr=False, eq=False)
    _schedule: tuple[DealTerms | None, Schedule | None] = attrs.field(
        default=(None, None), init=False, repr=False, eq=False
    )

    @property
    def schedule(self) -> Schedule:
        """The deal's calendar; only an opened deal has one."""
        if self.terms is None:
            raise LookupError(f"{self.deal} is not open")
        made_for, found = self._schedule
        if found is None or made_for is not self.terms:
            # Its own terms may be others that are equal, and to compare terms at each event takes long.
            found = schedule(self.terms)
            self._schedule = self.terms, found
        return found

    @property
    def names(self) -> Names:
        """The groups and classes that events may name."""
        if self.terms is None:
            raise LookupError(f"{self.deal} is not open")
        if self._names is None or self._names.terms is not self.terms:
            classes = tuple(item.class_id for item in self.terms.classes)
            self._names = Names(self.terms, self.terms.group_ids, classes)
        return self._names

    @property
    def cent(self) -> int:
        """The smallest unit of cash of the deal's currency, in store units."""
        return self.currency.unit_in_store

    @property
    def currency(self) -> Currency:
        """What the deal's money is; dollars while it is not open."""
        return DOLLARS if self.terms is None else self.terms.currency

    def told(self, units: int) -> str:
        """Return units as a refusal says them, in the deal's currency."""
        return self.currency.amount_told(units)

    @property
    def places(self) -> dict[Place, int]:
        """The distributions that dates were found to belong to, by type and code, under these terms and closings."""
        terms, closed, carried, found = self._places
        if terms is not self.terms or closed != self.closed_through or carried != self.carried_in:
            found = {}
            self._places = (self.terms, self.closed_through, self.carried_in, found)
        return found

    @property
    def carried_in(self) -> int:
        """The distribution that the deal's balances were brought forward from; 0 where it was here from the start."""
        return max((number for number, units in self.carried.items() if units), default=0)

    def note_carried(self, type_name: str, components: tuple[int, ...], distribution: int) -> None:
        """Note what was brought forward, and from which distribution."""
        if type_name in CARRYING:
            self.carried[distribution] = self.carried.get(distribution, 0) + components[PRINCIPAL] + components[MEMO]

    @staticmethod
    def happens_in_month(type_name: str, code: str) -> bool:
        """Say whether such events make up a month: they move accounts, and no deal begins with them."""
        return moves_of(type_name, code).month

    def apply(
        self, type_name: str, keys: Keys, components: tuple[int, ...], effective_date: int, distribution: int
    ) -> None:
        """Move the state by one event; a reversal comes under the reversed event's type with negative components."""
        moves = moves_of(type_name, keys.code)
        if moves.month:
            self.months.add(distribution)
        self.note_carried(type_name, components, distribution)
        if moves.balances:
            self.apply_balances(type_name, keys, components)
        if moves.cash or moves.funds:
            self.move_cash(type_name, keys.code, components, effective_date, distribution)
        if moves.loan and keys.loan:
            held = self.loans.get(keys.loan)
            if held is None:
                held = self.loans[keys.loan] = LoanPosition(group=keys.group)
            held.apply(type_name, keys, components)
        if moves.advances:
            self.move_advances(type_name, keys, components, effective_date)

    def advances(self, loan: str, group: str) -> AdvancePosition:
        """Return the advances of a loan, or of a group where no loan is named."""
        held = self.loan_advances.get(loan) if loan else (self.group_advances or {}).get(group)
        return held if held is not None else AdvancePosition()

    def move_advances(self, type_name: str, keys: Keys, components: tuple[int, ...], day: int) -> None:
        """Move the advances that are loaded by one event."""
        held = self.loan_advances.get(keys.loan)
        if held is not None:
            held.move(type_name, keys.code, components, day)
            held.bring_in(type_name, keys.code, components, day)
        if self.group_advances is not None:
            group = self.group_advances.setdefault(keys.group, AdvancePosition())
            group.bring_in(type_name, keys.code, components, day)
            if not keys.loan:
                group.move(type_name, keys.code, components, day)

    def note_due(self, loan: str, day: int, distribution: int, count: int = 1) -> None:
        """Note that an instalment falls due, or with a negative count that it does not, where the rules ask for it."""
        if self.terms is None or self.terms.rules == 1:
            self.dues.months.add(distribution)
        else:
            self.dues.note((loan,) if loan else (), day, distribution, count)

    def note_month(self, type_name: str, code: str, distribution: int) -> None:
        """Note that events of this type and code belong to a distribution."""
        if moves_of(type_name, code).month:
            self.months.add(distribution)

    def move_cash(
        self, type_name: str, code: str, components: tuple[int, ...], effective_date: int, distribution: int
    ) -> None:
        """Move the cash that is kept by date and by distribution."""
        moves = moves_of(type_name, code)
        moved = units_of(moves.cash, components) if moves.cash else 0
        if moved:
            self.cash[effective_date] = self.cash.get(effective_date, 0) + moved
        funds = units_of(moves.funds, components) if moves.funds else 0
        if funds:
            self.funds[distribution] = self.funds.get(distribution, 0) + funds
        collected = units_of(moves.collected, components) if moves.collected else 0
        if collected:
            self.collected[distribution] = self.collected.get(distribution, 0) + collected

    def apply_balances(self, type_name: str, keys: Keys, components: tuple[int, ...]) -> None:
        """Move the balances that are kept by group and by class."""
        moves = moves_of(type_name, keys.code)
        for account, effect in moves.held:
            place = account, keys.group
            self.held[place] = self.held.get(place, 0) - units_of(effect, components)
        if moves.accounts:
            self.accounts[keys.code] = self.accounts.get(keys.code, 0) + units_of(moves.accounts, components)
        principal = units_of(moves.pool, components) if moves.pool else 0
        if principal:
            self.group_balances[keys.group] = self.group_balances.get(keys.group, 0) + principal
        if moves.entering:
            count = moves.entering * components[LOANS]
            self.group_counts[keys.group] = self.group_counts.get(keys.group, 0) + count
        if moves.issues:
            self.issued[keys.class_id] = self.issued.get(keys.class_id, 0) + components[PRINCIPAL]
        bond = units_of(moves.bonds, components) if moves.bonds else 0
        if bond or moves.issues:
            self.class_balances[keys.class_id] = self.class_balances.get(keys.class_id, 0) - bond
        lost = units_of(moves.losses, components) if moves.losses else 0
        if lost:
            self.unpaid_losses[keys.class_id] = self.unpaid_losses.get(keys.class_id, 0) - lost

    def take_off(self, loan: str, group: str, principal: int) -> None:
        """Move the balances by an event that takes principal off a loan and its group, and nothing else."""
        self.loans[loan].balance -= principal
        if principal:
            self.group_balances[group] -= principal

    def load_totals(self, rows: Iterable[TotalRow]) -> None:
        """Take the balances, and the months that hold anything, from totals over the whole log."""
        for row in rows:
            self.note_month(row.type, row.code, row.distribution)
            self.note_carried(row.type, row.components, row.distribution)
            if row.type == "scheduled_payment_due":
                self.dues.months.add(row.distribution)
            self.apply_balances(row.type, Keys("", row.group, row.class_id, row.code), row.components)

    def load_cash(self, rows: Iterable[tuple[int, TotalRow]]) -> None:
        """Take the cash movements from totals by business date."""
        for effective_date, row in rows:
            self.move_cash(row.type, row.code, row.components, effective_date, row.distribution)

    def load_loan_advances(self, loans: Iterable[str], rows: Iterable[tuple[str, int, TotalRow]]) -> None:
        """Take the advances of these loans from totals by loan and business date."""
        for loan in loans:
            self.loan_advances[loan] = AdvancePosition()
        for loan, day, row in rows:
            self.loan_advances[loan].move(row.type, row.code, row.components, day)
            self.loan_advances[loan].bring_in(row.type, row.code, row.components, day)

    def load_group_advances(
        self, own: Iterable[tuple[str, int, TotalRow]], repaying: Iterable[tuple[int, TotalRow]]
    ) -> None:
        """Take the groups' own advances from totals that name no loan, and what may repay them from those of all."""
        found: dict[str, AdvancePosition] = {}
        for _, day, row in own:
            found.setdefault(row.group, AdvancePosition()).move(row.type, row.code, row.components, day)
        for day, row in repaying:
            found.setdefault(row.group, AdvancePosition()).bring_in(row.type, row.code, row.components, day)
        self.group_advances = found

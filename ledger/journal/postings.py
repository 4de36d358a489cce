"""What events mean to the accounts: one table of legs, applied alike to a single event and to totals.

A leg sends one component of an event to one account with a sign. Because that is linear, posting a total is the same as
posting every event behind it; a replay therefore sums first and posts after. The legs of every event sum to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from ledger.deal.terms import CURRENT_RULES
from ledger.events.base import COMPONENTS
from ledger.events.registry import REGISTRY
from ledger.journal.accounts import (
    BOND_PRINCIPAL,
    CHART,
    DEFERRED_PRINCIPAL,
    DUE_FROM_ISSUER,
    FEES_UNPAID,
    FUNDING_ACCOUNT,
    HELD_ACCOUNTS,
    NOTE_DRAWS,
    POOL_PRINCIPAL,
    ROUNDINGS,
    SELLER_DRAWS,
    TRUST_ACCOUNTS,
    UNAPPLIED_FUNDS,
    KeyedBy,
)
from ledger.journal.totals import EVERYTHING, ByDistribution, TotalRow, Totals
from ledger.values.exact import Exact, Origin, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector


class Leg(NamedTuple):
    """One component sent to one account; ``sign`` 1 debits and -1 credits. ``code`` overrides the event's own."""

    account: str
    component: str
    sign: int
    code: str | None = None


def _move(component: str, debit: str, credit: str, code: str | None = None) -> tuple[Leg, Leg]:
    return Leg(debit, component, 1, code), Leg(credit, component, -1, code)


_CASH = "collection_account"
_ADVANCED_BACK = (
    *_move("principal", "unreimbursed_advances", _CASH),
    *_move("interest", "unreimbursed_advances", _CASH),
    *_move("other", "servicing_advances", _CASH),
)
_RECEIVED_LATE = (
    *_move("principal", _CASH, "delinquent_principal"),
    *_move("interest", _CASH, "delinquent_interest"),
)
_APPLIED_LATE = (
    *_move("principal", UNAPPLIED_FUNDS, "delinquent_principal"),
    *_move("interest", UNAPPLIED_FUNDS, "delinquent_interest"),
)
_RETURNED_LATE = (
    *_move("principal", "delinquent_principal", _CASH),
    *_move("interest", "delinquent_interest", _CASH),
)

LEGS: dict[str, tuple[Leg, ...]] = {
    "bond_class_issued": _move("principal", "bond_proceeds", "bond_principal"),
    "loan_boarded": _move("principal", "pool_principal", "pool_contributions"),
    "prefunding_deposited": _move("other", "prefunding_account", "bond_proceeds"),
    "prefunding_withdrawn": (
        *_move("principal", _CASH, "prefunding_account"),
        *_move("interest", _CASH, "prefunding_account"),
        *_move("memo", "pool_contributions", "prefunding_account"),
    ),
    "capitalized_interest_deposited": _move("other", "capitalized_interest_account", "bond_proceeds"),
    "capitalized_interest_withdrawn": (
        *_move("interest", _CASH, "capitalized_interest_account"),
        *_move("memo", "bond_proceeds", "capitalized_interest_account"),
    ),
    "trust_account_deposited": _move("other", TRUST_ACCOUNTS, "bond_proceeds"),
    "trust_account_earned": _move("interest", TRUST_ACCOUNTS, "account_income"),
    "trust_account_funded": _move("other", TRUST_ACCOUNTS, _CASH),
    "trust_account_withdrawn": (
        *_move("interest", _CASH, TRUST_ACCOUNTS),
        *_move("principal", _CASH, TRUST_ACCOUNTS),
        *_move("other", _CASH, TRUST_ACCOUNTS),
    ),
    "fee_shortfall_recorded": (*_move("memo", "fees", FEES_UNPAID), *_move("fee", FEES_UNPAID, "fees")),
    "pool_balance_brought_forward": _move("principal", "pool_principal", "brought_forward"),
    "class_balance_brought_forward": _move("principal", "bond_principal", "brought_forward"),
    "scheduled_payment_due": (
        *_move("principal", "principal_due", "pool_principal"),
        *_move("interest", "interest_due", "interest_income"),
    ),
    "collection_received": (
        *_move("principal", _CASH, "principal_due"),
        *_move("interest", _CASH, "interest_due"),
    ),
    "instalment_reported_delinquent": (
        *_move("principal", "delinquent_principal", "principal_due"),
        *_move("interest", "delinquent_interest", "interest_due"),
    ),
    "curtailment_collected": (
        *_move("principal", _CASH, "pool_principal"),
        *_move("other", _CASH, "prepayment_premiums"),
    ),
    "payoff_collected": (
        *_move("principal", _CASH, "pool_principal"),
        *_move("interest", _CASH, "fees_not_drawn"),
        *_move("other", _CASH, "prepayment_premiums"),
    ),
    "loan_repurchased": (
        *_move("principal", _CASH, "pool_principal"),
        *_move("interest", _CASH, "interest_income"),
    ),
    "loan_substituted": (
        Leg("pool_principal", "principal", -1),
        Leg(_CASH, "other", 1),
        Leg("pool_contributions", "memo", 1),
        *_move("interest", _CASH, "interest_income"),
    ),
    "loan_liquidated": (
        Leg("pool_principal", "principal", -1),
        Leg("interest_income", "interest", -1),
        Leg(_CASH, "other", 1),
        Leg("realized_losses", "loss", 1),
        *_move("memo", DEFERRED_PRINCIPAL, "deferred_acknowledged"),
    ),
    "principal_deferred": (
        *_move("principal", "realized_losses", "pool_principal"),
        *_move("memo", "deferred_acknowledged", DEFERRED_PRINCIPAL),
    ),
    "deferred_principal_collected": (
        *_move("principal", _CASH, "pool_principal"),
        *_move("loss", _CASH, "realized_losses"),
        *_move("principal", DEFERRED_PRINCIPAL, "deferred_acknowledged"),
        *_move("loss", DEFERRED_PRINCIPAL, "deferred_acknowledged"),
    ),
    "principal_forgiven": (
        *_move("principal", "realized_losses", "pool_principal"),
        *_move("memo", DEFERRED_PRINCIPAL, "deferred_acknowledged"),
    ),
    "interest_capitalized": (
        *_move("principal", "pool_principal", "delinquent_interest"),
        *_move("other", "delinquent_interest", "loan_expenses"),
    ),
    "draw_made": _move("principal", "pool_principal", _CASH),
    "class_balance_increased": _move("principal", _CASH, "bond_principal"),
    "funding_account_deposited": _move("principal", FUNDING_ACCOUNT, "bond_proceeds"),
    "funding_account_released": _move("principal", _CASH, FUNDING_ACCOUNT),
    "additional_loans_purchased": _move("principal", "pool_contributions", FUNDING_ACCOUNT),
    "principal_set_aside": _move("other", FUNDING_ACCOUNT, "distribution_account"),
    "seller_draws_repaid": _move("other", SELLER_DRAWS, "distribution_account"),
    "reference_principal_due": _move("principal", DUE_FROM_ISSUER, "pool_principal"),
    "reference_principal_prepaid": _move("principal", DUE_FROM_ISSUER, "pool_principal"),
    "credit_event_reported": (
        Leg("pool_principal", "principal", -1),
        Leg(DUE_FROM_ISSUER, "other", 1),
        Leg("realized_losses", "loss", 1),
    ),
    "reference_recovery_reported": _move("loss", DUE_FROM_ISSUER, "realized_losses"),
    "issuer_payment_received": (
        *_move("principal", _CASH, DUE_FROM_ISSUER),
        *_move("interest", _CASH, "interest_income"),
    ),
    "retained_part_settled": _move("other", "distribution_account", DUE_FROM_ISSUER),
    "subsequent_recovery_received": _move("loss", _CASH, "realized_losses"),
    "insurance_proceeds_received": (
        *_move("principal", _CASH, "pool_principal"),
        *_move("interest", _CASH, "interest_income"),
    ),
    "relief_act_shortfall_reported": _move("interest", "relief_act_shortfalls", "interest_due"),
    "unapplied_funds_received": _move("other", _CASH, "unapplied_funds"),
    "unapplied_funds_applied": (
        *_move("principal", "unapplied_funds", "principal_due"),
        *_move("interest", "unapplied_funds", "interest_due"),
    ),
    "unapplied_funds_returned": _move("other", "unapplied_funds", _CASH),
    "overpayment_received": _move("other", _CASH, "overpayments"),
    "overpayment_refunded": _move("other", "overpayments", _CASH),
    "payment_returned": (
        *_move("principal", "principal_due", _CASH),
        *_move("interest", "interest_due", _CASH),
    ),
    "advance_made": (
        *_move("principal", _CASH, "unreimbursed_advances"),
        *_move("interest", _CASH, "unreimbursed_advances"),
        *_move("other", "loan_expenses", "servicing_advances"),
    ),
    "advance_recovered": _ADVANCED_BACK,
    "advance_declared_nonrecoverable": (
        *_move("principal", "unreimbursed_advances", "nonrecoverable_advances"),
        *_move("interest", "unreimbursed_advances", "nonrecoverable_advances"),
        *_move("other", "servicing_advances", "nonrecoverable_advances"),
    ),
    "servicing_fee_withheld": _move("fee", "servicing_fees", _CASH),
    "servicing_fee_earned": _move("fee", "servicing_fees", "fees_not_drawn"),
    "servicing_fee_drawn": _move("fee", "fees_not_drawn", _CASH),
    "fee_charged": _move("fee", "fees", _CASH),
    "compensating_interest_paid": _move("interest", _CASH, "interest_due"),
    "derivative_payment_made": _move("other", "derivative_payments", _CASH),
    "derivative_payment_received": _move("other", _CASH, "derivative_payments"),
    "collection_account_withdrawn": _move("fee", "withdrawals", _CASH),
    "collection_account_remitted": (
        *_move("other", "distribution_account", _CASH),
        *_move("memo", "rounding_differences", ROUNDINGS),
        *_move("fee", ROUNDINGS, "rounding_differences"),
    ),
    "bond_interest_paid": _move("interest", "bond_interest", "distribution_account"),
    "bond_interest_deferred": _move("interest", "bond_interest", "bond_principal"),
    "bond_principal_paid": _move("principal", "bond_principal", "distribution_account"),
    "bond_shortfall_recorded": (
        *_move("memo", "class_shortfalls", "shortfalls_acknowledged"),
        *_move("fee", "shortfalls_acknowledged", "class_shortfalls"),
    ),
    "prepayment_shortfall_borne": _move("interest", "prepayment_shortfalls", "interest_due"),
    "bond_loss_allocated": _move("loss", "bond_principal", "bond_losses"),
    "bond_written_up": _move("loss", "bond_losses", "bond_principal"),
    "bond_loss_paid": (
        *_move("interest", "bond_losses_paid", "distribution_account"),
        *_move("principal", "bond_losses", "distribution_account"),
    ),
    "insurer_interest_accrued": _move("interest", "bond_interest", "insurer_claims"),
    "insurer_reimbursed": _move("other", "insurer_claims", "distribution_account"),
    "insurer_payment_received": (
        *_move("principal", "distribution_account", "insurer_claims"),
        *_move("interest", "distribution_account", "insurer_claims"),
    ),
}
"""The legs of every event type that moves an account; a type that is not here moves none."""

LEGS_UNDER_FIRST_RULES: dict[str, tuple[Leg, ...]] = {
    # The shortfall of a payoff stayed in what is due for ever, and what made it up counted as income once more.
    "compensating_interest_paid": _move("interest", _CASH, "compensating_interest"),
}
"""Legs of distributions under the first rules, where they differ from :data:`LEGS`; cash moves alike under both."""

LEGS_BY_CODE: dict[tuple[str, str], tuple[Leg, ...]] = {
    ("collection_received", "late"): _RECEIVED_LATE,
    ("collection_received", "late, advanced"): _RECEIVED_LATE,
    ("unapplied_funds_applied", "late"): _APPLIED_LATE,
    ("unapplied_funds_applied", "late, advanced"): _APPLIED_LATE,
    ("payment_returned", "late"): _RETURNED_LATE,
    ("payment_returned", "late, advanced"): _RETURNED_LATE,
    ("payoff_collected", "trust"): (
        *_move("principal", _CASH, "pool_principal"),
        *_move("interest", _CASH, "interest_income"),
        *_move("other", _CASH, "prepayment_premiums"),
    ),
    ("capitalized_interest_withdrawn", "interest funds"): (
        *_move("interest", _CASH, "capitalized_interest_account"),
        *_move("memo", _CASH, "capitalized_interest_account"),
    ),
    ("interest_capitalized", "current instalment"): (
        *_move("principal", "pool_principal", "interest_due"),
        *_move("other", "interest_due", "loan_expenses"),
    ),
    ("draw_made", "funding account"): _move("principal", "pool_principal", FUNDING_ACCOUNT),
    ("draw_made", "seller"): _move("principal", "pool_principal", SELLER_DRAWS),
    ("draw_made", "variable funding note"): _move("principal", "pool_principal", NOTE_DRAWS),
    ("class_balance_increased", "draws"): _move("principal", NOTE_DRAWS, "bond_principal"),
    ("class_balance_increased", "seller"): _move("principal", "pool_contributions", "bond_principal"),
    ("class_balance_increased", "funding account"): _move("principal", FUNDING_ACCOUNT, "bond_principal"),
    ("funding_account_deposited", "principal collections"): _move("principal", FUNDING_ACCOUNT, _CASH),
    ("additional_loans_purchased", "principal collections"): _move("principal", "pool_contributions", _CASH),
    ("advance_recovered", "any funds"): (
        *_move("principal", "nonrecoverable_advances", _CASH),
        *_move("interest", "nonrecoverable_advances", _CASH),
        *_move("other", "nonrecoverable_advances", _CASH),
    ),
    ("amount_brought_forward", "unpaid interest"): _move("memo", "class_shortfalls", "brought_forward"),
    ("amount_brought_forward", "basis risk"): _move("memo", "class_shortfalls", "brought_forward"),
    ("amount_brought_forward", "class losses paid out of interest"): _move(
        "memo", "bond_losses_paid", "brought_forward"
    ),
    ("amount_brought_forward", "class losses paid out of principal"): _move("memo", "bond_losses", "brought_forward"),
    ("amount_brought_forward", "insurer reimbursement"): _move("memo", "brought_forward", "insurer_claims"),
    ("amount_brought_forward", "unreimbursed advances"): _move("memo", "brought_forward", "unreimbursed_advances"),
    ("amount_brought_forward", "unreimbursed servicing advances"): _move(
        "memo", "brought_forward", "servicing_advances"
    ),
}
"""Legs that depend on the event's code as well; they take precedence over :data:`LEGS`."""

_POSITION = {name: index for index, name in enumerate(COMPONENTS)}


def legs(type_name: str, code: str, rules: int = CURRENT_RULES) -> tuple[Leg, ...]:
    """Return the legs of an event type under a code, by the rules of its distribution."""
    if rules == 1 and type_name in LEGS_UNDER_FIRST_RULES:
        return LEGS_UNDER_FIRST_RULES[type_name]
    return LEGS_BY_CODE.get((type_name, code)) or LEGS.get(type_name, ())


@cache
def types_on(account: str) -> tuple[str, ...]:
    """Return the event types that can move an account, under any code and by any rules."""
    found = [
        *LEGS.items(),
        *LEGS_UNDER_FIRST_RULES.items(),
        *((name, held) for (name, _), held in LEGS_BY_CODE.items()),
    ]
    return tuple(sorted({name for name, held in found if any(leg.account == account for leg in held)}))


class Posting(NamedTuple):
    """An amount on one account, in units of 0.0001 dollar, with the total that it came from."""

    account: str
    group: str
    class_id: str
    code: str
    distribution: int
    type: str
    component: str
    units: int


def post(rows: Iterable[TotalRow], rules_of: Callable[[int], int] | None = None) -> Iterator[Posting]:
    """Yield the postings of totals (or of single events given as totals of one).

    ``rules_of`` says under which rules a distribution is; None: all under today's.
    """
    for row in rows:
        rules = CURRENT_RULES if rules_of is None else rules_of(row.distribution)
        components = row.components
        for leg in legs(row.type, row.code, rules):
            amount = components[_POSITION[leg.component]]
            if amount:
                keyed_by = CHART[leg.account].keyed_by
                yield Posting(
                    leg.account,
                    row.group if keyed_by is KeyedBy.GROUP else "",
                    row.class_id if keyed_by in (KeyedBy.CLASS, KeyedBy.CLASS_AND_CODE) else "",
                    (leg.code or row.code) if keyed_by in (KeyedBy.CODE, KeyedBy.CLASS_AND_CODE) else "",
                    row.distribution,
                    row.type,
                    leg.component,
                    leg.sign * amount,
                )


CASH_ACCOUNTS = ("collection_account", "distribution_account")

FUNDS_ACCOUNTS = (*CASH_ACCOUNTS, *HELD_ACCOUNTS, ROUNDINGS, DUE_FROM_ISSUER)
"""Cash, less what is held for others, and what an issuer owes: together, what a distribution can be paid from."""


@cache
def effect_on(accounts: tuple[str, ...], type_name: str, code: str) -> tuple[tuple[int, int], ...]:
    """Return what an event type does to some accounts together: pairs of component index and sign."""
    return tuple((_POSITION[leg.component], leg.sign) for leg in legs(type_name, code) if leg.account in accounts)


class Effects(NamedTuple):
    """What an event type does to the balances that rules are about: pairs of component index and sign each."""

    pool: tuple[tuple[int, int], ...]
    bonds: tuple[tuple[int, int], ...]
    cash: tuple[tuple[int, int], ...]
    funds: tuple[tuple[int, int], ...]
    collected: tuple[tuple[int, int], ...]


@cache
def effects(type_name: str, code: str) -> Effects:
    """Return the effects of an event type under a code."""
    accounts = ((POOL_PRINCIPAL,), (BOND_PRINCIPAL,), CASH_ACCOUNTS, FUNDS_ACCOUNTS, (_CASH, *HELD_ACCOUNTS))
    return Effects(*(effect_on(names, type_name, code) for names in accounts))


def units_of(effect: tuple[tuple[int, int], ...], components: tuple[int, ...]) -> int:
    """Return an effect in units of 0.0001 dollar."""
    units = 0
    for index, sign in effect:
        units += sign * components[index]
    return units


def cash_effect(type_name: str, code: str, components: tuple[int, ...]) -> int:
    """Return what an event adds to the two cash accounts together, in units of 0.0001 dollar."""
    return units_of(effect_on(CASH_ACCOUNTS, type_name, code), components)


def funds_effect(type_name: str, code: str, components: tuple[int, ...]) -> int:
    """Return what an event adds to the cash that distributions are paid from, in units of 0.0001 dollar."""
    return units_of(effect_on(FUNDS_ACCOUNTS, type_name, code), components)


def account_effect(account: str, type_name: str, code: str, components: tuple[int, ...]) -> int:
    """Return what an event adds to one account, in units of 0.0001 dollar."""
    return units_of(effect_on((account,), type_name, code), components)


class Journal:
    """Posted totals, ready to be asked for balances and turnovers."""

    def __init__(self, totals: Totals, rules_of: Callable[[int], int] | None = None) -> None:
        self._by_account: dict[str, ByDistribution[Posting]] = {}
        for posting in post(totals, rules_of):
            held = self._by_account.get(posting.account)
            if held is None:
                held = self._by_account[posting.account] = ByDistribution()
            held.add(posting.distribution, posting)

    def _items(self, account: str, first: int = 0, last: int = EVERYTHING) -> Iterable[Posting]:
        held = self._by_account.get(account)
        return () if held is None else held.between(first, last)

    def balance(
        self,
        account: str,
        *,
        group: str | None = None,
        class_id: str | None = None,
        code: str | None = None,
        first: int = 0,
        last: int = EVERYTHING,
    ) -> Exact:
        """Return the debit balance in dollars from the distributions ``first`` to ``last``, by source event type."""
        by_source: dict[tuple[str, str], int] = {}
        for item in self._items(account, first, last):
            if (
                (group is None or item.group == group)
                and (class_id is None or item.class_id == class_id)
                and (code is None or item.code == code)
            ):
                source = (item.type, item.component)
                by_source[source] = by_source.get(source, 0) + item.units
        keyed_by = CHART[account].keyed_by
        parts = tuple(
            Exact(
                Fraction(units, UNITS_PER_DOLLAR),
                "posted",
                label=f"{type_name.replace('_', ' ')}: {component}",
                rule=f"posted to {account}",
                origin=REGISTRY[type_name].kind.origin,
                selector=Selector(
                    types=(type_name,),
                    component=component,
                    group=group if keyed_by is KeyedBy.GROUP else None,
                    class_id=class_id if keyed_by in (KeyedBy.CLASS, KeyedBy.CLASS_AND_CODE) else None,
                    code=code if keyed_by in (KeyedBy.CODE, KeyedBy.CLASS_AND_CODE) else None,
                    first=first or None,
                    last=None if last == EVERYTHING else last,
                ),
            )
            for (type_name, component), units in by_source.items()
        )
        if not parts:
            return Exact(0, "total", label=account.replace("_", " "), origin=Origin.DERIVED)
        return total(parts).named(account.replace("_", " "))

    def keys(self, account: str) -> list[tuple[str, str, str]]:
        """Return the (group, class, code) keys under which the account has postings, in order of first use."""
        found: dict[tuple[str, str, str], None] = {}
        for item in self._items(account):
            found.setdefault((item.group, item.class_id, item.code))
        return list(found)

    def accounts(self) -> list[str]:
        """Return the accounts with postings, in the order of the chart."""
        return [name for name in CHART if name in self._by_account]

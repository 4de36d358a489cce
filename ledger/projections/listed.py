"""Loans that a statement lists one by one: prepaid in full, liquidated, newly REO; and the pre-funding account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

import attrs

from ledger.deal.terms import DealTerms
from ledger.events.base import Event
from ledger.events.collections import LoanLiquidated, PayoffCollected
from ledger.events.deal import LoanBoarded
from ledger.projections.facts import Facts, fact
from ledger.projections.pool import LoanDetail
from ledger.values.exact import ZERO, Exact, Origin, total
from ledger.values.glance import Glanced
from ledger.values.selector import Selector


@attrs.frozen(kw_only=True)
class PrepaidLoan:
    """A loan paid off in the period; ``boarded`` is what the tape says of it, where it was boarded.

    In print: "loan group" (its number), "type", "original principal balance", "prepayment amount", "prepayment date",
    "note rate"; of what was boarded "state", "ltv at origination", "original term", "origination date".
    """

    loan: str
    group_number: int
    kind: str
    boarded: LoanBoarded | None
    original_balance: Exact | None
    amount: Exact
    paid_on: dt.date
    note_rate: Exact


@attrs.frozen(kw_only=True)
class LiquidatedLoan:
    """A loan liquidated in the period.

    In print: "loan group" (its number), "loan status" (always liquidated), "original principal balance",
    "prior principal balance", "realized loss/(gain)", "note rate"; of what was boarded the same as of a loan paid off.
    """

    loan: str
    group_number: int
    boarded: LoanBoarded | None
    original_balance: Exact | None
    balance: Exact
    realized_loss: Exact
    net_proceeds: Exact
    note_rate: Exact | None


@attrs.frozen(kw_only=True, repr=False)
class PrepaidTotals(Glanced):
    """The loans paid off in the period together, in dollars.

    ``count`` is the "Total Loan Count", ``original_balance`` the "Total Original Principal Balance", None
    where the tape of one states none, ``amount`` the "Total Prepayment Amount".
    """

    count: Exact
    original_balance: Exact | None
    amount: Exact


@attrs.frozen(kw_only=True, repr=False)
class LiquidatedTotals(Glanced):
    """The loans liquidated in the period together, in dollars.

    ``count`` is the "Total Loan Count", ``original_balance`` the "Total Original Principal Balance", None
    where the tape of one states none, ``balance`` the "Total Prior Principal Balance", ``realized_loss`` the
    "Total Realized Loss Amount", ``net_proceeds`` the "Total Net Liquidation Proceeds".
    """

    count: Exact
    original_balance: Exact | None
    balance: Exact
    realized_loss: Exact
    net_proceeds: Exact


@attrs.frozen(kw_only=True)
class Prefunding:
    """The pre-funding account in dollars: what was withdrawn unspent this period, and what is left.

    In print: "Withdrawal remaining amounts", "Pre-Funding Account Ending Balance".
    """

    withdrawn: Exact
    closing: Exact


@attrs.frozen(kw_only=True)
class CapitalizedInterest:
    """The capitalized interest account in dollars: what it held before this distribution, what moved, what is left.

    ``drawn`` joins the interest funds, ``released`` went back when the funding period ended.
    """

    opening: Exact
    deposited: Exact
    drawn: Exact
    released: Exact
    closing: Exact


def _boarded(facts: Facts, loan: str) -> LoanBoarded | None:
    event = facts.boarded.get(loan)
    return event if isinstance(event, LoanBoarded) else None


def _original(boarded: LoanBoarded | None) -> Exact | None:
    if boarded is None or boarded.original_balance is None:
        return None
    return _reported(boarded, Fraction(boarded.original_balance), "original_balance")


def _reported(event: Event, value: Fraction, field: str) -> Exact:
    return fact(event, value, field).named(field.replace("_", " "), origin=Origin.REPORTED)


def _group_number(facts: Facts, event: Event, boarded: LoanBoarded | None) -> int:
    group = boarded.group if boarded is not None else getattr(event, "group", None)
    return facts.terms.group(group).number if group else 0


def prepaid_loans(facts: Facts) -> tuple[PrepaidLoan, ...]:
    """Return the loans paid off in the period, by group number and loan number."""
    found = []
    for event in facts.listed:
        if isinstance(event, PayoffCollected) and event.loan is not None:
            boarded = _boarded(facts, event.loan)
            found.append(
                PrepaidLoan(
                    loan=event.loan,
                    group_number=_group_number(facts, event, boarded),
                    kind="Paid Off",
                    boarded=boarded,
                    original_balance=_original(boarded),
                    amount=_reported(event, Fraction(event.amount), "amount"),
                    paid_on=event.effective_date,
                    note_rate=_reported(event, Fraction(event.note_rate), "note_rate"),
                )
            )
    return tuple(sorted(found, key=lambda item: (item.group_number, item.loan)))


def liquidated_loans(facts: Facts) -> tuple[LiquidatedLoan, ...]:
    """Return the loans liquidated in the period, by group number and loan number."""
    found = []
    for event in facts.listed:
        if isinstance(event, LoanLiquidated) and event.loan is not None:
            boarded = _boarded(facts, event.loan)
            found.append(
                LiquidatedLoan(
                    loan=event.loan,
                    group_number=_group_number(facts, event, boarded),
                    boarded=boarded,
                    original_balance=_original(boarded),
                    balance=_reported(event, Fraction(event.balance), "balance"),
                    realized_loss=_reported(event, Fraction(event.realized_loss), "realized_loss"),
                    net_proceeds=_reported(event, Fraction(event.net_proceeds), "net_proceeds"),
                    note_rate=None if boarded is None else _reported(boarded, Fraction(boarded.note_rate), "note_rate"),
                )
            )
    return tuple(sorted(found, key=lambda item: (item.group_number, item.loan)))


def _known(values: Iterable[Exact | None], rules: int) -> Exact | None:
    """Return the sum of values, None where one of them is not known; under earlier rules that of those that are."""
    listed = list(values)
    known = [value for value in listed if value is not None]
    return None if rules > 2 and len(known) < len(listed) else total(known)


def _counted(values: Iterable[Exact], label: str) -> Exact:
    """Return how many events the values were read from, one each."""
    listed = list(values)
    selectors = [leaf.selector for value in listed for leaf in value.leaves() if leaf.selector is not None]
    selector = None
    if selectors:
        types = tuple(dict.fromkeys(name for item in selectors for name in item.types))
        ids = tuple(dict.fromkeys(name for item in selectors for name in item.event_ids))
        selector = Selector(types=types, component="count", event_ids=ids)
    return Exact(len(listed), "fact", label=label, origin=Origin.REPORTED, selector=selector)


def prepaid_totals(loans: Sequence[PrepaidLoan], rules: int) -> PrepaidTotals:
    """Return what stands above the list of the loans paid off."""
    return PrepaidTotals(
        count=_counted((loan.amount for loan in loans), "loans prepaid in full"),
        original_balance=_known((loan.original_balance for loan in loans), rules),
        amount=total(loan.amount for loan in loans),
    )


def liquidated_totals(loans: Sequence[LiquidatedLoan], rules: int) -> LiquidatedTotals:
    """Return what stands above the list of the loans liquidated."""
    return LiquidatedTotals(
        count=_counted((loan.balance for loan in loans), "loans liquidated"),
        original_balance=_known((loan.original_balance for loan in loans), rules),
        balance=total(loan.balance for loan in loans),
        realized_loss=total(loan.realized_loss for loan in loans),
        net_proceeds=total(loan.net_proceeds for loan in loans),
    )


def new_reo(facts: Facts) -> tuple[LoanDetail, ...]:
    """Return the loans whose status became REO in the period, be they the pool or inside a group's balance."""
    return facts.became_reo if facts.pool is None else facts.pool.new_reo


def reo_originals(loans: tuple[LoanDetail, ...], rules: int) -> Exact | None:
    """Return the original balances of loans together."""
    boarded = (loan.boarded for loan in loans if isinstance(loan.boarded, LoanBoarded))
    return _known(map(_original, boarded), rules)


def original_prefunding(terms: DealTerms) -> Exact:
    """Return what the pre-funding account held at issue, as the terms give it ("Original Pre-Funded Amount")."""
    return Exact(Fraction(terms.prefunding), "term", label="original pre-funded amount", origin=Origin.TERM)


def unspent(facts: Facts, last: int) -> Exact:
    """Return what was deposited for loans less what was spent or given back, after a distribution, in dollars.

    What the account earned was never deposited, and is no part of it.
    """
    left = facts.totals.sum("principal", "prefunding_withdrawn", last=last)
    spent = facts.totals.sum("memo", "prefunding_withdrawn", last=last)
    return (facts.totals.sum("other", "prefunding_deposited", last=last) - left - spent).named("pre-funding account")


def capitalized(facts: Facts, last: int) -> Exact:
    """Return what the capitalized interest account holds after a distribution, in dollars."""
    gone = (facts.totals.sum(part, "capitalized_interest_withdrawn", last=last) for part in ("interest", "memo"))
    put = facts.totals.sum("other", "capitalized_interest_deposited", last=last)
    return (put - total(gone)).named("capitalized interest account")


def capitalized_interest_account(facts: Facts) -> CapitalizedInterest:
    """Return the capitalized interest account of the period."""
    return CapitalizedInterest(
        opening=capitalized(facts, facts.before),
        deposited=facts.this_period("other", "capitalized_interest_deposited"),
        drawn=facts.this_period("interest", "capitalized_interest_withdrawn"),
        released=facts.this_period("memo", "capitalized_interest_withdrawn"),
        closing=capitalized(facts, facts.number),
    )


def prefunding(facts: Facts) -> Prefunding:
    """Return the pre-funding account of the period."""
    return Prefunding(
        withdrawn=facts.this_period("principal", "prefunding_withdrawn"),
        closing=unspent(facts, facts.number)
        if facts.terms.rules > 2
        else facts.journal.balance("prefunding_account", last=facts.number),
    )


def prefunded(facts: Facts, last: int) -> Exact:
    """Return what the pre-funding account holds after a distribution, in dollars, as far as it backs the bonds.

    Under the third rules what is set aside to buy loans backs the bonds as the loans will; before, loans alone did.
    """
    return ZERO if facts.terms.rules < 3 else unspent(facts, last)


def with_prefunded(pool: Exact, held: Exact) -> Exact:
    """Return a pool balance together with what the pre-funding account holds; the balance alone where it is empty."""
    return total((pool, held)).named("pool and pre-funding account") if held.value else pool

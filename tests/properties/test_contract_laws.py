"""What holds of every derivative contract with terms of its own, whatever they are, and of premiums out of the loans.

Payments are compared with a formula that is written out here in fractions and shares nothing with the ledger: its own
count of days, its own reading of the schedule, its own rounding.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import (
    AccrualRule,
    BondClass,
    ClassKind,
    ClassRate,
    DayCount,
    DerivativeContract,
    Direction,
    Fee,
    FeeBasis,
    IndexRateSet,
    Ledger,
    LoanBoarded,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PlannedBalance,
    RateKind,
    Rounding,
    ScheduledPaymentDue,
)
from tests.deals.trust import CUT_OFF, DEAL, POOL, RESIDUAL, Trust, bond, deal, paid_on
from tests.draws import draws

BALANCES = {"A": Fraction(800_000), "B": Fraction(150_000)}
CLASSES = [bond("A", "800000", "0.06", 1), bond("B", "150000", "0.08", 2), RESIDUAL]
STEPS = (PayDerivatives(), PayInterest(classes=["A", "B"]), PayPrincipal(classes=["A", "B"]))
INDEXES = ("LIBOR-1M", "LIBOR-6M")
Kind = Literal["cap", "floor", "corridor", "swap"]
KINDS: tuple[Kind, ...] = ("cap", "floor", "corridor", "swap")

rates = st.integers(0, 1_200).map(lambda units: Decimal(units) / 10_000)
signed = st.integers(-200, 1_500).map(lambda units: Decimal(units) / 10_000)
day_counts = st.sampled_from(list(DayCount))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[PlannedBalance, ...]:
    days = sorted(draw(st.sets(st.dates(dt.date(2020, 12, 1), dt.date(2021, 3, 31)), min_size=1, max_size=4)))
    amounts = [Decimal(draw(st.integers(0, 200_000_000))) / 100 for _ in days]
    return tuple(PlannedBalance(from_date=day, balance=amount) for day, amount in zip(days, amounts, strict=True))


@st.composite
def contracts(draw: st.DrawFn, name: str, accrual: AccrualRule) -> DerivativeContract:
    kind = draw(st.sampled_from(KINDS))
    strike = draw(rates)
    more: dict[str, Any] = {} if kind == "swap" else {"strike": strike}
    if kind == "corridor":
        more["ceiling"] = strike + Decimal(draw(st.integers(1, 500))) / 10_000
    if kind == "swap":
        more |= {"fixed_rate": strike, "fixed_day_count": draw(st.none() | day_counts)}
    directions = st.sampled_from(list(Direction))
    on = draw(st.sampled_from([(), ("A",), ("A", "B")]))
    return DerivativeContract(
        contract=name,
        kind=kind,
        index=draw(st.sampled_from(INDEXES)),
        direction=draw(directions if kind == "swap" else st.none() | directions),
        notional_of=on,
        notional_multiplier=Decimal(draw(st.integers(1, 300))) / 100 if on else Decimal(1),
        notional_amounts=draw(st.just(()) | schedules()) if on else draw(schedules()),
        day_count=draw(day_counts),
        accrual=accrual,
        rounding=draw(st.sampled_from(list(Rounding))),
        **more,
    )


def days_of(start: dt.date, end: dt.date, day_count: DayCount) -> Fraction:
    """Return the part of a year from one day up to another, counted by hand."""
    if day_count is DayCount.ACTUAL_ACTUAL:
        leap = [366 if (start + dt.timedelta(k)).year % 4 == 0 else 365 for k in range((end - start).days)]
        return sum((Fraction(1, year) for year in leap), Fraction(0))
    if day_count not in (DayCount.THIRTY_360, DayCount.THIRTY_E_360):
        return Fraction((end - start).days, 365 if day_count is DayCount.ACTUAL_365 else 360)
    first = min(start.day, 30)
    last = 30 if end.day == 31 and (first == 30 or day_count is DayCount.THIRTY_E_360) else end.day
    return Fraction((end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first, 360)


def notional_of(item: DerivativeContract, on: dt.date) -> Fraction:
    limit = Fraction(0)
    for step in item.notional_amounts:
        if step.from_date <= on:
            limit = Fraction(step.balance)
    if not item.notional_of:
        return limit
    balance = Fraction(item.notional_multiplier) * sum(BALANCES[name] for name in item.notional_of)
    return min(balance, limit) if item.notional_amounts else balance


def owed(item: DerivativeContract, index: Decimal, on: dt.date, start: dt.date, end: dt.date) -> Fraction:
    """Return what the trust is owed, unrounded; what it owes is below zero."""
    amount, rate, year = notional_of(item, on), Fraction(index), days_of(start, end, item.day_count)
    if item.kind == "swap":
        fixed = Fraction(item.fixed_rate or 0) * days_of(start, end, item.fixed_day_count or item.day_count)
        return amount * (rate * year - fixed if item.direction is Direction.TRUST_PAYS else fixed - rate * year)
    strike, ceiling = Fraction(item.strike or 0), Fraction(item.ceiling or 0)
    beyond = {
        "cap": rate - strike,
        "floor": strike - rate,
        "corridor": min(rate, ceiling) - strike,
    }[item.kind]
    return amount * max(Fraction(0), beyond) * year * (-1 if item.direction is Direction.TRUST_PAYS else 1)


def in_cents(value: Fraction, rounding: Rounding) -> Fraction:
    """Return the value in whole cents, found among those on either side of it."""
    size, sign = abs(value) * 100, -1 if value < 0 else 1
    low = size.numerator // size.denominator
    rest = size - low
    up = {
        Rounding.DOWN: False,
        Rounding.HALF_UP: rest >= Fraction(1, 2),
        Rounding.HALF_EVEN: rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1),
    }[rounding]
    return sign * Fraction(low + up, 100)


def index_set(name: str, rate: Decimal) -> IndexRateSet:
    return IndexRateSet(event_id=f"index/{name}", deal=DEAL, effective_date=CUT_OFF, index=name, rate=rate)


@given(st.data())
@settings(max_examples=draws(4))
def test_payments_are_those_of_a_plain_formula(data: st.DataObject) -> None:
    accrual = data.draw(st.sampled_from(list(AccrualRule)))
    drawn = [data.draw(contracts(f"C{number}", accrual)) for number in range(8)]
    fixings = {name: data.draw(signed) for name in INDEXES}
    with Ledger.create("sqlite://") as ledger:
        Trust(ledger, deal(CLASSES, STEPS, derivatives=drawn))
        named = {item.index for item in drawn}
        ledger.post_many(index_set(name, rate) for name, rate in fixings.items() if name in named).or_raise()
        report = ledger.distribution(DEAL, paid_on(1))
        end = dt.date(2021, 1, 1) if accrual is AccrualRule.PRIOR_CALENDAR_MONTH else paid_on(1)
        for item in report.derivatives.contracts:
            exact = owed(item.contract, fixings[item.contract.index or ""], paid_on(1), CUT_OFF, end)
            cents = in_cents(exact, item.contract.rounding)
            assert item.accrued == exact
            assert (item.receivable.value, item.due.value) == (max(cents, Fraction(0)), max(-cents, Fraction(0)))
        due = sum(item.due.value for item in report.derivatives.contracts)
        assert report.derivatives.due() == due
        assert report.account.interest_funds == sum(item.receivable.value for item in report.derivatives.contracts)


def issued(ledger: Ledger) -> None:
    """The classes stand at their faces from the closing on without an event; make sure that they do."""
    report = ledger.distribution(DEAL, paid_on(1))
    assert {
        name: item.accrual.opening_balance.value for name, item in report.classes.items() if name != "R"
    } == BALANCES


def one(kind: Kind, index: Decimal, **terms: Any) -> Fraction:
    """Return what one contract on a million gives a trust that holds it, unrounded."""
    given_terms = {"index": "LIBOR-1M", "notional_amounts": [PlannedBalance(from_date=CUT_OFF, balance=POOL)], **terms}
    item = DerivativeContract(contract="C", kind=kind, **given_terms)
    with Ledger.create("sqlite://") as ledger:
        Trust(ledger, deal(CLASSES, STEPS, derivatives=[item]))
        ledger.post(index_set("LIBOR-1M", index)).or_raise()
        [payment] = ledger.distribution(DEAL, paid_on(1)).derivatives.contracts
        return payment.accrued.value


@given(signed, rates, st.integers(1, 500), day_counts)
@settings(max_examples=draws(2))
def test_a_corridor_is_a_cap_less_a_cap_at_its_ceiling(
    index: Decimal, strike: Decimal, wide: int, how: DayCount
) -> None:
    ceiling = strike + Decimal(wide) / 10_000
    corridor = one("corridor", index, strike=strike, ceiling=ceiling, day_count=how)
    caps = [one("cap", index, strike=level, day_count=how) for level in (strike, ceiling)]
    assert corridor == caps[0] - caps[1]


@given(signed, st.integers(0, 300), rates)
@settings(max_examples=draws(2))
def test_what_a_contract_gives_moves_with_the_index(index: Decimal, more: int, strike: Decimal) -> None:
    higher = index + Decimal(more) / 10_000
    assert one("cap", index, strike=strike) <= one("cap", higher, strike=strike)
    assert one("floor", index, strike=strike) >= one("floor", higher, strike=strike)
    ceiling = strike + Decimal("0.02")
    assert one("corridor", index, strike=strike, ceiling=ceiling) <= one(
        "corridor", higher, strike=strike, ceiling=ceiling
    )
    pays = {"fixed_rate": strike, "direction": Direction.TRUST_PAYS}
    assert one("swap", index, **pays) <= one("swap", higher, **pays)
    receives = {"fixed_rate": strike, "direction": Direction.TRUST_RECEIVES}
    assert one("swap", index, **receives) == -one("swap", index, **pays)


@given(signed, rates)
@settings(max_examples=draws(2))
def test_a_cap_less_a_floor_is_a_swap(index: Decimal, strike: Decimal) -> None:
    swap = one("swap", index, fixed_rate=strike, direction=Direction.TRUST_PAYS)
    assert one("cap", index, strike=strike) - one("floor", index, strike=strike) == swap


@given(
    st.lists(
        st.tuples(
            st.integers(100, 50_000_000),
            st.none() | st.integers(0, 30_000).map(lambda units: Decimal(units) / 1_000_000),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(list(Rounding)),
)
@settings(max_examples=draws(4))
def test_a_premium_is_what_the_loans_say(loans: list[tuple[int, Decimal | None]], rounding: Rounding) -> None:
    fee = Fee(fee_id="pmi", title="PMI", basis=FeeBasis.LOAN_PREMIUMS, rounding=rounding)
    free = ClassRate(kind=RateKind.NONE)
    classes = [BondClass(class_id="A", face="1.00", rate=free), BondClass(class_id="R", kind=ClassKind.RESIDUAL)]
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, deal(classes, (PayPrincipal(classes=["A"]),), fees=[fee])).or_raise()
        ledger.post_many(
            LoanBoarded(
                event_id=f"board/{number}",
                deal=DEAL,
                effective_date=CUT_OFF,
                loan=f"L{number}",
                group="pool",
                balance=Decimal(cents) / 100,
                note_rate="0.06",
                pmi_rate=rate,
            )
            for number, (cents, rate) in enumerate(loans)
        ).or_raise()
        # The balance before the distribution counts, not what an instalment leaves.
        ledger.post(
            ScheduledPaymentDue(
                event_id="due", deal=DEAL, effective_date=dt.date(2021, 1, 1), loan="L0", principal="1.00", interest="0"
            )
        ).or_raise()
        [line] = ledger.distribution(DEAL, paid_on(1)).fees
    stated = [(Fraction(cents, 100), Fraction(rate)) for cents, rate in loans if rate is not None]
    assert line.from_loans == (("pool",) if stated else ())
    assert line.due["pool"] == in_cents(sum((b * r for b, r in stated), Fraction(0)) / 12, rounding)

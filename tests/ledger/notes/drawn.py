"""Random loans of every kind, as their boardings state them, and the conventions and indexes they go by."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ledger.deal.notes import (
    BiweeklyInterest,
    CurtailmentEffect,
    CurtailmentPayment,
    IndexBy,
    InterestMethod,
    InterestPrecision,
    LineInterest,
    LookBack,
    NegativeLimit,
    NoteConventions,
    OddDays,
    UnstatedCaps,
    YearBasis,
)
from ledger.notes.index import IndexFigure, IndexHistory
from ledger.values.dates import add_months
from ledger.values.money import Rounding
from tests.ledger.notes.loans import loan

KINDS = ("level", "interest only", "balloon", "adjustable", "step", "graduated", "simple", "option", "line", "biweekly")
BULK = KINDS[:4]

conventions = st.builds(
    NoteConventions,
    interest_method=st.sampled_from([item for item in InterestMethod if item is not InterestMethod.DAILY_SIMPLE]),
    interest_precision=st.sampled_from(InterestPrecision),
    rounding=st.sampled_from(Rounding),
    look_back=st.sampled_from(LookBack),
    look_back_days=st.integers(0, 60),
    index_by=st.sampled_from(IndexBy),
    unstated_caps=st.just(UnstatedCaps.NO_CAP),
    payment_lag_months=st.integers(1, 3),
    at_negative_limit=st.sampled_from(NegativeLimit),
    curtailments=st.sampled_from(CurtailmentEffect),
    curtailment_payment=st.sampled_from(CurtailmentPayment),
    simple_interest_days=st.sampled_from(YearBasis),
    biweekly_interest=st.sampled_from(BiweeklyInterest),
    line_interest=st.sampled_from(LineInterest),
    line_days=st.sampled_from(YearBasis),
    line_payment_counts_on_its_day=st.booleans(),
    odd_days=st.sampled_from(OddDays),
)


def _cents(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda value: Decimal(value).scaleb(-2))


def rates(most: int = 150_000) -> st.SearchStrategy[Decimal]:
    """Rates up to so many millionths, some of them round and some of all decimals that there are."""
    whole = st.integers(0, most).map(lambda value: Decimal(value).scaleb(-6))
    eighths = st.integers(0, most // 1250).map(lambda value: value * Decimal("0.00125"))
    fine = st.integers(0, most * 10_000).map(lambda value: Decimal(value).scaleb(-10))
    return st.one_of(whole, eighths, fine)


@st.composite
def histories(draw: st.DrawFn) -> IndexHistory:
    """An index with figures of some months, now and then below nothing, published some days later."""
    figures, step = (
        [IndexFigure(as_of="2015-01-01", published="2015-01-01", rate=draw(rates()))],
        draw(st.integers(1, 4)),
    )
    for place, rate in enumerate(draw(st.lists(rates(), max_size=12))):
        day = add_months(dt.date(2023, 10, 1), place * step)
        late = dt.timedelta(draw(st.integers(0, 20)))
        figures.append(IndexFigure(as_of=day, published=day + late, rate=rate - Decimal("0.005")))
    return IndexHistory(name="INDEX", figures=figures)


@st.composite
def stated(draw: st.DrawFn, kind: str, due: dt.date, day: int) -> dict[str, Any]:
    """What the boarding states of a loan of a kind whose next due date is this one, on its note's day."""
    term, age = draw(st.integers(22, 120)), draw(st.integers(0, 20))
    first = add_months(due, -age, day)
    balance = draw(st.one_of(_cents(100, 100_000_00), _cents(100_000_00, 5_000_000_00), _cents(1, 10**13)))
    found: dict[str, Any] = {
        "balance": balance,
        "original_balance": max(balance, Decimal(1)),
        "note_rate": draw(rates()),
        "effective_date": add_months(due, -1, day),
        "origination_date": add_months(first, -1, day) + dt.timedelta(draw(st.integers(-10, 10))),
        "first_due_date": first,
        "maturity_date": add_months(first, term - 1, day),
        "amortization_type": "fixed",
    }
    if kind in ("interest only", "line") or (kind == "adjustable" and draw(st.booleans())):
        found["interest_only_months"] = draw(st.integers(1, 30))
    if kind == "balloon" or (kind == "adjustable" and draw(st.booleans())):
        found["balloon_months"] = min(age + draw(st.integers(1, 12)), term - 1)
    if kind in ("adjustable", "option"):
        found |= draw(_adjustable(due, day))
    if kind == "option":
        found |= {
            "payment": draw(_cents(100, 10_000_00)),
            "payment_reset_months": draw(st.integers(1, 12)),
            "payment_cap": draw(st.sampled_from([None, Decimal("0.075")])),
            "recast_months": draw(st.sampled_from([None, 5, 60])),
            "negative_amortization_limit": draw(st.sampled_from([None, Decimal("1.001"), Decimal("1.25")])),
        }
    if kind in ("step", "graduated"):
        found["amortization_type"] = "step" if kind == "step" else "graduated payment"
        found |= {"step": draw(rates(20_000)) + Decimal("0.001"), "step_months": draw(st.integers(1, 12))}
        found |= {"step_count": draw(st.integers(1, 5)), "payment": draw(_cents(100, 10_000_00))}
    if kind == "simple":
        found["interest_method"] = "daily simple interest"
    if kind == "line":
        del found["interest_only_months"]
        found |= {"credit_limit": balance, "draw_period_end": add_months(due, draw(st.integers(-3, 12)))}
    if kind == "biweekly":
        found["payment_frequency"] = "biweekly"
        found |= {"first_due_date": due, "maturity_date": add_months(due, term - 1)}
        found["effective_date"] = due - dt.timedelta(1)
    return found


@st.composite
def _adjustable(draw: st.DrawFn, due: dt.date, day: int) -> dict[str, Any]:
    change = add_months(due, draw(st.integers(-3, 4)), draw(st.sampled_from([day, draw(st.integers(1, 31))])))
    caps = {name: draw(st.one_of(st.none(), rates(60_000))) for name in ("cap_up", "cap_down", "first_cap_up")}
    return {
        "amortization_type": "adjustable",
        "index_name": "INDEX",
        "margin": draw(rates(30_000)),
        "next_reset_date": change,
        "first_reset_date": draw(st.sampled_from([change, dt.date(2010, 1, 1), dt.date(2010, 1, 31)])),
        "reset_months": draw(st.integers(1, 12)),
        "rate_rounding": draw(st.sampled_from([None, Decimal(0), Decimal("0.00125"), Decimal("0.0001")])),
        "rate_rounding_way": draw(st.sampled_from([None, "nearest", "up", "down", "not rounded"])),
        "max_rate": draw(st.one_of(st.none(), rates())),
        "min_rate": draw(st.one_of(st.none(), rates(40_000))),
        **caps,
    }


@st.composite
def loans(draw: st.DrawFn, due: dt.date, day: int, kinds: tuple[str, ...] = KINDS) -> Any:
    """The note of a random loan and where it stands before this due date."""
    return loan(draw(conventions), **draw(stated(draw(st.sampled_from(kinds)), due, day)))

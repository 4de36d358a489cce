"""What falls due, held to printed examples and to months worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ledger.deal.notes import (
    CurtailmentEffect,
    CurtailmentPayment,
    InterestPrecision,
    NegativeLimit,
    NoteConventions,
    OddDays,
    UnstatedCaps,
)
from ledger.errors import InvalidArgument
from ledger.notes.accruing import Movement
from ledger.notes.instalment import fall_due
from ledger.notes.payments import PaymentReason
from ledger.notes.rates import RateBound
from ledger.values.money import Rounding
from tests.ledger.notes.loans import NO_CAPS, YEARLY, first, history, loan, months, seen


def test_the_first_and_the_last_months_of_a_printed_table() -> None:
    found = months(None)
    assert len(found) == 360
    assert [(item.interest, item.principal, item.closing) for item in found[:3]] == [
        (Decimal("500.00"), Decimal("99.55"), Decimal("99900.45")),
        (Decimal("499.50"), Decimal("100.05"), Decimal("99800.40")),
        (Decimal("499.00"), Decimal("100.55"), Decimal("99699.85")),
    ]
    assert found[11].closing == Decimal("98772.00")
    assert seen(found[-1].due, found[-1].closing, found[-1].is_last) == (Decimal("600.00"), 0, True)


def test_half_a_cent_goes_up() -> None:
    """In month 23 of 100,000 at 6% interest is 488.455 exactly."""
    tie = months(23)[-1]
    assert tie.opening * Decimal("0.005") == Decimal("488.455")
    assert tie.interest == Decimal("488.46")
    alike: dict[str, Any] = {"balance": str(tie.opening), "payment": "599.55"}
    assert [first(NoteConventions(rounding=way), **alike).interest for way in Rounding] == [
        Decimal("488.46"),
        Decimal("488.46"),
        Decimal("488.45"),
    ]


@pytest.mark.parametrize(
    ("index", "stated", "expected"),
    [
        # The handbook on adjustable-rate mortgages: a rate that wants to be 13%, capped at two points a year.
        (
            [("2024-01-01", "0.13")],
            {"balance": "65000", "note_rate": "0.10", "cap_up": "0.02"},
            {12: ("570.42", "64638.72"), 24: ("667.30", "64373.50"), 36: ("716.56", "64129.12")},
        ),
        # The same of 2006: 200,000 that start at 6%, with a cap of two points and without.
        (
            [("2024-01-01", "0.09")],
            {"balance": "200000", "note_rate": "0.06", "cap_up": "0.02"},
            {12: ("1199.10", "197543.99"), 24: ("1461.72", "195741.73"), 36: ("1597.84", "194118.53")},
        ),
        ([("2024-01-01", "0.09")], {"balance": "200000", "note_rate": "0.06"}, {24: ("1600.42", "196057.59")}),
        # An example in the manual of a calculator for real estate: 6, 8 and 10%.
        (
            [("2024-01-01", "0.08"), ("2025-12-01", "0.10")],
            {"note_rate": "0.06"},
            {12: ("599.55", "98772.00"), 24: ("730.86", "97870.87"), 36: ("869.05", "97199.12")},
        ),
        # The worst case of the variable-rate sample of Regulation Z (H-14): the highest payment comes in year four.
        (
            [("2024-01-01", "0.50")],
            {"balance": "10000", "note_rate": "0.1241", "cap_up": "0.02", "max_rate": "0.1741"},
            {
                12: ("106.03", "9966.78"),
                24: ("121.59", "9942.33"),
                36: ("137.39", "9923.83"),
                48: ("145.34", "9906.13"),
            },
        ),
    ],
)
def test_adjustable_loans_in_print(
    index: list[tuple[str, str]], stated: dict[str, Any], expected: dict[int, tuple[str, str]]
) -> None:
    found = months(max(expected), NO_CAPS, history(*index), **YEARLY, **stated)
    assert {month: (str(found[month - 1].payment), str(found[month - 1].closing)) for month in expected} == expected


def test_the_variable_rate_sample_of_regulation_z() -> None:
    """10,000 over 30 years from 1982 on: the one-year Treasury and 3%, two points a year, five over the life."""
    figures = ["14.41", "9.78", "12.17", "7.66", "6.36"]
    index = history(*((f"{1982 + year}-07-01", str(Decimal(rate) / 100)) for year, rate in enumerate(figures)))
    stated = YEARLY | {"margin": "0.03", "balance": "10000", "note_rate": "0.1741", "effective_date": "1982-07-01"}
    caps: dict[str, Any] = {"cap_up": "0.02", "cap_down": "0.02", "max_rate": "0.2241", "min_rate": "0.1241"}
    found = months(60, index=index, **stated, **caps, first_due_date="1982-08-01")[11::12]
    assert [(str(item.rate), str(item.payment), str(item.closing)) for item in found] == [
        ("0.1741", "145.90", "9989.37"),
        ("0.1541", "129.81", "9969.66"),
        ("0.1517", "127.91", "9945.51"),
        ("0.1317", "112.43", "9903.70"),
        ("0.1241", "106.73", "9848.94"),
    ]


def test_a_payment_cap_and_what_it_adds_to_the_balance() -> None:
    """The handbook's example: 12% in the second year would be 667.30; 7.5% more than 570.42 are 613.20."""
    stated = YEARLY | {"balance": "65000", "original_balance": "65000", "note_rate": "0.10", "payment": "570.42"}
    limits: dict[str, Any] = {"payment_cap": "0.075", "negative_amortization_limit": "1.25"}
    found = months(24, NO_CAPS, history(("2024-01-01", "0.12")), **stated, **limits)
    change = found[12].payment_change
    assert change is not None
    assert (change.level, change.payment) == (Decimal("667.30"), Decimal("613.20"))
    assert sum(item.negative_amortization for item in found) == Decimal("420.90")
    assert found[-1].closing == Decimal("65059.62")


def test_a_payment_cap_limits_no_fall() -> None:
    stated = YEARLY | {"note_rate": "0.10", "payment": "877.57", "payment_cap": "0.075"}
    found = months(13, NO_CAPS, history(("2024-01-01", "0.04")), **stated)[-1]
    assert found.payment < Decimal("877.57") * Decimal("0.925")


def test_a_balance_that_would_pass_its_limit_is_paid_level() -> None:
    stated = YEARLY | {"payment": "400.00", "negative_amortization_limit": "1.005", "payment_reset_months": 12}
    found = months(12, NO_CAPS, history(("2024-01-01", "0.06")), **stated)
    assert [item.negative_amortization for item in found[:4]] == [
        100,
        Decimal("100.50"),
        Decimal("101.00"),
        Decimal("101.51"),
    ]
    change = found[4].payment_change
    assert change is not None
    assert (change.reason, change.months) == (PaymentReason.NEGATIVE_LIMIT, 356)
    assert found[4].negative_amortization == 0
    assert found[4].principal > 0
    alike = NoteConventions(unstated_caps=UnstatedCaps.NO_CAP, at_negative_limit=NegativeLimit.INTEREST)
    assert months(5, alike, history(("2024-01-01", "0.06")), **stated)[-1].payment == Decimal("502.02")


def test_a_recast_ignores_the_payment_cap() -> None:
    stated = YEARLY | {"note_rate": "0.06", "payment": "599.55", "payment_cap": "0.075", "recast_months": 24}
    limit: dict[str, Any] = {"negative_amortization_limit": "1.25"}
    found = months(25, NO_CAPS, history(("2024-01-01", "0.12")), **stated, **limit)
    assert found[12].payment == Decimal("644.52")
    change = found[24].payment_change
    assert change is not None
    assert change.reason is PaymentReason.RECAST
    assert change.payment == change.level > Decimal("1000")


def test_without_a_limit_a_payment_is_at_least_the_interest() -> None:
    found = first(payment="400.00")
    assert seen(found.payment, found.interest, found.principal, found.closing) == (500, 500, 0, 100_000)
    assert found.after.payment == 400


def test_why_a_rate_is_what_it_is() -> None:
    """12 months at 6%, then 4.613% and 2.25% margin: 6.863%, to the nearest eighth 6.875%; 45 days before 1 January."""
    stated = YEARLY | {"margin": "0.0225", "rate_rounding_way": None, "look_back_days": None}
    index = history(("2024-11-10", "0.0451"), ("2024-11-17", "0.04613"), ("2024-11-24", "0.0470"))
    found = months(13, NO_CAPS, index, **stated)[-1].reset
    assert found is not None
    assert str(found.change_date) == "2025-01-01"
    assert str(found.look_back_day) == "2024-11-17"
    assert found.figure is not None
    assert found.figure.rate == Decimal("0.04613")
    told = (found.before, found.unrounded, found.rounded, found.rate, found.bound_by)
    assert told == (Decimal("0.06"), Decimal("0.06863"), Decimal("0.06875"), Decimal("0.06875"), RateBound.NOTHING)


def test_a_first_cap_is_of_the_first_adjustment_alone() -> None:
    caps: dict[str, Any] = {"first_cap_up": "0.05", "cap_up": "0.02"}
    found = months(25, NO_CAPS, history(("2024-01-01", "0.20")), **YEARLY, **caps)
    assert [found[month].rate for month in (0, 12, 24)] == [Decimal("0.06"), Decimal("0.11"), Decimal("0.13")]


def test_interest_alone_and_then_level_payments() -> None:
    """Ten years of 6% on 100,000 alone, and then level payments over the twenty that are left."""
    found = months(None, interest_only_months=120)
    assert {seen(item.payment, item.principal) for item in found[:120]} == {(500, 0)}
    assert found[120].payment == Decimal("716.43")
    assert len(found) == 360


def test_a_balloon_takes_what_is_left() -> None:
    found = months(None, balloon_months=84, maturity_date="2054-01-01")
    assert len(found) == 84
    last = found[-1]
    assert last.due == last.payment + last.balloon
    assert last.closing == 0
    assert last.balloon > Decimal("89000")
    assert found[0].payment == Decimal("599.55")


def test_a_graduated_payment_rises_by_its_share() -> None:
    stated: dict[str, Any] = {
        "amortization_type": "graduated payment",
        "step": "0.075",
        "step_months": 12,
        "step_count": 5,
    }
    found = months(73, note_rate="0.10", payment="650.00", **stated)
    assert [str(found[month].payment) for month in range(0, 73, 12)] == [
        "650.00",
        "698.75",
        "751.16",
        "807.50",
        "868.06",
        "933.16",
        "933.16",
    ]
    assert found[0].negative_amortization == Decimal("183.33")


def test_a_step_rate_rises_and_is_recast() -> None:
    stated: dict[str, Any] = {"amortization_type": "step", "step": "0.01", "step_months": 12, "step_count": 2}
    found = months(37, note_rate="0.04", **stated)
    assert [found[month].rate for month in range(0, 37, 12)] == [
        Decimal("0.04"),
        Decimal("0.05"),
        Decimal("0.06"),
        Decimal("0.06"),
    ]
    change = found[12].payment_change
    assert change is not None
    assert change.months == 348
    assert change.balance == found[11].closing


@pytest.mark.parametrize(
    ("effect", "interest", "principal"),
    [
        (CurtailmentEffect.PERIOD_START, "450.00", "149.55"),
        (CurtailmentEffect.NEXT_DUE_DATE, "500.00", "99.55"),
        # Ten days of a month of thirty on 10,000.
        (CurtailmentEffect.BY_THE_DAY, "466.67", "132.88"),
    ],
)
def test_when_a_curtailment_takes_effect(effect: CurtailmentEffect, interest: str, principal: str) -> None:
    curtailments = [Movement(on="2024-01-11", amount="10000")]
    found = first(NoteConventions(curtailments=effect), at={"curtailments": curtailments})
    assert seen(str(found.interest), str(found.principal), found.curtailed) == (interest, principal, 10_000)
    assert found.closing == 90_000 - found.principal
    assert found.after.payment == Decimal("599.55")


@pytest.mark.parametrize(
    ("effect", "now", "later"),
    [(CurtailmentEffect.PERIOD_START, "539.60", "539.60"), (CurtailmentEffect.NEXT_DUE_DATE, "599.55", "539.54")],
)
def test_a_payment_recast_on_a_curtailment(effect: CurtailmentEffect, now: str, later: str) -> None:
    conventions = NoteConventions(curtailments=effect, curtailment_payment=CurtailmentPayment.RECAST)
    found = first(conventions, at={"curtailments": [Movement(on="2024-01-11", amount="10000")]})
    assert (str(found.payment), str(found.after.payment)) == (now, later)


def test_odd_days_are_added_to_the_first_instalment() -> None:
    """From 20 December to 1 January are eleven days of thirty-day months: 100,000 x 6% x 11 / 360."""
    added = NoteConventions(odd_days=OddDays.FIRST_INSTALMENT)
    found = first(added, origination_date="2023-12-20")
    assert (found.odd_interest, found.interest, found.principal) == (
        Decimal("183.33"),
        Decimal("683.33"),
        Decimal("99.55"),
    )
    assert first(origination_date="2023-12-20").odd_interest == 0
    assert first(added, origination_date="2024-01-04").odd_interest == Decimal("-50.00")


def test_interest_to_four_decimals() -> None:
    found = months(2, NoteConventions(interest_precision=InterestPrecision.FOUR_DECIMALS), balance="100000.01")
    assert (found[0].interest, found[0].closing) == (Decimal("500.0001"), Decimal("99900.4601"))
    assert found[1].interest == Decimal("499.5023")


def test_due_days_at_the_end_of_the_month_are_those_of_the_note() -> None:
    found = months(4, first_due_date="2024-01-31", effective_date="2023-12-31")
    assert [str(item.due_date) for item in found] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"curtailments": [Movement(on="2023-12-31", amount="1")]}, "curtailments", "outside_period"),
        ({"curtailments": [Movement(on="2024-01-31", amount="100000.01")]}, "curtailments", "above_balance"),
        ({"draws": [Movement(on="2024-01-31", amount="1")]}, "draws", "no_draws"),
    ],
)
def test_movements_that_cannot_be(given: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        first(at=given)
    assert (caught.value.name, caught.value.code) == (field, code)


def test_another_date_than_the_next_due_date_is_refused() -> None:
    note, standing = loan()
    with pytest.raises(InvalidArgument, match="falls due on 2024-02-01 next"):
        fall_due(note, standing, standing.next_due.replace(day=2))


def test_an_index_without_a_figure_is_named() -> None:
    with pytest.raises(InvalidArgument, match="no figure of CMT is known on 2025-01-01"):
        months(13, NO_CAPS, history(("2025-02-01", "0.05")), **YEARLY)

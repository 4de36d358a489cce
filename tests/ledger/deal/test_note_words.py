"""The conventions of notes are told back as they are meant."""

from __future__ import annotations

import attrs

from ledger import NoteConventions
from ledger.deal.note_words import notes_in_words
from ledger.deal.words import deal_in_words
from tests.deals.toy import toy_terms

USUAL = (
    "Interest falls due by 30/360, to cents, half up; odd days are paid at closing.",
    "An adjusted rate is rounded to the nearest 0.125% before its caps; a cap that is not stated is unknown.",
    "The index is its latest figure published by the day: 45 calendar days before the change.",
    "A payment changes the month after its rate, and is at least the interest.",
    "A curtailment bears no interest from: next due date; the payment is kept.",
    "Interest to a payoff counts months over 360, days over 365, without its day.",
    "Daily simple interest is by actual/365; every two weeks rate/26.",
    "A line of credit bears interest on the average daily balance, actual/365; what is paid on it counts from its day.",
    "The payment of a loan that enters in mid-life is as stated.",
)


def test_the_usual_conventions() -> None:
    terms = attrs.evolve(toy_terms(), notes=NoteConventions())
    assert notes_in_words(terms) == USUAL
    assert [part.lines for part in deal_in_words(terms) if part.heading == "Notes"] == [USUAL]


def test_terms_without_conventions_tell_nothing() -> None:
    assert notes_in_words(toy_terms()) == ()
    assert "Notes" not in [part.heading for part in deal_in_words(toy_terms())]


def test_what_differs_in_a_group() -> None:
    own = NoteConventions(
        rate_rounding_way="up",  # type: ignore[arg-type]
        unstated_caps="no cap",  # type: ignore[arg-type]
        look_back="first business day of the month before",  # type: ignore[arg-type]
        payment_lag_months=2,
        payment_cap="0.075",
        recast_months=60,
        negative_amortization_limit="1.1",
        curtailment_payment="recast",  # type: ignore[arg-type]
        payoff_day_counts=True,
        line_payment_counts_on_its_day=False,
    )
    terms = toy_terms()
    first, *others = terms.groups
    told = notes_in_words(attrs.evolve(terms, groups=(attrs.evolve(first, notes=own), *others)))
    name = f"Group {first.group_id}: "
    rate = "an adjusted rate is rounded up to a multiple of 0.125% before its caps; a cap that is not stated is none."
    assert f"{name}{rate}" in told
    assert f"{name}the index is its latest figure published by the day: first business day of the month before." in told
    changes = "a payment changes 2 months after its rate, rising by 7.5% at most but every 60 months"
    assert f"{name}{changes}, and the balance may rise to 110% of the original, then the level payment." in told
    assert f"{name}a curtailment bears no interest from: next due date; the payment is recast." in told
    assert len(told) == len(USUAL)

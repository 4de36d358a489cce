"""The conventions of loans' notes told in words, as :mod:`ledger.deal.words` tells the rest of a deal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ledger.deal.notes import CurtailmentPayment, LookBack, NoteConventions, RateRounding, UnstatedCaps
from ledger.deal.terms import DealTerms


def in_percent(rate: Decimal) -> str:
    """Return a rate as a percentage, without zeros at its end."""
    text = f"{rate * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def notes_in_words(terms: DealTerms) -> tuple[str, ...]:
    """Return how the notes of a deal's loans are read, sentence by sentence; nothing where the terms do not say."""
    lines = [] if terms.notes is None else list(_told(terms.notes))
    for group in terms.groups:
        if group.notes is not None:
            lines.extend(f"Group {group.group_id}: {line[0].lower()}{line[1:]}" for line in _told(group.notes))
    return tuple(lines)


def _told(notes: NoteConventions) -> Iterator[str]:
    precision, rounding = notes.interest_precision.value, notes.rounding.value
    odd, simple = notes.odd_days.value, notes.simple_interest_days.value
    yield f"Interest falls due by {notes.interest_method.value}, to {precision}, {rounding}; odd days are {odd}."
    yield f"An adjusted rate is {_step(notes)} before its caps; a cap that is not stated is {_unstated(notes)}."
    yield f"The index is its latest figure {notes.index_by.value}: {_look_back(notes)}."
    lag = "the month" if notes.payment_lag_months == 1 else f"{notes.payment_lag_months} months"
    yield f"A payment changes {lag} after its rate{_capped(notes)}, {_limited(notes)}."
    kept = "the payment is kept" if notes.curtailment_payment is CurtailmentPayment.KEPT else "the payment is recast"
    yield f"A curtailment bears no interest from: {notes.curtailments.value}; {kept}."
    day = "with" if notes.payoff_day_counts else "without"
    yield f"Interest to a payoff counts {notes.payoff_interest.value}, {day} its day."
    yield f"Daily simple interest is by {simple}; every two weeks {notes.biweekly_interest.value}."
    counts = "its day" if notes.line_payment_counts_on_its_day else "the day after"
    line = f"the {notes.line_interest.value}, {notes.line_days.value}"
    yield f"A line of credit bears interest on {line}; what is paid on it counts from {counts}."
    yield f"The payment of a loan that enters in mid-life is {notes.boarded_payment.value}."


def _step(notes: NoteConventions) -> str:
    way = notes.rate_rounding_way
    if way is RateRounding.NONE or not notes.rate_rounding:
        return "not rounded"
    to = "to the nearest" if way is RateRounding.NEAREST else f"{way.value} to a multiple of"
    return f"rounded {to} {in_percent(notes.rate_rounding)}"


def _unstated(notes: NoteConventions) -> str:
    return "unknown" if notes.unstated_caps is UnstatedCaps.UNKNOWN else "none"


def _look_back(notes: NoteConventions) -> str:
    if notes.look_back is LookBack.FIRST_BUSINESS_DAY:
        return notes.look_back.value
    return f"{notes.look_back_days} {notes.look_back.value}"


def _capped(notes: NoteConventions) -> str:
    if notes.payment_cap is None:
        return ""
    recast = "" if notes.recast_months is None else f" but every {notes.recast_months} months"
    return f", rising by {in_percent(notes.payment_cap)} at most{recast}"


def _limited(notes: NoteConventions) -> str:
    if notes.negative_amortization_limit is None:
        return "and is at least the interest"
    share, then = in_percent(notes.negative_amortization_limit), notes.at_negative_limit.value
    return f"and the balance may rise to {share} of the original, then the {then}"

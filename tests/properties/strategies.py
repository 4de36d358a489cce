"""Random valid events of every type, built from what the event classes say of their own fields.

A field's validator and type decide what is drawn for it, so a new event type is covered on the day it is registered; a
field that nothing here knows how to draw is an error, not a silent gap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints

import attrs
from hypothesis import strategies as st

from ledger import Acknowledgement, DealTerms, Event
from ledger.events import base, deal
from ledger.events.registry import REGISTRY, EventType
from ledger.readiness.codes import CODES
from ledger.samples.impac_cmb_2002_1.september_2002 import deal_terms
from tests.deals.toy import CUT_OFF, INDEX, LOANS, TOY, toy_terms

Strategy = st.SearchStrategy[Any]
Fields = dict[str, Any]
IDENTIFIERS = st.text("azAZ09._:/#+()-", max_size=10).map(lambda rest: f"x{rest}") | st.just("with a space")
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["C", "Z"]), max_size=20)

REASONS = TEXT.map(lambda text: f"x{text}"[:20])


def decimals(units: int, scale: int) -> Strategy:
    """Return decimals from nothing to ``units`` of the last of ``scale`` decimals."""
    return st.integers(0, units).map(lambda number: Decimal(number).scaleb(-scale))


def by_validator(dollars: int, dates: Strategy) -> dict[Callable[..., None], Strategy]:
    """Return what is drawn under each validator, with amounts up to some dollars."""
    cash, amounts = decimals(dollars * 100, 2), decimals(dollars * 10_000, 4)
    rates, factors = decimals(10**10, 10), decimals(10**12, 9)
    required: dict[Callable[..., None], Strategy] = {
        base.is_cash: cash,
        base.is_signed_cash: cash | cash.map(lambda amount: -amount),
        base.is_amount: amounts,
        base.is_rate: rates,
        base.is_signed_rate: rates | rates.map(lambda rate: -rate),
        base.is_exact_text: st.just("") | st.fractions().map(str),
        base.is_factor: factors,
        base.is_count: st.integers(0, 1000),
        base.is_flag: st.booleans(),
        base.is_text: TEXT,
        base.is_date: dates,
        base.is_identifier: IDENTIFIERS,
        deal.is_sha256: st.binary(min_size=32, max_size=32).map(bytes.hex),
    }
    optional = {
        base.is_optional_amount: amounts,
        base.is_optional_count: st.integers(0, 1000),
        base.is_optional_rate: rates,
        base.is_optional_factor: factors,
        base.is_optional_date: dates,
        base.is_optional_identifier: IDENTIFIERS,
    }
    return required | {check: st.none() | drawn for check, drawn in optional.items()}


def _field(item: attrs.Attribute[Any], hint: Any, drawn: Mapping[Callable[..., None], Strategy]) -> Strategy:
    words = next(
        (kind for kind in (hint, *get_args(hint)) if isinstance(kind, type) and issubclass(kind, StrEnum)), None
    )
    if words is not None:
        known = st.sampled_from(list(words))
        return st.none() | known if NoneType in get_args(hint) else known
    if hint is DealTerms:
        return st.sampled_from([toy_terms(), toy_terms(title="Other"), deal_terms()])
    if item.name == "acknowledgements":
        one = st.builds(Acknowledgement, code=st.sampled_from(list(CODES)), reason=REASONS, who=TEXT)
        return st.lists(one, max_size=3, unique_by=lambda given: given.code)
    found = drawn.get(item.validator) if item.validator is not None else None
    if found is None:
        raise LookupError(f"there is no strategy for the field {item.name} ({hint}); add its validator to by_validator")
    return found


def liquidation(fields: Fields) -> Fields:
    """Make the loss what balance, interest and proceeds leave of it."""
    owed = fields["balance"] + fields["accrued_interest"]
    proceeds = min(fields["net_proceeds"], owed)
    return {**fields, "net_proceeds": proceeds, "realized_loss": owed - proceeds}


def credit_event(fields: Fields) -> Fields:
    """Make the loss what the recovery leaves of the balance."""
    recovered = min(fields["recovered"], fields["balance"])
    return {**fields, "recovered": recovered, "realized_loss": fields["balance"] - recovered}


def substitution(fields: Fields) -> Fields:
    """Make the shortfall what the substitute's balance leaves of it."""
    substitute = min(fields["substitute_balance"], fields["balance"])
    return {**fields, "substitute_balance": substitute, "shortfall_principal": fields["balance"] - substitute}


def delinquency(fields: Fields) -> Fields:
    """Make the longer delinquency part of the shorter."""
    return {**fields, "ninety_days_or_more": min(fields["ninety_days_or_more"], fields["sixty_days_or_more"])}


def boarding(fields: Fields) -> Fields:
    """Make a loan that is part of a group's balance bring neither balance nor count of its own."""
    if fields["balance_in_group"]:
        return {**fields, "balance": Decimal("0.00"), "loan_count": 0}
    return fields


def part_of(part: str, whole: str) -> Callable[[Fields], Fields]:
    """Make one amount no more than another that it is part of."""
    return lambda fields: {**fields, part: min(fields[part], fields[whole])}


CONSISTENT: dict[str, Callable[[Fields], Fields]] = {
    "loan_boarded": boarding,
    "credit_event_reported": credit_event,
    "loan_liquidated": liquidation,
    "loan_substituted": substitution,
    "delinquency_brought_forward": delinquency,
    "interest_capitalized": part_of("expenses", "amount"),
    "principal_deferred": part_of("written_off", "amount"),
    "principal_forgiven": part_of("deferred", "amount"),
    "act_approved": lambda fields: {**fields, "restates": False},
    "loan_payment_changed": lambda fields: fields if fields["loan"] else {**fields, "loan": "one-1", "group": None},
}
"""What makes the amounts of an event agree with each other."""


def named(fields: Fields) -> Fields:
    """Give an event of the pool its loan, where it names neither loan nor group."""
    if "loan" in fields and "group" in fields and fields["loan"] is None and fields["group"] is None:
        return {**fields, "loan": "one-1"}
    return fields


@st.composite
def _event(
    draw: st.DrawFn, kind: Callable[..., Event], fields: Strategy, consistent: Callable[[Fields], Fields]
) -> Event:
    """Draw the fields and build the event."""
    return kind(**consistent(named(draw(fields))))


def events_of(
    known: EventType, *, dollars: int = 10**11, names: Mapping[str, Strategy] | None = None
) -> st.SearchStrategy[Event]:
    """Return events of one type; ``names`` replaces what is drawn for some fields."""
    given = dict(names or {})
    dates = given.get("effective_date", st.dates(dt.date(1901, 1, 1), dt.date(2199, 12, 1)))
    drawn = by_validator(dollars, dates)
    hints = get_type_hints(known.kind)
    parts: dict[str, Strategy] = {}
    for item in attrs.fields(known.kind):
        replaced = given.get(item.name)
        parts[item.name] = _field(item, hints[item.name], drawn) if replaced is None else replaced
    consistent = CONSISTENT.get(known.name, lambda fields: fields)
    return _event(known.kind, st.fixed_dictionaries(parts), consistent)


def any_events() -> st.SearchStrategy[Event]:
    """Return events of every type with anything in their fields."""
    return st.one_of(*(events_of(known) for known in REGISTRY.values()))


TOY_NAMES: dict[str, Strategy] = {
    "deal": st.just(TOY),
    "event_id": st.integers(1, 10**9).map(lambda n: f"random/{n}"),
    "effective_date": st.dates(CUT_OFF, dt.date(2021, 3, 31)),
    "group": st.sampled_from(["one", "two"]),
    "class_id": st.sampled_from(["A", "B", "Cert"]),
    "fee_id": st.sampled_from(["trustee", "pmi"]),
    "contract": st.just("CAP-1"),
    "index": st.just(INDEX),
    "loan": st.sampled_from(list(LOANS)),
    "restates": st.just(False),
    "loan_count": st.integers(0, 1),
    "substitute": st.just("substitute"),
    "terms": st.sampled_from([toy_terms(), toy_terms(title="Other")]),
}
REPEATED = {"loan_boarded": {"loan": st.sampled_from(["new-1", "new-2"])}}


def toy_events(types: Mapping[str, EventType] = REGISTRY) -> st.SearchStrategy[Event]:
    """Return events that name the toy deal's own loans and classes: most of them are accepted.

    A pool event names its loan or its group, not both, since a loan has but one group.
    """
    strategies: list[st.SearchStrategy[Event]] = []
    for known in types.values():
        names = {**TOY_NAMES, **REPEATED.get(known.name, {})}
        if {"loan", "group"} <= known.fields and known.name != "loan_boarded":
            strategies.append(events_of(known, dollars=50, names={**names, "loan": st.none()}))
            names["group"] = st.none()
        strategies.append(events_of(known, dollars=50, names=names))
    return st.one_of(*strategies)

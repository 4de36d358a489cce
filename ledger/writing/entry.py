"""Entering in mid-life: one file of what a deal carries with it, the events made of it, and what must hold of it first.

Everything in it is brought forward, and says so wherever it is shown: no event in the ledger stands behind it. The
loans of a tape are boarded as of the same date; a group whose loans are boarded has its balance from them, and what the
file says of it is held against their sum.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

import attrs

from ledger.deal.schedule import schedule
from ledger.deal.steps import bears_own_losses
from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import ClassKind
from ledger.errors import InvalidEvent, Violation
from ledger.events.base import Event
from ledger.events.codec import from_fields, object_from_json
from ledger.events.forward import (
    AmountBroughtForward,
    ClassBalanceBroughtForward,
    Measure,
    PerformanceBroughtForward,
    PoolBalanceBroughtForward,
)
from ledger.values.dates import to_date
from ledger.values.near import did_you_mean

_PARTS = {
    "groups": "pool_balance_brought_forward",
    "classes": "class_balance_brought_forward",
    "amounts": "amount_brought_forward",
    "averages": "characteristics_brought_forward",
    "speeds": "performance_brought_forward",
    "delinquency": "delinquency_brought_forward",
}
"""The keys of an entry beside its date, and the event type that each item of theirs becomes."""

_HISTORIES = ("speeds", "delinquency")
"""Parts whose items are of a month each, and have the date of its payment."""


class Boarded(NamedTuple):
    """The loans of a group that are boarded: their balances together, and how many they are."""

    balance: Decimal = Decimal("0.00")
    loans: int = 0


class StoredLoan(Protocol):
    """What is asked of a stored event; amounts in units of 0.0001 dollar."""

    @property
    def posts_as(self) -> str:
        """Its type, or that of the event that it voids."""

    @property
    def loan_group(self) -> str:
        """Its group."""

    @property
    def principal(self) -> int:
        """Its principal."""

    @property
    def loans(self) -> int:
        """How many loans it is of."""


@attrs.frozen(kw_only=True)
class CarriedIn:
    """What a deal carries with it as of a payment date: the events that say so."""

    deal: str
    as_of: dt.date
    events: tuple[Event, ...]

    def of(self, kind: type[Event]) -> list[Any]:
        """Return the events of one type."""
        return [event for event in self.events if type(event) is kind]

    def without_boarded(self, boarded: Mapping[str, Boarded]) -> list[Event]:
        """Return the events to post: groups whose loans are boarded have their balances from those."""
        return [
            event
            for event in self.events
            if not (isinstance(event, PoolBalanceBroughtForward) and event.group in boarded)
        ]


def entry_from_json(text: str, deal: str, terms: DealTerms) -> CarriedIn:
    """Return the entry that a JSON document says; what is left out of a class is ``retired``: face less balance.

    Raises :class:`~ledger.errors.InvalidEvent` with everything that cannot be read, by its place in the document.
    """
    raw = object_from_json(text, where="entry", what="an entry")
    faults = [
        Violation("entry", key, "unknown_field", did_you_mean(key, _KEYS, f"an entry has {', '.join(_KEYS)}"))
        for key in raw
        if key not in _KEYS
    ]
    as_of: object = to_date(raw.get("as_of", ""))
    if not isinstance(as_of, dt.date):
        told = "an entry says as of which payment date it is: as_of, written YYYY-MM-DD"
        raise InvalidEvent([*faults, Violation("entry", "as_of", "missing", told)])
    events: list[Event] = []
    for part, name in _PARTS.items():
        for where, fields in _items(part, raw[part]) if part in raw else ():
            try:
                events.append(_event(part, name, fields, deal, as_of, terms))
            except InvalidEvent as fault:
                faults += [attrs.evolve(item, event_id=where) for item in fault.violations]
    if faults:
        raise InvalidEvent(faults)
    return CarriedIn(deal=deal, as_of=as_of, events=tuple(events))


_KEYS = ("as_of", *_PARTS)


def _items(part: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the items of a part, each with its place: a list of objects, or objects by the name of group or class."""
    key = {"groups": "group", "classes": "class_id"}.get(part)
    if key is not None and isinstance(value, dict) and all(isinstance(item, dict) for item in value.values()):
        for name, item in value.items():
            yield f"{part}.{name}", {**item, key: name}
        return
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value) or key is not None:
        shape = f"an object of objects by {key}" if key else "a list of objects"
        raise InvalidEvent([Violation("entry", part, "malformed", f"{part} is {shape}")])
    for place, item in enumerate(value):
        yield f"{part}[{place}]", item


def _event(part: str, name: str, fields: dict[str, Any], deal: str, as_of: dt.date, terms: DealTerms) -> Event:
    held = dict(fields)
    day = held.pop("date", None) if part in _HISTORIES else as_of.isoformat()
    if day is None:
        raise InvalidEvent([Violation("", "date", "missing", "a month of a history has the date of its payment: date")])
    if part == "classes" and "retired" not in held:
        # Nothing has left a class that stands above its face, or that the terms lack: what is wrong with it is told.
        held["retired"] = "0.00"
        face = next((bond.face for bond in terms.classes if bond.class_id == held["class_id"]), None)
        loose = from_fields({**held, **_stamp(name, deal, day, "x")})
        if face is not None and isinstance(loose, ClassBalanceBroughtForward) and face >= loose.balance:
            held["retired"] = str(face - loose.balance)
    which = [str(held[key]) for key in ("measure", "group", "class_id", "loan") if held.get(key) is not None]
    stem = "/".join([f"{deal}/brought-forward", part, *which, *([str(day)] if part in _HISTORIES else [])])
    return from_fields({**held, **_stamp(name, deal, day, stem)})


def _stamp(name: str, deal: str, day: Any, event_id: str) -> dict[str, Any]:
    return {"$type": name, "event_id": event_id, "deal": deal, "effective_date": day}


def entry_faults(entry: CarriedIn, terms: DealTerms, boarded: Mapping[str, Boarded]) -> list[Violation]:
    """Return what does not hold between an entry, the terms of its deal, and the loans that are boarded."""
    return [
        *_dates(entry, terms),
        *_everything_stated(entry, terms),
        *_twice(entry),
        *_classes(entry, terms),
        *_ranks(entry, terms),
        *_pool(entry, boarded),
        *_to_date(entry, terms),
        *_speeds(entry),
    ]


def _dates(entry: CarriedIn, terms: DealTerms) -> Iterator[Violation]:
    calendar = schedule(terms)
    for event in entry.events:
        if calendar.paid_on(event.effective_date) is None:
            told = f"{event.effective_date} is no payment date of the deal; an entry is as of one"
            yield Violation(event.event_id, "effective_date", "no_payment_date", told)
        elif event.effective_date > entry.as_of:
            told = f"{event.effective_date} is after the date of the entry, {entry.as_of}"
            yield Violation(event.event_id, "effective_date", "after_entry", told)


def _everything_stated(entry: CarriedIn, terms: DealTerms) -> Iterator[Violation]:
    groups = {event.group for event in entry.of(PoolBalanceBroughtForward)}
    for name in terms.group_ids:
        if name not in groups:
            yield Violation("entry", f"groups.{name}", "missing", "say its balance and loan_count, or nothing: 0.00, 0")
    classes = {event.class_id for event in entry.of(ClassBalanceBroughtForward)}
    for bond in terms.classes:
        if bond.kind is ClassKind.PRINCIPAL and bond.class_id not in classes:
            yield Violation("entry", f"classes.{bond.class_id}", "missing", 'say its balance, "0.00" if it is paid off')


def _twice(entry: CarriedIn) -> Iterator[Violation]:
    seen: set[str] = set()
    for event in entry.events:
        if event.event_id in seen:
            yield Violation(event.event_id, "", "duplicate", "the entry says it twice; keep one")
        seen.add(event.event_id)


def _classes(entry: CarriedIn, terms: DealTerms) -> Iterator[Violation]:
    faces = {bond.class_id: bond.face for bond in terms.classes}
    for event in entry.of(ClassBalanceBroughtForward):
        face, together = faces.get(event.class_id), event.balance + event.retired
        if face is None:
            told = f"the deal has no class {event.class_id!r}; its classes are {', '.join(faces)}"
            yield Violation(event.event_id, "class_id", "unknown_class", told)
        elif together != face:
            told = f"balance {event.balance:,} and retired {event.retired:,} are {together:,}, and the face {face:,}"
            yield Violation(event.event_id, "retired", "not_the_face", told)


def _ranks(entry: CarriedIn, terms: DealTerms) -> Iterator[Violation]:
    """Losses go up from the last rank: a class has none while one behind it stands, if it does not bear its own."""
    own = bears_own_losses(terms.waterfall)
    ranks = {bond.class_id: bond.rank for bond in terms.classes if bond.class_id not in own}
    standing = {e.class_id: e.balance for e in entry.of(ClassBalanceBroughtForward) if e.balance}
    for event in entry.of(AmountBroughtForward):
        if event.measure is not Measure.CLASS_LOSSES or not event.amount or event.class_id not in ranks:
            continue
        behind = [name for name in standing if ranks.get(name, 0) > ranks[event.class_id]]
        if behind:
            told = f"class {event.class_id} bore {event.amount:,} of losses while {', '.join(behind)} behind it stands"
            yield Violation(event.event_id, "amount", "out_of_rank", told)


def _pool(entry: CarriedIn, boarded: Mapping[str, Boarded]) -> Iterator[Violation]:
    pools = entry.of(PoolBalanceBroughtForward)
    for event in pools:
        loans = boarded.get(event.group)
        if loans is not None and (loans.balance, loans.loans) != (event.balance, event.loan_count):
            told = (
                f"{event.loan_count:,} loans of {event.balance:,} are stated of group {event.group}, and "
                f"{loans.loans:,} of {loans.balance:,} are boarded"
            )
            yield Violation(event.event_id, "balance", "not_the_loans", told)
    pool = sum((event.balance for event in pools), Decimal(0))
    bonds = sum((event.balance for event in entry.of(ClassBalanceBroughtForward)), Decimal(0))
    if bonds > pool:
        told = f"the classes stand at {bonds:,} together, and the pool behind them at {pool:,}"
        yield Violation("entry", "classes", "above_pool", told)


_LOSSES_PAID = (Measure.LOSSES_PAID_OF_INTEREST, Measure.LOSSES_PAID_OF_PRINCIPAL)


def _to_date(entry: CarriedIn, terms: DealTerms) -> Iterator[Violation]:
    """What has left the classes as principal and losses is no more than what has left them at all."""
    amounts = entry.of(AmountBroughtForward)
    for event in amounts:
        if event.class_id is not None and event.class_id not in {bond.class_id for bond in terms.classes}:
            told = f"the deal has no class {event.class_id!r}"
            yield Violation(event.event_id, "class_id", "unknown_class", told)
        if event.group is not None and event.group not in terms.group_ids:
            yield Violation(event.event_id, "group", "unknown_group", f"the deal has no group {event.group!r}")
    for event in entry.of(ClassBalanceBroughtForward):
        brought = {
            measure: sum(
                (e.amount for e in amounts if (e.class_id, e.measure) == (event.class_id, measure)), Decimal(0)
            )
            for measure in (Measure.CLASS_LOSSES, *_LOSSES_PAID)
        }
        losses, paid = brought[Measure.CLASS_LOSSES], sum((brought[measure] for measure in _LOSSES_PAID), Decimal(0))
        if paid > losses:
            told = f"class {event.class_id} was paid {paid:,} of losses, and bore only {losses:,}"
            yield Violation(event.event_id, "retired", "above_losses", told)
        if losses > event.retired:
            told = f"class {event.class_id} bore {losses:,} of losses, and only {event.retired:,} has left it"
            yield Violation(event.event_id, "retired", "below_losses", told)


def _speeds(entry: CarriedIn) -> Iterator[Violation]:
    """A month takes no more than the whole balance: a speed above 1 is a percentage."""
    for event in entry.of(PerformanceBroughtForward):
        for name in ("single_monthly_mortality", "monthly_default_rate"):
            value = getattr(event, name)
            if value > 1:
                told = f"{value} is more than all of a month's balance; give 1.81% as 0.0181"
                yield Violation(event.event_id, name, "out_of_range", told)


def boarded_groups(rows: Iterable[StoredLoan]) -> dict[str, Boarded]:
    """Return the loans that stored rows board, by group; reversals take them back."""
    found: dict[str, Boarded] = {}
    for row in rows:
        if row.posts_as == "loan_boarded" and (row.principal or row.loans):
            held = found.get(row.loan_group, Boarded())
            balance = held.balance + Decimal(row.principal).scaleb(-4)
            found[row.loan_group] = Boarded(balance.quantize(Decimal("0.01")), held.loans + row.loans)
    return found

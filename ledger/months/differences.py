"""What must be posted so that a month says what it says now: what is new, and what it said otherwise before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import attrs

from ledger.events.base import Event
from ledger.events.corrections import EventCorrected, EventReversed
from ledger.events.registry import REGISTRY
from ledger.months.gathering import OF_GROUPS, REBUILT, Amounts, Built, Key, Own
from ledger.values.dates import date_from_number
from ledger.values.money import RATE_SCALE, SCALE

KINDS: Mapping[str, str] = {
    "scheduled_payment_due": "due",
    "interest_capitalized": "added",
    "collection_received": "paid",
    "instalment_reported_delinquent": "missed",
    "advance_made": "advanced",
    "servicing_fee_withheld": "fee",
    "advance_recovered": "recovered",
    "compensating_interest_paid": "compensating",
    "fee_charged": "charged",
    "loan_rate_changed": "rate",
    "loan_payment_changed": "payment",
}
"""The event types that a month is made of, in the order in which they are posted, and how their ids say so."""

_NEW_AGAIN = "the month was built again after what has been posted since"
_NAMES_DUE = frozenset({"collection_received", "instalment_reported_delinquent"})
_CHARGED = "fee_charged"


class Corrected(NamedTuple):
    """An event of the month that says something else now."""

    own: Own
    key: Key
    amounts: Amounts


@attrs.frozen(kw_only=True)
class Differences:
    """What a month posts: what it never said, what it says otherwise now, and what it no longer says.

    ``new`` is all that the month says, and no copy of it, where nothing of it was said before.
    """

    new: Collection[tuple[Key, Amounts]]
    corrected: tuple[Corrected, ...]
    withdrawn: tuple[tuple[Key, Own], ...]

    def __bool__(self) -> bool:
        """Whether there is anything to post."""
        return bool(self.new or self.corrected or self.withdrawn)


def differences_of(said: Mapping[Key, Amounts], built: Built) -> Differences:
    """Return what a month must post to say ``said``, beside what stands of it.

    What somebody else took back is not said again.
    """
    if not (built.standing or built.refused):
        return Differences(new=said.items(), corrected=(), withdrawn=())
    new: list[tuple[Key, Amounts]] = []
    corrected: list[Corrected] = []
    standing = built.standing
    for key, amounts in said.items():
        own = standing.get(key)
        if own is None:
            if key not in built.refused:
                new.append((key, amounts))
        elif own.amounts != amounts:
            corrected.append(Corrected(own, key, amounts))
    withdrawn = [(key, own) for key, own in standing.items() if key not in said] if len(standing) else []
    return Differences(new=tuple(new), corrected=tuple(corrected), withdrawn=tuple(withdrawn))


class Writer:
    """Makes events of what a month says; ``stamp`` begins their ids, ``due`` is the due date of the distribution."""

    def __init__(self, deal: str, stamp: str, due: int, times: Mapping[Key, int]) -> None:
        self.deal, self._stamp, self._due, self._times = deal, stamp, due, times

    def event_id(self, key: Key, *, more: int = 0) -> str:
        """Return the id of what is said next: of another day than the due date, or said again, its id says so."""
        kind = f"{KINDS[key.type]}:{key.code}" if key.type == _CHARGED else KINDS[key.type]
        on = f":{key.day}" if key.type in _DATED and key.day != self._due else ""
        again = self._times.get(key, 0) + 1 + more
        return f"{self._stamp}{kind}{on}{f'#{again}' if again > 1 else ''}/{key.whose}"

    def event(self, key: Key, amounts: Amounts) -> Event:
        """Return one event."""
        return REGISTRY[key.type].kind(**self._fields(key, amounts))

    def _fields(self, key: Key, amounts: Amounts) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "event_id": self.event_id(key),
            "deal": self.deal,
            "effective_date": date_from_number(key.day),
            "group" if key.type in OF_GROUPS else "loan": key.whose,
        }
        if key.type in _NAMES_DUE:
            fields["due_date"] = fields["effective_date"]
        for name, units, scale in _written(key.type, amounts):
            fields[name] = Decimal(units).scaleb(-scale)
        if key.type == "advance_recovered":
            fields["source"] = key.code
        if key.type == _CHARGED:
            fields["fee_id"] = key.code
        if key.type == "interest_capitalized":
            fields["arrears"] = key.code
        return fields

    def corrections(self, found: Differences) -> Iterator[list[Event]]:
        """Yield what voids events of the month, each with what takes its place; what brings cash first."""
        pairs: list[tuple[int, list[Event]]] = []
        for item in found.corrected:
            right = self.event(item.key, item.amounts)
            on = date_from_number(item.key.day)
            wrong = EventCorrected(
                event_id=item.own.event_id + REBUILT,
                deal=self.deal,
                effective_date=on,
                corrects=item.own.event_id,
                replaced_by=right.event_id,
                reason=_NEW_AGAIN,
            )
            pairs.append((_cash(item.key, item.amounts) - _cash(item.key, item.own.amounts), [wrong, right]))
        for key, own in found.withdrawn:
            taken_back = EventReversed(
                event_id=own.event_id + REBUILT,
                deal=self.deal,
                effective_date=date_from_number(key.day),
                reverses=own.event_id,
                reason=_NEW_AGAIN,
            )
            pairs.append((-_cash(key, own.amounts), [taken_back]))
        # Interest is added to a balance once it is owed: when what was taken to have paid it is corrected.
        for _, events in sorted(pairs, key=lambda pair: (_adds_interest(pair[1]), -pair[0])):
            yield events

    def columns(self, type_name: str, said: Mapping[Key, Amounts], keys: Sequence[Key]) -> dict[str, list[Any]]:
        """Return what is said of one type under some keys, column by column.

        Amounts are in units of 0.0001 dollar, rates of 10**-10, dates YYYYMMDD.
        """
        columns: dict[str, list[Any]] = {
            "event_id": [self.event_id(key) for key in keys],
            "effective_date": [key.day for key in keys],
            "group" if type_name in OF_GROUPS else "loan": [key.whose for key in keys],
        }
        if type_name in _NAMES_DUE:
            columns["due_date"] = columns["effective_date"]
        for name, place, _ in _FIELDS[type_name]:
            columns[name] = [said[key][place] for key in keys]
        return columns


def _adds_interest(events: list[Event]) -> bool:
    """Say whether a correction adds interest to a balance."""
    return events[-1].name == "interest_capitalized"


_DATED = frozenset(
    {"scheduled_payment_due", "interest_capitalized", *_NAMES_DUE, "loan_rate_changed", "loan_payment_changed"}
)
"""Event types of which a loan may have several in a month, each on its day."""

_P, _I, _F, _L = range(4)
_FIELDS: Mapping[str, tuple[tuple[str, int, int], ...]] = {
    "scheduled_payment_due": (("principal", _P, SCALE), ("interest", _I, SCALE)),
    "interest_capitalized": (("amount", _P, SCALE),),
    "collection_received": (("principal", _P, SCALE), ("interest", _I, SCALE)),
    "instalment_reported_delinquent": (
        ("principal", _P, SCALE),
        ("interest", _I, SCALE),
        ("servicing_fee", _F, SCALE),
    ),
    "advance_made": (("principal", _P, SCALE), ("interest", _I, SCALE)),
    "servicing_fee_withheld": (("amount", _F, SCALE),),
    "advance_recovered": (("principal", _P, SCALE), ("interest", _I, SCALE)),
    "compensating_interest_paid": (("amount", _I, SCALE),),
    "fee_charged": (("amount", _F, SCALE),),
    "loan_rate_changed": (("note_rate", _L, RATE_SCALE),),
    "loan_payment_changed": (("payment", _L, SCALE),),
}
"""The fields that amounts are written in, and their decimal places."""


def _written(type_name: str, amounts: Amounts) -> Iterator[tuple[str, int, int]]:
    for name, place, scale in _FIELDS[type_name]:
        yield name, amounts[place], scale


_BRINGS = {"collection_received": 1, "advance_made": 1, "compensating_interest_paid": 1}
_TAKES = {"servicing_fee_withheld": 1, "advance_recovered": 1, "fee_charged": 1}


def _cash(key: Key, amounts: Amounts) -> int:
    """Return what an event brings into the accounts, in store units."""
    whole = amounts.principal + amounts.interest + amounts.fee
    return whole * (_BRINGS.get(key.type, 0) - _TAKES.get(key.type, 0))

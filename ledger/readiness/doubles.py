"""Finding what was posted twice: events of one month that agree in everything but their ids.

What every loan has every month is never read again for it: whether anything can stand there twice follows from how many
events there are, and from the months of the loans. Only suspects are looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ledger.events.base import AMOUNT_COMPONENTS
from ledger.findings import Finding
from ledger.journal.movements import BOARDING, ROUTINE_CODE, ROUTINE_TYPES, is_routine
from ledger.journal.totals import TotalRow
from ledger.projections.facts import Facts
from ledger.readiness.codes import LISTED, found
from ledger.readiness.instalments import loans_named
from ledger.readiness.loan_month import DUES, FEES, PAYMENTS, TAKE_IN, LoanMonths
from ledger.readiness.month import Double, LatePayment, MonthToClose
from ledger.store.source import Source
from ledger.values.selector import Selector

_AMOUNTS = AMOUNT_COMPONENTS
_COLUMNS = (
    "event_id",
    "posts_as",
    "loan",
    "loan_group",
    "class_id",
    "code",
    "effective_date",
    *_AMOUNTS,
    "reverses",
)
_OF_ITS_OWN = frozenset({"scheduled_payment_due", "curtailment_collected"})
"""What has a code of its own where it stands twice on one loan: two_instalments and curtailment_twice."""
_ROUTINE = {*DUES.types, *PAYMENTS.types, *FEES.types}
_DATES = ('"due_date":"', '"received_date":"')
"""What tells two payments of one amount apart, as canonical payloads say it."""


class _Said(NamedTuple):
    """What two events have in common where one of them is the other once more; amounts in store units."""

    type: str
    loan: str
    group: str
    class_id: str
    code: str
    effective_date: int
    amounts: tuple[int, ...]


class _Seen:
    """Events of one month by what they say; those that are reversed in it are left out at the end."""

    def __init__(self) -> None:
        self._by_said: dict[_Said, dict[str, None]] = {}
        self._voided: set[str] = set()

    def take(self, event_id: str, said: _Said, reverses: str | None) -> None:
        if reverses is not None:
            self._voided.add(reverses)
        elif any(said.amounts):
            self._by_said.setdefault(said, {})[event_id] = None

    def more_than_once(self) -> dict[_Said, list[str]]:
        """Return what is said by more than one event that stands, with their ids."""
        found = {}
        for said, ids in self._by_said.items():
            if len(ids) > 1 and len(standing := [name for name in ids if name not in self._voided]) > 1:
                found[said] = standing
        return found


def date_in(payload: str, field: str) -> str:
    """Return a date that a canonical payload states, where ``field`` is its name as it is written; else nothing."""
    start = payload.find(field)
    return payload[start + len(field) : start + len(field) + 10] if start >= 0 else ""


def posted_twice(
    reading: Source, deal_key: int, known: int, facts: Facts, loans: LoanMonths, late: Iterable[LatePayment]
) -> tuple[Double, ...]:
    """Return what stands more than once in the distribution."""
    number = facts.number
    month = list(facts.totals.rows(Selector(first=number, last=number)))
    more = [row for row in month if row.events > 1 and any(row.components[: len(_AMOUNTS)])]
    seen = _Seen()
    for row in _by_column(reading, deal_key, known, number, _suspects(more, loans), loans):
        event_id, *said, reverses = row
        seen.take(event_id, _Said._make((*said[:6], tuple(said[6:]))), reverses)
    for item in late:
        seen.take(item.event_id, _said_late(item), item.voids)
    for types in _group_types(month, more, loans):
        wanted = Selector(types=types, loan="", first=number, last=number)
        for held in reading.rows(deal_key, wanted, known_through=known):
            amounts = held.components[: len(_AMOUNTS)]
            keys = (held.posts_as, "", held.loan_group, held.class_id, held.code, held.effective_date)
            seen.take(held.event_id, _Said(*keys, amounts), held.reverses)
    twice = seen.more_than_once()
    rows = reading.by_event_id(deal_key, [name for ids in twice.values() for name in ids]) if twice else {}
    return tuple(
        Double(type=said.type, loan=said.loan, group=said.group, class_id=said.class_id, event_ids=tuple(sorted(ids)))
        for said, ids in sorted(twice.items())
        if _once_more(rows[name].payload for name in ids)
    )


def _once_more(payloads: Iterable[str]) -> bool:
    """Say whether payments agree in the instalment and the day too, as far as those are stated."""
    dates = [tuple(date_in(payload, field) for field in _DATES) for payload in payloads]
    return len(dates) > max(1, len({item for item in dates if any(item)}))


def _suspects(more: Iterable[TotalRow], loans: LoanMonths) -> tuple[str, ...]:
    """Return the types of which single loans may have something twice: late payments are known already."""
    again = {name for name, _ in loans.again}
    types = {
        row.type
        for row in more
        if row.type not in _ROUTINE and row.type != BOARDING and (row.type not in TAKE_IN or row.type in again)
    }
    return tuple(sorted(types - _OF_ITS_OWN)) + (FEES.types if loans.more_fees else ())


def _by_column(
    reading: Source, deal_key: int, known: int, number: int, types: tuple[str, ...], loans: LoanMonths
) -> Iterator[tuple[Any, ...]]:
    if not types:
        return
    wanted = Selector(types=types, first=number, last=number)
    for row in reading.month_columns(deal_key, wanted, _COLUMNS, known_through=known):
        name, loan = row[1], row[2]
        if name in FEES.types:
            if loan in loans.more_fees:
                yield row
        elif name not in TAKE_IN or (name, loan) in loans.again or row[-1] is not None:
            yield row


def _group_types(month: Iterable[TotalRow], more: Iterable[TotalRow], loans: LoanMonths) -> Iterator[tuple[str, ...]]:
    """Yield the types of which groups, or the whole deal, may have something twice: the rarer ones, then the others."""
    rarer = {row.type for row in more if not is_routine(row.type) and row.type != BOARDING}
    if rarer:
        yield tuple(sorted(rarer))
    if sum(row.events for row in month if row.type in _ROUTINE) > loans.routine_rows + 1:
        yield (*ROUTINE_TYPES, ROUTINE_CODE[0])


def _said_late(item: LatePayment) -> _Said:
    amounts = (item.principal, item.interest, *(0,) * (len(_AMOUNTS) - 2))
    return _Said(PAYMENTS.types[0], item.loan, item.group, "", item.code, item.effective_date, amounts)


def double_findings(month: MonthToClose) -> Iterator[Finding]:
    """Return what stands more than once, by type."""
    by_type: dict[str, list[Double]] = {}
    for item in month.doubles:
        by_type.setdefault(item.type, []).append(item)
    for name, items in by_type.items():
        loans = list(dict.fromkeys(item.loan for item in items if item.loan))
        events = [event_id for item in items for event_id in item.event_ids]
        groups = list(dict.fromkeys(item.group for item in items if item.group and not item.loan))
        where = loans_named(loans) if loans else f"group {', '.join(groups)}" if groups else "the deal"
        yield found(
            "posted_twice",
            f"{name} of one day and amount stands more than once on {where}, under other ids",
            loans=loans,
            groups=groups,
            classes=[item.class_id for item in items if item.class_id],
            figures=[("posted again", len(events) - len(items))],
            events=events[:LISTED],
        )


__all__ = ["date_in", "double_findings", "posted_twice"]

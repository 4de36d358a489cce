"""What two sources answer to every question, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.events.registry import REGISTRY
from ledger.journal.advance_types import ADVANCE_TYPES
from ledger.journal.movements import ROUTINE_CODE, ROUTINE_TYPES
from ledger.store.source import Source
from ledger.values.selector import Selector

PLAIN = (int, str, bytes, type(None))
ROUTINE = (*ROUTINE_TYPES, ROUTINE_CODE[0])


def bounds(source: Source, deal: str) -> Iterator[tuple[int, int]]:
    """Yield pairs of a sequence and a distribution to ask at: the ends, and some places between."""
    key = source.deal_key(deal)
    head = source.head(key).sequence
    numbers = sorted({row.distribution for row in source.totals(key, known_through=head)})
    places = {1, head // 3, head // 2, head - 7, head - 1, head, head + 5} if head < 1_000 else {head // 2, head}
    for known in sorted(places):
        for last in {numbers[0], numbers[len(numbers) // 2], numbers[-1]}:
            yield known, last


def answers(source: Source, deal: str, known: int, last: int, loans: list[str], ids: list[str]) -> dict[str, Any]:
    """Return what a source answers to every question at a sequence and a distribution; lists without their order."""
    key = source.deal_key(deal)
    every = tuple(sorted(REGISTRY))
    few = tuple(name for name in every if name not in ROUTINE)
    prepaid = ("payoff_collected", "curtailment_collected")
    day = last or 20210115

    def in_month(types: tuple[str, ...]) -> Selector:
        return Selector(types=types, first=last, last=last)

    found: dict[str, Any] = {
        "deals": deal in source.deals(),
        "head": source.head(key),
        "totals": sorted(source.totals(key, known_through=known)),
        "totals to": sorted(source.totals(key, Selector(last=last), known_through=known)),
        "totals by": sorted(source.totals(key, known_through=known, effective_through=day)),
        "totals of": sorted(source.totals(key, Selector(types=few, last=last), known_through=known)),
        "dated": sorted(source.dated_totals(key, Selector(types=every), known_through=known)),
        "dated of": sorted(source.dated_totals(key, Selector(types=prepaid), known_through=known)),
        "rated": sorted(source.rated_totals(key, Selector(types=few, first=0, last=last), known_through=known)),
        "rated in": sorted(source.rated_totals(key, in_month(prepaid), known_through=known)),
        "advances": sorted(source.advance_totals(key, known_through=known, types=ADVANCE_TYPES)),
        "advances by": sorted(
            source.advance_totals(
                key, known_through=known, types=ADVANCE_TYPES, effective_through=day, loans=["", *loans[:3]]
            )
        ),
        "standings": source.loan_standings(key, known_through=known),
        "standings at": source.loan_standings(key, known_through=known, last=last),
        "standings of": source.loan_standings(key, known_through=known, last=last, loans=loans[:3]),
        "rates": source.loan_rates(key, known_through=known),
        "rates changed": source.loan_rates(key, known_through=known, changed=True),
        "payments": source.loan_payments(key, known_through=known, last=last or 99_991_231),
        "month rows": sorted(source.month_rows(key, in_month(ROUTINE), known_through=known), key=str),
        "month rows of others": sorted(
            source.month_rows(key, Selector(types=few, last=last), known_through=known), key=str
        ),
        "month columns": sorted(
            source.month_columns(key, in_month(ROUTINE), ("loan", "principal"), known_through=known)
        ),
        "month columns of": sorted(
            source.month_columns(key, in_month(ROUTINE), ("loan", "interest"), known_through=known, loans=loans[:2])
        ),
        "unpaid": sorted(source.unpaid_loans(key, known_through=known, distribution=last or 0, cent=100)),
        "unpaid by": sorted(
            source.unpaid_loans(key, known_through=known, distribution=last or 0, cent=100, effective_through=day)
        ),
        "reversals": sorted(source.reversals(key, known_through=known, first=0, last=last or 99_991_231)),
        "rates on": source.loan_rates(key, known_through=known, loans=loans[:3], through=day),
        "statuses": source.loan_statuses(key, known_through=known, last=last),
        "statuses of": source.loan_statuses(key, known_through=known, last=last, loans=loans[:3]),
        "rows known": list(source.rows(key, known_through=known)),
        "rows after": list(source.rows(key, after=known // 2, known_through=known, limit=50)),
        "rows of": list(source.rows(key, Selector(types=few, last=last), known_through=known)),
        "rows behind": list(source.rows(key, Selector(types=few, last=last, after=9), known_through=known)),
        "rows routine": list(source.rows(key, in_month(ROUTINE), known_through=known, limit=7)),
        "rows group": list(source.rows(key, Selector(group="one"), known_through=known, limit=9)),
        "rows class": list(source.rows(key, Selector(class_id="A"), known_through=known)),
        "rows code": list(source.rows(key, Selector(code="on time"), known_through=known, limit=3)),
        "rows loan": list(source.rows(key, Selector(loan=loans[0] if loans else "none"), known_through=known)),
        "rows ids": list(source.rows(key, Selector(event_ids=tuple(ids)))),
        "totals of a class": sorted(source.totals(key, Selector(class_id="A"), known_through=known)),
        "totals of a group": sorted(source.totals(key, Selector(group="one", code="on time"), known_through=known)),
        "boardings": list(source.boardings(key, known_through=known)),
        "boardings of": list(source.boardings(key, known_through=known, loans=loans[:3])),
        "by id": source.by_event_id(key, [*ids, "none such"]),
        "by no id": source.by_event_id(key, []),
        "reversed": source.reversed_among(key, ids),
        "closed": source.closed_through(key, known_through=known),
        "kinds": sorted(row[:3] for row in source.latest_of_kinds(key, known_through=known)),
    }
    return found


def assert_plain(value: Any) -> None:
    """Hold an answer to plain integers, text and bytes, all the way down."""
    if isinstance(value, dict):
        for key, item in value.items():
            assert_plain(key)
            assert_plain(item)
    elif isinstance(value, list | tuple):
        for item in value:
            assert_plain(item)
    else:
        assert type(value) in (*PLAIN, bool), type(value)


def assert_equal(one: Source, other: Source, deal: str) -> None:
    """Hold two sources to the same answers, and the second to plain values."""
    key = one.deal_key(deal)
    rows = list(one.rows(key))
    loans = sorted({row.loan for row in rows if row.loan})
    ids = [row.reverses for row in rows if row.reverses] + [rows[0].event_id, rows[-1].event_id]
    for known, last in bounds(one, deal):
        expected = answers(one, deal, known, last, loans, ids)
        found = answers(other, deal, known, last, loans, ids)
        for name, value in expected.items():
            assert found[name] == value, (name, known, last)
        assert_plain(found)

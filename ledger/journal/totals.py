"""Totals: what one grouped query returns, and how sums over it remember which events they were taken over.

Totals are additive. Those of a prefix and its tail, of two files or of two machines merge into those of the whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache, partial
from itertools import chain
from operator import attrgetter
from typing import Generic, NamedTuple, TypeVar

from ledger.events.registry import REGISTRY
from ledger.journal.movements import COUNTED_WITH
from ledger.values.exact import Exact, Origin
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector

K = TypeVar("K")
T = TypeVar("T")

_NOTHING = Fraction(0)

EVERYTHING = 99_991_231
"""A distribution number after every other: no upper bound."""


class TotalRow(NamedTuple):
    """The summed components of every event of one type under one set of keys in one distribution.

    Amounts are in units of 0.0001 dollar. ``events`` counts the rows summed; a reversal counts as one.
    """

    distribution: int
    type: str
    group: str
    class_id: str
    code: str
    principal: int
    interest: int
    fee: int
    loss: int
    other: int
    memo: int
    loans: int
    events: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the row is about, whatever its distribution: type, group, class and code."""
        return self.type, self.group, self.class_id, self.code

    @property
    def components(self) -> tuple[int, ...]:
        """The sums, in the order of :data:`~ledger.events.base.COMPONENTS`."""
        return self.principal, self.interest, self.fee, self.loss, self.other, self.memo, self.loans


@lru_cache(maxsize=1024)
def _told(types: tuple[str, ...]) -> tuple[str, Origin | None]:
    """Return what a sum over events of some types is called, and its origin where they have but one."""
    origins = {REGISTRY[name].kind.origin for name in types}
    return " + ".join(types).replace("_", " "), origins.pop() if len(origins) == 1 else None


def _added_up(rows: Iterable[tuple[K, TotalRow]]) -> dict[K, list[int]]:
    """Return the components and the count of events by key."""
    sums: dict[K, list[int]] = {}
    for key, row in rows:
        moved = (*row.components, row.events)
        held = sums.get(key)
        sums[key] = list(moved) if held is None else [a + b for a, b in zip(held, moved, strict=True)]
    return sums


def together(rows: Iterable[TotalRow], number: int) -> list[TotalRow]:
    """Return the totals of rows whatever their distribution, under one number."""
    sums = _added_up((row.key, row) for row in rows)
    return [TotalRow(number, *key, *values) for key, values in sums.items()]


AT_ISSUE = "loan_boarded"
"""The event type whose totals before the first distribution are what the pool was at issue."""


def is_at_issue(row: TotalRow) -> bool:
    """Say whether totals are of what the pool was at issue: however old, they are kept apart from those of months."""
    return row.distribution == 0 and row.type == AT_ISSUE


def issue_apart(rows: Iterable[TotalRow], at_issue: Iterable[TotalRow]) -> list[TotalRow]:
    """Return totals of several distributions together, with what is in them of the pool at issue apart."""
    apart = list(at_issue)
    numbers: dict[tuple[str, str, str, str], TotalRow] = {row.key: row for row in apart}
    found: list[TotalRow] = []
    for row in rows:
        issued = numbers.get(row.key)
        if issued is None:
            found.append(row)
            continue
        moved = (a - b for a, b in zip(row.components, issued.components, strict=True))
        left = TotalRow._make((row.distribution, *row.key, *moved, row.events - issued.events))
        if left.events:
            found.append(left)
    return [*apart, *found]


class ByDistribution(Generic[T]):
    """Items by the number of the distribution that they belong to, so that one month is found without the others."""

    def __init__(self) -> None:
        self._items: dict[int, list[T]] = {}
        self._numbers: list[int] | None = None

    def add(self, number: int, item: T) -> None:
        """Put an item to its distribution."""
        held = self._items.get(number)
        if held is None:
            self._items[number] = [item]
            self._numbers = None
        else:
            held.append(item)

    @property
    def numbers(self) -> list[int]:
        """The distributions that have items, in order."""
        if self._numbers is None:
            self._numbers = sorted(self._items)
        return self._numbers

    def between(self, first: int, last: int) -> Iterable[T]:
        """Return the items of the distributions from ``first`` to ``last``, both inclusive, in order."""
        if first == last:
            return self._items.get(first, ())
        numbers = self.numbers
        asked = numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
        return chain.from_iterable(self._items[number] for number in asked)


class Totals:
    """The totals of a deal at one point of both clocks."""

    def __init__(self, rows: Iterable[TotalRow]) -> None:
        self._by_type: dict[str, ByDistribution[TotalRow]] = {}
        for row in rows:
            held = self._by_type.get(row.type)
            if held is None:
                held = self._by_type[row.type] = ByDistribution()
            held.add(row.distribution, row)
        self._counts_with = {name: other for name, other in COUNTED_WITH.items() if other in self._by_type}

    def __iter__(self) -> Iterator[TotalRow]:
        for held in self._by_type.values():
            yield from held.between(0, EVERYTHING)

    def merged(self, other: Totals) -> Totals:
        """Return the totals of both together."""
        sums = _added_up(((row.distribution, row.key), row) for row in (*self, *other))
        return Totals(TotalRow(number, *key, *values) for (number, key), values in sums.items())

    def rows(self, wanted: Selector) -> Iterator[TotalRow]:
        """Yield the rows of some types, keys and distributions; a total knows no loan and no single event."""
        held = [self._by_type[name] for name in wanted.types or self._by_type if name in self._by_type]
        first, last = wanted.first or 0, EVERYTHING if wanted.last is None else wanted.last
        return self._chosen(held, first, last, wanted.group, wanted.class_id, wanted.code)

    def _chosen(
        self,
        held: Iterable[ByDistribution[TotalRow]],
        first: int,
        last: int,
        group: str | None,
        class_id: str | None,
        code: str | None,
    ) -> Iterator[TotalRow]:
        for of_type in held:
            for row in of_type.between(first, last):
                if (
                    (group is None or row.group == group)
                    and (class_id is None or row.class_id == class_id)
                    and (code is None or row.code == code)
                ):
                    yield row

    def holds(self, *types: str, number: int | None = None) -> bool:
        """Say whether there is anything of these types, in one distribution or at all."""
        return any(True for _ in self.rows(Selector(types=types, first=number, last=number)))

    def sum(
        self,
        component: str,
        types: str | tuple[str, ...],
        *,
        group: str | None = None,
        class_id: str | None = None,
        code: str | None = None,
        first: int = 0,
        last: int = EVERYTHING,
    ) -> Exact:
        """Return the sum of one component, in dollars (``loans``: a count), with the selection behind it."""
        names = (types,) if isinstance(types, str) else types
        if self._counts_with:
            beside = (self._counts_with[name] for name in names if name in self._counts_with)
            names = (*names, *(other for other in beside if other not in names))
        summed = events = 0
        if held := [self._by_type[name] for name in names if name in self._by_type]:
            amount_of: Callable[[TotalRow], int] = attrgetter(component)
            for row in self._chosen(held, first, last, group, class_id, code):
                summed += amount_of(row)
                events += row.events
        label, origin = _told(names)
        return Exact(
            (Fraction(summed) if component == "loans" else Fraction(summed, UNITS_PER_DOLLAR)) if summed else _NOTHING,
            "total",
            label=label,
            # One event says exactly this: the servicer reported the amount and nothing was computed.
            origin=Origin.REPORTED if origin is Origin.DERIVED and events == 1 else origin,
            # Of many sums few are ever traced to their events: what selects them is made when somebody asks.
            selector=partial(
                Selector,
                types=names,
                component=component,
                group=group,
                class_id=class_id,
                code=code,
                first=first or None,
                last=None if last == EVERYTHING else last,
            ),
        )

    def distributions(self, types: Iterable[str]) -> list[int]:
        """Return the numbers of the distributions in which events of these types stand, in order."""
        found = [self._by_type[name].numbers for name in types if name in self._by_type]
        return sorted({number for numbers in found for number in numbers})

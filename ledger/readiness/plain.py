"""Loans of which a month says nothing: one instalment as the note has it, all of it paid, one fee, and nothing else.

Nearly every loan has such a month. The rows of the monthly routine and the pool pass by as columns, what is compared is
whole numbers, and of a loan that passes nothing is kept but its part of the sums of its group. Every other loan is
*apart*: of those the month is put together loan by loan, and the checks see them as if they were all there were. So a
loan may be taken to be apart that nothing is the matter with, and never the other way round: whatever a check of
:mod:`ledger.readiness` looks at in a loan must make it apart here. A property holds the two ways to each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, repeat
from operator import add, itemgetter
from typing import Any, NamedTuple

import attrs

from ledger.events import codec
from ledger.journal.movements import BOARDING, ROUTINE_CODE
from ledger.readiness.month import GroupSums
from ledger.values.money import RATE_SCALE, SCALE

_YEAR = 12 * 10**RATE_SCALE
_LOAN, _GROUP, _SEQUENCE = itemgetter(0), itemgetter(1), itemgetter(5)
_GAINED = 2
"""Where more than one loan of so many is apart, looking at all of them is as quick."""
_PLACES = tuple(10 ** (SCALE - decimals) for decimals in range(SCALE + 1))
NOTED = ("seasoning_months", "remaining_term_months", "payment", "interest_method")
"""What a note is asked for that a month is compared with."""

Row = tuple[Any, ...]


class RoutineRows(NamedTuple):
    """The rows of the monthly routine of a distribution, by the columns of ``DUES``, ``PAYMENTS`` and ``FEES``."""

    dues: list[Row]
    payments: list[Row]
    fees: list[Row]

    def of(self, loans: Collection[str]) -> RoutineRows:
        """Return the rows of some loans."""
        dues, payments, fees = ([row for row in rows if row[0] in loans] for rows in self)
        return RoutineRows(dues, payments, fees)

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.dues) + len(self.payments) + len(self.fees)


@attrs.frozen
class PlainSums:
    """What plain loans of a group come to, in store units.

    ``opening`` is what they began with, ``bears`` that times the servicing rate, or the note rate where none is known;
    ``unaged`` and ``unrated`` count loans without an age or a term, and without a servicing rate.
    """

    loans: int = 0
    due: int = 0
    fees: int = 0
    opening: int = 0
    bears: int = 0
    unaged: int = 0
    unrated: int = 0

    def plus(self, more: PlainSums) -> PlainSums:
        """Return the sums with those of more loans."""
        return PlainSums(*map(add, attrs.astuple(self), attrs.astuple(more)))

    def added_to(self, sums: GroupSums) -> None:
        """Add the loans to the sums of their group."""
        sums.dues += self.loans
        sums.due += self.due
        sums.received += self.due
        sums.fees += self.fees


@attrs.frozen(kw_only=True)
class Plain:
    """The sums of plain loans by group, and the names of all others that may count in the month."""

    groups: Mapping[str, PlainSums] = attrs.field(factory=dict)
    apart: frozenset[str] = frozenset()

    @property
    def loans(self) -> int:
        """How many loans are plain."""
        return sum(item.loans for item in self.groups.values())

    @property
    def unaged(self) -> int:
        """How many of them have no age or no remaining term."""
        return sum(item.unaged for item in self.groups.values())

    @property
    def unrated(self) -> int:
        """How many of them have no servicing rate."""
        return sum(item.unrated for item in self.groups.values())


@attrs.frozen(kw_only=True)
class Measures:
    """What loans are held to: dates are YYYYMMDD, amounts store units, rates of 10**-10.

    An instalment before ``near`` or a fee up to ``since`` is of another month. ``changed`` are the rates of loans that
    have others than they were boarded with, ``by_days`` the groups whose interest no twelfth of a year is. Whatever
    else is known of the loans ``doubtful`` puts them apart.
    """

    near: int
    since: int
    cent: int
    changed: Mapping[str, tuple[int, int]]
    by_days: Collection[str]
    doubtful: Collection[str]


def payment_units(payment: str | int) -> int:
    """Return a payment as it is spelt in a payload in store units."""
    spelt = str(payment)
    if spelt[-3:-2] == ".":  # As nearly all are spelt.
        return int(spelt[:-3] + spelt[-2:]) * 100
    whole, _, part = spelt.partition(".")
    units: int = int(whole + part) * _PLACES[len(part)]
    return units


def plain_loans(
    pool: Iterable[Sequence[Row]], routine: RoutineRows, measures: Measures, gone: Callable[[], Collection[str]]
) -> Plain | None:
    """Return the sums of the loans that are plain, and which are not.

    ``pool`` are the columns of :meth:`~ledger.store.source.Source.pool_columns`; ``gone`` names loans that left before
    the month. None where a loan was boarded again, or where most are apart: then nothing is gained.
    """
    passing = _Passing(routine, measures)
    names, boardings, rows = set[str](), set[int](), 0
    unmoved: list[str] = []
    for part in pool:
        names.update(map(_LOAN, part))
        boardings.update(map(_SEQUENCE, part))
        rows += len(part)
        unmoved.extend(passing.take(part))
    if len(boardings) != len(names):
        return None
    apart = passing.left()
    apart.update(set(unmoved).difference(gone()) if unmoved else ())
    return None if _GAINED * len(apart) > len(names) else Plain(groups=passing.groups, apart=frozenset(apart))


class _Passing:
    """The rows of the routine by loan, from which those of the loans that pass by are taken out."""

    def __init__(self, routine: RoutineRows, measures: Measures) -> None:
        self.groups: dict[str, PlainSums] = {}
        self._measures, self._charged = measures, bool(routine.fees)
        self._apart = set(measures.doubtful)
        self._dues, self._payments, self._fees = (dict(zip(map(_LOAN, rows), rows, strict=True)) for rows in routine)
        for rows, by_loan in zip(routine, (self._dues, self._payments, self._fees), strict=True):
            if len(by_loan) < len(rows):
                self._apart.update(loan for loan, count in Counter(map(_LOAN, rows)).items() if count > 1)

    def left(self) -> set[str]:
        """Return the loans that did not pass: those named, and those of whose month something is left."""
        return self._apart.union(self._dues, self._payments, self._fees)

    def take(self, part: Sequence[Row]) -> Iterator[str]:
        """Take in a part of the pool; yield the loans that no instalment of the month moved."""
        dues, apart, listed = self._dues, self._apart, list[Row]()
        for row in part:
            if row[6] is None or row[0] not in dues or row[0] in apart:
                yield row[0]
            else:
                listed.append(row)
        listed.sort(key=_GROUP)
        for group, rows in groupby(listed, key=_GROUP):
            passed = self._passed(group, list(rows))
            self.groups[group] = self.groups.get(group, _NONE).plus(passed)

    def _passed(self, group: str, rows: Sequence[Row]) -> PlainSums:
        """Return the sums of those of some loans of a group that are plain; the others are put apart.

        A hundred thousand loans pass through here: nothing is called for one of them that need not be, and what most
        have in common is asked first.
        """
        measures, apart, charged = self._measures, self._apart, self._charged
        near, since, cent, changed = measures.near, measures.since, measures.cent, measures.changed
        by_twelfths, slack = group not in measures.by_days, cent * _YEAR
        loans = [row[0] for row in rows]
        count = due = fees = began = borne = unaged = unrated = 0
        for row, (age, term, payment, method), held, paid, (_, _, charged_on, fee) in zip(
            rows,
            codec.raw_glances([row[4] for row in rows], BOARDING, NOTED),
            map(self._dues.pop, loans),
            map(self._payments.pop, loans, repeat(None)),
            map(self._fees.pop, loans, repeat(_NO_FEE)),
            strict=True,
        ):
            loan, _, boarded_rate, servicing_rate, _, _, moved, balance, on_books = row
            _, due_group, day, principal, interest, voids = held
            rate, opening = boarded_rate, balance - moved
            if loan in changed:
                # A change of the note rate that says nothing of the servicing rate leaves it.
                rate, servicing_rate = changed[loan][0], changed[loan][1] or servicing_rate
            came = principal + interest
            if (
                paid == (loan, group, _ON_TIME, principal, interest)
                and moved == -principal
                and on_books == 1
                and voids is None
                and day >= near
                and charged_on > since
                and due_group == group
                and balance > 0 < opening
                and rate > 0
                and -slack <= interest * _YEAR - opening * rate <= slack
                and (
                    payment is None
                    or -cent <= came - (level := payment_units(payment)) <= cent
                    or -cent <= principal - min(level - interest, opening) <= cent
                    or rate != boarded_rate
                )
                and (not charged or not servicing_rate or -slack <= fee * _YEAR - opening * servicing_rate <= slack)
                and by_twelfths
                and method is None
            ):
                count += 1
                due += came
                fees += fee
                began += opening
                borne += opening * (servicing_rate or rate)
                unaged += age is None or term is None
                unrated += not servicing_rate
            else:
                apart.add(loan)
        return PlainSums(count, due, fees, began, borne, unaged, unrated)


_ON_TIME = ROUTINE_CODE[1]
_NO_FEE = ("", "", 99_999_999, 0)
_NONE = PlainSums()

__all__ = ["NOTED", "Measures", "Plain", "PlainSums", "RoutineRows", "payment_units", "plain_loans"]

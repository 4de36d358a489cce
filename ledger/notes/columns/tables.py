"""The tables of :mod:`ledger.notes.columns`: notes, where their loans stand, and what falls due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

import attrs
import numpy as np

from ledger.deal.notes import CurtailmentPayment, InterestMethod, InterestPrecision, NoteConventions, RateRounding
from ledger.notes.columns.wide import Flags, Ints
from ledger.notes.note import Adjustment, Note, Standing, is_plain
from ledger.notes.payments import CENT, as_dollars
from ledger.notes.rates import in_rate
from ledger.values.dates import date_from_number, date_number
from ledger.values.money import rate_to_units, to_units

NONE = -1
"""What stands in a column where a note says nothing."""

WAYS = tuple(RateRounding)
"""Which way a rate is rounded, by its number in a column."""

METHODS = tuple(InterestMethod)
"""How interest falls due, by its number in a column."""


def month_number(day: dt.date) -> int:
    """Return the months from the year 0 to that of a date."""
    return day.year * 12 + day.month - 1


def as_column(values: Iterable[int]) -> Ints:
    """Return whole numbers as a column."""
    return np.fromiter(values, dtype=np.int64)


@attrs.frozen(kw_only=True, eq=False)
class NoteColumns:
    """Notes, a column for each thing that they say: months since the year 0, rates in the store's units, -1 for none.

    ``notes`` are the notes themselves, in the order of the columns; those that are not ``plain`` are reckoned by them,
    one by one. ``conventions`` are those that ``convention`` counts, and ``index_names`` the indexes of ``index``.
    """

    notes: Sequence[Note]
    plain: Flags
    conventions: tuple[NoteConventions, ...]
    convention: Ints
    method: Ints
    first_month: Ints
    due_day: Ints
    last_month: Ints
    amortizes_month: Ints
    interest_only_month: Ints
    odd_days: Flags
    balloon: Flags
    index_names: tuple[str, ...]
    index: Ints
    margin: Ints
    change_month: Ints
    change_day: Ints
    every_months: Ints
    first_change: Ints
    step: Ints
    way: Ints
    look_back_days: Ints
    first_cap_up: Ints
    first_cap_down: Ints
    cap_up: Ints
    cap_down: Ints
    max_rate: Ints
    min_rate: Ints

    def __len__(self) -> int:
        return len(self.plain)

    @classmethod
    def of(cls, notes: Sequence[Note]) -> NoteColumns:
        """Return notes as columns."""
        conventions = {id(note.conventions): note.conventions for note in notes}
        places = {key: place for place, key in enumerate(conventions)}
        adjustments = [note.adjustment for note in notes]
        names = tuple(dict.fromkeys(item.index_name for item in adjustments if item is not None))
        methods = {method: place for place, method in enumerate(METHODS)}
        ways = {way: place for place, way in enumerate(WAYS)}

        def adjusted(read: Callable[[Adjustment], int], none: int = NONE) -> Ints:
            return as_column(none if item is None else read(item) for item in adjustments)

        def cap(name: str) -> Ints:
            return adjusted(lambda item: NONE if (found := getattr(item, name)) is None else rate_to_units(found))

        return cls(
            notes=notes,
            plain=np.array([is_plain(note) for note in notes], dtype=np.bool_),
            conventions=tuple(conventions.values()),
            convention=as_column(places[id(note.conventions)] for note in notes),
            method=as_column(methods[note.interest] for note in notes),
            first_month=as_column(month_number(note.first_due) for note in notes),
            due_day=as_column(note.due_day for note in notes),
            last_month=as_column(month_number(note.last_due) for note in notes),
            amortizes_month=as_column(month_number(note.amortizes_until) for note in notes),
            interest_only_month=as_column(
                NONE if note.interest_only_until is None else month_number(note.interest_only_until) for note in notes
            ),
            odd_days=np.array([note.interest_from is not None for note in notes], dtype=np.bool_),
            balloon=np.array([note.balloon for note in notes], dtype=np.bool_),
            index_names=names,
            index=adjusted(lambda item: names.index(item.index_name)),
            margin=adjusted(lambda item: rate_to_units(item.margin), 0),
            change_month=adjusted(lambda item: month_number(item.first_change)),
            change_day=adjusted(lambda item: item.change_day),
            every_months=adjusted(lambda item: item.every_months, 1),
            first_change=adjusted(lambda item: NONE if item.first_date is None else date_number(item.first_date)),
            step=adjusted(lambda item: rate_to_units(item.step), 0),
            way=adjusted(lambda item: ways[item.way], 0),
            look_back_days=adjusted(lambda item: item.look_back_days, 0),
            first_cap_up=cap("first_cap_up"),
            first_cap_down=cap("first_cap_down"),
            cap_up=cap("cap_up"),
            cap_down=cap("cap_down"),
            max_rate=cap("max_rate"),
            min_rate=cap("min_rate"),
        )

    def by_convention(self, read: Callable[[NoteConventions], int]) -> Ints:
        """Return what each note's conventions say."""
        found: Ints = as_column(map(read, self.conventions))[self.convention]
        return found

    @property
    def unit(self) -> Ints:
        """What the interest of each is a multiple of, in the store's units."""
        return self.by_convention(lambda item: CENT if item.interest_precision is InterestPrecision.CENTS else 1)

    @property
    def recasts(self) -> Flags:
        """Which payments a curtailment changes."""
        found: Flags = self.by_convention(lambda item: item.curtailment_payment is CurtailmentPayment.RECAST) == 1
        return found


@attrs.frozen(kw_only=True, eq=False)
class StandingColumns:
    """Where loans stand before an instalment, as :class:`~ledger.notes.note.Standing` has it; -1 for none, date 0."""

    balance: Ints
    rate: Ints
    payment: Ints
    next_due: Ints
    unpaid_interest: Ints
    original_balance: Ints
    interest_from: Ints

    def __len__(self) -> int:
        return len(self.balance)

    @classmethod
    def of(cls, standings: Sequence[Standing]) -> StandingColumns:
        """Return where loans stand as columns."""
        return cls(
            balance=as_column(to_units(item.balance) for item in standings),
            rate=as_column(rate_to_units(item.rate) for item in standings),
            payment=as_column(to_units(item.payment) for item in standings),
            next_due=as_column(date_number(item.next_due) for item in standings),
            unpaid_interest=as_column(to_units(item.unpaid_interest) for item in standings),
            original_balance=as_column(
                NONE if item.original_balance is None else to_units(item.original_balance) for item in standings
            ),
            interest_from=as_column(
                0 if item.interest_from is None else date_number(item.interest_from) for item in standings
            ),
        )

    def at(self, place: int) -> Standing:
        """Return where one loan stands."""
        since, original = int(self.interest_from[place]), int(self.original_balance[place])
        return Standing(
            balance=as_dollars(int(self.balance[place])),
            rate=in_rate(int(self.rate[place])),
            payment=as_dollars(int(self.payment[place])),
            next_due=date_from_number(int(self.next_due[place])),
            unpaid_interest=as_dollars(int(self.unpaid_interest[place])),
            original_balance=None if original == NONE else as_dollars(original),
            interest_from=date_from_number(since) if since else None,
        )

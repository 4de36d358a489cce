"""The queries that every projection is made of, over one consistent state of the ledger.

Totals are added up from runs (:mod:`ledger.store.database.runs`), never from single events, but for the run that a
``known_through`` cuts. Only events outside the monthly routine are looked up one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from ledger.errors import IntegrityFault, UnknownDeal
from ledger.events.base import COMPONENTS
from ledger.journal.movements import ROUTINE_CODE, is_routine
from ledger.journal.totals import TotalRow
from ledger.store.database.batch_queries import BatchQueries
from ledger.store.database.cut_queries import CutQueries
from ledger.store.database.loan_queries import LoanQueries
from ledger.store.database.objects import index_faults
from ledger.store.database.pool_queries import PoolQueries
from ledger.store.database.querying import ONLY_EXCEPTIONAL, many
from ledger.store.database.runs import differences
from ledger.store.database.schema import deals, events, run_cuts, run_loans, run_totals
from ledger.store.database.side_by_side import TOGETHER, taken_apart
from ledger.store.database.statements import (
    FIRST_SNAPSHOTS,
    KEPT_SNAPSHOTS,
    KEY_OF_DEAL,
    LAST_EVENT,
    Names,
    columns_of_loans,
    columns_together,
    cut_run,
    narrowing,
    rated_sums,
    runs_holding,
    whole_rows,
    whole_runs,
    with_voided,
)
from ledger.store.database.unpaid_queries import UnpaidQueries
from ledger.store.hashing import GENESIS
from ledger.store.rows import MONTH_COLUMNS, Head, MonthRow, StoredCuts, StoredRow, StoredRun
from ledger.store.source import check_summed
from ledger.values.selector import EVERY_EVENT, Selector

RUN_KEYS = ("distribution", "posts_as", "loan_group", "class_id", "code", "effective_date")
RUN_MOVES = ("loan", "distribution", "loan_group", "balance", "on_books", "balance_after", "on_books_after")
# Every column is asked for, so that what StoredRow._make looks after need not be looked after at every row.
_stored_row = partial(tuple.__new__, StoredRow)
_KEYS = ("posts_as", "loan_group", "class_id", "code")

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""What no database holds: NUL, and the lone surrogates that a shell's bytes become where they are not UTF-8."""


def _exceptional(wanted: Selector) -> bool:
    """Say whether only events outside the monthly routine are asked for."""
    coded = wanted.code not in (None, ROUTINE_CODE[1])
    return bool(wanted.types) and not any(
        is_routine(name) and not (coded and name == ROUTINE_CODE[0]) for name in wanted.types
    )


class Reading(LoanQueries, CutQueries, PoolQueries, UnpaidQueries, BatchQueries):
    """Queries over one consistent state of the ledger."""

    def deals(self) -> list[str]:
        """Return the names of every deal, in order of opening."""
        return [row.deal for row in self._execute(select(deals.c.deal).order_by(deals.c.deal_key))]

    def deal_key(self, deal: str) -> int:
        """Return the key of a deal; raises :class:`~ledger.errors.UnknownDeal`."""
        # A driver chokes on what is no text, and a verification would take that for a damaged log.
        rows = [] if _NO_TEXT.search(deal) else self._execute(KEY_OF_DEAL, {"deal": deal})
        if not rows:
            raise UnknownDeal(deal, self.deals())
        return int(rows[0].deal_key)

    def head(self, deal_key: int) -> Head:
        """Return the last sequence of a deal and its hash."""
        rows = self._execute(LAST_EVENT, {"deal_key": deal_key})
        if not rows:
            return Head(0, GENESIS)
        if not isinstance(rows[0].hash, bytes):
            raise IntegrityFault("the last event has no hash; see what replay verify names")
        return Head(int(rows[0].sequence), rows[0].hash)

    def _summed(
        self, deal_key: int, keys: Names, known_through: int, asked: Mapping[str, Any], after: int = 0
    ) -> list[tuple[Any, ...]]:
        """Return sums and the count of events by keys: of whole runs, and of the events of the run that is cut."""
        complete = self._complete(deal_key, known_through)
        values = {"deal_key": deal_key, **asked}
        whole = {**values, "complete": complete, **({"after": after} if after else {})}
        found = self._sums(whole_runs(keys, tuple(whole)), whole, len(keys))
        if complete >= known_through:
            return found
        cut = {**values, "after": max(complete, after), "known_through": known_through}
        rest = self._sums(cut_run(keys, tuple(cut)), cut, len(keys))
        return _merged([*found, *rest], len(keys)) if rest else found

    def _sums(self, statement: Select[Any], values: Mapping[str, Any], keys: int) -> list[tuple[Any, ...]]:
        return [(*row[:keys], *map(int, row[keys:])) for row in self._execute(statement, values)]

    def totals(
        self,
        deal_key: int,
        wanted: Selector = EVERY_EVENT,
        *,
        known_through: int,
        effective_through: int | None = None,
        after: int = 0,
    ) -> list[TotalRow]:
        """Return the grouped totals of a deal: the one read that projections are made of.

        ``effective_through`` bounds the business date (YYYYMMDD), ``known_through`` the sequence. ``after`` leaves out
        the events up to a sequence, which is the end of a run.
        """
        check_summed(wanted)
        asked = narrowing(wanted)
        if effective_through is not None:
            asked["effective_through"] = effective_through
        rows = self._summed(deal_key, ("distribution", *_KEYS), known_through, asked, after)
        return [TotalRow._make(row) for row in rows]

    def totals_together(
        self, deal_key: int, *, known_through: int, last: int, apart: Sequence[str]
    ) -> tuple[list[TotalRow], list[TotalRow]]:
        """Return totals up to a distribution, put together under its number; and of some types each distribution's."""
        rows = self._summed(deal_key, _KEYS, known_through, {"last": last})
        together = [TotalRow(last, *row) for row in rows]
        moving = Selector(types=tuple(apart), last=last)
        return together, self.totals(deal_key, moving, known_through=known_through) if apart else []

    def dated_totals(self, deal_key: int, wanted: Selector, *, known_through: int) -> list[tuple[int, TotalRow]]:
        """Return totals by business date: pairs of YYYYMMDD and totals."""
        check_summed(wanted)
        keys = ("effective_date", "distribution", *_KEYS)
        rows = self._summed(deal_key, keys, known_through, narrowing(wanted))
        return [(day, TotalRow._make(row)) for day, *row in rows]

    def rated_totals(
        self, deal_key: int, wanted: Selector, *, known_through: int
    ) -> list[tuple[int, int, int, str, str, int]]:
        """Return principal by (business date, note rate, servicing rate, type, group): what shortfalls are made of.

        A reversal counts under the business date of the event that it voids, whose shortfall it takes back.
        """
        values = {"deal_key": deal_key, "known_through": known_through, **narrowing(wanted)}
        found = self._execute(rated_sums(tuple(values)), values)
        return [(int(r[0]), int(r[1]), int(r[2]), r[3], r[4], int(r[5])) for r in found]

    def advance_totals(
        self,
        deal_key: int,
        *,
        known_through: int,
        types: Mapping[str, Sequence[str]],
        effective_through: int | None = None,
        loans: Sequence[str] | None = None,
    ) -> list[tuple[str, int, TotalRow]]:
        """Return totals by loan, distribution and business date: what is known of advances loan by loan.

        ``types`` maps each type to the codes wanted of it (none: any). A loan of "" stands for what a group reports as
        one. A reversal counts from its own business date, but under the distribution of the event that it voids.
        """
        voided = events.alias("voided")
        distribution = func.coalesce(voided.c.distribution, events.c.distribution)
        grouping = [events.c[name] for name in _KEYS]
        keys = (events.c.loan, events.c.effective_date, distribution, *grouping)
        sums = [func.sum(events.c[name]) for name in COMPONENTS]
        named = events.c.posts_as.in_(list(types))
        coded = [and_(events.c.posts_as == name, events.c.code.in_(codes)) for name, codes in types.items() if codes]
        wanted = or_(events.c.posts_as.in_([name for name, codes in types.items() if not codes]), *coded)
        found: list[tuple[str, int, TotalRow]] = []
        statement = (
            select(*keys, *sums, func.count())
            .select_from(with_voided(voided))
            .where(events.c.deal_key == deal_key, events.c.sequence <= known_through, named, wanted, *ONLY_EXCEPTIONAL)
            .group_by(*keys)
        )
        if loans is not None:
            statement = statement.where(self._among(events.c.loan, loans))
            if "" not in loans:
                statement = statement.where(events.c.loan != "")
        if effective_through is not None:
            statement = statement.where(events.c.effective_date <= effective_through)
        found.extend(
            (loan, int(day), TotalRow(int(number), kind, group, class_id, code, *map(int, rest)))
            for loan, day, number, kind, group, class_id, code, *rest in self._execute(statement)
        )
        return found

    def rows(
        self,
        deal_key: int,
        wanted: Selector = EVERY_EVENT,
        *,
        after: int = 0,
        known_through: int | None = None,
        limit: int | None = None,
    ) -> Iterator[StoredRow]:
        """Yield stored rows in sequence order."""
        after = max(after, wanted.after)
        how = {"exceptional": _exceptional(wanted), "on_postgresql": self._on_postgresql}
        values = {"deal_key": deal_key, "after": after, **narrowing(wanted)}
        if known_through is not None:
            values["known_through"] = known_through
        if wanted.loan is not None:
            values["loan"] = wanted.loan
        for name, listed in (("loans", wanted.loans), ("event_ids", wanted.event_ids)):
            if listed:
                values[name] = many(listed, on_postgresql=self._on_postgresql)
        left = limit
        for bounds in self._stretches(deal_key, wanted, after):
            asked = {**values, **bounds, **({} if left is None else {"limit": left})}
            for part in self._streamed(whole_rows(tuple(asked), **how), 2_000, asked):
                yield from map(_stored_row, part)
                left = None if left is None else left - len(part)
            if left is not None and left <= 0:
                return

    def month_rows(self, deal_key: int, wanted: Selector, *, known_through: int) -> Iterator[MonthRow]:
        """Yield the typed columns of the events that name a loan."""
        return map(MonthRow._make, self.month_columns(deal_key, wanted, MONTH_COLUMNS, known_through=known_through))

    def month_columns(
        self,
        deal_key: int,
        wanted: Selector,
        columns: Sequence[str],
        *,
        known_through: int,
        loans: Sequence[str] | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield some stored columns of the events that name a loan.

        Those of the monthly routine come out of the runs that hold such events, the others are looked up one by one.
        """
        # Hundreds of thousands of rows pass: what hands them on does nothing for one of them.
        return chain.from_iterable(self._blocks_of_columns(deal_key, wanted, tuple(columns), known_through, loans))

    def _blocks_of_columns(
        self, deal_key: int, wanted: Selector, columns: Names, known_through: int, loans: Sequence[str] | None
    ) -> Iterator[Iterable[tuple[Any, ...]]]:
        routine = tuple(name for name in wanted.types if is_routine(name))
        other = tuple(name for name in wanted.types if name not in routine)
        for types in (routine, other) if wanted.types else ((),):
            if wanted.types and not types:
                continue
            part = attrs.evolve(wanted, types=types)
            how = {"exceptional": _exceptional(part), "on_postgresql": self._on_postgresql}
            values = {"deal_key": deal_key, "known_through": known_through, **narrowing(part)}
            if loans is not None:
                values["loans"] = many(loans, on_postgresql=self._on_postgresql)
            for bounds in self._stretches(deal_key, part, 0):
                asked = {**values, **bounds}
                if bounds and not self._on_postgresql:
                    yield from self._put_together(columns, asked)
                else:
                    yield from self._streamed(columns_of_loans(columns, tuple(asked), **how), 10_000, asked)

    def _put_together(self, columns: Names, asked: Mapping[str, Any]) -> Iterator[Iterable[tuple[Any, ...]]]:
        """Yield the rows of a stretch of the log as SQLite hands them over quickest, some thousand events at a time."""
        statement, end = columns_together(columns, tuple(asked)), asked["through"]
        for start in range(asked["start"], end + 1, TOGETHER):
            (texts,) = self._execute(statement, {**asked, "start": start, "through": min(start + TOGETHER - 1, end)})
            yield taken_apart(columns, texts)

    def _stretches(self, deal_key: int, wanted: Selector, after: int) -> Iterator[dict[str, int]]:
        """Yield the stretches of the log to look through: those whose runs hold such events; else all of it."""
        asked = narrowing(wanted)
        if not asked or wanted.event_ids or _exceptional(wanted):
            yield {}
            return
        values = {"deal_key": deal_key, "after": after, **asked}
        stretches: list[list[int]] = []
        for start, through in self._execute(runs_holding(tuple(values)), values):
            if stretches and start <= stretches[-1][1] + 1:
                stretches[-1][1] = through
            else:
                stretches.append([start, through])
        for start, through in stretches:
            yield {"start": start, "through": through}

    def by_event_id(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the stored rows with these event ids."""
        wanted = Selector(event_ids=tuple(dict.fromkeys(event_ids)))
        return {row.event_id: row for row in self.rows(deal_key, wanted)} if wanted.event_ids else {}

    def holds_any(self, deal_key: int, event_ids: Iterable[str]) -> bool:
        """Say whether any of these events stands in the log."""
        statement = (
            select(events.c.event_id)
            .where(events.c.deal_key == deal_key, self._among(events.c.event_id, event_ids))
            .limit(1)
        )
        return bool(self._execute(statement))

    def reversed_among(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, str]:
        """Return, for those of these events that are reversed, the id of the event that reversed them."""
        found: dict[str, str] = {}
        statement = select(events.c.reverses, events.c.event_id).where(
            events.c.deal_key == deal_key, self._among(events.c.reverses, event_ids)
        )
        found.update({row.reverses: row.event_id for row in self._execute(statement)})
        return found

    def snapshots(
        self, deal_key: int, *, version: int, last: int, known_through: int, limit: int | None = None
    ) -> list[tuple[int, int, bytes]]:
        """Return kept snapshots up to a distribution, latest first: distribution, sequence known through, content."""
        values = {"deal_key": deal_key, "version": version, "last": last, "known_through": known_through}
        if limit is None:
            found = self._execute(KEPT_SNAPSHOTS, values)
        else:
            found = self._execute(FIRST_SNAPSHOTS, {**values, "limit": limit})
        return [(int(row[0]), int(row[1]), bytes(row[2])) for row in found]

    def sum_faults(self, deal_key: int) -> Iterator[str]:
        """Say where the sums by run are not those of the events; see :func:`ledger.store.database.runs.differences`."""
        return differences(self._connection, deal_key)

    def payloads(self, deal_key: int, *, after: int = 0, known_through: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the stored payloads of events after a sequence and up to another, some thousands at a time."""
        statement = select(events.c.payload).where(events.c.deal_key == deal_key, events.c.sequence > after)
        if known_through is not None:
            statement = statement.where(events.c.sequence <= known_through)
        for part in self._streamed(statement.order_by(events.c.sequence), 5_000):
            yield [payload for (payload,) in part]

    def index_faults(self, deal_key: int) -> Iterator[str]:
        """Say which indexes do not hold what their tables hold; see :mod:`ledger.store.database.objects`."""
        return index_faults(self._connection, deal_key)

    def run_end(self, deal_key: int, known_through: int) -> int:
        """Return the end of the last run up to a sequence; 0 where there is none."""
        return self._complete(deal_key, known_through)

    def opened_at(self, deal_key: int) -> int:
        """Return when a deal was entered, in microseconds since 1970."""
        return int(self._connection.execute(select(deals.c.opened_at).where(deals.c.deal_key == deal_key)).scalar_one())

    def stored_runs(self, deal_key: int, *, after: int = 0) -> Iterator[StoredRun]:
        """Yield the sums of every run as they are stored, in sequence; rows that belong to no run come as one."""
        totals, loans, cuts = run_totals.c, run_loans.c, run_cuts.c
        counted = [totals[name] for name in (*RUN_KEYS, *COMPONENTS, "events")]
        by_run = self._by_run(run_totals, [totals.first_sequence, *counted], deal_key, after)
        by_loan = _Beside(self._by_run(run_loans, [loans[name] for name in RUN_MOVES], deal_key, after))
        by_cut = _Beside(self._by_run(run_cuts, [cuts[name] for name in StoredCuts._fields], deal_key, after))
        for through, rows in by_run:
            yield from _strangers(by_loan, by_cut, through)
            moved, cut = by_loan.take(through), by_cut.take(through)
            firsts = {row[0] for row in rows}
            for number, first in enumerate(sorted(firsts)):
                ours = (moved, _cuts(cut)) if not number else ([], None)
                yield StoredRun(first, through, [row[1:] for row in rows if row[0] == first], *ours)
        yield from _strangers(by_loan, by_cut, None)

    def _by_run(
        self, table: Any, columns: Sequence[ColumnElement[Any]], deal_key: int, after: int
    ) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
        """Yield the rows of a table of sums together by the last sequence of their run."""
        through = table.c.through_sequence
        statement = select(through, *columns).where(table.c.deal_key == deal_key, through > after).order_by(through)
        rows = chain.from_iterable(self._streamed(statement, 10_000))
        for last, together in groupby(rows, key=itemgetter(0)):
            yield last, [tuple(row)[1:] for row in together]

    def latest_of_kinds(self, deal_key: int, *, known_through: int) -> list[tuple[int, str, str, int]]:
        """Return where the last event of each distribution, type and code stands, or the end of the run it is in."""
        complete = self._complete(deal_key, known_through)

        def last(columns: Any, place: Any, *conditions: ColumnElement[bool]) -> list[tuple[int, str, str, int]]:
            keys = (columns.distribution, columns.posts_as, columns.code)
            statement = select(*keys, func.max(place)).where(columns.deal_key == deal_key, *conditions).group_by(*keys)
            return [(*row[:3], int(row[3])) for row in self._execute(statement)]

        through = run_totals.c.through_sequence
        found = {row[:3]: row for row in last(run_totals.c, through, through <= complete)}
        if complete < known_through:
            at = events.c.sequence
            found.update((row[:3], row) for row in last(events.c, at, at > complete, at <= known_through))
        return sorted(found.values())

    def closed_through(self, deal_key: int, *, known_through: int) -> int:
        """Return the latest distribution that is closed; 0 where none is. A closing cannot be reversed."""
        rows = self.totals(deal_key, Selector(types=("period_closed",)), known_through=known_through)
        return max((row.distribution for row in rows), default=0)


class _Beside:
    """Rows of a table of sums, run by run, beside those of another."""

    def __init__(self, by_run: Iterator[tuple[int, list[tuple[Any, ...]]]]) -> None:
        self._by_run = by_run
        self._held = next(by_run, None)

    def before(self, through: int | None) -> int | None:
        """Return the run that stands next and before another one, if there is any."""
        held = self._held
        return None if held is None or (through is not None and held[0] >= through) else held[0]

    def take(self, through: int) -> list[tuple[Any, ...]]:
        """Return the rows of a run, none where the next ones are of another."""
        if self._held is None or self._held[0] != through:
            return []
        rows = self._held[1]
        self._held = next(self._by_run, None)
        return rows


def _strangers(by_loan: _Beside, by_cut: _Beside, through: int | None) -> Iterator[StoredRun]:
    """Yield what stands under runs before another one that are none."""
    while places := [place for held in (by_loan, by_cut) if (place := held.before(through)) is not None]:
        place = min(places)
        yield StoredRun(place, place, [], by_loan.take(place), _cuts(by_cut.take(place)))


def _cuts(rows: Sequence[tuple[Any, ...]]) -> StoredCuts | None:
    return StoredCuts._make(rows[0]) if rows else None


def _merged(rows: Iterable[tuple[Any, ...]], keys: int) -> list[tuple[Any, ...]]:
    sums: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for row in rows:
        held = sums.get(row[:keys])
        sums[row[:keys]] = row[keys:] if held is None else tuple(a + b for a, b in zip(held, row[keys:], strict=True))
    return [(*key, *values) for key, values in sums.items()]


__all__ = ["Reading"]

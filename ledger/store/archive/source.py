"""Reading archives: every query of a :class:`~ledger.store.source.Source`, answered from Parquet files with Polars.

A query takes one streaming pass over the files and columns that it needs (:mod:`ledger.store.archive.log`). Amounts are
added up in 64 bits where the manifest's gross sums show that none can overflow, else in 128, and come out as plain
integers. Text keys stay numbers until a query is answered.

What an answer rests on is what the manifest names; that the files are still what was sealed is proved by
:func:`ledger.evidence.archives.verify_archive`, not by reading.
"""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import attrs

from ledger.errors import UnknownDeal
from ledger.events.base import COMPONENTS
from ledger.journal.movements import BALANCE_SIGN, BOARDING, RAISING, REDUCING, REMOVALS, ROUTINE_CODE, ROUTINE_TYPES
from ledger.journal.totals import TotalRow, together
from ledger.store.archive.files import file_faults
from ledger.store.archive.format import ROW_GROUP, SCHEMA, ArchiveDirectory, pl, rows_of
from ledger.store.archive.log import DealLog, keyed
from ledger.store.archive.manifest import Manifest
from ledger.store.archive.snapshots import sealed_snapshots
from ledger.store.batches import StoredBatch
from ledger.store.rows import (
    MONTH_COLUMNS,
    BoardedLoan,
    Boarding,
    Head,
    LoanStanding,
    LoanStatus,
    MonthRow,
    StoredRow,
    UnpaidMonth,
)
from ledger.store.run_cuts import loans_boarded
from ledger.store.source import check_summed
from ledger.values.selector import EVERY_EVENT, Selector

_AMOUNTS = tuple(pl.col(name) for name in COMPONENTS)
_KEYS = ("posts_as", "loan_group", "class_id", "code")
_EXCEPTIONAL = ~pl.col("posts_as").is_in(ROUTINE_TYPES) & ~(
    (pl.col("posts_as") == ROUTINE_CODE[0]) & (pl.col("code") == ROUTINE_CODE[1])
)
"""Events outside the monthly routine."""

_STATED = (
    "loan",
    "code",
    "distribution",
    "memo",
    "note_rate",
    "servicing_rate",
    "event_id",
    "effective_date",
    "sequence",
    "reverses",
)
"""The columns that say what is in force of a loan."""

_LATELY = 3
"""Months in which a reversal looks for what it voids before it looks everywhere."""

HELD_STATED = 1 << 21
"""Events about what is in force that are held at most, from one question to the next: about 100 bytes each."""

_MEMO = pl.col("memo")
_BALANCE = (
    pl.when(pl.col("posts_as") == BOARDING)
    .then(pl.col("principal") + _MEMO)
    .when(pl.col("posts_as").is_in(sorted(REDUCING)))
    .then(-pl.col("principal"))
    .when(pl.col("posts_as").is_in(sorted(RAISING)))
    .then(pl.col("principal"))
    .otherwise(0)
)
"""What an event does to the stated balance of its loan."""

_ON_BOOKS = (
    pl.when(pl.col("posts_as") == BOARDING)
    .then(pl.when(_MEMO > 0).then(1).when(_MEMO < 0).then(-1).otherwise(pl.col("loans")))
    .when(pl.col("posts_as").is_in(REMOVALS))
    .then(-pl.col("loans"))
    .otherwise(0)
)
"""What an event does to its loan's standing in the pool: 1 in, -1 out."""


class LogQueries:
    """The queries of a :class:`~ledger.store.source.Source` over the logs of some deals, by their keys."""

    def __init__(self, logs: Mapping[int, DealLog]) -> None:
        self._logs = dict(logs)
        self._stated: dict[tuple[str, tuple[str, ...], int], pl.DataFrame] = {}
        self._envelopes: dict[int, list[StoredBatch]] = {}

    def _log(self, deal_key: int) -> DealLog:
        return self._logs[deal_key]

    def deals(self) -> list[str]:
        """Return the names of every deal, in order of opening."""
        return [self._logs[key].manifest.deal for key in sorted(self._logs)]

    def deal_key(self, deal: str) -> int:
        """Return the key of a deal; raises :class:`~ledger.errors.UnknownDeal`."""
        for key, log in self._logs.items():
            if log.manifest.deal == deal:
                return key
        raise UnknownDeal(deal, self.deals())

    def head(self, deal_key: int) -> Head:
        """Return the last sequence of a deal and its hash."""
        return self._log(deal_key).head

    def totals(
        self,
        deal_key: int,
        wanted: Selector = EVERY_EVENT,
        *,
        known_through: int,
        effective_through: int | None = None,
        after: int = 0,
    ) -> list[TotalRow]:
        """Return totals by distribution, type, group, class and code; ``after`` leaves out events up to a sequence."""
        check_summed(wanted)
        log = self._log(deal_key)
        rows = log.scan(wanted, known_through=known_through, after=after, effective_through=effective_through)
        rows = rows.filter(*keyed(wanted))
        keys = ("distribution", *_KEYS)
        found = log.collect(rows.group_by(keys).agg(*log.summed(known_through, _AMOUNTS), pl.len()))[0]
        return sorted(TotalRow._make(row) for row in found.iter_rows())

    def totals_together(
        self, deal_key: int, *, known_through: int, last: int, apart: Sequence[str]
    ) -> tuple[list[TotalRow], list[TotalRow]]:
        """Return totals up to a distribution, put together under its number; and of some types each distribution's."""
        rows = self.totals(deal_key, Selector(last=last), known_through=known_through)
        return together(rows, last), [row for row in rows if row.type in apart]

    def dated_totals(self, deal_key: int, wanted: Selector, *, known_through: int) -> list[tuple[int, TotalRow]]:
        """Return totals by business date: pairs of YYYYMMDD and totals."""
        check_summed(wanted)
        log = self._log(deal_key)
        rows = log.scan(wanted, known_through=known_through).filter(*keyed(wanted))
        found = log.collect(
            rows.group_by("effective_date", "distribution", *_KEYS).agg(*log.summed(known_through, _AMOUNTS), pl.len())
        )[0]
        return sorted((day, TotalRow._make(row)) for day, *row in found.iter_rows())

    def _voided(self, log: DealLog, ids: Sequence[str], types: Sequence[str], column: str, near: int) -> dict[str, int]:
        """Return a column of the events with these ids, which post as these types.

        Nearly all that is voided was posted in the months up to ``near``, so those are looked through first.
        """
        months = [file.distribution for file in log.manifest.files if file.distribution <= near]
        lately = sorted(set(months))[-_LATELY:]
        found: dict[str, int] = {}
        for first, last in ((min(lately, default=None), near), (None, None)):
            missing = [name for name in ids if name not in found]
            if missing:
                wanted = Selector(types=tuple(types), first=first, last=last, event_ids=tuple(missing))
                named = log.scan(wanted).filter(*keyed(wanted))
                found.update(log.collect(named.select("event_id", column))[0].iter_rows())
        return found

    def _as_voided(
        self,
        log: DealLog,
        rows: pl.LazyFrame,
        types: Sequence[str],
        keys: Sequence[str],
        moved: str,
        sums: Sequence[str],
    ) -> dict[tuple[Any, ...], list[int]]:
        """Return sums and the count of events by keys, a reversal under the ``moved`` key of the event it voids.

        The events are few: none is routine.
        """
        rows = rows.filter(_EXCEPTIONAL).with_columns(near="distribution")
        grouped = [pl.col(name).cast(pl.Int128).sum() for name in sums]
        first = rows.filter(pl.col("reverses").is_null()).group_by(keys).agg(*grouped, pl.len())
        reversals = rows.filter(pl.col("reverses").is_not_null()).select("reverses", "near", *keys, *sums)
        plain, reversing = log.collect(first, reversals)
        found = {row[: len(keys)]: list(row[len(keys) :]) for row in plain.iter_rows()}
        near = max(reversing["near"].to_list(), default=0)
        places = self._voided(log, reversing["reverses"].to_list(), types, moved, near)
        at = keys.index(moved)
        for reverses, _, *values in reversing.iter_rows():
            values[at] = places.get(reverses, values[at])
            held = found.setdefault(tuple(values[: len(keys)]), [0] * (len(sums) + 1))
            for index, value in enumerate((*values[len(keys) :], 1)):
                held[index] += value
        return found

    def rated_totals(
        self, deal_key: int, wanted: Selector, *, known_through: int
    ) -> list[tuple[int, int, int, str, str, int]]:
        """Return principal by (business date, note rate, servicing rate, type, group).

        A reversal counts under the business date of the event that it voids.
        """
        log = self._log(deal_key)
        keys = ("effective_date", "note_rate", "servicing_rate", "posts_as", "loan_group")
        rows = log.scan(wanted, known_through=known_through).filter(*keyed(wanted))
        found = self._as_voided(log, rows, wanted.types, keys, "effective_date", ("principal",))
        return sorted((*key, sums[0]) for key, sums in found.items())

    def advance_totals(
        self,
        deal_key: int,
        *,
        known_through: int,
        types: Mapping[str, Sequence[str]],
        effective_through: int | None = None,
        loans: Sequence[str] | None = None,
    ) -> list[tuple[str, int, TotalRow]]:
        """Return totals by loan, distribution and business date, of the types and codes given (no code: any)."""
        log = self._log(deal_key)
        names = list(types)
        wanted = pl.col("posts_as").is_in([name for name in names if not types[name]])
        for name in names:
            if types[name]:
                wanted |= (pl.col("posts_as") == name) & pl.col("code").is_in(list(types[name]))
        rows = log.scan(
            Selector(types=tuple(names)), known_through=known_through, effective_through=effective_through
        ).filter(wanted)
        if loans is not None:
            rows = rows.filter(pl.col("loan").is_in(list(loans)))
        keys = ("loan", "effective_date", "distribution", *_KEYS)
        found = self._as_voided(log, rows, names, keys, "distribution", COMPONENTS)
        return sorted((loan, day, TotalRow(*key, *sums)) for (loan, day, *key), sums in found.items())

    def loan_standings(
        self,
        deal_key: int,
        *,
        known_through: int,
        last: int | None = None,
        loans: Sequence[str] | None = None,
        first: int | None = None,
    ) -> dict[str, LoanStanding]:
        """Return where each loan stands after the distribution ``last`` (None: now), and where before it.

        With ``first``, how far it was moved from that distribution on.
        """
        log = self._log(deal_key)
        rows = log.scan(Selector(types=tuple(BALANCE_SIGN), first=first, last=last), known_through=known_through)
        rows = rows.filter(pl.col("loan") != "")
        if loans is not None:
            rows = rows.filter(pl.col("loan").is_in(list(loans)))
        before = _BALANCE if last is None else pl.when(pl.col("distribution") < last).then(_BALANCE).otherwise(0)
        values = (_BALANCE.alias("balance"), _ON_BOOKS.alias("on_books"), before.alias("opening"))
        sums = log.summed(known_through, values)
        moved = log.collect(rows.group_by("loan", "loan_group").agg(*sums, pl.col("distribution").max()))[0]
        if moved["loan"].n_unique() < len(moved):
            # A loan that was boarded again may have come back into another group: the last one counts.
            again = moved.filter(pl.col("loan").is_duplicated())["loan"].unique()
            groups = rows.filter(pl.col("loan").is_in(again.to_list())).group_by("loan", "loan_group")
            order = log.collect(groups.agg(pl.col("sequence").max()))[0]
            moved = moved.join(order, on=["loan", "loan_group"], how="left").sort("sequence").drop("sequence")
        found: dict[str, LoanStanding] = {}
        for loan, *held in moved.iter_rows():
            later = LoanStanding._make(held)
            found[loan] = found[loan].moved_by(later) if loan in found else later
        return found

    def loan_movements(
        self, deal_key: int, *, known_through: int, first: int = 0, last: int | None = None
    ) -> Iterator[tuple[str, int, int]]:
        """Yield what each distribution from ``first`` to ``last`` moved of each loan's balance."""
        log = self._log(deal_key)
        rows = log.scan(Selector(types=tuple(BALANCE_SIGN), first=first, last=last), known_through=known_through)
        sums = log.summed(known_through, (_BALANCE.alias("balance"),))
        moved = rows.filter(pl.col("loan") != "").group_by("loan", "distribution").agg(*sums)
        yield from log.collect(moved)[0].iter_rows()

    def _in_force(
        self,
        log: DealLog,
        columns: Sequence[str],
        types: Sequence[str],
        known_through: int,
        conditions: Sequence[pl.Expr],
        loans: Sequence[str] | None,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the loan and these columns of the latest of each loan's events that meet conditions and stand."""
        rows = self._stated_of(log, tuple(types), known_through)
        if loans is not None:
            rows = rows.filter(pl.col("loan").is_in(list(loans)))
        reversals = rows.filter(pl.col("reverses").is_not_null()).select("reverses")
        given = rows.filter(pl.col("reverses").is_null(), *conditions)
        stated = given.select("loan", *dict.fromkeys((*columns, "event_id", "effective_date", "sequence")))
        found, voided = log.collect(stated, reversals)
        standing = (
            found.join(voided, left_on="event_id", right_on="reverses", how="anti")
            .sort("effective_date", "sequence")
            .unique("loan", keep="last", maintain_order=True)
        )
        return standing.select("loan", *columns).iter_rows()

    def _stated_of(self, log: DealLog, types: tuple[str, ...], known_through: int) -> pl.LazyFrame:
        """Return the events of these types about loans, held where they are few: a report asks for several months."""
        key = (log.manifest.deal, types, known_through)
        if key not in self._stated:
            rows = log.scan(Selector(types=types), known_through=known_through).filter(pl.col("loan") != "")
            rows = rows.select(_STATED)
            if log.most(types) > HELD_STATED:
                return rows
            self._stated[key] = log.collect(rows)[0]
        return self._stated[key].lazy()

    def loan_rates(
        self,
        deal_key: int,
        *,
        known_through: int,
        loans: Sequence[str] | None = None,
        through: int | None = None,
        changed: bool = False,
    ) -> dict[str, tuple[int, int]]:
        """Return the (note rate, servicing rate) in force of each loan as of a business date.

        With ``changed`` only of loans whose rate was changed since they were boarded.
        """
        conditions = [] if through is None else [pl.col("effective_date") <= through]
        columns = ("note_rate", "servicing_rate")
        types = ("loan_rate_changed",) if changed else (BOARDING, "loan_rate_changed")
        found = self._in_force(self._log(deal_key), columns, types, known_through, conditions, loans)
        return {loan: (note_rate, servicing_rate) for loan, note_rate, servicing_rate in found}

    def loan_payments(self, deal_key: int, *, known_through: int, last: int) -> dict[str, tuple[int, int]]:
        """Return the payment in force of each loan whose payment was changed up to a distribution, and its day."""
        asked = ("loan_payment_changed",), known_through, [pl.col("distribution") <= last], None
        found = self._in_force(self._log(deal_key), ("effective_date", "memo"), *asked)
        return {loan: (day, payment) for loan, day, payment in found}

    def loans_gone(self, deal_key: int, *, known_through: int, before: int, last: int) -> frozenset[str]:  # noqa: ARG002
        """Name no loan: columns are read from end to end, whichever loans are asked for."""
        return frozenset()

    def loan_statuses(
        self, deal_key: int, *, known_through: int, last: int, loans: Sequence[str] | None = None
    ) -> dict[str, LoanStatus]:
        """Return the status in force of each loan at the close of a distribution, and since which it has been."""
        log, conditions, columns = self._log(deal_key), [pl.col("distribution") <= last], ("code", "distribution")
        found: dict[str, LoanStatus] = {}
        rows = self._in_force(log, columns, ("loan_status_changed",), known_through, conditions, loans)
        for loan, code, since in rows:
            status, _, bucket = code.partition(":")
            found[loan] = LoanStatus(status, bucket, since)
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
        """Yield stored rows in sequence order; about 65,000 are held at a time."""
        after = max(after, wanted.after)
        log = self._log(deal_key)
        known = log.head.sequence if known_through is None else min(known_through, log.head.sequence)
        if wanted == EVERY_EVENT:
            known = known if limit is None else min(known, after + limit)
            ends = [*range(after + ROW_GROUP, known, ROW_GROUP), known]
        elif log.has_none(wanted, known_through=known, after=after):
            ends = []
        elif wanted.types and limit is None and log.most(wanted.types) <= ROW_GROUP:
            ends = [known]
        else:
            # One pass over the keys finds how the rows lie, so that the next can take them part by part.
            found = log.scan(wanted, known_through=known, after=after).filter(*keyed(wanted))
            places = log.collect(found.select("sequence"))[0]["sequence"].sort()
            places = places if limit is None else places.head(limit)
            ends = [
                int(places[min(end, places.len()) - 1]) for end in range(ROW_GROUP, places.len() + ROW_GROUP, ROW_GROUP)
            ]
        for end in ends:
            if end <= after:
                continue
            part = log.scan(wanted, known_through=end, after=after, whole_rows=True).filter(*keyed(wanted))
            frame = log.collect(part.select(*SCHEMA))[0].sort("sequence")
            yield from rows_of(frame, deal_key)
            after = end

    def _batches(self, deal_key: int) -> list[StoredBatch]:
        if deal_key not in self._envelopes:
            self._envelopes[deal_key] = self._log(deal_key).batches()
        return self._envelopes[deal_key]

    def batches(self, deal_key: int, *, known_through: int | None = None, after: int = 0) -> list[StoredBatch]:
        """Return the envelopes of the batches that begin after a sequence and up to another, in order."""
        known = self._log(deal_key).head.sequence if known_through is None else known_through
        return [item for item in self._batches(deal_key) if after < item.first_sequence <= known]

    def has_batches(self, deal_key: int) -> bool:
        """Say whether any batch of a deal has an envelope."""
        log = self._log(deal_key)
        return bool(log.manifest.batches) or (log.tail_batches is not None and bool(self._batches(deal_key)))

    def batches_of(self, deal_key: int, sequences: Sequence[int]) -> list[StoredBatch]:
        """Return the envelopes from the first of some events to the last."""
        if not sequences:
            return []
        held, first, last = self._batches(deal_key), min(sequences), max(sequences)
        start = bisect_left(held, first, key=lambda item: item.through_sequence)
        return held[start : bisect_right(held, last, key=lambda item: item.first_sequence)]

    def month_rows(self, deal_key: int, wanted: Selector, *, known_through: int) -> Iterator[MonthRow]:
        """Yield the typed columns of the events that name a loan, of the types and distributions selected."""
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
        """Yield some stored columns of the events that name a loan, of the types and distributions selected."""
        log = self._log(deal_key)
        if log.has_none(wanted, known_through=known_through, after=0):
            return
        found = log.scan(wanted, known_through=known_through, whole_rows=True).filter(pl.col("loan") != "")
        if loans is not None:
            found = found.filter(pl.col("loan").is_in(list(loans)))
        frame = log.collect(found.filter(*keyed(wanted)).select(*columns))[0]
        yield from frame.iter_rows()

    def unpaid_loans(
        self,
        deal_key: int,
        *,
        known_through: int,
        distribution: int,
        cent: int,
        effective_through: int | None = None,
    ) -> list[UnpaidMonth]:
        """Return the loans whose instalments of a distribution are not what came in for them on time, to the cent."""
        log, is_due = self._log(deal_key), pl.col("posts_as") == ROUTINE_TYPES[0]
        wanted = Selector(types=(ROUTINE_TYPES[0], ROUTINE_CODE[0]), first=distribution, last=distribution)
        rows = log.scan(wanted, known_through=known_through, effective_through=effective_through)
        rows = rows.filter(pl.col("loan") != "", is_due | (pl.col("code") == ROUTINE_CODE[1]))
        days = pl.when(is_due).then(pl.col("effective_date"))
        amounts = [
            pl.when(is_due if due else ~is_due)
            .then(pl.col(name))
            .otherwise(0)
            .cast(pl.Int128)
            .sum()
            .alias(f"{due}{name}")
            for due in (True, False)
            for name in ("principal", "interest")
        ]
        grouped = rows.group_by("loan").agg(
            pl.col("loan_group").max(), days.min().alias("first"), days.max().alias("last"), *amounts
        )
        unlike = [(pl.col(f"True{name}") - pl.col(f"False{name}")).abs() >= cent for name in ("principal", "interest")]
        found = log.collect(grouped.filter(pl.col("first").is_not_null(), unlike[0] | unlike[1]))[0]
        return [UnpaidMonth._make(row) for row in found.iter_rows()]

    def reversals(
        self, deal_key: int, *, known_through: int, first: int, last: int
    ) -> list[tuple[str, str, str, str, int]]:
        """Return the reversals of distributions that name a loan."""
        log = self._log(deal_key)
        rows = log.scan(Selector(first=first, last=last), known_through=known_through)
        found = rows.filter(pl.col("reverses").is_not_null(), pl.col("loan") != "")
        return log.collect(found.select("event_id", "reverses", "loan", "posts_as", "distribution"))[0].rows()

    def boardings(self, deal_key: int, *, known_through: int, loans: Iterable[str] | None = None) -> Iterator[Boarding]:
        """Yield what was posted of the boarding of all loans, or of those given, in sequence order."""
        log = self._log(deal_key)
        rows = log.scan(Selector(types=(BOARDING,)), known_through=known_through, whole_rows=True)
        rows = rows.filter(pl.col("loan") != "")
        if loans is not None:
            rows = rows.filter(pl.col("loan").is_in(list(loans)))
        found = log.collect(rows.select(*Boarding._fields))[0].sort("sequence")
        return map(Boarding._make, found.iter_rows())

    def loans_boarded(
        self, deal_key: int, *, known_through: int, loans: Iterable[str] | None = None
    ) -> dict[str, BoardedLoan]:
        """Return what all loans, or those given, were boarded with, of those that were."""
        return loans_boarded([list(self.boardings(deal_key, known_through=known_through, loans=loans))])

    def by_event_id(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the stored rows with these event ids; without an index of ids it looks through the whole archive."""
        wanted = Selector(event_ids=tuple(dict.fromkeys(event_ids)))
        return {row.event_id: row for row in self.rows(deal_key, wanted)} if wanted.event_ids else {}

    def reversed_among(self, deal_key: int, event_ids: Iterable[str]) -> dict[str, str]:
        """Return, for those of these events that are reversed, the id of the event that reversed them."""
        wanted = list(dict.fromkeys(event_ids))
        if not wanted:
            return {}
        log = self._log(deal_key)
        found = log.scan().filter(pl.col("reverses").is_in(wanted)).select("reverses", "event_id")
        return dict(log.collect(found)[0].iter_rows())

    def latest_of_kinds(self, deal_key: int, *, known_through: int) -> list[tuple[int, str, str, int]]:
        """Return where the last event of each distribution, type and code stands."""
        log = self._log(deal_key)
        rows = log.scan(known_through=known_through)
        last = rows.group_by("distribution", "posts_as", "code").agg(pl.col("sequence").max())
        return sorted(log.collect(last)[0].iter_rows())

    def closed_through(self, deal_key: int, *, known_through: int) -> int:
        """Return the latest distribution that is closed; 0 where none is."""
        log = self._log(deal_key)
        rows = log.scan(Selector(types=("period_closed",)), known_through=known_through)
        return int(log.collect(rows.select(pl.col("distribution").max()))[0].item() or 0)

    def snapshots(
        self, deal_key: int, *, version: int, last: int, known_through: int, limit: int | None = None
    ) -> Iterable[tuple[int, int, bytes]]:
        """Yield sealed snapshots up to a distribution, latest first: distribution, sequence known through, content."""
        log = self._log(deal_key)
        found = sealed_snapshots(log.place, log.manifest, version=version, last=last, known_through=known_through)
        return islice(found, limit)

    def payloads(self, deal_key: int, *, after: int = 0, known_through: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the sealed payloads of events after a sequence and up to another, a row group at a time."""
        log = self._log(deal_key)
        known = log.head.sequence if known_through is None else min(known_through, log.head.sequence)
        while after < known:
            end = min(after + ROW_GROUP, known)
            part = log.scan(EVERY_EVENT, known_through=end, after=after, whole_rows=True).select("sequence", "payload")
            yield log.collect(part)[0].sort("sequence")["payload"].to_list()
            after = end

    def index_faults(self, deal_key: int) -> Iterator[str]:  # noqa: ARG002
        """Say nothing: an archive has no indexes."""
        return iter(())

    def run_end(self, deal_key: int, known_through: int) -> int:  # noqa: ARG002
        """Return 0: an archive has no runs."""
        return 0

    def opened_at(self, deal_key: int) -> int:
        """Return when a deal was entered, in microseconds since 1970."""
        return self._log(deal_key).manifest.opened_at

    def stored_runs(self, deal_key: int, *, after: int = 0) -> None:
        """Return None: an archive keeps no sums by run."""

    def pool_moved(self, deal_key: int, *, known_through: int, before: int | None) -> None:
        """Return None: an archive keeps no sums by run."""

    def pool_columns(self, deal_key: int, *, known_through: int, distribution: int) -> None:
        """Return None: an archive keeps no sums by run."""

    def sum_faults(self, deal_key: int) -> Iterator[str]:
        """Say where a sealed file is not what its manifest says of it, its sums among the rest."""
        log = self._log(deal_key)
        return (fault.message for fault in file_faults(log.place, log.manifest))


class ArchiveSource(LogQueries):
    """The archives in a directory (a path or an fsspec URL), all of them or those of some deals, as they are now.

    Keys of deals are those of the ledger that they were sealed from; where archives of several ledgers share a
    directory, a key that is taken is replaced by the next free one. What is sealed later is not seen. Where deals are
    named, nothing of the others is read.
    """

    def __init__(
        self, directory: str | os.PathLike[str] | ArchiveDirectory, deals: Iterable[str] | None = None
    ) -> None:
        self.place = directory if isinstance(directory, ArchiveDirectory) else ArchiveDirectory(directory)
        if deals is None:
            found = self.place.manifests()
        else:
            wanted = sorted(set(deals))
            read = [self.place.manifest(deal) for deal in wanted]
            found = [item for item in read if item is not None]
            if len(found) < len(wanted):
                known = self.place.names()
                raise UnknownDeal(min(set(wanted).difference(item.deal for item in found)), known)
            found.sort(key=lambda item: (item.deal_key, item.opened_at, item.deal))
        logs: dict[int, DealLog] = {}
        for item in found:
            key = item.deal_key if item.deal_key not in logs else max(logs) + 1
            logs[key] = DealLog(place=self.place, manifest=item, head=item.head)
        super().__init__(logs)

    def manifest(self, deal: str) -> Manifest:
        """Return the manifest of a deal; raises :class:`~ledger.errors.UnknownDeal`."""
        return self._log(self.deal_key(deal)).manifest

    def without(self, deal: str, names: Collection[str]) -> LogQueries:
        """Return the queries of a deal as if its archive had not the files of these names."""
        log = self._log(self.deal_key(deal))
        files = tuple(file for file in log.manifest.files if file.name not in names)
        batches = tuple(file for file in log.manifest.batches if file.name not in names)
        manifest = attrs.evolve(log.manifest, files=files, batches=batches)
        return LogQueries({self.deal_key(deal): attrs.evolve(log, manifest=manifest)})

    def logs(self) -> Mapping[str, DealLog]:
        """Return the logs by the names of their deals."""
        return {log.manifest.deal: log for log in self._logs.values()}


__all__ = ["ArchiveSource", "LogQueries"]

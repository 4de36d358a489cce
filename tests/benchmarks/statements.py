"""One distribution's report against the history behind it, and against back-dated events.

Every contender must come to the same digest, which covers every figure of the report. The fold in Python decodes every
event and adds up totals and loan balances from the objects; what else a report needs it asks the database, as the
ledger does. It is given less to do than a ledger without sums would have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection

from ledger import CompensatingInterestPaid, Ledger
from ledger.events import codec
from ledger.events.base import COMPONENTS
from ledger.events.registry import REGISTRY
from ledger.journal.movements import BALANCE_SIGN, BOARDING, REMOVALS
from ledger.journal.totals import TotalRow, together
from ledger.reading.answers import payment_report
from ledger.simulation import LifePlan, post_life
from ledger.store.database.event_store import EventStore
from ledger.store.database.queries import Reading
from ledger.store.rows import LoanStanding
from ledger.values.dates import date_number
from ledger.values.selector import EVERY_EVENT, Selector
from tests.benchmarks import latest
from tests.benchmarks.harness import Comparison, Contender, compare, say
from tests.benchmarks.totals import checkpointed
from tests.benchmarks.workload import driver_connection, remove

AGAIN = "Ledger.distribution, closed before (its own snapshot)"
FIRST = "Ledger.distribution, for the first time (the month before's)"
WITHOUT = "Ledger.distribution, without snapshots"
FOLD = "fold of every event in Python"

_Moved = tuple[str, str, str, str, str, int, tuple[int, ...]]
"""Type, group, class, code, loan, distribution and amounts of an event."""


class Folded(Reading):
    """The queries of a ledger, with what grows with its history added up event by event in Python."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._folded: dict[tuple[int, int], list[_Moved]] = {}

    def _moves(self, deal_key: int, known_through: int) -> list[_Moved]:
        """Return every event, decoded once however often it is asked for."""
        if (deal_key, known_through) in self._folded:
            return self._folded[deal_key, known_through]
        found = self._folded[deal_key, known_through] = []
        by_id: dict[str, tuple[tuple[int, ...], str, str]] = {}
        query = (
            "SELECT payload, reverses, distribution, posts_as, loan_group, loan FROM events "
            "WHERE deal_key = ? AND sequence <= ? ORDER BY sequence"
        )
        rows = self._connection.exec_driver_sql(query, (deal_key, known_through))
        for payload, reverses, distribution, posts_as, group, loan in rows:
            event = codec.decode(payload)
            if reverses is None:
                known = REGISTRY[event.name]
                amounts = known.components(event)[: len(COMPONENTS)]
                _, _, class_id, code = known.keys(event)
                by_id[event.event_id] = (amounts, class_id, code)
            else:
                amounts, class_id, code = by_id[reverses]
                amounts = tuple(-amount for amount in amounts)
            found.append((posts_as, group, class_id, code, loan, distribution, amounts))
        return found

    def totals(
        self, deal_key: int, wanted: Selector = EVERY_EVENT, *, known_through: int, **bounds: Any
    ) -> list[TotalRow]:
        """Return the totals of every distribution up to ``last``, from ``first`` on."""
        first, last = wanted.first or 0, wanted.last
        if bounds or last is None or wanted != Selector(first=wanted.first, last=last):
            return super().totals(deal_key, wanted, known_through=known_through, **bounds)
        sums: dict[tuple[int, str, str, str, str], list[int]] = {}
        for posts_as, group, class_id, code, _, distribution, amounts in self._moves(deal_key, known_through):
            if not first <= distribution <= last:
                continue
            held = sums.setdefault((distribution, posts_as, group, class_id, code), [0] * (len(COMPONENTS) + 1))
            for place, amount in enumerate(amounts):
                held[place] += amount
            held[-1] += 1
        return [TotalRow(*key, *values) for key, values in sums.items()]

    def totals_together(
        self, deal_key: int, *, known_through: int, last: int, apart: Sequence[str]
    ) -> tuple[list[TotalRow], list[TotalRow]]:
        """Return the totals up to ``last`` together, and those of some types apart."""
        rows = self.totals(deal_key, Selector(last=last), known_through=known_through)
        return together(rows, last), [row for row in rows if row.type in apart]

    def loans_gone(self, *_: Any, **__: Any) -> frozenset[str]:
        """Name no loan: an event that is decoded is looked at."""
        return frozenset()

    def loan_standings(
        self,
        deal_key: int,
        *,
        known_through: int,
        last: int | None = None,
        loans: Sequence[str] | None = None,
        first: int | None = None,
    ) -> dict[str, LoanStanding]:
        """Return where every loan stands after the distribution ``last``."""
        if last is None or loans is not None:
            return super().loan_standings(deal_key, known_through=known_through, last=last, loans=loans, first=first)
        found: dict[str, list[Any]] = {}
        for posts_as, group, _, _, loan, distribution, amounts in self._moves(deal_key, known_through):
            if not loan or posts_as not in BALANCE_SIGN or distribution > last:
                continue
            held = found.setdefault(loan, ["", 0, 0, 0, 0])
            principal, memo, count = amounts[0], amounts[5], amounts[6]
            moved = principal + memo if posts_as == BOARDING else BALANCE_SIGN[posts_as] * principal
            held[0], held[4] = group, max(held[4], distribution)
            held[1] += moved
            held[3] += moved if distribution < last else 0
            if posts_as == BOARDING:
                held[2] += 1 if memo > 0 else -1 if memo < 0 else count
            elif posts_as in REMOVALS:
                held[2] -= count
        return {loan: LoanStanding(*values) for loan, values in found.items()}


@attrs.frozen(kw_only=True)
class _Long:
    """A life, posted: where it stands, and for each month its payment date and what was known when it was closed."""

    path: Path
    deal: str
    closed: list[tuple[dt.date, int]]


def post_long(path: Path, loans: int, months: int, *, prepayment_rate: int = 2_000) -> None:
    """Post a life in which few prepay and nothing is called, so that the deal lives as long as it may."""
    plan = LifePlan(seed=7, loans=loans, months=months, callable_at=0, prepayment_rate=prepayment_rate)
    say(f"\nPreparing the life of {loans:,} loans")
    remove(path)

    def progress(month: int, posted: int) -> None:
        if month % 60 == 0:
            say(f"  month {month}, {posted:,} events")

    with Ledger.create(path) as ledger:
        post_life(ledger, plan, progress=progress)
    checkpointed(path)


def _lived(path: Path) -> _Long:
    """Return the life that a ledger holds."""
    with Ledger.open(path) as ledger:
        (deal,) = ledger.deals()
        closings = [
            (recorded.event.effective_date, recorded.sequence - 1)
            for recorded in ledger.events(deal, types=["period_closed"])
        ]
    return _Long(path=path, deal=deal, closed=closings)


def _ledger(name: str, path: Path, deal: str, on: dt.date, known: int | None, *, snapshots: bool = True) -> Contender:
    return Contender(
        name=name,
        ours=True,
        rival=not snapshots,
        prepare=lambda: Ledger.open(path, snapshots=snapshots),
        run=lambda ledger: ledger.distribution(deal, on, known_through=known).digest,
        finish=lambda ledger: ledger.close(),
    )


def _fold(path: Path, deal: str, on: dt.date, known: int | None) -> Contender:
    def run(store: EventStore) -> Any:
        with store.reading() as reading:
            return payment_report(Folded(reading._connection), deal, on, known).digest

    return Contender(
        name=FOLD,
        prepare=lambda: EventStore.open(path),
        run=run,
        finish=lambda store: store.close(),
    )


def _without_own(path: Path, number: int) -> Path:
    """Copy a ledger and drop what is kept of one distribution, as before it was closed."""
    copy = path.with_name(f"before-{number}.db")
    remove(copy)
    copy.write_bytes(path.read_bytes())
    connection = driver_connection(copy)
    connection.execute("DELETE FROM snapshots WHERE distribution >= ?", (number,))
    connection.close()
    checkpointed(copy)
    return copy


def lines(directory: Path, rounds: int, *, loans: int, months: int, at: Sequence[int]) -> list[Comparison]:
    """The report of some months, as known when each was closed; then that of the last, after back-dated events."""
    post_long(directory / "statements.db", loans, months)
    life = _lived(directory / "statements.db")
    lived = len(life.closed)
    found = []
    for month in sorted({min(month, lived) for month in at}):
        on, known = life.closed[month - 1]
        before = _without_own(life.path, on.year * 10_000 + on.month * 100 + on.day)
        found.append(
            compare(
                key=f"statement_{month:03}",
                title=f"The report of month {month}",
                work=f"{known:,} events known",
                contenders=[
                    _ledger(FIRST, before, life.deal, on, known),
                    _ledger(AGAIN, life.path, life.deal, on, known),
                    _ledger(WITHOUT, life.path, life.deal, on, known, snapshots=False),
                    _fold(life.path, life.deal, on, known),
                ],
                events=known,
                rounds=rounds,
                reference=FIRST,
                series="statement",
                point=f"month {month}, {known:,} events",
            )
        )
        remove(before)
    found.extend(_back_dated(life, rounds))
    remove(life.path)
    return found


def whole_life(path: Path, rounds: int, *, at: Sequence[int]) -> Iterator[Comparison]:
    """The report of months all over the life of a large pool that few leave, and the latest of its loans at the end.

    Nobody folds millions of events in Python again and again: the ledger is compared with itself without snapshots.
    """
    life = _lived(path)
    for month in sorted({min(month, len(life.closed)) for month in at}):
        on, known = life.closed[month - 1]
        yield compare(
            key=f"life_{month:03}",
            title=f"The report of month {month} of a large pool",
            work=f"{known:,} events known",
            contenders=[
                _ledger(AGAIN, life.path, life.deal, on, known),
                _ledger(WITHOUT, life.path, life.deal, on, known, snapshots=False),
            ],
            events=known,
            rounds=rounds,
            reference=AGAIN,
            series="life",
            point=f"month {month}, {known:,} events",
        )
    last = date_number(life.closed[-1][0])
    title = "The latest balance, status and rate of every loan, a large pool at its end"
    yield latest.over(life.path, last, rounds, key="latest_per_loan_large", title=title)


def _back_dated(life: _Long, rounds: int) -> list[Comparison]:
    on, _ = life.closed[-1]
    found = []
    for months_back in (6, 24):
        for count in (0, 1, 100):
            if count == 0 and months_back != 6:
                continue
            day = life.closed[-1 - min(months_back, len(life.closed) - 1)][0] - dt.timedelta(days=1)
            path = life.path.with_name("back-dated.db")
            remove(path)
            path.write_bytes(life.path.read_bytes())
            _post_back(path, life.deal, day, count)
            with Ledger.open(path) as ledger:
                known = ledger.head(life.deal).sequence
            found.append(
                compare(
                    key=f"back_dated_{months_back}_{count}",
                    title=f"The report of the last month after {count} events back-dated by {months_back} months",
                    work=f"{known:,} events known",
                    contenders=[
                        _ledger("Ledger.distribution", path, life.deal, on, None),
                        _ledger(WITHOUT, path, life.deal, on, None, snapshots=False),
                        _fold(path, life.deal, on, None),
                    ],
                    events=known,
                    rounds=rounds,
                    reference="Ledger.distribution",
                    series="back_dated",
                    point=f"{count} by {months_back} months" if count else "none",
                )
            )
            remove(path)
    return found


def _post_back(path: Path, deal: str, day: dt.date, count: int) -> None:
    """Post events one by one that are dated so far back, as restatements of closed periods."""
    with Ledger.open(path) as ledger:
        for number in range(count):
            ledger.post(
                CompensatingInterestPaid(
                    event_id=f"back-dated/{number}",
                    deal=deal,
                    effective_date=day,
                    group="fixed",
                    amount="1.00",
                    restates=True,
                )
            ).or_raise()
    checkpointed(path)

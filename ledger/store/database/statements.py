"""The statements that are asked again and again, each built once, with a parameter for each value.

To build a statement takes longer than a small ledger takes to answer it. What narrows a question is told by the names
of its parameters: a statement has a condition for each of them, and whoever asks gives their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Select, and_, bindparam, func, select

from ledger.events.base import COMPONENTS
from ledger.store.database.querying import ONLY_EXCEPTIONAL, UNINDEXED_SEQUENCE, among
from ledger.store.database.schema import deals, events, run_totals, snapshots
from ledger.store.database.side_by_side import put_together
from ledger.values.selector import Selector

Names = tuple[str, ...]
kept = lru_cache(maxsize=512)
"""Statements by what they are made of, but for their values."""

_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "deal_key": lambda columns: columns.deal_key == bindparam("deal_key"),
    "types": lambda columns: columns.posts_as.in_(bindparam("types", expanding=True)),
    "group": lambda columns: columns.loan_group == bindparam("group"),
    "class_id": lambda columns: columns.class_id == bindparam("class_id"),
    "code": lambda columns: columns.code == bindparam("code"),
    "first": lambda columns: columns.distribution >= bindparam("first"),
    "last": lambda columns: columns.distribution <= bindparam("last"),
    "effective_through": lambda columns: columns.effective_date <= bindparam("effective_through"),
}
"""The conditions on what events and their runs both have, each by the name of its parameter."""


def narrowing(wanted: Selector) -> dict[str, Any]:
    """Return the parameters of the conditions on type, keys and distribution that a selector makes."""
    keys = {"group": wanted.group, "class_id": wanted.class_id, "code": wanted.code}
    numbers = {"first": wanted.first, "last": wanted.last}
    found: dict[str, Any] = {name: value for name, value in {**keys, **numbers}.items() if value is not None}
    return {"types": list(wanted.types), **found} if wanted.types else found


def _narrowed(columns: Any, names: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return the conditions of these names; parameters of others are none of theirs."""
    return [_CONDITIONS[name](columns) for name in names if name in _CONDITIONS]


def _grouped(table: FromClause, keys: Names, names: Names, *more: Any) -> Select[Any]:
    """Return the statement of sums and the count of events by keys."""
    grouping = [table.c[name] for name in keys]
    count = func.sum(table.c.events) if table is run_totals else func.count()
    sums = [func.sum(table.c[name]) for name in COMPONENTS]
    return select(*grouping, *sums, count).where(*_narrowed(table.c, names), *more).group_by(*grouping)


@kept
def whole_runs(keys: Names, names: Names) -> Select[Any]:
    """Return the statement of the sums of whole runs, after the end of another if that is among the parameters."""
    through = run_totals.c.through_sequence
    bounds = [through <= bindparam("complete"), *([through > bindparam("after")] if "after" in names else [])]
    return _grouped(run_totals, keys, names, *bounds)


@kept
def cut_run(keys: Names, names: Names) -> Select[Any]:
    """Return the statement of the sums of the events of a run that is known in part."""
    at = events.c.sequence
    return _grouped(events, keys, names, at > bindparam("after"), at <= bindparam("known_through"))


@kept
def runs_holding(names: Names) -> Select[Any]:
    """Return the statement of the runs that hold such events."""
    keys = run_totals.c
    return (
        select(keys.first_sequence, keys.through_sequence)
        .where(*_narrowed(keys, names), keys.through_sequence > bindparam("after"))
        .distinct()
        .order_by(keys.first_sequence)
    )


def _of_events(names: Names, *, exceptional: bool, on_postgresql: bool) -> tuple[list[Any], ColumnElement[int]]:
    """Return the conditions on events by the names of their parameters, and the sequence as it is best asked for."""
    columns = events.c
    unindexed = exceptional or "event_ids" in names
    sequence: ColumnElement[int] = UNINDEXED_SEQUENCE if unindexed else columns.sequence
    found: list[Any] = _narrowed(columns, names)
    if "after" in names:
        found.append(sequence > bindparam("after"))
    if "known_through" in names:
        found.append(sequence <= bindparam("known_through"))
    if "loan" in names:
        found.append(columns.loan == bindparam("loan"))
    for name, column in (("loans", columns.loan), ("event_ids", columns.event_id)):
        if name in names:
            found.append(among(column, name, on_postgresql=on_postgresql))
    if "start" in names:
        found.append(columns.sequence.between(bindparam("start"), bindparam("through")))
    return [*found, *(ONLY_EXCEPTIONAL if exceptional else ())], sequence


@kept
def whole_rows(names: Names, *, exceptional: bool, on_postgresql: bool) -> Select[Any]:
    """Return the statement of whole rows in sequence order, the first so many if a limit is among the parameters."""
    conditions, sequence = _of_events(names, exceptional=exceptional, on_postgresql=on_postgresql)
    if "limit" not in names:
        return select(events).where(*conditions).order_by(sequence)
    limit = bindparam("limit", type_=BigInteger)
    if not exceptional:
        return select(events).where(*conditions).order_by(sequence).limit(limit)
    # The first of many are found by their sequences alone: no payload is moved about to be left out.
    first = select(events.c.sequence).where(*conditions).order_by(sequence).limit(limit)
    found = (events.c.deal_key == bindparam("deal_key"), events.c.sequence.in_(first))
    return select(events).where(*found).order_by(events.c.sequence)


@kept
def columns_of_loans(columns: Names, names: Names, *, exceptional: bool, on_postgresql: bool) -> Select[Any]:
    """Return the statement of some columns of the events that name a loan."""
    conditions, _ = _of_events(names, exceptional=exceptional, on_postgresql=on_postgresql)
    return select(*(events.c[name] for name in columns)).where(*conditions, events.c.loan != "")


@kept
def columns_together(columns: Names, names: Names) -> Select[Any]:
    """Return the statement of the same within a stretch of the log, each column put together (SQLite)."""
    conditions, _ = _of_events(names, exceptional=False, on_postgresql=False)
    return select(*put_together(events.c[name] for name in columns)).where(*conditions, events.c.loan != "")


@kept
def rated_sums(names: Names) -> Select[Any]:
    """Return the statement of principal by date, rates, type and group."""
    voided = events.alias("voided")
    keys = (
        func.coalesce(voided.c.effective_date, events.c.effective_date),
        events.c.note_rate,
        events.c.servicing_rate,
        events.c.posts_as,
        events.c.loan_group,
    )
    return (
        select(*keys, func.sum(events.c.principal))
        .select_from(with_voided(voided))
        .where(
            *_narrowed(events.c, names),
            events.c.sequence <= bindparam("known_through"),
            *ONLY_EXCEPTIONAL,
        )
        .group_by(*keys)
    )


KEY_OF_DEAL = select(deals.c.deal_key).where(deals.c.deal == bindparam("deal"))
LAST_EVENT = (
    select(events.c.sequence, events.c.hash)
    .where(events.c.deal_key == bindparam("deal_key"))
    .order_by(events.c.sequence.desc())
    .limit(1)
)
KEPT_SNAPSHOTS = (
    select(snapshots.c.distribution, snapshots.c.through_sequence, snapshots.c.content)
    .where(
        snapshots.c.deal_key == bindparam("deal_key"),
        snapshots.c.version == bindparam("version"),
        snapshots.c.distribution <= bindparam("last"),
        snapshots.c.through_sequence <= bindparam("known_through"),
    )
    .order_by(snapshots.c.distribution.desc(), snapshots.c.through_sequence.desc())
)
FIRST_SNAPSHOTS = KEPT_SNAPSHOTS.limit(bindparam("limit", type_=BigInteger))


def with_voided(voided: Any) -> Any:
    """Return the events, each beside the event that it reverses."""
    return events.outerjoin(
        voided, and_(voided.c.deal_key == events.c.deal_key, voided.c.event_id == events.c.reverses)
    )


__all__ = [
    "FIRST_SNAPSHOTS",
    "KEPT_SNAPSHOTS",
    "KEY_OF_DEAL",
    "LAST_EVENT",
    "Names",
    "columns_of_loans",
    "cut_run",
    "kept",
    "narrowing",
    "rated_sums",
    "runs_holding",
    "whole_rows",
    "whole_runs",
    "with_voided",
]

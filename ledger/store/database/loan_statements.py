"""The statements about loans that are asked again and again; see :mod:`ledger.store.database.statements`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
    true,
)

from ledger.journal.movements import BOARDING, REMOVALS
from ledger.store.database.querying import ONLY_EXCEPTIONAL, UNINDEXED_SEQUENCE
from ledger.store.database.schema import EXCEPTIONAL, events, run_loans, run_totals
from ledger.store.database.statements import Names, kept

STATUS = "loan_status_changed"


def _exceptional_of(name: str) -> tuple[Any, ...]:
    """Return the conditions of exceptional events for the events under another name."""
    return tuple(literal_column(f"({condition.replace('events.', f'{name}.')})") for condition in EXCEPTIONAL)


def _left() -> Select[Any]:
    """Return the statement of loans that left before a distribution, each with the sequence of its leaving."""
    removal = events.c
    boarding, restated = events.alias("boarding"), events.alias("restated")
    deal_key: BindParameter[int] = bindparam("deal_key")
    before: BindParameter[int] = bindparam("before")
    moved = select(run_loans.c.loan).where(
        run_loans.c.deal_key == deal_key, run_loans.c.loan == removal.loan, run_loans.c.distribution >= before
    )
    # A loan boarded more than once, or as several loans at once, is left to be looked at.
    boarded = select(func.sum(case((boarding.c.loans > 1, 2), else_=1))).where(
        boarding.c.deal_key == deal_key,
        boarding.c.loan == removal.loan,
        boarding.c.loan != "",
        boarding.c.posts_as == BOARDING,
        *_exceptional_of("boarding"),
    )
    renamed = select(restated.c.loan).where(
        restated.c.deal_key == deal_key,
        restated.c.posts_as == STATUS,
        restated.c.distribution.between(before, bindparam("last")),
        *_exceptional_of("restated"),
    )
    return (
        select(removal.loan, func.max(removal.sequence))
        .where(
            removal.deal_key == deal_key,
            removal.loan != "",
            removal.posts_as.in_(REMOVALS),
            removal.distribution < before,
            bindparam("complete") >= UNINDEXED_SEQUENCE,
            removal.reverses.is_(None),
            removal.loans == 1,
            *ONLY_EXCEPTIONAL,
            ~moved.exists(),
            boarded.scalar_subquery() == 1,
            removal.loan.not_in(renamed),
        )
        .group_by(removal.loan)
    )


LEFT = _left()
REVERSED_AT = (
    select(events.c.loan, func.max(events.c.sequence))
    .where(
        events.c.deal_key == bindparam("deal_key"),
        events.c.reverses.is_not(None),
        bindparam("known_through") >= UNINDEXED_SEQUENCE,
    )
    .group_by(events.c.loan)
)
"""The last reversal of each loan."""


def _listed(names: Names, *, on_postgresql: bool) -> FromClause:
    """Return a table of loans in the column ``value``: those given, or those that have events of the kind."""
    if "loans" in names:
        value = column("value", Text)
        if on_postgresql:
            given = func.unnest(bindparam("loans", type_=ARRAY(Text)))
            return given.table_valued(value, name="listed").render_derived()
        return func.json_each(bindparam("loans", type_=Text)).table_valued(value, name="listed")
    return (
        select(events.c.loan.label("value"))
        .where(
            events.c.deal_key == bindparam("deal_key"),
            events.c.loan != "",
            events.c.posts_as == bindparam("kind"),
            *ONLY_EXCEPTIONAL,
        )
        .distinct()
        .subquery("listed")
    )


def _bounds(names: Names) -> list[Any]:
    found: list[Any] = []
    if "effective_through" in names:
        found.append(events.c.effective_date <= bindparam("effective_through"))
    if "last" in names:
        found.append(events.c.distribution <= bindparam("last"))
    if "status_until" in names:
        # Dates and distributions go together but for what is restated: no later date need be looked through.
        days = run_totals.c
        until = select(func.max(days.effective_date)).where(
            days.deal_key == bindparam("deal_key"),
            days.posts_as == STATUS,
            days.distribution <= bindparam("status_until"),
        )
        found.append(events.c.effective_date <= until.scalar_subquery())
    return found


@kept
def latest_in_force(columns: Names, names: Names, *, on_postgresql: bool) -> Select[Any]:
    """Return the statement of (loan, date, sequence, columns) of the latest of each loan's events that stands."""
    listed = _listed(names, on_postgresql=on_postgresql)
    taken = ("loan", "effective_date", "sequence", *columns)
    voiding, latest = events.alias("voiding"), events.alias("latest")
    deal_key: BindParameter[int] = bindparam("deal_key")
    known_through: BindParameter[int] = bindparam("known_through")
    voided = select(voiding.c.sequence).where(
        voiding.c.deal_key == deal_key,
        voiding.c.reverses == events.c.event_id,
        voiding.c.sequence <= known_through,
    )
    found = (
        select(*(events.c[name] for name in taken))
        .where(
            events.c.deal_key == deal_key,
            events.c.loan == listed.c.value,
            events.c.loan != "",
            events.c.posts_as == bindparam("kind"),
            events.c.sequence <= known_through,
            events.c.reverses.is_(None),
            ~voided.exists(),
            *_bounds(names),
            *ONLY_EXCEPTIONAL,
        )
        .order_by(events.c.effective_date.desc(), events.c.sequence.desc())
        .limit(1)
        .correlate(listed)
    )
    if on_postgresql:
        each = found.lateral("latest")
        return select(each).select_from(listed.join(each, true()))
    # SQLite knows no LATERAL: the sequence of the event first, then its row.
    place = found.with_only_columns(events.c.sequence).scalar_subquery()
    places = select(place.label("place")).select_from(listed).subquery("places")
    return (
        select(*(latest.c[name] for name in taken))
        .select_from(places)
        .join(latest, and_(latest.c.deal_key == deal_key, latest.c.sequence == places.c.place))
    )


__all__ = ["LEFT", "REVERSED_AT", "STATUS", "latest_in_force"]

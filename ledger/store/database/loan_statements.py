"""The statements about loans that are asked again and again; see :mod:`ledger.store.database.statements`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
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
PLACE = 2**36
"""A row's distribution times this and its sequence make one number, in the order of the key: sequences are smaller."""
DAY = 2**27
"""The same for an order by sequence first: distributions are smaller."""


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


LOANS_BEHIND = (
    select(events.c.loan)
    .where(events.c.deal_key == bindparam("deal_key"), events.c.sequence > bindparam("after"), events.c.loan != "")
    .distinct()
)
"""The loans that the events behind a sequence name."""


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


def _placed(names: Names, *, on_postgresql: bool) -> Any:
    """Return a table of loans, each with the place of its last row up to a distribution that is not late."""
    listed, at = _listed(names, on_postgresql=on_postgresql), run_loans.alias("at")
    place = (
        select(cast(at.c.distribution, BigInteger) * PLACE + at.c.through_sequence)
        .where(
            at.c.deal_key == bindparam("deal_key"),
            at.c.loan == listed.c.value,
            at.c.through_sequence <= bindparam("complete"),
            at.c.balance_after.is_not(None),
            *([at.c.distribution <= bindparam("last")] if "last" in names else []),
        )
        .order_by(at.c.distribution.desc(), at.c.through_sequence.desc())
        .limit(1)
    )
    return select(listed.c.value.label("loan"), place.scalar_subquery().label("place")).subquery("placed")


@kept
def standings(names: Names, *, on_postgresql: bool) -> Select[Any]:
    """Return the statement of where loans stand: loan, group, balance, place in the pool, its day, what it moved."""
    placed = _placed(names, on_postgresql=on_postgresql)
    left, within = run_loans.alias("left"), run_loans.alias("within")
    deal_key: BindParameter[int] = bindparam("deal_key")
    in_last: Any = literal_column("0")
    if "last" in names:
        in_last = (
            select(func.sum(within.c.balance))
            .where(
                within.c.deal_key == deal_key,
                within.c.loan == placed.c.loan,
                within.c.distribution == bindparam("last"),
                within.c.through_sequence <= bindparam("complete"),
                within.c.balance_after.is_not(None),
            )
            .scalar_subquery()
        )
    columns = (left.c.loan_group, left.c.balance_after, left.c.on_books_after, left.c.distribution)
    return (
        select(placed.c.loan, *columns, in_last)
        .select_from(placed)
        .join(
            left,
            and_(
                left.c.deal_key == deal_key,
                left.c.loan == placed.c.loan,
                left.c.distribution == placed.c.place // PLACE,
                left.c.through_sequence == placed.c.place % PLACE,
            ),
        )
    )


@kept
def late_movements(names: Names, *, on_postgresql: bool) -> Select[Any]:
    """Return the statement of what late rows moved after the rows that say where loans stand.

    Loan, group, balance, place in the pool, what it was without the last month, its day.
    """
    placed = _placed(names, on_postgresql=on_postgresql)
    late, newest = run_loans.alias("late"), run_loans.alias("newest")
    deal_key: BindParameter[int] = bindparam("deal_key")
    conditions = [
        late.c.deal_key == deal_key,
        late.c.loan == placed.c.loan,
        late.c.balance_after.is_(None),
        late.c.through_sequence <= bindparam("complete"),
        late.c.through_sequence > func.coalesce(placed.c.place % PLACE, 0),
    ]
    opening: Any = late.c.balance
    if "last" in names:
        conditions.append(late.c.distribution <= bindparam("last"))
        opening = case((late.c.distribution < bindparam("last"), late.c.balance), else_=0)
    summed = (
        select(
            placed.c.loan,
            func.sum(late.c.balance).label("balance"),
            func.sum(late.c.on_books).label("on_books"),
            func.sum(opening).label("opening"),
            func.max(late.c.distribution).label("latest"),
            func.max(late.c.through_sequence * DAY + late.c.distribution).label("newest"),
        )
        .select_from(placed)
        .join(late, and_(*conditions))
        .group_by(placed.c.loan)
        .subquery("summed")
    )
    return select(
        summed.c.loan, newest.c.loan_group, summed.c.balance, summed.c.on_books, summed.c.opening, summed.c.latest
    ).join(
        newest,
        and_(
            newest.c.deal_key == deal_key,
            newest.c.loan == summed.c.loan,
            newest.c.distribution == summed.c.newest % DAY,
            newest.c.through_sequence == summed.c.newest // DAY,
        ),
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


__all__ = ["LEFT", "LOANS_BEHIND", "REVERSED_AT", "STATUS", "late_movements", "latest_in_force", "standings"]

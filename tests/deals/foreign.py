"""Deals whose terms nobody wrote down: read off their class tables, posted month by month, chained in one ledger.

What a table proves is inferred from it: who is owed what, the payment day, the record date rule and the accrual
convention of every class (those under which most printed rates give the printed interest). What no table prints is
supplied and stands here: an original face is the largest balance known, the pool is one group as large as the classes,
principal collected is not split into scheduled and prepaid, a rate printed to five decimals is the shortest one that
gives the interest of every class sharing it, a notional balance the shortest that gives the interest (both are
back-solved), and a class paid interest without a rate takes what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import attrs

import replay
from ledger import (
    AccrualRule,
    AsOf,
    BondClass,
    CalendarTerms,
    ClassBalanceBroughtForward,
    ClassKind,
    ClassRate,
    ClassRateReported,
    CollectionReceived,
    CurtailmentCollected,
    DayCount,
    DealTerms,
    Distribution,
    Event,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PoolBalanceBroughtForward,
    RateKind,
    RecordDateRule,
    Schedule,
    ScheduledPaymentDue,
    Sharing,
    Step,
    as_decimal,
)
from replay.filing import ClassRow, ClassTable, parse_printed

POOL = "pool"
HALF_CENT = Fraction(1, 200)
SUBORDINATE = ("SUB", "MEZ", "JUN")
CONVENTIONS = (
    (AccrualRule.PRIOR_CALENDAR_MONTH, DayCount.THIRTY_360),
    (AccrualRule.DAY_TO_DAY, DayCount.THIRTY_360),
    (AccrualRule.PAYMENT_TO_PAYMENT, DayCount.ACTUAL_360),
    (AccrualRule.DAY_TO_DAY, DayCount.ACTUAL_360),
    (AccrualRule.PRIOR_CALENDAR_MONTH, DayCount.ACTUAL_360),
    (AccrualRule.PAYMENT_TO_PAYMENT, DayCount.ACTUAL_365),
)
"""How classes accrue, the commonest first."""

Span = tuple[Fraction, Fraction]
"""The values that print as something: the least of them, and the least beyond them."""


def figure(row: ClassRow | None, column: str) -> Fraction | None:
    """Return a printed number, or None where none is printed or it is not one."""
    return None if row is None else parse_printed(row.cells.get(column, ""))


def amount(row: ClassRow | None, column: str) -> Fraction:
    """Return a printed amount in dollars, zero where the table has none."""
    return figure(row, column) or Fraction(0)


def row_of(table: ClassTable, class_id: str) -> ClassRow | None:
    """Return the row of a class, or None."""
    return next((row for row in table.rows if row.class_id == class_id), None)


def paid_on(table: ClassTable) -> date:
    """Return the distribution date of a table, which must print one."""
    if table.distribution_date is None:
        raise ValueError("the table prints no distribution date")
    return table.distribution_date


def rate_span(row: ClassRow) -> Span:
    """Return the rates that print as the row's rate."""
    text = row.cells["rate"].removesuffix("%")
    half = Fraction(1, 2 * 10 ** (len(text.partition(".")[2]) + 2))
    rate = amount(row, "rate")
    return rate - half, rate + half


def interest_span(row: ClassRow, divisor: Fraction) -> Span:
    """Return what, times ``divisor``, rounds to the row's interest."""
    interest = amount(row, "interest")
    return (interest - HALF_CENT) / divisor, (interest + HALF_CENT) / divisor


def common(one: Span, other: Span) -> Span | None:
    """Return what two spans share, or None."""
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low < high else None


def shortest(span: Span, fewest: int, most: int) -> Decimal:
    """Return the least value of a span that has the fewest decimals; a negative number of them ends in zeros."""
    for places in range(fewest, most + 1):
        quantum = Fraction(10) ** -places
        candidate = -(-span[0] // quantum) * quantum
        if candidate < span[1]:
            return as_decimal(candidate, max(places, 0))
    raise ValueError(f"no value of {most} decimals lies from {span[0]} to {span[1]}")


def kind_of(rows: Sequence[ClassRow]) -> ClassKind:
    """Return what a class is owed, from its rows in every month known."""
    described = rows[0].cells.get("descr", "").upper()
    if described.startswith("RES"):
        return ClassKind.RESIDUAL
    if any(amount(row, "beginning") for row in rows):
        return ClassKind.PRINCIPAL
    if any(amount(row, "interest") for row in rows):
        return ClassKind.NOTIONAL if any(amount(row, "rate") for row in rows) else ClassKind.RESIDUAL
    return ClassKind.NOTIONAL if described == "IO" else ClassKind.PRINCIPAL


def _classes(tables: Sequence[ClassTable], notional_of: Mapping[str, Sequence[str]]) -> Iterator[BondClass]:
    names = dict.fromkeys(row.class_id for table in tables for row in table.rows)
    rank = 1
    for name in names:
        rows = [row for table in tables if (row := row_of(table, name)) is not None]
        kind, described = kind_of(rows), rows[0].cells.get("descr", "")
        if described.upper().startswith(SUBORDINATE):
            rank += 1
        face = max(amount(row, "beginning") for row in rows)
        yield BondClass(
            class_id=name,
            cusip=rows[0].cells.get("cusip", ""),
            description=described,
            kind=kind,
            face=as_decimal(face, 2),
            rank=rank if described.upper().startswith(SUBORDINATE) else 1,
            rate=ClassRate(kind=RateKind.NONE if kind is ClassKind.RESIDUAL else RateKind.REPORTED),
            day_count=CONVENTIONS[0][1],
            accrual=CONVENTIONS[0][0],
            notional_of=notional_of.get(name, ()),
        )


def _waterfall(classes: Sequence[BondClass], tables: Sequence[ClassTable]) -> Iterator[Step]:
    """Seniors and notional classes share what there is for interest, the others follow in order; so does principal.

    A residual certificate with a nominal balance (A-R) is retired first. What is left goes to the residual class that
    the tables show as paid.
    """
    rated = [bond for bond in classes if bond.kind is not ClassKind.RESIDUAL]
    senior = [bond.class_id for bond in rated if bond.rank == 1]
    junior = [bond.class_id for bond in rated if bond.rank > 1]
    owed = [bond.class_id for bond in rated if bond.kind is ClassKind.PRINCIPAL]
    if senior:
        yield PayInterest(classes=senior, sharing=Sharing.PRO_RATA_CLAIM)
    if junior:
        yield PayInterest(classes=junior)
    if owed:
        yield PayPrincipal(classes=sorted(owed, key=lambda name: not name.endswith("R")))
    left = [bond.class_id for bond in classes if bond.kind is ClassKind.RESIDUAL]
    if left:
        paid = [name for name in left if any(amount(row_of(table, name), "interest") for table in tables)]
        yield PayResidual(classes=[*paid, *left][:1])


def _calendars(terms: DealTerms, tables: Sequence[ClassTable]) -> Iterator[DealTerms]:
    """Yield the terms under every calendar that gives all the payment dates and record dates printed."""
    for day in range(28, 0, -1):
        for rule in RecordDateRule:
            placed = attrs.evolve(terms, calendar=attrs.evolve(terms.calendar, payment_day=day, record_date=rule))
            at = [Schedule(placed).paid_on(paid_on(table)) for table in tables]
            if all(
                item is not None and table.record_date in (None, item.record_date)
                for item, table in zip(at, tables, strict=True)
            ):
                yield placed


def year_fraction(calendar: Schedule, bond: BondClass, at: Distribution) -> Fraction:
    """Return the part of a year that a class accrues for."""
    period = calendar.accrual(bond, at)
    return Fraction(period.days, period.days_in_year)


def _explained(calendar: Schedule, bond: BondClass, tables: Sequence[ClassTable]) -> int:
    """Count the months in which a rate that prints as the class's rate gives its interest."""
    months = 0
    for table in tables:
        row, at = row_of(table, bond.class_id), calendar.paid_on(paid_on(table))
        if row is not None and at is not None and row.cells.get("rate"):
            divisor = _accrues_on(bond, row, table) * year_fraction(calendar, bond, at)
            months += not divisor or common(rate_span(row), interest_span(row, divisor)) is not None
    return months


def _with_conventions(terms: DealTerms, tables: Sequence[ClassTable]) -> tuple[int, DealTerms]:
    """Give every class the first convention that explains most of its months; return how many those are in all."""
    calendar = Schedule(terms)
    months, classes = 0, []
    for bond in terms.classes:
        candidates = [attrs.evolve(bond, accrual=accrual, day_count=count) for accrual, count in CONVENTIONS]
        scores = [_explained(calendar, candidate, tables) for candidate in candidates]
        months += max(scores)
        classes.append(candidates[scores.index(max(scores))])
    return months, attrs.evolve(terms, classes=classes)


def deal_from_class_table(
    *tables: ClassTable,
    title: str,
    closing_date: date | None = None,
    notional_of: Mapping[str, Sequence[str]] | None = None,
) -> DealTerms:
    """Return the terms of a deal as its class tables, one or several months of them, prove or allow them.

    ``closing_date`` is given where the first table is the deal's first distribution; without it the calendar begins two
    months earlier. ``notional_of`` names the classes that an interest-only class accrues on, where that is known.
    Raises :class:`ValueError` for a table without a distribution date or dates that no calendar gives.
    """
    ordered = sorted(tables, key=paid_on)
    first = paid_on(ordered[0])
    month = first.replace(day=1)
    for _ in range(0 if closing_date else 2):
        month = (month - timedelta(days=1)).replace(day=1)
    classes = list(_classes(ordered, notional_of or {}))
    bare = DealTerms(
        title=title,
        cut_off_date=(month - timedelta(days=1)).replace(day=1),
        closing_date=closing_date or month,
        calendar=CalendarTerms(
            first_payment_date=first if closing_date else month,
            final_payment_date=paid_on(ordered[-1]) + timedelta(days=62),
        ),
        groups=[LoanGroup(group_id=POOL)],
        classes=classes,
        waterfall=list(_waterfall(classes, ordered)),
    )
    candidates = [_with_conventions(placed, ordered) for placed in _calendars(bare, ordered)]
    if not candidates:
        raise ValueError("no payment day and record date rule give the dates printed")
    return max(candidates, key=lambda candidate: candidate[0])[1]


def supplied_rates(terms: DealTerms, table: ClassTable, at: Distribution) -> dict[str, tuple[Decimal, Decimal | None]]:
    """Return the rate and, where it must be supplied, the notional balance of every class with a reported rate.

    The printed rate is kept where it gives the interest of every class that shares it; a class whose interest no such
    rate gives is left to break.
    """
    calendar = Schedule(terms)
    rows = [(bond, row) for bond in terms.classes if (row := row_of(table, bond.class_id)) is not None]
    found: dict[str, tuple[Decimal, Decimal | None]] = {}
    shared: dict[str, Span] = {}
    for bond, row in rows:
        balance = _accrues_on(bond, row, table)
        if bond.rate.kind is RateKind.REPORTED and balance:
            printed = row.cells["rate"]
            now = interest_span(row, balance * year_fraction(calendar, bond, at))
            span = shared.get(printed, rate_span(row))
            shared[printed] = common(span, now) or span
    for bond, row in rows:
        if bond.rate.kind is not RateKind.REPORTED:
            continue
        printed, rate, part = row.cells["rate"], amount(row, "rate"), year_fraction(calendar, bond, at)
        span = shared.get(printed, rate_span(row))
        balance = _accrues_on(bond, row, table)
        notional = None
        if bond.kind is ClassKind.NOTIONAL and not _gives(span, row, balance * part):
            span = rate_span(row)
            notional = shortest(interest_span(row, rate * part), -6, 4) if rate else None
        held = as_decimal(rate, 10) if span[0] <= rate < span[1] else shortest(span, 5, 10)
        found[bond.class_id] = (held, notional)
    return found


def _accrues_on(bond: BondClass, row: ClassRow, table: ClassTable) -> Fraction:
    if bond.kind is ClassKind.NOTIONAL:
        return sum((amount(row_of(table, name), "beginning") for name in bond.notional_of), Fraction(0))
    return amount(row, "beginning")


def _gives(span: Span, row: ClassRow, divisor: Fraction) -> bool:
    return bool(divisor) and common(span, interest_span(row, divisor)) is not None


def principal_of(table: ClassTable, following: ClassTable | None) -> dict[str, Fraction] | None:
    """Return what each class was paid as principal: as printed, or what it fell by; None where neither is known."""
    found: dict[str, Fraction] = {}
    for row in table.rows:
        printed, ending = figure(row, "principal"), figure(row, "ending")
        if ending is None and following is not None:
            ending = figure(row_of(following, row.class_id), "beginning")
        if printed is None and ending is None:
            return None
        found[row.class_id] = amount(row, "beginning") - amount(row, "loss") - (ending or 0)
        if printed is not None:
            found[row.class_id] = printed
    return found


def closing_balances(table: ClassTable, following: ClassTable | None) -> dict[str, Fraction] | None:
    """Return the balances after the distribution, as printed or as the next table opens with; None if unknown."""
    paid = principal_of(table, following)
    if paid is None:
        return None
    return {
        row.class_id: amount(row, "beginning") - amount(row, "loss") - paid[row.class_id]
        if (ending := figure(row, "ending")) is None
        else ending
        for row in table.rows
    }


def chains(terms: DealTerms, tables: Sequence[ClassTable]) -> list[list[ClassTable]]:
    """Split tables into runs of consecutive months whose balances connect: each run is one ledger."""
    calendar = Schedule(terms)
    ordered = sorted(tables, key=paid_on)
    runs = [[ordered[0]]]
    for table, following in pairwise(ordered):
        at, after = calendar.paid_on(paid_on(table)), calendar.paid_on(paid_on(following))
        adjacent = at is not None and after is not None and after.ordinal == at.ordinal + 1
        if adjacent and _connects(table, following):
            runs[-1].append(following)
        else:
            runs.append([following])
    return runs


def _connects(table: ClassTable, following: ClassTable) -> bool:
    left = closing_balances(table, following) or {}
    return all(left.get(row.class_id) == amount(row, "beginning") for row in following.rows)


def month_events(
    deal: str, terms: DealTerms, table: ClassTable, following: ClassTable | None = None
) -> Iterator[Event]:
    """Yield a month: the rates reported, and collections that bring in what the classes were paid."""
    at = _distribution(terms, table)
    calendar = Schedule(terms)
    reported = max(calendar.accrual(bond, at).start for bond in terms.classes)
    for name, (rate, notional) in supplied_rates(terms, table, at).items():
        yield ClassRateReported(
            event_id=f"{at.payment_date}/rate/{name}",
            deal=deal,
            effective_date=reported,
            class_id=name,
            rate=rate,
            notional_balance=notional,
        )
    interest = as_decimal(sum((amount(row, "interest") for row in table.rows), Fraction(0)), 2)
    for kind, name in ((ScheduledPaymentDue, "due"), (CollectionReceived, "collected")):
        yield kind(
            event_id=f"{at.payment_date}/{name}",
            deal=deal,
            effective_date=at.due_period[1],
            group=POOL,
            principal="0.00",
            interest=interest,
        )
    yield from _principal_events(deal, table, following, at)


def _principal_events(deal: str, table: ClassTable, following: ClassTable | None, at: Distribution) -> Iterator[Event]:
    principal = sum((principal_of(table, following) or {}).values(), Fraction(0))
    lost = as_decimal(sum((amount(row, "loss") for row in table.rows), Fraction(0)), 2)
    if principal:
        yield CurtailmentCollected(
            event_id=f"{at.payment_date}/principal",
            deal=deal,
            effective_date=at.prepayment_period[1],
            group=POOL,
            amount=as_decimal(principal, 2),
        )
    if lost:
        yield LoanLiquidated(
            event_id=f"{at.payment_date}/losses",
            deal=deal,
            effective_date=at.prepayment_period[1],
            group=POOL,
            balance=lost,
            net_proceeds="0.00",
            realized_loss=lost,
            loan_count=0,
        )


def brought_forward(deal: str, terms: DealTerms, table: ClassTable) -> Iterator[Event]:
    """Yield the balances before a table's distribution: of the classes, and of a pool as large as they are."""
    at = _distribution(terms, table)
    on = at.prior_payment_date or terms.closing_date
    faces = {bond.class_id: bond.face for bond in terms.classes}
    for row in table.rows:
        balance = as_decimal(amount(row, "beginning"), 2)
        if faces[row.class_id] != balance:
            yield ClassBalanceBroughtForward(
                event_id=f"bf/{row.class_id}",
                deal=deal,
                effective_date=on,
                class_id=row.class_id,
                balance=balance,
                retired=faces[row.class_id] - balance,
            )
    whole = as_decimal(sum((amount(row, "beginning") for row in table.rows), Fraction(0)), 2)
    yield PoolBalanceBroughtForward(
        event_id="bf/pool", deal=deal, effective_date=on, group=POOL, balance=whole, loan_count=0
    )


def _distribution(terms: DealTerms, table: ClassTable) -> Distribution:
    found = Schedule(terms).paid_on(paid_on(table))
    if found is None:
        raise ValueError(f"{paid_on(table)} is not a payment date of {terms.title}")
    return found


def run(ledger: Ledger, deal: str, terms: DealTerms, chain: Sequence[ClassTable]) -> list[replay.Statement]:
    """Open a deal, bring it forward to the first table, post, close and pay every month, and replay each statement."""
    ledger.open_deal(deal, terms).or_raise()
    ledger.post_many(brought_forward(deal, terms, chain[0])).or_raise()
    for table, following in pairwise([*chain, None]):
        assert table is not None
        ledger.post_many(month_events(deal, terms, table, following)).or_raise()
        ledger.close_period(deal, paid_on(table)).or_raise()
        ledger.distribute(deal, paid_on(table)).or_raise()
    return [
        replay.statement_of(ledger.report(deal, AsOf(record_date=_distribution(terms, table).record_date)))
        for table in chain
    ]

"""Delinquency: balances and counts by category and bucket, and the rolling averages that triggers test.

Foreclosure, bankruptcy and REO are exclusive of the plain delinquent row; percentages are of the closing balance and
count (filing, pages 11 to 13). Where loans are boarded one by one the table is built from them, else it is as reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import attrs

from ledger.deal.windows import Window
from ledger.events.forward import DelinquencyBroughtForward
from ledger.events.statuses import DelinquencyBucket, DelinquencyCategory
from ledger.projections.collateral import Collateral, GroupCollateral
from ledger.projections.facts import Facts, fact
from ledger.projections.owing import OwedInstalment
from ledger.projections.pool import Cells
from ledger.values.exact import ZERO, Exact, ratio, total
from ledger.values.glance import Glanced
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector

CATEGORIES = tuple(item.value for item in DelinquencyCategory)
BUCKETS = tuple(item.value for item in DelinquencyBucket)
OWED_TYPES = (
    "loan_boarded",
    "scheduled_payment_due",
    "collection_received",
    "unapplied_funds_applied",
    "payment_returned",
    "relief_act_shortfall_reported",
    "interest_capitalized",
    "loan_status_changed",
)
"""The event types by which a derived cell is explained: what fell due, what came in, and what was said of a loan."""
_TERM = "DealTerms.delinquency"


@attrs.frozen(kw_only=True, repr=False)
class Cell(Glanced):
    """Loans in one category and bucket: their "Balance" in dollars and their number ("# Loans")."""

    balance: Exact
    count: Exact


def _sum(cells: Iterable[Cell]) -> Cell:
    listed = tuple(cells)
    return Cell(balance=total(cell.balance for cell in listed), count=total(cell.count for cell in listed))


@attrs.frozen(kw_only=True)
class DelinquencyTable:
    """One table: cells by category and bucket, against the closing balance and count of its loans.

    The categories in print: "DELINQUENT", "FORECLOSURE", "BANKRUPTCY", "REO", "TOTAL". The buckets: "Current",
    "1 Payment", "2 Payments", "3+ Payments", "Total".
    """

    cells: dict[str, dict[str, Cell]]
    closing_balance: Exact
    closing_count: Exact

    def cell(self, category: str, bucket: str) -> Cell:
        """Return one cell; ``total`` as either word means all categories, or all buckets."""
        categories = CATEGORIES if category == "total" else (category,)
        buckets = BUCKETS if bucket == "total" else (bucket,)
        found = [self.cells[c][b] for c in categories for b in buckets]
        return found[0] if len(found) == 1 else _sum(found)

    def balance_share(self, category: str, bucket: str) -> Exact:
        """Return a cell's balance over the closing balance ("% Balance")."""
        return ratio(self.cell(category, bucket).balance, self.closing_balance)

    def count_share(self, category: str, bucket: str) -> Exact:
        """Return a cell's count over the closing count ("% # Loans")."""
        return ratio(self.cell(category, bucket).count, self.closing_count)


@attrs.frozen(kw_only=True)
class Delinquency:
    """The tables by group and in total, and the rolling average balances 60 and 90 days or more behind.

    In print those are the "60 Day Rolling Delinquency Amount" and the "90 Day Rolling Delinquency Amount".
    """

    groups: dict[str, DelinquencyTable]
    total: DelinquencyTable
    sixty_days_or_more: Exact
    ninety_days_or_more: Exact
    rolling_sixty: Exact
    rolling_ninety: Exact


def _reported(facts: Facts, group: str, category: str, bucket: str, number: int) -> Cell:
    code = f"{category}:{bucket}"
    keys = {"group": group, "code": code}
    return Cell(
        balance=facts.totals.sum("memo", "delinquency_reported", first=number, last=number, **keys),
        count=facts.totals.sum("loans", "delinquency_reported", first=number, last=number, **keys),
    )


def _from_loans(facts: Facts, cells: Cells, group: str, category: str, bucket: str, number: int) -> Cell:
    units, count = cells.get(f"{group}/{category}:{bucket}", (0, 0))
    if group in facts.derived_groups:
        return _derived(facts, units, count, group, category, bucket, number)
    selector = Selector(types=("loan_status_changed",), component="memo", group=group, code=f"{category}:{bucket}")
    label = f"loans in {category}, {bucket}"
    balance = Fraction(units, UNITS_PER_DOLLAR)
    return Cell(
        balance=Exact(balance, "total", label=label, rule="sum of the loans' closing balances", selector=selector),
        count=Exact(count, "total", label=label, rule="number of loans", selector=selector),
    )


def _derived(facts: Facts, units: int, count: int, group: str, category: str, bucket: str, number: int) -> Cell:
    """Return a cell that follows from what its loans owe; one of this distribution names its loans."""
    method = facts.terms.calendar.delinquency_method.value.upper()
    rule = f"due dates missed by the {method} method"
    members: Mapping[str, int] = {}
    if number == facts.number and facts.pool is not None:
        members = facts.pool.members.get(f"{group}/{category}:{bucket}", {})

    def made(value: Fraction | int, of: Mapping[str, int]) -> Exact:
        label = f"loans in {category}, {bucket}"
        if not of:
            return Exact(value, "total", label=label, rule=rule, source=_TERM)
        return Exact(value, "sum", lambda: tuple(_members(facts, of)), label=label, rule=rule, source=_TERM)

    each = dict.fromkeys(members, UNITS_PER_DOLLAR)
    return Cell(balance=made(Fraction(units, UNITS_PER_DOLLAR), members), count=made(count, each))


def _members(facts: Facts, members: Mapping[str, int]) -> Iterator[Exact]:
    """Yield the loans of a cell, each with the instalments that it owes after the distribution."""
    owed: dict[str, list[OwedInstalment]] = {loan: [] for loan in members}
    for item in () if facts.owing is None else facts.owing.opened:
        if item.loan in owed and item.is_owed(0, facts.terms.currency.unit_in_store):
            owed[item.loan].append(item)
    items = [item for held in owed.values() for item in held]
    oldest = min((item.due_date for item in items), default=None)
    known = oldest is not None and all(item.is_known for item in items)
    first = facts.calendar.belongs_to(Window.DUE_PERIOD, oldest) if known and oldest is not None else None
    behind = Selector(types=OWED_TYPES, loans=tuple(sorted(members)), first=first, last=facts.number)
    for loan, units in sorted(members.items()):
        parts = [f"due {item.due_date}: {_left(item)} left" for item in owed[loan]]
        rule = "; ".join(parts) or "paid since"
        yield Exact(Fraction(units, UNITS_PER_DOLLAR), "total", label=f"loan {loan}", rule=rule, selector=behind)


def _left(item: OwedInstalment) -> str:
    return (
        f"{Exact(Fraction(item.left, UNITS_PER_DOLLAR)).decimal:,}"
        if item.is_known or item.stated
        else "an unknown amount"
    )


def _table(facts: Facts, group: str, pool: GroupCollateral, by_loan: bool) -> DelinquencyTable:
    counted = facts.pool.cells if facts.pool is not None else {}
    by_loan = group in facts.derived_groups if facts.derived_groups else by_loan
    cells = {
        category: {
            bucket: _from_loans(facts, counted, group, category, bucket, facts.number)
            if by_loan
            else _reported(facts, group, category, bucket, facts.number)
            for bucket in BUCKETS
        }
        for category in CATEGORIES
    }
    return DelinquencyTable(cells=cells, closing_balance=pool.closing_balance, closing_count=pool.closing_count)


def _behind(table: DelinquencyTable, buckets: tuple[str, ...]) -> Exact:
    return total(table.cells[category][bucket].balance for category in CATEGORIES for bucket in buckets)


def _behind_then(facts: Facts, number: int, buckets: tuple[str, ...]) -> Exact:
    counted = facts.cells.get(number)
    return total(
        (
            _reported(facts, group, category, bucket, number)
            if counted is None or (facts.derived_groups and group not in facts.derived_groups)
            else _from_loans(facts, counted, group, category, bucket, number)
        ).balance
        for group in facts.groups
        for category in CATEGORIES
        for bucket in buckets
    )


_SIXTY = ("2 payments", "3+ payments")
_NINETY = ("3+ payments",)


def _earlier(facts: Facts, months: int) -> list[tuple[Exact, Exact]]:
    """The 60-day and 90-day balances of the months before this one, latest first, however they are known."""
    forwarded = dict(facts.documents_of(DelinquencyBroughtForward))
    reported = set(facts.totals.distributions(["delinquency_reported"]))
    found: list[tuple[Exact, Exact]] = []
    for number in sorted({*forwarded, *reported, *facts.cells}, reverse=True):
        if number >= facts.number or len(found) >= months:
            continue
        if number in forwarded:
            event = forwarded[number]
            found.append(
                (
                    fact(event, Fraction(event.sixty_days_or_more), "sixty_days_or_more"),
                    fact(event, Fraction(event.ninety_days_or_more), "ninety_days_or_more"),
                )
            )
        else:
            found.append((_behind_then(facts, number, _SIXTY), _behind_then(facts, number, _NINETY)))
    return found


def is_reported_by_loan(facts: Facts) -> bool:
    """Say whether the servicer reports delinquency loan by loan rather than by group, or it is derived from loans."""
    if facts.derived_groups:
        return True
    if facts.totals.holds("delinquency_reported", number=facts.number):
        return False
    return facts.totals.holds("loan_status_changed")


def delinquency(facts: Facts, pool: Collateral) -> Delinquency:
    """Return the delinquency of the pool at the end of the reporting month."""
    by_loan = is_reported_by_loan(facts)
    groups = {group: _table(facts, group, pool.groups[group], by_loan) for group in facts.groups}
    whole = DelinquencyTable(
        cells={
            category: {bucket: _sum(table.cells[category][bucket] for table in groups.values()) for bucket in BUCKETS}
            for category in CATEGORIES
        },
        closing_balance=pool.total.closing_balance,
        closing_count=pool.total.closing_count,
    )
    sixty, ninety = _behind(whole, _SIXTY), _behind(whole, _NINETY)
    earlier = _earlier(facts, facts.terms.rolling_months - 1)
    return Delinquency(
        groups=groups,
        total=whole,
        sixty_days_or_more=sixty,
        ninety_days_or_more=ninety,
        rolling_sixty=_average([sixty, *(pair[0] for pair in earlier)], "60"),
        rolling_ninety=_average([ninety, *(pair[1] for pair in earlier)], "90"),
    )


def _average(values: list[Exact], days: str) -> Exact:
    months = len(values)
    mean = total(values) / months if values else ZERO
    return mean.named(f"{days} day rolling delinquency amount", f"average of {months} months")

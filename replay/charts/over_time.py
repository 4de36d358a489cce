"""The charts that run over the months of a deal: those that trustees print, and those of classes, targets and tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import attrs

from ledger import LoanGroup, Trigger, TriggerKind
from replay.charts.chart import Chart, ChartKind, Point, Series, Unit
from replay.charts.months import STATUSES, TOTAL, MonthFigures, MonthsOfDeal

SIX_MONTHS = 6


@attrs.frozen(kw_only=True)
class _Plotted:
    """A measure that is charted by loan group and for the whole pool."""

    measure: str
    name: str
    title: str
    unit: Unit
    about: str


def _speed(measure: str, name: str, title: str, about: str) -> _Plotted:
    return _Plotted(measure=measure, name=name, title=title, unit=Unit.SHARE, about=about)


_BALANCES = (
    _Plotted(
        measure="balance",
        name="balances",
        title="Principal balance",
        unit=Unit.DOLLARS,
        about="What the loans stand at after each distribution.",
    ),
    _Plotted(
        measure="coupon",
        name="coupon",
        title="Weighted average coupon (WAC)",
        unit=Unit.SHARE,
        about="A year of scheduled interest over the opening balance.",
    ),
    _Plotted(
        measure="amortization",
        name="amortization-term",
        title="Weighted average remaining amortization term (WARAT)",
        unit=Unit.MONTHS,
        about="Months over which loans still amortize, weighed.",
    ),
)
_PREPAYMENTS = (
    _Plotted(
        measure="prepaid",
        name="prepayments",
        title="Total prepayments",
        unit=Unit.DOLLARS,
        about="Loans paid in full or repurchased, and curtailments, month by month.",
    ),
    _speed("CPR", "cpr", "Conditional prepayment rate (CPR)", "A year of the month's voluntary prepayments."),
    _speed("PSA", "psa", "PSA", "CPR as a multiple of the standard prepayment curve."),
    _speed("average CPR", "average-cpr", "CPR, average since cut-off", "CPR over all months so far."),
    _speed("average PSA", "average-psa", "PSA, average since cut-off", "PSA over all months so far."),
)
_LOSSES = (
    _speed("severity", "severity", "Loss severity, three-month average", "Losses over the balances liquidated."),
    _speed("CDR", "cdr", "Conditional default rate (CDR)", "A year of the month's liquidations."),
    _speed("SDA", "sda", "SDA", "CDR as a multiple of the standard default curve."),
    _speed("average CDR", "average-cdr", "CDR, average since cut-off", "CDR over all months so far."),
    _speed("average SDA", "average-sda", "SDA, average since cut-off", "SDA over all months so far."),
)
_BEHIND = {
    "one or two payments": ("one-or-two-payments", "One or two payments delinquent"),
    "three or more payments": ("three-or-more-payments", "Three or more payments delinquent"),
    "foreclosure": ("foreclosure", "Total foreclosure"),
    "bankruptcy and REO": ("bankruptcy-and-reo", "Total bankruptcy and REO"),
}
_TESTED_AS_SHARES = frozenset(
    {
        TriggerKind.ROLLING_DELINQUENCY,
        TriggerKind.DELINQUENCY,
        TriggerKind.CUMULATIVE_LOSS,
        TriggerKind.ANNUALIZED_LOSS,
        TriggerKind.ENHANCEMENT,
        TriggerKind.POOL_FACTOR,
    }
)


def charts_over_time(found: MonthsOfDeal) -> Iterator[Chart]:
    """Yield every chart over months, in the order in which a statement's pages have them."""
    groups = found.report.terms.groups
    yield _classes(found)
    yield from _overcollateralization(found)
    yield from _triggers(found)
    yield from _by_group_and_total(found, _BALANCES)
    for group in (None, *(groups if len(groups) > 1 else ())):
        for measure in _BEHIND:
            yield _six_months(found, measure, group)
    yield _sixty_and_ninety(found)
    yield _statuses(found)
    yield from _by_group_and_total(found, _PREPAYMENTS)
    yield from _by_group_and_total(found, _LOSSES)


def named_for(text: str) -> str:
    """Return a text as part of a chart's name: small letters and figures, with hyphens between them."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def _series(found: Sequence[MonthFigures], measure: str, holder: str, name: str, *, is_limit: bool = False) -> Series:
    points = tuple(Point(month.day, *month.of(measure, holder)) for month in found)
    return Series(name, points, is_limit)


def _since_known(series: Iterable[Series]) -> tuple[Series, ...]:
    """Leave out the days before any of the series is known; what is unknown later stays as a gap."""
    listed = tuple(series)
    known = [point.day for each in listed for point in each.points if point.value is not None]
    if not known:
        return listed
    first = min(known)
    return tuple(
        Series(each.name, tuple(point for point in each.points if point.day >= first), each.is_limit)
        for each in listed
    )  # fmt: skip


def _title(group: LoanGroup) -> str:
    return group.title or group.group_id


def _by_group_and_total(found: MonthsOfDeal, plotted: Iterable[_Plotted]) -> Iterator[Chart]:
    groups = found.report.terms.groups
    for item in plotted:
        if len(groups) > 1:
            by_group = [_series(found.months, item.measure, group.group_id, _title(group)) for group in groups]
            yield _lines(f"{item.name}-by-group", f"{item.title}, by group", item.about, item.unit, by_group)
        whole = [_series(found.months, item.measure, TOTAL, "Whole pool")]
        yield _lines(item.name, item.title, item.about, item.unit, whole)


def _lines(name: str, title: str, about: str, unit: Unit, series: Iterable[Series]) -> Chart:
    return Chart(
        name=name,
        title=title,
        about=about,
        kind=ChartKind.LINES,
        unit=unit,
        series=_since_known(series),
    )


def _six_months(found: MonthsOfDeal, measure: str, group: LoanGroup | None) -> Chart:
    name, title = _BEHIND[measure]
    month = _series(found.months, measure, TOTAL if group is None else group.group_id, "Month")
    averaged = Series("Six-month average", tuple(six_month_averages(month.points)))
    whose = "" if group is None else f": {_title(group)}"
    return _lines(
        name if group is None else f"{name}-{named_for(group.group_id)}",
        f"{title}, six-month moving average{whose}",
        "Share of the closing balance. The average is of the months that are known among the last six.",
        Unit.SHARE,
        (averaged, month),
    )


def six_month_averages(points: Sequence[Point]) -> Iterator[Point]:
    """Yield, for each month that is known, the mean of those that are known among the last six."""
    for place, point in enumerate(points):
        if point.value is None:
            yield point
            continue
        known = [each.value for each in points[max(0, place - SIX_MONTHS + 1) : place + 1] if each.value is not None]
        yield Point(point.day, sum(known, Fraction(0)) / len(known), point.origin)


def _classes(found: MonthsOfDeal) -> Chart:
    names = found.months[-1].values["class balance"]
    listed = [bond.class_id for bond in found.report.terms.classes if bond.class_id in names]
    return Chart(
        name="class-balances",
        title="Class balances",
        about="What each class stands at after each distribution; together, all bonds.",
        kind=ChartKind.STACK,
        unit=Unit.DOLLARS,
        series=_since_known(_series(found.months, "class balance", name, f"Class {name}") for name in listed),
    )


def _overcollateralization(found: MonthsOfDeal) -> Iterator[Chart]:
    if found.report.oc_target is not None:
        yield _lines(
            "overcollateralization",
            "Overcollateralization and its target",
            "By how much the pool exceeds the bonds after each distribution.",
            Unit.DOLLARS,
            (
                _series(found.months, "overcollateralization", TOTAL, "Actual"),
                _series(found.months, "overcollateralization", "target", "Target", is_limit=True),
            ),
        )


def _triggers(found: MonthsOfDeal) -> Iterator[Chart]:
    tested = {test.trigger.trigger_id for test in found.report.triggers}
    for trigger in found.report.terms.triggers:
        if trigger.trigger_id in tested and (unit := _unit_of(trigger)) is not None:
            yield _lines(
                f"trigger-{named_for(trigger.trigger_id)}",
                f"Trigger: {trigger.title or trigger.trigger_id}",
                f"What is tested ({trigger.kind.value}), and the limit that it is held to.",
                unit,
                (
                    _series(found.months, "trigger value", trigger.trigger_id, "Tested"),
                    _series(found.months, "trigger limit", trigger.trigger_id, "Limit", is_limit=True),
                ),
            )


def _unit_of(trigger: Trigger) -> Unit | None:
    if trigger.kind is TriggerKind.CLASS_BALANCE:
        return Unit.DOLLARS
    return Unit.SHARE if trigger.kind in _TESTED_AS_SHARES else None


def _sixty_and_ninety(found: MonthsOfDeal) -> Chart:
    return _lines(
        "sixty-and-ninety-days",
        "60 and 90 days or more behind",
        "Balance of the loans that are two, and three, payments or more behind, in whatever status.",
        Unit.DOLLARS,
        (
            _series(found.months, "behind", "60", "60 days or more"),
            _series(found.months, "behind", "90", "90 days or more"),
        ),
    )


def _statuses(found: MonthsOfDeal) -> Chart:
    # Of a deal that entered the ledger this month, nobody knows what stood behind the month before.
    days = [month for month in found.months[-2:-1] if "status" in month.values] + [found.months[-1]]
    return Chart(
        name="status",
        title="Loans behind, this month beside the month before",
        about="Balance by status; what a bar gains, another or the current loans lost.",
        kind=ChartKind.BARS,
        unit=Unit.DOLLARS,
        series=tuple(_series(days, "status", status, status) for status in STATUSES),
    )


__all__ = ["charts_over_time", "named_for", "six_month_averages"]

"""The months of a deal as charts need them: a few exact values of each, read from one report a month.

A report holds every calculation of its month, so it is let go as soon as its values are taken. Of the months before the
deal entered the ledger only what was brought forward is there: the balances it began with, and speeds. A month whose
report cannot be made, because a fact of it is missing, is a gap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial

import attrs

from ledger import (
    ClassKind,
    DelinquencyBroughtForward,
    DelinquencyTable,
    DistributionReport,
    Exact,
    Ledger,
    MonthSpeed,
    Origin,
    ReplayGap,
    Speeds,
    date_from_number,
    date_number,
    default_speeds,
    schedule,
    severity,
    speeds,
    window,
)

TOTAL = "total"
"""Who holds the value of the whole pool."""

Values = Mapping[str, Exact | None]
"""Values by who holds them: a loan group, a class, a trigger, or the pool."""

STATUSES = {
    "1 payment behind": (("delinquent", "1 payment"),),
    "2 payments behind": (("delinquent", "2 payments"),),
    "3 or more payments behind": (("delinquent", "3+ payments"),),
    "in foreclosure": (("foreclosure", TOTAL),),
    "bankrupt": (("bankruptcy", TOTAL),),
    "REO": (("reo", TOTAL),),
}
"""What is behind, by the rows and columns of a delinquency table."""

_GATHERED = {
    "one or two payments": ("1 payment behind", "2 payments behind"),
    "three or more payments": ("3 or more payments behind",),
    "foreclosure": ("in foreclosure",),
    "bankruptcy and REO": ("bankrupt", "REO"),
}


@attrs.frozen(kw_only=True)
class MonthFigures:
    """One month: its payment date, and by measure and holder the value with its origin; None where it is unknown."""

    day: dt.date
    values: Mapping[str, Mapping[str, tuple[Fraction | None, str]]]

    def of(self, measure: str, holder: str) -> tuple[Fraction | None, str]:
        """Return a value and its origin."""
        return self.values.get(measure, {}).get(holder, (None, ""))


@attrs.frozen(kw_only=True)
class MonthsOfDeal:
    """Every month of a deal up to a statement's, oldest first, and that statement's report."""

    report: DistributionReport
    months: tuple[MonthFigures, ...]


def months_of_deal(
    ledger: Ledger, report: DistributionReport, progress: Callable[[int, int], None] | None = None
) -> MonthsOfDeal:
    """Return the months of a deal up to a report's, as known when the report is.

    It costs a report for every month in the ledger; ``progress`` is told how many are read, and of how many.
    """
    deal, known = report.deal, report.known_through
    entered = _entered(ledger, deal, known)
    last = report.distribution.payment_date
    days = [day for day in schedule(report.terms).payment_dates if day < last and (entered is None or day > entered)]
    told = _Told(ledger, deal, known)
    found: list[MonthFigures] = []
    first: DistributionReport | None = None
    for done, day in enumerate(days, 1):
        try:
            each = ledger.distribution(deal, day, known_through=known)
        except ReplayGap:
            found.append(MonthFigures(day=day, values={}))
        else:
            first = first or each
            found.append(_figures(each, told))
        if progress is not None:
            progress(done, len(days) + 1)
    found.append(_figures(report, told))
    return MonthsOfDeal(report=report, months=(*_before(first or report, ledger), *found))


def _entered(ledger: Ledger, deal: str, known: int) -> dt.date | None:
    """Return the payment date that a deal was brought forward from; None where it lives from its closing."""
    types = ("class_balance_brought_forward", "pool_balance_brought_forward")
    brought = ledger.events(deal, types=types, known_through=known)
    return max((item.event.effective_date for item in brought), default=None)


class _Told:
    """Says of which months it was told what is behind."""

    def __init__(self, ledger: Ledger, deal: str, known: int) -> None:
        self._ledger, self._deal, self._known = ledger, deal, known
        self._by_loan = self._any("loan_status_changed")

    def _any(self, kind: str, day: int | None = None) -> bool:
        found = self._ledger.events(self._deal, types=(kind,), first=day, last=day, known_through=self._known)
        return any(True for _ in found)

    def behind(self, report: DistributionReport) -> bool:
        """Say whether anybody reported delinquency of a month; nothing behind is then known, and not a gap."""
        if report.delinquency.total.cell(TOTAL, TOTAL).balance.value:
            return True
        return self._by_loan or self._any("delinquency_reported", report.distribution.number)


def _figures(report: DistributionReport, told: _Told) -> MonthFigures:
    measured: dict[str, Values] = {**_pool(report), **_classes(report), **_tests(report)}
    if told.behind(report):
        measured |= _behind(report)
    measured |= _speeds_of(report.terms.rules, report.prepayments.history, None)
    return MonthFigures(day=report.distribution.payment_date, values=_exact(measured))


def _exact(measured: Mapping[str, Values]) -> dict[str, dict[str, tuple[Fraction | None, str]]]:
    return {
        measure: {
            holder: (None, "") if value is None else (value.value, value.origin.value)
            for holder, value in values.items()
        }
        for measure, values in measured.items()
    }


def _pool(report: DistributionReport) -> dict[str, Values]:
    pool, prepaid = report.collateral, report.prepayments.current
    current = report.averages.current
    coupon = current["coupon"]
    return {
        "balance": {
            **{group: held.closing_balance for group, held in pool.groups.items()},
            TOTAL: pool.total.closing_balance,
        },
        # A coupon of nought is that of a pool whose rates nobody gave.
        "coupon": {name: value if value is not None and value.value else None for name, value in coupon.items()},
        "amortization": current["amortization_months"],
        "prepaid": {holder: amounts.total for holder, amounts in prepaid.items()},
    }


def _classes(report: DistributionReport) -> dict[str, Values]:
    shown = {name for name, item in report.classes.items() if item.accrual.bond.kind is ClassKind.PRINCIPAL}
    return {"class balance": {name: report.classes[name].result.closing_balance for name in shown}}


def _tests(report: DistributionReport) -> dict[str, Values]:
    found: dict[str, Values] = {
        "trigger value": {test.trigger.trigger_id: test.value for test in report.triggers},
        "trigger limit": {test.trigger.trigger_id: test.limit for test in report.triggers},
    }
    if report.oc_target is not None:
        found["overcollateralization"] = {
            TOTAL: report.waterfall.overcollateralization,
            "target": report.oc_target,
        }
    return found


def _share(table: DelinquencyTable, statuses: Iterable[str]) -> Exact:
    cells = [cell for status in statuses for cell in STATUSES[status]]
    first, *more = [table.balance_share(category, bucket) for category, bucket in cells]
    for each in more:
        first = first + each
    return first


def _behind(report: DistributionReport) -> dict[str, Values]:
    tables = {**report.delinquency.groups, TOTAL: report.delinquency.total}
    whole = report.delinquency.total
    found: dict[str, Values] = {
        measure: {holder: _share(table, statuses) for holder, table in tables.items()}
        for measure, statuses in _GATHERED.items()
    }
    found["status"] = {status: whole.cell(*cells[0]).balance for status, cells in STATUSES.items()}
    found["behind"] = {"60": report.delinquency.sixty_days_or_more, "90": report.delinquency.ninety_days_or_more}
    return found


def _speeds_of(
    rules: int, history: Mapping[str, Iterable[MonthSpeed]], through: Mapping[str, int] | None
) -> dict[str, Values]:
    """Return the speeds of the last month of a history, or of that at a place, and their averages since cut-off."""
    found: dict[str, dict[str, Exact | None]] = {}
    default = partial(default_speeds, rules=rules)
    for holder, months in history.items():
        every = tuple(months)[: None if through is None else through[holder] + 1]
        if not every:
            continue
        for when, part in (("", every[-1:]), ("average ", every)):
            prepaid, gone = speeds(part), default(part)
            for measure, value in (
                ("CPR", prepaid.yearly),
                ("PSA", _multiple(prepaid)),
                ("CDR", gone.yearly),
                ("SDA", _multiple(gone)),
            ):
                found.setdefault(when + measure, {})[holder] = value
        three = window(every, 3)
        found.setdefault("severity", {})[holder] = None if three is None else severity(three)
    return {measure: dict(values) for measure, values in found.items()}


def _multiple(of: Speeds) -> Exact | None:
    """Return a multiple of the standard curve; of loans without an age the curve is nought, and there is none."""
    undefined = of.multiple is not None and not of.multiple.value and of.yearly.value
    return None if undefined else of.multiple


def _before(first: DistributionReport, ledger: Ledger) -> list[MonthFigures]:
    """Return what was brought forward: speeds of earlier months, and what the deal stood at when it entered."""
    by_day: dict[dt.date, dict[str, Values]] = {}
    for number, through in _places(first).items():
        history = {holder: months for holder, months in first.prepayments.history.items() if holder in through}
        speeds_then = _speeds_of(first.terms.rules, history, through)
        by_day[date_from_number(number)] = {measure: _all_brought(held) for measure, held in speeds_then.items()}
    began = first.distribution.prior_payment_date or first.terms.closing_date
    by_day.setdefault(began, {}).update(_opening(first))
    types = (DelinquencyBroughtForward.name,)
    for item in ledger.events(first.deal, types=types, known_through=first.known_through):
        event = item.event
        assert isinstance(event, DelinquencyBroughtForward)
        held = {"60": _brought(event.sixty_days_or_more), "90": _brought(event.ninety_days_or_more)}
        by_day.setdefault(event.effective_date, {})["behind"] = held
    return [MonthFigures(day=day, values=_exact(by_day[day])) for day in sorted(by_day)]


def _all_brought(values: Values) -> Values:
    """Say of values that are worked out from what was brought forward that they rest on nothing else."""
    return {
        holder: None if value is None else Exact(value.value, origin=Origin.BROUGHT_FORWARD)
        for holder, value in values.items()
    }


def _brought(amount: Decimal) -> Exact:
    return Exact(Fraction(amount), origin=Origin.BROUGHT_FORWARD)


def _places(first: DistributionReport) -> dict[int, dict[str, int]]:
    """Return where each month before a report's stands in the histories of the holders that know it."""
    now = date_number(first.distribution.payment_date)
    found: dict[int, dict[str, int]] = {}
    for holder, months in first.prepayments.history.items():
        for place, number in enumerate(months.numbers):
            if number < now:
                found.setdefault(number, {})[holder] = place
    return found


def _opening(first: DistributionReport) -> dict[str, Values]:
    """Return what the first month in the ledger began with."""
    pool, prior = first.collateral, first.averages.prior
    opening = {
        name: item.accrual.opening_balance
        for name, item in first.classes.items()
        if item.accrual.bond.kind is ClassKind.PRINCIPAL
    }
    found: dict[str, Values] = {
        "balance": {
            **{group: held.opening_balance for group, held in pool.groups.items()},
            TOTAL: pool.total.opening_balance,
        },
        "class balance": opening,
    }
    if first.distribution.prior_payment_date is not None:
        found |= {"coupon": prior["coupon"], "amortization": prior["amortization_months"]}
    return found


__all__ = ["STATUSES", "TOTAL", "MonthFigures", "MonthsOfDeal", "months_of_deal"]

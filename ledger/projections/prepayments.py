"""Voluntary prepayments: amounts, counts, and their speeds (filing, pages 15 to 18).

SMM is what was prepaid over the opening balance less scheduled principal; CPR is a year of it; PSA is a multiple of the
standard prepayment curve of the bond market association (0.2% a year for each month of age up to thirty). An average
speed is one less the geometric mean of survival.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import overload

import attrs

from ledger.events.forward import PerformanceBroughtForward
from ledger.events.registry import REGISTRY
from ledger.projections.characteristics import Averages
from ledger.projections.collateral import REPURCHASES, Collateral, GroupCollateral
from ledger.projections.facts import Facts, fact
from ledger.projections.history import PREPAID_TYPES, RECOVERY_TYPE, WHOLE_POOL, MonthFlow
from ledger.values.exact import ZERO, Exact, least, ratio, ratio_later, survival, total, weighted_average
from ledger.values.glance import Glanced
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector

PSA_SOURCE = "standard prepayment model: 0.2% a year for each month of age, level from month 30"
_CURVE = Exact(Fraction(2, 1000), label="0.002, the curve's yearly rate for each month of age")
_TOP = Exact(30, label="30 months")
_WHOLE = Exact(1, label="the whole balance")


@attrs.frozen(kw_only=True)
class PrepaidAmounts:
    """What left the pool voluntarily, in dollars and loans.

    In print, each of the month ("Current") and to date ("Cumulative"): "Number of Paid in Full Loans",
    "Paid in Full Balance", "Number of Repurchased Loans", "Repurchased Loans Balance", "Curtailments Amount". Of
    delinquent loans that the servicer bought under its option, ``special_repurchases``:
    "Current Prin Balance of Repurchases Per Sec 3.18", "Cumulative Prin Balance of Repurchases Per Sec 3.18".
    """

    payoff_count: Exact
    payoffs: Exact
    repurchase_count: Exact
    repurchases: Exact
    curtailments: Exact
    special_repurchases: Exact

    @property
    def total_count(self) -> Exact:
        """Loans paid off or repurchased ("Total Number of Loans Prepaid in Full")."""
        return total((self.payoff_count, self.repurchase_count))

    @property
    def total(self) -> Exact:
        """Everything prepaid ("Total Prepayment Amount")."""
        return total((self.payoffs, self.repurchases, self.curtailments))


@attrs.frozen(kw_only=True, repr=False)
class MonthSpeed(Glanced):
    """One month's speeds of a group or the pool: fractions of a balance a month, ages in months."""

    mortality: Exact
    seasoning: Exact | None
    default_rate: Exact
    severity: Exact | None


class Months(Sequence[MonthSpeed]):
    """The months of a group or the pool, oldest first; what one's speeds are is worked out when somebody asks.

    ``make`` turns an earlier month that lies in the ledger itself into its speeds. ``numbers`` are the payment dates of
    the months as the store keeps them, YYYYMMDD.
    """

    def __init__(
        self,
        months: Iterable[MonthFlow | MonthSpeed],
        make: Callable[[MonthFlow], MonthSpeed],
        numbers: Iterable[int] = (),
    ) -> None:
        self._months, self._make = list(months), make
        self.numbers = tuple(numbers)

    def __len__(self) -> int:
        return len(self._months)

    @overload
    def __getitem__(self, index: int) -> MonthSpeed: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[MonthSpeed, ...]: ...

    def __getitem__(self, index: int | slice) -> MonthSpeed | tuple[MonthSpeed, ...]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        month = self._months[index]
        if isinstance(month, MonthFlow):
            month = self._months[index] = self._make(month)
        return month

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


@attrs.frozen(kw_only=True, repr=False)
class Speeds(Glanced):
    """Speeds over one or more months; ``multiple`` is of the standard curve, None where ages are not known."""

    monthly: Exact
    yearly: Exact
    multiple: Exact | None


@attrs.frozen(kw_only=True)
class Prepayments:
    """Amounts by group and in total, this period and to date, and every month's speeds, oldest first."""

    current: dict[str, PrepaidAmounts]
    cumulative: dict[str, PrepaidAmounts]
    history: dict[str, Months]


def _amounts(facts: Facts, group: str) -> tuple[PrepaidAmounts, PrepaidAmounts]:
    def current(component: str, types: str | tuple[str, ...]) -> Exact:
        return facts.this_period(component, types, group=group)

    def cumulative(component: str, types: str | tuple[str, ...], measure: str) -> Exact:
        held = "loans" if component == "loans" else "memo"
        brought = facts.to_date(held, "amount_brought_forward", group=group, code=measure)
        return total((brought, facts.to_date(component, types, group=group)))

    special = facts.before_period("memo", "amount_brought_forward", group=group, code="special repurchases")
    bought = {"group": group, "code": "delinquent option"}
    return (
        PrepaidAmounts(
            payoff_count=current("loans", "payoff_collected"),
            payoffs=current("principal", "payoff_collected"),
            repurchase_count=current("loans", REPURCHASES),
            repurchases=current("principal", REPURCHASES),
            curtailments=current("principal", "curtailment_collected"),
            special_repurchases=facts.this_period("principal", "loan_repurchased", **bought),
        ),
        PrepaidAmounts(
            payoff_count=cumulative("loans", "payoff_collected", "payoffs"),
            payoffs=cumulative("principal", "payoff_collected", "payoffs"),
            repurchase_count=cumulative("loans", REPURCHASES, "repurchases"),
            repurchases=cumulative("principal", REPURCHASES, "repurchases"),
            curtailments=cumulative("principal", "curtailment_collected", "curtailments"),
            special_repurchases=total((special, facts.to_date("principal", "loan_repurchased", **bought))),
        ),
    )


def _together(groups: dict[str, PrepaidAmounts]) -> PrepaidAmounts:
    return PrepaidAmounts(
        **{
            item.name: total(getattr(value, item.name) for value in groups.values())
            for item in attrs.fields(PrepaidAmounts)
        }
    )


def mortality(prepaid: Exact, opening: Exact, scheduled: Exact) -> Exact:
    """Return single monthly mortality: what was prepaid over the opening balance less scheduled principal."""
    return _as_mortality(ratio(prepaid, opening - scheduled))


def _as_mortality(share: Exact) -> Exact:
    return share.named("SMM", "(payoffs + curtailments + repurchases) / (opening balance - scheduled principal)")


def _this_month(
    facts: Facts, group: str | None, prepaid: PrepaidAmounts, pool: GroupCollateral, age: Exact | None
) -> MonthSpeed:
    liquidated = -pool.liquidations
    losses = facts.totals.sum("loss", "loan_liquidated", group=group, first=facts.number, last=facts.number)
    if facts.terms.rules > 2:
        # A statement's loss of the month is net of what came in on earlier ones, and its severity is of that loss.
        recovered = facts.totals.sum("loss", RECOVERY_TYPE, group=group, first=facts.number, last=facts.number)
        losses = losses - recovered if recovered.value else losses
    return MonthSpeed(
        mortality=a_month(mortality(prepaid.total, pool.opening_balance, -pool.scheduled_principal), facts),
        seasoning=age,
        default_rate=a_month(ratio(liquidated, pool.opening_balance), facts).named(
            "MDR", "liquidated balance / opening balance"
        ),
        severity=ratio(losses, liquidated) if liquidated.value else None,
    )


def _forwarded(facts: Facts, group: str | None) -> dict[int, MonthSpeed]:
    return {
        number: MonthSpeed(
            mortality=fact(event, Fraction(event.single_monthly_mortality), "single_monthly_mortality"),
            seasoning=fact(event, Fraction(event.seasoning_months), "seasoning_months"),
            default_rate=fact(event, Fraction(event.monthly_default_rate), "monthly_default_rate"),
            severity=None
            if event.loss_severity is None
            else fact(event, Fraction(event.loss_severity), "loss_severity"),
        )
        for number, event in facts.documents_of(PerformanceBroughtForward)
        if event.group == group and number < facts.number
    }


def _age(flow: MonthFlow) -> Exact | None:
    """The age that was reported for a month's end, or that its loans had."""
    if not flow.age:
        return None
    if not flow.age_event:
        loans = Selector(types=(flow.age_type,), component="seasoning_months")
        label = "weighted average age of the loans"
        return Exact(Fraction(flow.age), "total", label=label, rule="loans weighed by balance", selector=loans)
    selector = Selector(types=(flow.age_type,), component="seasoning_months", event_ids=(flow.age_event,))
    label = f"{flow.age_type.replace('_', ' ')}: seasoning_months"
    return Exact(Fraction(flow.age), "fact", label=label, origin=REGISTRY[flow.age_type].kind.origin, selector=selector)


def _pool_ages(facts: Facts) -> dict[int, Exact | None]:
    """The pool's ages: as reported, or its groups' weighed by closing balance; None where one is not known."""
    by_group = {name: {flow.number: flow for flow in facts.flows.get(name, ())} for name in facts.groups}
    latest: dict[str, int] = dict.fromkeys(facts.groups, 0)
    found: dict[int, Exact | None] = {}
    for flow in facts.flows.get(WHOLE_POOL, ()):
        known: list[tuple[Exact | None, int]] = []
        for name in facts.groups:
            held = by_group[name].get(flow.number)
            latest[name] = latest[name] if held is None else held.closing
            known.append((None if held is None else _age(held), latest[name]))
        pairs = [
            (age, Exact(Fraction(units, UNITS_PER_DOLLAR), "posted", label="closing pool balance"))
            for age, units in known
            if age is not None
        ]
        missing = any(age is None and units for age, units in known)
        own = _age(flow)
        found[flow.number] = own if own is not None or missing or not pairs else weighted_average(pairs)
    return found


def _moved(
    flow: MonthFlow, units: int, component: str, types: tuple[str, ...], group: str | None, label: str = ""
) -> Exact:
    selector = Selector(types=types, component=component, group=group, first=flow.number, last=flow.number)
    named = label or " + ".join(types).replace("_", " ")
    return Exact(Fraction(units, UNITS_PER_DOLLAR), "total", label=named, selector=selector)


def _prepaid_share(flow: MonthFlow, group: str | None) -> tuple[Exact, Exact]:
    prepaid = _moved(flow, flow.prepaid, "principal", PREPAID_TYPES, group)
    return prepaid, _start(flow) - _moved(flow, flow.scheduled, "principal", ("scheduled_payment_due",), group)


def _gone_share(flow: MonthFlow, group: str | None) -> tuple[Exact, Exact]:
    return _moved(flow, flow.gone, "principal", ("loan_liquidated",), group), _start(flow)


def _lost_share(flow: MonthFlow, group: str | None) -> tuple[Exact, Exact]:
    gone = _moved(flow, flow.gone, "principal", ("loan_liquidated",), group)
    return _moved(flow, flow.lost, "loss", ("loan_liquidated", RECOVERY_TYPE), group, "losses"), gone


def _start(flow: MonthFlow) -> Exact:
    return Exact(Fraction(flow.opening, UNITS_PER_DOLLAR), "posted", label="opening pool balance")


class _Earlier:
    """Works out the speeds of the earlier months that lie in the ledger itself; few of them are ever explained."""

    def __init__(self, facts: Facts, group: str | None) -> None:
        self._facts, self._group = facts, group
        self._ages: dict[int, Exact | None] | None = None

    def _seasoning(self, flow: MonthFlow) -> Exact | None:
        if self._group is not None:
            return _age(flow)
        if self._ages is None:
            self._ages = _pool_ages(self._facts)
        return self._ages.get(flow.number)

    def __call__(self, flow: MonthFlow) -> MonthSpeed:
        exposed, group = flow.opening - flow.scheduled, self._group
        return MonthSpeed(
            mortality=a_month(
                _as_mortality(ratio_later(flow.prepaid, exposed, partial(_prepaid_share, flow, group))), self._facts
            ),
            seasoning=self._seasoning(flow),
            default_rate=a_month(ratio_later(flow.gone, flow.opening, partial(_gone_share, flow, group)), self._facts),
            severity=ratio_later(flow.lost, flow.gone, partial(_lost_share, flow, group)) if flow.gone else None,
        )


def _history(facts: Facts, group: str | None, current: MonthSpeed) -> Months:
    months: dict[int, MonthFlow | MonthSpeed] = {flow.number: flow for flow in facts.flows.get(group or WHOLE_POOL, ())}
    months.update(_forwarded(facts, group))
    numbers = sorted(months)
    earlier = [months[number] for number in numbers]
    return Months([*earlier, current], _Earlier(facts, group), [*numbers, facts.number])


def prepayments(facts: Facts, pool: Collateral, ages: Averages) -> Prepayments:
    """Return what was prepaid and how fast."""
    pairs = {group: _amounts(facts, group) for group in facts.groups}
    current = {group: pair[0] for group, pair in pairs.items()}
    cumulative = {group: pair[1] for group, pair in pairs.items()}
    current["total"], cumulative["total"] = _together(current), _together(cumulative)
    seasoning = ages.current["seasoning_months"]
    history = {
        group: _history(facts, group, _this_month(facts, group, current[group], pool.groups[group], seasoning[group]))
        for group in facts.groups
    }
    history["total"] = _history(facts, None, _this_month(facts, None, current["total"], pool.total, seasoning["total"]))
    return Prepayments(current=current, cumulative=cumulative, history=history)


def window(history: Sequence[MonthSpeed], months: int | None) -> tuple[MonthSpeed, ...] | None:
    """Return the last ``months`` of a history (None: all of it), or None where it is shorter."""
    if months is None:
        return tuple(history)
    return tuple(history[-months:]) if len(history) >= months else None


def a_month(rate: Exact, facts: Facts) -> Exact:
    """Return the monthly rate of one that is of all months between two payments: 1 - (1 - rate)**(1/months).

    Nothing survives where more left than stood at the beginning, which loans that came, or were drawn on, within the
    period can do.
    """
    apart = facts.terms.calendar.months_between_payments
    if apart == 1 or not rate.value:
        return rate
    return 1 - (1 - least(_WHOLE, rate) if rate.value > 1 else 1 - rate).root(apart)


def in_a_year(monthly: Exact) -> Exact:
    """Return the yearly rate of a monthly one: 1 - (1 - monthly)**12."""
    return 1 - (1 - monthly).to_power(12)


def average_rate(rates: list[Exact]) -> Exact:
    """Return one less the geometric mean of survival; a month in which more left than stood leaves nothing."""
    if len(rates) == 1:
        return rates[0]
    if not any(rate.value for rate in rates):
        return ZERO
    if any(rate.value > 1 for rate in rates):
        rates = [least(_WHOLE, rate) if rate.value > 1 else rate for rate in rates]
    return (1 - survival(rates).root(len(rates))).named("average rate", "1 - geometric mean of survival")


def average_age(months: tuple[MonthSpeed, ...], *, capped: bool) -> Exact | None:
    """Return the mean age over months, each capped at thirty first if asked; None where an age is not known."""
    ages = [month.seasoning for month in months]
    known = [age for age in ages if age is not None]
    if len(known) != len(ages):
        return None
    return total(least(_TOP, age) if capped else age for age in known) / len(known)


def speeds(months: tuple[MonthSpeed, ...]) -> Speeds:
    """Return the "SMM", "CPR" and "PSA" over the months: of one, or the average of several ("3 Months Avg SMM")."""
    monthly = average_rate([month.mortality for month in months]).named("SMM")
    yearly = in_a_year(monthly).named("CPR", "1 - (1 - SMM)**12")
    age = average_age(months, capped=True)
    multiple = None if age is None else ratio(yearly, _CURVE * age).named("PSA", "CPR / (0.002 x age)", PSA_SOURCE)
    return Speeds(monthly=monthly, yearly=yearly, multiple=multiple)

"""The bonds: what each class accrues, is owed, is paid, and stands at (filing, pages 2 and 3).

Interest is balance x rate x days / days in year, rounded to the cent per class. The pass-through rate is fixed, or the
index plus a margin, capped where the deal says so at the available funds rate; what the cap takes is a basis risk
shortfall and is carried forward.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

import attrs

from ledger.deal.schedule import AccrualPeriod
from ledger.deal.steps import PayReportedPrincipal
from ledger.deal.structure import Sharing
from ledger.deal.terms import BondClass, ClassRate
from ledger.deal.vocabulary import Bearer, ClassKind, RateKind
from ledger.errors import ReplayGap
from ledger.events.forward import Measure
from ledger.events.statuses import ClassPrincipalReported, ClassRateReported, IndexRateSet
from ledger.projections.enhancement import Rates
from ledger.projections.facts import Facts, PaidBefore, fact
from ledger.values.exact import ZERO, Exact, Origin, greatest, least, ratio, term, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.values.selector import Selector
from ledger.waterfall.amounts import Claim, ClassResult
from ledger.waterfall.sharing import share_out, to_the_cent


@attrs.frozen(kw_only=True)
class ClassAccrual:
    """What one class accrues for a distribution, in dollars; ``rate`` is None for a class that accrues nothing.

    In print: the class's "cusip" and accrual "method"; its ``period`` ("period starting", "period ending"),
    ``opening_balance`` ("prior principal balance", "beginning"; where interest is detailed, ``notional_balance``),
    ``rate`` ("pass-through rate", "rate"), ``accrued`` ("accrued interest") and ``arrears`` ("prior unpaid interest").
    ``interest_on_arrears`` is what these bear where the terms say so. ``insurer_arrears`` is what the insurer is owed
    for it, with the ``insurer_interest`` that it bore this period. ``increased`` is what the holders of a variable
    funding note paid in this period.
    """

    bond: BondClass
    period: AccrualPeriod
    opening_balance: Exact
    notional_balance: Exact
    uncapped_rate: Exact | None
    rate: Exact | None
    accrued: Exact
    basis_risk_now: Exact
    basis_risk_before: Exact
    arrears: Exact
    interest_on_arrears: Exact
    insurer_arrears: Exact
    written_down: Exact
    insurer_interest: Exact = ZERO
    increased: Exact = ZERO

    @property
    def basis_risk(self) -> Exact:
        """Everything the cap has taken and not been made up."""
        return total((self.basis_risk_now, self.basis_risk_before))


def opening_balance(facts: Facts, class_id: str) -> Exact:
    """Return the balance of a class before the distribution: issued less what was paid and lost, as recorded."""
    debit = facts.journal.balance("bond_principal", class_id=class_id, last=facts.before)
    return (-debit).named("opening class balance", "original face less what has left the class")


def increased(facts: Facts, class_id: str) -> Exact:
    """Return what the holders of a class paid in during the period, by which its balance has risen."""
    return facts.this_period("principal", "class_balance_increased", class_id=class_id).named("drawn on the class")


def balance_to_pay(facts: Facts, class_id: str) -> Exact:
    """Return the balance of a class that principal of the distribution can be paid on."""
    opening, more = opening_balance(facts, class_id), increased(facts, class_id)
    return opening + more if more.value else opening


def _index(facts: Facts, index: str) -> tuple[dt.date, Exact]:
    found = [event for _, event in facts.documents_of(IndexRateSet, first=facts.number) if event.index == index]
    if not found:
        message = (
            f"{facts.deal}: no {index} rate is set for the distribution of {facts.distribution.payment_date}; post an "
            "index_rate_set event dated the first day of the accrual period"
        )
        raise ReplayGap(message)
    latest = found[-1]
    return latest.effective_date, fact(latest, Fraction(latest.rate), "rate").named(f"{index} rate")


def index_rate(facts: Facts, index: str) -> Exact:
    """Return the rate of an index for the distribution; :class:`~ledger.errors.ReplayGap` where none is set."""
    return _index(facts, index)[1]


def index_rates(facts: Facts) -> dict[str, Exact]:
    """Return the rate of every index that a class floats on ("Current Periods LIBOR Rate").

    That of an index which only contracts are on is among them where it is set: one that has run off needs none.
    """
    names = dict.fromkeys(c.rate.index for c in facts.terms.classes if c.rate.kind is RateKind.FLOATING)
    found = {name: index_rate(facts, name) for name in names if name is not None}
    known = {event.index for _, event in facts.documents_of(IndexRateSet, first=facts.number)}
    more = dict.fromkeys(item.index for item in facts.terms.derivatives if item.index in known and item.index)
    return found | {name: index_rate(facts, name) for name in more if name not in found}


def _margin(rate: ClassRate, on: dt.date) -> Exact:
    stepped = rate.margin_step_date is not None and on >= rate.margin_step_date and rate.margin_after_call is not None
    return term((rate.margin_after_call if stepped else rate.margin) or 0, "margin")


def planned_balances(facts: Facts) -> dict[str, Exact]:
    """Return the balance of every schedule of the terms for this payment date, where it has begun."""
    found: dict[str, Exact] = {}
    for schedule in facts.terms.schedules:
        balance = schedule.on(facts.distribution.payment_date)
        if balance is not None:
            found[schedule.schedule_id] = term(balance, f"planned balance of {schedule.schedule_id}")
    return found


def _fixed(rate: ClassRate, on: dt.date, name: str) -> Exact:
    passed = [step for step in rate.steps if step.from_date <= on]
    return term(passed[-1].rate if passed else rate.rate or 0, name)


def _subordinate_amounts(facts: Facts, rates: Rates) -> dict[str, Exact]:
    """What of each group's pool is not its seniors': the pool less the classes that the group alone backs."""
    if rates.subordinate_amounts:
        return rates.subordinate_amounts
    found: dict[str, Exact] = {}
    for group, pool in rates.opening_pools.items():
        own = [bond.class_id for bond in facts.terms.classes if bond.groups == (group,)]
        principal = [name for name in own if facts.terms.bond_class(name).kind is ClassKind.PRINCIPAL]
        seniors = total(opening_balance(facts, name) for name in principal)
        found[group] = greatest(pool - seniors, ZERO).named(f"subordinate amount of group {group}")
    return found


def _available_rate(facts: Facts, bond: BondClass, rates: Rates) -> Exact:
    """The available funds rate of the groups that a class looks to, never below nothing."""
    rate = bond.rate
    if not (rate.groups or rate.by_subordinates):
        return rates.available_funds
    weights = _subordinate_amounts(facts, rates) if rate.by_subordinates else None
    reduction = term(facts.terms.available_funds_reduction, "available funds reduction")
    return greatest(rates.net_wac(rate.groups, weights) - reduction, ZERO)


def _net_wac(facts: Facts, bond: BondClass, rates: Rates, found: Mapping[str, Exact | None]) -> Exact:
    rate = bond.rate
    if not (rate.groups or rate.by_subordinates or rate.less is not None or rate.less_rate_of is not None):
        return rates.available_funds
    net = _available_rate(facts, bond, rates)
    if rate.less is not None:
        net = net - term(rate.less, "coupon taken off the net WAC")
    other = found.get(rate.less_rate_of) if rate.less_rate_of is not None else None
    return net - other if other is not None else net


def _excess_rate(facts: Facts, bond: BondClass, balance: Exact) -> Exact:
    """Return what the loans bear above the rates that their groups are stripped to, over what the class accrues on."""
    groups = bond.rate.groups or facts.groups
    excess = sum((facts.stripped[name].excess for name in groups if name in facts.stripped), Fraction(0))
    yearly = Exact(
        excess / UNITS_PER_DOLLAR,
        "total",
        label="opening balance x net rate above the strip rate, over the loans",
        origin=Origin.DERIVED,
        selector=Selector(types=("loan_boarded",), component="note_rate"),
    )
    return ratio(yearly, balance).named("excess rate", "excess interest of a year / balance that the class accrues on")


def _uncapped(
    facts: Facts, bond: BondClass, rates: Rates, found: Mapping[str, Exact | None], balance: Exact
) -> Exact | None:
    rate = bond.rate
    if rate.kind is RateKind.NONE:
        return None
    if rate.kind is RateKind.REPORTED:
        return _reported(facts, bond)
    if rate.kind is RateKind.FIXED:
        own = _fixed(rate, facts.distribution.payment_date, f"rate of class {bond.class_id}")
    elif rate.kind is RateKind.NET_WAC:
        own = _net_wac(facts, bond, rates, found)
    elif rate.kind is RateKind.STRIPPED_EXCESS:
        own = _excess_rate(facts, bond, balance)
    else:
        index = _index(facts, rate.index or "")[1]
        if rate.leverage != 1:
            index = index * term(rate.leverage, "leverage")
        own = index + _margin(rate, facts.distribution.payment_date)
    if rate.ceiling is not None:
        own = least(own, term(rate.ceiling, "ceiling"))
    if rate.floor is not None:
        return greatest(own, term(rate.floor, "floor"))
    # Nobody charges bondholders interest, however far an index lies below zero.
    return greatest(own, term(0, "no rate below zero")) if facts.terms.rules > 2 else own


def _reported_event(facts: Facts, bond: BondClass) -> ClassRateReported:
    found = [
        event
        for _, event in facts.documents_of(ClassRateReported, first=facts.number)
        if event.class_id == bond.class_id
    ]
    if not found:
        period = facts.calendar.accrual(bond, facts.distribution)
        message = (
            f"{facts.deal}: no rate of class {bond.class_id} is reported for the distribution of "
            f"{facts.distribution.payment_date}; post a class_rate_reported event dated in the accrual period of the "
            f"class, {period.start} to {period.end}"
        )
        raise ReplayGap(message)
    return found[-1]


def _reported(facts: Facts, bond: BondClass) -> Exact:
    event = _reported_event(facts, bond)
    return fact(event, Fraction(event.rate), "rate").named(f"reported rate of class {bond.class_id}")


def reported_principal(facts: Facts) -> dict[str, Exact]:
    """Return the principal that is reported of the classes which the terms pay so.

    Raises :class:`~ledger.errors.ReplayGap` where none is reported of one that still has a balance.
    """
    found: dict[str, Exact] = {}
    steps = [step for step in facts.terms.waterfall if isinstance(step, PayReportedPrincipal)]
    given = {event.class_id: event for _, event in facts.documents_of(ClassPrincipalReported, first=facts.number)}
    for name in dict.fromkeys(name for step in steps for name in step.classes):
        event = given.get(name)
        if event is not None:
            found[name] = fact(event, Fraction(event.amount), "amount").named(f"reported principal of class {name}")
        elif balance_to_pay(facts, name).value > 0:
            message = (
                f"{facts.deal}: no principal of class {name} is reported for the distribution of "
                f"{facts.distribution.payment_date}; post a class_principal_reported event (0.00 where there is none)"
            )
            raise ReplayGap(message)
    return found


def _notional(facts: Facts, bond: BondClass, opening: dict[str, Exact]) -> Exact:
    """The balance that a class accrues on: its own, or for a notional class that of others."""
    if bond.kind is not ClassKind.NOTIONAL:
        return opening[bond.class_id]
    if bond.rate.kind is RateKind.REPORTED:
        event = _reported_event(facts, bond)
        if event.notional_balance is not None:
            return fact(event, Fraction(event.notional_balance), "notional_balance")
    if bond.notional_schedule is not None:
        return planned_balances(facts).get(bond.notional_schedule, ZERO)
    return total(opening[name] for name in bond.notional_of).named("notional balance") if bond.notional_of else ZERO


def notional_balance(facts: Facts, class_id: str) -> Exact:
    """Return the balance that a class accrues on, before the distribution."""
    opening = {bond.class_id: opening_balance(facts, bond.class_id) for bond in facts.terms.classes}
    return _notional(facts, facts.terms.bond_class(class_id), opening)


def _accrue(balance: Exact, rate: Exact, period: AccrualPeriod, facts: Facts, name: str) -> Exact:
    unrounded = balance * rate * Exact(period.fraction, label="accrual days / year")
    return unrounded.rounded(name, facts.terms.currency.unit, facts.terms.class_rounding)


def accruals(facts: Facts, rates: Rates) -> dict[str, ClassAccrual]:
    """Return what every class accrues this period; a rate less that of another class is found after that one."""
    opening = {bond.class_id: opening_balance(facts, bond.class_id) for bond in facts.terms.classes}
    found: dict[str, ClassAccrual] = {}
    if any(bond.rate.by_subordinates for bond in facts.terms.classes):
        rates = attrs.evolve(rates, subordinate_amounts=_subordinate_amounts(facts, rates))
    for bond in sorted(facts.terms.classes, key=lambda item: item.rate.less_rate_of is not None):
        known = {name: item.rate for name, item in found.items()}
        found[bond.class_id] = _accrual(facts, bond, opening, rates, known)
    return {bond.class_id: found[bond.class_id] for bond in facts.terms.classes}


def _accrual(
    facts: Facts,
    bond: BondClass,
    opening: dict[str, Exact],
    rates: Rates,
    known: Mapping[str, Exact | None],
) -> ClassAccrual:
    period = facts.calendar.accrual(bond, facts.distribution)
    balance = _notional(facts, bond, opening)
    uncapped = _uncapped(facts, bond, rates, known, balance)
    rate = uncapped
    if uncapped is not None and bond.rate.available_funds_cap:
        rate = least(uncapped, _available_rate(facts, bond, rates))
    accrued, lost, on_arrears = ZERO, ZERO, ZERO
    insurer = -facts.journal.balance("insurer_claims", class_id=bond.class_id, last=facts.before)
    insurer_interest = ZERO
    if bond.insurer_rate is not None and insurer.value > 0:
        rate_of_insurer = term(bond.insurer_rate, "rate that the insurer's claims bear")
        insurer_interest = _accrue(insurer, rate_of_insurer, period, facts, "interest on the insurer's claims")
    before = _shortfall(facts, bond.class_id, "basis risk")
    arrears = _shortfall(facts, bond.class_id, "unpaid interest")
    if rate is not None and uncapped is not None:
        accrued = _accrue(balance, rate, period, facts, "class interest")
        if rate < uncapped:
            lost = _accrue(balance, uncapped, period, facts, "class interest without the cap") - accrued
        if before.value:
            lost = lost + _accrue(before, uncapped, period, facts, "interest on basis risk carried forward")
        if bond.unpaid_interest_bears_interest and arrears.value:
            on_arrears = _accrue(arrears, rate, period, facts, "interest on unpaid interest")
    return ClassAccrual(
        bond=bond,
        period=period,
        opening_balance=opening[bond.class_id],
        notional_balance=balance,
        uncapped_rate=uncapped,
        rate=rate.named("pass-through rate") if rate is not None else None,
        accrued=accrued.named("accrued interest", "balance x rate x days / year, to the cent"),
        basis_risk_now=lost,
        basis_risk_before=before,
        arrears=arrears,
        interest_on_arrears=on_arrears,
        insurer_arrears=insurer + insurer_interest if insurer_interest.value else insurer,
        written_down=_written_down(facts, bond.class_id),
        insurer_interest=insurer_interest,
        increased=increased(facts, bond.class_id),
    )


def _written_down(facts: Facts, class_id: str) -> Exact:
    """The losses that the class has borne and neither been written up for nor paid, before its balance came too."""
    here = -facts.journal.balance("bond_losses", class_id=class_id, last=facts.before)
    paid = facts.journal.balance("bond_losses_paid", class_id=class_id, last=facts.before)
    here = here - paid if paid.value else here
    before = facts.before_period("memo", "amount_brought_forward", class_id=class_id, code="class losses")
    return here + before if before.value else here


def _shortfall(facts: Facts, class_id: str, code: str) -> Exact:
    return facts.journal.balance("class_shortfalls", class_id=class_id, code=code, last=facts.before).named(
        f"{code} carried in"
    )


def shares_of_shortfall(facts: Facts, accrued: dict[str, ClassAccrual], amount: Exact) -> dict[str, Exact]:
    """Split a shortfall over the classes pro rata on accrued interest, to the cent; none bears more than it accrues."""
    bearing = {name: item.accrued for name, item in accrued.items() if item.accrued.value}
    shares = dict.fromkeys(accrued, ZERO)
    if not amount.value or not bearing:
        return shares
    label = "non-supported shortfall of the class"
    borne = least(amount, total(bearing.values())).rounded(label, facts.terms.currency.unit)
    parts = share_out(borne, bearing, Sharing.PRO_RATA_CLAIM, bearing)
    return shares | to_the_cent(parts, label, facts.terms.currency.unit)


def shares_by_group(
    facts: Facts, accrued: dict[str, ClassAccrual], amount: Exact, of_groups: Mapping[str, Exact], rates: Rates
) -> dict[str, Exact]:
    """Split a shortfall over the classes that back each loan group, as far as it is of that group, to the cent.

    A group's part is borne pro rata on interest: that of the classes which it alone backs, and of the others the part
    that its subordinate amount is of those of their groups.
    """
    whole, subordinate = total(of_groups.values()), _subordinate_amounts(facts, rates)
    shares = dict.fromkeys(accrued, ZERO)
    if not amount.value or not whole.value:
        return shares
    for group, part in of_groups.items():
        if not part.value:
            continue
        bearing: dict[str, Exact] = {}
        for name, item in accrued.items():
            backing = item.bond.groups or facts.groups
            if not item.accrued.value or group not in backing:
                continue
            together = total(subordinate[other] for other in backing)
            alone = len(backing) == 1 or not together.value
            bearing[name] = item.accrued if alone else item.accrued * subordinate[group] / together
        for name, share in share_out(amount * part / whole, bearing, Sharing.PRO_RATA_CLAIM, bearing).items():
            shares[name] = least(shares[name] + share, accrued[name].accrued)
    label, some = "non-supported shortfall of the class", {n: v for n, v in shares.items() if v.value}
    return shares | to_the_cent(some, label, facts.terms.currency.unit)


def borne_by_classes(facts: Facts, non_supported: Exact, relief_act: Exact, excess: Exact) -> Exact:
    """Return how much of the uncovered shortfalls the terms lay on the classes, given the excess there would be.

    What the excess takes of one shortfall it cannot take of the other.
    """
    terms = facts.terms.shortfalls
    borne, absorbing = ZERO, greatest(excess, ZERO)
    for amount, bearer in ((non_supported, terms.non_supported_borne_by), (relief_act, terms.relief_act_borne_by)):
        if bearer is Bearer.CLASSES:
            borne = borne + amount if borne.value else amount
        elif bearer is Bearer.RESIDUAL_FIRST and amount.value:
            rest = greatest(amount - absorbing, ZERO)
            absorbing = greatest(absorbing - amount, ZERO)
            borne = borne + rest if borne.value else rest
    return borne


def claims(accrued: dict[str, ClassAccrual], borne: dict[str, Exact]) -> list[Claim]:
    """Return what every class claims from the waterfall."""
    return [
        Claim(
            class_id=name,
            face=term(item.bond.face, f"original face of class {name}"),
            balance=item.opening_balance + item.increased if item.increased.value else item.opening_balance,
            rank=item.bond.rank,
            insured=item.bond.insured,
            interest_due=item.accrued - borne[name] if borne[name].value else item.accrued,
            interest_arrears=item.arrears + item.interest_on_arrears if item.interest_on_arrears else item.arrears,
            basis_risk=item.basis_risk,
            insurer_arrears=item.insurer_arrears,
            written_down=item.written_down,
            groups=item.bond.groups,
            is_notional=item.bond.kind is not ClassKind.PRINCIPAL,
        )
        for name, item in accrued.items()
    ]


@attrs.frozen(kw_only=True)
class ClassToDate:
    """What a class has been paid and has lost from issue to this distribution, in dollars.

    In print, to date: "interest", "scheduled principal", "unscheduled principal", "realized losses"; where losses
    stand beside those of the month, "cumulative loss". ``losses_paid`` are the losses that were paid to it.
    """

    interest: Exact
    scheduled_principal: Exact
    unscheduled_principal: Exact
    losses: Exact
    scheduled_now: Exact
    losses_paid: Exact = ZERO

    @property
    def principal(self) -> Exact:
        """Scheduled and unscheduled together ("total principal")."""
        return total((self.unscheduled_principal, self.scheduled_principal))

    @property
    def distribution(self) -> Exact:
        """Interest, principal and losses paid, together ("total distribution", to date)."""
        parts = (self.interest, self.principal)
        return total((*parts, self.losses_paid) if self.losses_paid.value else parts)


@attrs.frozen(kw_only=True)
class Recorded:
    """What the servicer recorded as paid to a class for this distribution, in dollars and whole cents."""

    interest: Exact
    principal: Exact
    loss: Exact
    anything: bool
    losses_paid: Exact = ZERO


def recorded(facts: Facts, class_id: str) -> Recorded:
    """Return the bond payments posted for this distribution."""
    types = ("bond_interest_paid", "bond_principal_paid", "bond_loss_allocated", "bond_loss_paid")
    rows = facts.totals.rows(Selector(types=types, class_id=class_id, first=facts.number, last=facts.number))
    return Recorded(
        interest=facts.this_period("interest", "bond_interest_paid", class_id=class_id),
        principal=facts.this_period("principal", "bond_principal_paid", class_id=class_id),
        loss=facts.this_period("loss", "bond_loss_allocated", class_id=class_id),
        anything=any(True for _ in rows),
        losses_paid=_losses_paid(facts, facts.number, class_id),
    )


def _brought_forward(facts: Facts, class_id: str, measure: str, shares: dict[str, Exact]) -> Exact:
    """A to-date amount brought forward for the class, or its share of one brought forward for the deal."""
    own = facts.before_period("memo", "amount_brought_forward", class_id=class_id, code=measure)
    whole = facts.before_period("memo", "amount_brought_forward", class_id="", code=measure)
    return own + whole * shares[class_id] if whole.value else own


_NOTHING_PAID = PaidBefore()


def _paid_before(facts: Facts, class_id: str) -> tuple[Exact, Exact, Exact]:
    """Return interest, principal and scheduled principal of the class before this distribution.

    Under the first rules as recorded, in whole cents; else as the statements showed them, so that the columns roll.
    """
    recorded = tuple(
        facts.before_period(component, types, class_id=class_id)
        for component, types in (
            ("interest", "bond_interest_paid"),
            ("principal", "bond_principal_paid"),
            ("memo", "bond_principal_paid"),
        )
    )
    if facts.terms.rules == 1:
        return recorded[0], recorded[1], recorded[2]
    shown = facts.paid.get(class_id, _NOTHING_PAID)
    interest, principal, scheduled = (
        Exact(value, "total", label=f"{item.label}, as shown", origin=item.origin, selector=item.selector)
        for value, item in zip(shown, recorded, strict=True)
    )
    return interest, principal, scheduled


def _lost_to_date(facts: Facts, name: str, result: ClassResult, shares: dict[str, Exact]) -> Exact:
    """Return what the class has lost from issue on; from the third rules, less what recoveries gave back of it."""
    before = facts.before_period("loss", "bond_loss_allocated", class_id=name)
    lost = total((_brought_forward(facts, name, "class losses", shares), before, result.loss))
    if facts.terms.rules < 3:
        return lost
    restored = facts.before_period("loss", "bond_written_up", class_id=name)
    up = total(item for item in (restored, result.written_up) if item.value)
    return lost - up if up.value else lost


def _losses_paid(facts: Facts, first: int, class_id: str, last: int | None = None) -> Exact:
    """Return what was recorded as paid to a class of its losses, from a distribution to this one or an earlier one."""
    until = facts.number if last is None else last
    parts = [
        facts.totals.sum(component, "bond_loss_paid", class_id=class_id, first=first, last=until)
        for component in ("interest", "principal")
    ]
    return total(parts) if any(part.value for part in parts) else ZERO


def _losses_paid_to_date(facts: Facts, name: str, result: ClassResult, shares: dict[str, Exact]) -> Exact:
    measures = (Measure.LOSSES_PAID_OF_INTEREST.value, Measure.LOSSES_PAID_OF_PRINCIPAL.value)
    brought = [_brought_forward(facts, name, measure, shares) for measure in measures]
    parts = [item for item in (*brought, _losses_paid(facts, 0, name, facts.before), result.losses_paid) if item.value]
    return total(parts) if parts else ZERO


def to_date(
    facts: Facts, results: dict[str, ClassResult], scheduled: dict[str, Exact], shares: dict[str, Exact]
) -> dict[str, ClassToDate]:
    """Return what every class got from issue on: brought forward, recorded since, and computed for this distribution.

    ``scheduled`` is the part of this distribution's principal that stems from scheduled principal; ``shares`` splits an
    amount brought forward for the whole deal.
    """
    found: dict[str, ClassToDate] = {}
    for name, result in results.items():
        interest_now = result.all_interest
        interest_before, principal_before, scheduled_before = _paid_before(facts, name)
        found[name] = ClassToDate(
            interest=total(
                (
                    _brought_forward(facts, name, "interest paid", shares),
                    interest_before,
                    interest_now,
                )
            ),
            scheduled_principal=total(
                (_brought_forward(facts, name, "scheduled principal", shares), scheduled_before, scheduled[name])
            ),
            unscheduled_principal=total(
                (
                    _brought_forward(facts, name, "unscheduled principal", shares),
                    principal_before - scheduled_before if principal_before.value else ZERO,
                    result.all_principal - scheduled[name],
                )
            ),
            losses=_lost_to_date(facts, name, result, shares),
            losses_paid=_losses_paid_to_date(facts, name, result, shares),
            scheduled_now=scheduled[name],
        )
    return found

"""A deal told back in words: what its terms say, sentence by sentence, to whoever wrote them.

Nothing is decided here. A sentence says what the interpreter does with a term, so that a term that was meant otherwise
is noticed before the first payment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

import attrs

from ledger.deal.note_words import in_percent, notes_in_words
from ledger.deal.phrases import dollars_told, named_together
from ledger.deal.schedule import Schedule
from ledger.deal.steps import (
    AccreteInterest,
    Bounded,
    BuildOvercollateralization,
    CoverLosses,
    DrawAccount,
    FundAccount,
    Held,
    PayBasisRisk,
    PayDerivatives,
    PayFee,
    PayInterest,
    PayPremiums,
    PayPrincipal,
    PayReportedPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    ReimburseInsurer,
    ReleaseAccount,
    RepayDraws,
    Restricted,
    SetAsidePrincipal,
    Source,
    Step,
)
from ledger.deal.structure import Node, Sharing
from ledger.deal.terms import BondClass, ClassRate, DealTerms, Fee, LoanGroup
from ledger.deal.told_targets import accounts, contracts, targets
from ledger.deal.triggers import Trigger, TriggerKind
from ledger.deal.vocabulary import ClassKind, FeeBasis, LossesBorne, PaidBy, RateKind
from ledger.values.currency import DOLLARS, Currency

_DATES_TOLD = 3


@attrs.frozen
class Told:
    """One part of a deal in words: what it is of, and its lines."""

    heading: str
    lines: tuple[str, ...]


def _classes(names: Sequence[str]) -> str:
    return f"{'class' if len(names) == 1 else 'classes'} {named_together(names)}"


def rate_in_words(rate: ClassRate) -> str:
    """Return how the rate of a class is found."""
    match rate.kind:
        case RateKind.NONE:
            return "bears no interest"
        case RateKind.FIXED:
            steps = "".join(f", {in_percent(item.rate)} from {item.from_date} on" for item in rate.steps)
            text = f"{in_percent(rate.rate or Decimal(0))} a year{steps}"
        case RateKind.FLOATING:
            index = rate.index if rate.leverage == 1 else f"{rate.leverage.normalize():f} x {rate.index}"
            text = f"{index} + {in_percent(rate.margin or Decimal(0))}"
            if rate.margin_after_call is not None and rate.margin_step_date is not None:
                text += f" (+ {in_percent(rate.margin_after_call)} from {rate.margin_step_date} on)"
        case RateKind.STRIPPED_EXCESS:
            text = f"what loans of {_of_groups(rate.groups) if rate.groups else 'the pool'} bear above their strip rate"
        case RateKind.NET_WAC:
            text = f"the net rate of {_of_groups(rate.groups) if rate.groups else 'the pool'}"
            if rate.by_subordinates:
                text += ", weighted by the subordinate amounts of the groups"
        case _:
            text = "reported every month (class_rate_reported)"
    return text + "".join(_rate_limits(rate))


def _rate_limits(rate: ClassRate) -> Iterator[str]:
    if rate.less is not None:
        yield f", less {in_percent(rate.less)}"
    if rate.less_rate_of is not None:
        yield f", less the rate of class {rate.less_rate_of}"
    if rate.available_funds_cap:
        yield ", capped at the available funds rate"
    if rate.floor is not None:
        yield f", at least {in_percent(rate.floor)}"
    if rate.ceiling is not None:
        yield f", at most {in_percent(rate.ceiling)}"


def _of_groups(groups: Sequence[str]) -> str:
    return f"{'group' if len(groups) == 1 else 'groups'} {named_together(groups)}"


def _class_in_words(bond: BondClass, currency: Currency) -> str:
    parts = [f"Class {bond.class_id}{f' ({bond.description})' if bond.description else ''}:"]
    if bond.kind is ClassKind.RESIDUAL:
        parts.append("gets what is left.")
        return " ".join(parts)
    if bond.kind is ClassKind.NOTIONAL:
        on = f"the schedule {bond.notional_schedule}" if bond.notional_schedule else _classes(bond.notional_of)
        parts.append(f"no principal; interest on the balance of {on},")
    else:
        parts.append(f"{dollars_told(bond.face, currency)},")
    parts.append(f"{rate_in_words(bond.rate)};")
    if bond.rate.kind is not RateKind.NONE:
        parts.append(f"{bond.day_count.value}, {bond.accrual.value};")
    if bond.kind is ClassKind.PRINCIPAL:
        parts.append(f"loses at rank {bond.rank};")
    parts.append(f"backed by {_of_groups(bond.groups) if bond.groups else 'the whole pool'}")
    if bond.insured:
        parts.append("and by the bond insurer")
    if bond.retained:
        parts.append("; held by the issuer, so that what it is paid moves no cash")
    if bond.maximum_balance is not None:
        parts.append(f"; a funding note, whose balance may rise up to {dollars_told(bond.maximum_balance, currency)}")
    return f"{' '.join(parts)}."


def _fee_in_words(fee: Fee, currency: Currency) -> str:
    found = {
        FeeBasis.POSTED: "as it is posted",
        FeeBasis.POOL_BALANCE: "of the pool before the distribution",
        FeeBasis.CLASS_BALANCE_BEFORE: f"of class {fee.class_id} before the distribution",
        FeeBasis.CLASS_BALANCE_AFTER: f"of class {fee.class_id} after the distribution",
        FeeBasis.FIXED_AMOUNT: f"{dollars_told(fee.amount or Decimal(0), currency)} a payment",
        FeeBasis.BILLED: "as it is billed",
        FeeBasis.ORIGINAL_POOL: "of the original pool",
        FeeBasis.NOTIONAL: f"of what class {fee.class_id} accrues on",
        FeeBasis.ACCOUNT_BALANCE: f"of account {fee.account_id} before the distribution",
        FeeBasis.LOAN_COUNT: f"{dollars_told(fee.amount or Decimal(0), currency)} a payment for each loan",
        FeeBasis.SCHEDULE: "by dated amounts",
        FeeBasis.LOAN_PREMIUMS: "at each loan's own rate of mortgage insurance",
    }[fee.basis]
    counted = f"by {fee.day_count.value}" if fee.day_count is not None else "its part of the year each payment"
    rate = f"{in_percent(fee.rate)} a year, {counted}, " if fee.rate is not None else ""
    payee = f" to {fee.payee}" if fee.payee else ""
    by = f", borne by group {fee.borne_by}" if fee.borne_by else ""
    bounds = [f"at least {dollars_told(fee.minimum, currency)}"] if fee.minimum is not None else []
    bounds += [f"at most {dollars_told(fee.maximum, currency)}"] if fee.maximum is not None else []
    bounds += [f"every {fee.every_months} payments"] if fee.every_months > 1 else []
    bounds += ["paid by a step of the waterfall"] if fee.in_waterfall else []
    more = "".join(f", {bound}" for bound in bounds)
    return f"{fee.title}{payee}: {rate}{found}{by}{more}; {'before' if fee.in_net_rate else 'not in'} the net rate."


def _tested(trigger: Trigger, currency: Currency) -> str:
    """Return what a trigger looks at and beside what, without its name."""
    limit = "" if trigger.limit is None else in_percent(trigger.limit)
    behind = f"loans {trigger.days_behind.value} behind"
    against = "pool" if trigger.tested_against is None else trigger.tested_against.value
    match trigger.kind:
        case TriggerKind.ROLLING_DELINQUENCY:
            return f"in force while {behind} exceed {limit} of the senior enhancement"
        case TriggerKind.DELINQUENCY:
            return f"in force while {behind} are {trigger.when.value} {limit} of the {against}"
        case TriggerKind.DATE:
            return f"in force {trigger.when.value} {trigger.date}"
        case TriggerKind.DECLARED:
            return "in force while trigger_declared says so"
        case TriggerKind.ANY_OF | TriggerKind.ALL_OF:
            which = "any" if trigger.kind is TriggerKind.ANY_OF else "all"
            return f"in force while {which} of {named_together(trigger.triggers)} is"
    beside = limit or (dollars_told(trigger.amount, currency) if trigger.amount is not None else "")
    limits = beside or ", ".join(f"{in_percent(item.limit)} from {item.from_date}" for item in trigger.schedule)
    return f"{trigger.kind.value}: {limits}" if limits else trigger.kind.value


def _trigger_in_words(trigger: Trigger, currency: Currency) -> str:
    months = "" if trigger.months is None else f", averaged over {trigger.months} months"
    groups = f", of {_of_groups(trigger.groups)}" if trigger.groups else ""
    cured = "" if trigger.curable else "; once in force, for ever"
    return f"{trigger.title or trigger.trigger_id}: {_tested(trigger, currency)}{months}{groups}{cured}."


def node_in_words(node: Node) -> str:
    """Return how the parts of a structure share: `A-1 with {A-2, then A-3}`."""
    between = {Sharing.SEQUENTIAL: ", then "}.get(node.pay, " with ")
    parts = [part if isinstance(part, str) else f"{{{node_in_words(part)}}}" for part in node.of]
    if node.weights:
        parts = [f"{part} x {weight.normalize():f}" for part, weight in zip(parts, node.weights, strict=True)]
    how = "" if node.pay in (Sharing.SEQUENTIAL, Sharing.GIVEN_WEIGHTS) else f" {node.pay.value}"
    plan = f", down to the schedule {node.down_to}" if node.down_to else ""
    return f"{between.join(parts)}{how}{plan}"


def _shared(classes: Sequence[str], sharing: Sharing) -> str:
    if len(classes) == 1:
        return f"class {classes[0]}"
    if sharing is Sharing.SEQUENTIAL:
        return f"classes {', then '.join(classes)}"
    return f"classes {named_together(classes)}, {sharing.value}"


def _paid(step: Step, currency: Currency) -> str:
    """Return what a step pays, to whom, without what bounds it."""
    sharing = getattr(step, "sharing", Sharing.SEQUENTIAL)
    to = _shared(step.classes, sharing)
    structure = getattr(step, "structure", None)
    if structure is not None:
        to = node_in_words(structure)
    match step:
        case PayDerivatives():
            return "pay what the trust owes under its contracts"
        case PayInterest():
            return f"pay interest, of the period and unpaid before, to {to}"
        case AccreteInterest():
            until = f" while {_classes(step.until)} {'is' if len(step.until) == 1 else 'are'} outstanding"
            return f"add the interest of {to} to the balance{until if step.until else ''}, and let it be principal"
        case PayPrincipal():
            kinds = f" of these kinds alone: {', '.join(step.kinds)};" if step.kinds else ""
            idle = f", from month {step.lockout_months + 1} on" if step.lockout_months else ""
            above = f", as far as they stand above the pool of {named_together(step.above_pool_of)}"
            return f"pay principal{kinds} to {to}{above if step.above_pool_of else ''}{idle}"
        case PaySeniorPrincipal():
            return f"pay the seniors' share of principal to {to}{_shift(step)}"
        case PayStrippedPrincipal():
            own = ", who bear the same fraction of its losses" if len(step.classes) > 1 else ""
            own = own or ", which bears the same fraction of its losses"
            return f"pay principal to {to}: the discount fraction of each loan's{own if step.bears_losses else ''}"
        case PaySubordinatePrincipal():
            return f"pay {_classes(step.classes)} the share of what the seniors leave{_restrictions(step)}"
        case BuildOvercollateralization():
            return f"pay extra principal to {to} until overcollateralization is at its target"
        case CoverLosses():
            return f"pay extra principal to {to} for the losses of the month"
        case PayBasisRisk():
            return f"pay what caps took, now and before, to {to}"
        case PayResidual():
            return f"pay whatever is left to class {step.classes[0]}"
    return _rarer(step, to, currency)


def _rarer(step: Step, to: str, currency: Currency) -> str:
    """Return what a step does that few deals have, or that pays no class: a fee, or an account of the trust."""
    match step:
        case ReimburseInsurer():
            return f"repay the insurer what it paid on {to}"
        case PayUnpaidLosses():
            instead = f", instead of principal to {_classes(step.subordinates)}, while there are any"
            return f"pay losses borne before, and not made good, to {to}{instead if step.subordinates else ''}"
        case PayReportedPrincipal():
            return f"pay the principal that is reported of each class to {to}"
        case PayPremiums():
            return f"pay prepayment premiums to {to}"
        case PayFee():
            most = "" if step.cap_a_year is None else dollars_told(step.cap_a_year, currency)
            yearly = f", at most {most} a year" if most else ""
            before = ", and what was unpaid before" if step.arrears else ""
            return f"pay the fee {step.fee_id}{before}{yearly}"
        case DrawAccount():
            whose = named_together((*step.classes, *step.fees))
            return f"draw on account {step.account} what {', '.join(step.covers)} of {whose} is short of"
        case FundAccount():
            return f"pay into account {step.account} until it holds its target"
        case ReleaseAccount():
            return f"let what account {step.account} holds above its target join the funds"
        case SetAsidePrincipal():
            until = f" up to and with {step.until}" if step.until is not None else ""
            most = f", until {dollars_told(step.up_to, currency)} stand there" if step.up_to is not None else ""
            return f"put principal on the funding account, to buy loans or pay draws{until}{most}"
        case RepayDraws():
            return "repay the seller what it funded of draws"
    return step.step.replace("_", " ")


def _shift(step: PaySeniorPrincipal) -> str:
    parts = [f"; subordinates are {', '.join(step.subordinates)}"]
    if step.shift:
        first = step.shift[0].from_date
        parts.append(f"; of prepayments all until {first}, then the senior percentage and, of the rest, ")
        parts.append(", ".join(f"{in_percent(item.share)} from {item.from_date}" for item in step.shift))
    else:
        parts.append("; of prepayments all, while any subordinate is outstanding")
    if step.held_by:
        held = "all of them" if step.held is Held.EVERYTHING else "as they were before"
        parts.append(f"; {held} while {named_together(step.held_by)} is in force")
    levels = [(item.share, f" from {item.from_date}") for item in step.doubled]
    if step.doubled_share is not None:
        levels.append((step.doubled_share, f" from {step.doubled_from}" if step.doubled_from else ""))
    if levels:
        most = ", ".join(f"{in_percent(share)}{since}" for share, since in levels)
        when = f"while {step.doubled_when} is in force" if step.doubled_when else "once their percentage has doubled"
        parts.append(f"; of the subordinates' rest at most {most} {when}")
    return "".join(parts)


def _restrictions(step: PaySubordinatePrincipal) -> str:
    parts = [f" (shared by balance with {named_together(step.among)})"] if step.among else [" (by balance)"]
    if step.locked:
        parts.append(f"; {_classes(step.locked)} locked until the others are retired")
    if step.credit_support is not Restricted.NOTHING:
        parts.append(f"; below a class that fails its credit support, without {step.credit_support.value}")
    return "".join(parts)


def _bounds(step: Step, currency: Currency) -> str:
    if not isinstance(step, Bounded):
        return ""
    parts = []
    if step.groups:
        parts.append(f" Only with the money of {_of_groups(step.groups)}.")
    if step.only_while:
        parts.append(f" Only while {named_together(step.only_while)} is in force.")
    if step.not_while:
        parts.append(f" Not while {named_together(step.not_while)} is in force.")
    if step.share is not None:
        parts.append(f" At most {in_percent(step.share)} of what there is.")
    if step.cap is not None:
        parts.append(f" At most {dollars_told(step.cap, currency)} a month.")
    return "".join(parts)


def step_in_words(step: Step, currency: Currency = DOLLARS) -> str:
    """Return what a step does, in a sentence or two."""
    source: Source | None = getattr(step, "source", None)
    out_of = "" if source is None else f"Out of {source.value}, "
    return f"{out_of}{_paid(step, currency)}.{_bounds(step, currency)}"


def _dates(terms: DealTerms) -> tuple[str, ...]:
    schedule, calendar = Schedule(terms), terms.calendar
    lines = [
        f"Cut off on {terms.cut_off_date}, closed on {terms.closing_date}.",
        f"Paid on day {calendar.payment_day} of the month ({calendar.payment_rule.value} business day), "
        f"instalments due on day {calendar.due_day}.",
    ]
    for ordinal in range(min(_DATES_TOLD, len(schedule.payment_dates))):
        at = schedule.at(ordinal)
        lines.append(
            f"Distribution {ordinal + 1}: record date {at.record_date}, determination {at.determination_date}, "
            f"paid {_day(at.payment_date)}; due {_span(at.due_period)}, prepaid {_span(at.prepayment_period)}."
        )
    lines.append(f"The last distribution is paid on {schedule.payment_dates[-1]}.")
    if terms.currency != DOLLARS:
        lines.append(f"Money is in {terms.currency.told}.")
    return tuple(lines)


def _day(day: dt.date) -> str:
    return f"{day:%A} {day}"


def _span(days: tuple[dt.date, dt.date]) -> str:
    return f"{days[0]} to {days[1]}"


def _at_issue(group: LoanGroup, currency: Currency) -> str:
    at_issue = group.original_balance
    return "balance at issue not stated" if at_issue is None else dollars_told(at_issue, currency)


def _groups(terms: DealTerms) -> tuple[str, ...]:
    return tuple(
        f"Group {group.group_id}{f' ({group.title})' if group.title else ''}: "
        f"{_at_issue(group, terms.currency)}"
        f"{'' if group.original_loan_count is None else f', {group.original_loan_count:,} loans'}"
        f"{', adjustable rates' if group.adjustable else ''}."
        for group in terms.groups
    )


def _targets(terms: DealTerms) -> tuple[str, ...]:
    lines = [*targets(terms), *accounts(terms)]
    if terms.prefunding:
        lines.append(f"{dollars_told(terms.prefunding, terms.currency)} are set aside to buy loans.")
    if terms.capitalized_interest:
        lines.append(f"{dollars_told(terms.capitalized_interest, terms.currency)} are set aside for interest.")
    lines.extend(_modified(terms))
    return tuple(lines)


def _modified(terms: DealTerms) -> Iterator[str]:
    """What is carved out of losses, until when cash may stand on the funding account, what makes a loan delinquent."""
    if terms.delinquency.is_derived:
        method, day = terms.calendar.delinquency_method.value.upper(), terms.calendar.delinquency_day.value
        yield f"A loan is behind by the due dates it has missed, by the {method} method, at the {day}."
    if terms.paid_by is PaidBy.ISSUER:
        yield "The issuer pays the classes on account of the reference pool, whose loans bring no cash."
    if terms.losses_borne is LossesBorne.STACKS:
        yield "Loan groups that share no class with a balance bear their losses apart."
    for item in terms.loss_carve_outs:
        most = dollars_told(item.amount, terms.currency)
        yield f"{item.cause.value.capitalize()} losses beyond {most} are borne by all classes."
    if terms.modification_losses:
        order = ", then ".join(named_together(tier.classes) for tier in terms.modification_losses)
        yield f"Losses of modifications are borne by {order}; what is more, by rank."
    if terms.funding_account_release_by is not None:
        yield f"Nothing stands on the funding account after {terms.funding_account_release_by}."


def deal_in_words(terms: DealTerms) -> tuple[Told, ...]:
    """Return a deal in words, part by part; a part that the deal does not have is left out."""
    money = terms.currency
    waterfall = [f"{number}. {step_in_words(step, money)}" for number, step in enumerate(terms.waterfall, 1)]
    parts = (
        Told("Dates", _dates(terms)),
        Told("Loan groups", _groups(terms)),
        Told("Classes", tuple(_class_in_words(item, money) for item in terms.classes)),
        Told("Fees", tuple(_fee_in_words(item, money) for item in terms.fees)),
        Told("Notes", notes_in_words(terms)),
        Told("Triggers", tuple(_trigger_in_words(item, money) for item in terms.triggers)),
        Told("Targets and accounts", _targets(terms)),
        Told("Contracts", contracts(terms)),
        Told("Waterfall", tuple(waterfall) or ("There is none: nothing is paid.",)),
    )
    return tuple(part for part in parts if part.lines)


__all__ = [
    "Told",
    "deal_in_words",
    "dollars_told",
    "in_percent",
    "named_together",
    "node_in_words",
    "rate_in_words",
    "step_in_words",
]

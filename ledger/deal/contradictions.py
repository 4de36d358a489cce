"""What the parts of a deal's terms contradict each other in: every contradiction, naming the term."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ledger.deal.account_checks import check_accounts
from ledger.deal.overcollateralization import Stopped
from ledger.deal.steps import (
    PAYING_NO_CLASS,
    AccreteInterest,
    Bounded,
    BuildOvercollateralization,
    CoverLosses,
    PayDerivatives,
    PayPrincipal,
    PayReportedPrincipal,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    SetAsidePrincipal,
)
from ledger.deal.structure import Sharing
from ledger.deal.structure_checks import check_structure
from ledger.deal.triggers import check_triggers
from ledger.deal.vocabulary import ClassKind, FeeBasis, LossesBorne, PaidBy, RateKind
from ledger.deal.whole_cash import parts_of_units
from ledger.errors import InvalidTerms
from ledger.values.near import did_you_mean

if TYPE_CHECKING:
    from ledger.deal.terms import DealTerms


def _unique(field_name: str, names: Sequence[str]) -> Iterator[InvalidTerms]:
    for name in names:
        if names.count(name) > 1:
            yield InvalidTerms(field_name, "duplicate", f"{name!r} stands there more than once")
            return


def _known(field_name: str, names: Iterable[str | None], known: Sequence[str]) -> Iterator[InvalidTerms]:
    for name in names:
        if name is not None and name not in known:
            told = (f"{name!r} is none of {', '.join(known)}", did_you_mean(name, known, ""))
            yield InvalidTerms(field_name, "unknown", "; ".join(filter(None, told)))


def _refused(check: Callable[[], None]) -> Iterator[InvalidTerms]:
    """Yield what a check refuses that stops at the first contradiction."""
    try:
        check()
    except InvalidTerms as fault:
        yield fault


PRINCIPAL_STEPS = (
    PayPrincipal,
    PayReportedPrincipal,
    PayStrippedPrincipal,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    AccreteInterest,
    BuildOvercollateralization,
    CoverLosses,
)
"""The steps that pay principal, or add to it."""


def _check_steps(terms: DealTerms) -> Iterator[InvalidTerms]:
    without_balance = {item.class_id for item in terms.classes if item.kind is not ClassKind.PRINCIPAL}
    for index, step in enumerate(terms.waterfall):
        if getattr(step, "sharing", None) is Sharing.GIVEN_WEIGHTS:
            message = "weights are given in a structure; name one, whose nodes have them"
            yield InvalidTerms(f"DealTerms.waterfall[{index}].sharing", "contradiction", message)
        idle = [name for name in step.classes if name in without_balance]
        if idle and isinstance(step, (*PRINCIPAL_STEPS, PayUnpaidLosses)):
            message = f"class {idle[0]} has no principal balance that {step.step} could pay"
            yield InvalidTerms(f"DealTerms.waterfall[{index}].classes", "contradiction", message)
    paying = any(item.may_pay for item in terms.derivatives)
    if paying and terms.waterfall and not any(isinstance(step, PayDerivatives) for step in terms.waterfall):
        message = "the deal has derivative contracts, but no step pays them; add pay_derivatives"
        yield InvalidTerms("DealTerms.waterfall", "contradiction", message)


def _stripped(terms: DealTerms, groups: Sequence[str], where: str) -> Iterator[InvalidTerms]:
    bare = [item.group_id for item in terms.groups if item.group_id in groups and item.strip_rate is None]
    if bare:
        message = f"group {bare[0]} is stripped to no rate: give its strip_rate, or name groups that have one"
        yield InvalidTerms(where, "contradiction", message)


def _check_classes(
    terms: DealTerms, groups: Sequence[str], classes: Sequence[str], schedules: Sequence[str]
) -> Iterator[InvalidTerms]:
    """Check what classes name beside themselves."""
    for bond in terms.classes:
        where = f"BondClass[{bond.class_id}]"
        yield from _known(f"{where}.groups", bond.groups, groups)
        yield from _known(f"{where}.rate.groups", bond.rate.groups, groups)
        yield from _known(f"{where}.rate.less_rate_of", [bond.rate.less_rate_of], classes)
        other = next((item for item in terms.classes if item.class_id == bond.rate.less_rate_of), None)
        if other is not None and other.rate.less_rate_of is not None:
            message = f"the rate of class {other.class_id} is itself less that of another; name one that is not"
            yield InvalidTerms(f"{where}.rate.less_rate_of", "contradiction", message)
        yield from _known(f"{where}.notional_schedule", [bond.notional_schedule], schedules)
        if bond.rate.kind is RateKind.STRIPPED_EXCESS:
            yield from _stripped(terms, bond.rate.groups or groups, f"{where}.rate.groups")


def _below_seniors(
    step: PaySubordinatePrincipal | PayUnpaidLosses, where: str, shifting: set[str], classes: Sequence[str]
) -> Iterator[InvalidTerms]:
    """Check a step that uses what the seniors of its groups leave: a step before it pays these."""
    if isinstance(step, PaySubordinatePrincipal):
        yield from _known(f"{where}.among", step.among, classes)
    else:
        yield from _known(f"{where}.subordinates", step.subordinates, classes)
    if not shifting and (isinstance(step, PaySubordinatePrincipal) or step.subordinates):
        message = "no step before it pays senior principal of these groups; put pay_senior_principal first"
        yield InvalidTerms(f"{where}.groups", "contradiction", message)


def _check_paid_losses(terms: DealTerms, groups: Sequence[str]) -> Iterator[InvalidTerms]:
    """Check what is said of losses that are paid back, and of those that principal-only classes bear themselves."""
    bearing: set[str] = set()
    for index, step in enumerate(terms.waterfall):
        where = f"DealTerms.waterfall[{index}]"
        own = isinstance(step, PayStrippedPrincipal) and step.bears_losses
        if terms.rules < 4 and (own or isinstance(step, PayUnpaidLosses)):
            message = (
                "losses are paid back, and borne by discount fractions, under the fourth rules; give the deal these"
            )
            yield InvalidTerms(where, "contradiction", message)
        if not isinstance(step, PayStrippedPrincipal) or not own:
            continue
        for name in step.groups or groups:
            if name in bearing:
                message = (
                    f"the losses of group {name} are borne by the classes of a step before already; name it in one"
                )
                yield InvalidTerms(f"{where}.groups", "contradiction", message)
            bearing.add(name)
        tiers = {name for tier in terms.modification_losses for name in tier.classes}
        for name in step.classes:
            if name in tiers:
                message = f"class {name} bears its own part of every loss; take it out of modification_losses"
                yield InvalidTerms(f"{where}.bears_losses", "contradiction", message)
            if terms.bond_class(name).insured:
                message = f"the insurer makes the losses of class {name} good, so it bears none itself"
                yield InvalidTerms(f"{where}.bears_losses", "contradiction", message)


def _check_bounds(terms: DealTerms, groups: Sequence[str], classes: Sequence[str]) -> Iterator[InvalidTerms]:
    """Check what steps and classes name beside the classes they pay: groups, triggers and schedules."""
    triggers = tuple(item.trigger_id for item in terms.triggers)
    schedules = tuple(item.schedule_id for item in terms.schedules)
    yield from _unique("DealTerms.schedules", schedules)
    yield from _check_classes(terms, groups, classes, schedules)
    yield from _unique("DealTerms.exchangeable", tuple(item.class_id for item in terms.exchangeable))
    for item in terms.exchangeable:
        where = f"ExchangeableClass[{item.class_id}]"
        if item.class_id in classes:
            yield InvalidTerms(f"{where}.class_id", "duplicate", "a class of the deal has this name")
        yield from _known(f"{where}.of", [part.class_id for part in item.of], classes)
    shifting: set[str] = set()
    for index, step in enumerate(terms.waterfall):
        where = f"DealTerms.waterfall[{index}]"
        if isinstance(step, Bounded):
            yield from _known(f"{where}.groups", step.groups, groups)
            yield from _known(f"{where}.only_while", step.only_while, triggers)
            yield from _known(f"{where}.not_while", step.not_while, triggers)
        if isinstance(step, PayPrincipal | PaySeniorPrincipal) and step.structure is not None:
            yield from _known(f"{where}.structure.down_to", step.structure.schedules, schedules)
        if isinstance(step, PayPrincipal):
            yield from _known(f"{where}.above_pool_of", step.above_pool_of, groups)
        if isinstance(step, PaySeniorPrincipal):
            yield from _known(f"{where}.doubled_when", [step.doubled_when], triggers)
            yield from _known(f"{where}.subordinates", step.subordinates, classes)
            yield from _known(f"{where}.held_by", step.held_by, triggers)
            shifting.update(step.groups or groups)
        if isinstance(step, PayStrippedPrincipal):
            yield from _stripped(terms, step.groups or groups, f"{where}.groups")
        if isinstance(step, AccreteInterest):
            yield from _known(f"{where}.until", step.until, classes)
        if isinstance(step, PaySubordinatePrincipal | PayUnpaidLosses):
            yield from _below_seniors(step, where, shifting & set(step.groups or groups), classes)


def _check_fees(terms: DealTerms, groups: Sequence[str], classes: Sequence[str]) -> Iterator[InvalidTerms]:
    for fee in terms.fees:
        yield from _known(f"Fee[{fee.fee_id}].class_id", [fee.class_id], classes)
        yield from _known(f"Fee[{fee.fee_id}].borne_by", [fee.borne_by], groups)
        for name, bases, what in _FEE_NEEDS:
            if fee.basis in bases and getattr(fee, name) in (None, ()):
                yield InvalidTerms(f"Fee[{fee.fee_id}].{name}", "missing", f"the fee needs {what}")
        if fee.basis is FeeBasis.LOAN_PREMIUMS and fee.rate is not None:
            message = "each loan brings the rate of its own premium"
            yield InvalidTerms(f"Fee[{fee.fee_id}].rate", "contradiction", message)


_FEE_NEEDS = (
    (
        "class_id",
        (FeeBasis.CLASS_BALANCE_AFTER, FeeBasis.CLASS_BALANCE_BEFORE, FeeBasis.NOTIONAL),
        "the class it is reckoned on",
    ),
    ("account_id", (FeeBasis.ACCOUNT_BALANCE,), "the account it is reckoned on"),
    ("amount", (FeeBasis.FIXED_AMOUNT,), "its monthly amount"),
    ("amount", (FeeBasis.LOAN_COUNT,), "its monthly amount for a loan"),
    ("amounts", (FeeBasis.SCHEDULE,), "its amounts and from when they hold"),
    (
        "rate",
        (
            FeeBasis.POOL_BALANCE,
            FeeBasis.CLASS_BALANCE_AFTER,
            FeeBasis.CLASS_BALANCE_BEFORE,
            FeeBasis.NOTIONAL,
            FeeBasis.ACCOUNT_BALANCE,
            FeeBasis.ORIGINAL_POOL,
        ),
        "its yearly rate",
    ),
)
"""What fees of some bases cannot do without: the field, the bases, and the words for it."""


def _check_contracts(terms: DealTerms, groups: Sequence[str], classes: Sequence[str]) -> Iterator[InvalidTerms]:
    without_balance = {item.class_id for item in terms.classes if item.kind is not ClassKind.PRINCIPAL}
    for item in terms.derivatives:
        where = f"DerivativeContract[{item.contract}]"
        yield from _known(f"{where}.group", [item.group], groups)
        yield from _known(f"{where}.notional_of", item.notional_of, classes)
        idle = [name for name in item.notional_of if name in without_balance]
        if idle:
            message = f"class {idle[0]} has no principal balance that a contract could be on"
            yield InvalidTerms(f"{where}.notional_of", "contradiction", message)


def _check_targets(terms: DealTerms) -> Iterator[InvalidTerms]:
    """Check what is said of overcollateralization: by the deal, or by its groups, each for the classes it backs."""
    triggers = tuple(item.trigger_id for item in terms.triggers)
    of_groups = {item.group_id: item.overcollateralization for item in terms.groups if item.overcollateralization}
    if of_groups and terms.overcollateralization is not None:
        message = "the deal has a target and its groups have theirs; give one or the other"
        yield InvalidTerms("DealTerms.overcollateralization", "contradiction", message)
    whole = [] if terms.overcollateralization is None else [("DealTerms", terms.overcollateralization)]
    for where, target in (*whole, *((f"LoanGroup[{name}]", target) for name, target in of_groups.items())):
        for name, trigger in target.named_triggers:
            yield from _known(f"{where}.overcollateralization.{name}", [trigger], triggers)
        if target.looks_back and terms.rules < 4:
            message = "what earlier months reached is known under the fourth rules; give the deal these"
            looking = "stopped" if target.stopped is Stopped.LAST_REACHED else "step_down_stays"
            yield InvalidTerms(f"{where}.overcollateralization.{looking}", "contradiction", message)
        originals = terms.groups if where == "DealTerms" else [terms.group(where[10:-1])]
        if target.asks_for_original and any(item.original_balance is None for item in originals):
            message = "the target is a share of the original pool; give every group its original balance"
            yield InvalidTerms("DealTerms.groups.original_balance", "missing", message)
    for name in of_groups:
        if not any(bond.groups == (name,) for bond in terms.classes):
            message = f"no class is backed by group {name} alone; name it in the groups of its classes"
            yield InvalidTerms(f"LoanGroup[{name}].overcollateralization", "contradiction", message)
    for index, step in enumerate(terms.waterfall):
        if of_groups and isinstance(step, SetAsidePrincipal):
            message = "the funding account is the whole deal's; give the deal one target instead"
            yield InvalidTerms(f"DealTerms.waterfall[{index}]", "contradiction", message)
        if isinstance(step, BuildOvercollateralization):
            where = f"DealTerms.waterfall[{index}]"
            yield from _known(f"{where}.target_of", step.target_of, terms.group_ids)
            aimed = step.target_of or step.groups or terms.group_ids
            if of_groups and not any(name in of_groups for name in aimed):
                message = f"none of the groups {', '.join(aimed)} has a target"
                yield InvalidTerms(f"{where}.target_of", "contradiction", message)


def _check_who_pays_and_loses(terms: DealTerms) -> Iterator[InvalidTerms]:
    for bond in terms.classes:
        if bond.retained and terms.paid_by is not PaidBy.ISSUER:
            message = f"a class is retained where the issuer pays the classes; say so with paid_by ({PaidBy.ISSUER})"
            yield InvalidTerms(f"BondClass[{bond.class_id}].retained", "contradiction", message)
    if terms.losses_borne is LossesBorne.STACKS and terms.loss_carve_outs:
        message = "losses beyond a carve-out are borne by all classes, none of them apart; give one or the other"
        yield InvalidTerms("DealTerms.losses_borne", "contradiction", message)


def _check_modification_losses(terms: DealTerms) -> Iterator[InvalidTerms]:
    """Check the classes that losses of modifications fall on: of those with a balance, each once."""
    bearing = [item.class_id for item in terms.classes if item.kind is ClassKind.PRINCIPAL]
    named = [name for tier in terms.modification_losses for name in tier.classes]
    yield from _known("DealTerms.modification_losses", named, bearing)
    yield from _unique("DealTerms.modification_losses", named)
    if not all(tier.classes for tier in terms.modification_losses):
        yield InvalidTerms("LossTier.classes", "missing", "a set of classes names one at least")
    if named and terms.losses_borne is LossesBorne.STACKS:
        message = "losses of loan groups apart know no order of their own for modifications; give one or the other"
        yield InvalidTerms("DealTerms.modification_losses", "contradiction", message)


def contradictions(terms: DealTerms) -> Iterator[InvalidTerms]:
    """Yield what the parts of a deal's terms contradict each other in, naming the term."""
    groups, classes = terms.group_ids, tuple(item.class_id for item in terms.classes)
    if not groups:
        yield InvalidTerms("DealTerms.groups", "missing", "a deal has at least one loan group")
    if not classes:
        yield InvalidTerms("DealTerms.classes", "missing", "a deal has at least one class")
    if not groups or not classes:
        return
    yield from parts_of_units(terms)
    yield from _unique("DealTerms.groups", groups)
    yield from _unique("DealTerms.classes", classes)
    yield from _unique("DealTerms.fees", tuple(item.fee_id for item in terms.fees))
    yield from _unique("DealTerms.derivatives", tuple(item.contract for item in terms.derivatives))
    yield from _check_fees(terms, groups, classes)
    yield from _check_contracts(terms, groups, classes)
    for bond in terms.classes:
        yield from _known(f"BondClass[{bond.class_id}].notional_of", bond.notional_of, classes)
    for index, step in enumerate(terms.waterfall):
        yield from _known(f"DealTerms.waterfall[{index}].classes", step.classes, classes)
        if not step.classes and not isinstance(step, PAYING_NO_CLASS):
            yield InvalidTerms(f"DealTerms.waterfall[{index}].classes", "missing", f"{step.step} pays no class")
    yield from _check_steps(terms)
    yield from _check_bounds(terms, groups, classes)
    if all(name in classes for step in terms.waterfall for name in step.classes):
        yield from _check_paid_losses(terms, groups)
    yield from _refused(lambda: check_accounts(terms))
    yield from _refused(
        lambda: check_triggers(
            terms.triggers,
            groups=groups,
            classes=classes,
            knows_original_pool=terms.original_pool_balance is not None,
            rules=terms.rules,
        )
    )
    yield from _check_targets(terms)
    yield from check_structure(terms)
    yield from _check_who_pays_and_loses(terms)
    yield from _check_modification_losses(terms)
    yield from _unique("DealTerms.loss_carve_outs", tuple(item.cause.value for item in terms.loss_carve_outs))
    for name in ("prefunding_release_by", "capitalized_interest_release_by", "funding_account_release_by"):
        by = getattr(terms, name)
        if by is not None and not terms.closing_date <= by <= terms.calendar.final_payment_date:
            message = "lies before the closing date or after the final payment date"
            yield InvalidTerms(f"DealTerms.{name}", "contradiction", message)
    if terms.closing_date > terms.calendar.first_payment_date:
        yield InvalidTerms("DealTerms.closing_date", "contradiction", "lies after the first payment date")

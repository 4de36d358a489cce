"""What the terms of a deal may say, and hardly mean: classes that nothing pays, and money that no step can use up."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ledger.deal.contradictions import PRINCIPAL_STEPS
from ledger.deal.steps import (
    AccreteInterest,
    Bounded,
    BuildOvercollateralization,
    DrawAccount,
    PayInterest,
    PayPremiums,
    PayPrincipal,
    PayReportedPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PaySubordinatePrincipal,
    PrincipalKind,
    ReleaseAccount,
    Source,
    Step,
)
from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import ClassKind, RateKind
from ledger.values.currency import DECIMALS


@attrs.frozen
class Doubt:
    """Something in the terms that is allowed and may not be meant; ``code`` is stable."""

    code: str
    message: str


def _paid_by(terms: DealTerms, kinds: type[Step] | tuple[type[Step], ...]) -> set[str]:
    return {name for step in terms.waterfall if isinstance(step, kinds) for name in step.classes}


def _unpaid(terms: DealTerms) -> Iterator[Doubt]:
    anyhow = _paid_by(terms, Step)
    interest = _paid_by(terms, (PayInterest, AccreteInterest, PayPremiums))
    principal = _paid_by(terms, PRINCIPAL_STEPS)
    for bond in terms.classes:
        name = bond.class_id
        if name not in anyhow:
            yield Doubt("class_never_paid", f"no step pays class {name}; name it in one, or take the class out")
            continue
        if bond.kind is not ClassKind.RESIDUAL and bond.rate.kind is not RateKind.NONE and name not in interest:
            message = f"class {name} bears interest, and no step pays it: it stays unpaid for ever; add pay_interest"
            yield Doubt("interest_never_paid", message)
        if bond.kind is ClassKind.PRINCIPAL and bond.face and name not in principal:
            yield Doubt("principal_never_paid", f"class {name} has a face, and no step pays its principal")


def _decimals(terms: DealTerms) -> Iterator[Doubt]:
    money = terms.currency
    if not money.is_usual:
        usual = DECIMALS.get(money.code, 2)
        yield Doubt("unusual_decimals", f"{money.code} is paid to {usual} decimals, and here to {money.decimals}")


def _losses(terms: DealTerms) -> Iterator[Doubt]:
    bearing = [bond for bond in terms.classes if bond.kind is ClassKind.PRINCIPAL and bond.face]
    if not bearing:
        yield Doubt("losses_borne_by_nobody", "no class has a balance, so losses of the pool fall on nobody")
        return
    ranks = {bond.rank for bond in bearing}
    for bond in terms.classes:
        if bond not in bearing and bond.kind is ClassKind.PRINCIPAL and bond.rank not in ranks:
            message = f"losses at rank {bond.rank} fall on class {bond.class_id} alone, which has no face to bear them"
            yield Doubt("losses_borne_by_nobody", message)
    backed = {group for bond in bearing for group in (bond.groups or terms.group_ids)}
    for group in terms.group_ids:
        if group not in backed:
            message = f"no class with a balance is backed by group {group}, so its losses fall on classes of others"
            yield Doubt("group_backs_nobody", message)
    if len(bearing) > 1 and len(ranks) == 1 and terms.overcollateralization is None:
        message = f"every class loses at rank {bearing[0].rank}: no class bears losses before another; give ranks"
        yield Doubt("losses_borne_alike", message)


def _initial_percents(terms: DealTerms) -> Iterator[Doubt]:
    """A senior percentage at issue that faces alone cannot give, for the subordinates are those of other groups too."""
    for step in terms.waterfall:
        if not isinstance(step, PaySeniorPrincipal) or step.initial_percent is not None:
            continue
        own = set(step.groups or terms.group_ids)
        backed = {group for name in step.subordinates for group in (terms.bond_class(name).groups or terms.group_ids)}
        if not backed <= own and any(terms.group(name).original_balance is None for name in own):
            message = (
                f"the senior percentage of group {', '.join(step.groups)} at issue is reckoned by faces, those of "
                "subordinates of other groups among them; give initial_percent, or the original balance of the group"
            )
            yield Doubt("initial_percent_unknown", message)


def _unused_accounts(terms: DealTerms) -> Iterator[Doubt]:
    """Accounts that hold cash, or should, and that no step draws on or releases."""
    drawn = {step.account for step in terms.waterfall if isinstance(step, DrawAccount | ReleaseAccount)}
    for item in terms.accounts:
        if item.account_id not in drawn:
            message = f"no step draws on account {item.account_id} or releases it: what it holds stays there for ever"
            yield Doubt("account_never_used", message)


def _has_target(terms: DealTerms) -> bool:
    return terms.overcollateralization is not None or any(item.overcollateralization for item in terms.groups)


def _idle_steps(terms: DealTerms) -> Iterator[Doubt]:
    """Steps that pay nothing as they are written, and those that come after somebody took all that was left."""
    taken: int | None = None
    for index, step in enumerate(terms.waterfall):
        if taken is not None:
            message = f"waterfall[{taken}] pays out whatever is left, and {step.step} (waterfall[{index}]) follows it"
            yield Doubt("step_after_residual", message)
            taken = None
        if isinstance(step, Bounded) and (step.cap == 0 or step.share == 0):
            yield Doubt("step_never_pays", f"waterfall[{index}] ({step.step}) has a cap or a share of nothing")
        if isinstance(step, BuildOvercollateralization) and not _has_target(terms):
            message = f"waterfall[{index}] builds up to a target, and neither the deal nor a group has one"
            yield Doubt("step_never_pays", message)
        if isinstance(step, PayResidual):
            if len(step.classes) > 1:
                message = f"waterfall[{index}] pays class {step.classes[0]} alone; the others that it names get nothing"
                yield Doubt("residual_of_one", message)
            whole = step.source is Source.AVAILABLE and not step.groups and not _is_bounded(step)
            taken = index if whole and index + 1 < len(terms.waterfall) else None


_COMING_IN = tuple(kind for kind in PrincipalKind if kind not in (PrincipalKind.DRAWS, PrincipalKind.ADDITIONS))
"""The kinds of principal that bring money in; draws and loans bought use it up."""


def _is_bounded(step: Step) -> bool:
    if not isinstance(step, Bounded):
        return False
    return step.cap is not None or step.share is not None or bool(step.only_while or step.not_while)


def _uses(step: Step, terms: DealTerms) -> set[PrincipalKind]:
    """Return the kinds of principal that a step can use all of that its classes are owed."""
    if getattr(step, "source", None) not in (Source.PRINCIPAL, Source.AVAILABLE) or _is_bounded(step):
        return set()
    if isinstance(step, PayResidual):
        return set(PrincipalKind)
    if isinstance(step, PayPrincipal):
        return set(step.kinds or PrincipalKind)
    if isinstance(step, PayReportedPrincipal):
        return set(PrincipalKind)
    if isinstance(step, PaySeniorPrincipal):
        shared = any(isinstance(other, PaySubordinatePrincipal) for other in terms.waterfall)
        return set(PrincipalKind) if shared else set()
    return set()


def _left_over(terms: DealTerms) -> Iterator[Doubt]:
    if not terms.waterfall:
        yield Doubt("no_waterfall", "the terms have no waterfall, so nothing is ever paid")
        return
    for group in terms.group_ids:
        used: set[PrincipalKind] = set()
        for step in terms.waterfall:
            if group in (getattr(step, "groups", ()) or terms.group_ids):
                used |= _uses(step, terms)
        rest = [kind.value for kind in _COMING_IN if kind not in used]
        if rest:
            what = "principal" if len(rest) == len(_COMING_IN) else f"principal of these kinds: {', '.join(rest)}"
            message = f"no step can use up the {what} of group {group}; it would stay in the account"
            yield Doubt("principal_left_over", message)


def doubts(terms: DealTerms) -> tuple[Doubt, ...]:
    """Return what a deal's terms may not mean, in the order of the classes and groups."""
    whole = (*_decimals(terms), *_unpaid(terms), *_losses(terms), *_initial_percents(terms))
    return (*whole, *_idle_steps(terms), *_unused_accounts(terms),
            *_left_over(terms))  # fmt: skip


__all__ = ["Doubt", "doubts"]

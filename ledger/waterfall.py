"""Running a deal's waterfall: an ordered tuple of steps over the funds of a month.

Four amounts are kept apart for every claim: what was *due* this period, what was *paid*, the *shortfall* of this period
and the *arrears* carried in from earlier ones. Amounts stay unrounded; a class's closing balance is rounded to the cent
once, at the end, as trustees do (filing, page 2: the class table carries thousandths, the balances cents).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from ledger.exact import ZERO, Exact, greatest, least, total
from ledger.money import Rounding
from ledger.steps import (
    BuildOvercollateralization,
    CoverLosses,
    PayBasisRisk,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    ReimburseInsurer,
    Sharing,
    Source,
    Step,
)


@attrs.frozen(kw_only=True)
class Claim:
    """What one class is owed at a distribution, in dollars.

    ``interest_due`` is the accrual less the shortfalls it bears; ``interest_arrears`` was unpaid before. ``basis_risk``
    is what the available funds cap took, now and before. ``written_down`` is the loss that the class has borne so far.
    """

    class_id: str
    face: Exact
    balance: Exact
    rank: int = 1
    insured: bool = False
    interest_due: Exact = ZERO
    interest_arrears: Exact = ZERO
    basis_risk: Exact = ZERO
    insurer_arrears: Exact = ZERO
    written_down: Exact = ZERO


@attrs.frozen(kw_only=True)
class Means:
    """What the waterfall runs on.

    ``loss_to_allocate`` is realized losses net of recoveries that no class has borne yet. ``oc_target`` is None for a
    deal without overcollateralization. ``may_release`` is False while a trigger is in force.
    """

    interest_funds: Exact
    principal_funds: Exact
    derivatives_due: Exact = ZERO
    closing_pool: Exact
    losses_this_period: Exact = ZERO
    loss_to_allocate: Exact = ZERO
    recoveries: Exact = ZERO
    oc_target: Exact | None = None
    may_release: bool = True
    ordinal: int = 1


@attrs.frozen(kw_only=True)
class StepResult:
    """One step as it ran: what was available to it, what it claimed, what each class got, what it left."""

    step: Step
    available: Exact
    due: Exact
    paid: dict[str, Exact]
    left: Exact

    @property
    def total_paid(self) -> Exact:
        """Everything the step paid."""
        return total(self.paid.values())


@attrs.frozen(kw_only=True)
class ClassResult:
    """What one class got and where it stands after the distribution, in dollars."""

    claim: Claim
    interest_paid: Exact
    principal_paid: Exact
    extra_principal: Exact
    basis_risk_paid: Exact
    residual_paid: Exact
    insurer_interest: Exact
    insurer_principal: Exact
    loss: Exact
    written_up: Exact
    closing_balance: Exact

    @property
    def interest_shortfall(self) -> Exact:
        """Interest still unpaid after the distribution: arrears carried out."""
        owed = self.claim.interest_due + self.claim.interest_arrears
        return (owed - self.interest_paid - self.insurer_interest).named("unpaid interest carried forward")

    @property
    def basis_risk_unpaid(self) -> Exact:
        """Basis risk shortfall still unpaid after the distribution."""
        return (self.claim.basis_risk - self.basis_risk_paid).named("basis risk shortfall carried forward")

    @property
    def all_principal(self) -> Exact:
        """Principal from every source."""
        return total((self.principal_paid, self.extra_principal, self.insurer_principal))

    @property
    def distribution(self) -> Exact:
        """Everything paid to the class."""
        return total(
            (self.interest_paid, self.basis_risk_paid, self.residual_paid, self.insurer_interest, self.all_principal)
        )


@attrs.frozen(kw_only=True)
class WaterfallResult:
    """The whole waterfall: every class, every step, and the structural amounts."""

    classes: dict[str, ClassResult]
    steps: tuple[StepResult, ...]
    excess: Exact
    released: Exact
    extra_principal: Exact
    closing_bonds: Exact
    overcollateralization: Exact
    derivatives_paid: Exact
    left_over: Exact


class _Run:
    """One run: the funds as they shrink and the claims as they are met."""

    def __init__(self, claims: Sequence[Claim], means: Means) -> None:
        self.claims = {claim.class_id: claim for claim in claims}
        self.means = means
        self.interest = means.interest_funds
        self.released = self._release()
        self.principal = means.principal_funds - self.released if self.released else means.principal_funds
        self.paid: dict[str, dict[str, Exact]] = {
            kind: {} for kind in ("interest", "principal", "extra", "basis risk", "residual", "insurer")
        }
        self.derivatives_paid = ZERO
        self.steps: list[StepResult] = []
        self.excess: Exact | None = None
        self._excess_spread = self.released

    def _bonds(self) -> Exact:
        return total(claim.balance for claim in self.claims.values())

    def _release(self) -> Exact:
        """Overcollateralization above its target is not paid as principal: it joins the excess."""
        means = self.means
        if means.oc_target is None or not means.may_release:
            return ZERO
        reached = means.closing_pool - (self._bonds() - means.principal_funds)
        above = reached - means.oc_target
        if above.value <= 0:
            return ZERO
        return least(means.principal_funds, above).named(
            "overcollateralization release", "least of principal funds and overcollateralization above target"
        )

    def outstanding(self, class_id: str) -> Exact:
        """The balance of a class after the principal paid so far in this run."""
        paid = [self.paid[kind][class_id] for kind in ("principal", "extra") if class_id in self.paid[kind]]
        balance = self.claims[class_id].balance
        return balance - total(paid) if paid else balance

    def available(self, source: Source) -> Exact:
        """What a step may use."""
        if source is Source.PRINCIPAL:
            return self.principal
        interest = self.interest + self._excess_spread if self._excess_spread else self.interest
        return interest if source is Source.INTEREST else interest + self.principal

    def spend(self, source: Source, amount: Exact) -> None:
        """Take what a step paid: interest funds first, then released principal, then principal."""
        if not amount.value:
            return
        if source is Source.PRINCIPAL:
            self.principal = self.principal - amount
            return
        from_interest = least(amount, greatest(self.interest, ZERO))
        self.interest = self.interest - from_interest
        rest = amount - from_interest
        if rest.value:
            from_release = least(rest, self._excess_spread)
            self._excess_spread = self._excess_spread - from_release
            rest = rest - from_release
        if rest.value:
            self.principal = self.principal - rest

    def pay(self, step: Step, source: Source, kind: str, due: Exact, shares: dict[str, Exact]) -> None:
        """Record a step's payments and take them out of the funds."""
        available = self.available(source)
        for class_id, amount in shares.items():
            held = self.paid[kind].get(class_id)
            self.paid[kind][class_id] = amount if held is None else held + amount
        self.spend(source, total(shares.values()))
        self.steps.append(StepResult(step=step, available=available, due=due, paid=shares, left=self.available(source)))


def share_out(
    amount: Exact, claims: Mapping[str, Exact], sharing: Sharing, weights: Mapping[str, Exact]
) -> dict[str, Exact]:
    """Split an amount over claims, none of which gets more than it claims.

    Sequential pays in order. The pro rata ways split by weight; what one class cannot take goes round again to those
    that can. Amounts stay unrounded.
    """
    if sharing is Sharing.SEQUENTIAL:
        shares: dict[str, Exact] = {}
        left = amount
        for name, claim in claims.items():
            shares[name] = least(left, claim) if left.value > 0 else ZERO
            if shares[name].value:
                left = left - shares[name]
        return shares
    return _pro_rata(amount, claims, weights)


def _pro_rata(amount: Exact, claims: Mapping[str, Exact], weights: Mapping[str, Exact]) -> dict[str, Exact]:
    whole = total(claims.values())
    if whole.value <= amount.value:
        return dict(claims)
    shares = dict.fromkeys(claims, ZERO)
    open_names = [name for name in claims if claims[name].value > 0]
    left = amount
    while open_names and left.value > 0:
        weight = total(weights[name] for name in open_names)
        if weight.value == 0:
            break
        split = {name: left * weights[name] / weight for name in open_names}
        filled = [name for name in open_names if split[name].value >= claims[name].value]
        if not filled:
            shares.update(split)
            break
        for name in filled:
            shares[name] = claims[name]
            left = left - claims[name]
        open_names = [name for name in open_names if name not in filled]
    return shares


def _weights(run: _Run, sharing: Sharing, claims: Mapping[str, Exact]) -> Mapping[str, Exact]:
    if sharing is Sharing.PRO_RATA_FACE:
        return {name: run.claims[name].face for name in claims}
    if sharing is Sharing.PRO_RATA_BALANCE:
        return {name: run.claims[name].balance for name in claims}
    return claims


def _distribute(
    run: _Run,
    step: Step,
    source: Source,
    sharing: Sharing,
    kind: str,
    claims: dict[str, Exact],
    limit: Exact | None = None,
) -> None:
    due = total(claims.values()) if claims else ZERO
    available = greatest(run.available(source), ZERO)
    amount = available if limit is None else least(available, greatest(limit, ZERO))
    shares = share_out(amount, claims, sharing, _weights(run, sharing, claims))
    run.pay(step, source, kind, due if limit is None else greatest(limit, ZERO), shares)


def _pay_derivatives(run: _Run, step: PayDerivatives) -> None:
    due = run.means.derivatives_due
    available = run.available(step.source)
    paid = least(due, greatest(available, ZERO)).named("derivative payments") if due.value else due
    run.derivatives_paid = paid
    run.spend(step.source, paid)
    run.steps.append(
        StepResult(step=step, available=available, due=due, paid={"": paid}, left=run.available(step.source))
    )


def _pay_interest(run: _Run, step: PayInterest) -> None:
    claims = {name: run.claims[name].interest_due + run.claims[name].interest_arrears for name in step.classes}
    _distribute(run, step, step.source, step.sharing, "interest", claims)


def _pay_principal(run: _Run, step: PayPrincipal) -> None:
    if run.means.ordinal <= step.lockout_months:
        return
    claims = {name: run.outstanding(name) for name in step.classes}
    _distribute(run, step, step.source, step.sharing, "principal", claims)


def _excess(run: _Run) -> Exact:
    if run.excess is None:
        run.excess = run.interest.named(
            "net monthly excess cashflow", "interest funds less derivative payments and class interest"
        )
    return run.excess


def _build_overcollateralization(run: _Run, step: BuildOvercollateralization) -> None:
    _excess(run)
    if run.means.oc_target is None:
        return
    bonds = total(run.outstanding(name) for name in run.claims)
    gap = run.means.oc_target - (run.means.closing_pool - bonds)
    claims = {name: run.outstanding(name) for name in step.classes}
    _distribute(run, step, step.source, step.sharing, "extra", claims, gap)


def _cover_losses(run: _Run, step: CoverLosses) -> None:
    _excess(run)
    claims = {name: run.outstanding(name) for name in step.classes}
    _distribute(run, step, step.source, step.sharing, "extra", claims, run.means.losses_this_period)


def _pay_basis_risk(run: _Run, step: PayBasisRisk) -> None:
    _excess(run)
    claims = {name: run.claims[name].basis_risk for name in step.classes}
    _distribute(run, step, step.source, step.sharing, "basis risk", claims)


def _reimburse_insurer(run: _Run, step: ReimburseInsurer) -> None:
    claims = {name: run.claims[name].insurer_arrears for name in step.classes}
    _distribute(run, step, step.source, step.sharing, "insurer", claims)


def _pay_residual(run: _Run, step: PayResidual) -> None:
    _excess(run)
    left = greatest(run.available(step.source), ZERO)
    run.pay(step, step.source, "residual", left, {step.classes[0]: left})


_RUNNERS: dict[type[Step], Callable[[_Run, object], None]] = {
    PayDerivatives: _pay_derivatives,  # type: ignore[dict-item]
    PayInterest: _pay_interest,  # type: ignore[dict-item]
    PayPrincipal: _pay_principal,  # type: ignore[dict-item]
    BuildOvercollateralization: _build_overcollateralization,  # type: ignore[dict-item]
    CoverLosses: _cover_losses,  # type: ignore[dict-item]
    PayBasisRisk: _pay_basis_risk,  # type: ignore[dict-item]
    ReimburseInsurer: _reimburse_insurer,  # type: ignore[dict-item]
    PayResidual: _pay_residual,  # type: ignore[dict-item]
}


def _losses(run: _Run, balances: dict[str, Exact]) -> dict[str, Exact]:
    """Write classes down, the highest rank first, by losses that leave the bonds above the pool."""
    means = run.means
    above = total(balances.values()) - means.closing_pool
    left = least(above, means.loss_to_allocate)
    losses: dict[str, Exact] = {}
    for rank in sorted({claim.rank for claim in run.claims.values()}, reverse=True):
        if left.value <= 0:
            break
        bearing = {name: balances[name] for name, claim in run.claims.items() if claim.rank == rank}
        whole = total(bearing.values())
        if whole.value <= 0:
            continue
        borne = least(left, whole)
        shares = share_out(borne, bearing, Sharing.PRO_RATA_BALANCE, bearing)
        for name, amount in _to_the_cent(shares, borne).items():
            losses[name] = amount
        left = left - borne
    return losses


def _to_the_cent(shares: Mapping[str, Exact], whole: Exact) -> dict[str, Exact]:
    """Round shares to the cent; the last one takes what rounding leaves, so that they sum to the whole."""
    names = [name for name in shares if shares[name].value]
    rounded = {name: shares[name].rounded("share to the cent") for name in names[:-1]}
    if names:
        taken = total(rounded.values()) if rounded else ZERO
        rounded[names[-1]] = (whole - taken).rounded("share to the cent")
    return rounded


def _write_ups(run: _Run) -> dict[str, Exact]:
    """Write classes up by recoveries on earlier losses, the lowest rank first."""
    left = run.means.recoveries
    found: dict[str, Exact] = {}
    for claim in sorted(run.claims.values(), key=lambda item: item.rank):
        if left.value <= 0 or claim.written_down.value <= 0:
            continue
        found[claim.class_id] = least(left, claim.written_down)
        left = left - found[claim.class_id]
    return found


def run_waterfall(
    steps: Iterable[Step], claims: Sequence[Claim], means: Means, rounding: Rounding = Rounding.HALF_UP
) -> WaterfallResult:
    """Run the steps in order and return what every class got.

    Raises :class:`ValueError` where a step names a class without a claim; the terms' own checks exclude that.
    """
    written_up = _write_ups_first(claims, means)
    raised = [
        attrs.evolve(claim, balance=claim.balance + written_up[claim.class_id])
        if claim.class_id in written_up
        else claim
        for claim in claims
    ]
    run = _Run(raised, means)
    for step in steps:
        _RUNNERS[type(step)](run, step)
    excess = _excess(run)
    after = {name: run.outstanding(name).rounded("closing class balance", rounding) for name in run.claims}
    losses = _losses(run, after)
    classes = {claim.class_id: _result(run, claim, after, losses, written_up) for claim in claims}
    bonds = total(item.closing_balance for item in classes.values()).named("closing bonds")
    return WaterfallResult(
        classes=classes,
        steps=tuple(run.steps),
        excess=excess,
        released=run.released,
        extra_principal=total(run.paid["extra"].values()) if run.paid["extra"] else ZERO,
        closing_bonds=bonds,
        overcollateralization=(means.closing_pool - bonds).named(
            "overcollateralization", "closing pool balance less closing bonds"
        ),
        derivatives_paid=run.derivatives_paid,
        left_over=run.available(Source.AVAILABLE),
    )


def _write_ups_first(claims: Sequence[Claim], means: Means) -> dict[str, Exact]:
    if not means.recoveries.value:
        return {}
    return _write_ups(_Run(claims, attrs.evolve(means, oc_target=None)))


def _result(
    run: _Run, claim: Claim, after: Mapping[str, Exact], losses: Mapping[str, Exact], written_up: Mapping[str, Exact]
) -> ClassResult:
    name = claim.class_id
    paid = {kind: amounts.get(name, ZERO) for kind, amounts in run.paid.items()}
    loss = losses.get(name, ZERO)
    closing = after[name] - loss if loss.value else after[name]
    owed = claim.interest_due + claim.interest_arrears
    insured_interest = owed - paid["interest"] if claim.insured and owed > paid["interest"] else ZERO
    return ClassResult(
        claim=claim,
        interest_paid=paid["interest"],
        principal_paid=paid["principal"],
        extra_principal=paid["extra"],
        basis_risk_paid=paid["basis risk"],
        residual_paid=paid["residual"],
        insurer_interest=insured_interest,
        insurer_principal=loss if claim.insured else ZERO,
        loss=ZERO if claim.insured else loss,
        written_up=written_up.get(name, ZERO),
        closing_balance=closing.named("closing class balance"),
    )

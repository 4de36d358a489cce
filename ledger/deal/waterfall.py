"""Running a deal's waterfall: an ordered tuple of steps over the funds of a month.

A run goes through four phases, always in this order. Recoveries write classes up that bore a loss before, the lowest
rank first. The funds are opened: what is below zero is made up out of the other funds, and overcollateralization above
its target leaves the principal for the excess. Every step then runs once, in the order of the terms: it sees what the
steps before it left and never more than that, so a run is bounded by its steps times its classes. At the end class
balances are rounded to the cent and what the bonds then stand above the pool is written off, the highest rank first.

Four amounts are kept apart for every claim: what was *due* this period, what was *paid*, the *shortfall* of this period
and the *arrears* carried in from earlier ones. Principal and the residual stay unrounded; a class's closing balance is
rounded to the cent once, at the end, as trustees do (filing, page 2: the class table carries thousandths, the balances
cents). What is claimed in cents (interest, basis risk, the insurer's claims) is paid in whole cents, so that arrears
are whole cents too.

Nothing fails for want of money: what cannot be paid stays due. A run raises only where a step names a class without a
claim, or is none of the steps that there are, and the terms' own checks exclude both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from ledger.deal.sharing import rounded_down, share_out, to_the_cent
from ledger.deal.steps import (
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
from ledger.deal.terms import CURRENT_RULES
from ledger.values.exact import ZERO, Exact, greatest, least, total
from ledger.values.money import CENT, Rounding


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

    ``loss_to_allocate`` is realized losses net of recoveries that no class has borne yet. ``recoveries`` are those of
    this period, cash that is part of the principal funds. ``oc_target`` is None for a deal without
    overcollateralization. ``may_release`` is False while a trigger is in force. Funds below zero (fees above interest
    collections, say) are made up out of the other funds before any step runs. ``rules`` are those of the deal; before
    the third, contracts were paid out of interest alone, the excess could lie below zero, the part of a cent that no
    claim can be paid was excess, and closing balances were rounded together even where they were within a cent.
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
    rules: int = CURRENT_RULES


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
    """What one class got and where it stands after the distribution, in dollars.

    In print: ``closing_balance`` is the "current principal balance" ("ending").
    """

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
    def all_interest(self) -> Exact:
        """Everything that is not principal, from every source."""
        return total((self.interest_paid, self.basis_risk_paid, self.residual_paid, self.insurer_interest))

    @property
    def distribution(self) -> Exact:
        """Everything paid to the class."""
        return total(
            (self.interest_paid, self.basis_risk_paid, self.residual_paid, self.insurer_interest, self.all_principal)
        )


@attrs.frozen(kw_only=True)
class WaterfallResult:
    """The whole waterfall: every class, every step, and the structural amounts, in dollars.

    In print: ``excess`` is "Current Periods Net Monthly Excess Cashflow", ``released`` is
    "Current Periods Overcollateralization Release", ``extra_principal`` is
    "Current Periods Extra Principal Distribution", ``overcollateralization`` is
    "Current Periods Overcollateralization Amt".
    """

    classes: dict[str, ClassResult]
    steps: tuple[StepResult, ...]
    excess: Exact
    released: Exact
    extra_principal: Exact
    closing_bonds: Exact
    overcollateralization: Exact
    derivatives_paid: Exact
    left_over: Exact

    def insurer_reimbursed(self, class_id: str) -> Exact:
        """Return what the insurer of a class was repaid; it is no payment to the class."""
        steps = [item for item in self.steps if isinstance(item.step, ReimburseInsurer)]
        return total(item.paid[class_id] for item in steps if class_id in item.paid)


class _Run:
    """One run: the funds as they shrink and the claims as they are met."""

    def __init__(self, claims: Sequence[Claim], means: Means) -> None:
        self.claims = {claim.class_id: claim for claim in claims}
        self.means = means
        self.interest, principal = _made_up(means.interest_funds, means.principal_funds)
        self.released = self._release(principal)
        self.principal = principal - self.released if self.released else principal
        self.paid: dict[str, dict[str, Exact]] = {
            kind: {} for kind in ("interest", "principal", "extra", "basis risk", "residual", "insurer")
        }
        self.derivatives_paid = ZERO
        self.aside = ZERO
        self.steps: list[StepResult] = []
        self.excess: Exact | None = None
        self._excess_spread = self.released

    def _bonds(self) -> Exact:
        return total(claim.balance for claim in self.claims.values())

    def _release(self, principal: Exact) -> Exact:
        """Overcollateralization above its target is not paid as principal: it joins the excess."""
        means = self.means
        if means.oc_target is None or not means.may_release:
            return ZERO
        left = self._bonds() - principal
        # Principal beyond what the bonds are owed retires none of them, and backs none.
        reached = means.closing_pool - (greatest(left, ZERO) if means.rules > 2 else left)
        above = reached - means.oc_target
        if above.value <= 0 or not principal.value:
            return ZERO
        return least(principal, above).named(
            "overcollateralization release", "least of principal funds and overcollateralization above target"
        )

    def outstanding(self, class_id: str) -> Exact:
        """The balance of a class after the principal paid so far in this run."""
        paid = [self.paid[kind][class_id] for kind in ("principal", "extra") if class_id in self.paid[kind]]
        balance = self.claims[class_id].balance
        return balance - total(paid) if paid else balance

    def claim(self, class_id: str, kind: str, due: Exact) -> Exact:
        """What is left of a claim after earlier steps of the same kind."""
        paid = self.paid[kind].get(class_id)
        return due if paid is None or not paid.value else due - paid

    def available(self, source: Source) -> Exact:
        """What a step may use."""
        if source is Source.PRINCIPAL:
            return self.principal
        interest = self.interest + self._excess_spread if self._excess_spread else self.interest
        return interest if source is Source.INTEREST else interest + self.principal

    def for_claims(self, source: Source) -> Exact:
        """What a step may use for what classes and their insurer are owed beside principal.

        Principal that no bond is owed is nobody's principal; from the third rules on these claims come before whoever
        gets what is left of it. It is no release, for it leaves no bond with less behind it.
        """
        available = self.available(source)
        if self.means.rules < 3 or source is not Source.INTEREST:
            return available
        beyond = self.principal - total(self.outstanding(name) for name in self.claims)
        return available + beyond if beyond.value > 0 else available

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

    def set_aside(self, source: Source, amount: Exact) -> None:
        """Keep the part of a cent that claims still unpaid could not be paid: no later claim is paid before them."""
        self.spend(source, amount)
        self.aside = self.aside + amount

    def pay(self, step: Step, source: Source, kind: str, due: Exact, shares: dict[str, Exact]) -> None:
        """Record a step's payments and take them out of the funds."""
        available = self.available(source)
        for class_id, amount in shares.items():
            held = self.paid[kind].get(class_id)
            self.paid[kind][class_id] = amount if held is None else held + amount
        self.spend(source, total(shares.values()))
        self.steps.append(StepResult(step=step, available=available, due=due, paid=shares, left=self.available(source)))


def _made_up(interest: Exact, principal: Exact) -> tuple[Exact, Exact]:
    """Make funds below zero up out of the other funds: cash is one, and none of it can be paid out twice.

    Fees can exceed interest collections; a liquidation without proceeds leaves principal funds below zero, its accrued
    interest standing among the interest. What neither can cover stays with interest, below zero, and nothing is paid.
    """
    if interest.value >= 0 and principal.value >= 0:
        return interest, principal
    both = interest + principal
    return (ZERO, both) if interest.value < 0 < both.value else (both, ZERO)


def _weights(run: _Run, sharing: Sharing, claims: Mapping[str, Exact]) -> Mapping[str, Exact]:
    if sharing is Sharing.PRO_RATA_FACE:
        return {name: run.claims[name].face for name in claims}
    if sharing is Sharing.PRO_RATA_BALANCE:
        return {name: run.claims[name].balance for name in claims}
    return claims


def _pay_claims(
    run: _Run, step: PayInterest | PayBasisRisk | ReimburseInsurer, kind: str, dues: dict[str, Exact]
) -> None:
    """Pay claims in whole cents; a fraction of a cent that cannot be paid stays in the funds."""
    due = total(dues.values())
    claims = {name: rounded_down(amount, "payable claim") for name, amount in dues.items()}
    amount = least(greatest(run.for_claims(step.source), ZERO), total(claims.values()))
    payable = rounded_down(amount, "payable funds")
    shares = share_out(payable, claims, step.sharing, _weights(run, step.sharing, claims))
    run.pay(step, step.source, kind, due, to_the_cent(shares, "share to the cent"))
    if run.means.rules > 2 and payable < amount:
        run.set_aside(step.source, amount - payable)


def _pay_balances(
    run: _Run, step: PayPrincipal | BuildOvercollateralization | CoverLosses, kind: str, limit: Exact | None = None
) -> None:
    """Pay principal, up to the class balances and to the limit."""
    claims = {name: run.outstanding(name) for name in step.classes}
    amount = greatest(run.available(step.source), ZERO)
    due = total(claims.values())
    if limit is not None:
        due = greatest(limit, ZERO)
        amount = least(amount, due)
    run.pay(step, step.source, kind, due, share_out(amount, claims, step.sharing, _weights(run, step.sharing, claims)))


def _pay_derivatives(run: _Run, step: PayDerivatives) -> None:
    due = run.means.derivatives_due
    available = run.available(step.source)
    paid = least(due, greatest(available, ZERO)).named("derivative payments") if due.value else due
    run.spend(step.source, paid)
    if run.means.rules > 2 and step.source is Source.INTEREST:
        # What was paid under a contract is gone, whatever interest there was: the rest came out of principal.
        rest = least(due - paid, greatest(run.principal, ZERO))
        if rest.value:
            run.spend(Source.PRINCIPAL, rest)
            paid = paid + rest
    run.derivatives_paid = paid
    run.steps.append(
        StepResult(step=step, available=available, due=due, paid={"": paid}, left=run.available(step.source))
    )


def _pay_principal(run: _Run, step: PayPrincipal) -> None:
    if run.means.ordinal <= step.lockout_months:
        run.pay(step, step.source, "principal", ZERO, dict.fromkeys(step.classes, ZERO))
    else:
        _pay_balances(run, step, "principal")


def _excess(run: _Run) -> Exact:
    if run.excess is None:
        left = run.interest if run.means.rules < 3 else greatest(run.interest, ZERO)
        run.excess = left.named(
            "net monthly excess cashflow", "interest funds less derivative payments and class interest"
        )
    return run.excess


def _build_overcollateralization(run: _Run, step: BuildOvercollateralization) -> None:
    if run.means.oc_target is not None:
        bonds = total(run.outstanding(name) for name in run.claims)
        _pay_balances(run, step, "extra", run.means.oc_target - (run.means.closing_pool - bonds))


def _pay_residual(run: _Run, step: PayResidual) -> None:
    left = greatest(run.available(step.source), ZERO)
    run.pay(step, step.source, "residual", left, dict.fromkeys(step.classes[:1], left))


def _run_step(run: _Run, step: Step) -> None:
    unknown = [name for name in step.classes if name not in run.claims]
    if unknown:
        raise ValueError(f"step {step.step} names class {unknown[0]!r}, which has no claim")
    claims = {name: run.claims[name] for name in step.classes}
    if isinstance(step, BuildOvercollateralization | CoverLosses | PayBasisRisk | PayResidual):
        _excess(run)
    match step:
        case PayDerivatives():
            _pay_derivatives(run, step)
        case PayInterest():
            owed = {name: item.interest_due + item.interest_arrears for name, item in claims.items()}
            _pay_claims(run, step, "interest", {name: run.claim(name, "interest", owed[name]) for name in owed})
        case PayPrincipal():
            _pay_principal(run, step)
        case BuildOvercollateralization():
            _build_overcollateralization(run, step)
        case CoverLosses():
            _pay_balances(run, step, "extra", run.means.losses_this_period)
        case PayBasisRisk():
            dues = {name: run.claim(name, "basis risk", item.basis_risk) for name, item in claims.items()}
            _pay_claims(run, step, "basis risk", dues)
        case ReimburseInsurer():
            dues = {name: run.claim(name, "insurer", item.insurer_arrears) for name, item in claims.items()}
            _pay_claims(run, step, "insurer", dues)
        case PayResidual():
            _pay_residual(run, step)
        case _:
            raise ValueError(f"{type(step).__name__} is no step that a waterfall can run")


def _losses(run: _Run, balances: Mapping[str, Exact], written_up: Mapping[str, Exact]) -> dict[str, Exact]:
    """Write classes down, the highest rank first, by losses that leave the bonds above the pool.

    What a class was written up by this month is no longer borne by it, so it can be lost again. Only whole cents are
    lost: what lies below is the rounding of class balances.
    """
    means = run.means
    unborne = total((means.loss_to_allocate, *written_up.values()))
    left = rounded_down(least(total(balances.values()) - means.closing_pool, unborne), "loss in whole cents")
    losses: dict[str, Exact] = {}
    for rank in sorted({claim.rank for claim in run.claims.values()}, reverse=True):
        if left.value <= 0:
            break
        bearing = {name: balances[name] for name, claim in run.claims.items() if claim.rank == rank}
        borne = least(left, total(bearing.values()))
        if borne.value > 0:
            shares = share_out(borne, bearing, Sharing.PRO_RATA_BALANCE, bearing)
            losses.update(to_the_cent(shares, "loss of the class"))
            left = left - borne
    return losses


def _write_ups(claims: Sequence[Claim], recoveries: Exact) -> dict[str, Exact]:
    """Write classes up by recoveries on earlier losses, the lowest rank first, one rank pro rata on what it lost."""
    left = rounded_down(recoveries, "recoveries in whole cents")
    found: dict[str, Exact] = {}
    for rank in sorted({claim.rank for claim in claims}):
        lost = {
            item.class_id: item.written_down for item in claims if item.rank == rank and item.written_down.value > 0
        }
        if left.value <= 0 or not lost:
            continue
        restored = least(left, total(lost.values()))
        found.update(to_the_cent(share_out(restored, lost, Sharing.PRO_RATA_CLAIM, lost), "write-up of the class"))
        left = left - restored
    return {name: amount for name, amount in found.items() if amount.value}


def run_waterfall(
    steps: Iterable[Step], claims: Sequence[Claim], means: Means, rounding: Rounding = Rounding.HALF_UP
) -> WaterfallResult:
    """Run the steps in order and return what every class got.

    Raises :class:`ValueError` where a step names a class without a claim; the terms' own checks exclude that.
    """
    written_up = _write_ups(claims, means.recoveries)
    raised = [
        attrs.evolve(claim, balance=claim.balance + written_up[claim.class_id])
        if claim.class_id in written_up
        else claim
        for claim in claims
    ]
    run = _Run(raised, means)
    for step in steps:
        _run_step(run, step)
    excess = _excess(run)
    # Every class is rounded by itself, as long as together they stay within a cent.
    outstanding, bearing = {name: run.outstanding(name) for name in run.claims}, CENT * (means.rules > 2)
    after = to_the_cent(outstanding, "closing class balance", rounding, bearing=bearing)
    losses = _losses(run, after, written_up)
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
        left_over=run.available(Source.AVAILABLE) + run.aside if run.aside else run.available(Source.AVAILABLE),
    )


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

"""One run of a waterfall: the funds as they shrink and the claims as they are met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from ledger.deal.steps import (
    Bounded,
    PayPremiums,
    PayReportedPrincipal,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    Source,
    Step,
)
from ledger.deal.structure import Sharing
from ledger.values.exact import ZERO, Exact, greatest, least, term, total
from ledger.waterfall.amounts import AccountResult, Claim, FeeResult, Means, StepResult
from ledger.waterfall.funds import Funds
from ledger.waterfall.shifting import Shifted

KINDS = ("interest", "principal", "extra", "basis risk", "residual", "insurer", "deferred", "premiums", "losses")
"""What a class can be paid; what is deferred is added to its balance instead."""


@attrs.define
class AccountPosition:
    """An account as it stands while a run goes on."""

    opening: Exact
    drawn_interest: Exact = ZERO
    drawn_principal: Exact = ZERO
    released: Exact = ZERO
    funded: Exact = ZERO
    target: Exact | None = None

    @property
    def balance(self) -> Exact:
        """What the account holds."""
        taken = [item for item in (self.drawn_interest, self.drawn_principal, self.released) if item.value]
        held = self.opening + self.funded if self.funded.value else self.opening
        return held - total(taken) if taken else held

    def result(self) -> AccountResult:
        """Return what became of the account."""
        return AccountResult(
            opening=self.opening,
            drawn_interest=self.drawn_interest,
            drawn_principal=self.drawn_principal,
            released=self.released,
            funded=self.funded,
            target=self.target,
            closing=self.balance.named("closing balance of the account"),
        )


class Run:
    """One run: the funds as they shrink and the claims as they are met."""

    def __init__(self, steps: Sequence[Step], claims: Sequence[Claim], means: Means) -> None:
        self.order = tuple(steps)
        self.claims = {claim.class_id: claim for claim in claims}
        self.means = means
        self.premiums = _premiums(steps, means)
        self.funds = Funds(_pots(steps, means, self.premiums))
        self._fill_up()
        self.released_by_group = self._release_groups()
        self.accounts = {name: AccountPosition(item.balance) for name, item in means.accounts.items()}
        self.fees_paid = dict.fromkeys(means.fees, ZERO)
        self.drawn_for_losses = ZERO
        self.released = self._release(self.funds.principal())
        self.funds.release(self.released)
        if self.released_by_group:
            self.released = total(self.released_by_group.values())
        self.paid: dict[str, dict[str, Exact]] = {kind: {} for kind in KINDS}
        self.shifted: list[tuple[PaySeniorPrincipal, Shifted]] = []
        self.crossed: list[tuple[tuple[str, ...], Exact]] = []
        self.failing: dict[tuple[str, ...], set[str]] = {}
        self.losses_of_principal: dict[str, Exact] = {}
        self.derivatives_paid = ZERO
        self.aside = ZERO
        self.set_aside_to_buy = ZERO
        self.draws_repaid = ZERO
        self.draws_repaid_by_group: dict[str, Exact] = {}
        self.steps: list[StepResult] = []
        self.excess: Exact | None = None

    def _fill_up(self) -> None:
        """Let premiums make up what nothing else does: cash that is not there can be paid to nobody."""
        for group, amount in self.premiums.items():
            missing = least(greatest(-self.funds.interest(), ZERO), greatest(amount, ZERO))
            if missing.value:
                self.premiums[group] = amount - missing
                self.funds.add(Source.INTEREST, missing)

    def take_premiums(self, groups: Sequence[str]) -> Exact:
        """Return the premiums of some groups that are not paid yet, or of all, and leave none of them."""
        chosen = [name for name in (groups or self.premiums) if name in self.premiums]
        found = total(greatest(self.premiums[name], ZERO) for name in chosen)
        self.premiums.update(dict.fromkeys(chosen, ZERO))
        return found.named("prepayment premiums")

    def fee_results(self) -> dict[str, FeeResult]:
        """Return what was owed and paid of every fee in the waterfall."""
        return {
            name: FeeResult(due=claim.due, arrears=claim.arrears, paid=self.fees_paid[name])
            for name, claim in self.means.fees.items()
        }

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

    @property
    def backing(self) -> Exact:
        """What backs the bonds after the distribution: the pool, and principal that was not paid but still backs it."""
        kept = [amount for amount in (self.set_aside_to_buy, self.draws_repaid) if amount.value]
        return total((self.means.closing_pool, *kept)) if kept else self.means.closing_pool

    def backing_of(self, group: str) -> Exact:
        """What backs the classes of a group: its pool, and what was repaid of draws that the seller had funded."""
        pool = self.means.groups[group].closing_pool
        return pool + self.draws_repaid_by_group[group] if group in self.draws_repaid_by_group else pool

    def backed_by(self, group: str) -> list[str]:
        """The classes that a loan group alone backs."""
        return [name for name, claim in self.claims.items() if claim.groups == (group,)]

    def _release_groups(self) -> dict[str, Exact]:
        """What each group with a target of its own stands above it goes to its excess, out of its principal alone."""
        found: dict[str, Exact] = {}
        for group, wanted in self.means.group_targets.items():
            principal = greatest(self.funds.principal((group,)), ZERO)
            bonds = total(self.claims[name].balance for name in self.backed_by(group))
            reached = self.means.groups[group].closing_pool - greatest(bonds - principal, ZERO)
            above = reached - wanted.target
            found[group] = ZERO
            if wanted.may_release and above.value > 0 and principal.value:
                found[group] = least(principal, above).named(
                    f"overcollateralization release of group {group}",
                    "least of the group's principal funds and its overcollateralization above target",
                )
                self.funds.release_of(group, found[group])
        return found

    def outstanding(self, class_id: str) -> Exact:
        """The balance of a class after the principal paid so far in this run, and the interest added to it."""
        paid = [self.paid[kind][class_id] for kind in ("principal", "extra") if class_id in self.paid[kind]]
        balance = self.claims[class_id].balance
        if class_id in self.paid["deferred"]:
            balance = balance + self.paid["deferred"][class_id]
        return balance - total(paid) if paid else balance

    def claim(self, class_id: str, kind: str, due: Exact) -> Exact:
        """What is left of a claim after earlier steps of the same kind."""
        paid = self.paid[kind].get(class_id)
        return due if paid is None or not paid.value else due - paid

    def weights(self, sharing: Sharing, claims: Mapping[str, Exact]) -> Mapping[str, Exact]:
        """What classes share by: their faces, their balances before the distribution, or what they claim."""
        if sharing is Sharing.PRO_RATA_FACE:
            return {name: self.claims[name].face for name in claims}
        if sharing is Sharing.PRO_RATA_BALANCE:
            return {name: self.claims[name].balance for name in claims}
        return claims

    def owed(self, claim: Claim) -> Exact:
        """The interest that a class is owed, less what was added to its balance instead."""
        owed = claim.interest_due + claim.interest_arrears
        deferred = self.paid["deferred"].get(claim.class_id)
        return owed if deferred is None or not deferred.value else owed - deferred

    def note_excess(self) -> Exact:
        """The excess cashflow: the interest funds as they stand when it is first asked for."""
        if self.excess is None:
            interest = self.funds.interest()
            left = interest if self.means.rules < 3 else greatest(interest, ZERO)
            self.excess = left.named(
                "net monthly excess cashflow", "interest funds less derivative payments and class interest"
            )
        return self.excess

    def available(self, step: Step, source: Source) -> Exact:
        """What a step may use."""
        return self.funds.available(source, step.groups if isinstance(step, Bounded) else ())

    def shared(self, step: Step, amount: Exact) -> Exact:
        """The part of the amount that the step may use."""
        if isinstance(step, Bounded) and step.share is not None:
            return amount * term(step.share, "share that the step may use")
        return amount

    def capped(self, step: Step, amount: Exact) -> Exact:
        """The amount as far as the step's cap lets it be paid."""
        if isinstance(step, Bounded) and step.cap is not None:
            return least(amount, term(step.cap, "cap of the step"))
        return amount

    def limited(self, step: Step, amount: Exact) -> Exact:
        """The amount as far as the step's share and its cap let it be used."""
        return self.capped(step, self.shared(step, amount))

    def usable(self, step: Step, source: Source) -> Exact:
        """What a step may use within its bounds, never below zero."""
        return self.limited(step, greatest(self.available(step, source), ZERO))

    def for_claims(self, step: Step, source: Source) -> Exact:
        """What a step may use for what classes and their insurer are owed beside principal, within its bounds.

        Principal that no bond is owed is nobody's principal; from the third rules on these claims come before whoever
        gets what is left of it. It is no release, for it leaves no bond with less behind it.
        """
        available = self.available(step, source)
        grouped = isinstance(step, Bounded) and bool(step.groups)
        if self.means.rules > 2 and source is Source.INTEREST and not grouped:
            beyond = self.funds.principal() - total(self.outstanding(name) for name in self.claims)
            available = available + beyond if beyond.value > 0 else available
        return self.limited(step, greatest(available, ZERO))

    def set_aside(self, step: Step, source: Source, amount: Exact) -> None:
        """Keep the part of a cent that claims still unpaid could not be paid: no later claim is paid before them."""
        self.funds.spend(source, amount, step.groups if isinstance(step, Bounded) else ())
        self.aside = self.aside + amount

    def pay(
        self,
        step: Bounded,
        source: Source,
        kind: str,
        due: Exact,
        shares: dict[str, Exact],
        found: Mapping[str, Exact] | None = None,
        out_of: Mapping[str, Exact] | None = None,
    ) -> None:
        """Record a step's payments and take them out of the funds: of its groups in their order, or as ``out_of`` says.

        What comes out of several groups must not be more than the payments together.
        """
        available = self.available(step, source)
        for class_id, amount in shares.items():
            held = self.paid[kind].get(class_id)
            self.paid[kind][class_id] = amount if held is None else held + amount
        first = _takes_principal_first(step)
        for groups, amount in (
            [(step.groups, total(shares.values()))]
            if out_of is None
            else [((name,), part) for name, part in out_of.items()]
        ):
            self.funds.spend(source, amount, groups, principal_first=first)
        self.steps.append(
            StepResult(
                step=step,
                available=available,
                due=due,
                paid=shares,
                left=self.available(step, source),
                found=found or {},
            )
        )


def _takes_principal_first(step: Bounded) -> bool:
    if isinstance(step, PayUnpaidLosses):
        return bool(step.subordinates)
    return isinstance(step, PaySeniorPrincipal | PaySubordinatePrincipal | PayReportedPrincipal | PayStrippedPrincipal)


def _premiums(steps: Sequence[Step], means: Means) -> dict[str, Exact]:
    """Return the premiums, by loan group, that steps pay to classes of their own."""
    claimed = [step for step in steps if isinstance(step, PayPremiums)]
    return {
        name: amount
        for name, amount in means.premiums.items()
        if amount.value and any(not step.groups or name in step.groups for step in claimed)
    }


def _pots(steps: Sequence[Step], means: Means, premiums: Mapping[str, Exact]) -> dict[str, tuple[Exact, Exact]]:
    """Keep the funds by group where a step names groups or a group has a target, else those of the deal together.

    Premiums stand apart.
    """
    named = any(isinstance(step, Bounded) and step.groups for step in steps)
    if means.groups and (named or means.group_targets):
        return {
            name: (item.interest - premiums[name] if name in premiums else item.interest, item.principal_funds)
            for name, item in means.groups.items()
        }
    interest = means.interest_funds - total(premiums.values()) if premiums else means.interest_funds
    return {"": (interest, means.principal_funds)}

"""The whole distribution: every projection of a month, in the order in which each needs the one before.

A fee on a class balance *after* the distribution needs the waterfall, and the waterfall needs the fees. Principal does
not depend on the fees, so the waterfall is run once for the balances and once more for the money. Extra principal does
depend on them, being what they leave of the excess: where there is any, runs are repeated until the balances that the
fees are on are those that come out (third rules; before, such a fee was reckoned before extra principal).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import attrs

from ledger.deal.schedule import Distribution
from ledger.deal.steps import (
    PayPremiums,
    PayPrincipal,
    PayReportedPrincipal,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    PrincipalKind,
    asks_of_groups,
)
from ledger.deal.terms import DealTerms, Fee
from ledger.deal.vocabulary import Bearer, ClassKind, FeeBasis, LossesBorne
from ledger.events.funding import RevolvingPeriodEnded
from ledger.journal.movements import RECOVERIES
from ledger.projections import bonds
from ledger.projections.bonds import ClassAccrual
from ledger.projections.cash import cash_to_pay, rounded_before
from ledger.projections.characteristics import Averages, averages
from ledger.projections.classes import ClassReport
from ledger.projections.collateral import Collateral, collateral, original_balances, original_counts
from ledger.projections.collection_account import CollectionAccount, collection_account, not_of_this_distribution
from ledger.projections.delinquency import Delinquency, delinquency
from ledger.projections.derivatives import Derivatives, derivatives
from ledger.projections.digest import VERSION_OF_RULES, digest
from ledger.projections.enhancement import Rates, rates, senior_enhancement
from ledger.projections.exchanges import ExchangeReport, exchanges
from ledger.projections.facts import Facts
from ledger.projections.fees import FeeBases, FeeLine, fee_lines
from ledger.projections.funding import backing_after, funding_account, seller_draws, seller_draws_by_group
from ledger.projections.instalments import Instalments, instalments
from ledger.projections.listed import (
    CapitalizedInterest,
    LiquidatedLoan,
    LiquidatedTotals,
    Prefunding,
    PrepaidLoan,
    PrepaidTotals,
    capitalized_interest_account,
    liquidated_loans,
    liquidated_totals,
    new_reo,
    original_prefunding,
    prefunded,
    prefunding,
    prepaid_loans,
    prepaid_totals,
    reo_originals,
    with_prefunded,
)
from ledger.projections.losses import Losses, losses, modified_loss, shared_loss
from ledger.projections.pool import LoanDetail
from ledger.projections.prepayments import Prepayments, prepayments
from ledger.projections.principal import group_means, principal_by_kind
from ledger.projections.servicing import Servicing, current_fee, servicing
from ledger.projections.shortfalls import Shortfalls, shortfalls
from ledger.projections.targets import group_targets, may_release, target
from ledger.projections.triggers import TriggerTest, trigger_tests
from ledger.projections.trust_accounts import (
    AccountReport,
    account_means,
    account_reports,
    balances_before,
    fee_claims,
)
from ledger.values.exact import ZERO, Exact, Origin, greatest, ratio, term, total
from ledger.values.glance import Glanced
from ledger.values.money import most_by_rounding
from ledger.waterfall.amounts import Claim, ClassResult, GroupTarget, Means, WaterfallResult
from ledger.waterfall.waterfall import run_waterfall


@attrs.frozen(kw_only=True)
class DistributionReport(Glanced):
    """Everything a statement prints of one distribution, as exact values.

    Of loans that became REO, ``new_reo_original`` is the "Total Original Principal Balance" and ``new_reo_balance`` the
    "Total Current Balance". ``original_counts`` and ``original_balances`` (dollars) are those at issue, by group and
    under ``total``; None where nobody says them. ``group_targets`` are the required overcollateralization of the groups
    that have their own. ``accounts`` are those of the trust that steps draw on and pay into. ``principal_kinds``
    are the principal funds by group and kind. ``funding_account`` is what stands there after the distribution.
    """

    deal: str
    terms: DealTerms
    distribution: Distribution
    known_through: int
    collateral: Collateral
    original_counts: dict[str, Exact | None]
    original_balances: dict[str, Exact | None]
    shortfalls: Shortfalls
    servicing: Servicing
    instalments: Instalments
    fees: tuple[FeeLine, ...]
    account: CollectionAccount
    held: Exact
    cash: Exact
    rounded_before: Exact
    derivatives: Derivatives
    delinquency: Delinquency
    averages: Averages
    prepayments: Prepayments
    losses: Losses
    prepaid_loans: tuple[PrepaidLoan, ...]
    liquidated_loans: tuple[LiquidatedLoan, ...]
    new_reo: tuple[LoanDetail, ...]
    new_reo_original: Exact | None
    new_reo_balance: Exact
    prefunding: Prefunding
    capitalized_interest: CapitalizedInterest
    funding_account: Exact
    rates: Rates
    index_rates: dict[str, Exact]
    triggers: tuple[TriggerTest, ...]
    oc_target: Exact | None
    waterfall: WaterfallResult
    classes: dict[str, ClassReport]
    principal_kinds: dict[str, dict[PrincipalKind, Exact]]
    group_targets: dict[str, GroupTarget] = attrs.field(factory=dict)
    accounts: dict[str, AccountReport] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        day = self.distribution.payment_date
        return (
            f"<DistributionReport {self.deal} {day}, known through {self.known_through}: {len(self.classes)} classes>"
        )

    def glance(self) -> Iterator[dict[str, object]]:
        """Yield what every class is paid, in dollars, as far as its amounts can be written out."""
        for name, item in self.classes.items():
            result = item.result
            amounts = {
                "opening_balance": item.accrual.opening_balance,
                "interest": result.all_interest,
                "principal": result.all_principal,
                "loss": result.loss,
                "closing_balance": result.closing_balance,
            }
            yield {"class": name, **{amount: value.decimal for amount, value in amounts.items()}}

    @property
    def exchangeable(self) -> tuple[ExchangeReport, ...]:
        """The exchangeable classes, which stand for parts of the others."""
        return exchanges(self.terms, self.classes)

    @property
    def funds(self) -> Exact:
        """What the statement has to pay out: interest and principal available, less what contracts are due."""
        due = total(item.due for item in self.derivatives.contracts if item.due.value)
        return total((self.account.interest_funds, self.account.principal_funds)) - due

    @property
    def cash_for_classes(self) -> Exact:
        """The cash that is there for it once the computed fees are charged that come before it, in dollars."""
        names = {fee.fee_id for fee in self.terms.fees if fee.is_computed and not fee.in_waterfall}
        return self.cash - total(line.total for line in self.fees if line.fee.fee_id in names)

    @property
    def roundings(self) -> Fraction:
        """The most by which funds and cash can differ: computed fees, contracts, classes and accruals are rounded.

        A class is rounded twice, for interest and principal, and so are the accruals of a group.
        """
        fees = sum(len(line.due) for line in self.fees)
        amounts = fees + len(self.derivatives.contracts) + 2 * len(self.classes) + 2 * len(self.account.groups)
        return most_by_rounding(amounts, self.terms.currency.unit)

    @property
    def original_prefunding(self) -> Exact:
        """What the pre-funding account held at issue, in dollars."""
        return original_prefunding(self.terms)

    @property
    def prepaid_totals(self) -> PrepaidTotals:
        """The loans paid off in the period together."""
        return prepaid_totals(self.prepaid_loans, self.terms.rules)

    @property
    def liquidated_totals(self) -> LiquidatedTotals:
        """The loans liquidated in the period together."""
        return liquidated_totals(self.liquidated_loans, self.terms.rules)

    @property
    def new_reo_count(self) -> Exact:
        """How many loans became REO in the period ("Total Loan Count")."""
        return Exact(len(self.new_reo))

    @property
    def basis_risk_now(self) -> Exact:
        """What caps took from all classes ("Current Periods Basis Risk Shortfall Carry Forward Amt"), in dollars."""
        return total(item.accrual.basis_risk_now for item in self.classes.values())

    @property
    def basis_risk_unpaid(self) -> Exact:
        """What is owed of it by now ("Cumulative Basis Risk Shortfall Carry Forward Amt"), in dollars."""
        return total(item.result.basis_risk_unpaid for item in self.classes.values())

    @property
    def digest(self) -> str:
        """The hash that fixes every exact value of the report, for closing a period and for comparing replays.

        It begins with the version of what is hashed, which follows from the rules that the deal is under.
        """
        return self.digest_of(VERSION_OF_RULES[self.terms.rules])

    def digest_of(self, version: int) -> str:
        """Return the digest of a version, as a closing may have fixed it; KeyError for one that there is not."""
        return digest(self, version)

    @property
    def unlike_recorded(self) -> tuple[tuple[str, str, Exact, Exact], ...]:
        """Payments recorded otherwise than computed, beyond a cent: class, what it is of, computed, recorded."""
        found = []
        for name, item in self.classes.items():
            for what, computed, recorded in (
                ("interest", item.result.all_interest, item.recorded.interest),
                ("principal", item.result.all_principal, item.recorded.principal),
                ("losses paid", item.result.losses_paid, item.recorded.losses_paid),
            ):
                if item.recorded.anything and abs(computed.value - recorded.value) > self.terms.currency.unit:
                    found.append((name, what, computed, recorded))
        return tuple(found)


def computed_fees(terms: DealTerms) -> set[str]:
    """Return the fees that the ledger computes, and charges when the distribution is paid."""
    return {fee.fee_id for fee in terms.fees if fee.is_computed}


def _scheduled_share(account: CollectionAccount) -> Exact:
    """The part of principal funds that stems from scheduled principal, received or advanced."""
    lines = ("scheduled", "delinquent", "advanced")
    scheduled = total(account.principal[name][group] for name in lines for group in account.groups)
    return ratio(scheduled, account.principal_funds)


def _face_shares(terms: DealTerms) -> dict[str, Exact]:
    faces = {
        bond.class_id: term(bond.face if bond.kind is ClassKind.PRINCIPAL else 0, f"face of class {bond.class_id}")
        for bond in terms.classes
    }
    whole = total(faces.values())
    return {name: ratio(face, whole) for name, face in faces.items()}


def _loss_to_allocate(facts: Facts, lost: Losses) -> Exact:
    borne = -facts.journal.balance("bond_losses", last=facts.before)
    before = facts.before_period("memo", "amount_brought_forward", code="class losses")
    unborne = lost.cumulative["total"].losses - borne - before
    return unborne if facts.terms.rules > 3 else greatest(unborne, ZERO)


_MOST_ROUNDS = 12
"""Rounds in which fees and class balances come to agree: each brings them a thousand times closer, or more."""


def _is_on_balance_after(fee: Fee) -> bool:
    return fee.basis is FeeBasis.CLASS_BALANCE_AFTER


@attrs.frozen(kw_only=True)
class _Paid:
    """One month as its waterfall pays it, with what the waterfall ran on."""

    lines: tuple[FeeLine, ...]
    account: CollectionAccount
    rate: Rates
    accrued: dict[str, ClassAccrual]
    borne: dict[str, Exact]
    result: WaterfallResult


class _Builder:
    """The projections of one month as they become known."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.pool = collateral(facts)
        fee = current_fee(facts)
        self.shortfalls = shortfalls(facts, self.pool, total(fee.values()))
        self.servicing = servicing(facts, fee, self.shortfalls)
        self.instalments = instalments(facts, self.shortfalls)
        self.derivatives = derivatives(facts)
        self.delinquency = delinquency(facts, self.pool)
        self.averages = averages(facts, self.pool)
        self.prepayments = prepayments(facts, self.pool, self.averages)
        self.losses = losses(facts)
        self.before = {bond.class_id: bonds.opening_balance(facts, bond.class_id) for bond in facts.terms.classes}
        self.ranks = {bond.class_id: bond.rank for bond in facts.terms.classes if bond.kind is ClassKind.PRINCIPAL}
        senior = {name: balance for name, balance in self.before.items() if name in self.ranks}
        held = total((prefunded(facts, facts.before), funding_account(facts, facts.before)))
        backing = with_prefunded(self.pool.total.opening_balance, held)
        self.enhancement = senior_enhancement(backing, senior, self.ranks) if self.ranks else ZERO
        self.triggers = trigger_tests(facts, self.pool, self.delinquency, self.losses, self.enhancement, self.before)
        self.oc_target = target(facts, self.pool, self.enhancement, self.triggers)
        self.group_targets = group_targets(facts, self.pool, self.before, self.triggers)
        self.account_balances = balances_before(facts)
        self.by_group = any(map(asks_of_groups, facts.terms.waterfall)) or any(
            bond.groups for bond in facts.terms.classes
        )

    def means(self, account: CollectionAccount, lines: tuple[FeeLine, ...] = ()) -> Means:
        """Return what the waterfall runs on, given the collection account and the fees."""
        facts = self.facts
        premiums = any(isinstance(step, PayPremiums) for step in facts.terms.waterfall)
        recovered = facts.this_period("loss", RECOVERIES)
        aside, owed = funding_account(facts, facts.number), seller_draws(facts)
        return Means(
            interest_funds=account.interest_funds,
            principal_funds=account.principal_funds,
            derivatives_due=self.derivatives.due(),
            closing_pool=backing_after(facts, self.pool.total.closing_balance, aside, owed),
            losses_this_period=self.losses.current["total"].losses,
            loss_to_allocate=_loss_to_allocate(facts, self.losses),
            recoveries=recovered,
            oc_target=self.oc_target,
            may_release=may_release(facts, self.triggers),
            ordinal=facts.distribution.ordinal,
            rules=facts.terms.rules,
            groups=group_means(facts, account, self.pool) if self.by_group else {},
            in_force=frozenset(test.trigger.trigger_id for test in self.triggers if test.in_force),
            since={test.trigger.trigger_id: test.since for test in self.triggers if test.in_force and test.since},
            on=facts.distribution.payment_date,
            planned=bonds.planned_balances(facts),
            group_targets=self.group_targets,
            reported=bonds.reported_principal(facts),
            accounts=account_means(facts, self.pool, self.account_balances),
            fees=fee_claims(facts, lines),
            premiums=account.interest["premiums"] if premiums else {},
            funding_account=aside,
            revolving=not facts.documents_of(RevolvingPeriodEnded),
            seller_draws=owed,
            seller_draws_by_group=seller_draws_by_group(facts),
            shared_loss=shared_loss(facts),
            modified_loss=modified_loss(facts),
            modified_order=tuple(tier.classes for tier in facts.terms.modification_losses),
            by_stacks=facts.terms.losses_borne is LossesBorne.STACKS,
            unit=facts.terms.currency.unit,
        )

    def balances_after(self, claims: list[Claim], means: Means) -> dict[str, Exact]:
        """Return the class balances after the principal steps alone."""
        principal = (
            PayPrincipal,
            PayReportedPrincipal,
            PayStrippedPrincipal,
            PaySeniorPrincipal,
            PaySubordinatePrincipal,
            PayUnpaidLosses,
        )
        steps = [step for step in self.facts.terms.waterfall if isinstance(step, principal)]
        result = run_waterfall(steps, claims, means, self.facts.terms.class_rounding)
        return {name: item.closing_balance for name, item in result.classes.items()}

    def bare_claims(self) -> list[Claim]:
        """Return claims without interest, for the run that only finds balances."""
        return [
            Claim(
                class_id=bond.class_id,
                face=term(bond.face, f"original face of class {bond.class_id}"),
                balance=bonds.balance_to_pay(self.facts, bond.class_id),
                rank=bond.rank,
                groups=bond.groups,
                is_notional=bond.kind is not ClassKind.PRINCIPAL,
            )
            for bond in self.facts.terms.classes
        ]

    def paid(self) -> _Paid:
        """Return the month as it is paid, with fees on the class balances that the payment itself leads to.

        A fee may be on what a class stands at after the distribution, and the fee is paid before extra principal is:
        each follows from the other. Balances are to the cent, and a higher fee never leaves a lower balance; so from
        the balances without extra principal on, which are the highest, every round comes closer, and the first balances
        that lead to themselves are the greatest that do. Under the first and second rules the balances without extra
        principal are taken.
        """
        bare = collection_account(self.facts, self.servicing, self.shortfalls, (), self.instalments, self.derivatives)
        after = self.balances_after(self.bare_claims(), self.means(bare))
        found = self.paid_on(after)
        if self.facts.terms.rules < 3 or not any(map(_is_on_balance_after, self.facts.terms.fees)):
            return found
        for _ in range(_MOST_ROUNDS):
            closing = {name: item.closing_balance for name, item in found.result.classes.items()}
            if closing == after:
                break
            after = closing
            found = self.paid_on(after)
        return found

    def paid_on(self, after: dict[str, Exact]) -> _Paid:
        """Return the month as it is paid where fees on closing class balances are on these."""
        facts = self.facts
        lines = fee_lines(facts, self.pool, self.fee_bases(after))
        account = collection_account(facts, self.servicing, self.shortfalls, lines, self.instalments, self.derivatives)
        rate = rates(facts, self.pool, self.servicing, lines)
        accrued = bonds.accruals(facts, rate)
        borne = self.borne(accrued, account, rate, lines)
        claims = bonds.claims(accrued, borne)
        means = self.means(account, lines)
        result = run_waterfall(facts.terms.waterfall, claims, means, facts.terms.class_rounding)
        return _Paid(lines=lines, account=account, rate=rate, accrued=accrued, borne=borne, result=result)

    def fee_bases(self, after: dict[str, Exact]) -> FeeBases:
        """Return the balances that fees may be on, given those of the classes after the distribution."""
        named = [fee.class_id for fee in self.facts.terms.fees if fee.basis is FeeBasis.NOTIONAL]
        notional = {name: bonds.notional_balance(self.facts, name) for name in named if name is not None}
        return FeeBases(before=self.before, after=after, notional=notional, accounts=self.account_balances)

    def lacking(self, accrued: dict[str, ClassAccrual], result: WaterfallResult) -> Exact:
        """Return the interest that a run leaves the classes without.

        There is excess only beyond all that they are owed, arrears with it, so what funds lack of either is lacked by
        the excess first; and what an insurer pays, the excess does not bear. Under the first and second rules arrears
        carried in were left out, class by class, and so was the insurer's part.
        """
        if self.facts.terms.rules > 2:
            return total(item.interest_shortfall + item.insurer_interest for item in result.classes.values())
        return total(
            greatest(item.interest_shortfall - accrued[name].arrears, ZERO) for name, item in result.classes.items()
        )

    def borne(
        self,
        accrued: dict[str, ClassAccrual],
        account: CollectionAccount,
        rate: Rates,
        lines: tuple[FeeLine, ...],
    ) -> dict[str, Exact]:
        """Return the uncovered shortfall that each class bears."""
        facts, short = self.facts, self.shortfalls
        terms = facts.terms.shortfalls
        excess = ZERO
        if Bearer.RESIDUAL_FIRST in (terms.non_supported_borne_by, terms.relief_act_borne_by):
            free = dict.fromkeys(accrued, ZERO)
            means = self.means(account, lines)
            result = run_waterfall(
                facts.terms.waterfall, bonds.claims(accrued, free), means, facts.terms.class_rounding
            )
            # What was not collected is missing from the funds already: what they still cover of it, the excess bore.
            uncovered = short.total_non_supported + short.total_relief_act
            excess = result.excess + uncovered - self.lacking(accrued, result)
        amount = bonds.borne_by_classes(facts, short.total_non_supported, short.total_relief_act, excess)
        if not any(bond.groups for bond in facts.terms.classes):
            return bonds.shares_of_shortfall(facts, accrued, amount)
        by_classes = (
            (terms.non_supported_borne_by, short.non_supported),
            (terms.relief_act_borne_by, short.relief_act),
        )
        laid = [amounts for bearer, amounts in by_classes if bearer is not Bearer.EXCESS]
        of_groups = {group: total(amounts[group] for amounts in laid) for group in facts.groups}
        return bonds.shares_by_group(facts, accrued, amount, of_groups, rate)


def as_recorded(facts: Facts, result: WaterfallResult) -> WaterfallResult:
    """Return what was recorded as paid, for a deal whose terms have no waterfall: nothing there can be computed."""
    classes: dict[str, ClassResult] = {}
    for name, item in result.classes.items():
        paid = bonds.recorded(facts, name)
        if not paid.anything:
            classes[name] = item
            continue
        closing = item.claim.balance - paid.principal - paid.loss
        classes[name] = attrs.evolve(
            item,
            interest_paid=paid.interest.named("interest as recorded", origin=Origin.REPORTED),
            principal_paid=paid.principal.named("principal as recorded", origin=Origin.REPORTED),
            loss=paid.loss,
            closing_balance=closing.named("closing class balance", "opening balance less what was recorded"),
        )
    closing_bonds = total(item.closing_balance for item in classes.values()).named("closing bonds")
    above = result.closing_bonds + result.overcollateralization - closing_bonds
    return attrs.evolve(result, classes=classes, closing_bonds=closing_bonds, overcollateralization=above)


def distribution_report(facts: Facts, known_through: int) -> DistributionReport:
    """Return everything a statement prints of a distribution.

    Raises :class:`~ledger.errors.ReplayGap` where a fact that a class's rate needs was never posted.
    """
    build = _Builder(facts)
    month = build.paid()
    account, accrued, borne, result = month.account, month.accrued, month.borne, month.result
    if not facts.terms.waterfall and facts.terms.rules > 3:
        result = as_recorded(facts, result)
    share = _scheduled_share(account)
    held = not_of_this_distribution(facts)
    scheduled = {name: item.principal_paid * share for name, item in result.classes.items()}
    became_reo = new_reo(facts)
    to_date = bonds.to_date(facts, result.classes, scheduled, _face_shares(facts.terms))
    return DistributionReport(
        deal=facts.deal,
        terms=facts.terms,
        distribution=facts.distribution,
        known_through=known_through,
        collateral=build.pool,
        original_counts=original_counts(facts),
        original_balances=original_balances(facts),
        shortfalls=build.shortfalls,
        servicing=build.servicing,
        instalments=build.instalments,
        fees=month.lines,
        account=account,
        held=held,
        cash=cash_to_pay(facts, computed_fees(facts.terms), held),
        rounded_before=rounded_before(facts),
        derivatives=build.derivatives,
        delinquency=build.delinquency,
        averages=build.averages,
        prepayments=build.prepayments,
        losses=build.losses,
        prepaid_loans=prepaid_loans(facts),
        liquidated_loans=liquidated_loans(facts),
        new_reo=became_reo,
        new_reo_original=reo_originals(became_reo, facts.terms.rules),
        new_reo_balance=total(Exact(loan.balance, label=f"balance of loan {loan.loan}") for loan in became_reo),
        prefunding=prefunding(facts),
        capitalized_interest=capitalized_interest_account(facts),
        funding_account=total((funding_account(facts, facts.number), result.set_aside)).named("funding account"),
        rates=month.rate,
        index_rates=bonds.index_rates(facts),
        triggers=build.triggers,
        oc_target=build.oc_target,
        group_targets=build.group_targets,
        waterfall=result,
        classes={
            name: ClassReport(
                accrual=accrued[name],
                non_supported=borne[name],
                rows_foot=facts.terms.rules > 2,
                result=item,
                to_date=to_date[name],
                recorded=bonds.recorded(facts, name),
                insurer_reimbursed=result.insurer_reimbursed(name),
            )
            for name, item in result.classes.items()
        },
        accounts=account_reports(facts, result.accounts),
        principal_kinds={group: principal_by_kind(facts, account, group) for group in facts.groups},
    )


__all__ = ["ClassReport", "DistributionReport", "distribution_report"]

"""The collection account for a distribution: what was collected, withdrawn and charged, and what is available.

The lines are those of the remittance report (filing, pages 4 to 6). Interest is gross of the servicing fee, which is
then charged; an advance fills what delinquency takes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import attrs

from ledger.deal.vocabulary import CapitalizedAdvances, CapitalizedInterestRest, ExcessRecipient, PaidBy, RestatedCash
from ledger.events.advances import RecoverySource
from ledger.events.fees import WithdrawalPurpose
from ledger.journal.movements import RECOVERIES
from ledger.journal.postings import funds_effect
from ledger.projections.derivatives import Derivatives
from ledger.projections.facts import Facts, RestatedPart
from ledger.projections.fees import FeeLine
from ledger.projections.instalments import Instalments, paid
from ledger.projections.modified_funds import capitalized_interest, moved_principal
from ledger.projections.prefunding import by_prefunding, by_prefunding_in_time, parts
from ledger.projections.repayments import LATE_ADVANCED, LATE_COLLECTIONS, RECOVERED
from ledger.projections.servicing import Servicing
from ledger.projections.shortfalls import Shortfalls
from ledger.values.exact import ZERO, Exact, total
from ledger.values.money import UNITS_PER_DOLLAR
from ledger.waterfall.sharing import to_the_cent

_PI = ("principal", "interest")

SETTLED = "prior period adjustment"
"""The line of cash of earlier distributions that is settled in this one: of interest, and of principal."""

Line = dict[str, Exact]
"""One line of the report: an amount in dollars for each group."""


@attrs.frozen(kw_only=True)
class CollectionAccount:
    """The collection account by line and group, in dollars; shortfalls and delinquencies are negative.

    ``principal`` and ``interest`` are the collections, ``withdrawals`` the permitted withdrawals (out of interest),
    ``fees`` what is charged. Each maps a line's name to its amounts; under ``servicing`` the "Current Servicing Fees".

    The principal in print: "Scheduled Principal", "Curtailments", "Prepayments in Full" (``payoffs``),
    "Repurchases/Substitutions", "Liquidations", "Insurance Principal", "Other Additional Principal" (recovered on
    losses, and late), "Delinquent Principal", "Realized Losses", "Substitution Adjustments- Principal",
    "Termination Price Amounts- Principal" (a clean-up call), "Additional Principal Amts" (out of pre-funding),
    "Principal Advanced",
    and where the terms settle it "Prior Period Adjustment- Principal" (of distributions that are paid; third rules).
    Only where there is any: ``draws`` and ``loans bought`` that principal pays, ``note draws`` and ``funding account``
    that join it, ``deferred principal`` collected, and ``capitalized advances`` that it repays.

    The interest: "Scheduled Interest", "Repurchases/Substitutions", "Liquidations", "Insurance Interest",
    "Other Additional Interest" (late, and what makes up for advances), "Prepayment Interest Shortfalls",
    "Relief Act Interest Shortfalls", "Delinquent Interest", "Interest Realized Losses" (none: losses are of principal),
    "Compensating Interest", "Substitution Adjustments- Interest", "Termination Price Amounts- Interest" (a clean-up
    call), "Additional Interest Amts" (out of the pre-funding and the capitalized interest account),
    "Interest Prepayment Premiums", "Interest Advanced", "Cap Contract Payment Amt" (received under derivatives of any
    kind without terms of their own; what is owed under one that has them stands under its name),
    "Contract Payments Otherwise" (what passed under these less what was owed), and where the terms settle it "Prior
    Period Adjustment" (cash of distributions that are paid; under the third rules without its principal).

    The withdrawals: "Prev. Unreimbursed PMI Premiums", "Prev. Unreimbursed Spec Haz Premiums" (special hazard),
    "Prev. Unreimbursed Liq. Expenses", "Prev. Unreimbursed Master/Sub-Servicing Fees",
    "Amt Rvcd Not Due Bondholder /Deposits in Error", "Clear and Terminate Collection Account"; of advances recovered,
    "Prev. Unreimb. P&I Advances/Non Recov Advances" and "Prev. Unreimbursed Servicing Advances".
    """

    principal: dict[str, Line]
    interest: dict[str, Line]
    withdrawals: dict[str, Line]
    fees: dict[str, Line]
    groups: tuple[str, ...]

    def _column(self, lines: Mapping[str, Line], group: str) -> Exact:
        return total(line[group] for line in lines.values())

    def principal_collections(self, group: str) -> Exact:
        """Everything collected as principal, in one group ("Principal Collections")."""
        return self._column(self.principal, group).named("principal collections")

    def interest_collections(self, group: str) -> Exact:
        """Everything collected as interest, in one group ("Interest Collections")."""
        return self._column(self.interest, group).named("interest collections")

    def total_withdrawals(self, group: str) -> Exact:
        """Permitted withdrawals, in one group ("TOTAL INTEREST WITHDRAWALS"; negative, "Interest Withdrawals")."""
        return self._column(self.withdrawals, group).named("permitted withdrawals")

    def total_fees(self, group: str) -> Exact:
        """Fees charged, in one group ("TOTAL INTEREST FEES"; negative, "Interest Fees")."""
        return self._column(self.fees, group).named("fees")

    def total_principal(self, group: str) -> Exact:
        """Principal available, in one group ("TOTAL PRINCIPAL")."""
        return self.principal_collections(group)

    def total_interest(self, group: str) -> Exact:
        """Interest available, in one group ("TOTAL INTEREST"): collections less withdrawals less fees."""
        return (self.interest_collections(group) - self.total_withdrawals(group) - self.total_fees(group)).named(
            "interest available", "collections - withdrawals - fees"
        )

    def available(self, group: str) -> Exact:
        """Principal and interest available, in one group ("TOTAL AVAILABLE FUNDS TO BONDHOLDERS")."""
        return total((self.total_principal(group), self.total_interest(group)))

    def principal_withdrawals(self, _group: str) -> Exact:
        """The "Principal Withdrawals": none, for every permitted withdrawal is made out of interest."""
        return ZERO

    def principal_other_accounts(self, _group: str) -> Exact:
        """The "Principal Other Accounts": none, for pre-funded principal is among the collections."""
        return ZERO

    def interest_other_accounts(self, _group: str) -> Exact:
        """The "Interest Other Accounts": none, for contracts pay into and out of the funds of the whole deal."""
        return ZERO

    @property
    def principal_funds(self) -> Exact:
        """Principal available for distribution."""
        return total(self.total_principal(group) for group in self.groups).named("principal funds")

    @property
    def interest_funds(self) -> Exact:
        """Interest available for distribution, fees unrounded."""
        return total(self.total_interest(group) for group in self.groups).named("interest funds")


def _lines(facts: Facts, names: Mapping[str, tuple[int, str, str | tuple[str, ...]]]) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for name, (sign, component, types) in names.items():
        line: Line = {}
        for group in facts.groups:
            amount = facts.this_period(component, types, group=group)
            line[group] = amount if sign > 0 else -amount
        found[name] = line
    return found


def held_for_servicer(facts: Facts, group: str, *, before: bool = False) -> Exact:
    """Return what late payments of advanced instalments brought and the servicer has not taken, in dollars.

    It repays the advances of their own instalments that are outstanding, so it is the servicer's and no funds, and
    never more than those; what it is more is the trust's. With ``before``, as it was before this distribution.
    """
    units = (facts.late.before if before else facts.late.now).get(group, 0)
    if not units:
        return ZERO
    last = facts.before if before else facts.number
    brought = total(paid(facts, c, group, LATE_ADVANCED, to_date=last) for c in _PI)
    taken = total(facts.totals.sum(c, RECOVERED, group=group, code=LATE_COLLECTIONS, last=last) for c in _PI)
    beyond = brought.value - taken.value - Fraction(units, UNITS_PER_DOLLAR)
    trusts = Exact(beyond, "total", label="late payments beyond the advances of their instalments")
    return (brought - taken - trusts).named("late collections held for the servicer")


def _late_beyond_advances(facts: Facts, group: str) -> Exact:
    """Return what late payments of advanced instalments bring the trust: more than repays the advances."""
    brought = [paid(facts, c, group, LATE_ADVANCED) for c in _PI]
    taken = [facts.this_period(c, "advance_recovered", group=group, code="late collections") for c in _PI]
    after, before = (held_for_servicer(facts, group, before=when) for when in (False, True))
    if not any(item.value for item in (*brought, *taken, after, before)):
        return ZERO
    rule = "collected late - taken by the servicer - held for it now + held for it before"
    return (total(brought) - total(taken) - after + before).named("late collections beyond the advances", rule)


def _payoff_excess(facts: Facts, group: str) -> Iterator[Exact]:
    """Yield the interest that payoffs brought beyond what was owed, if the terms give it to the trust."""
    found = facts.this_period("interest", "payoff_collected", group=group, code=ExcessRecipient.TRUST.value)
    if found.value:
        yield found.named("prepayment interest excess")


def prior_period(facts: Facts) -> Exact:
    """Return the cash that earlier distributions left in the account, or took from it, in dollars.

    A restatement of a paid distribution leaves or takes some.
    """
    units = 0
    for row in facts.totals:
        if row.distribution < facts.number:
            units += funds_effect(row.type, row.code, row.components)
    label, parts = "cash of earlier distributions", facts.restated.cash
    left = Exact(Fraction(units, UNITS_PER_DOLLAR), "total", label=label)
    if parts and sum(part.units for part in parts) == units:
        # All of it is what nobody has settled yet, and the log says which events that is.
        left = RestatedPart.added(parts, label)
    held = total(held_for_servicer(facts, group, before=True) for group in facts.groups)
    return left - held if held.value else left


def not_of_this_distribution(facts: Facts) -> Exact:
    """Return the cash up to this distribution that is not paid out with it, in dollars.

    Late payments that repay advances are the servicer's. What a restatement left of distributions that are paid stays
    too, unless the terms settle it; what it took from them is missed.
    """
    if facts.terms.rules == 1:
        return ZERO
    held = total(held_for_servicer(facts, group) for group in facts.groups)
    return held if facts.terms.restated_cash is RestatedCash.SETTLE else held + prior_period(facts)


def _late(facts: Facts, component: str, code: str) -> Line:
    return {g: paid(facts, component, g, code) for g in facts.groups}


def _none(facts: Facts) -> Line:
    return dict.fromkeys(facts.groups, ZERO)


def _delinquent(facts: Facts, found: dict[str, Exact]) -> Line:
    return {group: -found[group] for group in facts.groups}


def principal_lines(facts: Facts, served: Servicing, fallen: Instalments) -> dict[str, Line]:
    """Return the principal collections by line."""
    lines = _lines(
        facts,
        {
            "scheduled": (1, "principal", "scheduled_payment_due"),
            "curtailments": (1, "principal", "curtailment_collected"),
            "payoffs": (1, "principal", "payoff_collected"),
            "repurchases": (1, "principal", "loan_repurchased"),
            "liquidations": (1, "principal", "loan_liquidated"),
            "insurance": (1, "principal", "insurance_proceeds_received"),
            "delinquent": (-1, "principal", ()),
            "realized losses": (-1, "loss", "loan_liquidated"),
            "substitution adjustments": (1, "other", "loan_substituted"),
        },
    )
    lines["delinquent"] = _delinquent(facts, fallen.delinquent_principal)
    called = {
        g: facts.this_period("principal", "loan_repurchased", group=g, code="clean-up call") for g in facts.groups
    }
    lines["repurchases"] = {
        g: lines["repurchases"][g] - called[g] if called[g] else lines["repurchases"][g] for g in facts.groups
    }
    recovered = {g: facts.this_period("loss", RECOVERIES, group=g) for g in facts.groups}
    late = _late(facts, "principal", "late")
    lines["other additional"] = {g: total((recovered[g], late[g])) for g in facts.groups}
    lines["termination price"] = called
    unspent = facts.this_period("principal", "prefunding_withdrawn")
    owned = parts(facts, facts.number, returned=False) if unspent.value else None
    lines["additional"] = _unspent(facts, by_prefunding(facts, unspent, owned))
    lines["advanced"] = dict(served.advanced_principal)
    lines |= moved_principal(facts)
    if facts.terms.rules > 2 and facts.terms.restated_cash is RestatedCash.SETTLE:
        lines[SETTLED] = _restated_principal(facts)
    return lines


def _unspent(facts: Facts, parts: Mapping[str, Exact]) -> Line:
    return to_the_cent(parts, "unspent pre-funding of the group", facts.terms.currency.unit)


def _restated_principal(facts: Facts) -> Line:
    """What of the settled cash is principal, by group.

    What names none came out of the pre-funding account, and is of the groups that owned it in its own distribution.
    """
    found: Line = {}
    restated, label = facts.restated, f"{SETTLED}, pre-funding"
    unnamed = {number: RestatedPart.added(parts, label) for number, parts in restated.unnamed.items()}
    owned = _unspent(facts, by_prefunding_in_time(facts, unnamed))
    for group in facts.groups:
        own = RestatedPart.added(restated.of_groups.get(group, ()), f"{SETTLED}, principal")
        found[group] = own + owned[group] if owned[group].value else own
    return found


def _additional_interest(facts: Facts) -> Exact:
    """What the pre-funding account earned, and what the capitalized interest account makes up for."""
    rest = CapitalizedInterestRest.INTEREST_FUNDS.value
    capitalized = (
        facts.this_period("interest", "capitalized_interest_withdrawn"),
        facts.this_period("memo", "capitalized_interest_withdrawn", code=rest),
    )
    earned = facts.this_period("interest", "prefunding_withdrawn")
    more = [amount for amount in capitalized if amount.value]
    return total((earned, *more)) if more else earned


def _on_one_group(facts: Facts, amount: Exact, group: str | None) -> Line:
    """Show an amount of the whole deal in one group's column: the one named, else the first."""
    return {g: amount if g == (group or facts.groups[0]) else ZERO for g in facts.groups}


def _contract_lines(facts: Facts, contracts: Derivatives) -> dict[str, Line]:
    """Return what came in under contracts; those with terms of their own have each its own line."""
    whole = facts.this_period("other", "derivative_payment_received")
    derived = [item for item in contracts.contracts if item.contract.is_derived]
    own = [item.received for item in derived if item.received.value]
    lines = {"cap contracts": _on_one_group(facts, whole - total(own) if own else whole, None)}
    for item in contracts.receiving:
        lines[f"contract {item.contract.contract}"] = _on_one_group(facts, item.receivable, item.contract.group)
    off = [_on_one_group(facts, item.otherwise, item.contract.group) for item in derived if item.otherwise.value]
    if off:
        lines["contracts otherwise"] = {group: total(line[group] for line in off) for group in facts.groups}
    return lines


def interest_lines(
    facts: Facts, served: Servicing, shortfall: Shortfalls, fallen: Instalments, contracts: Derivatives
) -> dict[str, Line]:
    """Return the interest collections by line."""
    lines = _lines(
        facts,
        {
            "scheduled": (1, "interest", "scheduled_payment_due"),
            "repurchases": (1, "interest", ("loan_repurchased",)),
            "liquidations": (1, "interest", "loan_liquidated"),
            "insurance": (1, "interest", "insurance_proceeds_received"),
            "delinquent": (-1, "interest", ()),
            "substitution adjustments": (1, "interest", "loan_substituted"),
            "premiums": (1, "other", ("payoff_collected", "curtailment_collected")),
        },
    )
    lines["delinquent"] = _delinquent(facts, fallen.delinquent_interest)
    if facts.terms.rules == 1:
        late = [
            _late(facts, "interest", "late"),
            _late(facts, "interest", "late, advanced"),
            _late(facts, "principal", "late, advanced"),
        ]
        lines["other additional"] = {g: total(line[g] for line in late) for g in facts.groups}
    else:
        plain = _late(facts, "interest", "late")
        lines["other additional"] = {
            g: total((plain[g], _late_beyond_advances(facts, g), *_payoff_excess(facts, g))) for g in facts.groups
        }
    lines["prepayment shortfalls"] = {g: -shortfall.prepayment[g] for g in facts.groups}
    lines["relief act"] = {g: -shortfall.relief_act[g] for g in facts.groups}
    lines["realized losses"] = _none(facts)
    lines["compensating"] = dict(shortfall.compensating)
    if facts.terms.paid_by is PaidBy.ISSUER:
        lines["paid by the issuer"] = {
            group: facts.this_period("interest", "issuer_payment_received", group=group) for group in facts.groups
        }
    called = {g: facts.this_period("interest", "loan_repurchased", group=g, code="clean-up call") for g in facts.groups}
    lines["repurchases"] = {
        g: lines["repurchases"][g] - called[g] if called[g] else lines["repurchases"][g] for g in facts.groups
    }
    lines["termination price"] = called
    lines["additional"] = by_prefunding(facts, _additional_interest(facts))
    lines["advanced"] = dict(served.advanced_interest)
    lines |= _contract_lines(facts, contracts)
    lines |= capitalized_interest(facts)
    if facts.terms.restated_cash is RestatedCash.SETTLE:
        # What a trustee calls a "Prior Period Adjustment": cash of distributions that are paid already.
        settled, first = prior_period(facts), facts.groups[0]
        lines[SETTLED] = {g: settled.named(SETTLED) if g == first else ZERO for g in facts.groups}
        principal = total(_restated_principal(facts).values())
        if principal.value:
            lines[SETTLED][first] = (settled - principal).named(f"{SETTLED}, interest", "settled cash - its principal")
    return lines


def _sources(facts: Facts) -> tuple[str | None, ...]:
    """What recovered advances were taken out of as far as that is funds: no late payment of the same instalment is."""
    if facts.terms.rules == 1:
        return (None,)
    apart = {RecoverySource.LATE_COLLECTIONS}
    if facts.terms.capitalized_advances is CapitalizedAdvances.PRINCIPAL:
        apart.add(RecoverySource.CAPITALIZED)
    return tuple(source.value for source in RecoverySource if source not in apart)


def _less_capitalized(facts: Facts, recovered: Exact, group: str) -> Exact:
    """Take off what principal repays of servicing advances, their cost having been added to it."""
    if facts.terms.capitalized_advances is not CapitalizedAdvances.PRINCIPAL:
        return recovered
    repaid = facts.this_period("other", "advance_recovered", group=group, code=RecoverySource.CAPITALIZED.value)
    return recovered - repaid if repaid.value else recovered


def withdrawal_lines(facts: Facts) -> dict[str, Line]:
    """Return the permitted withdrawals by purpose; recovered advances are one of them."""
    lines: dict[str, Line] = {
        purpose.value: {
            g: facts.this_period("fee", "collection_account_withdrawn", group=g, code=purpose.value)
            for g in facts.groups
        }
        for purpose in WithdrawalPurpose
    }
    lines["unreimbursed advances"] = {
        g: total(
            facts.this_period(component, "advance_recovered", group=g, **({"code": code} if code else {}))
            for component in _PI
            for code in _sources(facts)
        )
        for g in facts.groups
    }
    lines["unreimbursed servicing advances"] = {
        g: _less_capitalized(facts, facts.this_period("other", "advance_recovered", group=g), g) for g in facts.groups
    }
    return lines


def collection_account(
    facts: Facts,
    served: Servicing,
    shortfall: Shortfalls,
    fees: tuple[FeeLine, ...],
    fallen: Instalments,
    contracts: Derivatives,
) -> CollectionAccount:
    """Return the collection account of the month."""
    charged = {line.fee.fee_id: line.due for line in fees if not line.fee.in_waterfall}
    charged |= {
        f"{line.fee.fee_id}, charged otherwise": line.otherwise for line in fees if any(line.otherwise.values())
    }
    return CollectionAccount(
        principal=principal_lines(facts, served, fallen),
        interest=interest_lines(facts, served, shortfall, fallen, contracts),
        withdrawals=withdrawal_lines(facts),
        fees={**charged, "servicing": dict(served.current_fee)},
        groups=facts.groups,
    )

"""What steps do with accounts, with fees in the waterfall, and with prepayment premiums.

An account holds whole cents. What is drawn is what claims payable in whole cents are more than the funds payable in
whole cents; so no draw exceeds the shortfall, and a part of a cent in the funds is none of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.deal.accounts import AccountTarget, Covers, JoinsFunds, TargetOf
from ledger.deal.steps import Bounded, DrawAccount, FundAccount, PayFee, PayPremiums, ReleaseAccount, Source
from ledger.values.exact import ZERO, Exact, greatest, least, term, total
from ledger.waterfall.amounts import AccountMeans, StepResult
from ledger.waterfall.running import Run
from ledger.waterfall.sharing import rounded_down


def target_of(run: Run, means: AccountMeans) -> Exact:
    """Return what an account should hold as the run stands, in whole cents."""
    target = means.account.target
    amount, percent = target.in_force(run.means.on)
    parts = [] if amount is None else [term(amount, "target amount")]
    if percent is not None:
        share = term(percent, "target share") * _base(run, means, target)
        parts.append(share.rounded("target of the account", run.means.unit))
    floor = term(target.floor, "floor of the target")
    found = greatest(floor, *parts) if parts else floor
    if target.at_most_balance_of:
        most = total(run.outstanding(name) for name in target.at_most_balance_of)
        found = least(found, most.rounded("balance of the classes", run.means.unit))
    return found.named(f"target of account {means.account.account_id}")


def _base(run: Run, means: AccountMeans, target: AccountTarget) -> Exact:
    if target.of is TargetOf.CLASSES:
        return total(run.outstanding(name) for name in target.classes)
    pools = {TargetOf.ORIGINAL_POOL: means.original_pool, TargetOf.OPENING_POOL: means.opening_pool}
    return pools.get(target.of, run.means.closing_pool)


def _record(
    run: Run,
    step: Bounded,
    source: Source,
    available: Exact,
    due: Exact,
    paid: dict[str, Exact],
    found: Mapping[str, Exact],
) -> None:
    result = StepResult(
        step=step, available=available, due=due, paid=paid, left=run.available(step, source), found=found
    )
    run.steps.append(result)


def _payable(run: Run, amount: Exact) -> Exact:
    return rounded_down(greatest(amount, ZERO), "payable in whole cents", run.means.unit)


def fund_account(run: Run, step: FundAccount) -> None:
    """Pay an account up to its target."""
    held, target = run.accounts[step.account], target_of(run, run.means.accounts[step.account])
    available = run.available(step, step.source)
    gap = greatest(target - held.balance, ZERO)
    amount = least(run.usable(step, step.source), gap)
    paid = _payable(run, amount)
    run.funds.spend(step.source, paid, step.groups)
    if paid < amount:
        run.set_aside(step, step.source, amount - paid)
    held.target, held.funded = target, held.funded + paid
    _record(run, step, step.source, available, gap, {"": paid}, {"target": target, "account balance": held.balance})


def release_account(run: Run, step: ReleaseAccount) -> None:
    """Let what an account holds above its target join the funds."""
    means = run.means.accounts[step.account]
    held, target = run.accounts[step.account], target_of(run, means)
    kind = Source.INTEREST if means.account.releases_to is JoinsFunds.INTEREST else Source.PRINCIPAL
    available = run.available(step, kind)
    above = greatest(held.balance - target, ZERO)
    released = _payable(run, run.limited(step, above))
    run.funds.add(kind, released, step.groups)
    held.target, held.released = target, held.released + released
    found = {"target": target, "released": released, "account balance": held.balance}
    _record(run, step, kind, available, above, {}, found)


def draw_account(run: Run, step: DrawAccount) -> None:
    """Add to the funds what they are short of the claims that the step names, as far as the account has it."""
    held = run.accounts[step.account]
    available = run.available(step, step.source)
    shorts = {Source.INTEREST: _short_of_interest(run, step), Source.PRINCIPAL: _short_of_principal(run, step)}
    due = total(shorts.values())
    can = rounded_down(greatest(run.limited(step, held.balance), ZERO), "what the account may pay", run.means.unit)
    drawn: dict[Source, Exact] = {}
    for kind, short in shorts.items():
        drawn[kind] = least(short, can)
        can = can - drawn[kind]
        run.funds.add(kind, drawn[kind], step.groups)
    held.drawn_interest = held.drawn_interest + drawn[Source.INTEREST]
    held.drawn_principal = held.drawn_principal + drawn[Source.PRINCIPAL]
    if Covers.LOSSES in step.covers:
        run.drawn_for_losses = run.drawn_for_losses + drawn[Source.PRINCIPAL]
    found = {
        "shortfall": due,
        "drawn for interest": drawn[Source.INTEREST],
        "drawn for principal": drawn[Source.PRINCIPAL],
        "account balance": held.balance,
    }
    _record(run, step, step.source, available, due, {}, found)


def _interest_claims(run: Run, step: DrawAccount) -> Exact:
    """The interest and the fees that the step names, as far as earlier steps have not paid them, in whole cents.

    Of a fee it is what the next step that pays it claims, within its caps.
    """
    claims: list[Exact] = []
    if Covers.INTEREST in step.covers:
        owed = {name: run.owed(run.claims[name]) for name in step.classes}
        claims.extend(_payable(run, run.claim(name, "interest", amount)) for name, amount in owed.items())
    if Covers.FEES in step.covers:
        ahead = run.order[len(run.steps) :]
        first = {item.fee_id: item for item in reversed(ahead) if isinstance(item, PayFee)}
        claims.extend(_payable(run, _fee_due(run, first[name])) for name in step.fees if name in first)
    return total(claims)


def _short_of_interest(run: Run, step: DrawAccount) -> Exact:
    have = _payable(run, run.available(step, step.source))
    return greatest(_interest_claims(run, step) - have, ZERO).named("short of interest and fees")


def _short_of_principal(run: Run, step: DrawAccount) -> Exact:
    """What principal is short of: the greatest of what the step covers of it, for one dollar retires bonds once."""
    principal = greatest(run.funds.principal(step.groups), ZERO)
    asked = [ZERO]
    if Covers.LOSSES in step.covers:
        covered = total((*run.paid["extra"].values(), run.drawn_for_losses))
        excess = greatest(run.funds.available(Source.INTEREST, step.groups) - _interest_claims(run, step), ZERO)
        asked.append(run.means.losses_this_period - covered - excess)
    bonds = total(run.outstanding(name) for name in step.classes)
    if Covers.PARITY in step.covers:
        asked.append(bonds - principal - run.means.closing_pool)
    final = step.principal_from is not None and run.means.on is not None and run.means.on >= step.principal_from
    if Covers.PRINCIPAL in step.covers and final:
        asked.append(bonds - principal)
    return _payable(run, greatest(*asked)).named("short of principal")


def fee_claim(run: Run, fee_id: str, *, arrears: bool = True) -> Exact:
    """Return what of a fee earlier steps have not paid: that of the month, and what was unpaid before."""
    claim = run.means.fees[fee_id]
    owed = claim.due + claim.arrears if arrears and claim.arrears.value else claim.due
    paid = run.fees_paid[fee_id]
    return greatest(owed - paid, ZERO) if paid.value else owed


def _fee_due(run: Run, step: PayFee) -> Exact:
    """What a step claims of its fee, within its caps."""
    due = fee_claim(run, step.fee_id, arrears=step.arrears)
    if step.cap_a_year is not None:
        spent = run.means.fees[step.fee_id].paid_this_year + run.fees_paid[step.fee_id]
        due = least(due, greatest(term(step.cap_a_year, "cap of the year") - spent, ZERO))
    if step.cap is not None:
        due = least(due, term(step.cap, "cap of the month"))
    return due


def pay_fee(run: Run, step: PayFee) -> None:
    """Pay a fee in its turn, within the caps of the step."""
    available = run.available(step, step.source)
    due = _fee_due(run, step)
    amount = least(run.usable(step, step.source), due)
    paid = _payable(run, amount)
    run.funds.spend(step.source, paid, step.groups)
    if paid < amount:
        run.set_aside(step, step.source, amount - paid)
    owed = fee_claim(run, step.fee_id, arrears=step.arrears)
    run.fees_paid[step.fee_id] = run.fees_paid[step.fee_id] + paid
    _record(run, step, step.source, available, due, {"": paid}, {"fee and arrears owed": owed})


def pay_premiums(run: Run, step: PayPremiums) -> None:
    """Pay a class the premiums that no other step of premiums has taken."""
    name = step.classes[0]
    amount = run.take_premiums(step.groups)
    held = run.paid["premiums"].get(name)
    run.paid["premiums"][name] = amount if held is None else held + amount
    _record(run, step, step.source, amount, amount, {name: amount}, {})

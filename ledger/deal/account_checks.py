"""What accounts, fees in the waterfall and their steps must agree on, checked when the terms are built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ledger.deal.accounts import TargetOf
from ledger.deal.steps import DrawAccount, FundAccount, PayFee, PayPremiums, ReleaseAccount
from ledger.errors import InvalidTerms

if TYPE_CHECKING:
    from ledger.deal.terms import DealTerms

_FIRST_RULES_WITH_ACCOUNTS = 4


def check_accounts(terms: DealTerms) -> None:
    """Refuse accounts and fees that their steps do not fit; raises InvalidTerms naming the term."""
    accounts = tuple(item.account_id for item in terms.accounts)
    for name in accounts:
        if accounts.count(name) > 1:
            raise InvalidTerms("DealTerms.accounts", "duplicate", f"{name!r} stands there more than once")
    _check_rules(terms)
    _check_targets(terms)
    _check_fees(terms, accounts)
    _check_steps(terms, accounts)


def _known(where: str, names: Iterable[str | None], known: Sequence[str], what: str) -> None:
    for name in names:
        if name is not None and name not in known:
            there = f"the {what} are {', '.join(known)}" if known else f"the terms have no {what}"
            raise InvalidTerms(where, "unknown", f"{name!r} is none of them: {there}")


def _check_rules(terms: DealTerms) -> None:
    if terms.rules >= _FIRST_RULES_WITH_ACCOUNTS:
        return
    premiums = any(isinstance(step, PayPremiums) for step in terms.waterfall)
    billed = any(fee.in_waterfall for fee in terms.fees)
    for given, name in ((terms.accounts, "accounts"), (billed, "fees"), (premiums, "waterfall")):
        if given:
            message = f"accounts, fees in the waterfall and classes of premiums need rules {_FIRST_RULES_WITH_ACCOUNTS}"
            raise InvalidTerms(f"DealTerms.{name}", "needs_rules", message)


def _check_targets(terms: DealTerms) -> None:
    classes = tuple(item.class_id for item in terms.classes)
    for account in terms.accounts:
        where, target = f"TrustAccount[{account.account_id}].target", account.target
        _known(f"{where}.classes", target.classes, classes, "classes")
        _known(f"{where}.at_most_balance_of", target.at_most_balance_of, classes, "classes")
        if target.shares and target.of is TargetOf.ORIGINAL_POOL and terms.original_pool_balance is None:
            message = "the target is a share of the original pool; give every group its original balance"
            raise InvalidTerms("DealTerms.groups.original_balance", "missing", message)


def _check_fees(terms: DealTerms, accounts: Sequence[str]) -> None:
    paid = {step.fee_id for step in terms.waterfall if isinstance(step, PayFee)}
    for fee in terms.fees:
        where = f"Fee[{fee.fee_id}]"
        _known(f"{where}.account_id", [fee.account_id], accounts, "accounts")
        if fee.in_waterfall and not fee.is_computed:
            message = "a posted fee is paid when it is posted; give it another basis, billed for what is invoiced"
            raise InvalidTerms(f"{where}.in_waterfall", "contradiction", message)
        if fee.basis.value == "billed" and not fee.in_waterfall:
            message = "what is billed is paid in the waterfall: say in_waterfall, or post the fee"
            raise InvalidTerms(f"{where}.in_waterfall", "contradiction", message)
        if fee.in_waterfall and fee.fee_id not in paid:
            message = "the fee stands in the waterfall, and no step pays it; add pay_fee"
            raise InvalidTerms(f"{where}.in_waterfall", "contradiction", message)
        if fee.minimum is not None and fee.maximum is not None and fee.minimum > fee.maximum:
            message = f"the least that it can be is more than the most, {fee.maximum:,}"
            raise InvalidTerms(f"{where}.minimum", "contradiction", message)
        if fee.basis.value == "original pool balance" and terms.original_pool_balance is None:
            message = f"{where} is on the original pool; give every group its original balance"
            raise InvalidTerms("DealTerms.groups.original_balance", "missing", message)


def _check_steps(terms: DealTerms, accounts: Sequence[str]) -> None:
    claimed = tuple(fee.fee_id for fee in terms.fees if fee.in_waterfall)
    for index, step in enumerate(terms.waterfall):
        where = f"DealTerms.waterfall[{index}]"
        if isinstance(step, PayFee):
            _known(f"{where}.fee_id", [step.fee_id], claimed, "fees in the waterfall")
        if isinstance(step, DrawAccount | FundAccount | ReleaseAccount):
            _known(f"{where}.account", [step.account], accounts, "accounts")
        if isinstance(step, DrawAccount):
            _known(f"{where}.fees", step.fees, claimed, "fees in the waterfall")
            account = next(item for item in terms.accounts if item.account_id == step.account)
            for word in step.covers:
                if word not in account.may_pay:
                    message = f"account {step.account} may pay {', '.join(account.may_pay) or 'nothing'}, not {word}"
                    raise InvalidTerms(f"{where}.covers", "contradiction", message)

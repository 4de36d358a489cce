"""Accounts of the trust for a distribution: what each held, earned, gave, was paid, should hold, and holds after it.

What an account holds is what was posted to it, and nothing is stored beside that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ledger.deal.accounts import TrustAccount
from ledger.journal.accounts import FEES_UNPAID, TRUST_ACCOUNTS
from ledger.projections.collateral import Collateral
from ledger.projections.facts import Facts
from ledger.projections.fees import FeeLine
from ledger.values.exact import Exact, term, total
from ledger.waterfall.amounts import AccountMeans, AccountResult, FeeClaim


@attrs.frozen(kw_only=True)
class AccountReport:
    """One account of the trust around a distribution, in dollars and whole cents.

    ``opening`` is what it held after the distribution before, with what was deposited since. ``target`` is None where
    no step of the waterfall asks for it. ``withdrawn`` and ``deposited`` are what was recorded of this distribution.
    """

    account: TrustAccount
    opening: Exact
    earned: Exact
    drawn_interest: Exact
    drawn_principal: Exact
    released: Exact
    funded: Exact
    target: Exact | None
    closing: Exact
    withdrawn: Exact
    deposited: Exact

    @property
    def drawn(self) -> Exact:
        """What made up for shortfalls, of interest and fees and of principal."""
        return total((self.drawn_interest, self.drawn_principal))


def balance_before(facts: Facts, account_id: str) -> Exact:
    """Return what an account holds when the steps begin: what was posted before, and what it earned since."""
    held = facts.journal.balance(TRUST_ACCOUNTS, code=account_id, last=facts.before)
    earned = facts.this_period("interest", "trust_account_earned", code=account_id)
    return (held + earned if earned.value else held).named(f"balance of account {account_id}")


def balances_before(facts: Facts) -> dict[str, Exact]:
    """Return what every account holds when the steps begin."""
    return {item.account_id: balance_before(facts, item.account_id) for item in facts.terms.accounts}


def account_means(facts: Facts, pool: Collateral, balances: Mapping[str, Exact]) -> dict[str, AccountMeans]:
    """Return what the waterfall is given of every account."""
    original = term(facts.terms.original_pool_balance or 0, "original pool balance")
    return {
        item.account_id: AccountMeans(
            account=item,
            balance=balances[item.account_id],
            original_pool=original,
            opening_pool=pool.total.opening_balance,
        )
        for item in facts.terms.accounts
    }


def fee_claims(facts: Facts, lines: Iterable[FeeLine]) -> dict[str, FeeClaim]:
    """Return what is owed of every fee that stands in the waterfall; the fee of the month is rounded to the cent."""
    year = facts.distribution.payment_date.year * 10_000
    found: dict[str, FeeClaim] = {}
    for line in lines:
        name = line.fee.fee_id
        if line.fee.in_waterfall:
            unpaid = -facts.journal.balance(FEES_UNPAID, code=name, last=facts.before)
            found[name] = FeeClaim(
                due=line.total.rounded(f"{line.fee.title} of the month", facts.terms.currency.unit),
                arrears=unpaid.named(f"{line.fee.title} unpaid before"),
                paid_this_year=facts.totals.sum("fee", "fee_charged", code=name, first=year, last=facts.before),
            )
    return found


def account_reports(facts: Facts, results: Mapping[str, AccountResult]) -> dict[str, AccountReport]:
    """Return every account of the deal around the distribution, in the order of the terms."""
    found: dict[str, AccountReport] = {}
    for item in facts.terms.accounts:
        name, result = item.account_id, results[item.account_id]
        components = ("interest", "principal", "other")
        withdrawn = (facts.this_period(part, "trust_account_withdrawn", code=name) for part in components)
        found[name] = AccountReport(
            account=item,
            opening=facts.journal.balance(TRUST_ACCOUNTS, code=name, last=facts.before),
            earned=facts.this_period("interest", "trust_account_earned", code=name),
            drawn_interest=result.drawn_interest,
            drawn_principal=result.drawn_principal,
            released=result.released,
            funded=result.funded,
            target=result.target,
            closing=result.closing,
            withdrawn=total(withdrawn),
            deposited=facts.this_period("other", "trust_account_funded", code=name),
        )
    return found


__all__ = ["AccountReport", "account_means", "account_reports", "balance_before", "balances_before", "fee_claims"]

"""The chart of accounts of a securitisation trust.

Debits are positive. Every posting of an event names accounts of this chart, and they sum to zero.
"""

from __future__ import annotations

from enum import StrEnum

import attrs


class AccountKind(StrEnum):
    """Which side of the books an account stands on."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    EQUITY = "equity"


class KeyedBy(StrEnum):
    """What an account is broken down by."""

    NOTHING = ""
    GROUP = "group"
    CLASS = "class"
    CODE = "code"
    CLASS_AND_CODE = "class and code"


@attrs.frozen
class Account:
    """One account: its name, its side, and what it is broken down by."""

    name: str
    kind: AccountKind
    keyed_by: KeyedBy
    title: str


COLLECTION_ACCOUNT = "collection_account"
DISTRIBUTION_ACCOUNT = "distribution_account"
POOL_PRINCIPAL = "pool_principal"
BOND_PRINCIPAL = "bond_principal"
UNREIMBURSED_ADVANCES = "unreimbursed_advances"
NONRECOVERABLE_ADVANCES = "nonrecoverable_advances"
SERVICING_ADVANCES = "servicing_advances"
CLASS_SHORTFALLS = "class_shortfalls"
UNAPPLIED_FUNDS = "unapplied_funds"
OVERPAYMENTS = "overpayments"
FEES_NOT_DRAWN = "fees_not_drawn"
ROUNDINGS = "roundings"
TRUST_ACCOUNTS = "trust_accounts"
FEES_UNPAID = "fees_unpaid"
PREFUNDING_ACCOUNT = "prefunding_account"
CAPITALIZED_INTEREST_ACCOUNT = "capitalized_interest_account"
FUNDING_ACCOUNT = "funding_account"
SELLER_DRAWS = "seller_draws"
NOTE_DRAWS = "note_draws"
DEFERRED_PRINCIPAL = "deferred_principal"
DUE_FROM_ISSUER = "due_from_issuer"
BOND_LOSSES = "bond_losses"
BOND_LOSSES_PAID = "bond_losses_paid"

LOSS_ACCOUNTS = (BOND_LOSSES, BOND_LOSSES_PAID)
"""What classes bore of losses, and what of it the excess paid back: together, what is unpaid."""

HELD_ACCOUNTS = (UNAPPLIED_FUNDS, OVERPAYMENTS, FEES_NOT_DRAWN)
"""Liabilities behind cash of the collection account that belongs to no distribution while it is held."""

_A, _L, _I, _X, _E = (
    AccountKind.ASSET,
    AccountKind.LIABILITY,
    AccountKind.INCOME,
    AccountKind.EXPENSE,
    AccountKind.EQUITY,
)
_NONE, _GROUP, _CLASS, _CODE = KeyedBy.NOTHING, KeyedBy.GROUP, KeyedBy.CLASS, KeyedBy.CODE

CHART: dict[str, Account] = {
    account.name: account
    for account in (
        Account(COLLECTION_ACCOUNT, _A, _NONE, "collection account"),
        Account(DISTRIBUTION_ACCOUNT, _A, _NONE, "distribution account"),
        Account(PREFUNDING_ACCOUNT, _A, _NONE, "pre-funding account"),
        Account(CAPITALIZED_INTEREST_ACCOUNT, _A, _NONE, "capitalized interest account"),
        Account(FUNDING_ACCOUNT, _A, _NONE, "funding account"),
        Account(TRUST_ACCOUNTS, _A, _CODE, "reserve and other accounts of the trust"),
        Account(DUE_FROM_ISSUER, _A, _NONE, "principal that the issuer owes on account of a reference pool"),
        Account(POOL_PRINCIPAL, _A, _GROUP, "mortgage loans, stated principal balance"),
        Account("principal_due", _A, _GROUP, "scheduled principal due"),
        Account("interest_due", _A, _GROUP, "scheduled interest due"),
        Account("delinquent_principal", _A, _GROUP, "delinquent principal"),
        Account("delinquent_interest", _A, _GROUP, "delinquent interest"),
        Account("deferred_acknowledged", _A, _GROUP, "contra of deferred principal"),
        Account(BOND_PRINCIPAL, _L, _CLASS, "bond principal"),
        Account(UNREIMBURSED_ADVANCES, _L, _GROUP, "advances owed to the servicer"),
        Account(NONRECOVERABLE_ADVANCES, _L, _GROUP, "nonrecoverable advances owed to the servicer"),
        Account(SERVICING_ADVANCES, _L, _GROUP, "servicing advances owed to the servicer"),
        Account(UNAPPLIED_FUNDS, _L, _GROUP, "unapplied funds of borrowers"),
        Account(OVERPAYMENTS, _L, _GROUP, "overpayments owed to borrowers"),
        Account(FEES_NOT_DRAWN, _L, _GROUP, "fees earned by the servicer and not yet drawn"),
        Account(ROUNDINGS, _L, _NONE, "cents of roundings for the next distribution"),
        Account(SELLER_DRAWS, _L, _NONE, "draws that the seller funded"),
        Account(NOTE_DRAWS, _L, _NONE, "draws that note holders are to fund"),
        Account(DEFERRED_PRINCIPAL, _L, _GROUP, "principal deferred without interest"),
        Account(FEES_UNPAID, _L, _CODE, "fees of the waterfall owed and not paid"),
        Account("insurer_claims", _L, _CLASS, "owed to the bond insurer"),
        Account(CLASS_SHORTFALLS, _A, KeyedBy.CLASS_AND_CODE, "shortfalls of classes, to be made up"),
        Account("shortfalls_acknowledged", _L, KeyedBy.CLASS_AND_CODE, "contra of class shortfalls"),
        Account("interest_income", _I, _GROUP, "interest on the loans"),
        Account("compensating_interest", _I, _GROUP, "compensating interest"),
        Account("account_income", _I, _CODE, "investment income of accounts of the trust"),
        Account("prepayment_premiums", _I, _GROUP, "prepayment premiums"),
        Account(BOND_LOSSES, _I, _CLASS, "losses borne by classes"),
        Account("servicing_fees", _X, _GROUP, "servicing fees"),
        Account("fees", _X, _CODE, "other fees"),
        Account("withdrawals", _X, _CODE, "permitted withdrawals"),
        Account("derivative_payments", _X, _CODE, "derivative payments"),
        Account("relief_act_shortfalls", _X, _GROUP, "Relief Act interest shortfalls"),
        Account("prepayment_shortfalls", _X, _GROUP, "prepayment interest shortfalls that nobody made up"),
        Account("realized_losses", _X, _GROUP, "realized losses"),
        Account("loan_expenses", _X, _GROUP, "taxes, insurance and costs paid for loans"),
        Account("bond_interest", _X, _CLASS, "bond interest and residual"),
        Account(BOND_LOSSES_PAID, _X, _CLASS, "losses of classes that excess paid back"),
        Account("rounding_differences", _X, _NONE, "payments rounded otherwise than funds"),
        Account("pool_contributions", _E, _NONE, "loans conveyed to the trust"),
        Account("bond_proceeds", _E, _NONE, "proceeds of bonds issued"),
        Account("brought_forward", _E, _NONE, "contra of balances brought forward"),
    )
}
"""Every account by its name, in the order in which books are printed."""

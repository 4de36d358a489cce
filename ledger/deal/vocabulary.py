"""The vocabulary of a deal's terms: what a term that is one of a few may say."""

from __future__ import annotations

from enum import StrEnum


class RecordDateRule(StrEnum):
    """Who is on the register is decided on this day."""

    LAST_BUSINESS_DAY_OF_PRIOR_MONTH = "last business day of prior month"
    LAST_DAY_OF_PRIOR_MONTH = "last day of prior month"
    BUSINESS_DAY_BEFORE_PAYMENT = "business day before payment"
    DAY_BEFORE_PAYMENT = "day before payment"


class AccrualRule(StrEnum):
    """Which days a class accrues interest over."""

    PAYMENT_TO_PAYMENT = "payment date to payment date"
    PRIOR_CALENDAR_MONTH = "prior calendar month"
    DAY_TO_DAY = "scheduled day to scheduled day"


class RateKind(StrEnum):
    """How the pass-through rate of a class is found."""

    NONE = "none"
    FIXED = "fixed"
    FLOATING = "floating"
    NET_WAC = "net wac"
    STRIPPED_EXCESS = "excess over the strip rate"
    REPORTED = "reported"


class ClassKind(StrEnum):
    """What a class is owed."""

    PRINCIPAL = "principal and interest"
    NOTIONAL = "notional interest only"
    RESIDUAL = "residual"


class FeeBasis(StrEnum):
    """How a fee is found: posted or billed by whom it is owed to, or computed from a balance, a count or a schedule."""

    POSTED = "posted"
    POOL_BALANCE = "opening pool balance"
    CLASS_BALANCE_BEFORE = "class balance before the distribution"
    CLASS_BALANCE_AFTER = "class balance after the distribution"
    FIXED_AMOUNT = "fixed amount"
    BILLED = "billed"
    ORIGINAL_POOL = "original pool balance"
    NOTIONAL = "notional balance of a class"
    ACCOUNT_BALANCE = "account balance before the distribution"
    LOAN_COUNT = "opening loan count"
    SCHEDULE = "schedule of amounts"
    LOAN_PREMIUMS = "mortgage insurance rates of the loans"

    @property
    def is_posted(self) -> bool:
        """Whether somebody posts what was paid, so that the payment of a distribution charges nothing by itself."""
        return self in (FeeBasis.POSTED, FeeBasis.LOAN_PREMIUMS)


class Direction(StrEnum):
    """Which way the payment of a cap, floor or corridor goes, or the fixed leg of a swap."""

    TRUST_RECEIVES = "trust receives"
    TRUST_PAYS = "trust pays"


class ShortfallRate(StrEnum):
    """Which rate a prepayment interest shortfall is reckoned at."""

    GROSS = "gross note rate"
    NET = "note rate less servicing rate"


class ShortfallDays(StrEnum):
    """Which days of the month a payoff loses interest for."""

    THIRTY_ONE_LESS_DAY_PAID = "31 less day paid, over 360"
    THIRTY_LESS_DAY_PAID = "30 less day paid, over 360"
    ACTUAL_DAYS_LEFT_IN_MONTH = "actual days left in month, over 365"


class Bearer(StrEnum):
    """Who bears a shortfall that nothing covers."""

    CLASSES = "classes pro rata on interest"
    RESIDUAL_FIRST = "residual, then classes pro rata on interest"
    EXCESS = "excess interest"


class LateEvents(StrEnum):
    """What happens to a fact of a closed period that is not marked as restating it."""

    REFUSE = "refuse"
    NEXT_DISTRIBUTION = "report in the next open distribution"


class RestatedCash(StrEnum):
    """What becomes of cash that restates a distribution which is paid already."""

    HOLD = "hold"
    SETTLE = "settle in the next open distribution"


class Originals(StrEnum):
    """Where the loans' number, balances and weighted averages at issue come from."""

    STATED = "as the terms state them"
    BOARDED = "from the loans boarded by closing"


class CapitalizedInterestRest(StrEnum):
    """Who gets what of the capitalized interest account is left when the funding period ends."""

    DEPOSITOR = "depositor"
    INTEREST_FUNDS = "interest funds"


class LossCause(StrEnum):
    """What brought a loss that terms may carve out of what subordinate classes bear."""

    BANKRUPTCY = "bankruptcy"
    FRAUD = "fraud"
    SPECIAL_HAZARD = "special hazard"


class PaidBy(StrEnum):
    """Who pays the classes: the trust out of what its loans bring, or the issuer on account of a reference pool."""

    COLLECTIONS = "collections on the loans"
    ISSUER = "the issuer"


class LossesBorne(StrEnum):
    """Which classes stand for a loss: those of the whole deal together, or those of the groups that it came from.

    Groups that a class is backed by together stand together; what one such set of groups has beyond its bonds then
    makes up nothing for another.
    """

    DEAL = "the whole deal together"
    STACKS = "loan groups that share no class apart"


class Forbearance(StrEnum):
    """What becomes of principal that is deferred without interest.

    Either it is a realized loss now, and what is paid of it later a subsequent recovery; or it stays in the stated
    balance and is a loss only when the loan is liquidated.
    """

    LOSS_NOW = "realized loss, later receipts are recoveries"
    STAYS = "stays in the stated balance until liquidation"


class CapitalizedAdvances(StrEnum):
    """What advances of arrears are repaid from once the arrears are added to principal."""

    PRINCIPAL = "principal collections"
    INTEREST = "interest collections"


class DelinquencyMethod(StrEnum):
    """When an unpaid instalment makes a loan thirty days delinquent.

    MBA: unpaid at the end of the day before the next due date. OTS: at the close of business on the due date's day of
    the following month.
    """

    MBA = "mba"
    OTS = "ots"


class DelinquencyDay(StrEnum):
    """The day on which delinquency buckets are counted."""

    PREPAYMENT_PERIOD_END = "end of the prepayment period"
    RECORD_DATE = "record date"
    REMITTANCE_CUT_OFF = "remittance cut-off"


class DelinquencySource(StrEnum):
    """Where the delinquency of a pool that is reported loan by loan comes from.

    As reported: the bucket that the status of a loan states. Derived: the due dates that it has missed, of which more
    is owed than the tolerance; a status then says nothing but foreclosure, bankruptcy and REO.
    """

    AS_REPORTED = "as the status of each loan states it"
    WHAT_IS_OWED = "from what each loan still owes"


class StatusPrecedence(StrEnum):
    """Where a loan is counted that is in foreclosure and in bankruptcy at once."""

    LATEST = "the later of the two"
    FORECLOSURE = "foreclosure"
    BANKRUPTCY = "bankruptcy"


class Act(StrEnum):
    """What the terms may demand a second person for."""

    CLOSING = "closing"
    RESTATING = "restating"
    ACKNOWLEDGING = "acknowledging a finding"
    NONRECOVERABLE = "declaring an advance nonrecoverable"
    AMENDING = "amending the terms"


class ExcessRecipient(StrEnum):
    """Whose the interest is that a payoff brings for days of a month that is passed through later."""

    SERVICER = "servicer"
    TRUST = "trust"


class StatementTemplate(StrEnum):
    """How the pages of the deal's statements are laid out."""

    FILED = "as filed by Impac's trustee"
    NEUTRAL = "neutral"

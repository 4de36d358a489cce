"""The registry of what the gate may find: code, grade, what is compared, how closely, and what to do.

``docs/findings.md`` is generated from it (``python -m ledger.readiness.describe``). Every code has a planted case and a
near miss among the tests. A check says what it found with :func:`found`, and nothing of a code is written elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from ledger.findings import Finding, Grade

LISTED = 20
"""Loans that a finding names; its figures say how many there are."""


@attrs.frozen(kw_only=True)
class Code:
    """What one code means."""

    code: str
    grade: Grade
    compares: str
    tolerance: str
    remedy: str


_REFUSES, _ACKNOWLEDGE, _NOTE = Grade.REFUSES, Grade.ACKNOWLEDGE, Grade.NOTE

TOPICS: dict[str, tuple[Code, ...]] = {
    "Cash and funds": (
        Code(
            code="funds_unlike_cash",
            grade=_REFUSES,
            compares="the funds that the statement shows with the cash that is there to be paid out",
            tolerance="half a cent for every amount rounded by itself; what loans paid beyond fractions of a cent due",
            remedy="post the cash that is missing, or take back what was posted and did not come in",
        ),
        Code(
            code="funds_below_zero",
            grade=_ACKNOWLEDGE,
            compares="the funds that the statement shows with nothing",
            tolerance="half a cent for every amount that is rounded by itself",
            remedy="reverse what was earned before it came in, or post what is paid in; else the next month misses it",
        ),
        Code(
            code="issuer_payment_unlike_owed",
            grade=_REFUSES,
            compares="principal that the issuer of a reference pool owes with what classes that it holds get of it",
            tolerance="half a cent for every amount that is rounded by itself",
            remedy="post issuer_payment_received with what the other classes fall by, or reverse what was too much",
        ),
        Code(
            code="funds_undistributed",
            grade=_NOTE,
            compares="the funds that the waterfall leaves with nothing",
            tolerance="half a cent for every amount that is rounded by itself",
            remedy="none where the terms let it pile up; else amend them: add a residual class, or a step that pays it",
        ),
        Code(
            code="posted_twice",
            grade=_ACKNOWLEDGE,
            compares="events of one month with one another: type, loan, group, class, code, day, every amount",
            tolerance="none; payments that name different instalments or days of receipt are not the same",
            remedy="reverse the one that was posted again under another id",
        ),
        Code(
            code="compensating_interest_unlike_owed",
            grade=_REFUSES,
            compares="compensating interest paid, by group, with what the terms make the servicer owe",
            tolerance="none",
            remedy="post compensating_interest_paid for the difference, or reverse what was paid too much",
        ),
        Code(
            code="restated_cash_held",
            grade=_NOTE,
            compares="cash of distributions that are paid already with nothing",
            tolerance="none",
            remedy="it stays in the account, unless the terms settle it in the next open distribution (restated_cash)",
        ),
        Code(
            code="restated_cash_missing",
            grade=_ACKNOWLEDGE,
            compares="cash of distributions that are paid already with nothing",
            tolerance="none",
            remedy="the servicer owes it to the trust: post what is paid in, or let the terms settle it "
            "(restated_cash); where they do, this distribution is paid so much less",
        ),
        Code(
            code="earlier_distribution_not_paid",
            grade=_ACKNOWLEDGE,
            compares="the distribution before, once closed, with its payments",
            tolerance="none",
            remedy="pay it first (Ledger.distribute); once this one is closed it cannot be paid any more",
        ),
        Code(
            code="closed_month_restated",
            grade=_ACKNOWLEDGE,
            compares="the digest that the distribution before was closed with with that of its events now",
            tolerance="none",
            remedy="take back what was posted with restates, or tell bondholders of the restatement",
        ),
        Code(
            code="earlier_payment_unlike_computed",
            grade=_ACKNOWLEDGE,
            compares="payments of the distribution before, by class, with what was computed of it",
            tolerance="a cent",
            remedy="reverse the payment and pay what was computed (Ledger.distribute) before this month is closed",
        ),
        Code(
            code="paid_before_closed",
            grade=_ACKNOWLEDGE,
            compares="payments recorded for this distribution with its closing",
            tolerance="none",
            remedy="reverse the payments, close, then distribute",
        ),
        Code(
            code="payments_unlike_computed",
            grade=_REFUSES,
            compares="what was recorded as paid to a class with what the waterfall gives it",
            tolerance="one cent a class for interest, and one for principal",
            remedy="reverse the payments and distribute again",
        ),
        Code(
            code="account_unlike_reported",
            grade=_ACKNOWLEDGE,
            compares="the balance that is reported of an account before the distribution with what was posted",
            tolerance="none",
            remedy="post the deposit, income or correction that is missing, or have the account's keeper look again",
        ),
        Code(
            code="account_never_funded",
            grade=_ACKNOWLEDGE,
            compares="the initial deposit of an account by the terms with deposits posted",
            tolerance="none",
            remedy="post trust_account_deposited, with what it held when the deal was carried in where that is later",
        ),
        Code(
            code="late_collections_held",
            grade=_NOTE,
            compares="late payments of advanced instalments with what the servicer took of them",
            tolerance="none",
            remedy="post advance_recovered, from late collections, when the servicer draws it",
        ),
        Code(
            code="unapplied_funds_held",
            grade=_NOTE,
            compares="unapplied funds, by group, with nothing",
            tolerance="none",
            remedy="apply them when an instalment is complete, or give them back",
        ),
        Code(
            code="overpayments_held",
            grade=_NOTE,
            compares="overpayments owed back, by group, with nothing",
            tolerance="none",
            remedy="post overpayment_refunded when they are given back",
        ),
        Code(
            code="paid_ahead_held",
            grade=_NOTE,
            compares="payments of instalments that fall due in later distributions, by loan, with nothing",
            tolerance="none",
            remedy="nothing need be done: each is paid out with the distribution of its instalment",
        ),
        Code(
            code="held_below_zero",
            grade=_REFUSES,
            compares="what a loan applied or got back with what it had paid in unapplied, over or ahead",
            tolerance="none",
            remedy="reverse what was applied or refunded too much, or post what came in",
        ),
        Code(
            code="cash_of_departed_loan",
            grade=_ACKNOWLEDGE,
            compares="late payments, payments ahead and insurance proceeds of a loan with its leaving before the month",
            tolerance="none",
            remedy="post it as subsequent_recovery_received where the loan was liquidated, else overpayment_received",
        ),
        Code(
            code="withdrawal_made",
            grade=_NOTE,
            compares="withdrawals from the collection account, by group and purpose, with nothing",
            tolerance="none",
            remedy="nothing need be done where the agreement permits it",
        ),
    ),
    "Instalments": (
        Code(
            code="no_instalments",
            grade=_ACKNOWLEDGE,
            compares="a group with a balance, unless all of it was bought or liquidated, with the instalments posted",
            tolerance="none",
            remedy="post scheduled_payment_due for the month",
        ),
        Code(
            code="posted_without_loan",
            grade=_ACKNOWLEDGE,
            compares="what is posted for a whole group with nothing, where its loans have instalments of their own",
            tolerance="none",
            remedy="reverse it and post it on the loans that it is about; what names no loan is compared with none",
        ),
        Code(
            code="instalment_missing",
            grade=_ACKNOWLEDGE,
            compares="loans that began the month in the pool, but those bought or liquidated, with the instalments",
            tolerance="none",
            remedy="post scheduled_payment_due for these loans, of 0.00 where nothing falls due",
        ),
        Code(
            code="two_instalments",
            grade=_ACKNOWLEDGE,
            compares="instalments of one loan in one month",
            tolerance="none; instalments on different due dates of the note, such as every two weeks, are not meant",
            remedy="reverse the one that was posted by mistake",
        ),
        Code(
            code="due_far_from_due_date",
            grade=_ACKNOWLEDGE,
            compares="the date of an instalment with the due date of the distribution that it falls into",
            tolerance="half a month; any day that is the day of the month that the loan was boarded as due on",
            remedy="reverse it and post it on its due date",
        ),
        Code(
            code="due_unaccounted",
            grade=_ACKNOWLEDGE,
            compares="what fell due on a loan with what was received, reported delinquent, or not owed",
            tolerance="less than a cent; a cent where a payoff's shortfall is rounded with its group's",
            remedy="post collection_received or instalment_reported_delinquent; what is unpaid counts as delinquent",
        ),
        Code(
            code="collection_without_due",
            grade=_REFUSES,
            compares="collections of a loan with its instalments",
            tolerance="none",
            remedy="post the instalment, or the cash as unapplied_funds_received or overpayment_received instead",
        ),
        Code(
            code="collection_above_due",
            grade=_REFUSES,
            compares="collections of a loan (of a group that reports as one) with what it owed this month",
            tolerance="less than a cent; a cent where a payoff's shortfall is rounded with its group's",
            remedy="correct the collection; what was paid beyond it is overpayment_received or curtailment_collected",
        ),
        Code(
            code="delinquency_unlike_derived",
            grade=_ACKNOWLEDGE,
            compares="what was reported delinquent with what was due, less received, less not owed",
            tolerance="less than a cent; a cent where a payoff's shortfall is rounded with its group's",
            remedy="correct the report; the statement shows what is derived",
        ),
        Code(
            code="relief_above_interest",
            grade=_REFUSES,
            compares="Relief Act relief of a loan with the interest that fell due on it",
            tolerance="none",
            remedy="correct relief_act_shortfall_reported",
        ),
    ),
    "Interest, principal, fees": (
        Code(
            code="interest_near_note",
            grade=_NOTE,
            compares="interest due on a loan with its balance x note rate / 12, or with what its note makes of it",
            tolerance="a cent",
            remedy="nothing need be done where the note counts otherwise (days, odd periods, to the day of a payment); "
            "else correct it",
        ),
        Code(
            code="interest_unlike_note",
            grade=_ACKNOWLEDGE,
            compares="interest due on a loan with its balance x note rate / 12, or with what its note makes of it",
            tolerance="1.00 and one per cent; of daily simple interest a month's",
            remedy="correct the instalment, or post loan_rate_changed if the rate has changed",
        ),
        Code(
            code="interest_beyond_rate",
            grade=_REFUSES,
            compares="interest due on a loan with three months' interest at its note rate",
            tolerance="1.00",
            remedy="correct the instalment: it is not this loan's, or its point is misplaced",
        ),
        Code(
            code="principal_unlike_note",
            grade=_ACKNOWLEDGE,
            compares="scheduled principal of a loan with its known payment less interest, or what its note makes of it",
            tolerance="a cent",
            remedy="correct the instalment, or board the loan with the payment of its note",
        ),
        Code(
            code="servicing_fee_unlike_rate",
            grade=_NOTE,
            compares="servicing fees, delinquent ones included, with balance x servicing rate / 12, where it is stated",
            tolerance="a cent a loan; loans with late payments are left out",
            remedy="correct servicing_fee_withheld, or the rate that the loan was boarded with",
        ),
        Code(
            code="servicing_fee_beyond_rate",
            grade=_ACKNOWLEDGE,
            compares="servicing fees, delinquent ones included, with balance x servicing rate / 12, where it is stated",
            tolerance="1.00 and one per cent above; of late payments twice the share of their fees",
            remedy="correct servicing_fee_withheld, or the rate that the loan was boarded with",
        ),
        Code(
            code="collected_fee_negative",
            grade=_NOTE,
            compares="what the servicer ends up with of a group's fee with nothing",
            tolerance="none",
            remedy="nothing need be done: compensating interest and delinquency took more than the fee",
        ),
        Code(
            code="fee_unlike_terms",
            grade=_ACKNOWLEDGE,
            compares="a computed fee that was posted before the payment with what the terms give",
            tolerance="a cent a group",
            remedy="reverse fee_charged; the payment charges computed fees by itself",
        ),
        Code(
            code="posted_fee_missing",
            grade=_NOTE,
            compares="fees that are posted, not computed, with the month before",
            tolerance="none",
            remedy="post fee_charged, unless none is owed any more",
        ),
        Code(
            code="premium_unlike_loans",
            grade=_ACKNOWLEDGE,
            compares="mortgage insurance that was posted for a group with what the rates of its loans give",
            tolerance="none",
            remedy="post fee_charged or correct it; what stays unlike is shown on a line of its own",
        ),
        Code(
            code="premium_rate_unknown",
            grade=_ACKNOWLEDGE,
            compares="the loans of a group that state a rate of mortgage insurance with all of its loans",
            tolerance="none",
            remedy="board every loan of the group with its pmi_rate; zero says that it has no insurance",
        ),
        Code(
            code="contract_unlike_terms",
            grade=_ACKNOWLEDGE,
            compares="what was posted under a contract that has terms of its own with what they give",
            tolerance="none in cash; less than a cent of what was posted as due",
            remedy="post derivative_payment_received or derivative_payment_made, or correct it; what stays unlike is "
            "shown on a line of its own",
        ),
        Code(
            code="derivative_unlike_due",
            grade=_ACKNOWLEDGE,
            compares="what was paid under a contract with what was due",
            tolerance="less than a cent",
            remedy="correct derivative_payment_made or derivative_payment_received",
        ),
        Code(
            code="accrual_of_a_fraction",
            grade=_NOTE,
            compares="interest due, by group, with whole cents",
            tolerance="none",
            remedy="nothing need be done: the fraction stays an accrual",
        ),
    ),
    "Advances and losses": (
        Code(
            code="advance_without_delinquency",
            grade=_ACKNOWLEDGE,
            compares="advances of a loan with what is delinquent on it",
            tolerance="none",
            remedy="reverse the advance, or report the instalment delinquent",
        ),
        Code(
            code="advance_above_delinquency",
            grade=_ACKNOWLEDGE,
            compares="advances of a loan or group with delinquent principal, and interest net of its fee",
            tolerance="a cent",
            remedy="correct the advance",
        ),
        Code(
            code="advance_unlike_delinquency",
            grade=_NOTE,
            compares="advances of a group with delinquent principal, and interest net of its fee",
            tolerance="none",
            remedy="nothing need be done where the servicer advances less on purpose; a cent may be a rounding",
        ),
        Code(
            code="advance_after_nonrecoverable",
            grade=_ACKNOWLEDGE,
            compares="advances of a loan with an earlier certificate that it will not repay them",
            tolerance="none",
            remedy="stop advancing on the loan, or reverse the certificate",
        ),
        Code(
            code="recovery_without_liquidation",
            grade=_REFUSES,
            compares="subsequent recoveries of a loan with its liquidation",
            tolerance="none",
            remedy="post loan_liquidated first, or the cash as what it is",
        ),
        Code(
            code="recovery_above_loss",
            grade=_ACKNOWLEDGE,
            compares="subsequent recoveries of a loan to date with its realized loss",
            tolerance="none",
            remedy="correct it; what lies above the loss shows as a gain",
        ),
        Code(
            code="liquidation_interest_beyond_rate",
            grade=_ACKNOWLEDGE,
            compares="accrued interest of a liquidation with 36 months' interest on its balance at its note rate",
            tolerance="none",
            remedy="correct loan_liquidated: costs are taken off net proceeds, and are no interest",
        ),
        Code(
            code="late_payment_never_missed",
            grade=_ACKNOWLEDGE,
            compares="late payments to date of a loan boarded current with instalments reported delinquent or returned",
            tolerance="a cent",
            remedy="correct the collection: what was not owed is overpayment_received, or a curtailment_collected",
        ),
        Code(
            code="late_payment_before_boarding",
            grade=_ACKNOWLEDGE,
            compares="the instalment that a late payment names with the date to which its loan was boarded as paid",
            tolerance="none; where no such date is known, the day of the boarding",
            remedy="correct due_date; what fell due before the boarding is usually the seller's",
        ),
        Code(
            code="advance_not_repaid",
            grade=_ACKNOWLEDGE,
            compares="advances outstanding on a loan that pays late with what of its reported delinquency is unpaid",
            tolerance="a cent",
            remedy="post the late payment as what it is (late, advanced), and advance_recovered when it is drawn",
        ),
        Code(
            code="late_payment_beyond_advance",
            grade=_NOTE,
            compares="late payments of advanced instalments of a loan to date with the advances made on it",
            tolerance="a cent",
            remedy="none where it is the fee inside it, which is the trust's; post advance_made for what was advanced",
        ),
    ),
    "The pool": (
        Code(
            code="boarded_unlike_terms",
            grade=_ACKNOWLEDGE,
            compares="balance and number of loans boarded at the cut-off with those of the terms, by group",
            tolerance="none",
            remedy="board what is missing, or amend the terms",
        ),
        Code(
            code="boarded_unpaid_for",
            grade=_ACKNOWLEDGE,
            compares="loans added after closing with pre-funding spent and balances of substitutes: these are less",
            tolerance="none",
            remedy="post what paid for the rest (prefunding_withdrawn, loan_substituted), or reverse the boarding",
        ),
        Code(
            code="paid_for_not_boarded",
            grade=_ACKNOWLEDGE,
            compares="pre-funding spent and balances of substitutes with loans added after closing: these are less",
            tolerance="none",
            remedy="post loan_boarded for what was bought, or reverse what was paid for nothing",
        ),
        Code(
            code="prefunding_not_released",
            grade=_ACKNOWLEDGE,
            compares="what stands on the pre-funding account after the date of its release with nothing",
            tolerance="none",
            remedy="post prefunding_withdrawn with the rest as paid_as_principal, or amend prefunding_release_by",
        ),
        Code(
            code="capitalized_interest_not_released",
            grade=_ACKNOWLEDGE,
            compares="what stands on the capitalized interest account after the date of its release with nothing",
            tolerance="none",
            remedy="post capitalized_interest_withdrawn with the rest, or amend capitalized_interest_release_by",
        ),
        Code(
            code="funding_account_not_released",
            grade=_ACKNOWLEDGE,
            compares="what stands on the funding account after the date of its release with nothing",
            tolerance="none",
            remedy="post funding_account_released with the rest, or amend funding_account_release_by",
        ),
        Code(
            code="draws_unlike_note",
            grade=_ACKNOWLEDGE,
            compares="draws of borrowers that a variable funding note funds with what its balance rose by for them",
            tolerance="none",
            remedy="post class_balance_increased for the draws, or draw_made with who else funded them",
        ),
        Code(
            code="draws_beyond_collections",
            grade=_ACKNOWLEDGE,
            compares="draws and loans bought that principal collections pay with these collections",
            tolerance="none",
            remedy="post draw_made with who else funded the rest (the seller, a note), or say that interest pays it",
        ),
        Code(
            code="deferred_beyond_pool",
            grade=_ACKNOWLEDGE,
            compares="deferred principal that stands in the stated balance with the balance of its group",
            tolerance="none",
            remedy="post deferred_principal_collected, or the deferred part of what was forgiven or liquidated",
        ),
        Code(
            code="substitute_not_boarded",
            grade=_ACKNOWLEDGE,
            compares="the loan that a substitution names with the loans of the pool",
            tolerance="none",
            remedy="post loan_boarded for the substitute",
        ),
        Code(
            code="loan_without_balance",
            grade=_ACKNOWLEDGE,
            compares="loans that count in the pool with their balances",
            tolerance="none",
            remedy="post payoff_collected of 0.00, or reverse what took the balance",
        ),
        Code(
            code="curtailment_twice",
            grade=_ACKNOWLEDGE,
            compares="payments ahead on one loan with one another, by day and amount",
            tolerance="none",
            remedy="reverse the one that was posted again under another id",
        ),
        Code(
            code="repurchase_without_interest",
            grade=_ACKNOWLEDGE,
            compares="interest in the price of a loan bought without an instalment with a month's net interest",
            tolerance="a cent",
            remedy="correct loan_repurchased (balance plus accrued interest), or post its instalment and payment",
        ),
        Code(
            code="note_rate_unknown",
            grade=_ACKNOWLEDGE,
            compares="loans of the pool with their note rates",
            tolerance="none",
            remedy="post loan_rate_changed with the rate of the note",
        ),
        Code(
            code="payoff_rate_unlike_note",
            grade=_REFUSES,
            compares="the note rate that a payoff states with the one in force on the loan",
            tolerance="none",
            remedy="correct the payoff, or post loan_rate_changed",
        ),
        Code(
            code="rate_beyond_note",
            grade=_ACKNOWLEDGE,
            compares="the new rate of a loan with the limits that it was boarded with",
            tolerance="none",
            remedy="correct loan_rate_changed",
        ),
        Code(
            code="rate_unlike_index",
            grade=_ACKNOWLEDGE,
            compares="the rate that a loan was adjusted to with what its note makes of its index as now known",
            tolerance="half of a thousandth of a per cent",
            remedy="correct loan_rate_changed; of a closed month post the right rate from the next due date on",
        ),
        Code(
            code="bucket_unlike_paid_to",
            grade=_ACKNOWLEDGE,
            compares="the delinquency bucket of a loan with its paid-to date, by the method of the terms",
            tolerance="none",
            remedy="correct loan_status_changed",
        ),
        Code(
            code="bucket_unlike_owed",
            grade=_NOTE,
            compares="the bucket that a status states with what the loan owes, where the terms derive it from that",
            tolerance="the delinquency terms of the deal",
            remedy="nothing need be done: what is owed counts; leave the bucket out, or correct what was posted",
        ),
        Code(
            code="delinquency_not_reported",
            grade=_ACKNOWLEDGE,
            compares="loans that missed all of the instalment before this one, and paid none of it, with their status",
            tolerance="the delinquency date and method of the terms",
            remedy="post loan_status_changed with the bucket that the loan is in, or the late payment",
        ),
        Code(
            code="delinquent_beyond_pool",
            grade=_ACKNOWLEDGE,
            compares="balance and number of loans reported delinquent with those of the group",
            tolerance="none",
            remedy="correct delinquency_reported",
        ),
        Code(
            code="ages_unknown",
            grade=_NOTE,
            compares="loans of the pool with the ages and terms that averages are made of",
            tolerance="none",
            remedy="board loans with seasoning and remaining terms; what one loan lacks is blank of its group",
        ),
        Code(
            code="servicing_rates_unknown",
            grade=_NOTE,
            compares="loans of the pool with their servicing rates, before the first month is closed",
            tolerance="none",
            remedy="see that no servicing fee is owed on them, or post loan_rate_changed with the servicing rate",
        ),
    ),
    "Bonds and rates": (
        Code(
            code="index_missing",
            grade=_REFUSES,
            compares="the indexes that classes and contracts are on with the rates set for the accrual period",
            tolerance="none",
            remedy="post index_rate_set, dated the first day of the accrual period",
        ),
        Code(
            code="class_rate_missing",
            grade=_REFUSES,
            compares="the classes whose rate is reported with the rates reported for the accrual period",
            tolerance="none",
            remedy="post class_rate_reported, dated in the accrual period",
        ),
        Code(
            code="class_principal_missing",
            grade=_REFUSES,
            compares="the classes that are paid reported principal with the principal reported for the distribution",
            tolerance="none",
            remedy="post class_principal_reported, dated the payment date (0.00 where the class gets none)",
        ),
        Code(
            code="two_index_rates",
            grade=_ACKNOWLEDGE,
            compares="rates of one index for one accrual period with one another",
            tolerance="none",
            remedy="reverse the one that is wrong; the latest counts",
        ),
        Code(
            code="index_of_other_period",
            grade=_ACKNOWLEDGE,
            compares="the days that an index rate is for and was fixed on with the first day of the accrual period",
            tolerance="none",
            remedy="post the rate of this period; one that is fixed within the period is usually the next one's",
        ),
        Code(
            code="class_not_issued",
            grade=_ACKNOWLEDGE,
            compares="classes that the terms give a face with their issue, where no class was brought forward",
            tolerance="none; a class that anything was posted to is not meant",
            remedy="post bond_class_issued, dated the closing date; ledger open does so, deal_opened alone does not",
        ),
        Code(
            code="class_unpaid_by_waterfall",
            grade=_ACKNOWLEDGE,
            compares="classes that accrue interest with the steps that pay interest",
            tolerance="none",
            remedy="amend the terms: add a step, or take the rate away",
        ),
        Code(
            code="class_without_principal",
            grade=_NOTE,
            compares="classes with a balance with the steps that pay principal, where there are any",
            tolerance="none",
            remedy="name the class in a step of the waterfall that pays principal, by amending the terms",
        ),
        Code(
            code="class_without_rate",
            grade=_ACKNOWLEDGE,
            compares="classes that a step pays interest to with their rates",
            tolerance="none",
            remedy="amend the terms: give the class its rate",
        ),
        Code(
            code="bonds_above_pool",
            grade=_ACKNOWLEDGE,
            compares="class balances after the distribution with the pool and the pre-funding account",
            tolerance="a cent a class",
            remedy="look for losses that no class has borne, or for principal that was not passed through",
        ),
    ),
    "Triggers": (
        Code(
            code="trigger_without_delinquency",
            grade=_ACKNOWLEDGE,
            compares="triggers that test delinquency with what is reported of it, where the pool is reported by group",
            tolerance="none (from the fourth rules on)",
            remedy="post delinquency_reported, of nothing where nothing is behind; else the test passes for want of it",
        ),
        Code(
            code="trigger_months_missing",
            grade=_NOTE,
            compares="the months that a trigger averages with those that are known since the deal began",
            tolerance="none (from the fourth rules on)",
            remedy="post delinquency_brought_forward for earlier months; an average is over the months that are known",
        ),
    ),
}
"""Every code by what it is about, in the order in which they are described."""

CODES: dict[str, Code] = {item.code: item for items in TOPICS.values() for item in items}
"""Every code that the gate knows."""


def found(
    code: str,
    message: str,
    *,
    figures: Iterable[tuple[str, Fraction | Decimal | int]] = (),
    loans: Sequence[str] = (),
    groups: Iterable[str] = (),
    classes: Iterable[str] = (),
    events: Iterable[str] = (),
) -> Finding:
    """Return a finding of a registered code; of many loans the first are named, and the figures count them all."""
    known = CODES[code]
    counted = [("loans", len(loans))] if loans else []
    return Finding(
        code=code,
        grade=known.grade,
        message=message,
        figures=[*counted, *figures],
        loans=tuple(loans[:LISTED]),
        groups=tuple(groups),
        classes=tuple(classes),
        events=tuple(events),
        remedy=known.remedy,
    )

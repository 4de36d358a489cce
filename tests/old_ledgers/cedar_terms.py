"""The terms of the loan-level deal: every kind of class rate, fee, step and trigger that fits into one deal."""

from __future__ import annotations

import datetime as dt

from ledger import (
    AccrualRule,
    BondClass,
    BuildOvercollateralization,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CoverLosses,
    DayCount,
    DealTerms,
    DerivativeContract,
    Fee,
    FeeBasis,
    LoanGroup,
    LossLimit,
    OvercollateralizationTerms,
    PayBasisRisk,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    RateKind,
    ReimburseInsurer,
    Sharing,
    Trigger,
    TriggerKind,
)

CUT_OFF, CLOSING = dt.date(2021, 1, 1), dt.date(2021, 1, 28)
PAID = (dt.date(2021, 2, 25), dt.date(2021, 3, 25), dt.date(2021, 4, 26), dt.date(2021, 5, 25))
INDEX = "LIBOR-1M"


def terms(title: str = "Cedar Trust 2021-1 – Zürich/東京", trustee_rate: str = "0.0012") -> DealTerms:
    """Return the terms, with a title and a trustee's fee that an amendment may change."""
    return DealTerms(
        title=title,
        rules=1,
        series="Série 2021-1",
        cut_off_date=CUT_OFF,
        closing_date=CLOSING,
        calendar=CalendarTerms(first_payment_date=PAID[0], final_payment_date="2051-01-25"),
        groups=(
            LoanGroup(group_id="fix", number=1, title="Fixed", original_balance="3464000.00", original_loan_count=32),
            LoanGroup(
                group_id="arm",
                number=2,
                title="Adjustable",
                adjustable=True,
                original_balance="3300000.00",
                original_loan_count=24,
            ),
        ),
        classes=(
            BondClass(
                class_id="A",
                cusip="000000AA1",
                description="SEN FLT",
                face="5500000.00",
                rate=ClassRate(
                    kind=RateKind.FLOATING,
                    index=INDEX,
                    margin="0.0125",
                    margin_after_call="0.0250",
                    margin_step_date="2031-01-01",
                    available_funds_cap=True,
                ),
                insured=True,
            ),
            BondClass(
                class_id="M",
                face="850000.00",
                rank=2,
                rate=ClassRate(kind=RateKind.REPORTED),
                day_count=DayCount.THIRTY_360,
                accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(
                class_id="B",
                face="444000.00",
                rank=3,
                rate=ClassRate(kind=RateKind.FIXED, rate="0.0725"),
                day_count=DayCount.THIRTY_360,
                accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(
                class_id="IO",
                kind=ClassKind.NOTIONAL,
                notional_of=("A",),
                rate=ClassRate(kind=RateKind.FIXED, rate="0.0010"),
                day_count=DayCount.THIRTY_360,
                accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=4),
        ),
        fees=(
            Fee(fee_id="trustee", title="Trustee Fee", basis=FeeBasis.POOL_BALANCE, rate=trustee_rate),
            Fee(fee_id="pmi", title="Mortgage Insurance", basis=FeeBasis.POSTED),
            Fee(
                fee_id="guaranty",
                title="Guaranty Fee",
                basis=FeeBasis.CLASS_BALANCE_BEFORE,
                rate="0.0006",
                class_id="A",
                borne_by="fix",
                in_net_rate=False,
            ),
            Fee(fee_id="paying", title="Paying Agent", basis=FeeBasis.FIXED_AMOUNT, amount="125.00", borne_by="arm"),
        ),
        overcollateralization=OvercollateralizationTerms(
            target="70000.00", step_down_date="2024-02-26", step_down_percent="0.02", floor="35000.00"
        ),
        triggers=(
            Trigger(trigger_id="rolling", title="Delinquency", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.5"),
            Trigger(
                trigger_id="losses",
                title="Cumulative Loss",
                kind=TriggerKind.CUMULATIVE_LOSS,
                schedule=(LossLimit(from_date="2021-01-28", limit="0.0125"),),
            ),
        ),
        derivatives=(
            DerivativeContract(contract="CAP-1", kind="cap"),
            DerivativeContract(contract="SWAP-1", kind="swap"),
        ),
        waterfall=(
            PayDerivatives(),
            PayInterest(classes=("A", "IO"), sharing=Sharing.PRO_RATA_CLAIM),
            PayInterest(classes=("M", "B")),
            PayPrincipal(classes=("A", "M", "B")),
            CoverLosses(classes=("A", "M", "B")),
            BuildOvercollateralization(classes=("A", "M", "B")),
            PayBasisRisk(classes=("A",)),
            ReimburseInsurer(classes=("A",)),
            PayResidual(classes=("R",)),
        ),
        prefunding="100000.00",
        clean_up_call_percent="0.1",
    )

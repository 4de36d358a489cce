"""The reports, sections and rows that this trustee's template usually prints.

Nothing here decides what is read: every name comes from the text. It serves only to notice what a damaged text has
lost. Rows that differ from deal to deal (fees by payee, derivative contracts) are left out.
"""

from __future__ import annotations

from replay.filing.tables.bonds import TEMPLATES

REPORT_SECTIONS: dict[str, tuple[str, ...]] = {
    "Certificate Payment Report": tuple(template.section for template in TEMPLATES),
    "Collection Account Report": (
        "SUMMARY",
        "PRINCIPAL - COLLECTIONS",
        "PRINCIPAL - WITHDRAWALS",
        "PRINCIPAL - OTHER ACCOUNTS",
        "INTEREST - COLLECTIONS",
        "INTEREST - WITHDRAWALS",
        "INTEREST - OTHER ACCOUNTS",
        "INTEREST - FEES",
    ),
    "Credit Enhancement Report": ("ACCOUNTS", "INSURANCE", "STRUCTURAL FEATURES"),
    "Collateral Report": (
        "COLLATERAL",
        "PREFUNDING",
        "CHARACTERISTICS",
        "ARM CHARACTERISTICS",
        "SERVICING FEES / ADVANCES",
        "ADDITIONAL COLLATERAL INFORMATION",
    ),
    "REO Report": ("SUMMARY",),
    "Prepayment Report": ("VOLUNTARY PREPAYMENTS", "VOLUNTARY PREPAYMENT RATES"),
    "Prepayment Detail Report": ("SUMMARY",),
    "Realized Loss Report": ("COLLATERAL REALIZED LOSSES", "DEFAULT SPEEDS"),
    "Realized Loss Detail Report": ("SUMMARY",),
    "Triggers, Adj. Rate Cert. and Miscellaneous Report": (
        "TRIGGER EVENTS",
        "ADJUSTABLE RATE CERTIFICATE INFORMATION",
        "ADDITIONAL INFORMATION",
    ),
    "Other Related Information": ("ADDITIONAL INFORMATION",),
}

DELINQUENCY_SECTIONS = ("DELINQUENT", "FORECLOSURE", "BANKRUPTCY", "REO", "TOTAL")


def _each(stems: tuple[str, ...], pattern: str) -> tuple[str, ...]:
    return tuple(pattern.format(stem) for stem in stems)


def _triads(stems: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{stem} {when}" for stem in stems for when in ("Original", "Prior", "Current"))


def _speeds(monthly: str, annual: str, standard: str) -> tuple[str, ...]:
    plain = _each((monthly, annual), "{}") + _each((monthly, annual), "3 Months Avg {}")
    longer = _each((monthly, annual), "12 Months Avg {}") + _each((monthly, annual), "Avg {} Since Cut-off")
    approximated = _each(
        (f"3 Months Avg {standard}", f"12 Months Avg {standard}", f"Avg {standard} Since Cut-off"), "{} Approximation"
    )
    return (*plain, *longer, standard, *approximated)


_PREPAYMENT_ROWS = (
    "Number of Paid in Full Loans",
    "Number of Repurchased Loans",
    "Total Number of Loans Prepaid in Full",
    "Paid in Full Balance",
    "Repurchased Loans Balance",
    "Curtailments Amount",
    "Total Prepayment Amount",
)
_LOSS_ROWS = ("Number of Loans Liquidated", "Collateral Realized Loss/(Gain) Amount", "Net Liquidation Proceeds")
_COUNT_ROWS = (
    "Original",
    "Prior",
    "Prefunding",
    "Scheduled Paid Offs",
    "Full Voluntary Prepayments",
    "Repurchases",
    "Liquidations",
    "Current",
)
_BALANCE_ROWS = (
    "Original",
    "Prior",
    "Prefunding",
    "Scheduled Principal",
    "Partial and Full Voluntary Prepayments",
    "Repurchases",
    "Liquidations",
    "Current",
)
_COLLECTION_ROWS = ("Repurchases/Substitutions", "Liquidations")

USUAL_ROWS: dict[str, tuple[str, ...]] = {
    "SUMMARY": (
        *_each(("Collections", "Withdrawals", "Other Accounts"), "Principal {}"),
        "TOTAL PRINCIPAL",
        *_each(("Collections", "Withdrawals", "Other Accounts", "Fees"), "Interest {}"),
        "TOTAL INTEREST",
        "TOTAL AVAILABLE FUNDS TO BONDHOLDERS",
    ),
    "PRINCIPAL - COLLECTIONS": (
        *_COLLECTION_ROWS,
        "Scheduled Principal",
        "Curtailments",
        "Prepayments in Full",
        "Insurance Principal",
        "Other Additional Principal",
        "Delinquent Principal",
        "Realized Losses",
        "Substitution Adjustments- Principal",
        "Termination Price Amounts- Principal",
        "Additional Principal Amts",
        "Principal Advanced",
        "TOTAL PRINCIPAL",
    ),
    "INTEREST - COLLECTIONS": (
        *_COLLECTION_ROWS,
        "Scheduled Interest",
        "Insurance Interest",
        "Other Additional Interest",
        "Prepayment Interest Shortfalls",
        "Relief Act Interest Shortfalls",
        "Delinquent Interest",
        "Interest Realized Losses",
        "Compensating Interest",
        "Substitution Adjustments- Interest",
        "Termination Price Amounts- Interest",
        "Additional Interest Amts",
        "Interest Prepayment Premiums",
        "Interest Advanced",
        "Cap Contract Payment Amt",
        "TOTAL INTEREST",
    ),
    "INTEREST - WITHDRAWALS": (
        "Prev. Unreimbursed PMI Premiums",
        "Prev. Unreimbursed Spec Haz Premiums",
        "Prev. Unreimbursed Liq. Expenses",
        "Prev. Unreimbursed Master/Sub-Servicing Fees",
        "Amt Rvcd Not Due Bondholder /Deposits in Error",
        "Prev. Unreimb. P&I Advances/Non Recov Advances",
        "Prev. Unreimbursed Servicing Advances",
        "Clear and Terminate Collection Account",
        "TOTAL INTEREST WITHDRAWALS",
    ),
    "INTEREST - FEES": ("TOTAL INTEREST FEES",),
    "STRUCTURAL FEATURES": (
        "Current Periods Required Overcollateralization Amt",
        "Current Periods Overcollateralization Amt",
        "Current Periods Extra Principal Distribution",
        "Current Periods Net Monthly Excess Cashflow",
        "Current Periods Overcollateralization Release",
        "60 Day Rolling Delinquency Amount",
        "90 Day Rolling Delinquency Amount",
        "Available Funds Rate",
    ),
    "COLLATERAL": _each(_COUNT_ROWS, "Loan Count: {}") + _each(_BALANCE_ROWS, "Principal Balance: {}"),
    "PREFUNDING": _each(
        (
            "Original Pre-Funded Amount",
            "Balance of Subsequent Mortgage Loans added this period",
            "Withdrawal remaining amounts",
            "Pre-Funding Account Ending Balance",
        ),
        "PRE-FUNDING ACCOUNT: {}",
    ),
    "CHARACTERISTICS": _triads(
        (
            "Weighted Average Coupon",
            "Weighted Average Months to Maturity",
            "Weighted Avg Remaining Amortization Term",
            "Weighted Average Seasoning",
        )
    ),
    "ARM CHARACTERISTICS": _triads(
        _each(("Margin", "Max Rate", "Min Rate", "Cap Up", "Cap Down"), "Weighted Average {}")
    ),
    "SERVICING FEES / ADVANCES": (
        "Current Servicing Fees",
        "Delinquent Servicing Fees",
        "TOTAL SERVICING FEES",
        "Total Servicing Fees",
        "Compensating Interest",
        "Delinquent Servicing Fees",
        "COLLECTED SERVICING FEES",
        "Current PPIS",
        "Current Net PPIS",
        "Total Advanced Principal For Current Payment Date",
        "Total Advanced Interest For Current Payment Date",
        "TOTAL ADVANCES FOR CURRENT PERIOD",
    ),
    "VOLUNTARY PREPAYMENTS": _each(_PREPAYMENT_ROWS, "Current: {}") + _each(_PREPAYMENT_ROWS, "Cumulative: {}"),
    "VOLUNTARY PREPAYMENT RATES": _speeds("SMM", "CPR", "PSA"),
    "COLLATERAL REALIZED LOSSES": (
        *_each(_LOSS_ROWS, "Current: {}"),
        *_each(_LOSS_ROWS, "Cumulative: {}"),
        "Cumulative Loss Percentage For Related Payment Date",
    ),
    "DEFAULT SPEEDS": _speeds("MDR", "CDR", "SDA"),
    "ADJUSTABLE RATE CERTIFICATE INFORMATION": (
        "Current Periods Basis Risk Shortfall Carry Forward Amt",
        "Cumulative Basis Risk Shortfall Carry Forward Amt",
        "Current Periods LIBOR Rate",
    ),
}

USUAL_TOTALS: dict[str, tuple[str, ...]] = {
    "REO Report": ("Total Loan Count", "Total Original Principal Balance", "Total Current Balance"),
    "Prepayment Detail Report": (
        "Total Loan Count",
        "Total Original Principal Balance",
        "Total Prepayment Amount",
    ),
    "Realized Loss Detail Report": (
        "Total Loan Count",
        "Total Original Principal Balance",
        "Total Prior Principal Balance",
        "Total Realized Loss Amount",
        "Total Net Liquidation Proceeds",
    ),
}

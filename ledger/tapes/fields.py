"""What a tape may say of a loan: the fields that a column can be mapped to, by the kind of their values."""

from __future__ import annotations

MONTH_AMOUNTS = (
    "opening_balance",
    "principal",
    "interest",
    "curtailment",
    "payoff",
    "net_proceeds",
    "accrued_interest",
)
"""What a servicer's file of a month says of a loan in dollars, besides the balance that the month left."""

AMOUNTS = ("balance", "original_balance", "payment", "deferred_balance", "credit_limit", *MONTH_AMOUNTS)
RATES = (
    "note_rate",
    "net_rate",
    "servicing_rate",
    "margin",
    "max_rate",
    "min_rate",
    "cap_up",
    "cap_down",
    "first_cap_up",
    "first_cap_down",
    "rate_rounding",
    "pmi_rate",
    "index_rate",
    "payment_cap",
    "step",
)
RATIOS = ("loan_to_value", "negative_amortization_limit")
COUNTS = (
    "original_term_months",
    "remaining_term_months",
    "interest_only_months",
    "balloon_months",
    "look_back_days",
    "first_reset_months",
    "reset_months",
    "payment_reset_months",
    "recast_months",
    "step_months",
    "step_count",
)
MONTHS = ("remaining_amortization_months", "seasoning_months")
DATES = (
    "origination_date",
    "paid_to_date",
    "first_due_date",
    "maturity_date",
    "balloon_date",
    "first_reset_date",
    "next_reset_date",
    "draw_period_end",
    "received_date",
)
WORDS = (
    "amortization_type",
    "rate_rounding_way",
    "status",
    "payment_frequency",
    "interest_method",
    "removal",
    "bucket",
)
IDENTIFIERS = ("loan", "group", "servicer_loan", "investor_loan")
TEXTS = (*IDENTIFIERS, "state", "index_name")

NUMBERS = (*AMOUNTS, *RATES, *RATIOS, *COUNTS, *MONTHS)
FIELDS = frozenset({*TEXTS, *WORDS, *NUMBERS, *DATES})
"""What a column may be mapped to: what a tape says of a loan, and the net rate (the servicing rate follows from it)."""

REQUIRED = ("loan", "balance", "note_rate")

LOANS, MONTH = "loans", "month"
"""What the rows of a file are: loans as they stand, or what a month did to them."""

ONLY_OF_MONTH = frozenset({*MONTH_AMOUNTS, "received_date", "removal", "bucket"})
MONTH_FIELDS = ONLY_OF_MONTH | {"loan", "balance", "paid_to_date", "status"}
MONTH_REQUIRED = ("loan", "balance")

UNITS = {
    "dollars": (AMOUNTS, 0),
    "cents": (AMOUNTS, -2),
    "thousands": (AMOUNTS, 3),
    "fraction": ((*RATES, *RATIOS), 0),
    "percent": ((*RATES, *RATIOS), -2),
    "basis points": ((*RATES, *RATIOS), -4),
}
"""The units that a column may be in: the fields that can be, and the power of ten to dollars or to a fraction."""

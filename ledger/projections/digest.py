"""The hash that fixes the figures of a report: which values it covers, version by version.

A closing keeps the digest of what was then shown, for ever. So the list of what a version covers is data and never
changes: a field that a later release adds to a report enters the list of a new version, and disturbs no old digest. The
rules that a deal is under say which version its reports have.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ledger.projections.prepayments import Months
from ledger.values.exact import Exact

VERSION_OF_RULES = {1: 2, 2: 3, 3: 4, 4: 5}
"""The digest's version by the rules of the deal; version 1 was never released."""

_SECOND: dict[str, tuple[str, ...]] = {
    "Averages": ("original", "prior", "current"),
    "Cell": ("balance", "count"),
    "Claim": ("face", "balance", "interest_due", "interest_arrears", "basis_risk", "insurer_arrears", "written_down"),
    "ClassAccrual": (
        "opening_balance",
        "notional_balance",
        "uncapped_rate",
        "rate",
        "accrued",
        "basis_risk_now",
        "basis_risk_before",
        "arrears",
        "insurer_arrears",
        "written_down",
    ),
    "ClassReport": ("accrual", "non_supported", "result", "to_date"),
    "ClassResult": (
        "claim",
        "interest_paid",
        "principal_paid",
        "extra_principal",
        "basis_risk_paid",
        "residual_paid",
        "insurer_interest",
        "insurer_principal",
        "loss",
        "written_up",
        "closing_balance",
    ),
    "ClassToDate": ("interest", "scheduled_principal", "unscheduled_principal", "losses", "scheduled_now"),
    "Collateral": ("groups", "total"),
    "CollectionAccount": ("principal", "interest", "withdrawals", "fees"),
    "ContractPayment": ("due",),
    "Delinquency": ("groups", "total", "sixty_days_or_more", "ninety_days_or_more", "rolling_sixty", "rolling_ninety"),
    "DelinquencyTable": ("cells", "closing_balance", "closing_count"),
    "Derivatives": ("contracts",),
    "DistributionReport": (
        "collateral",
        "shortfalls",
        "servicing",
        "fees",
        "account",
        "derivatives",
        "delinquency",
        "averages",
        "prepayments",
        "losses",
        "prepaid_loans",
        "liquidated_loans",
        "new_reo",
        "new_reo_original",
        "new_reo_balance",
        "prefunding",
        "rates",
        "index_rates",
        "triggers",
        "oc_target",
        "waterfall",
        "classes",
    ),
    "FeeLine": ("due",),
    "GroupCollateral": (
        "opening_balance",
        "opening_count",
        "added_balance",
        "added_count",
        "scheduled_principal",
        "curtailments",
        "payoffs",
        "payoff_count",
        "insurance_principal",
        "repurchases",
        "repurchase_count",
        "liquidations",
        "liquidation_count",
        "closing_balance",
        "closing_count",
    ),
    "LiquidatedLoan": ("original_balance", "balance", "realized_loss", "net_proceeds", "note_rate"),
    "LossAmounts": ("count", "losses", "proceeds"),
    "Losses": ("current", "cumulative", "cumulative_share"),
    "MonthSpeed": ("mortality", "seasoning", "default_rate", "severity"),
    "Prefunding": ("withdrawn", "closing"),
    "PrepaidAmounts": (
        "payoff_count",
        "payoffs",
        "repurchase_count",
        "repurchases",
        "curtailments",
        "special_repurchases",
    ),
    "PrepaidLoan": ("original_balance", "amount", "note_rate"),
    "Prepayments": ("current", "cumulative", "history"),
    "Rates": ("net_mortgage", "available_funds"),
    "Servicing": (
        "current_fee",
        "delinquent_fee",
        "total_fee",
        "collected_fee",
        "advanced_principal",
        "advanced_interest",
    ),
    "Shortfalls": ("prepayment", "compensating", "non_supported", "relief_act"),
    "StepResult": ("available", "due", "left"),
    "TriggerTest": ("value", "limit"),
    "WaterfallResult": (
        "classes",
        "steps",
        "excess",
        "released",
        "extra_principal",
        "closing_bonds",
        "overcollateralization",
        "derivatives_paid",
        "left_over",
    ),
}

_THIRD: dict[str, tuple[str, ...]] = _SECOND | {
    "DistributionReport": (*_SECOND["DistributionReport"], "instalments"),
    "Instalments": (
        "due_principal",
        "due_interest",
        "received_principal",
        "received_interest",
        "delinquent_principal",
        "delinquent_interest",
        "late_principal",
        "late_interest",
    ),
}

_FOURTH: dict[str, tuple[str, ...]] = _THIRD | {
    "ClassReport": (*_SECOND["ClassReport"], "interest_adjustments", "loss"),
    "DistributionReport": (*_THIRD["DistributionReport"], "original_counts", "original_balances"),
}

FIELDS: dict[int, Mapping[str, tuple[str, ...]]] = {
    2: _SECOND,
    3: _THIRD,
    4: _FOURTH,
    5: _FOURTH
    | {
        "AccountReport": (
            "opening",
            "earned",
            "drawn_interest",
            "drawn_principal",
            "released",
            "funded",
            "target",
            "closing",
        ),
        "ClassResult": (*_SECOND["ClassResult"], "deferred_interest", "premiums_paid", "losses_paid"),
        "ClassToDate": (*_SECOND["ClassToDate"], "losses_paid"),
        "DistributionReport": (*_FOURTH["DistributionReport"], "group_targets", "exchangeable", "accounts"),
        "FeeResult": ("due", "arrears", "paid"),
        "GroupCollateral": (
            *_SECOND["GroupCollateral"],
            "draws",
            "capitalized",
            "modified",
            "deferred_collected",
            "deferred_balance",
        ),
        "StepResult": (*_SECOND["StepResult"], "found"),
        "TriggerTest": (*_SECOND["TriggerTest"], "numerator", "denominator", "state"),
        "GroupTarget": ("target",),
        "WaterfallResult": (
            *_SECOND["WaterfallResult"],
            "released_by_group",
            "group_overcollateralization",
            "fees",
        ),
        "ExchangeReport": ("opening_balance", "interest", "principal", "loss", "closing_balance"),
    },
}
"""The fields that a digest of each version covers, by the class of the part of a report, in order.

What was recorded as paid is never among them: it follows the closing of a period and must not change its digest.
"""


def flatten(report: object, version: int) -> list[tuple[str, str]]:
    """Return every exact value that a version covers, with the path to it, in order."""
    found: list[tuple[str, str]] = []
    _flatten(report, "", FIELDS[version], found)
    return found


def _flatten(value: Any, name: str, fields: Mapping[str, tuple[str, ...]], found: list[tuple[str, str]]) -> None:
    if isinstance(value, Exact):
        found.append((name, str(value.value)))
    elif isinstance(value, dict):
        for key, item in value.items():
            _flatten(item, f"{name}[{key}]", fields, found)
    elif isinstance(value, tuple | Months):
        for index, item in enumerate(value):
            _flatten(item, f"{name}[{index}]", fields, found)
    else:
        for part in fields.get(type(value).__name__, ()):
            _flatten(getattr(value, part), f"{name}.{part}" if name else part, fields, found)


def digest(report: object, version: int) -> str:
    """Return the digest of a report, which begins with its version."""
    hashed = sha256("\n".join(f"{name}={value}" for name, value in flatten(report, version)).encode()).hexdigest()
    return f"{version}:{hashed}"

"""What an event does to the stated balance of its loan: the linear part, by event type.

These tables say in words what :class:`~ledger.rules.state.LoanPosition` says in code; the store needs them to keep the
position of every loan in columns.
"""

from __future__ import annotations

from collections.abc import Mapping

BOARDING = "loan_boarded"
"""The one type that brings a loan in; its balance is ``principal`` (in the cut-off pool) or ``memo`` (later)."""

BALANCE_SIGN: Mapping[str, int] = {
    BOARDING: 1,
    "scheduled_payment_due": -1,
    "curtailment_collected": -1,
    "payoff_collected": -1,
    "loan_repurchased": -1,
    "loan_substituted": -1,
    "loan_liquidated": -1,
    "insurance_proceeds_received": -1,
    "principal_deferred": -1,
    "deferred_principal_collected": -1,
    "principal_forgiven": -1,
    "interest_capitalized": 1,
    "draw_made": 1,
}
"""What ``principal`` of an event type does to the stated balance of its loan."""

REDUCING = frozenset(name for name, sign in BALANCE_SIGN.items() if sign < 0)
"""Event types that take principal off a loan."""

RAISING = frozenset(name for name, sign in BALANCE_SIGN.items() if sign > 0 and name != BOARDING)
"""Event types that add principal to a loan of the pool."""

LOSSES: Mapping[str, str] = {
    "loan_liquidated": "loss",
    "principal_deferred": "principal",
    "principal_forgiven": "principal",
}
"""Event types that realize losses, with the component that says how much."""

DEFERRING_TYPES = ("principal_deferred", "deferred_principal_collected", "principal_forgiven", "loan_liquidated")
"""Event types that move the deferred balance of a loan, which stands beside the one that bears interest."""

RECOVERIES = ("subsequent_recovery_received", "deferred_principal_collected")
"""Event types whose ``loss`` component came in on losses realized before."""

REFERENCE: Mapping[str, str] = {
    "reference_principal_due": "scheduled_payment_due",
    "reference_principal_prepaid": "payoff_collected",
    "credit_event_reported": "loan_liquidated",
    "reference_recovery_reported": "subsequent_recovery_received",
}
"""Event types of a reference pool, each with the type among whose sums its own are counted: a pool falls, prepays and
loses alike whoever has its cash."""

COUNTED_WITH: Mapping[str, str] = {ordinary: name for name, ordinary in REFERENCE.items()}
"""The type of a reference pool that is counted with an ordinary one."""

REMOVALS = ("payoff_collected", "loan_repurchased", "loan_substituted", "loan_liquidated")
"""Event types that take loans out of the pool; their ``loans`` component says how many."""

PAYING_TYPES = ("collection_received", "unapplied_funds_applied", "payment_returned")
"""Event types that pay instalments, and the one that takes a payment back; their codes say when."""

MONTHLY_TYPES = frozenset(
    {
        "scheduled_payment_due",
        "collection_received",
        "instalment_reported_delinquent",
        "curtailment_collected",
        "payoff_collected",
        "advance_made",
        "servicing_fee_withheld",
        "compensating_interest_paid",
        "loan_status_changed",
    }
)
"""Event types that make up a loan's month. They rest on nothing but their loan and its calendar, so that they can be
decided quickly, and by columns."""

ROUTINE_TYPES = ("scheduled_payment_due", "servicing_fee_withheld")
"""Event types that every loan has every month."""

ROUTINE_CODE = ("collection_received", "on time")
"""The type and code of what every punctual loan has every month besides."""


def is_routine(type_name: str) -> bool:
    """Say whether events of this type, or most of them, are what every loan has every month."""
    return type_name in ROUTINE_TYPES or type_name == ROUTINE_CODE[0]

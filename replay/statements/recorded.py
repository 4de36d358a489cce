"""What a distribution was recorded as paid, beside what its waterfall computes."""

from __future__ import annotations

from collections.abc import Iterator

from ledger import Exact
from replay.statements.statement import Statement


def recorded_values(found: Statement) -> Iterator[tuple[str, str, Exact, Exact]]:
    """Yield class, interest, principal or losses paid, what the waterfall computes and what was recorded (dollars)."""
    for name, item in found.report.classes.items():
        if not item.recorded.anything:
            continue
        result = item.result
        interest = result.interest_paid + result.basis_risk_paid + result.residual_paid + result.insurer_interest
        yield name, "interest", interest, item.recorded.interest
        yield name, "principal", result.all_principal, item.recorded.principal
        if result.losses_paid.value or item.recorded.losses_paid.value:
            yield name, "losses paid", result.losses_paid, item.recorded.losses_paid


def recorded_rows(found: Statement) -> list[dict[str, str]]:
    """Return what the waterfall computes beside what was recorded as paid, class by class, as plain rows."""
    return [
        {
            "class": name,
            "of": what,
            "computed": str(computed.decimal),
            "recorded": str(recorded.decimal),
            "difference": str((recorded - computed).decimal),
        }
        for name, what, computed, recorded in recorded_values(found)
    ]

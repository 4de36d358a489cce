"""What a distribution was recorded as paid, beside what its waterfall computes."""

from __future__ import annotations

from replay.statements.statement import Statement


def recorded_rows(found: Statement) -> list[dict[str, str]]:
    """Return what the waterfall computes beside what was recorded as paid, class by class, as plain rows."""
    rows: list[dict[str, str]] = []
    for name, item in found.report.classes.items():
        if not item.recorded.anything:
            continue
        result = item.result
        interest = result.interest_paid + result.basis_risk_paid + result.residual_paid + result.insurer_interest
        for what, computed, recorded in (
            ("interest", interest, item.recorded.interest),
            ("principal", result.all_principal, item.recorded.principal),
        ):
            rows.append(
                {
                    "class": name,
                    "of": what,
                    "computed": str(computed.decimal),
                    "recorded": str(recorded.decimal),
                    "difference": str((recorded - computed).decimal),
                }
            )
    return rows

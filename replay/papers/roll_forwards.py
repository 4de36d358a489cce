"""The pool and the classes rolled forward: what stood there, what moved it, and what stands there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from ledger import ClassKind, DistributionReport, Exact, GroupCollateral

_POOL = {
    "Before": "opening_balance",
    "Loans added": "added_balance",
    "Scheduled principal": "scheduled_principal",
    "Curtailments": "curtailments",
    "Loans paid in full": "payoffs",
    "Insurance principal": "insurance_principal",
    "Repurchases": "repurchases",
    "Liquidations": "liquidations",
    "Draws": "draws",
    "Arrears added to principal": "capitalized",
    "Forgiven and deferred": "modified",
    "Deferred principal collected": "deferred_collected",
}


@attrs.frozen(kw_only=True)
class Rolled:
    """One roll-forward in dollars: its lines by who holds them, and the balances that they lead to."""

    title: str
    holders: tuple[str, ...]
    lines: tuple[tuple[str, Mapping[str, Exact]], ...]
    closing_label: str
    closing: Mapping[str, Exact]


def rolled_forward(report: DistributionReport) -> Iterator[Rolled]:
    """Yield the roll-forward of the pool by group, and that of the classes."""
    yield _pool(report)
    yield _classes(report)


def _pool(report: DistributionReport) -> Rolled:
    pools: dict[str, GroupCollateral] = {
        (group.title or group.group_id): report.collateral.groups[group.group_id] for group in report.terms.groups
    }
    if len(pools) < len(report.terms.groups):
        pools = dict(report.collateral.groups)
    pools = {**pools, "Whole pool": report.collateral.total}
    lines = [(label, {name: getattr(pool, field) for name, pool in pools.items()}) for label, field in _POOL.items()]
    return Rolled(
        title="Pool",
        holders=tuple(pools),
        lines=tuple((label, values) for label, values in lines if _moves(label, values)),
        closing_label="After",
        closing={name: pool.closing_balance for name, pool in pools.items()},
    )


def _moves(label: str, values: Mapping[str, Exact]) -> bool:
    return label == "Before" or any(value.value for value in values.values())


def _classes(report: DistributionReport) -> Rolled:
    held = {
        name: item for name, item in report.classes.items() if item.accrual.bond.kind is ClassKind.PRINCIPAL
    }  # fmt: skip
    lines: list[tuple[str, dict[str, Exact]]] = [
        ("Before", {name: item.accrual.opening_balance for name, item in held.items()}),
        ("Interest added to the balance", {name: item.deferred_interest for name, item in held.items()}),
        ("Principal paid", {name: -item.principal for name, item in held.items()}),
        ("Losses, net of what was written up", {name: item.result.written_up - item.result.loss
                                                for name, item in held.items()}),
    ]  # fmt: skip
    closing = {name: item.result.closing_balance for name, item in held.items()}
    rounding = {
        name: closing[name] - sum((line[name].value for _, line in lines), start=0 * closing[name].value)
        for name in held
    }
    lines.append(("Rounding, and what else moved it", rounding))
    return Rolled(
        title="Classes",
        holders=tuple(held),
        lines=tuple((label, values) for label, values in lines if _moves(label, values)),
        closing_label="After",
        closing=closing,
    )


__all__ = ["Rolled", "rolled_forward"]

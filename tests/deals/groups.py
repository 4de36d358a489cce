"""What loan groups bring to a waterfall, in dollars."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ledger import Exact, GroupMeans, Means, PrincipalKind
from tests.deals.claims import dollars


def brings(
    interest: str, opening: str, *, closing: str | None = None, liquidated: str = "0", **principal: str
) -> GroupMeans:
    """One group; its pool falls by its principal unless ``closing`` says otherwise."""
    amounts = {kind: dollars(principal.get(kind.value, "0")) for kind in PrincipalKind}
    fallen = sum((Decimal(value) for value in principal.values()), Decimal(0))
    return GroupMeans(
        interest=dollars(interest),
        principal=amounts,
        opening_pool=dollars(opening),
        closing_pool=dollars(closing if closing is not None else str(Decimal(opening) - fallen)),
        liquidated=dollars(liquidated),
    )


def together(groups: dict[str, GroupMeans], **more: Any) -> Means:
    """The means of a deal of these groups."""

    def whole(values: list[Exact]) -> Exact:
        return Exact(sum((value.value for value in values), Exact(0).value))

    return Means(
        interest_funds=whole([item.interest for item in groups.values()]),
        principal_funds=whole([item.principal_funds for item in groups.values()]),
        closing_pool=whole([item.closing_pool for item in groups.values()]),
        groups=groups,
        **more,
    )

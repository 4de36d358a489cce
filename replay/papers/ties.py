"""What of a statement must be equal to what, in a workbook that a reader can recalculate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import attrs

from ledger import DOLLARS, Exact, total
from replay.papers.paper import Paper
from replay.statements.recorded import recorded_values


@attrs.frozen(kw_only=True)
class Tie:
    """Two amounts that are to be the same, and what each is; ``unit`` is the smallest amount of the deal's cash."""

    what: str
    left_is: str
    left: Exact
    right_is: str
    right: Exact
    unit: Fraction = DOLLARS.unit

    @property
    def apart(self) -> Exact:
        """The left less the right."""
        return self.left - self.right

    @property
    def verdict(self) -> str:
        """Say whether both are the same; what was paid is the cents of what was computed."""
        if not self.apart.value:
            return "equal"
        return "equal to the cent" if abs(self.apart.value) < self.unit else "APART"


def ties_of(paper: Paper) -> Iterator[Tie]:
    """Yield what of a statement is held against what: pool, classes, cash, and what was recorded as paid."""
    report = paper.statement.report
    pools = report.collateral
    yield Tie(
        what="Pool before the distribution",
        left_is="whole pool",
        left=pools.total.opening_balance,
        right_is="its groups",
        right=total(item.opening_balance for item in pools.groups.values()),
    )
    yield Tie(
        what="Pool after the distribution",
        left_is="whole pool",
        left=pools.total.closing_balance,
        right_is="its groups",
        right=total(item.closing_balance for item in pools.groups.values()),
    )
    yield Tie(
        what="Bonds after the distribution",
        left_is="as the waterfall left them",
        left=report.waterfall.closing_bonds,
        right_is="its classes",
        right=total(item.result.closing_balance for item in report.classes.values()),
    )
    for chart in paper.charts:
        for place in dict.fromkeys(stream.target for stream in chart.streams):
            on = [stream.amount for stream in chart.streams if stream.source == place]
            if on:
                yield Tie(
                    what=f"Cash: {place}",
                    left_is="what came in",
                    left=_added(stream.amount for stream in chart.streams if stream.target == place),
                    right_is="what went on",
                    right=_added(on),
                )
    for name, of, computed, recorded in recorded_values(paper.statement):
        yield Tie(
            what=f"{of.capitalize()} of {name}",
            left_is="recorded as paid",
            left=recorded,
            right_is="computed",
            right=computed,
            unit=report.terms.currency.unit,
        )


def _added(amounts: Iterable[Fraction]) -> Exact:
    return Exact(sum(amounts, Fraction(0)))


__all__ = ["Tie", "ties_of"]

"""What a servicer's file of a month came to, as a report: by group, from the balance before to the one after."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from ledger.reports.report import DEALS_CURRENCY, Column, ColumnKind, Fact, Report, Spelling, Table


class ReadMonth(Protocol):
    """What a report needs to know of a file that was read."""

    @property
    def groups(self) -> Mapping[str, Any]:
        """What the month came to by group."""

    @property
    def events(self) -> tuple[Any, ...]:
        """What is to be posted."""

    @property
    def rows(self) -> int:
        """The rows of the files."""

    @property
    def blank(self) -> int:
        """Those that say nothing."""

    @property
    def filtered(self) -> int:
        """Those that filters pass over."""

    @property
    def gone(self) -> int:
        """Those of loans that had left before."""

    @property
    def as_noted(self) -> int:
        """The loans that paid what their notes say."""


_AMOUNTS = ("opening", "principal", "curtailments", "payoffs", "liquidated", "repurchased", "closing", "interest")
_COLUMNS = (
    Column("group"),
    Column("loans", kind=ColumnKind.COUNT, spelling=Spelling.GROUPED),
    *(Column(name, kind=ColumnKind.MONEY, spelling=Spelling.GROUPED, unit=DEALS_CURRENCY) for name in _AMOUNTS),
    Column("missed", kind=ColumnKind.COUNT, spelling=Spelling.GROUPED),
)


def remittance_report(reading: ReadMonth) -> Report:
    """Return what the month came to; in every group, opening less what reduced it is closing, by what was checked."""
    held = [
        {
            "group": group,
            "loans": sums.loans,
            "missed": sums.missed,
            **{name: getattr(sums, name) for name in _AMOUNTS},
        }
        for group, sums in reading.groups.items()
    ]
    whole = sum((sums.closing for sums in reading.groups.values()), Decimal("0.00"))
    facts = {
        "rows": reading.rows,
        "blank": reading.blank,
        "filtered": reading.filtered,
        "gone": reading.gone,
        "as_noted": reading.as_noted,
        "to_post": len(reading.events),
    }
    told = f"{reading.rows:,} rows read: {len(reading.events):,} events to post, {reading.as_noted:,} loans as noted"
    return Report(
        title=f"{told}; {whole:,} left",
        parts=(
            *(Fact(name, value) for name, value in facts.items()),
            Table.of(_COLUMNS, held, name="groups", caption="what the month came to, by group"),
        ),
    )

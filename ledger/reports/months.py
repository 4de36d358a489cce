"""A month as it is proposed, as a report: by group, loan by loan where asked, and what could not be built."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from ledger.reports.report import (
    DEALS_CURRENCY,
    Column,
    ColumnKind,
    Fact,
    Provenance,
    Report,
    ReportPart,
    Spelling,
    Table,
)

MOST_LISTED = 20
"""Loans and resets that a reader is shown; a program is told all of them."""


class ProposedMonth(Protocol):
    """What a report needs to know of a month; see :class:`ledger.MonthProposal`."""

    @property
    def deal(self) -> str:
        """The deal."""

    @property
    def due_date(self) -> dt.date:
        """The due date of the distribution."""

    @property
    def distribution(self) -> Any:
        """The distribution, with its payment date."""

    @property
    def known_through(self) -> int:
        """The sequence that it was built behind."""

    @property
    def groups(self) -> Sequence[Any]:
        """What the month says by group."""

    @property
    def resets(self) -> Sequence[Any]:
        """The rates that change."""

    @property
    def unbuilt(self) -> Sequence[Any]:
        """The loans whose notes say too little."""

    @property
    def said(self) -> Mapping[Any, Any]:
        """Everything that the month says."""

    @property
    def differences(self) -> Any:
        """What must be posted."""

    @property
    def again(self) -> int:
        """How often it was built before."""

    @property
    def is_posted(self) -> bool:
        """Whether it stands as it says."""

    @property
    def excepted(self) -> int:
        """The loans of which somebody posted something."""


def _money(name: str, heading: str) -> Column:
    return Column(name, heading=heading, kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.ACCOUNTING)


def _count(name: str, heading: str) -> Column:
    return Column(name, heading=heading, kind=ColumnKind.COUNT, spelling=Spelling.GROUPED)


_GROUPS = (
    Column("group"),
    _count("instalments", "instalments"),
    _money("due_principal", "principal due"),
    _money("due_interest", "interest due"),
    _count("as_due", "came as due"),
    _money("paid_principal", "principal in"),
    _money("paid_interest", "interest in"),
    _count("missed", "missed"),
    _money("missed_principal", "principal missed"),
    _money("missed_interest", "interest missed"),
    _money("advanced", "advanced"),
    _money("servicing_fee", "servicing fee"),
    _money("recovered", "advances repaid"),
    _money("compensating_interest", "compensating interest"),
    _money("insurance_premiums", "insurance premiums"),
    _count("rate_changes", "rates"),
    _count("payment_changes", "payments"),
)
_LOANS = (
    Column("event_type", heading="event"),
    Column("whose", heading="loan or group"),
    Column("date", kind=ColumnKind.DATE),
    _money("principal", "principal"),
    _money("interest", "interest"),
    _money("fee", "fee"),
    Column("level", heading="rate or payment", kind=ColumnKind.NUMBER),
)
_RESETS = (
    Column("loan"),
    Column("on", heading="from", kind=ColumnKind.DATE),
    Column("before", kind=ColumnKind.RATE),
    Column("rate", kind=ColumnKind.RATE),
    Column("figure", heading="index", kind=ColumnKind.RATE),
    Column("figure_of", heading="of", kind=ColumnKind.DATE),
    Column("told", heading="how"),
)
_UNBUILT = (Column("loan"), Column("group"), Column("missing", heading="lacks", kind=ColumnKind.LIST), Column("why"))


def month_report(month: ProposedMonth, *, by_loan: bool = False) -> Report:
    """Return what a month says, and what posting it would do."""
    due = month.due_date
    parts: list[ReportPart] = [
        Fact("due_date", due),
        Fact("is_posted", month.is_posted),
        Table(name="groups", columns=_GROUPS, rows=tuple(_groups(month)), caption="What the month says, by group"),
    ]
    if month.resets:
        shown = ("loan", "on", "before", "rate", "figure", "figure_of", "told")
        rows = tuple(
            (item.loan, item.on, item.before, item.rate, item.figure, item.figure_of, item.told)
            for item in month.resets
        )
        parts.append(_listed("resets", _RESETS, rows, f"{len(rows)} rates change", shown))
    if month.unbuilt:
        lacking = tuple((item.loan, item.group, item.missing, item.why) for item in month.unbuilt)
        told = _not_built(month)
        parts.append(_listed("unbuilt", _UNBUILT, lacking, told, tuple(column.name for column in _UNBUILT)))
    if by_loan:
        parts.append(Table(name="loans", columns=_LOANS, rows=tuple(_loans(month)), caption="Loan by loan"))
    return Report(
        title=f"{month.deal}: the month due {due}, paid {month.distribution.payment_date}",
        summary=tuple(_summary(month)),
        provenance=Provenance(
            deal=month.deal, distribution_date=month.distribution.payment_date, known_through=month.known_through
        ),
        parts=tuple(parts),
    )


def _listed(
    name: str, columns: tuple[Column, ...], rows: tuple[tuple[Any, ...], ...], told: str, shown: tuple[str, ...]
) -> Table:
    caption = told if len(rows) <= MOST_LISTED else f"{told}; all of them in --format json"
    return Table(
        name=name, columns=columns, rows=rows, caption=caption, shown=shown if len(rows) <= MOST_LISTED else ()
    )


def _summary(month: ProposedMonth) -> Iterator[str]:
    found = month.differences
    yield f"known through {month.known_through}; {month.excepted:,} loans with something posted by others"
    if month.is_posted:
        yield "everything it says stands in the ledger"
    else:
        before = f"built {month.again} times before; " if month.again > 1 else "built before; " if month.again else ""
        yield (
            f"{before}to be posted: {len(found.new):,} new, {len(found.corrected):,} otherwise than before, "
            f"{len(found.withdrawn):,} no longer"
        )
    # A table that is too long is not shown to a reader, who must know of it all the same.
    if len(month.resets) > MOST_LISTED:
        yield f"{len(month.resets)} rates change; all of them in --format json"
    if len(month.unbuilt) > MOST_LISTED:
        yield f"{_not_built(month)}; all of them in --format json"


def _not_built(month: ProposedMonth) -> str:
    return f"{len(month.unbuilt)} loans are not built: their notes say too little; post their instalments as facts"


def _groups(month: ProposedMonth) -> Iterator[tuple[Any, ...]]:
    for item in month.groups:
        yield tuple(getattr(item, column.name) for column in _GROUPS)


def _loans(month: ProposedMonth) -> Iterator[tuple[Any, ...]]:
    for key, amounts in month.said.items():
        day = dt.date(key.day // 10_000, key.day // 100 % 100, key.day % 100)
        scale = 10 if key.type == "loan_rate_changed" else 4
        level = Decimal(amounts.level).scaleb(-scale) if amounts.level else None
        yield (
            key.type,
            key.whose,
            day,
            _dollars(amounts.principal),
            _dollars(amounts.interest),
            _dollars(amounts.fee),
            level,
        )


def _dollars(units: int) -> Decimal:
    return Decimal(units // 100).scaleb(-2) if units % 100 == 0 else Decimal(units).scaleb(-4)


__all__ = ["month_report"]

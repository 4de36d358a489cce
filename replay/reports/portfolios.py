"""Many deals at one record date, as a report: a line a deal."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from ledger.reports import DEALS_CURRENCY, CellValue, Column, ColumnKind, Fact, Prose, Report, Spelling, Table
from replay.portfolio.lines import Outcome, PortfolioLine

_DIGEST_SHOWN = 18
"""Characters of a digest that a reader is shown; programs are told all of it."""


def _dollars(name: str, heading: str) -> Column:
    return Column(name, heading=heading, kind=ColumnKind.AMOUNT4, unit=DEALS_CURRENCY, spelling=Spelling.GROUPED)


_COLUMNS = (
    Column("deal"),
    Column("outcome"),
    Column("record_date", kind=ColumnKind.DATE),
    Column("distribution_date", heading="distribution", kind=ColumnKind.DATE),
    Column("known_through", heading="known", kind=ColumnKind.NUMBER),
    _dollars("pool_balance", "pool"),
    Column("pool_count", heading="loans", kind=ColumnKind.NUMBER, spelling=Spelling.GROUPED),
    _dollars("class_balance", "classes"),
    _dollars("funds", "funds"),
    _dollars("interest", "interest"),
    _dollars("principal", "principal"),
    _dollars("overcollateralization", "OC"),
    _dollars("delinquent_60", "60+ days"),
    Column("digest"),
    Column("reason"),
    Column("report", aside=True),
)
_SHOWN = (
    "deal",
    "distribution_date",
    "known_through",
    "pool_balance",
    "pool_count",
    "class_balance",
    "funds",
    "interest",
    "principal",
    "overcollateralization",
    "delinquent_60",
    "report",
)


def portfolio_report(
    lines: Sequence[PortfolioLine],
    record_date: dt.date,
    known_at: dt.datetime | None = None,
    *,
    as_closed: bool = False,
) -> Report:
    """Return the line of every deal, why those without figures have none, and how many came out how."""
    counts = Counter(line.outcome for line in lines)
    reasons = tuple(f"{line.deal}: {line.outcome}: {line.reason}{_known(line)}" for line in lines if line.reason)
    rows: list[dict[str, CellValue]] = [{**line.row(), "report": _last(line)} for line in lines]
    return Report(
        title=f"Portfolio on {record_date}",
        titled=False,
        parts=(
            Fact("record_date", record_date),
            Fact("known_through", None),
            *(() if known_at is None else (Fact("known_at", known_at.isoformat()),)),
            *((Fact("as_closed", "yes"),) if as_closed else ()),
            Fact("outcomes", tuple(Fact(outcome.value, counts[outcome.value]) for outcome in Outcome)),
            Table.of(_COLUMNS, rows, name="deals", shown=_SHOWN),
            *((Prose(lines=reasons),) if reasons else ()),
            Prose(lines=(counted(lines),)),
        ),
    )


def _known(line: PortfolioLine) -> str:
    return f" (known through event {line.known_through})" if line.known_through and not line.digest else ""


def _last(line: PortfolioLine) -> str:
    return f"{line.digest[:_DIGEST_SHOWN]}..." if line.digest else line.outcome


def counted(lines: Sequence[PortfolioLine]) -> str:
    """Return how many deals there are, and how many came out how, in a sentence."""
    counts = Counter(line.outcome for line in lines)
    parts = [f"{counts[outcome]} {outcome}" for outcome in map(str, Outcome) if counts[outcome]]
    return f"{len(lines)} deal{'' if len(lines) == 1 else 's'}: {', '.join(parts) or 'none'}"

"""Many deals at one record date: a line a deal, whoever replays it.

:func:`replay_deal` is the whole work on one deal, from plain values to plain values. A *mapper* runs it over the tasks:
in this thread, in others, or on the workers of a cluster (:mod:`replay.portfolio.workers`). Which one it was cannot be
seen in what comes out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol, TypeVar

import attrs

from ledger import (
    DistributionReport,
    Exact,
    InvalidArgument,
    LedgerError,
    NoDistribution,
    ReplayGap,
    StoreUnavailable,
    TotalRow,
    UnknownDeal,
    absolute_address,
    archive_parts,
    deals_at,
    merged_totals,
    open_deal_at,
    part_totals,
    total,
)
from replay.statements.asking import Known, report_asked

T = TypeVar("T")
R = TypeVar("R")

PortfolioProgress = Callable[[int, int], None]
"""Told how many deals are done, and of how many."""


class Mapper(Protocol):
    """Runs a function over items, somewhere, and yields each item's position with what came of it, in any order.

    What is raised for one item is yielded in its place, so that the others go on.
    """

    def __call__(self, function: Callable[[T], R], items: Sequence[T], /) -> Iterator[tuple[int, R | Exception]]:
        """Yield the position of every item once, with its result or with what was raised."""


class Outcome(StrEnum):
    """What came of a deal."""

    REPLAYED = "replayed"
    NO_DISTRIBUTION = "no distribution"
    INCOMPLETE = "incomplete"
    UNAVAILABLE = "unavailable"
    DAMAGED = "damaged"
    REFUSED = "refused"

    @property
    def failed(self) -> bool:
        """Whether figures that there should be could not be made."""
        return self not in (Outcome.REPLAYED, Outcome.NO_DISTRIBUTION)


@attrs.frozen(kw_only=True)
class PortfolioTask:
    """One deal to replay: where it is, and as of when."""

    address: str
    deal: str
    record_date: dt.date
    known_at: dt.datetime | None = None
    as_closed: bool = False


@attrs.frozen(kw_only=True)
class PortfolioLine:
    """One deal of a portfolio; amounts in dollars as exact decimals, everything empty that is not known.

    ``record_date`` is that of the distribution. ``funds`` are interest and principal available for distribution,
    ``interest`` and ``principal`` what the waterfall pays to all classes, ``delinquent_60`` the balance of loans two
    payments or more behind. ``digest`` is that of the whole report; ``reason`` says why there is none.
    """

    deal: str
    outcome: str
    record_date: str = ""
    distribution_date: str = ""
    known_through: str = ""
    pool_balance: str = ""
    pool_count: str = ""
    class_balance: str = ""
    funds: str = ""
    interest: str = ""
    principal: str = ""
    overcollateralization: str = ""
    delinquent_60: str = ""
    digest: str = ""
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether figures that there should be could not be made."""
        return Outcome(self.outcome).failed

    def row(self) -> dict[str, str]:
        """Return the line as a plain row."""
        return attrs.asdict(self)


def _amount(value: Exact) -> str:
    return str(value.decimal)


def portfolio_line(report: DistributionReport) -> PortfolioLine:
    """Return a report as its line of a portfolio."""
    pool, classes = report.collateral.total, report.classes.values()
    return PortfolioLine(
        deal=report.deal,
        outcome=Outcome.REPLAYED.value,
        record_date=str(report.distribution.record_date),
        distribution_date=str(report.distribution.payment_date),
        known_through=str(report.known_through),
        pool_balance=_amount(pool.closing_balance),
        pool_count=str(pool.closing_count.value),
        class_balance=_amount(total(item.result.closing_balance for item in classes)),
        funds=_amount(total((report.account.interest_funds, report.account.principal_funds))),
        interest=_amount(total(item.interest for item in classes)),
        principal=_amount(total(item.principal for item in classes)),
        overcollateralization=_amount(report.waterfall.overcollateralization),
        delinquent_60=_amount(report.delinquency.sixty_days_or_more),
        digest=report.digest,
    )


def _reason(fault: Exception) -> str:
    told = " ".join(str(fault).split())
    return told if isinstance(fault, LedgerError) else f"{type(fault).__name__}: {told}"


def _unavailable(deal: str, fault: Exception) -> PortfolioLine:
    return PortfolioLine(deal=deal, outcome=Outcome.UNAVAILABLE.value, reason=_reason(fault))


def _line_of_fault(deal: str, fault: Exception, known: int | None) -> PortfolioLine:
    if isinstance(fault, NoDistribution):
        outcome = Outcome.NO_DISTRIBUTION
    elif isinstance(fault, InvalidArgument):
        outcome = Outcome.REFUSED
    elif isinstance(fault, ReplayGap):
        outcome = Outcome.INCOMPLETE
    elif isinstance(fault, StoreUnavailable | UnknownDeal):
        outcome = Outcome.UNAVAILABLE
    else:
        outcome = Outcome.DAMAGED
    told = "" if known is None else str(known)
    return PortfolioLine(deal=deal, outcome=outcome.value, known_through=told, reason=_reason(fault))


def replay_deal(
    address: str,
    deal: str,
    record_date: dt.date,
    known_through: int | None = None,
    *,
    known_at: dt.datetime | None = None,
    as_closed: bool = False,
) -> PortfolioLine:
    """Replay one deal of the ledger or archives at an address; a deal that cannot be is a line that says why.

    The line has the sequence that a moment stands for in the deal's own log, or at which its distribution was closed.
    """
    known = known_through
    try:
        with open_deal_at(address, deal) as ledger:
            asked = Known(through=known_through, at=known_at, as_closed=as_closed)
            if not as_closed:
                known = asked.sequence(ledger, deal)
                asked = Known(through=known)
            return portfolio_line(report_asked(ledger, deal, record_date, known=asked))
    except Exception as fault:  # one bad deal of a thousand, however it is bad, is one bad line
        return _line_of_fault(deal, fault, known)


def replay_task(task: PortfolioTask) -> PortfolioLine:
    """Replay the deal of a task."""
    return replay_deal(task.address, task.deal, task.record_date, known_at=task.known_at, as_closed=task.as_closed)


class DealHeldTwice(LedgerError):
    """A deal is at several of the addresses, and would count twice."""


def portfolio_tasks(
    addresses: Iterable[str | Path],
    record_date: dt.date,
    *,
    known_at: dt.datetime | None = None,
    as_closed: bool = False,
    patterns: Sequence[str] = (),
) -> list[PortfolioTask]:
    """Return a task for every deal at the addresses, in order of names; of those only that match a pattern, if given.

    Every deal has a log of its own, so all are asked as known at one moment, or each as it was closed; else as known
    now. A pattern is a name, or one with ``*``, ``?`` and ``[...]`` in it. Raises :class:`~ledger.UnknownDeal` for one
    that no deal matches, and :class:`DealHeldTwice` where two addresses hold a deal.
    """
    if known_at is not None and as_closed:
        message = "give one point of knowledge: a moment, or as closed"
        raise InvalidArgument("known_at", "one_point_of_knowledge", message)
    found: dict[str, str] = {}
    known: set[str] = set()
    for given in dict.fromkeys(absolute_address(item) for item in addresses):
        for deal in deals_at(given):
            known.add(deal)
            if patterns and not any(fnmatchcase(deal, pattern) for pattern in patterns):
                continue
            if deal in found:
                raise DealHeldTwice(
                    f"two of the addresses hold {deal}; name the one to replay it from (an archive with the ledger "
                    "behind it is one address: archive:DIR?tail=URL)"
                )
            found[deal] = given
    for pattern in patterns:
        if not any(fnmatchcase(deal, pattern) for deal in known):
            raise UnknownDeal(pattern, sorted(known))
    return [
        PortfolioTask(address=found[deal], deal=deal, record_date=record_date, known_at=known_at, as_closed=as_closed)
        for deal in sorted(found)
    ]


def in_turn(function: Callable[[T], R], items: Sequence[T], /) -> Iterator[tuple[int, R | Exception]]:
    """Run a function over items here, one after the other: the plainest mapper."""
    for position, item in enumerate(items):
        try:
            result: R | Exception = function(item)
        except Exception as fault:
            result = fault
        yield position, result


def replay_portfolio(
    tasks: Sequence[PortfolioTask], mapper: Mapper = in_turn, progress: PortfolioProgress | None = None
) -> list[PortfolioLine]:
    """Return the line of every task, in the order of the tasks, whatever order they were finished in."""
    lines: list[PortfolioLine | None] = [None] * len(tasks)
    for done, (position, result) in enumerate(mapper(replay_task, tasks), 1):
        # What a mapper could not run says nothing about the deal.
        lines[position] = _unavailable(tasks[position].deal, result) if isinstance(result, Exception) else result
        if progress is not None:
            progress(done, len(tasks))
    return [line for line in lines if line is not None]


def split_totals(
    address: str | Path,
    deal: str,
    known_through: int | None = None,
    mapper: Mapper = in_turn,
    *,
    parts: int | None = None,
) -> list[TotalRow]:
    """Return the totals of one archived deal, each part of its files added up on its own and the sums merged.

    They are those of one query over the whole archive, however many ``parts`` there are (None: one for each file).
    Whatever a part raises is raised.
    """
    given = archive_parts(absolute_address(address), deal, known_through=known_through, parts=parts)
    found: list[list[TotalRow]] = []
    for _, result in mapper(part_totals, given):
        if isinstance(result, Exception):
            raise result
        found.append(result)
    return merged_totals(found)


__all__ = [
    "DealHeldTwice",
    "Mapper",
    "Outcome",
    "PortfolioLine",
    "PortfolioProgress",
    "PortfolioTask",
    "in_turn",
    "portfolio_line",
    "portfolio_tasks",
    "replay_deal",
    "replay_portfolio",
    "replay_task",
    "split_totals",
]

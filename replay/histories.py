"""One figure over the months: what every statement prints at one place, with the state of its distribution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import attrs

from ledger import Exact, Ledger, NoDistribution, ReplayGap
from replay.frames import Tabular
from replay.statements.asking import Source, ledger_of
from replay.statements.figures import Figure
from replay.statements.periods import Period, periods
from replay.statements.standing import PeriodState
from replay.statements.statement import statement_of

if TYPE_CHECKING:
    import polars


@attrs.frozen(kw_only=True)
class HistoryPoint:
    """A figure in one month; ``figure`` is None where the statement has none there, or cannot be made yet.

    ``known_through`` is the sequence that the statement knows.
    """

    period: Period
    known_through: int
    figure: Figure | None

    @property
    def value(self) -> Decimal | None:
        """The figure's value; None for a text, and where there is none."""
        held = None if self.figure is None else self.figure.value
        return held.decimal if isinstance(held, Exact) else None


@attrs.frozen(kw_only=True)
class FigureHistory(Tabular):
    """One place of a statement over the months, as known now or as each was closed."""

    _DAYS: ClassVar[frozenset[str]] = frozenset({"record_date", "payment_date"})
    _COUNTS: ClassVar[frozenset[str]] = frozenset({"known_through"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"value"})

    deal: str
    path: str
    known_through: int
    as_closed: bool
    points: tuple[HistoryPoint, ...]

    def __iter__(self) -> Iterator[HistoryPoint]:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __repr__(self) -> str:
        return f"<FigureHistory {self.deal} {self.path}, known through {self.known_through}: {len(self)} months>"

    def rows(self) -> list[dict[str, str]]:
        """Return the months as plain rows, ready for a DataFrame."""
        return [
            {
                "record_date": str(item.period.record_date),
                "payment_date": str(item.period.payment_date),
                "state": item.period.state.value,
                "known_through": str(item.known_through),
                "figure": "" if item.figure is None else item.figure.path,
                "value": "" if item.figure is None else item.figure.exact_text,
                "printed": "" if item.figure is None else item.figure.printed,
                "origin": "" if item.figure is None else item.figure.origin.value,
            }
            for item in self.points
        ]

    def to_frame(self) -> polars.DataFrame:
        """Return the months as a Polars DataFrame; needs ``pip install 'indenture[frames]'``."""
        import polars

        return polars.DataFrame(self.rows())


def history(
    source: Source,
    deal: str,
    path: str,
    *,
    as_closed: bool = False,
    known_through: int | None = None,
    known_at: dt.datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FigureHistory:
    """Return what the statement of every distribution prints at a path, as `Statement.find` reads it.

    ``as_closed`` takes each statement as it was closed, and leaves out the distributions that are open; else all are
    as known through a sequence, at a moment, or now. ``progress`` is told how many months are done, of how many.
    """
    with ledger_of(source) as ledger:
        listed = periods(ledger, deal, known_through=known_through, known_at=known_at)
        wanted = [item for item in listed if item.closed_at is not None or not as_closed]
        points: list[HistoryPoint] = []
        for done, item in enumerate(wanted, 1):
            known = item.closed_at if as_closed and item.closed_at is not None else listed.known_through
            points.extend(_points(ledger, deal, path, item, known))
            if progress is not None:
                progress(done, len(wanted))
        return FigureHistory(
            deal=deal, path=path, known_through=listed.known_through, as_closed=as_closed, points=tuple(points)
        )


def _points(ledger: Ledger, deal: str, path: str, period: Period, known: int) -> Iterator[HistoryPoint]:
    """Yield every figure that a statement has at a path; one without a figure where it has none."""
    try:
        report = ledger.distribution(deal, period.payment_date, known_through=known)
    except (ReplayGap, NoDistribution):
        if period.state is not PeriodState.OPEN:
            raise
        yield HistoryPoint(period=period, known_through=known, figure=None)
        return
    matches = statement_of(report).find(path)
    for figure in matches or (None,):
        yield HistoryPoint(period=period, known_through=known, figure=figure)


__all__ = ["FigureHistory", "HistoryPoint", "history"]

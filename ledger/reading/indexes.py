"""The figures of indexes, as a log holds them: as published for loans, and as set for classes."""

from __future__ import annotations

from ledger.events import codec
from ledger.events.base import Event
from ledger.events.months import IndexPublished
from ledger.events.statuses import IndexRateSet
from ledger.notes.index import IndexFigure, IndexHistory
from ledger.store.source import Source
from ledger.values.selector import Selector

OF_INDEXES = Selector(types=("index_published", "index_rate_set"))
"""The events that say what an index was."""


def index_histories(reading: Source, deal_key: int, known: int) -> dict[str, IndexHistory]:
    """Return the figures that are known of every index: as published for loans, and as set for classes."""
    figures: dict[str, list[IndexFigure]] = {}
    standing: dict[str, Event] = {}
    for row in reading.rows(deal_key, OF_INDEXES, known_through=known):
        if row.reverses is not None:
            standing.pop(row.reverses, None)
        else:
            standing[row.event_id] = codec.decode(row.payload)
    for event in standing.values():
        if isinstance(event, IndexPublished):
            figure = IndexFigure(as_of=event.as_of, published=event.effective_date, rate=event.rate)
        elif isinstance(event, IndexRateSet):
            as_of = event.fixing_date or event.effective_date
            figure = IndexFigure(as_of=as_of, published=min(as_of, event.effective_date), rate=event.rate)
        else:
            continue
        figures.setdefault(event.index, []).append(figure)
    return {name: IndexHistory(name=name, figures=found) for name, found in figures.items()}


__all__ = ["OF_INDEXES", "index_histories"]

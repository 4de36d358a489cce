"""A break says of what kind it is, and which events stand behind our figure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import replay
from ledger import Ledger, RecordedEvent, Selector
from replay import Filing, Kind
from replay.explanations import EventsBehind, events_behind
from tests.replay.reconciliation.printed import index_of, with_printed

CASES = [
    (2, "current period", "A", "current principal balance", "439797456.4", Kind.STALE),
    (8, "COLLATERAL", "Principal Balance: Current", "fixed", "6733664.46", Kind.STALE),
    (2, "current period", "A", "interest", "780604.49", Kind.DIGIT_SLIP),
    (6, "INTEREST - FEES", "Owner Trustee Fee", "total", "700.00", Kind.ARITHMETIC),
    (7, "STRUCTURAL FEATURES", "Available Funds Rate", "total", "n/a", Kind.UNREADABLE),
    (23, "ADDITIONAL INFORMATION", "Current Net Mortgage Rate", "total", "6.0500%", Kind.UNEXPLAINED),
]


@pytest.mark.parametrize(("page", "section", "line", "column", "printed", "kind"), CASES)
def test_breaks_are_classified(
    real_statement: replay.Statement,
    filing: Filing,
    page: int,
    section: str,
    line: str,
    column: str,
    printed: str,
    kind: Kind,
) -> None:
    index = index_of(filing, page, section, line, column)
    tied = replay.reconcile(real_statement, with_printed(filing, index, printed))
    assert [(entry.kind, entry.published) for entry in tied.breaks] == [(kind, printed)]


def test_a_break_names_the_events_behind_our_figure(
    real_statement: replay.Statement, filing: Filing, real_ledger: Ledger
) -> None:
    index = index_of(filing, 4, "PRINCIPAL - COLLECTIONS", "Curtailments", "fixed")
    tied = replay.reconcile(real_statement, with_printed(filing, index, "19,967.45"), ledger=real_ledger)
    assert tied.breaks[0].event_ids == ("2002-09/curtailments/fixed",)


@pytest.mark.parametrize("limit", [1, 3, 12])
def test_events_behind_many_figures_are_those_behind_each(
    real_statement: replay.Statement, real_ledger: Ledger, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    known, deal = real_statement.report.known_through, real_statement.deal
    values = [item.value for item in real_statement.figures[::60] if not isinstance(item.value, str)]
    alone = [events_behind(real_ledger, deal, value, known_through=known, limit=limit) for value in values]
    asked: list[Selector] = []
    selected = Ledger.selected

    def counted(ledger: Ledger, deal: str, wanted: Iterable[Selector], **how: Any) -> list[RecordedEvent]:
        asked.extend(wanted)
        return selected(ledger, deal, wanted, **how)

    monkeypatch.setattr(Ledger, "selected", counted)
    behind = EventsBehind(real_ledger, deal, known_through=known, limit=limit)
    assert [behind.of(value) for value in (*values, *values)] == [*alone, *alone]
    assert 0 < len(asked) == len(set(asked))


def test_an_equal_number_printed_otherwise_is_named_so(real_statement: replay.Statement, filing: Filing) -> None:
    index = index_of(filing, 4, "PRINCIPAL - COLLECTIONS", "TOTAL PRINCIPAL", "adjustable")
    bare = filing.figures[index].printed.replace(",", "")
    tied = replay.reconcile(real_statement, with_printed(filing, index, bare))
    assert [entry.kind for entry in tied.breaks] == [Kind.PRINTED_OTHERWISE]


def test_events_left_out_are_owned_up_to(real_statement: replay.Statement, filing: Filing, real_ledger: Ledger) -> None:
    index = index_of(filing, 2, "current period", "A", "principal")
    (entry,) = replay.reconcile(real_statement, with_printed(filing, index, "1.00"), ledger=real_ledger).breaks
    assert (len(entry.event_ids), entry.more_events) == (12, True)
    row = next(
        row for row in replay.reconcile(real_statement, filing, ledger=real_ledger).rows() if row["events"] == ""
    )
    assert row["source_line"]

"""The statement of a distribution, as a report: its figures, and what was paid beside what was computed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger import Acknowledgement
from ledger.reports import (
    DEALS_CURRENCY,
    Column,
    ColumnKind,
    Fact,
    Prose,
    Provenance,
    Report,
    Spelling,
    Table,
    approved_by,
    people_told,
    posted_by,
)
from replay.statements.asking import StatementClosing
from replay.statements.recorded import recorded_rows
from replay.statements.restated import SHOWN, Restated
from replay.statements.statement import Statement
from replay.statements.text import render_text

_FIGURES = (
    Column("page", kind=ColumnKind.NUMBER),
    Column("section"),
    Column("line"),
    Column("column"),
    Column("value", kind=ColumnKind.NUMBER),
    Column("printed", kind=ColumnKind.FIGURE),
    Column("origin"),
)
_RECORDED = (
    Column("class"),
    Column("of"),
    Column("computed", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.PLAIN),
    Column("recorded", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.PLAIN),
    Column("difference", kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.PLAIN),
)

_CLOSED = (
    Column("sequence", kind=ColumnKind.COUNT),
    Column("closed_by"),
    Column("approved_by", kind=ColumnKind.LIST),
    Column("document"),
    Column("document_sha256"),
)
_ACKNOWLEDGED = (Column("code"), Column("reason"), Column("who"))


def statement_report(
    found: Statement,
    *,
    pages: bool = False,
    figures: bool = True,
    closing: StatementClosing | None = None,
    restated: Restated | None = None,
) -> Report:
    """Return a statement's figures for programs; with ``pages`` also its pages for readers, as its template has them.

    A paper has the figures on its own pages and needs none in its report, which is made without ``figures`` then.

    Under the pages stands what the waterfall computes beside what was recorded as paid, class by class, and then who
    closed the distribution, where anybody is named in its ``closing``. A statement that is ``restated`` says by which
    events: below its pages, as facts, and in a last column of the table that stands for it.
    """
    at = found.report.distribution
    rows = recorded_rows(found)
    laid_out = (Prose(lines=tuple(render_text(found).rstrip("\n").split("\n"))),) if pages else ()
    recorded = Table.of(
        _RECORDED,
        rows,
        name="recorded",
        caption="Bond payments as computed and as recorded (cash moves in whole cents)",
        shown=None if rows else (),
    )
    none = "Bond payments: none recorded yet; the statement shows what the waterfall computes."
    return Report(
        title=f"{found.deal}, distribution of {found.distribution_date}",
        titled=False,
        provenance=Provenance(
            deal=found.deal,
            distribution_date=at.payment_date,
            record_date=at.record_date,
            known_through=found.report.known_through,
            digest=found.report.digest,
        ),
        parts=(
            *laid_out,
            *((Table.of(_FIGURES, found.rows(), name="figures", shown=()),) if figures else ()),
            recorded,
            *(() if rows else (Prose(lines=(none,)),)),
            *_restated(restated),
            *_people(closing),
        ),
        flat=_flat(found, restated) if figures and restated is not None else None,
    )


def _restated(restated: Restated | None) -> Iterator[Fact | Prose]:
    """Yield by what a statement is restated."""
    if restated is not None:
        yield Fact("restated_by", restated.event_ids[:SHOWN])
        yield Fact("restated_by_events", len(restated.event_ids))
        yield Prose(lines=(f"restated by: {restated}",))


def _flat(found: Statement, restated: Restated) -> Table:
    """Return the figures, each of them told to be of a restated statement."""
    rows = [{**row, "restated_by": str(restated)} for row in found.rows()]
    return Table.of((*_FIGURES, Column("restated_by")), rows)


def _people(closing: StatementClosing | None) -> Iterator[Fact | Prose | Table]:
    """Yield who closed a distribution, who approved that, and who answers for what was acknowledged."""
    if closing is None or (closing.recorded.envelope is None and not closing.acknowledgements):
        return
    at, envelope = closing.recorded.sequence, closing.recorded.envelope
    if envelope is not None:
        row = (
            *(at, posted_by(envelope), approved_by(envelope, closing.seconds)),
            *(envelope.document, envelope.document_sha256),
        )
        yield Table(name="closed", columns=_CLOSED, rows=(row,), shown=())
        told = people_told(envelope, closing.seconds).removeprefix("posted ")
        yield Prose(lines=(f"Closed at event {at} {told}",))
    rows = tuple((item.code, item.reason, _answering(item)) for item in closing.acknowledgements)
    if rows:
        yield Table(name="acknowledged", columns=_ACKNOWLEDGED, rows=rows, shown=())
        lines = tuple(f"  {code}: {reason} ({who})" for code, reason, who in rows)
        yield Prose(heading="Closed with these findings acknowledged:", lines=lines)


def _answering(item: Acknowledgement) -> str:
    return f"stated: {item.who}" if item.who else "nobody named"

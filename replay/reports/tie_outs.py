"""A published statement tied out against the replayed one, as a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ledger.reports import CellValue, Column, ColumnKind, Fact, Prose, Provenance, Report, ReportPart, Spelling, Table
from replay.filing import ReadProblem
from replay.reconciliation.entries import Entry, Status, TieOut

_ENTRIES = (
    Column("page", kind=ColumnKind.NUMBER),
    Column("section"),
    Column("line"),
    Column("column"),
    Column("status"),
    Column("kind"),
    Column("published", kind=ColumnKind.FIGURE),
    Column("ours", kind=ColumnKind.FIGURE),
    Column("exact", kind=ColumnKind.NUMBER),
    Column("difference", kind=ColumnKind.NUMBER, spelling=Spelling.GROUPED),
    Column("source_line", kind=ColumnKind.NUMBER),
    Column("events"),
)
_FLAT = (*_ENTRIES, Column("message"))
_LISTING = (
    Column("line"),
    Column("column"),
    Column("published", kind=ColumnKind.FIGURE),
    Column("replayed", kind=ColumnKind.FIGURE),
    Column("status", heading=""),
)
_FINDINGS = (
    Column("identity"),
    Column("left", kind=ColumnKind.FIGURE),
    Column("right", kind=ColumnKind.FIGURE),
    Column("difference", kind=ColumnKind.NUMBER, spelling=Spelling.GROUPED),
    Column("pages", kind=ColumnKind.LIST),
)
_PROBLEMS = (Column("line", kind=ColumnKind.COUNT), Column("code"), Column("message"))


def tie_out_report(tied: TieOut, *, listed: frozenset[int] | None = None) -> Report:
    """Return a tie-out: the count, every break with both sides, and what the statement breaks itself.

    ``listed`` are the pages whose figures a reader is shown one by one, before everything else; none of them means all,
    None that none are. The table that stands for the report has a row for every figure, then for every problem, finding
    and note: ``status`` tells them apart, ``source_line`` is the line of the file, ``exact`` our unrounded value,
    ``kind`` the code of a problem, and ``message`` what a problem, finding or note says.
    """
    rows = tied.rows()
    breaks = [row for row in rows if row["status"] == Status.BREAK.value]
    title = f"{tied.deal}, distribution of {tied.distribution_date}"
    findings = tuple((item.identity, item.left, item.right, item.difference, item.pages) for item in tied.findings)
    problems = tuple((item.source_line, item.code, item.message) for item in tied.problems)
    return Report(
        title=title,
        titled=False,
        provenance=Provenance(deal=tied.deal, distribution_date=tied.distribution_date),
        parts=(
            *(() if listed is None else _listing(tied, listed)),
            Prose(lines=(title, _counted(tied))),
            *_told(tied),
            Fact("figures", len(tied.entries)),
            Fact("equal", tied.count(Status.EQUAL)),
            Fact("rounding", tied.count(Status.ROUNDING)),
            Table.of(_ENTRIES, breaks, name="breaks", shown=()),
            Table(name="findings", columns=_FINDINGS, rows=findings, shown=()),
            Table(name="problems", columns=_PROBLEMS, rows=problems, shown=()),
            Fact("notes", tied.notes),
            Table.of(_ENTRIES, rows, name="entries", shown=()),
        ),
        flat=Table.of(_FLAT, _flat_rows(tied)),
    )


def problem_line(problem: ReadProblem) -> str:
    """Return what was not understood, and where, in a sentence."""
    where = f"line {problem.source_line}: " if problem.source_line else ""
    return f"{where}{problem.message}"


def _counted(tied: TieOut) -> str:
    return (
        f"{tied.count(Status.EQUAL)} of {len(tied.entries)} figures equal, {tied.count(Status.ROUNDING)} within the "
        f"tolerance, {len(tied.breaks)} breaks"
    )


def _listing(tied: TieOut, pages: frozenset[int]) -> Iterator[ReportPart]:
    """Yield a table for every section, each figure beside the published one."""
    chosen = [entry for entry in tied.entries if not pages or entry.page in pages]
    for (page, section), entries in groupby(chosen, key=lambda entry: (entry.page, entry.section)):
        rows = tuple((e.line, e.column, e.published, e.ours, e.status.value) for e in entries)
        yield Table(caption=f"Page {page}  {section}", columns=_LISTING, rows=rows)


def _told(tied: TieOut) -> Iterator[ReportPart]:
    """Yield what a reader is told of breaks, findings, problems and notes."""
    for entry in tied.breaks:
        yield Prose(heading=f"BREAK {entry.path}: {entry.told}", lines=_both_sides(entry))
    if tied.findings:
        lines: list[str] = []
        for finding in tied.findings:
            lines.append(f"  {finding.identity} (page {', '.join(map(str, finding.pages))})")
            lines.append(f"    {finding.left} against {finding.right}: {finding.difference} apart")
        yield Prose(heading=f"Breaks within the statement itself ({len(tied.findings)}):", lines=tuple(lines))
    if tied.problems:
        heading = f"Not understood, or not what was asked for ({len(tied.problems)}):"
        yield Prose(heading=heading, lines=tuple(f"  {problem_line(item)} [{item.code}]" for item in tied.problems))
    if tied.notes:
        yield Prose(lines=tuple(f"note: {note}" for note in tied.notes))


def _both_sides(entry: Entry) -> tuple[str, ...]:
    where = f" (line {entry.source_line} of the file)" if entry.source_line else ""
    lines = [
        f"  published {entry.published or '(nothing)'}{where}",
        f"  ours      {entry.ours or '(nothing)'}{f'  exact {entry.exact}' if entry.exact else ''}",
    ]
    if entry.difference:
        lines.append(f"  difference {entry.difference}")
    if entry.event_ids:
        more = ", ... and more (`replay explain` lists them)" if entry.more_events else ""
        lines.append(f"  events behind ours: {', '.join(entry.event_ids)}{more}")
    return tuple(lines)


def _flat_rows(tied: TieOut) -> Sequence[dict[str, CellValue]]:
    blank: dict[str, CellValue] = {column.name: "" for column in _FLAT}
    rows = [{**blank, **row} for row in tied.rows()]
    for problem in tied.problems:
        said: dict[str, CellValue] = {"page": problem.page or "", "source_line": problem.source_line or ""}
        rows.append({**blank, **said, "status": "problem", "kind": problem.code, "message": problem.message})
    for finding in tied.findings:
        told = f"{finding.identity}: {finding.left} against {finding.right}, {finding.difference} apart"
        page: CellValue = finding.pages[0] if finding.pages else ""
        sides: dict[str, CellValue] = {"published": finding.left, "difference": finding.difference}
        rows.append({**blank, **sides, "page": page, "status": "finding", "message": told})
    rows.extend({**blank, "status": "note", "message": note} for note in tied.notes)
    return rows

"""Reads the figures of one page: which line opens a table, which is prose, and which is a row."""

from __future__ import annotations

import re

from attrs import define, field

from replay.filing.model import Gathered
from replay.filing.tables.bonds import BondReader, BondTemplate, is_lowest_heading, template_headed, template_titled
from replay.filing.tables.groups import DelinquencyReader, GroupReader
from replay.filing.tables.loans import LoanReader, SummaryReader, loan_section
from replay.filing.text.headings import (
    Layout,
    TableHeading,
    check_heading,
    damaged_heading,
    default_delinquency_columns,
    delinquency_columns,
    group_heading,
)
from replay.filing.text.lines import Line, squash
from replay.filing.text.numbers import is_number
from replay.filing.text.pages import FilingPage

_BLANK_SECTION = "spaceintentionallyleftblank"
_NOTE = re.compile(r"\s*(?:Note\s*:|Dates correspond to)", re.IGNORECASE)
_AVERAGE_LEGEND = re.compile(r"[0-9]+ Months? Moving Average")

TableReader = GroupReader | DelinquencyReader | BondReader | SummaryReader | LoanReader


@define(kw_only=True)
class PageReader:
    """Reads one page line by line; `table` is the table that the next row belongs to."""

    page: FilingPage
    layout: Layout
    out: Gathered
    table: TableReader | None = None
    summary: SummaryReader | None = None
    loans: LoanReader | None = None
    bonds: list[BondReader] = field(factory=list)
    groups: list[GroupReader] = field(factory=list)
    is_methodology: bool = False

    def read(self) -> None:
        """Read every line below the page's heading."""
        start = 0 if self.page.heading_index is None else self.page.heading_index + 1
        if squash(self.page.report) == "delinquencyreport":
            columns = self.layout.delinquency_columns or default_delinquency_columns()
            self.table = DelinquencyReader(
                page=self.page.number, columns=columns, out=self.out, has_own_heading=False, seen=set()
            )
        for index, line in enumerate(self.page.lines[start:]):
            if line.pieces and not (index == 0 and self._is_subtitle(line)):
                self._read_line(line)
        for groups in self.groups:
            groups.finish()
        for bonds in self.bonds:
            bonds.finish()
        if isinstance(self.table, DelinquencyReader):
            self.table.finish(self.page.last_line)
            self.page.reads.update(section for section, _ in self.table.seen)
        if self.summary is not None:
            self.page.totals.update(self.summary.totals)
            self.summary.finish(self.page.last_line, self.loans.loans.total() if self.loans else 0)

    def _is_subtitle(self, line: Line) -> bool:
        return template_titled(line) is None and group_heading(line) is None and not _has_figures(line)

    def _read_line(self, line: Line) -> None:
        if self._open(line):
            return
        if line.squashed == _BLANK_SECTION:
            if isinstance(self.table, GroupReader):
                self.table.close()
            return
        if self.is_methodology and not _has_figures(line):
            return
        if not self.is_methodology and self._is_prose(line):
            return
        if self.table is not None and not self.is_methodology:
            self.table.take(line)
        elif _has_figures(line) or self.page.heading_index is not None:
            message = f"outside any table: {line.squeezed[:80]!r}"
            self.out.problem(line.number, self.page.number, "line-not-understood", message)

    def _open(self, line: Line) -> bool:
        """Open the table that the line heads, if it heads one."""
        return (
            self._open_bonds(line)
            or self._open_delinquency(line)
            or self._open_loans(line)
            or self._open_methodology(line)
            or self._open_groups(line)
        )

    def _open_bonds(self, line: Line) -> bool:
        titled = template_titled(line)
        if titled is not None:
            self._start_bonds(self._bond_table(line, titled))
            return True
        waiting = isinstance(self.table, BondReader) and not self.table.columns
        if waiting or not is_lowest_heading(line) or template_headed(line) is None:
            return False
        message = f"the title of the table headed {line.squeezed[:60]!r} is missing"
        self.out.problem(line.number, self.page.number, "title-missing", message)
        table = self._bond_table(line, None)
        table.take(line)
        self._start_bonds(table)
        return True

    def _bond_table(self, line: Line, template: BondTemplate | None) -> BondReader:
        section = template.section if template is not None else ""
        return BondReader(
            page=self.page.number, out=self.out, template=template, section=section, source_line=line.number
        )

    def _start_bonds(self, table: BondReader) -> None:
        self.table = table
        self.bonds.append(table)
        self.page.reads.add(table.section)

    def _open_delinquency(self, line: Line) -> bool:
        columns = delinquency_columns(line)
        if not columns:
            return False
        names = [column.name for column in columns]
        usual = self.layout.delinquency_columns
        if names != [column.name for column in usual]:
            message = f"the delinquency columns differ from other pages: {', '.join(names)}; the usual ones were used"
            self.out.problem(line.number, self.page.number, "header-differs", message)
            columns = usual
        self.table = DelinquencyReader(page=self.page.number, columns=columns, out=self.out, seen=set())
        return True

    def _open_loans(self, line: Line) -> bool:
        if line.squashed == "summaryloangroup" or (line.squashed == "summary" and self._lists_loans()):
            self.summary = SummaryReader(page=self.page.number, out=self.out)
            self.table = self.summary
            self.page.reads.add("SUMMARY")
            return True
        if line.text.startswith("Loan Number") and self.loans is None:
            self.loans = LoanReader(page=self.page.number, section=loan_section(self.page.subtitle), out=self.out)
            self.loans.take(line)
            self.table = self.loans
            return True
        return False

    def _lists_loans(self) -> bool:
        report = squash(self.page.report)
        return "detail" in report or report == "reoreport"

    def _open_methodology(self, line: Line) -> bool:
        if "METHODOLOGY" not in line.text or not line.text.isupper():
            return False
        self.is_methodology = True
        return True

    def _open_groups(self, line: Line) -> bool:
        heading = group_heading(line)
        if heading is not None:
            heading = check_heading(heading, self.layout)
        elif (self.table is None or isinstance(self.table, GroupReader)) and line.squashed != _BLANK_SECTION:
            heading = damaged_heading(line, self.layout)
        if heading is None:
            return False
        self._start_groups(line, heading)
        return True

    def _start_groups(self, line: Line, heading: TableHeading) -> None:
        if heading.damage:
            self.out.problem(line.number, self.page.number, "header-damaged", heading.damage)
        table = GroupReader(
            page=self.page.number,
            section=heading.section,
            source_line=line.number,
            columns=heading.columns,
            out=self.out,
        )
        self.table = table
        self.groups.append(table)
        self.page.reads.add(heading.section)
        self.is_methodology = False

    def _is_prose(self, line: Line) -> bool:
        """Say whether the line is a note, or the legend or caption of a chart."""
        if _NOTE.match(line.text):
            return not _has_figures(line)
        if isinstance(self.table, BondReader | LoanReader):
            return False
        legends = self.layout.groups
        pieces = line.pieces
        if all(piece.text.lower() in legends or _AVERAGE_LEGEND.fullmatch(piece.text) for piece in pieces):
            return True
        if len(pieces) < 2 or pieces[0].start > 2 or pieces[0].text.isupper() or _has_figures(line):
            return False
        return pieces[-1].start >= 50 and "=" not in line.text


def _has_figures(line: Line) -> bool:
    return any(is_number(piece.text) for piece in line.pieces[1:])

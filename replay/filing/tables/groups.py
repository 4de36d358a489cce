"""Tables whose columns are the loan groups and the total, and the delinquency tables."""

from __future__ import annotations

import re

from attrs import define, field

from replay.filing.model import Gathered
from replay.filing.text.columns import Column, emit_cells, place_cells, split_row
from replay.filing.text.lines import Line

MEASURES = ("Balance", "% Balance", "# Loans", "% # Loans")

_PERIODS = ("current", "cumulative")
_LEGITIMATELY_BLANK = re.compile(r"[0-9]+ Months Avg\b|.*\bLoss Severity\b")


@define(kw_only=True)
class GroupReader:
    """Reads the rows of one section under the columns of the loan groups."""

    page: int
    section: str
    source_line: int
    columns: tuple[Column, ...]
    out: Gathered
    prefix: str = ""
    prefix_line: int = 0
    prefix_rows: set[str] = field(factory=set)
    names: list[str] = field(factory=list)
    blanks: list[tuple[int, str]] = field(factory=list)
    is_closed: bool = False

    def close(self) -> None:
        """Take note that the section says it is blank."""
        self.is_closed = True

    def take(self, line: Line) -> None:
        """Read one row, or the sub-heading of the rows that follow."""
        label, cells = split_row(line, self.columns)
        if not cells:
            self._take_label(line, label)
            return
        if not label:
            message = f"{self.section}: figures without a label: {line.squeezed[:80]!r}"
            self.out.problem(line.number, self.page, "figures-without-label", message)
            return
        if self.is_closed:
            message = f"{label!r} stands in {self.section!r}, which says that it is blank: a heading may be lost"
            self.out.problem(line.number, self.page, "figures-in-blank-section", message)
        # "Cumulative Prin Balance ..." names its own period, so it ends the block of cumulative rows above it.
        if self.prefix.lower() in _PERIODS and label.lower().startswith(tuple(f"{name} " for name in _PERIODS)):
            self._start_block("", 0)
        name = self._row_name(line, label)
        placement = place_cells(cells, self.columns)
        emit_cells(self.out, page=self.page, section=self.section, label=name, line=line, placement=placement)
        if not placement.cells:
            message = f"{self.section}, {label}: {len(cells)} figures not read, for want of column headings"
            self.out.problem(line.number, self.page, "row-without-columns", message)
        elif 1 < len(placement.cells) < len(self.columns):
            message = f"{self.section}, {name}: {len(placement.cells)} of {len(self.columns)} cells"
            self.out.problem(line.number, self.page, "cell-missing", message)

    def finish(self) -> None:
        """Report a sub-heading that nothing stands under, and a blank row where others of its kind have figures."""
        self._start_block("", 0)
        kinds = {name.partition(" Avg ")[0] for name in self.names if " Avg " in name}
        for source_line, label in self.blanks:
            if "Loss Severity" not in label and label.partition(" Avg ")[0] in kinds:
                message = f"{self.section}: {label!r} has no figures, though other averages of its kind have"
                self.out.problem(source_line, self.page, "row-without-figures", message)

    def _row_name(self, line: Line, label: str) -> str:
        name = f"{self.prefix}: {label}" if self.prefix else label
        if label.endswith(":") or (self.prefix and label in self.prefix_rows):
            message = f"{self.section}: {name!r} is printed twice or has lost its label"
            self.out.problem(line.number, self.page, "label-doubtful", message)
        self.prefix_rows.add(label)
        self.names.append(name)
        return name

    def _start_block(self, prefix: str, source_line: int) -> None:
        if self.prefix and not self.prefix_rows:
            message = f"{self.section}: {self.prefix!r} has no figures, and no rows under it"
            self.out.problem(self.prefix_line, self.page, "row-without-figures", message)
        self.prefix, self.prefix_line = prefix, source_line
        self.prefix_rows.clear()

    def _take_label(self, line: Line, label: str) -> None:
        if label.endswith(":"):
            self._start_block(label[:-1].rstrip(), line.number)
        elif label.lower() in _PERIODS or _is_block_title(label):
            self._start_block(label, line.number)
        elif _LEGITIMATELY_BLANK.match(label):
            self.blanks.append((line.number, label))
        else:
            message = f"{self.section}: {label[:80]!r} has no figures"
            self.out.problem(line.number, self.page, "row-without-figures", message)


def _is_block_title(label: str) -> bool:
    return label.isupper() and " " in label and not label.startswith(("TOTAL", "COLLECTED"))


@define(kw_only=True)
class DelinquencyReader:
    """Reads the rows of a delinquency page: a section, then a balance, a count and their shares."""

    page: int
    columns: tuple[Column, ...]
    out: Gathered
    section: str = ""
    has_own_heading: bool = True
    seen: set[tuple[str, str]]

    def take(self, line: Line) -> None:
        """Read one row; the first row of a section begins with the section's name."""
        if not self.has_own_heading:
            message = "the headings of the delinquency columns are missing; the usual ones were used"
            self.out.problem(line.number, self.page, "header-missing", message)
            self.has_own_heading = True
        label, cells = split_row(line, self.columns)
        first = line.pieces[0]
        if first.start <= 2 and label.startswith(first.text):
            self.section = first.text
            label = label[len(first.text) :].strip()
        label = next((name for name in MEASURES if name.replace(" ", "") == label.replace(" ", "")), label)
        if not cells or not self.section:
            what = f"{self.section or 'delinquency'}: {line.squeezed[:80]!r} is not understood"
            self.out.problem(line.number, self.page, "line-not-understood", what)
            return
        if label not in MEASURES:
            self.out.problem(line.number, self.page, "label-unknown", f"{self.section}: {label!r} is no known measure")
        if (self.section, label) in self.seen:
            message = f"{self.section}, {label}: printed twice; the heading of a section may be lost"
            self.out.problem(line.number, self.page, "row-repeated", message)
        self.seen.add((self.section, label))
        placement = place_cells(cells, self.columns)
        # Loans that are merely delinquent are past due, so their first bucket is left blank.
        expected = len(self.columns) - (self.section == "DELINQUENT")
        if len(cells) < expected:
            message = f"{self.section}, {label}: {len(cells)} of {expected} cells"
            self.out.problem(line.number, self.page, "cell-missing", message)
        emit_cells(self.out, page=self.page, section=self.section, label=label, line=line, placement=placement)

    def finish(self, source_line: int) -> None:
        """Name the measures that a section lacks."""
        for section in dict.fromkeys(name for name, _ in self.seen):
            missing = [measure for measure in MEASURES if (section, measure) not in self.seen]
            if missing:
                message = f"{section}: no row for {', '.join(missing)}"
                self.out.problem(source_line, self.page, "row-missing", message)

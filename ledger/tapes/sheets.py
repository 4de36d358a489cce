"""The rows of a sheet of a workbook, made of the cells that are there, as its XML is read.

A cell's number is a binary fraction that spreadsheets show with fifteen digits, and so it is read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Context, Decimal, InvalidOperation, Overflow
from typing import BinaryIO

import attrs
from attrs import field

from ledger.tapes.cells import serial_date
from ledger.tapes.elements import Attributes, local, xml_parts
from ledger.tapes.rows import Row, is_blank, refusal
from ledger.values.limits import TAPE_COLUMNS, TAPE_LINE_CHARACTERS
from ledger.values.money import BadValue

_SHOWN = Context(prec=15)
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
NO_RESULT = "=(a formula without its result)"
"""What stands in the place of a cell whose formula has no stored result."""

_SPREAD = "the cells {} are merged, so that only the first of them holds the value; unmerge them and fill each"


def whole_number(text: str | None) -> int:
    """Return a whole number that an attribute says; nought where it says none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def number_text(text: str) -> str:
    """Return a cell's number as a spreadsheet shows it, with fifteen digits; one that has more keeps an exponent."""
    if len(text) <= 15 and "E" not in text and "e" not in text:
        return text
    try:
        found = _SHOWN.create_decimal(text)
    except (InvalidOperation, Overflow):
        return text
    if not found.is_finite():
        return text
    if found.adjusted() >= 15:
        return f"{found:.14E}"
    shown = f"{found.normalize(_SHOWN):f}"
    return "0" if shown == "-0" else shown


def percent_text(text: str) -> str:
    """Return a cell's number as the percentage that it is shown as: 0.0625 as ``6.25%``."""
    try:
        found = _SHOWN.create_decimal(text)
    except (InvalidOperation, Overflow):
        return text
    return f"{found.scaleb(2).normalize(_SHOWN):f}%" if found.is_finite() and found.adjusted() < 12 else text


def _day(text: str, since: str) -> str:
    """Return a number of days as the date that it is; one with a time of day keeps it, and is refused as a date."""
    try:
        found = Decimal(text)
        day = serial_date(int(found), since)
    except (InvalidOperation, BadValue, OverflowError, ValueError):
        return text
    fraction = found - int(found)
    if not fraction:
        return day.isoformat()
    seconds = int(_SHOWN.multiply(fraction, Decimal(86_400)).to_integral_value())
    return f"{day.isoformat()} {dt.timedelta(seconds=seconds)}"


def column_number(letters: str) -> int:
    """Return the number of a column, counted from nought, by its letters."""
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found - 1


@attrs.define(kw_only=True)
class SheetRows:
    """The sheet that is read: the row at hand, the cell at hand, and the rows that are done.

    ``texts`` are those that cells share, ``days`` the styles of cells whose numbers are days since ``since``, and
    ``percents`` of those that are shown as percentages.
    """

    where: str
    since: str
    texts: list[str]
    days: frozenset[int]
    percents: frozenset[int]
    done: list[Row] = field(factory=list)
    row: list[str] = field(factory=list)
    line: int = 0
    at: int = -1
    kind: str = ""
    style: int = 0
    said: list[str] = field(factory=list)
    length: int = 0
    saying: bool = False
    formula: bool = False
    most: int = field(factory=lambda: TAPE_COLUMNS.value)
    longest: int = field(factory=lambda: TAPE_LINE_CHARACTERS.value)
    merged: str = ""
    first: int = 0

    def rows(self, stream: BinaryIO) -> Iterator[Row]:
        """Yield the rows that the sheet has, blank ones as well, numbered as the sheet numbers them."""
        for _ in xml_parts(stream, self.where, self.start, self.end, self.text):
            yield from self.done
            self.done = []
        if self.merged:
            raise refusal(self.where, "", "merged", _SPREAD.format(self.merged))

    def start(self, tag: str, given: Attributes) -> None:
        """Take the start of an element."""
        tag = local(tag)
        if tag == "c":
            self._begin_cell(given)
        elif tag in ("v", "t"):
            self.saying = tag == "v" or self.kind == "inlineStr"
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            self.line = whole_number(given.get("r")) or self.line + 1
            self.row, self.at, self.length = [], -1, 0
        elif tag == "mergeCell":
            self._merge(given.get("ref", ""))

    def _begin_cell(self, given: Attributes) -> None:
        found = _REFERENCE.fullmatch(given.get("r", ""))
        self.at = column_number(found[1]) if found else self.at + 1
        if self.at >= self.most:
            message = TAPE_COLUMNS.exceeded(f"a row with a cell in column {self.at + 1:,}")
            raise refusal(f"{self.where}:{self.line}", "", "too_large", message)
        self.kind, self.style = given.get("t", "n"), whole_number(given.get("s"))
        self.said, self.saying, self.formula = [], False, False

    def _merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        rows = [whole_number(re.sub(r"[^0-9]", "", side)) for side in (first, last or first)]
        if not self.merged and rows[1] > self.first:
            self.merged = ref[:40]

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        tag = local(tag)
        if tag == "c":
            text = self._cell("".join(self.said))
            if text:
                self.row.extend([""] * (self.at + 1 - len(self.row)))
                self.row[self.at] = text
        elif tag in ("v", "t"):
            self.saying = False
        elif tag == "row":
            if not self.first and not is_blank(self.row):
                self.first = self.line
            self.done.append((self.line, self.row))

    def _cell(self, said: str) -> str:
        if self.formula and not said:
            return NO_RESULT
        if self.kind == "n":
            if said and self.style in self.days:
                return _day(said, self.since)
            return percent_text(said) if said and self.style in self.percents else number_text(said)
        if self.kind == "s":
            number = whole_number(said)
            if said and number < len(self.texts):
                return self.texts[number]
            raise refusal(f"{self.where}:{self.line}", "", "damaged", "a cell names a text that the workbook lacks")
        if self.kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(said, said)
        return said

    def text(self, data: str) -> None:
        """Take text."""
        if self.saying:
            self.said.append(data)
            self.length += len(data)
            if self.length > self.longest:
                raise refusal(f"{self.where}:{self.line}", "", "too_large", TAPE_LINE_CHARACTERS.exceeded("the row"))

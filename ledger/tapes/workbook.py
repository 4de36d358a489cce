"""Excel workbooks (.xlsx), a sheet read row by row, with no more of it held than its texts.

The size that a sheet states, and how far apart its cells stand, cost nothing: rows are made of the cells that are
there.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

import attrs
from attrs import field

from ledger.errors import InvalidArgument, LedgerError
from ledger.tapes.elements import Attributes, local, xml_parts
from ledger.tapes.frame import TapeTable, as_frames, check_width, titles_note
from ledger.tapes.rows import Row, header_of, not_blank, refusal
from ledger.tapes.sheets import SheetRows, whole_number
from ledger.tapes.tape_map import TapeMap
from ledger.tapes.unpacking import DAMAGED, metered
from ledger.values.limits import TAPE_BYTES, WORKBOOK_PART_BYTES, Limit
from ledger.visible import quoted

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_ELEMENT_BYTES = 32
"""What an element of the shared texts counts for beside characters: a text of two takes so much of memory, twice."""

_MOST_STYLES = 65_536
"""Styles of cells that a spreadsheet keeps at most; more are a bomb."""

_LONGEST_FORMAT = 1_024
"""Characters of a number's format that are looked at; spreadsheets write 255 at most."""

_BUILT_IN_PERCENTS = frozenset({9, 10})
_QUOTED_IN_FORMAT = re.compile(r'"[^"]*"|\[[^\]\[]*\]|\\.')


def workbook_table(held: BinaryIO, name: str, tape: TapeMap, sheet: str | None, *, titled: bool = True) -> TapeTable:
    """Open a sheet of a workbook; ``sheet`` names it, or is its number, where there are several.

    ``titled`` says that rows may stand above the header.

    Raises :class:`~ledger.errors.InvalidEvent` naming the sheets where one must be named.
    """
    archive = zipfile.ZipFile(held)
    book = _Book(archive=archive, name=name)
    title, path = book.chosen(sheet)
    where = f"{name}/{title}"
    found = _rows(book, where, path)
    seeking = tape.header and titled
    header = header_of(found, tape, where) if seeking else next(((row, 0) for row in not_blank(found, where)), None)
    if header is None:
        raise refusal(f"{where}:1", "", "empty", "the sheet is empty: it has no header and no rows")
    first, above = header
    line, cells = first
    width = max(k for k, cell in enumerate(cells, 1) if cell.strip())
    if not tape.header:
        check_width(width, tape, f"{where}:{line}")
        parts = as_frames(_wide(_chained(first, found), width), width, where, "the first row {}")
        names = tuple(map(str, range(1, width + 1)))
        return TapeTable(name=where, names=names, line=line, frames=parts, kind="a workbook")
    parts = as_frames(_wide(found, width), width, where, "the header {}")
    notes = titles_note(line, above)
    return TapeTable(name=where, names=tuple(cells[:width]), line=line, frames=parts, kind="a workbook", notes=notes)


def _rows(book: _Book, where: str, path: str) -> Iterator[Row]:
    days, percents = book.styles()
    reading = SheetRows(where=where, since=book.since, texts=book.texts(), days=days, percents=percents)
    stream = book.part(path)
    if stream is None:
        raise refusal(where, "", "damaged", "the workbook does not hold this sheet; get it again")
    return reading.rows(stream)


def _chained(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest


def _wide(found: Iterator[Row], width: int) -> Iterator[Row]:
    """Make rows as wide as the header: what is not there is blank, and blank cells beyond it are nothing."""
    for line, cells in found:
        if len(cells) < width:
            cells.extend([""] * (width - len(cells)))
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        yield line, cells


@attrs.define(kw_only=True)
class _Book:
    archive: zipfile.ZipFile
    name: str
    since: str = "1900"
    sheets: list[tuple[str, str]] = field(factory=list)

    def part(self, path: str, limit: Limit = TAPE_BYTES) -> BinaryIO | None:
        """Return a part of the workbook, counted as it unpacks; None where it has none of this name."""
        try:
            item = self.archive.getinfo(path)
            if item.flag_bits & 1:
                raise refusal(self.name, "", "locked", "the workbook is locked with a password; save it without one")
            return metered(cast("BinaryIO", self.archive.open(item)), f"{self.name}/{path}", limit)
        except KeyError:
            return None
        except LedgerError:
            raise
        except DAMAGED as fault:
            message = f"the workbook cannot be unpacked: {fault}; get it again"
            raise refusal(self.name, "", "damaged", message) from None

    def chosen(self, sheet: str | None) -> tuple[str, str]:
        """Return the title of a sheet and where it stands in the archive."""
        self._read()
        titles = [title for title, _ in self.sheets]
        if sheet is None and len(titles) != 1:
            listed = ", ".join(map(quoted, titles[:20])) or "none"
            told = f"this is a workbook with {len(titles)} sheets: name one with --sheet ({listed})"
            raise refusal(self.name, "", "name_one", told)
        if sheet is None or sheet in titles:
            return self.sheets[0 if sheet is None else titles.index(sheet)]
        if sheet.isdecimal() and 1 <= int(sheet) <= len(titles):
            return self.sheets[int(sheet) - 1]
        told = f"the workbook has no sheet {quoted(sheet)}; it has {', '.join(map(quoted, titles[:20]))}"
        raise refusal(self.name, "", "name_one", told)

    def _read(self) -> None:
        places: dict[str, str] = {}
        listed: list[tuple[str, str]] = []

        def relation(tag: str, given: Attributes) -> None:
            if local(tag) == "Relationship" and given.get("TargetMode") != "External":
                places[given.get("Id", "")] = given.get("Target", "")

        def about(tag: str, given: Attributes) -> None:
            if local(tag) == "sheet":
                by = next((value for key, value in given.items() if local(key) == "id"), "")
                listed.append((given.get("name", ""), by))
            elif local(tag) == "workbookPr" and given.get("date1904") in ("1", "true"):
                self.since = "1904"

        self.go_through("xl/_rels/workbook.xml.rels", relation)
        self.go_through("xl/workbook.xml", about)
        for title, by in listed:
            target = places.get(by, "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if target and "chartsheet" not in path:
                self.sheets.append((title, path))

    def go_through(
        self,
        path: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        *,
        limit: Limit = WORKBOOK_PART_BYTES,
        done: Callable[[], bool] | None = None,
    ) -> None:
        """Go through a part of the workbook, to its end or until what is sought in it is ``done``."""
        stream = self.part(path, limit)
        if stream is not None:
            for _ in xml_parts(stream, f"{self.name}/{path}", start, end or _nothing, text or _nothing):
                if done is not None and done():
                    break

    def texts(self) -> list[str]:
        """Return the texts that cells share, as far as a quarter of a tape goes."""
        shared = _Texts(book=self.name)
        self.go_through("xl/sharedStrings.xml", shared.start, shared.end, shared.text, limit=TAPE_BYTES)
        return shared.found

    def styles(self) -> tuple[frozenset[int], frozenset[int]]:
        """Return the styles of cells whose numbers are days, and of those that are shown as percentages."""
        styles = _Styles(book=self.name)
        self.go_through("xl/styles.xml", styles.start, styles.end, done=lambda: styles.done)
        return styles.of(_is_date), styles.of(_is_percent)


@attrs.define(kw_only=True)
class _Texts:
    """The texts that cells share, without how they are to be read aloud; every element counts, whatever it holds."""

    book: str
    found: list[str] = field(factory=list)
    said: list[str] = field(factory=list)
    saying: bool = False
    aloud: bool = False
    held: int = 0
    most: int = field(factory=lambda: TAPE_BYTES.value // 4)

    def start(self, tag: str, _: Attributes) -> None:
        """Take the start of an element."""
        tag = local(tag)
        if tag == "si":
            self.said = []
        elif tag == "rPh":
            self.aloud = True
        self.saying = tag == "t" and not self.aloud
        self._count(_ELEMENT_BYTES)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        tag = local(tag)
        self.saying = False
        if tag == "si":
            self.found.append("".join(self.said))
        elif tag == "rPh":
            self.aloud = False

    def text(self, data: str) -> None:
        """Take text; what no cell shows counts too."""
        self._count(len(data))
        if self.saying:
            self.said.append(data)

    def _count(self, size: int) -> None:
        self.held += size
        if self.held > self.most:
            what = f"what the texts of {quoted(self.book)} take, four times over,"
            raise InvalidArgument("FILE", "too_large", TAPE_BYTES.exceeded(what))


@attrs.define(kw_only=True)
class _Styles:
    """The formats of numbers, and which of them each style of cells has; nothing else of styles is read."""

    book: str
    formats: dict[int, str] = field(factory=dict)
    styles: list[int] = field(factory=list)
    inside: bool = False
    done: bool = False

    def start(self, tag: str, given: Attributes) -> None:
        """Take the start of an element."""
        tag = local(tag)
        if tag == "numFmt":
            self.formats[whole_number(given.get("numFmtId"))] = given.get("formatCode", "")[:_LONGEST_FORMAT]
        elif tag == "cellXfs":
            self.inside = True
        elif tag == "xf" and self.inside:
            self.styles.append(whole_number(given.get("numFmtId")))
            if len(self.styles) > _MOST_STYLES:
                told = f"the workbook has more than the {_MOST_STYLES:,} styles of cells that a spreadsheet keeps"
                raise refusal(self.book, "", "too_large", f"{told}; save the sheet as a new workbook, or as CSV")

    def end(self, tag: str) -> None:
        """Take the end of an element; behind the styles of cells nothing is sought."""
        if local(tag) == "cellXfs":
            self.inside, self.done = False, True

    def of(self, rule: Callable[[int, str | None], bool]) -> frozenset[int]:
        """Return the styles whose format is as a rule says; each format is looked at once."""
        meant = {number for number in set(self.styles) if rule(number, self.formats.get(number))}
        return frozenset(k for k, number in enumerate(self.styles) if number in meant)


def _nothing(*_: object) -> None:
    return


def _is_percent(number: int, code: str | None) -> bool:
    return number in _BUILT_IN_PERCENTS if code is None else "%" in _QUOTED_IN_FORMAT.sub("", code)


def _is_date(number: int, code: str | None) -> bool:
    if code is None:
        return number in _BUILT_IN_DATES
    bare = _QUOTED_IN_FORMAT.sub("", code.partition(";")[0]).lower()
    return any(letter in bare for letter in "dy") or ("m" in bare and not any(sign in bare for sign in "0#?"))

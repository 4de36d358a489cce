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
from ledger.values.limits import TAPE_BYTES
from ledger.visible import quoted

_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_TEXT_BYTES = 64
"""What a text takes in memory beside its characters."""

_BUILT_IN_PERCENTS = frozenset({9, 10})
_QUOTED_IN_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


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

    def part(self, path: str) -> BinaryIO | None:
        """Return a part of the workbook, counted as it unpacks; None where it has none of this name."""
        try:
            item = self.archive.getinfo(path)
            if item.flag_bits & 1:
                raise refusal(self.name, "", "locked", "the workbook is locked with a password; save it without one")
            return metered(cast("BinaryIO", self.archive.open(item)), f"{self.name}/{path}")
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
    ) -> None:
        """Go through a part of the workbook at once."""
        stream = self.part(path)
        if stream is not None:
            for _ in xml_parts(stream, f"{self.name}/{path}", start, end or _nothing, text or _nothing):
                pass

    def texts(self) -> list[str]:
        """Return the texts that cells share."""
        found: list[str] = []
        said: list[str] = []
        reading, held = [False, False], [0]

        def start(tag: str, _: Attributes) -> None:
            tag = local(tag)
            if tag == "si":
                said.clear()
            elif tag == "rPh":
                reading[1] = True
            reading[0] = tag == "t" and not reading[1]

        def end(tag: str) -> None:
            tag = local(tag)
            reading[0] = False
            if tag == "si":
                held[0] += len(said) and sum(map(len, said)) + _TEXT_BYTES
                if held[0] > TAPE_BYTES.value // 4:
                    what = f"what the texts of {quoted(self.name)} take, four times over,"
                    raise InvalidArgument("FILE", "too_large", TAPE_BYTES.exceeded(what))
                found.append("".join(said))
            elif tag == "rPh":
                reading[1] = False

        def text(data: str) -> None:
            if reading[0]:
                said.append(data)

        self.go_through("xl/sharedStrings.xml", start, end, text)
        return found

    def styles(self) -> tuple[frozenset[int], frozenset[int]]:
        """Return the styles of cells whose numbers are days, and of those that are shown as percentages."""
        formats: dict[int, str] = {}
        styles: list[int] = []
        inside = [False]

        def start(tag: str, given: Attributes) -> None:
            tag = local(tag)
            if tag == "numFmt":
                formats[whole_number(given.get("numFmtId"))] = given.get("formatCode", "")
            elif tag == "cellXfs":
                inside[0] = True
            elif tag == "xf" and inside[0]:
                styles.append(whole_number(given.get("numFmtId")))

        def end(tag: str) -> None:
            if local(tag) == "cellXfs":
                inside[0] = False

        self.go_through("xl/styles.xml", start, end)
        days = frozenset(k for k, number in enumerate(styles) if _is_date(number, formats.get(number)))
        return days, frozenset(k for k, number in enumerate(styles) if _is_percent(number, formats.get(number)))


def _nothing(*_: object) -> None:
    return


def _is_percent(number: int, code: str | None) -> bool:
    return number in _BUILT_IN_PERCENTS if code is None else "%" in _QUOTED_IN_FORMAT.sub("", code)


def _is_date(number: int, code: str | None) -> bool:
    if code is None:
        return number in _BUILT_IN_DATES
    bare = _QUOTED_IN_FORMAT.sub("", code.partition(";")[0]).lower()
    return any(letter in bare for letter in "dy") or ("m" in bare and not any(sign in bare for sign in "0#?"))

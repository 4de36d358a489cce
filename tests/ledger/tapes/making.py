"""Files made for the readers of tapes: workbooks part by part, archives, XML, and reading any of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from ledger import InvalidEvent, TapeMap
from ledger.tapes import TapeReader, TapeReading, opened_tape
from tests.ledger.tapes.reading import BOARDING, LEAST

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="mmm\\-yy"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>'
)
DAY = ' s="1"'
"""The style of a cell that is a date."""

PERCENT = ' s="3"'
"""The style of a cell that is shown as a percentage."""

LEAST_MAP = TapeMap(columns=LEAST)


def letters(column: int) -> str:
    """Return the letters of a column counted from nought."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def cell(at: str, value: object, more: str = "") -> str:
    """Return a cell as a sheet has it: text inline, numbers as they are, what begins with < as it is given."""
    if isinstance(value, str) and value.startswith("<"):
        return f'<c r="{at}"{more}>{value}</c>'
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"{more}><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{at}"{more}><v>{value}</v></c>'


def sheet(rows: Sequence[Sequence[object]], after: str = "") -> str:
    """Return a sheet of rows; a pair is a value and its style, None is no cell. ``after`` stands behind the rows."""
    made = []
    for number, row in enumerate(rows, 1):
        cells = []
        for k, value in enumerate(row):
            given, style = value if isinstance(value, tuple) else (value, "")
            if given is not None:
                cells.append(cell(f"{letters(k)}{number}", given, style))
        made.append(f'<row r="{number}">{"".join(cells)}</row>')
    return (
        f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:B2"/><sheetData>{"".join(made)}</sheetData>{after}</worksheet>'
    )


def workbook(sheets: dict[str, str], *, properties: str = "", shared: Sequence[str] = ()) -> bytes:
    """Return a workbook of sheets by their titles."""
    out = io.BytesIO()
    listed = "".join(f'<sheet name="{name}" sheetId="{k}" r:id="r{k}"/>' for k, name in enumerate(sheets, 1))
    places = "".join(f'<Relationship Id="r{k}" Target="worksheets/sheet{k}.xml"/>' for k, _ in enumerate(sheets, 1))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{properties}<sheets>{listed}</sheets></workbook>'
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_RELATIONS}">{places}</Relationships>')
        archive.writestr("xl/styles.xml", _STYLES)
        if shared:
            texts = "".join(f"<si><r><t>{escape(text)}</t></r><rPh><t>no</t></rPh></si>" for text in shared)
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{texts}</sst>')
        for k, body in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{k}.xml", body)
    return out.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip archive of files by their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def read_files(
    *files: bytes,
    tape: TapeMap = LEAST_MAP,
    second: bytes | None = None,
    sheet: str | None = None,
    member: str | None = None,
    set_aside: bool = False,
    loans: int | None = None,
    balance: Decimal | None = None,
) -> TapeReading:
    """Read the bytes of files as one tape; the first is called ``1``."""
    group = None if "group" in tape.fields else "g"
    reader = TapeReader(tape=tape, deal="d", group=group, effective_date=BOARDING, set_aside=set_aside)
    if second is not None:
        assert tape.join is not None
        with opened_tape(io.BytesIO(second), tape.join, "second") as table:
            reader.join(table)
    for number, data in enumerate(files, 1):
        with opened_tape(io.BytesIO(data), tape, str(number), sheet=sheet, member=member) as table:
            reader.take(table)
    return reader.end(loans=loans, balance=balance)


def refused_file(data: bytes, tape: TapeMap = LEAST_MAP, **more: str) -> list[tuple[str, str, str, str]]:
    """Return where, in which column, by which rule and in which words a file is refused."""
    with pytest.raises(InvalidEvent) as caught:
        read_files(data, tape=tape, sheet=more.get("sheet"), member=more.get("member"))
    return [(item.event_id, item.field, item.code, item.message) for item in caught.value.violations]

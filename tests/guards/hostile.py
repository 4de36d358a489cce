"""Families of hostile inputs, by the reader that takes them: each grows with a number and holds one kind of trouble."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from typing import NamedTuple

from ledger import LedgerError, from_json, tape_map_from_json, terms_from_json
from ledger.errors import InvalidEvent, Violation
from ledger.reports import as_csv, as_text
from ledger.reports.logs import event_line
from ledger.reports.report import Column, Report, Table
from ledger.store.archive.manifest import manifest_of
from ledger.store.archive.unfolding import check_unfolding
from ledger.store.batches import StoredBatch
from ledger.tapes import read_tape, tape_lines
from ledger.values.dates import to_date
from ledger.values.identifiers import identifier
from ledger.values.money import BadValue, amount
from ledger.values.secrets import shown_address, without_passwords
from ledger.visible import fit_lines, shows_nothing, visible_lines
from replay.evidence.verify import parse_head
from replay.filing import read_statement

Make = Callable[[int], str]
"""Makes an input of about so many characters."""


class Family(NamedTuple):
    """One kind of input for one reader: what makes an input of about so many characters, and what reads it."""

    name: str
    make: Make
    read: Callable[[str], object]


def _quiet(read: Callable[[str], object]) -> Callable[[str], object]:
    """Return a reader whose refusals are turned into text, as whoever logs them does."""

    def told(text: str) -> object:
        try:
            return read(text)
        except (LedgerError, BadValue, ValueError) as fault:
            return str(fault)

    return told


def _tape(text: str) -> object:
    shape = tape_map_from_json(
        json.dumps({"columns": {"loan": "Loan", "balance": "Bal", "note_rate": "Rate"}, "delimiter": ",", "quote": '"'})
    )
    lines = tape_lines(text.encode(), shape.encoding, "tape")
    return read_tape(lines, shape, deal="d", group="one", effective_date=dt.date(2024, 1, 1), name="tape")


def _table_csv(text: str) -> object:
    table = Table(columns=(Column("a"),), rows=((text,),), name="t")
    report = Report(title="t", parts=(table,))
    return as_csv(report), as_text(report)


def _lines(line: str) -> Make:
    return lambda size: line * max(1, size // len(line))


def _event(body: Make) -> Make:
    return lambda size: '{"$type":"collection_received",' + body(size) + "}"


HEADER = "Loan,Bal,Rate\n"
CLASSES = "Class | Interest | Principal | Beginning\n"
EVENT = '"event_id":"e","deal":"d","effective_date":"2024-01-01","loan":"1","interest":"1.00","principal":'


def _numbered(form: str) -> Make:
    """Return a maker of many lines of one form that differ in a number."""
    return lambda size: "".join(form.format(n=n) for n in range(max(1, size // len(form))))


TEXTS: dict[str, Make] = {
    "blanks": _lines(" "),
    "tabs": _lines("\t"),
    "digits": _lines("1"),
    "dashes": _lines("- "),
    "rules": _lines("-=_|: "),
    "points": _lines("1."),
    "commas": _lines("1,234,"),
    "brackets": _lines("[("),
    "closing brackets": lambda size: "1" + ")]" * (size // 2),
    "a remark that is not closed": lambda size: "A | 1.00 [" + "x " * (size // 2),
    "words": _lines("total "),
    "word of blanks": lambda size: "total" + " " * size + "x",
    "hyphens": _lines("total-"),
    "dates": _lines("distribution date "),
    "dates with blanks": lambda size: "next " * (size // 10) + "distribution" + " " * (size // 2) + "date",
    "others": _lines("next  "),
    "pages": _lines("Page 1 of "),
    "footers": _lines("1 of 2 Deutsche "),
    "copyright": _lines("(c) COPYRIGHT"),
    "headings": _lines("September 25, 2002 Distribution "),
    "reports": _lines("Collateral Report for September 25, 2002 Distribution\n"),
    "continuations": _lines(">a  1.00\n"),
    "wrapped": lambda size: ("x" * 90 + "\n>" + "y" * 20 + "\n") * (size // 112),
    "quotes": _lines('"'),
    "quotes and commas": _lines('",'),
    "bars": _lines("|"),
    "line ends": _lines("\r\n"),
    "form feeds": _lines("\x0c"),
    "controls": _lines("\x1b[2J"),
    "directions": _lines("\u202e"),
    "fillers": _lines("\u2800"),
    "groups": _lines("Loan Group 1 = "),
    "states": _lines("1.00CA - "),
    "percents": _lines("% # Loans  "),
    "averages": _lines("3 Months Avg "),
    "users": _lines("://a:b"),
    "users and hosts": _lines("://a:"),
    "settings": _lines("://h?a=b&"),
    "settings and tails": _lines("?tail="),
    **{
        f"signs {sign!a}": _lines(sign)
        for sign in (
            "(",
            "$",
            "$(",
            "$-",
            "[",
            "x [",
            "A [x] ",
            "1 of 1 ",
            "9/",
            "(1",
            "class ",
            "0.",
            "a.b ",
            "=",
            "> ",
            "- -",
            "1 ",
            "1  ",
            "a ",
            "A  ",
            "9-Sep-",
            "Sep 9, ",
            "2002-",
            "Note : ",
            "Months Avg ",
            "Loss Severity ",
            "# ",
            "url:",
            "e9",
            "%",
        )
    },
    "at signs": lambda size: "postgresql://u:" + "@" * size,
}
"""Texts with one kind of trouble each, for every reader of text."""


def _in_wide_lines(make: Make) -> Make:
    """Return a maker of lines nearly as wide as any that are read, each of them with the trouble."""
    return lambda size: (make(_WIDE).replace("\n", " ")[:_WIDE] + "\n") * max(1, size // _WIDE)


_WIDE = 3_900


def _each(where: str, wrap: Callable[[Make], Make]) -> dict[str, Make]:
    """Return every kind of text, put somewhere."""
    return {f"{where}: {name}": wrap(make) for name, make in TEXTS.items()}


def _between(before: str, after: str = "", *, one_line: bool = False, wide: bool = False) -> Callable[[Make], Make]:
    """Return what puts a text between two others, on one line or in wide ones where that is asked."""

    def wrapped(make: Make) -> Make:
        made = _in_wide_lines(make) if wide else make
        return lambda size: before + (made(size).replace("\n", " ") if one_line else made(size)) + after

    return wrapped


def _in_json(before: str) -> Callable[[Make], Make]:
    """Return what makes a text the value of the last field of an event."""
    return lambda make: lambda size: '{"$type":"collection_received",' + before + json.dumps(make(size)) + "}"


_FOOTER = "Page 1 of 2 (c) COPYRIGHT 2002 Deutsche Bank\n"
_REPORT = "Some Trust\nSeries 1\nStatement\nCollateral Report for September 25, 2002 Distribution\n"
_BONDS = (
    "Some Trust\nSeries 1\nStatement\nCertificate Payment Report for September 25, 2002 Distribution\n"
    "Distribution in Dollars - Current Period\n"
    "Class  Type  Face Value     Balance        Interest       Principal      Distribution   Losses         Interest"
    "       Balance\n"
)

STATEMENTS: dict[str, Make] = {
    **TEXTS,
    **_each("under a header", _between(CLASSES)),
    **_each("on a page", _between(_REPORT, f"\n{_FOOTER}")),
    **_each("wide lines", _between("", wide=True)),
    **_each("wide lines under a header", _between(CLASSES, wide=True)),
    **_each("wide lines under a header of blanks", _between("Class  Interest  Principal\n", wide=True)),
    **_each("wide lines on a page", _between(_REPORT, _FOOTER, wide=True)),
    "classes": lambda size: CLASSES + _numbered("C{n} | 1.00 | 2.00 | 3.00\n")(size),
    "one class": lambda size: CLASSES + _lines("A | 1.00 | 2.00 | 3.00\n")(size),
    "tables": _numbered("Class | Interest | Principal\nC{n} | 1.00 | 2.00\n"),
    "strangers": lambda size: CLASSES
    + _lines("A | 1.00 | 2.00 | 3\nName | Amount | Rate | Note\nx | 1 | 2 | 3\n")(size),
    "columns": lambda size: "Class | " + " | ".join(f"c{n}" for n in range(size // 8)) + "\nA | 1.00\n",
    "known columns": lambda size: "Class" + " | Interest" * (size // 11) + "\nA" + " | 1.00" * (size // 11) + "\n",
    "wide rows": lambda size: CLASSES + "A" + " | 1.00" * (size // 7) + "\n",
    "blank-set columns": lambda size: "Class  Interest  Principal\n" + _numbered("C{n}  1.00  2.00\n")(size),
    "one wide blank-set row": lambda size: "Class  Interest  Principal\nA" + "  1.00" * (size // 6) + "\n",
    "figures": lambda size: "page,section,line,column,printed\n" + _numbered("1,s,l{n},c,1.00\n")(size),
    "figures of one column each": lambda size: "page,section,line,column,printed\n"
    + _numbered("1,SUMMARY,l,c{n},1.00\n")(size),
    "header of figures": lambda size: "page,section,line,column,printed" + ",page" * (size // 5) + "\n",
    "trustee pages": lambda size: (_REPORT + "COLLATERAL   ONE   TOTAL\nLoan Count: Current   1   2\n" + _FOOTER)
    * max(1, size // 220),
    "trustee rows": lambda size: _REPORT + "COLLATERAL     ONE            TOTAL\n"
    + _numbered("Row {n}         1.00           2.00\n")(size) + _FOOTER,
    "trustee bonds": lambda size: _BONDS + _numbered("C{n}     1.00           2.00           3.00\n")(size) + _FOOTER,
    "trustee bond headings": lambda size: _BONDS.rpartition("Class")[0]
    + _lines("Face  Value  Of  All\n")(size) + _FOOTER,
    "trustee bond tables": lambda size: (_BONDS + "A      1.00           2.00\n" + _FOOTER) * max(1, size // 400),
    "one long line of cells": lambda size: _REPORT + "COLLATERAL     ONE    TOTAL\nRow"
    + "  1.00" * (size // 6) + "\n" + _FOOTER,
    "summaries": lambda size: _REPORT.replace("Collateral Report", "REO Report") + "SUMMARY\n"
    + _numbered("Total {n} = 1    Loan Group 1 = x Group ; REO Book Value = 2\n")(size) + _FOOTER,
    "contents": lambda size: "Trust\nStatement\nSeptember 25, 2002 Distribution\nTABLE OF CONTENTS\n"
    + _numbered("1. Report {n}\n")(size) + _FOOTER,
}  # fmt: skip
"""Texts that pose as a statement of some kind."""

TAPES: dict[str, Make] = {
    **TEXTS,
    **_each("below a header", _between(HEADER)),
    **_each("in the loan's cell", _between(HEADER, ",1.00,5.5\n", one_line=True)),
    **_each("in the balance's cell", _between(f"{HEADER}1,", ",5.5\n", one_line=True)),
    "subtotals": lambda size: HEADER + _numbered("L{n},1.00,5.5\nSubtotal,1.00,\n")(size),
    "repeated loans": lambda size: HEADER + _lines("L,1.00,5.5\n")(size),
    "blank rows": lambda size: HEADER + _lines(",,\n")(size),
    "bad rows": lambda size: HEADER + _lines("L,x,y\n")(size),
    "narrow rows": lambda size: HEADER + _lines("L\n")(size),
    "wide header": lambda size: "Loan,Bal,Rate" + ",Other" * (size // 6) + "\n1,1.00,5.5\n",
    "header of one name": lambda size: "Loan," * (size // 5) + "Bal,Rate\n",
    "an open quote": lambda size: HEADER + '"' + _lines("L,1.00,5.5\n")(size),
    "cells over lines": lambda size: HEADER + _lines('"L\n",1.00,5.5\n')(size),
}  # fmt: skip
"""Texts that pose as a loan tape."""

EVENTS: dict[str, Make] = {
    **TEXTS,
    **_each("in a field", _in_json(EVENT)),
    **_each("in the id", _in_json('"event_id":')),
    "fields, the last twice": _event(lambda size: ",".join(f'"k{n}":1' for n in range(size // 10)) + ',"k0":2'),
    "fields of one name": _event(lambda size: ",".join(['"k":1'] * (size // 6))),
    "unknown fields": _event(lambda size: ",".join(f'"k{n}":1' for n in range(size // 10))),
    "a number": _event(lambda size: EVENT + "9" * size),
    "a number in quotes": _event(lambda size: EVENT + '"' + "9" * size + '"'),
    "a fraction": _event(lambda size: EVENT + '"0.' + "0" * size + '1"'),
    "an exponent": _event(lambda size: EVENT + '"1e' + "9" * size + '"'),
    "lists": _event(lambda size: EVENT + "[" * size + "]" * size),
    "a list": _event(lambda size: EVENT + "[" + "1," * size + "1]"),
    "objects": _event(lambda size: EVENT + '{"a":' * (size // 5) + "1" + "}" * (size // 5)),
    "escapes": _event(lambda size: EVENT + '"' + "\\u202e" * (size // 6) + '"'),
    "backslashes": _event(lambda size: EVENT + '"' + "\\" * size),
    "a type": lambda size: '{"$type":"' + "x" * size + '"}',
    "a version": lambda size: '{"$type":"collection_received","$version":' + "9" * size + "}",
}  # fmt: skip
"""Texts that pose as an event."""

_TERMS = '{"title":"t","cut_off_date":"2024-01-01","closing_date":"2024-01-15",'

TERMS: dict[str, Make] = {
    **TEXTS,
    "groups": lambda size: _TERMS + '"groups":['
    + ",".join(f'{{"group_id":"g{n}","title":"t"}}' for n in range(size // 32)) + "]}",
    "lists": lambda size: _TERMS + '"groups":' + "[" * (size // 2) + "]" * (size // 2) + "}",
    "objects": lambda size: _TERMS + '"calendar":' + '{"a":' * (size // 6) + "1" + "}" * (size // 6) + "}",
    "unknown terms": lambda size: "{" + ",".join(f'"k{n}":1' for n in range(size // 10)) + "}",
    "steps": lambda size: _TERMS + '"waterfall":[' + ",".join(['{"step":"x"}'] * (size // 13)) + "]}",
}  # fmt: skip

MANIFESTS: dict[str, Make] = {
    **TEXTS,
    "files": lambda size: '{"format":"indenture-archive/2","deal":"d","deal_key":1,"opened_at":1,"through":1,'
    '"head_hash":"00","files":[' + ",".join(["{}"] * (size // 3)) + '],"snapshots":[]}',
    "lists": lambda size: "[" * size,
    "a number": lambda size: '{"format":' + "9" * size + "}",
}  # fmt: skip


def _everywhere(reader: str, read: Callable[[str], object], made: dict[str, Make]) -> list[Family]:
    return [Family(f"{reader}: {name}", make, _quiet(read)) for name, make in made.items()]


def _unfolding(text: str) -> object:
    data = text.encode("utf-8", "surrogatepass")
    content = b"PAR1" + data + len(data).to_bytes(4, "little") + b"PAR1"
    return check_unfolding(io.BytesIO(content), len(content), "file")


FAMILIES = [
    *_everywhere("event", from_json, EVENTS),
    *_everywhere("terms", terms_from_json, TERMS),
    *_everywhere("tape", _tape, TAPES),
    *_everywhere("map of a tape", tape_map_from_json, TEXTS),
    *_everywhere("statement", lambda text: read_statement(text.encode("utf-8", "replace")), STATEMENTS),
    *_everywhere("manifest", lambda text: manifest_of(text.encode()), MANIFESTS),
    *_everywhere("envelope", lambda text: StoredBatch.of_line(text.encode()), TEXTS),
    *_everywhere("footer of a file", _unfolding, TEXTS),
    *_everywhere("head", parse_head, TEXTS),
    *_everywhere("identifier", identifier, TEXTS),
    *_everywhere("amount", amount, TEXTS),
    *_everywhere("date", to_date, TEXTS),
    *_everywhere("address", shown_address, TEXTS),
    *_everywhere("passwords in a text", without_passwords, TEXTS),
    *_everywhere("text to be shown", visible_lines, TEXTS),
    *_everywhere("text to be cut", fit_lines, TEXTS),
    *_everywhere("text that may be blank", shows_nothing, TEXTS),
    *_everywhere("cell", _table_csv, TEXTS),
    *_everywhere("payload", event_line, TEXTS),
    *_everywhere("violation", lambda text: str(InvalidEvent([Violation(text, text, "c", text)] * 50)), TEXTS),
]
"""Every reader with every kind of input that it may meet."""

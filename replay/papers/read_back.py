"""Papers read back: what each says of itself, and where two that should be the same first differ.

A paper is a stranger's file. What is packed in it is unpacked up to a bound only, and nothing of it is run.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import islice, zip_longest

from replay.filing.text.about import said
from replay.reports.rebuildings import Difference, first_difference

MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of a workbook, or of a page, that are unpacked at most."""

_PROPERTIES = "docProps/core.xml"
_MOST_PROPERTIES = 1024 * 1024
_ABOUT = re.compile(rb"about this output, version [0-9]{1,4}\n(?:  [^\n]*\n)*")
_CELL = '<c r="'
_CELL_HEAD = re.compile(r'([A-Z]{1,3}[0-9]{1,7})"([^<>]*?)(/?)>')
_TAG = re.compile(r"<[^<>]*>")
_SHEET = re.compile(r'<sheet name="([^"]*)"')
_PAGE = re.compile(rb"/Type */Page[^s].{0,200}?/Contents ([0-9]{1,9}) 0 R", re.DOTALL)
_AROUND = 60
_BROKEN = (zipfile.BadZipFile, OSError, ValueError, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""What a packed file raises that is damaged, or made to harm."""


def is_paper(content: bytes) -> bool:
    """Say whether a file is a page of HTML, a picture, a PDF or a workbook, by how it begins."""
    return content.startswith((b"%PDF-", b"PK\x03\x04", b"<!DOCTYPE html>", b"<svg "))


def about_of_paper(content: bytes) -> dict[str, str] | None:
    """Return what a paper says of itself, by its names; None where it says nothing or cannot be read."""
    if content.startswith(b"PK"):
        try:
            content = _properties(content)
        except _BROKEN:
            return None
    found = _ABOUT.search(content)
    if found is None:
        return None
    return said(html.unescape(found.group().decode("utf-8", "replace")))


def paper_difference(printed: bytes, rebuilt: bytes) -> Difference | None:
    """Return where two papers first differ, by page or sheet where it can be told; None where they are equal."""
    if printed == rebuilt:
        return None
    found: Difference | None = None
    if printed.startswith(b"PK") and rebuilt.startswith(b"PK"):
        found = _of_workbooks(printed, rebuilt)
    elif printed.startswith(b"%PDF-") and rebuilt.startswith(b"%PDF-"):
        found = _of_pdfs(printed, rebuilt)
    else:
        found = first_difference(printed.decode("utf-8", "replace"), rebuilt.decode("utf-8", "replace"))
    return found or _of_bytes(printed, rebuilt)


def _of_bytes(printed: bytes, rebuilt: bytes) -> Difference:
    same = next((at for at, pair in enumerate(zip(printed, rebuilt, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(printed), len(rebuilt)) if same is None else same
    sides = (printed[at : at + 16].hex(" "), rebuilt[at : at + 16].hex(" "))
    return Difference(0, 0, *sides, f"byte {at + 1}")


def _of_pdfs(printed: bytes, rebuilt: bytes) -> Difference | None:
    wanted = list(_pages(rebuilt))
    # A page that is found costs a search through the file: a stranger's has one more than there should be at most.
    pages = zip_longest(islice(_pages(printed), len(wanted) + 1), wanted, fillvalue=b"")
    for number, (ours, theirs) in enumerate(pages, 1):
        if ours != theirs:
            told = first_difference(ours.decode("latin-1"), theirs.decode("latin-1"))
            line = 0 if told is None else told.line
            return Difference(0, 0, "", "", f"page {number}, line {line} of how it is drawn")
    return None


def _pages(content: bytes) -> Iterator[bytes]:
    """Yield what draws each page of a PDF, unpacked."""
    for found in _PAGE.finditer(content):
        at = content.find(b"\n" + found[1] + b" 0 obj")
        begin = content.find(b"stream\n", at) + len(b"stream\n")
        end = content.find(b"\nendstream", begin)
        if at < 0 or begin < len(b"stream\n") or end < 0:
            yield b""
            continue
        packed = content[begin:end]
        try:
            yield zlib.decompressobj().decompress(packed, MOST_UNPACKED)
        except zlib.error:
            yield packed


def _of_workbooks(printed: bytes, rebuilt: bytes) -> Difference | None:
    try:
        ours, theirs = _members(printed), _members(rebuilt)
    except _BROKEN:
        return None
    for (place, left), (other, right) in zip_longest(_cells(ours), _cells(theirs), fillvalue=("", "")):
        if (place, left) != (other, right):
            return Difference(0, 0, left[:_AROUND], right[:_AROUND], place or other)
    for name in sorted({*ours, *theirs}):
        told = first_difference(ours.get(name, ""), theirs.get(name, ""))
        if told is not None:
            return told._replace(place=f"part {name}, line {told.line}, column {told.column}", line=0, column=0)
    return None


def _properties(content: bytes) -> bytes:
    """Return the properties of a workbook, without unpacking what else is in it; b"" where there are none."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if _PROPERTIES not in packed.namelist():
            return b""
        with packed.open(_PROPERTIES) as held:
            return held.read(_MOST_PROPERTIES)


def _members(content: bytes) -> dict[str, str]:
    """Return the parts of a workbook by name; raises :class:`ValueError` where they are beyond the bound."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(item.file_size for item in packed.infolist()) > MOST_UNPACKED:
            raise ValueError("the workbook unpacks to more than is read")
        return {item.filename: packed.read(item).decode("utf-8", "replace") for item in packed.infolist()}


def _cells(members: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every cell of a workbook: where it is, and its formula and value as text.

    The text is split and never searched on behind what does not end, so that what it takes grows with its length only.
    """
    strings = [
        html.unescape(_TAG.sub("", held.partition("</si>")[0]))
        for held in members.get("xl/sharedStrings.xml", "").split("<si>")[1:]
    ]
    for number, name in enumerate(_SHEET.findall(members.get("xl/workbook.xml", "")), 1):
        for held in members.get(f"xl/worksheets/sheet{number}.xml", "").split(_CELL)[1:]:
            head = _CELL_HEAD.match(held)
            if head is None:
                continue
            inner = "" if head[3] else held[head.end() :].partition("</c>")[0]
            formula, told = _inside(inner, "f"), _inside(inner, "v") or ""
            if 't="s"' in head[2] and told.isdecimal() and len(told) < 10 and int(told) < len(strings):
                told = strings[int(told)]
            shown = told if formula is None else f"={html.unescape(formula)} {told}"
            yield f"sheet {html.unescape(name)!r}, cell {head[1]}", shown


def _inside(text: str, tag: str) -> str | None:
    """Return what stands in the first element of a name; None where there is none, or no end of it."""
    _, begun, rest = text.partition(f"<{tag}>")
    held, ended, _ = rest.partition(f"</{tag}>")
    return held if begun and ended else None


__all__ = ["MOST_UNPACKED", "about_of_paper", "is_paper", "paper_difference"]

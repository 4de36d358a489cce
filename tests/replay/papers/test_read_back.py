"""Papers are read back without trust: what they say, and where two first differ."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from replay.papers import read_back
from replay.papers.read_back import about_of_paper, is_paper, paper_difference

SAID = "about this output, version 1\n  deal     a &amp; b\n  made by  replay books\n"


def packed(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for name, text in parts.items():
            book.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        f'<!DOCTYPE html>\n<meta name="about" content="{SAID}">'.encode(),
        f"<svg ><metadata>{SAID}</metadata></svg>".encode(),
        b"%PDF-1.7\n<rdf:li>" + SAID.encode() + b"</rdf:li>",
        packed(docProps__core_xml=f"<dc:description>{SAID}</dc:description>"),
    ],
)
def test_what_a_paper_says_is_read_back(content: bytes) -> None:
    assert is_paper(content)
    assert about_of_paper(content) == {"version": "1", "deal": "a & b", "made_by": "replay books"}


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"PK\x03\x04 broken", packed(other="x"), b"<svg ></svg>"])
def test_what_says_nothing_says_nothing(content: bytes) -> None:
    assert about_of_paper(content) is None
    assert paper_difference(content, content) is None


def test_a_workbook_that_unpacks_to_too_much_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = packed(other="x" * 20), packed(other="y" * 20)
    monkeypatch.setattr(read_back, "MOST_UNPACKED", 10)
    told = paper_difference(ours, theirs)
    assert told is not None
    assert told.told.startswith("byte ")


UNENDED = {
    "cells": ("xl__worksheets__sheet1_xml", '<c r="A1">'),
    "heads": ("xl__worksheets__sheet1_xml", '<c r="A1" '),
    "values": ("xl__worksheets__sheet1_xml", '<c r="A1"><v>'),
    "strings": ("xl__sharedStrings_xml", "<si>"),
    "tags": ("xl__sharedStrings_xml", "<si><"),
}


@pytest.mark.parametrize("kind", UNENDED)
def test_what_never_ends_takes_no_longer_than_it_is_long(kind: str) -> None:
    name, piece = UNENDED[kind]
    sheets = '<sheet name="One"/>'
    assert_quick(packed(xl__workbook_xml=sheets, **{name: piece * 200_000}), packed(xl__workbook_xml=sheets))


def test_pages_that_are_nowhere_take_no_longer_than_they_are_long() -> None:
    page = b"/Type /Page /Contents 1 0 R\n1 0 obj\nstream\nx\nendstream\n"
    assert_quick(b"%PDF-1.7\n" + page + b"/Type /Page /Contents 99 0 R\n" * 100_000, b"%PDF-1.7\n" + page)


def assert_quick(printed: bytes, rebuilt: bytes) -> None:
    """Two papers are compared in the time that a file of this size takes, where searching anew takes minutes."""
    began = time.process_time()
    assert paper_difference(printed, rebuilt) is not None
    assert time.process_time() - began < 5


def test_the_first_difference_is_named() -> None:
    told = paper_difference(b"<svg >\na\n", b"<svg >\nb\n")
    assert told is not None
    assert told.told == "line 2, column 1"
    told = paper_difference(b"%PDF-1.7 a", b"%PDF-1.7 b")
    assert told is not None
    assert told.told == "byte 10"

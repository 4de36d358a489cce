"""Text is decoded and parted into lines as it is read: the same lines, wherever what is read at once ends."""

from __future__ import annotations

import io
import time

import pytest

from ledger import InvalidEvent
from ledger.tapes import lines as reading
from ledger.tapes.lines import text_lines
from ledger.values import limits

TEXT = "a,b\r\nc\rd\n\n\u20ac,f\r\n\r\rlast"


def lines(data: bytes, encoding: str = "utf-8", notes: list[str] | None = None) -> list[str]:
    return list(text_lines(io.BytesIO(data), encoding, "tape", (notes if notes is not None else []).append))


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "utf-16-le"])
def test_lines_are_the_same_however_they_are_read(chunk: int, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", max(chunk, 4))
    assert lines(TEXT.encode(encoding), encoding) == list(io.StringIO(TEXT, newline=""))


def test_a_last_line_without_an_end_is_spoken_of() -> None:
    notes: list[str] = []
    assert lines(b"a\nb", notes=notes) == ["a\n", "b"]
    assert "no line break at its end" in notes[0]
    notes.clear()
    assert lines(b"a\nb\r", notes=notes) == ["a\n", "b\r"]
    assert notes == []


@pytest.mark.parametrize("chunk", [4, 7, 1 << 20])
def test_a_byte_that_is_no_text_is_named(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", chunk)
    with pytest.raises(InvalidEvent, match=r"tape:3: byte 9 of the file \(0xE9\) is not utf-8 text.*--encoding"):
        lines(b"abc\ndef\n\xe9ta\n")
    with pytest.raises(InvalidEvent, match="tape:2: the file holds NUL"):
        lines(b"ab\nc\0d\n")


def test_a_line_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_given", {"environment": {"INDENTURE_TAPE_LINE_CHARACTERS": "1000"}})
    with pytest.raises(InvalidEvent, match="tape:2: the line is more than the 1,000 characters"):
        lines(b"a\n" + b"x" * 1001)


def test_long_text_takes_time_in_proportion() -> None:
    def took(size: int) -> float:
        data = b"0123456789" * size
        start = time.process_time()
        lines(data[:8_000_000] + b"\n" + data[:8_000_000])
        return time.process_time() - start

    took(10_000)
    assert took(800_000) < 5

from __future__ import annotations

import io
import random
import struct
from typing import Any

import polars
import pytest

from ledger.http import arrow
from ledger.http.arrow import Torn, rows_in


def stream(frame: polars.DataFrame, **how: Any) -> bytes:
    written = io.BytesIO()
    frame.write_ipc_stream(written, **how)
    return written.getvalue()


FRAME = polars.DataFrame({"event_id": ["a", "b", "c"], "loan": ["1", "2", "3"]})


def test_the_rows_of_a_stream_are_counted() -> None:
    assert rows_in(stream(FRAME), most=3) == 3
    assert rows_in(stream(FRAME.clear()), most=3) == 0
    with_dictionary = FRAME.with_columns(polars.col("loan").cast(polars.Categorical))
    assert rows_in(stream(with_dictionary), most=3) == 3


@pytest.mark.parametrize("how", ["lz4", "zstd"])
def test_a_packed_stream_is_refused(how: str) -> None:
    with pytest.raises(Torn, match="packed"):
        rows_in(stream(FRAME, compression=how), most=10)


def test_rows_that_take_no_room_are_counted_too() -> None:
    nothing = polars.DataFrame({"event_id": polars.Series([None] * 5_000, dtype=polars.Null)})
    assert len(stream(nothing)) < 1_000
    with pytest.raises(Torn, match="more than 4,999"):
        rows_in(stream(nothing), most=4_999)


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff\xff", b"PK\x03\x04", b"\xff\xff\xff\xff\x00\x00\x00\x00"])
def test_what_is_no_stream_is_refused(content: bytes) -> None:
    with pytest.raises(Torn):
        rows_in(content, most=10)


def test_messages_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow, "MOST_MESSAGES", 1)
    with pytest.raises(Torn, match="at most"):
        rows_in(stream(FRAME), most=10)


def test_damage_is_told_and_nothing_else_happens() -> None:
    drawn, whole = random.Random(27), stream(FRAME)
    for _ in range(2_000):
        content = bytearray(whole)
        for _ in range(drawn.randint(1, 4)):
            content[drawn.randrange(len(content))] = drawn.randrange(256)
        try:
            assert 0 <= rows_in(bytes(content[: drawn.randint(1, len(content))]), most=10) <= 10
        except Torn:
            continue


LONG = polars.DataFrame({"event_id": [f"an event id too long to stand in its view {number}" for number in range(9)]})


@pytest.mark.parametrize("value", [2**62, 2**33, -1])
def test_what_is_said_of_parts_that_are_not_there_is_refused(value: int) -> None:
    whole = stream(LONG, compression="uncompressed")
    first = 8 + struct.unpack_from("<i", whole, 4)[0]
    head = whole[first + 8 : first + 8 + struct.unpack_from("<i", whole, first + 4)[0]]
    batch = arrow._inside(head, arrow._number("<I", head, 0), arrow._HEADER)
    assert batch is not None
    refused = 0
    for number, words in ((arrow._COLUMNS, 2), (arrow._PARTS, 2), (arrow._VIEWED, 1)):
        place = arrow._inside(head, batch, number)
        assert place is not None
        for word in range(words * arrow._number("<I", head, place)):
            content = bytearray(whole)
            struct.pack_into("<q", content, first + 8 + place + 4 + 8 * word, value)
            with pytest.raises(Torn, match=r"outside|more parts|more than"):
                rows_in(bytes(content), most=10)
            refused += 1
    assert refused > 6
    assert rows_in(whole, most=10) == 9

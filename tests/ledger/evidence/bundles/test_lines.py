"""A line of a bundle has one way to be written, and gives back what it was written from."""

from __future__ import annotations

import pytest

from ledger import StoredBatch, StoredRow
from ledger.evidence.bundles.lines import (
    envelope_line,
    envelope_of,
    event_of,
    hashed_line,
    row_line,
    row_of,
    waypoint_line,
    waypoints_of,
)


def test_lines_give_back_what_they_were_written_from(trust_rows: list[StoredRow]) -> None:
    for row in trust_rows:
        assert event_of(hashed_line(row)) == (row.recorded_at, row.distribution, row.payload)
        assert row_of(row_line(row)) == row._replace(deal_key=1)
    bare = StoredBatch(1, 2, 3, "", "A. Clerk", "", "März.csv", "", b"")
    batch = bare._replace(digest=bare.digest_of_words())
    assert envelope_of(envelope_line(batch)) == batch


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"\n", b"1 20020925 {}", b"1 20020925 {}\n\n", b"01 20020925 {}\n", b"1 2002092 {}\n"),
        *(
            b"-1 0 {}\n",
            b"1  0 {}\n",
            b"1 0 []\n",
            b"1 0 {}\r\n",
            b"1 0 {\xff}\n",
            b"1 0 {\n}\n",
            b"9" * 19 + b" 0 {}\n",
        ),
    ],
)
def test_another_line_is_no_event(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        event_of(line)


def test_another_line_is_no_envelope() -> None:
    bare = StoredBatch(1, 2, 3, "", "A. Clerk", "", "", "", b"")
    sound = envelope_line(bare)
    for line in (
        sound[:-1],
        sound.replace(b'"actor":', b'"actor": '),
        sound.replace(b"A. Clerk", b"A\\u002e Clerk"),
        sound.replace(b'"login":"",', b""),
        sound.replace(b"{", b'{"actor":"B",', 1),
        sound.replace(b'"A. Clerk"', b'"\\ud800"'),
        b"3 " + b"{" * 100_000 + b"}\n",
    ):
        with pytest.raises(ValueError, match=r"."):
            envelope_of(line)


def test_waypoints_are_those_of_every_thousandth_event() -> None:
    lines = [waypoint_line(number * 1_000, bytes([number]) * 32) for number in (1, 2)]
    assert waypoints_of(b"".join(lines), 2_999) == {1_000: b"\x01" * 32, 2_000: b"\x02" * 32}
    assert waypoints_of(b"", 999) == {}
    for content, events in (
        (b"".join(lines), 3_000),
        (b"".join(lines), 1_999),
        (b"".join(lines[::-1]), 2_000),
        (b"".join(lines)[:-1], 2_000),
        (lines[0].replace(b"01", b"0A"), 1_000),
        (b"1000 \n", 1_000),
    ):
        with pytest.raises(ValueError, match=r"."):
            waypoints_of(content, events)

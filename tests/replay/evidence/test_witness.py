"""A witness file only grows, proves every line before its last, and is compared before anything is appended."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import Head, Ledger, UnknownDeal
from replay.evidence import witness as module
from replay.evidence.verify import verify
from replay.evidence.witness import HEADER, LARGEST, WitnessFault, read_witness, witness
from tests.deals.toy import TOY, boarding, toy_terms
from tests.evidence.damage import opened_up

AT = dt.datetime(2002, 9, 26, 12, tzinfo=dt.UTC)
OTHER = "another deal"


@pytest.fixture
def trusts(tmp_path: Path) -> Path:
    """A ledger of two deals."""
    path = tmp_path / "trusts.db"
    with Ledger.create(path) as ledger:
        for deal in (TOY, OTHER):
            ledger.open_deal(deal, toy_terms()).or_raise()
    return path


def witnessed(trusts: Path, file: Path, *deals: str, days: int = 0) -> list[tuple[str, str]]:
    """Append to the file; return the deals and codes for which nothing was appended."""
    with Ledger.open(trusts) as ledger:
        found = witness(ledger, file, deals, at=AT + dt.timedelta(days=days))
    read = read_witness(file)
    assert (read.lines, read.chain) == (found.lines, found.chain)
    return [(deal, fault.code) for deal, fault in found.faults]


def post(trusts: Path, *loans: str) -> Head:
    with Ledger.open(trusts) as ledger:
        ledger.post_many(boarding(loans=loans)).or_raise()
        return ledger.head(TOY)


def test_every_line_follows_from_the_one_before(trusts: Path, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    assert witnessed(trusts, file) == []
    head = post(trusts, "one-1", "two-1")
    assert witnessed(trusts, file, TOY, days=30) == []
    first, *lines = file.read_text(encoding="ascii").splitlines()
    assert first == HEADER == "indenture witness 1"
    chain = hashlib.sha256(HEADER.encode()).hexdigest()
    for line in lines:
        at, sequence, digest, stated, deal = line.split(" ", 4)
        chain = hashlib.sha256(f"{chain}\n{at} {sequence} {digest} {deal}\n".encode()).hexdigest()
        assert chain == stated
    assert [line.split(" ", 4)[4] for line in lines] == [TOY, OTHER, TOY]
    assert lines[2].startswith(f"2002-10-26T12:00:00Z {head.sequence} {head.hash.hex()} ")
    read = read_witness(file)
    assert read.heads_of(TOY)[-1] == head
    assert [len(read.heads_of(deal)) for deal in (TOY, OTHER, "none")] == [2, 1, 0]
    assert read.chain == chain


def test_nothing_is_appended_where_the_log_was_cut_or_rewritten(trusts: Path, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    post(trusts, "one-1")
    witnessed(trusts, file)
    post(trusts, "two-1")
    witnessed(trusts, file)
    before, first = file.read_bytes(), read_witness(file).heads_of(TOY)[0].sequence
    connection = opened_up(trusts)
    connection.execute(f"UPDATE events SET hash = zeroblob(32) WHERE sequence = {first} AND deal_key = 1")
    connection.commit()
    assert witnessed(trusts, file) == [(TOY, "rewritten")]
    connection.execute(f"DELETE FROM events WHERE sequence >= {first} AND deal_key = 1")
    connection.commit()
    assert witnessed(trusts, file, TOY) == [(TOY, "cut"), (TOY, "cut")]
    assert witnessed(trusts, file) == [(TOY, "cut"), (TOY, "cut")]
    assert file.read_bytes() == before
    # What was not asked for is not compared, and does not stand in the way.
    assert witnessed(trusts, file, OTHER) == []
    assert file.read_bytes().startswith(before)


def test_a_deal_that_is_gone_is_missed_unless_others_were_named(trusts: Path, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    witnessed(trusts, file)
    with Ledger.create(tmp_path / "fewer.db") as ledger:
        ledger.open_deal(TOY, toy_terms()).or_raise()
    # Another ledger's deal of the same name has another head.
    assert witnessed(tmp_path / "fewer.db", file) == [(TOY, "rewritten"), (OTHER, "cut")]
    with Ledger.open(tmp_path / "fewer.db") as ledger, pytest.raises(UnknownDeal):
        witness(ledger, file, [OTHER], at=AT)


def test_a_deal_that_is_not_there_leaves_no_file(trusts: Path, tmp_path: Path) -> None:
    with Ledger.open(trusts) as ledger:
        with pytest.raises(UnknownDeal):
            witness(ledger, tmp_path / "heads.txt", ["none"], at=AT)
        with pytest.raises(WitnessFault, match="time zone"):
            witness(ledger, tmp_path / "heads.txt", at=dt.datetime(2002, 9, 26))
    assert not (tmp_path / "heads.txt").exists()


def test_an_append_that_was_stopped_anywhere_costs_only_itself(trusts: Path, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    witnessed(trusts, file)
    first = file.read_bytes()
    post(trusts, "one-1")
    witnessed(trusts, file)
    whole = file.read_bytes()
    for size in [*range(0, len(HEADER) + 2, 5), *range(len(first), len(whole), 11), len(whole) - 1]:
        file.write_bytes(whole[:size])
        kept = whole[: whole[:size].rfind(b"\n") + 1]
        read = read_witness(file)
        assert read.incomplete == (len(kept) != size)
        assert read.size == len(kept)
        assert witnessed(trusts, file) == []
        assert file.read_bytes().startswith(kept or HEADER.encode())
        assert not read_witness(file).incomplete


def test_what_the_disk_does_not_take_is_taken_back(
    trusts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "heads.txt"
    witnessed(trusts, file)
    before, write, calls = file.read_bytes(), os.write, []

    def writes_little(handle: int, content: bytes) -> int:
        calls.append(len(content))
        if len(calls) > 3:
            raise OSError(28, "No space left on device")
        return write(handle, content[:7])

    monkeypatch.setattr(os, "write", writes_little)
    with pytest.raises(WitnessFault, match="No space left"), Ledger.open(trusts) as ledger:
        witness(ledger, file, at=AT)
    assert len(calls) == 4
    assert file.read_bytes() == before
    monkeypatch.setattr(os, "write", lambda handle, content: write(handle, content[:7]))
    assert witnessed(trusts, file) == []


def test_two_at_once_wait_for_each_other(trusts: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ledger import Ledger; from replay.evidence.witness import witness\n"
        "with Ledger.open(sys.argv[1]) as ledger:\n    for _ in range(4): witness(ledger, Path(sys.argv[2]))"
    )
    file = tmp_path / "heads.txt"
    running = [subprocess.Popen([sys.executable, "-c", code, str(trusts), str(file)]) for _ in range(2)]
    for loan in range(1, 7):
        post(trusts, f"one-{loan}")
    assert [process.wait(60) for process in running] == [0, 0]
    assert read_witness(file).lines == 2 * 4 * 2


def damaged(content: bytes, name: str) -> bytes:
    """Return a witness file of three lines and its header, damaged in a way."""
    lines = content.splitlines(keepends=True)
    head, one, two, three = lines
    return {
        "a line changed": head + one + re.sub(rb"Z [0-9]+ ", b"Z 9 ", two) + three,
        "a line left out": head + one + three,
        "lines exchanged": head + two + one + three,
        "a line twice": head + one + one + two + three,
        "another deal": head + one + two.replace(OTHER.encode(), b"a deal"),
        "another time": head + one.replace(b"2002", b"2003") + two + three,
        "no time": head + one.replace(b"-09-26T", b"-09-46T"),
        "another hash": head + one[:30] + (b"1" if one[30:31] == b"0" else b"0") + one[31:] + two,
        "capitals": head + one.replace(b"Z ", b"Z ").upper() + two,
        "two blanks": head + one.replace(b"Z ", b"Z  ") + two,
        "a return": head + one.replace(b"\n", b"\r\n") + two,
        "an empty line": head + one + b"\n" + two,
        "not ASCII": head + one.replace(b"toy", b"t\xf6y") + two,
        "a sequence of two spellings": head + one.replace(b"Z ", b"Z 0") + two,
        "a large sequence": head + re.sub(rb"Z [0-9]+ ", b"Z 9999999999999999999 ", one) + two,
        "no header": one + two,
        "another header": b"indenture witness 2\n" + one,
        "another file": b"Dear auditor,\nplease find enclosed",
        "another file of one line": b"SQLite format 3\0",
        "a long line": head + b"x" * 400 + b"\n",
        "a line without an end": head + b"x" * 400,
        "zeros": bytes(1000),
    }[name]


DAMAGES = [
    *(
        "a line changed",
        "a line left out",
        "lines exchanged",
        "a line twice",
        "another deal",
        "another time",
        "no time",
    ),
    *(
        "another hash",
        "capitals",
        "two blanks",
        "a return",
        "an empty line",
        "not ASCII",
        "a sequence of two spellings",
    ),
    *("a large sequence", "no header", "another header", "another file", "another file of one line", "a long line"),
    *("a line without an end", "zeros"),
]


@pytest.mark.parametrize("name", DAMAGES)
def test_a_file_that_was_changed_is_refused_and_left_alone(trusts: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "heads.txt"
    witnessed(trusts, file)
    witnessed(trusts, file, TOY, days=1)
    content = damaged(file.read_bytes(), name)
    file.write_bytes(content)
    with pytest.raises(WitnessFault):
        read_witness(file)
    with Ledger.open(trusts) as ledger, pytest.raises(WitnessFault):
        witness(ledger, file, at=AT)
    assert file.read_bytes() == content


def test_lines_that_contradict_each_other_are_no_witness(trusts: Path, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    for heads, reason in (
        ([Head(2, bytes(32)), Head(1, bytes(32))], "longer in an earlier line"),
        ([Head(2, bytes(32)), Head(2, b"\1" * 32)], "another hash there"),
    ):
        empty = module.Witness(heads={}, lines=0, chain=hashlib.sha256(HEADER.encode()).hexdigest(), size=0)
        text, _ = module._lines([(TOY, head) for head in heads], "2002-09-26T12:00:00Z", empty)
        file.write_text(text)
        with pytest.raises(WitnessFault, match=f"line 3: .*{reason}"):
            read_witness(file)


def test_files_without_an_end_and_what_is_no_file(trusts: Path, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    witnessed(trusts, file)
    with file.open("ab") as large:
        large.truncate(LARGEST + 1)
    for path in (file, tmp_path, Path("/dev/zero"), tmp_path / "none" / "f"):
        with pytest.raises(WitnessFault):
            read_witness(path)
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "none" / "f"):
        with pytest.raises(WitnessFault), Ledger.open(trusts) as ledger:
            witness(ledger, path, at=AT)
    with pytest.raises(WitnessFault, match="no file"):
        read_witness(tmp_path / "pipe")


def test_there_is_an_end_to_what_one_file_holds(trusts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "heads.txt"
    witnessed(trusts, file)
    monkeypatch.setattr(module, "LARGEST", file.stat().st_size + 100)
    with pytest.raises(WitnessFault, match="begin a new file"), Ledger.open(trusts) as ledger:
        witness(ledger, file, at=AT)
    assert read_witness(file).lines == 2


def test_whoever_writes_both_the_ledger_and_the_file_is_believed(trusts: Path, tmp_path: Path) -> None:
    file = tmp_path / "heads.txt"
    post(trusts, "one-1", "two-1")
    witnessed(trusts, file)
    file.unlink()
    with Ledger.create(tmp_path / "forged.db") as forged:
        forged.open_deal(TOY, toy_terms(title="Another Trust")).or_raise()
        witness(forged, file, at=AT)
        # This is what the page of threats says that no head in the same hand can prove.
        assert verify(forged, TOY, head=read_witness(file).heads_of)

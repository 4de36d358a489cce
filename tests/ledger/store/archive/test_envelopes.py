"""An archive holds the envelopes of its log in files that its manifest names; without any it is what it always was."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from ledger import IntegrityFault, Ledger, StoreUnreadable
from ledger.evidence.archives import verify_archive
from ledger.store.archive.manifest import FORMAT, MANIFEST, WITH_BATCHES, manifest_of
from ledger.store.archive.writer import seal
from replay.evidence.verify import verify
from tests.deals.toy import TOY, toy_deal
from tests.evidence.damage import opened_up
from tests.evidence.enveloped import JANE, STATED, enveloped_toy, stated
from tests.evidence.histories import codes


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a ledger of which some batches have envelopes, and its archive, sealed in two parts."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        enveloped_toy(ledger)
        ledger.archive(TOY, tmp_path / "archive")
        ledger.reverse(TOY, "1/collected/one-1", effective_date=day(ledger), reason="x", envelope=JANE).or_raise()
        ledger.archive(TOY, tmp_path / "archive")
    return tmp_path


def day(ledger: Ledger) -> dt.date:
    (found,) = ledger.events(TOY, event_ids=["1/collected/one-1"])
    return found.event.effective_date


def test_envelopes_are_sealed_with_their_events_and_read_back(place: Path) -> None:
    manifest = manifest_of((place / "archive" / TOY / MANIFEST).read_bytes())
    assert [(item.name, item.count) for item in manifest.batches] == [
        ("batches/1-36.jsonl", 2),
        ("batches/37-37.jsonl", 1),
    ]
    with Ledger.open(place / "archive") as sealed, Ledger.open(place / "toy.db") as ledger:
        assert stated(sealed) == [*STATED, (37, 37, JANE)]
        assert sealed.stored_batches(TOY) == ledger.stored_batches(TOY)
        assert verify(sealed, TOY).ok
    assert list(verify_archive(place / "archive")) == []


def test_the_archive_of_a_log_without_envelopes_names_none(tmp_path: Path) -> None:
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        ledger.archive(TOY, tmp_path)
    told = json.loads((tmp_path / TOY / MANIFEST).read_bytes())
    assert (told["format"], "batches" in told) == (FORMAT, False)
    assert not (tmp_path / TOY / "batches").exists()


def test_a_manifest_of_envelopes_says_a_format_of_its_own(place: Path) -> None:
    path = place / "archive" / TOY / MANIFEST
    assert json.loads(path.read_bytes())["format"] == WITH_BATCHES
    raw = path.read_bytes()
    for damaged in (raw.replace(b"archive/3", b"archive/2"), raw.replace(b'"first":1,', b'"first":0,', 1)):
        path.write_bytes(damaged)
        with pytest.raises(StoreUnreadable, match="manifest cannot be read"):
            Ledger.open(place / "archive")


@pytest.mark.parametrize("name", ["batches/1-36.jsonl", "batches/37-37.jsonl"])
def test_a_changed_file_of_envelopes_is_named_and_not_read(place: Path, name: str) -> None:
    path = place / "archive" / TOY / name
    sound = path.read_bytes()
    for damaged in (sound.replace(b"Jane", b"Jana", 1), sound[:-1], b"", None):
        path.unlink()
        if damaged is not None:
            path.write_bytes(damaged)
        found = list(verify_archive(place / "archive"))
        assert found[0].code == "file_unreadable"
        assert name in found[0].message
        with Ledger.open(place / "archive") as sealed:
            with pytest.raises(StoreUnreadable):
                list(sealed.events(TOY))
            assert (0, "unreadable") in codes(verify(sealed, TOY).faults)
        path.write_bytes(sound)
    assert list(verify_archive(place / "archive")) == []


def test_envelopes_that_do_not_fit_are_not_sealed(place: Path, tmp_path: Path) -> None:
    with Ledger.open(place / "toy.db") as ledger:
        rows, batches = list(ledger.stored_rows(TOY)), ledger.stored_batches(TOY)
    with pytest.raises(IntegrityFault, match="does not follow from the event before"):
        seal(rows, tmp_path / "none")
    bad = [batches[0]._replace(actor="somebody else"), *batches[1:]]
    with pytest.raises(IntegrityFault, match="is not what its digest says"):
        seal(rows, tmp_path / "bad", batches=bad)
    with pytest.raises(IntegrityFault, match="end at event 20, within the batch of events 14 to 36"):
        seal(rows[:20], tmp_path / "cut", batches=batches[:2])
    assert not any(path.name == MANIFEST for path in tmp_path.glob("*/*/*") if "archive" not in path.parts)
    seal(rows, tmp_path / "whole", batches=batches)
    with Ledger.open(tmp_path / "whole") as sealed:
        assert sealed.stored_batches(TOY) == batches


def test_a_tail_whose_envelopes_do_not_fit_is_refused(place: Path) -> None:
    with Ledger.open(place / "toy.db") as ledger:
        ledger.reverse(TOY, "1/collected/one-2", effective_date=day(ledger), reason="x", envelope=JANE).or_raise()
    address = f"archive:{place / 'archive'}?tail={place / 'toy.db'}"
    with Ledger.open(address) as tailed:
        assert stated(tailed)[-1] == (38, 38, JANE)
        assert verify(tailed, TOY).ok
    opened_up(place / "toy.db").execute("DELETE FROM batches WHERE first_sequence = 38")
    with Ledger.open(address) as tailed, pytest.raises(IntegrityFault, match="event 38 of toy does not follow"):
        list(tailed.stored_rows(TOY))

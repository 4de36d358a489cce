"""People are told with the word that names them: a login is the database's, the rest is stated."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import RecordedEnvelope, Second
from ledger.reports import approved_by, as_csv, as_json, as_text, document_told, people_told, posted_by
from ledger.reports.people import batches_report, person_told

DIGEST = "ab" * 32


def envelope(**words: str) -> RecordedEnvelope:
    """Return the envelope of two events with these words."""
    held = dict.fromkeys(("login", "actor", "approver", "document", "document_sha256"), "") | words
    at = dt.datetime(2021, 1, 5, tzinfo=dt.UTC)
    return RecordedEnvelope(first_sequence=4, through_sequence=5, recorded_at=at, digest="00", **held)


@pytest.mark.parametrize(
    ("login", "actor", "told"),
    [
        ("clerk", "", "login clerk (by the database)"),
        ("", "Jane", "stated: Jane"),
        ("clerk", "Jane", "login clerk (by the database), stated: Jane"),
        ("", "", "nobody named"),
    ],
)
def test_a_person_is_told_by_whose_word_names_it(login: str, actor: str, told: str) -> None:
    assert person_told(login, actor) == told
    assert posted_by(envelope(login=login, actor=actor)) == told
    assert posted_by(None) == "nobody named"


def test_approvers_are_those_stated_and_those_of_events() -> None:
    proved, stated = Second("bob", "bob", "ok"), Second("", "Lee", "also")
    within = Second("", "R. Ortega", "")
    assert approved_by(envelope(approver="R. Ortega"), [within, proved, stated]) == (
        "stated: R. Ortega",
        "login bob (by the database) in ok",
        "stated: Lee in also",
    )
    assert approved_by(envelope()) == approved_by(None) == ()


def test_one_line_tells_everything() -> None:
    held = envelope(login="clerk", approver="R. Ortega", document="a.csv", document_sha256=DIGEST)
    told = "posted by login clerk (by the database); approved by stated: R. Ortega; from a.csv (SHA-256 "
    assert people_told(held) == f"{told}{DIGEST[:16]}...)"
    assert people_told(None) == "posted by nobody named"
    assert document_told(envelope(document="a.csv")) == "a.csv"


def test_batches_are_listed_for_readers_programs_and_spreadsheets() -> None:
    report = batches_report("toy", [envelope(login="clerk", actor="Jane", approver="R. Ortega")])
    for written in (as_text(report), as_json(report), as_csv(report)):
        assert "login clerk (by the database), stated: Jane" in written
        assert "stated: R. Ortega" in written


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ([envelope(document="a.csv", document_sha256=DIGEST)], "from this document, byte for byte"),
        ([envelope(document="b.csv", document_sha256=DIGEST)], "byte for byte, under the name b.csv"),
        ([envelope(document="a.csv", document_sha256="cd" * 32)], "from another a.csv, with the SHA-256 cdcd"),
        ([envelope(document="a.csv")], "from a a.csv whose bytes nobody recorded"),
        ([], "no batch was posted from a.csv"),
    ],
)
def test_a_document_is_compared_with_what_was_recorded(held: list[RecordedEnvelope], told: str) -> None:
    assert told in as_text(batches_report("toy", held, ("a.csv", DIGEST)))

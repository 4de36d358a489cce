"""What is stored of an envelope has one spelling, and one digest."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from ledger import StoredBatch
from ledger.store.hashing import GENESIS, link, link_bytes, under_envelope
from tests.evidence.enveloped import LEE

BOUNDS = {"first_sequence": 4, "through_sequence": 9, "recorded_at": 1_600_000_000_000_000}


def made(login: str = "servicer") -> StoredBatch:
    found = StoredBatch.of(LEE, **BOUNDS, login=login)
    assert found is not None
    return found


def test_the_digest_is_that_of_the_words_as_canonical_json() -> None:
    text = (
        '{"actor":"Lee Østergård","approver":"","document":"remittance 2021-01.csv","document_sha256":"",'
        '"first_sequence":4,"login":"servicer","through_sequence":9}'
    )
    assert made().digest == sha256(text.encode()).digest()
    later = made()._replace(recorded_at=0)
    assert later.digest_of_words() == made().digest, "the links of the events hold the moment"


@pytest.mark.parametrize("column", ["first_sequence", "through_sequence"])
def test_every_number_changes_the_digest(column: str) -> None:
    changes: dict[str, Any] = {column: 5}
    assert made()._replace(**changes).digest_of_words() != made().digest


@pytest.mark.parametrize("column", ["login", "actor", "approver", "document", "document_sha256"])
def test_every_word_changes_the_digest(column: str) -> None:
    changes: dict[str, Any] = {column: "other"}
    assert made()._replace(**changes).digest_of_words() != made().digest


def test_where_there_is_nothing_to_say_nothing_is_stored() -> None:
    assert StoredBatch.of(None, **BOUNDS, login="") is None
    only_login = StoredBatch.of(None, **BOUNDS, login="servicer")
    assert only_login is not None
    assert (only_login.login, only_login.actor) == ("servicer", "")


def test_a_line_has_one_spelling() -> None:
    line = made().to_line()
    assert StoredBatch.of_line(line) == made()
    for other in (line[:-1], line.replace(b'":', b'": ', 1), b"{}\n", b"[1]\n", b"[" * 100_000, line.upper(), b"\xff"):
        with pytest.raises(ValueError, match="cannot be read"):
            StoredBatch.of_line(other)


def test_a_link_under_an_envelope_adds_its_digest_before_the_rest() -> None:
    added = link_bytes(4, 1, 20210125, b"{}")
    assert under_envelope(bytes(range(32)), added) == b"2|" + bytes(range(32)).hex().encode() + b"|4|1|20210125|{}"
    assert link(GENESIS, 4, 1, 20210125, b"{}") == sha256(GENESIS + added).digest()
    expected = sha256(GENESIS + under_envelope(b"\1" * 32, added)).digest()
    assert link(GENESIS, 4, 1, 20210125, b"{}", b"\1" * 32) == expected

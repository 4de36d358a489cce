"""An envelope holds short printable texts, names a document without its path, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import Envelope, InvalidArgument

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"actor": 7}, "actor", "not_text"),
    ({"actor": None}, "actor", "not_text"),
    ({"approver": b"R. Ortega"}, "approver", "not_text"),
    ({"actor": "x" * 201}, "actor", "too_long"),
    ({"actor": "Jane\nMarsh"}, "actor", "not_printable"),
    ({"actor": "Jane\x1b[2J"}, "actor", "not_printable"),
    ({"approver": "\u202ehsraM"}, "approver", "not_printable"),
    ({"approver": "\ud800"}, "approver", "not_printable"),
    ({"actor": " Jane"}, "actor", "not_printable"),
    ({"document": "in/september.csv"}, "document", "not_a_name"),
    ({"document": "C:\\september.csv"}, "document", "not_a_name"),
    ({"document": "a.csv", "document_sha256": "AB" * 32}, "document_sha256", "not_a_digest"),
    ({"document": "a.csv", "document_sha256": "ab" * 31}, "document_sha256", "not_a_digest"),
    ({"document": "a.csv", "document_sha256": "ab" * 32 + "\n"}, "document_sha256", "not_printable"),
    ({"document_sha256": "ab" * 32}, "document", "missing"),
]


@pytest.mark.parametrize(("words", "name", "code"), BAD)
def test_what_no_envelope_can_hold_is_refused_by_name(words: dict[str, Any], name: str, code: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        Envelope(**words)
    assert (caught.value.name, caught.value.code) == (name, code)
    assert str(caught.value).isprintable()


def test_any_part_may_be_left_out() -> None:
    assert not Envelope()
    for words in ({"actor": "x" * 200}, {"approver": "Ñandú"}, {"document": "a.csv"}):
        assert Envelope(**words)
    assert Envelope(document="a.csv", document_sha256="ab" * 32) == Envelope(
        document="a.csv", document_sha256="ab" * 32
    )

"""XML is read without a document type, so that nothing unfolds and nothing is fetched."""

from __future__ import annotations

import io

import pytest

from ledger import InvalidEvent
from ledger.tapes.elements import local, xml_parts
from ledger.values.limits import TAPE_LINE_CHARACTERS


def through(text: str) -> list[str]:
    told: list[str] = []
    for _ in xml_parts(
        io.BytesIO(text.encode()), "file", lambda tag, _: told.append(local(tag)), told.append, told.append
    ):
        pass
    return told


@pytest.mark.parametrize("text", ["<a b='{}'/>", "<!--{}--><a/>", "<{}>", "<?a {}?><a/>"])
def test_what_does_not_end_is_read_no_further(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TAPE_LINE_CHARACTERS.name, str(1 << 17))
    with pytest.raises(InvalidEvent) as caught:
        through(text.format("x" * (1 << 19)))
    assert [item.code for item in caught.value.violations] == ["too_large"]


def test_elements_and_text_are_told() -> None:
    assert through('<a xmlns:p="x"><p:b>1 &amp; 2</p:b></a>') == ["a", "b", "1 & 2", "p:b", "a"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>', "has_entities"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "has_entities"),
        ("<a>&unknown;</a>", "malformed"),
        ("<a><b></a>", "malformed"),
        ("<a>", "malformed"),
        ('<?xml version="1.0" encoding="utf-7"?><a/>', "not_unicode"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "not_unicode"),
    ],
)
def test_entities_and_unsound_xml_are_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        through(text)
    assert [item.code for item in caught.value.violations] == [code]

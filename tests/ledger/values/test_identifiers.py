"""An identifier survives file names, URLs, CSV and a terminal, or is none."""

from __future__ import annotations

import pytest

from ledger.values.identifiers import LONGEST, identifier
from ledger.values.money import BadValue


@pytest.mark.parametrize("value", ["A", "1", "impac-cmb-2002-1", "IO (notional) 2", "a.b_c:d/e#f+g-h", "x" * LONGEST])
def test_an_identifier_is_taken_as_it_is(value: str) -> None:
    assert identifier(value) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "not_an_identifier"),
        (7, "not_an_identifier"),
        (b"A", "not_an_identifier"),
        ("", "missing"),
        ("x" * (LONGEST + 1), "too_long"),
        *(
            (text, "not_an_identifier")
            for text in (" ", " A", "A ", "A  B", "-A", ".A", "a,b", 'a"b', "a\nb", "é", "A\x00")
        ),
    ],
)
def test_what_is_none_is_refused_by_rule(value: object, code: str) -> None:
    with pytest.raises(BadValue) as caught:
        identifier(value)
    assert caught.value.code == code

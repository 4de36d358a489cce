"""Dates, amounts, rates and heads have one spelling each, from whatever door they come in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import InvalidArgument, InvalidEvent, InvalidTerms, from_json, terms_from_json, terms_to_json
from ledger.events.codec import encode
from ledger.values.dates import asked_date
from ledger.values.money import BadValue, amount, factor, rate
from replay.evidence.verify import parse_head
from tests.deals.toy import toy_terms

OTHERWISE = (
    "1_000", "1e3", "1E3", "+5", " 5", "5 ", "5\n", "\u0665", "\uff15", "05", "00", "5.", ".5", "0x5", "1,000",
    "1.0e-1", "-0", "-0.00", "-", "", "--5", "- 5", "\u22125", "NaN", "Infinity", "5\x00", "1E-400", "1E-2",
    "1.5E-6", "10E-7", "1e-7",
)  # fmt: skip
LINE = (
    '{"$type":"index_rate_set","event_id":"e","deal":"d","effective_date":"2024-01-31",'
    '"index":"LIBOR-1M","rate":"RATE"}'
)


@pytest.mark.parametrize("text", OTHERWISE)
def test_a_number_in_another_spelling_is_refused(text: str) -> None:
    for read in (amount, rate, factor):
        with pytest.raises(BadValue):
            read(text)


@given(st.decimals(min_value=-99, max_value=99, places=10))
def test_what_is_stored_is_read_back_in_the_spelling_it_is_stored_in(value: Decimal) -> None:
    event = from_json(LINE.replace("RATE", f"{abs(value):f}"))
    assert from_json(encode(event)) == event


@given(st.text(alphabet="0123456789.eE+-_ \u0665", max_size=12))
def test_a_text_is_an_amount_only_as_it_is_written_again(text: str) -> None:
    try:
        found = amount(text)
    except BadValue:
        return
    whole, _, decimals = text.removeprefix("-").partition(".")
    assert text == str(found) or f"{text}{'' if decimals else '.'}".ljust(len(str(found)), "0").startswith(str(found))
    assert whole == "0" or not whole.startswith("0")


@pytest.mark.parametrize(
    "text", ["20240131", "2024-1-31", " 2024-01-31", "2024-01-31 ", "2024-W05-3", "2024-01-31T00:00", "\u0662024-01-31"]
)
def test_a_date_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        asked_date(text, "record_date")
    with pytest.raises(InvalidEvent, match="not_a_date"):
        from_json(LINE.replace("2024-01-31", text).replace("RATE", "0.05"))


@pytest.mark.parametrize("text", ["1_000.00", "1e3", "+5.00", " 5.00", "\u0665", "005.00"])
def test_terms_have_the_same_spelling(text: str) -> None:
    written = terms_to_json(toy_terms())
    face = f'"{next(item.face for item in toy_terms().classes if item.face)}"'
    assert face in written
    with pytest.raises(InvalidTerms, match="is not a number"):
        terms_from_json(written.replace(face, f'"{text}"', 1))


HASH = "ab" * 32


@pytest.mark.parametrize("text", [f"167:{HASH}", f"167 {HASH}", f"167:{HASH}\n", f"0:{HASH}", HASH])
def test_a_head_is_read_as_it_is_printed(text: str) -> None:
    assert parse_head(text).hash.hex() == HASH


@pytest.mark.parametrize(
    "text",
    [
        f"0167:{HASH}", f"+167:{HASH}", f"167 : {HASH}", f" 167:{HASH}", f"167:{HASH.upper()}", f"\u0661:{HASH}",
        f"1_6:{HASH}", f"167:{HASH} ", f"167\u00a0{HASH}", f"167:{HASH}\n\n", "9" * 1_000_000,
    ],
)  # fmt: skip
def test_a_head_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="SEQUENCE:HASH") as caught:
        parse_head(text)
    assert len(str(caught.value)) < 300

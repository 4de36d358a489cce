"""What cannot even become an event: one wrong field, given in Python and in JSON Lines, and malformed JSON.

The table gives a field, a value, and the code of the rule it breaks. Every case runs twice: through the constructor,
and, where JSON can carry the value, as one line of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger import DealOpened, Event, EventCorrected, InvalidEvent, encode, from_fields, from_json
from ledger.events.registry import REGISTRY
from tests.deals.toy import CLOSING, TOY

STAMP = {"event_id": "x", "deal": TOY, "effective_date": "2021-01-01"}

GOOD: dict[str, dict[str, Any]] = {
    "payoff_collected": {"loan": "one-1", "amount": "10.00", "note_rate": "0.12"},
    "scheduled_payment_due": {"loan": "one-1", "principal": "1.00", "interest": "1.2345"},
    "collection_received": {"loan": "one-1", "principal": "1.00", "interest": "1.00", "timing": "late"},
    "curtailment_collected": {"group": "one", "amount": "1.00"},
    "loan_boarded": {"loan": "one-1", "group": "one", "balance": "1.00", "note_rate": "0.1"},
    "loan_liquidated": {
        "loan": "one-1",
        "balance": "100.00",
        "accrued_interest": "1.00",
        "net_proceeds": "61.00",
        "realized_loss": "40.00",
    },
    "loan_substituted": {
        "loan": "one-1",
        "substitute": "new",
        "balance": "100.00",
        "substitute_balance": "90.00",
        "shortfall_principal": "10.00",
    },
    "delinquency_brought_forward": {"sixty_days_or_more": "2.00", "ninety_days_or_more": "1.00"},
    "performance_brought_forward": {"single_monthly_mortality": "0.01", "seasoning_months": "3"},
    "event_reversed": {"reverses": "y", "reason": "typing error"},
    "event_corrected": {"corrects": "y", "replaced_by": "z", "reason": "typing error"},
    "period_closed": {"distribution_date": "2021-01-25", "report_digest": "1:0"},
    "advance_recovered": {"loan": "one-1", "principal": "1.00", "interest": "1.00", "source": "any funds"},
}
"""One good event of some types, as JSON fields."""

PAYOFF, DUE, CASH = "payoff_collected", "scheduled_payment_due", "collection_received"

BAD_VALUES: list[tuple[str, str, str, tuple[Any, ...]]] = [
    (PAYOFF, "amount", "negative", ("-0.01", -1, Decimal("-10.00"))),
    (DUE, "interest", "too_many_decimals", ("1.00001", Decimal("1E-5"))),
    (DUE, "interest", "too_large", ("1e-400", "1e999")),
    (PAYOFF, "amount", "float_money", (10.0, 0.1, 1e300, float("inf"), float("nan"))),
    (PAYOFF, "amount", "not_a_number", ("NaN", "sNaN", "Infinity", "-inf", Decimal("NaN"), Decimal("sNaN"))),
    (PAYOFF, "amount", "not_a_number", (True, False, None, "", "ten", "1,000.00", "$5", "0x1f")),
    (PAYOFF, "amount", "not_a_number", ([], {}, ["1"], Fraction(1, 3))),
    (PAYOFF, "amount", "too_large", ("1000000000000.01", 10**30, "1e999999")),
    (CASH, "principal", "negative", ("-1.00",)),
    (CASH, "interest", "float_money", (1.5,)),
    (PAYOFF, "note_rate", "negative", ("-0.01",)),
    (PAYOFF, "note_rate", "float_money", (0.12,)),
    (PAYOFF, "note_rate", "too_many_decimals", ("0.12345678901",)),
    (PAYOFF, "note_rate", "too_large", ("101",)),
    (PAYOFF, "note_rate", "not_a_number", (True,)),
    (PAYOFF, "servicing_rate", "not_a_number", ("NaN",)),
    (PAYOFF, "loan_count", "not_a_count", (True, 1.0, "1", None, [])),
    (PAYOFF, "loan_count", "negative", (-1,)),
    (PAYOFF, "loan_count", "too_large", (10**9 + 1,)),
    ("performance_brought_forward", "single_monthly_mortality", "negative", ("-0.1",)),
    ("performance_brought_forward", "single_monthly_mortality", "float_money", (0.01,)),
    ("performance_brought_forward", "seasoning_months", "not_a_number", ("Infinity",)),
    (PAYOFF, "effective_date", "not_a_date", (None, "", "yesterday", "2021-02-30", 20210101, "2021-1-1")),
    (PAYOFF, "effective_date", "not_a_date", ("01/02/2021", "2021-01-01T00:00", dt.datetime(2021, 1, 1))),
    (PAYOFF, "effective_date", "date_out_of_range", ("1900-12-31", "2199-12-02", "9999-12-31")),
    ("period_closed", "distribution_date", "not_a_date", ("soon",)),
    (PAYOFF, "restates", "not_a_flag", ("true", 1, None)),
    *((PAYOFF, name, "missing", ("",)) for name in ("event_id", "deal", "loan")),
    *((PAYOFF, name, "too_long", ("x" * 121,)) for name in ("event_id", "deal", "loan")),
    (PAYOFF, "loan", "not_an_identifier", (" x", "x ", "a  b", "né", "a\nb", "a;b", "'", 5, True)),
    (PAYOFF, "deal", "not_an_identifier", (None, "\ud800", "../x", "a\x00b")),
    (CASH, "timing", "unknown_word", ("never", None, 1, [], {})),
    ("advance_recovered", "source", "unknown_word", ("ANY FUNDS",)),
    ("event_reversed", "reason", "not_text", (None, 5, "a\nb", "x" * 501, "\ud800")),
    ("event_reversed", "reverses", "missing", ("",)),
    ("event_corrected", "corrects", "not_an_identifier", (None,)),
    ("event_corrected", "effective_date", "not_a_date", (None,)),
    ("loan_liquidated", "realized_loss", "contradiction", ("39.99",)),
    ("loan_substituted", "shortfall_principal", "contradiction", ("9.99",)),
    ("delinquency_brought_forward", "ninety_days_or_more", "contradiction", ("2.01",)),
]

BAD = [(name, field, value, code) for name, field, code, values in BAD_VALUES for value in values]


def carried_by_json(value: Any) -> bool:
    """Say whether JSON can carry a value as it is."""
    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == value)
    except (TypeError, ValueError):
        return False


def shown(case: tuple[str, str, Any, str]) -> str:
    """Return a case's name."""
    return f"{case[1]}={ascii(case[2])[:30]}-{case[3]}"


@pytest.mark.parametrize("name", GOOD)
def test_the_events_of_the_table_are_good_before_one_field_is_spoilt(name: str) -> None:
    fields = {**STAMP, **GOOD[name]}
    line = json.dumps({"$type": name, **fields})
    assert from_json(line) == REGISTRY[name].kind(**fields)


@pytest.mark.parametrize(("name", "field", "value", "code"), BAD, ids=[shown(case) for case in BAD])
def test_a_bad_field_is_refused_by_name(name: str, field: str, value: Any, code: str) -> None:
    fields = {**STAMP, **GOOD[name], field: value}
    event_id = value if field == "event_id" and value else "(event without id)" if field == "event_id" else "x"
    with pytest.raises(InvalidEvent) as caught:
        REGISTRY[name].kind(**fields)
    assert [(v.event_id, v.field, v.code) for v in caught.value.violations] == [(event_id, field, code)]
    if carried_by_json(value):
        with pytest.raises(InvalidEvent) as caught:
            from_json(json.dumps({"$type": name, "$version": 1, **fields}))
        assert [(v.field, v.code) for v in caught.value.violations] == [(field, code)]


def test_an_event_of_the_pool_names_a_loan_or_a_group() -> None:
    with pytest.raises(InvalidEvent, match=r"x\.loan: .*\[missing\]"):
        from_fields({"$type": DUE, **STAMP, "principal": "1", "interest": "1"})


@pytest.mark.parametrize("terms", [None, "terms", {}, 5, ["terms"]])
def test_a_deal_cannot_be_opened_on_what_are_no_terms(terms: Any) -> None:
    with pytest.raises(InvalidEvent) as caught:
        DealOpened(event_id="x", deal=TOY, effective_date=CLOSING, terms=terms)
    assert caught.value.violations[0].field.startswith("terms")


@pytest.mark.parametrize("name", ["event_reversed", "event_corrected"])
def test_a_correction_without_its_own_date_is_refused(name: str) -> None:
    """A reversal silently dated today is among the faults that this product exists to exclude."""
    fields = {"$type": name, **STAMP, **GOOD[name]}
    del fields["effective_date"]
    with pytest.raises(InvalidEvent) as caught:
        from_json(json.dumps(fields))
    assert [(v.event_id, v.field, v.code) for v in caught.value.violations] == [("x", "effective_date", "missing")]
    with pytest.raises(TypeError, match="effective_date"):
        EventCorrected(event_id="x", deal=TOY, corrects="y", replaced_by="z", reason="")  # type: ignore[call-arg]


def test_every_missing_field_is_named() -> None:
    with pytest.raises(InvalidEvent) as caught:
        from_json('{"$type":"payoff_collected","event_id":"x"}')
    found = {(v.event_id, v.field, v.code) for v in caught.value.violations}
    assert found == {("x", name, "missing") for name in ("deal", "effective_date", "amount", "note_rate")}


VERSION = REGISTRY[PAYOFF].version
LINE = encode(from_fields({"$type": PAYOFF, **STAMP, **GOOD[PAYOFF]})).decode()

NOT_JSON: dict[str, str | bytes] = {
    "nothing": "",
    "blank": "   ",
    "null": "null",
    "number": "5",
    "string": '"payoff_collected"',
    "array": "[]",
    "array of an event": f"[{LINE}]",
    "cut off": LINE[:-1],
    "cut off in a string": LINE[:30],
    "single quotes": LINE.replace('"', "'"),
    "trailing comma": LINE[:-1] + ",}",
    "two events on a line": LINE + LINE,
    "comment": LINE + " // paid",
    "unquoted key": "{loan: 1}",
    "control character": LINE.replace("one-1", "one\x00"),
    "arrays in arrays": "[" * 200_000,
    "objects in objects": '{"a":' * 200_000,
    "number too long to read": LINE.replace('"10.00"', "9" * 5000),
    "not UTF-8": LINE.encode().replace(b"one-1", b"one\xff"),
    "UTF-16": LINE.encode("utf-16-be")[:21],
    "Latin-1": LINE.encode().replace(b"one-1", b"n\xe9"),
}

MALFORMED: list[tuple[str, str | bytes, str, str]] = [
    *((name, line, "", "malformed_json") for name, line in NOT_JSON.items()),
    ("NaN literal", LINE.replace('"10.00"', "NaN"), "", "not_a_number"),
    ("Infinity literal", LINE.replace('"10.00"', "-Infinity"), "", "not_a_number"),
    ("a number with decimals", LINE.replace('"10.00"', "10.00"), "amount", "float_money"),
    ("a number beyond every double", LINE.replace('"10.00"', "1e999"), "amount", "float_money"),
    ("a field twice", LINE[:-1] + ',"amount":"11.00"}', "amount", "duplicate_field"),
    ("the same field twice alike", LINE[:-1] + ',"loan":"one-1"}', "loan", "duplicate_field"),
    ("the type twice", LINE[:-1] + ',"$type":"payoff_collected"}', "$type", "duplicate_field"),
    ("an unknown field", LINE[:-1] + ',"colour":"red"}', "colour", "unknown_field"),
    ("a field of another type", LINE[:-1] + ',"timing":"late"}', "timing", "unknown_field"),
    ("no type", '{"event_id":"x"}', "$type", "missing"),
    *(
        (f"type {given}", LINE.replace('"payoff_collected"', given), "$type", "unknown_type")
        for given in ('"Payoff"', '"PAYOFF_COLLECTED"', "5", "true", '["payoff_collected"]', '{"a":1}')
    ),
    *(
        (
            f"version {given}",
            LINE.replace(f'"$version":{VERSION}', f'"$version":{given}'),
            "$version",
            "unknown_version",
        )
        for given in ("0", f"{VERSION + 1}", "-1", "1.0", '"1"', "true", "null", "[1]", "99999999999999999999")
    ),
]


@pytest.mark.parametrize(
    ("line", "field", "code"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED]
)
def test_a_malformed_line_is_refused_and_says_where(line: str | bytes, field: str, code: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        from_json(line, where="events.jsonl:7")
    [violation] = caught.value.violations
    assert (violation.field, violation.code) == (field, code)
    assert violation.event_id in ("events.jsonl:7", "x")


def test_a_deeply_nested_field_is_refused() -> None:
    line = LINE.replace('"10.00"', "[" * 500 + "]" * 500)
    with pytest.raises(InvalidEvent) as caught:
        from_json(line)
    assert [(v.field, v.code) for v in caught.value.violations] == [("amount", "not_a_number")]


def test_a_refusal_of_a_huge_value_is_itself_short() -> None:
    with pytest.raises(InvalidEvent) as caught:
        from_json(LINE.replace("10.00", "9" * 100_000))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("line", [None, {}, 5])
def test_what_is_no_text_is_no_event(line: Any) -> None:
    with pytest.raises(InvalidEvent, match="from_fields reads a mapping"):
        from_json(line)


def events_are_frozen(event: Event) -> None:
    """Raise as an event does when it is changed."""
    event.deal = "other"  # type: ignore[misc]


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        events_are_frozen(from_json(LINE))

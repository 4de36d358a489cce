"""What cannot even become an event: one wrong field, given in Python and in JSON Lines, and malformed JSON.

The table gives a field, a value, and the code of the rule it breaks. Every case runs twice: through the constructor,
and, where JSON can carry the value, as one line of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_type_hints

import attrs
import pytest

from ledger import (
    DealOpened,
    Event,
    EventCorrected,
    InvalidEvent,
    InvalidTerms,
    Ledger,
    Refusal,
    TermsAmended,
    encode,
    from_fields,
    from_json,
    terms_from_json,
    terms_to_json,
)
from ledger.deal import steps, terms
from ledger.events.registry import EVENT_CLASSES, REGISTRY
from ledger.values.dates import to_date, to_optional_date
from ledger.values.fields import words_of
from ledger.values.money import to_amount, to_factor, to_optional_amount, to_optional_factor, to_optional_rate, to_rate
from tests.deals.toy import CLOSING, TOY, toy_terms

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
    (PAYOFF, "amount", "not_whole_cents", ("10.001", Decimal("0.0001"))),
    (DUE, "interest", "too_many_decimals", ("1.00001", Decimal("1E-5"))),
    (DUE, "interest", "too_large", ("1e-400", "1e999")),
    (PAYOFF, "amount", "float_money", (10.0, 0.1, 1e300, float("inf"), float("nan"))),
    (PAYOFF, "amount", "not_a_number", ("NaN", "sNaN", "Infinity", "-inf", Decimal("NaN"), Decimal("sNaN"))),
    (PAYOFF, "amount", "not_a_number", (True, False, None, "", "ten", "1,000.00", "$5", "0x1f")),
    (PAYOFF, "amount", "not_a_number", ([], {}, ["1"], Fraction(1, 3))),
    (PAYOFF, "amount", "too_large", ("1000000000000.01", 10**30, "1e999999")),
    (CASH, "principal", "negative", ("-1.00",)),
    (CASH, "interest", "not_whole_cents", ("1.005",)),
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


# JSON


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
    ("a field of another type", LINE[:-1] + ',"interest":"1.00"}', "interest", "unknown_field"),
    ("no type", '{"event_id":"x"}', "$type", "missing"),
    *(
        (f"type {given}", LINE.replace('"payoff_collected"', given), "$type", "unknown_type")
        for given in ('"Payoff"', '"PAYOFF_COLLECTED"', "5", "true", '["payoff_collected"]', '{"a":1}')
    ),
    *(
        (f"version {given}", LINE.replace('"$version":1', f'"$version":{given}'), "$version", "unknown_version")
        for given in ("0", "2", "-1", "1.0", '"1"', "true", "null", "[1]", "99999999999999999999")
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


# Terms


def spoilt(path: str, value: Any) -> str:
    """Return the toy deal's terms as JSON with one value replaced; a path such as ``classes.0.face``."""
    document: Any = json.loads(terms_to_json(toy_terms()))
    *way, last = path.split(".")
    inner: Any = document
    for step in way:
        inner = inner[int(step) if step.isdigit() else step]
    inner[int(last) if last.isdigit() else last] = value
    return json.dumps(document)


FEE = {"fee_id": "new", "title": "New", "basis": "posted"}
CLASS = {"class_id": "C", "face": "1.00"}
TERMS: list[tuple[str, str, Any, str, str]] = [
    ("no groups", "groups", [], "DealTerms.groups", "missing"),
    ("no classes", "classes", [], "DealTerms.classes", "missing"),
    ("a group twice", "groups", [{"group_id": "one"}, {"group_id": "one"}], "DealTerms.groups", "duplicate"),
    ("a class twice", "classes.1.class_id", "A", "DealTerms.classes", "duplicate"),
    ("a fee twice", "fees.1.fee_id", "trustee", "DealTerms.fees", "duplicate"),
    ("a contract twice", "derivatives", [{"contract": "X"}] * 2, "DealTerms.derivatives", "duplicate"),
    ("a fee on an unknown class", "fees.0.class_id", "Z", "Fee[trustee].class_id", "unknown"),
    ("a fee borne by an unknown group", "fees.0.borne_by", "three", "Fee[trustee].borne_by", "unknown"),
    (
        "a fee on no class",
        "fees.0",
        {**FEE, "basis": "class balance after the distribution", "rate": "0.1"},
        "Fee[new].class_id",
        "missing",
    ),
    ("a fee without its amount", "fees.0", {**FEE, "basis": "fixed amount"}, "Fee[new].amount", "missing"),
    ("a fee without its rate", "fees.0.rate", None, "Fee[trustee].rate", "missing"),
    ("a fee's rate in percent", "fees.0.rate", "1.2", "Fee.rate", "out_of_range"),
    ("a negative rate", "fees.0.rate", "-0.01", "Fee.rate", "out_of_range"),
    ("notional of an unknown class", "classes.0.notional_of", ["Z"], "BondClass[A].notional_of", "unknown"),
    (
        "a step for an unknown class",
        "waterfall.1.classes",
        ["A", "Z"],
        "DealTerms.waterfall[1].classes",
        "unknown",
    ),
    ("a residual step for no class", "waterfall.4.classes", [], "DealTerms.waterfall[4].classes", "missing"),
    ("closing after the first payment", "closing_date", "2021-01-26", "DealTerms.closing_date", "contradiction"),
    (
        "last payment before the first",
        "calendar.final_payment_date",
        "2021-01-24",
        "CalendarTerms.final_payment_date",
        "contradiction",
    ),
    ("a payment day of no month", "calendar.payment_day", 31, "CalendarTerms.payment_day", "out_of_range"),
    ("a due day of no month", "calendar.due_day", 0, "CalendarTerms.due_day", "out_of_range"),
    ("a floating class without its index", "classes.0.rate.index", None, "ClassRate.index", "missing"),
    ("a floating class without its margin", "classes.0.rate.margin", None, "ClassRate.index", "missing"),
    ("a fixed class without its rate", "classes.1.rate.rate", None, "ClassRate.rate", "missing"),
    ("a negative face", "classes.0.face", "-1.00", "BondClass.face", "negative"),
    ("a face in fractions of a cent", "classes.0.face", "1.001", "BondClass.face", "not_whole_cents"),
    ("a face as a float", "classes.0.face", 800000.5, "terms.classes[0].face", "float_money"),
    ("a rate as a float", "classes.1.rate.rate", 0.08, "terms.classes[1].rate.rate", "float_money"),
    ("a face that is no number", "classes.0.face", "much", "classes[0].face", "malformed_terms"),
    ("an unknown step", "waterfall.0.step", "pay_sponsor", "waterfall[0]", "malformed_terms"),
    ("a step that is no object", "waterfall.0", "pay_interest", "waterfall[0]", "malformed_terms"),
    ("an unknown day count", "classes.0.day_count", "30/365", "classes[0].day_count", "malformed_terms"),
    ("a name of spaces", "groups.0.group_id", " ", "LoanGroup.group_id", "not_an_identifier"),
    ("a title that is no text", "title", "a\nb", "DealTerms.title", "not_text"),
    ("an impossible date", "cut_off_date", "2021-02-30", "cut_off_date", "malformed_terms"),
    ("a date beyond the calendars", "cut_off_date", "1900-01-01", "DealTerms.cut_off_date", "date_out_of_range"),
    ("a negative count", "rolling_months", -1, "DealTerms.rolling_months", "not_a_count"),
]


@pytest.mark.parametrize(
    ("path", "value", "field", "code"), [case[1:] for case in TERMS], ids=[case[0] for case in TERMS]
)
def test_terms_that_contradict_themselves_are_refused_naming_the_term(
    path: str, value: Any, field: str, code: str
) -> None:
    with pytest.raises(InvalidTerms) as caught:
        terms_from_json(spoilt(path, value))
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize(
    ("path", "value", "field", "code"), [case[1:] for case in TERMS], ids=[case[0] for case in TERMS]
)
def test_a_deal_opened_on_such_terms_in_json_names_the_event_too(path: str, value: Any, field: str, code: str) -> None:
    line = json.dumps({"$type": "deal_opened", **STAMP, "terms": json.loads(spoilt(path, value))})
    with pytest.raises(InvalidEvent) as caught:
        from_json(line)
    [violation] = caught.value.violations
    assert violation.event_id == "x"
    assert violation.field.startswith("terms")
    assert violation.code == code


def test_a_term_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(InvalidTerms, match="colour"):
        terms_from_json(spoilt("colour", "red"))
    with pytest.raises(InvalidTerms, match="colour"):
        terms_from_json(spoilt("classes.0.colour", "red"))


def test_a_term_twice_is_refused_by_name() -> None:
    with pytest.raises(InvalidTerms) as caught:
        terms_from_json(terms_to_json(toy_terms()).replace('"title":', '"title": "Other", "title":', 1))
    assert (caught.value.field, caught.value.code) == ("title", "duplicate_field")


@pytest.mark.parametrize("text", ["", "null", "[]", "5", "{", '"terms"', "[" * 200_000, None, {}, 5])
def test_what_is_no_terms_document_is_refused(text: Any) -> None:
    with pytest.raises(InvalidTerms):
        terms_from_json(text)


@pytest.mark.parametrize("line", [None, {}, 5])
def test_what_is_no_text_is_no_event(line: Any) -> None:
    with pytest.raises(InvalidEvent, match="from_fields reads a mapping"):
        from_json(line)


def test_the_table_starts_from_terms_that_are_read_back_alike() -> None:
    assert terms_from_json(terms_to_json(toy_terms())) == toy_terms()


def test_terms_in_python_refuse_what_json_refuses() -> None:
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms().calendar, payment_day="25")  # type: ignore[arg-type]
    assert caught.value.field == "CalendarTerms.payment_day"


def events_are_frozen(event: Event) -> None:
    """Raise as an event does when it is changed."""
    event.deal = "other"  # type: ignore[misc]


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        events_are_frozen(from_json(LINE))


LENIENT: dict[Any, object] = {
    **dict.fromkeys((to_amount, to_optional_amount, to_rate, to_optional_rate, to_factor, to_optional_factor), 0.5),
    **dict.fromkeys((to_date, to_optional_date), 20_210_101),
}
"""Converters that leave what they cannot read to the field's validator, each with a value that they leave."""


def lenient_fields() -> Iterator[tuple[type, Any]]:
    """Yield every field of an event, a term or a step that is read by such a converter."""
    kinds = [kind for module in (terms, steps) for kind in vars(module).values() if isinstance(kind, type)]
    for kind in (*EVENT_CLASSES, *filter(attrs.has, kinds)):
        for item in attrs.fields(kind):
            if item.converter in LENIENT:
                yield kind, item


def test_what_a_converter_leaves_is_refused_by_the_validator_behind_it() -> None:
    """A converter that swallowed a fault would let a float into the money of a field without one."""
    found = list(lenient_fields())
    assert len(found) > 150
    for _, item in found:
        left = LENIENT[item.converter]
        assert item.converter(left) is left
        assert item.validator is not None, item
        with pytest.raises((InvalidEvent, InvalidTerms)):
            item.validator(None, item, left)


# Words, flags and parts


def declared_words(kind: type) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every field of a class that holds one of a few words, with the words."""
    hints = get_type_hints(kind)
    for item in attrs.fields(kind):
        if words := words_of(hints[item.name]):
            yield item.name, words


PARTS = sorted(
    {k for m in (terms, steps) for k in vars(m).values() if isinstance(k, type) and attrs.has(k)},
    key=lambda kind: kind.__name__,
)
PART_FIELDS = [(kind, name, words) for kind in PARTS for name, words in declared_words(kind)]
EVENT_FIELDS = [(kind, name, words) for kind in EVENT_CLASSES for name, words in declared_words(kind)]

REQUIRED: dict[type, dict[str, Any]] = {
    terms.BondClass: {"class_id": "A"},
    terms.CalendarTerms: {"first_payment_date": "2021-01-25", "final_payment_date": "2025-12-26"},
    terms.ClassRate: {"rate": "0.05", "index": "I", "margin": "0.01"},
    terms.DerivativeContract: {"contract": "X"},
    terms.Fee: {"fee_id": "f", "title": "F"},
    terms.Trigger: {"trigger_id": "t"},
    terms.LoanGroup: {"group_id": "one"},
    **{kind: {"classes": ("A",)} for kind in steps.STEPS.values()},
}


def part(kind: type, name: str, value: object) -> Any:
    """Build a part of the terms with one field set."""
    if kind is terms.DealTerms:
        changed: dict[str, Any] = {name: value}
        return attrs.evolve(toy_terms(), **changed)
    return kind(**{**REQUIRED.get(kind, {}), name: value})


def test_every_kind_of_word_is_among_the_fields() -> None:
    assert len(PART_FIELDS) > 35
    assert len(EVENT_FIELDS) > 8


@pytest.mark.parametrize(("kind", "name", "words"), PART_FIELDS, ids=[f"{k.__name__}.{n}" for k, n, _ in PART_FIELDS])
def test_a_word_of_the_terms_is_one_that_can_be_read_again(kind: type, name: str, words: tuple[str, ...]) -> None:
    for word in words:
        held = getattr(part(kind, name, word), name)
        assert held == word
        assert type(held) is get_type_hints(kind)[name] or name in ("step", "kind")
    for value in ("foo", "", None, 1, ["foo"]):
        with pytest.raises(InvalidTerms) as caught:
            part(kind, name, value)
        assert (caught.value.field, caught.value.code) == (f"{kind.__name__}.{name}", "unknown_word")
        assert all(repr(word) in caught.value.message for word in words)


@pytest.mark.parametrize(("kind", "name", "words"), EVENT_FIELDS, ids=[f"{k.__name__}.{n}" for k, n, _ in EVENT_FIELDS])
def test_a_word_of_an_event_is_one_that_can_be_read_again(kind: type, name: str, words: tuple[str, ...]) -> None:
    item = attrs.fields_dict(kind)[name]
    convert: Any = item.converter
    assert convert is not None
    assert item.validator is not None
    assert type(convert(words[0])) is get_type_hints(kind)[name]
    with pytest.raises(InvalidEvent) as caught:
        item.validator(None, item, convert("foo"))
    [violation] = caught.value.violations
    assert (violation.field, violation.code) == (name, "unknown_word")
    assert all(repr(word) in violation.message for word in words)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (terms.LoanGroup, "adjustable", "yes"),
        (terms.BondClass, "insured", 1),
        (terms.BondClass, "rate", "0.05"),
        (terms.DealTerms, "calendar", None),
        (terms.DealTerms, "classes", ("A",)),
        (terms.DealTerms, "waterfall", ("pay_interest",)),
        (steps.PayPrincipal, "lockout_months", "3"),
        (steps.PayInterest, "classes", (1,)),
    ],
)
def test_a_part_of_the_terms_is_of_its_declared_type(kind: type, name: str, value: object) -> None:
    with pytest.raises(InvalidTerms) as caught:
        part(kind, name, value)
    assert (caught.value.field, caught.value.code) == (f"{kind.__name__}.{name}", "wrong_type")


def test_a_fixed_class_by_its_plain_word_needs_its_rate() -> None:
    with pytest.raises(InvalidTerms) as caught:
        terms.ClassRate(kind="fixed")  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.code) == ("ClassRate.rate", "missing")


def test_an_unknown_word_in_a_terms_document_names_the_words_allowed() -> None:
    with pytest.raises(InvalidTerms, match=r"classes\[0\]\.day_count: '30/365' is none of 'actual/360'"):
        terms_from_json(spoilt("classes.0.day_count", "30/365"))


def test_terms_that_cannot_be_read_again_are_never_written(toy: Ledger) -> None:
    """Whoever works around the checks of the terms still cannot put them into the log."""
    broken = toy_terms()
    object.__setattr__(broken, "class_rounding", "foo")
    for event in (
        DealOpened(event_id="bad", deal="other", effective_date=CLOSING, terms=broken),
        TermsAmended(event_id="bad", deal=TOY, effective_date=CLOSING, terms=broken),
    ):
        outcome = toy.post(event)
        assert isinstance(outcome, Refusal)
        [violation] = outcome.violations
        assert (violation.event_id, violation.field, violation.code) == ("bad", "terms", "malformed_terms")
        assert "could not be read again" in violation.message
    assert toy.deals() == [TOY]
    assert len(list(toy.events(TOY))) == 13

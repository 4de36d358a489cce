"""Terms that contradict themselves or cannot be read are refused, naming the term."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from ledger import (
    DealOpened,
    InvalidEvent,
    InvalidTerms,
    Ledger,
    Refusal,
    TermsAmended,
    from_json,
    terms_from_json,
    terms_to_json,
)
from ledger.deal import terms
from tests.deals.toy import CLOSING, TOY, toy_terms

STAMP = {"event_id": "x", "deal": TOY, "effective_date": "2021-01-01"}


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
CAP = {"contract": "X", "kind": "cap", "index": "L", "strike": "0.05", "notional_of": ["A"]}
SWAP = {"contract": "X", "kind": "swap", "index": "L", "fixed_rate": "0.05", "direction": "trust pays"}


def contract(base: dict[str, Any], **changes: Any) -> tuple[str, Any]:
    """Return the place of a contract in the terms, and the contract with these changes; what is None is left out."""
    return "derivatives", [{name: value for name, value in {**base, **changes}.items() if value is not None}]


X = "DerivativeContract[X]"
CONTRACTS: list[tuple[str, tuple[str, Any], str, str]] = [
    ("a strike without an index", contract(CAP, index=None), f"{X}.index", "missing"),
    ("a cap without its strike", contract(CAP, strike=None), f"{X}.strike", "missing"),
    ("a corridor without its ceiling", contract(CAP, kind="corridor"), f"{X}.ceiling", "missing"),
    ("a ceiling at the strike", contract(CAP, kind="corridor", ceiling="0.05"), f"{X}.ceiling", "contradiction"),
    ("a cap with a ceiling", contract(CAP, ceiling="0.06"), f"{X}.ceiling", "contradiction"),
    ("a cap with a fixed rate", contract(CAP, fixed_rate="0.06"), f"{X}.fixed_rate", "contradiction"),
    ("a cap with a fixed leg", contract(CAP, fixed_day_count="30/360"), f"{X}.fixed_day_count", "contradiction"),
    ("a swap without its fixed rate", contract(SWAP, fixed_rate=None), f"{X}.fixed_rate", "missing"),
    ("a swap of nobody's", contract(SWAP, direction=None), f"{X}.direction", "missing"),
    ("a swap on nothing", contract(SWAP), f"{X}.notional_amounts", "missing"),
    ("a multiplier of nothing", contract(CAP, notional_multiplier="0"), f"{X}.notional_multiplier", "out_of_range"),
    (
        "a multiplier of a schedule",
        contract(SWAP, notional_multiplier="2", notional_amounts=[{"from_date": "2021-01-25", "balance": "1.00"}]),
        f"{X}.notional_multiplier",
        "contradiction",
    ),
    (
        "a schedule that runs backwards",
        contract(CAP, notional_amounts=[{"from_date": day, "balance": "1.00"} for day in ("2021-02-25", "2021-01-25")]),
        f"{X}.notional_amounts",
        "contradiction",
    ),
    ("a strike in percent", contract(CAP, strike="5"), "DerivativeContract.strike", "out_of_range"),
    ("a contract on an unknown class", contract(CAP, notional_of=["Z"]), f"{X}.notional_of", "unknown"),
    ("a contract on the residual", contract(CAP, notional_of=["Cert"]), f"{X}.notional_of", "contradiction"),
    ("a receipt of an unknown group", contract(CAP, group="three"), f"{X}.group", "unknown"),
]

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
    ("a payment day of no month", "calendar.payment_day", 32, "CalendarTerms.payment_day", "out_of_range"),
    ("a due day of no month", "calendar.due_day", 0, "CalendarTerms.due_day", "out_of_range"),
    ("a floating class without its index", "classes.0.rate.index", None, "ClassRate.index", "missing"),
    ("a floating class without its margin", "classes.0.rate.margin", None, "ClassRate.margin", "missing"),
    ("a fixed class without its rate", "classes.1.rate.rate", None, "ClassRate.rate", "missing"),
    ("a negative face", "classes.0.face", "-1.00", "BondClass.face", "negative"),
    ("a face in fractions of a cent", "classes.0.face", "1.001", "DealTerms.classes[0].face", "not_whole_cents"),
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
    (
        "a premium at a rate of its own",
        "fees.0",
        {**FEE, "basis": "mortgage insurance rates of the loans", "rate": "0.01"},
        "Fee[new].rate",
        "contradiction",
    ),
    *((name, *place, field, code) for name, place, field, code in CONTRACTS),
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


def test_the_table_starts_from_terms_that_are_read_back_alike() -> None:
    assert terms_from_json(terms_to_json(toy_terms())) == toy_terms()


def test_terms_in_python_refuse_what_json_refuses() -> None:
    with pytest.raises(InvalidTerms) as caught:
        attrs.evolve(toy_terms().calendar, payment_day="25")  # type: ignore[arg-type]
    assert caught.value.field == "CalendarTerms.payment_day"


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

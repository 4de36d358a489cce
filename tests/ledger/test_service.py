"""Calls that cannot be meant as they stand: each is refused at once, naming the parameter and what to give."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger import AsOf, InvalidArgument, Ledger, LedgerError, LoanBoarded, UnknownDeal
from tests.deals.toy import CUT_OFF, TOY, payment_date, toy_deal, toy_month
from tests.replay.restated import curtailed

NOON = dt.datetime(2021, 1, 25, 12)
EVENT = LoanBoarded(
    event_id="x", deal=TOY, effective_date=CUT_OFF, loan="x", group="one", balance="1.00", note_rate="0.1"
)

Call = Callable[[Any], object]
CALLS: dict[str, tuple[Call, str, str, str]] = {
    "text for an event": (lambda led: led.post("x"), "events[0]", "not_an_event", "build one of an event class"),
    "nothing for an event": (lambda led: led.post(None), "events[0]", "not_an_event", "NoneType is no event"),
    "a mapping for an event": (lambda led: led.post({}), "events[0]", "not_an_event", "from_fields"),
    "one that is none": (lambda led: led.post_many([EVENT, "x"]), "events[1]", "not_an_event", "str is no event"),
    "one event for many": (lambda led: led.post_many(EVENT), "events", "not_a_list", "give a list"),
    "nothing for many": (lambda led: led.post_many(None), "events", "not_an_event", "NoneType is no event"),
    "a mapping for many": (lambda led: led.post_many({"x": 1}), "events", "not_an_event", "dict is no event"),
    "no terms": (lambda led: led.open_deal("n", None), "terms", "not_terms", "terms_from_json reads them"),
    "a sequence as text": (
        lambda led: led.post(EVENT, expected_sequence="2"), "expected_sequence", "not_a_sequence", "Ledger.head"),
    "a table's sequence as text": (
        lambda led: led.post_table(TOY, [], expected_sequence="2"), "expected_sequence", "not_a_sequence",
        "Ledger.head"),
    "a month known through a text": (
        lambda led: led.readiness(TOY, "2021-01-25", known_through="2"), "known_through", "not_a_sequence", "a whole"),
    "a closing known through a text": (
        lambda led: led.closing(TOY, "2021-01-25", known_through="2"), "known_through", "not_a_sequence", "a whole"),
    "a closing at a text": (
        lambda led: led.close_period(TOY, "2021-01-25", expected_sequence="2"), "expected_sequence", "not_a_sequence",
        "Ledger.head"),
    "a distribution at noon": (
        lambda led: led.distribution(TOY, NOON), "distribution_date", "not_a_date", "is not a date"),
    "a distribution of no date": (
        lambda led: led.distribution(TOY, "foo"), "distribution_date", "not_a_date", "'YYYY-MM-DD'"),
    "a closing of no date": (lambda led: led.close_period(TOY, None), "distribution_date", "not_a_date", "None"),
    "a payment of no date": (lambda led: led.distribute(TOY, 20210125), "distribution_date", "not_a_date", "20210125"),
    "a record date of no date": (lambda _: AsOf(record_date="foo"), "record_date", "not_a_date", "'foo'"),
    "a record date at noon": (lambda _: AsOf(record_date=NOON), "record_date", "not_a_date", "is not a date"),
    "a negative sequence": (
        lambda _: AsOf(record_date=CUT_OFF, known_through=-1), "known_through", "not_a_sequence", "-1"),
    "a sequence that is text": (
        lambda _: AsOf(record_date=CUT_OFF, known_through="2"),  # type: ignore[arg-type]
        "known_through", "not_a_sequence", "'2'"),
    "books on a bare date": (lambda led: led.books(TOY, CUT_OFF), "as_of", "not_a_point_in_time", "AsOf(record_date"),
    "a report on a bare date": (lambda led: led.report(TOY, "2021-01-25"), "as_of", "not_a_point_in_time", "AsOf("),
    "advances on a bare date": (lambda led: led.advances(TOY, CUT_OFF), "as_of", "not_a_point_in_time", "AsOf("),
    "an unknown type": (lambda led: led.events(TOY, types=["foo"]), "types", "unknown_type", "loan_boarded"),
    "a misspelt type": (
        lambda led: led.events(TOY, types=["loan_bored"]), "types", "unknown_type", "there is loan_boarded"),
    "a misspelt bare type": (lambda led: led.events(TOY, types="payoff"), "types", "unknown_type", "payoff_collected"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_cannot_be_meant_names_its_parameter(toy: Ledger, name: str) -> None:
    call, parameter, code, part = CALLS[name]
    before = toy.head(TOY)
    with pytest.raises(InvalidArgument) as caught:
        call(toy)
    assert (caught.value.name, caught.value.code) == (parameter, code)
    assert part in caught.value.message
    assert str(caught.value).startswith(f"{parameter}: ")
    assert isinstance(caught.value, LedgerError)
    assert toy.head(TOY) == before


def test_dates_may_be_given_as_iso_strings(toy: Ledger) -> None:
    toy_month(toy, 1)
    day, text = payment_date(1), payment_date(1).isoformat()
    assert toy.distribution(TOY, text).digest == toy.distribution(TOY, day).digest  # type: ignore[arg-type]
    assert toy.distribute(TOY, text) == toy.distribute(TOY, day)  # type: ignore[arg-type]
    assert AsOf(record_date=text) == AsOf(record_date=day)
    assert toy.books(TOY, AsOf(record_date=text)) == toy.books(TOY, AsOf(record_date=day))


@pytest.mark.parametrize("nothing", [{"types": []}, {"event_ids": ()}, {"types": ["loan_boarded"], "event_ids": []}])
def test_an_empty_list_means_no_event(toy: Ledger, tmp_path: Path, nothing: dict[str, Any]) -> None:
    toy.archive(TOY, tmp_path)
    with Ledger.open(tmp_path) as sealed:
        for ledger in (toy, sealed):
            assert list(ledger.events(TOY, **nothing)) == []
            with pytest.raises(UnknownDeal):
                list(ledger.events("other", **nothing))


def test_a_bare_type_or_id_means_that_one(toy: Ledger) -> None:
    assert len(list(toy.events(TOY, types="loan_boarded"))) == 10
    assert [item.event.event_id for item in toy.events(TOY, event_ids="board/one-1")] == ["board/one-1"]


def test_a_refusal_prints_nothing_of_itself() -> None:
    """Nobody has asked for the library's log: not a word of it goes to standard error."""
    program = (
        "from ledger import Ledger, LoanBoarded\n"
        "event = LoanBoarded(event_id='x', deal='d', effective_date='2021-01-01', loan='x', group='g', "
        "balance='1.00', note_rate='0.1')\n"
        "assert not Ledger.create('sqlite://').post(event)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_what_voids_an_event_is_told(either_ledger: Ledger) -> None:
    toy_deal(either_ledger)
    on = dt.date(2020, 12, 20)
    for name in ("cut", "other", "left"):
        either_ledger.post(curtailed(name, "50.00", on)).or_raise()
    assert either_ledger.voided_by(TOY, ["cut", "other"]) == {}
    either_ledger.reverse(TOY, "cut", effective_date=on, reason="wrong").or_raise()
    either_ledger.correct("other", curtailed("right", "60.00", on), effective_date=on, reason="typed wrong").or_raise()
    told = either_ledger.voided_by(TOY, ["cut", "other", "left", "right", "nothing"])
    assert told == {"cut": "cut/reversed", "other": "other/corrected"}
    assert either_ledger.voided_by(TOY, []) == {}

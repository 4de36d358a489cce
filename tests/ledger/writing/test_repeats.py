"""An event id that is used again is a repeat, or names the fields that differ."""

from __future__ import annotations

import datetime as dt
import json

import attrs

from ledger import Ledger, LoanBoarded, Refusal, decode
from ledger.writing.repeats import sort_out_repeats
from tests.deals.refusals import curtailment, payoff, refuse
from tests.deals.toy import TOY, toy_terms


def test_an_event_id_used_for_another_payload_names_the_fields_that_differ(toy: Ledger) -> None:
    toy.post(curtailment("bad", amount="10.00")).or_raise()
    again = curtailment("bad", amount="12.00", effective_date=dt.date(2020, 12, 21))
    refusal = refuse(toy, [again], (("bad", "event_id", "different_payload"),))
    message = refusal.violations[0].message
    assert "amount is '10.00' in the ledger, '12.00' here" in message
    assert "effective_date is '2020-12-20' in the ledger, '2020-12-21' here" in message
    assert "loan" not in message.partition(":")[2], "a field that agrees is not named"


def test_an_event_id_used_twice_in_a_batch_for_different_payloads_is_refused(toy: Ledger) -> None:
    refuse(toy, [curtailment("bad"), curtailment("bad", amount="1.00")], (("bad", "event_id", "different_payload"),))


def test_an_event_id_used_twice_in_a_batch_says_that_the_batch_holds_it(toy: Ledger) -> None:
    batch = [curtailment("bad"), curtailment("bad", amount="1.00")]
    [violation] = refuse(toy, batch, (("bad", "event_id", "different_payload"),)).violations
    assert "amount is '10.00' earlier in this batch, '1.00' here" in violation.message
    assert "ledger" not in violation.message


def test_a_deal_opened_again_on_other_terms_names_the_terms_that_differ(toy: Ledger) -> None:
    was = toy_terms()
    other = attrs.evolve(
        was,
        title="Other Trust",
        classes=(attrs.evolve(was.classes[0], cusip="123"), *was.classes[1:]),
        fees=was.fees[:1],
    )
    refusal = toy.open_deal(TOY, other)
    assert isinstance(refusal, Refusal)
    message = refusal.violations[0].message
    assert message.endswith(
        "terms.classes[0].cusip is '' in the ledger, '123' here; terms.fees has 2 entries in the ledger, 1 here; "
        "terms.title is 'Toy Trust' in the ledger, 'Other Trust' here"
    )
    assert len(message) < 300


def test_an_event_id_used_for_another_type_is_refused(toy: Ledger) -> None:
    refuse(toy, [payoff("board/one-1")], (("board/one-1", "event_id", "different_payload"),))


def test_a_loan_that_was_boarded_under_an_earlier_version_is_a_repeat(toy: Ledger) -> None:
    stored = next(row for row in toy.stored_rows(TOY) if row.type == LoanBoarded.name)
    loan = decode(stored.payload)
    unknown = {item.name: None for item in attrs.fields(LoanBoarded) if item.default is None}
    fields = {**unknown, **json.loads(stored.payload), "$version": 3}
    older = stored._replace(payload=json.dumps(fields, sort_keys=True, separators=(",", ":")))
    found = sort_out_repeats([loan], {loan.event_id: older})
    assert (found.repeats, found.violations, found.fresh) == ([older], [], {})
    assert isinstance(loan, LoanBoarded)
    [violation] = sort_out_repeats([attrs.evolve(loan, state="NV")], {loan.event_id: older}).violations
    assert violation.code == "different_payload"

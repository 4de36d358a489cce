"""A closing is found where it stands, and its distribution is paid while a payment of it stands."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger import Envelope, InvalidArgument, InvalidEvent, Ledger, NoDistribution, PeriodClosed, Refusal
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month
from tests.ledger.readiness.small import DEAL, PAID, due, paid, small_deal

REASON = {"due_unaccounted": "told by telephone"}


def test_a_distribution_is_open_then_closed_then_paid(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1, pay=False)
    day = payment_date(1)
    assert ledger.closing(TOY, day) is None
    receipt = ledger.close_period(TOY, day).or_raise()
    found = ledger.closing(TOY, day.isoformat())  # type: ignore[arg-type]
    assert found is not None
    assert (found.sequence, found.event.event_id, found.paid_at) == (receipt.sequence, f"{TOY}/{day}/closed", None)
    assert found.digest == ledger.distribution(TOY, day).digest
    paid_at = ledger.distribute(TOY, day).or_raise().sequence
    now, then = ledger.closing(TOY, day), ledger.closing(TOY, day, known_through=receipt.sequence)
    assert now is not None
    assert now.paid_at == paid_at
    assert then == found
    assert ledger.closing(TOY, day, known_through=receipt.sequence - 1) is None
    assert ledger.closing(TOY, payment_date(2)) is None


def test_payments_that_are_all_reversed_pay_nothing(ledger: Ledger) -> None:
    toy_deal(ledger)
    toy_month(ledger, 1)
    day = payment_date(1)
    for recorded in list(ledger.events(TOY, types=["bond_interest_paid", "bond_principal_paid"])):
        ledger.reverse(TOY, recorded.event.event_id, effective_date=day, reason="a test", restates=True).or_raise()
    found = ledger.closing(TOY, day)
    assert found is not None
    assert found.paid_at is not None
    for recorded in list(ledger.events(TOY, types=["collection_account_remitted"])):
        ledger.reverse(TOY, recorded.event.event_id, effective_date=day, reason="a test", restates=True).or_raise()
    found = ledger.closing(TOY, day)
    assert found is not None
    assert found.paid_at is None


def test_a_date_on_which_nothing_is_paid_has_no_closing(toy: Ledger) -> None:
    with pytest.raises(NoDistribution):
        toy.closing(TOY, dt.date(2021, 1, 26))


def test_readiness_looks_no_further_than_the_log(toy: Ledger) -> None:
    head = toy.head(TOY).sequence
    assert toy.readiness(TOY, payment_date(1), known_through=head).known_through == head
    with pytest.raises(InvalidArgument, match="beyond_the_log"):
        toy.readiness(TOY, payment_date(1), known_through=head + 1)


@pytest.fixture
def short(ledger: Ledger) -> Ledger:
    """A month in which a thousand of interest is neither received nor reported."""
    small_deal(ledger).post_many([due(), paid("1000.00", "9000.00")]).or_raise()
    return ledger


def refused(answer: object) -> set[tuple[str, str]]:
    assert isinstance(answer, Refusal)
    return {(item.field, item.code) for item in answer.violations}


@pytest.mark.parametrize("who", ["", " ", "\u2800"])
@pytest.mark.parametrize("envelope", [None, Envelope(), Envelope(approver="B. Desk")])
def test_nobody_acknowledges_anything(short: Ledger, who: str, envelope: Envelope | None) -> None:
    before = short.head(DEAL)
    for dry_run in (False, True):
        answer = short.close_period(DEAL, PAID, acknowledge=REASON, who=who, envelope=envelope, dry_run=dry_run)
        assert refused(answer) == {("acknowledgements", "nobody_answers")}
    assert short.head(DEAL) == before


def test_the_actor_answers_where_nobody_else_does(short: Ledger) -> None:
    envelope = Envelope(actor="A. Clerk")
    short.close_period(DEAL, PAID, acknowledge=REASON, envelope=envelope).or_raise()
    found = short.closing(DEAL, PAID)
    assert found is not None
    assert [item.who for item in found.event.acknowledgements] == ["A. Clerk"]
    assert short.close_period(DEAL, PAID, acknowledge=REASON, who="A. Clerk").or_raise().repeated == 1
    told = refused(short.close_period(DEAL, PAID, acknowledge=REASON, who="B. Desk"))
    assert told == {("event_id", "different_payload")}


def test_a_month_is_closed_only_as_it_was_seen(short: Ledger) -> None:
    seen = short.head(DEAL).sequence
    for expected in (seen - 1, seen + 1):
        answer = short.close_period(DEAL, PAID, acknowledge=REASON, who="me", expected_sequence=expected)
        assert refused(answer) == {("expected_sequence", "stale_sequence")}
    with pytest.raises(InvalidArgument):
        short.close_period(DEAL, PAID, expected_sequence="7")  # type: ignore[arg-type]
    short.close_period(DEAL, PAID, acknowledge=REASON, who="me", expected_sequence=seen).or_raise()
    again = short.close_period(DEAL, PAID, acknowledge=REASON, who="me", expected_sequence=seen)
    assert again.or_raise().repeated == 1


def test_what_is_closed_under_another_id_is_said_to_be_closed(short: Ledger) -> None:
    digest = short.distribution(DEAL, PAID).digest
    closing = PeriodClosed(
        event_id="ours",
        deal=DEAL,
        effective_date=PAID,
        distribution_date=PAID,
        report_digest=digest,
        rules=2,
        acknowledgements=[{"code": "due_unaccounted", "reason": "known", "who": "me"}],
    )
    at = short.post(closing).or_raise().sequence
    answer = short.close_period(DEAL, PAID, acknowledge=REASON, who="me")
    assert isinstance(answer, Refusal)
    told = {item.code: item.message for item in answer.violations}
    assert f"closed already, at sequence {at}, and a closing is final; ledger distribute" in told["already_closed"]


ACKNOWLEDGED = {"code": "due_unaccounted", "reason": "known", "who": "me"}
BAD = {
    "no list": (None, "not_acknowledgements", "a list"),
    "a text": ("all", "not_acknowledgements", "a list"),
    "one for many": (ACKNOWLEDGED, "not_acknowledgements", "a list"),
    "no reason": ([{"code": "due_unaccounted"}], "not_acknowledgements", "reason is missing"),
    "no code": ([{"reason": "known"}], "not_acknowledgements", "code is missing"),
    "a stranger": ([{**ACKNOWLEDGED, "when": "now"}], "not_acknowledgements", "there is no 'when'"),
    "a number": ([7], "not_acknowledgements", "not 7"),
    "nothing to be seen": ([{**ACKNOWLEDGED, "reason": "\u2800 \u3164"}], "not_acknowledgements", "reason must be"),
    "twice": ([ACKNOWLEDGED, {**ACKNOWLEDGED, "reason": "also"}], "acknowledged_twice", "one code has one reason"),
}


@pytest.mark.parametrize("name", BAD)
def test_acknowledgements_that_say_nothing_are_no_event(name: str) -> None:
    given, code, part = BAD[name]
    with pytest.raises(InvalidEvent) as caught:
        PeriodClosed(
            event_id="closing",
            deal=DEAL,
            effective_date=PAID,
            distribution_date=PAID,
            report_digest="",
            acknowledgements=given,  # type: ignore[arg-type]
        )
    [violation] = caught.value.violations
    assert (violation.event_id, violation.field, violation.code) == ("closing", "acknowledgements", code)
    assert part in violation.message
    assert "__init__" not in violation.message

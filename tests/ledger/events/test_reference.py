"""A reference pool: its loans bring nobody cash, and the issuer pays what the classes that others hold fall by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ledger import (
    AsOf,
    CollectionAccountRemitted,
    CreditEventReported,
    CurtailmentCollected,
    Dated,
    Deal,
    DealTerms,
    Event,
    Exact,
    InvalidEvent,
    InvalidTerms,
    IssuerPaymentReceived,
    Ledger,
    PoolBalanceBroughtForward,
    ReferencePrincipalDue,
    ReferencePrincipalPrepaid,
    ReferenceRecoveryReported,
    Refusal,
    pay_interest,
    pay_principal,
)
from ledger.deal.words import deal_in_words
from tests.ledger.readiness.cases import shows

DEAL, PAID = "notes", date(2024, 2, 26)
ON: Dated = {"deal": DEAL, "effective_date": date(2024, 1, 31)}


def terms(**more: Any) -> DealTerms:
    """Return notes M of 10,000 behind 90,000 that the issuer holds, on a pool of 100,000, paid half and half."""
    deal = (
        Deal("Notes", cut_off="2024-01-01", closing="2024-01-25", first_payment=PAID, final_payment="2044-01-25")
        .group("pool", balance="100000.00", loans=10)
        .senior("A-H", face="90000.00", coupon="0", retained=True)
        .subordinate("M", face="10000.00", coupon="0.06")
    )
    return deal.then(pay_interest("M"), pay_principal("A-H", "M", pro_rata=True)).terms(
        **{"paid_by": "the issuer", **more}
    )


def month(paid: str = "1010.00", interest: str = "50.00") -> Iterator[Event]:
    """Yield 4,000 scheduled, 6,000 prepaid with a loan, a credit event of 500 that lost 400, and the payment."""
    yield PoolBalanceBroughtForward(
        event_id="pool", deal=DEAL, effective_date="2024-01-01", group="pool", balance="100000.00", loan_count=10
    )
    yield ReferencePrincipalDue(event_id="due", group="pool", amount="4000.00", **ON)
    yield ReferencePrincipalPrepaid(event_id="ahead", group="pool", amount="6000.00", loan_count=1, **ON)
    yield CreditEventReported(
        event_id="event", group="pool", balance="500.00", recovered="100.00", realized_loss="400.00", **ON
    )
    yield IssuerPaymentReceived(
        event_id="issuer", deal=DEAL, effective_date=PAID, group="pool", principal=paid, interest=interest
    )


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.create("sqlite://") as opened:
        opened.open_deal(DEAL, terms()).or_raise()
        yield opened


def test_the_issuer_pays_the_notes_and_what_it_holds_moves_no_cash(ledger: Ledger) -> None:
    """10,100 of principal, a tenth of it to M; of the loss M bears 400: it stands at 10,000 - 1,010 - 400."""
    ledger.post_many(month()).or_raise()
    ledger.close_period(DEAL, PAID).or_raise()
    ledger.distribute(DEAL, PAID).or_raise()
    report = ledger.distribution(DEAL, PAID)
    closing = {name: str(item.result.closing_balance.decimal) for name, item in report.classes.items()}
    assert closing == {"A-H": "80910.00", "M": "8590.00"}
    assert str(report.collateral.total.closing_balance.decimal) == "89500.00"
    assert report.collateral.total.closing_count.value == 8
    assert str(report.losses.cumulative["total"].losses.decimal) == "400.00"
    books = ledger.books(DEAL, AsOf(record_date=PAID))
    accounts = ("collection_account", "distribution_account", "due_from_issuer")
    assert [str(books.balance(name).decimal) for name in accounts] == ["0.00", "0.00", "0.00"]
    (remitted,) = (item.event for item in ledger.events(DEAL, types=["collection_account_remitted"]))
    assert isinstance(remitted, CollectionAccountRemitted)
    assert remitted.amount == Decimal("1060.00")
    speed = report.prepayments.current["pool"]
    assert str(speed.payoffs.decimal) == "6000.00"


def test_a_recovery_writes_up_what_a_credit_event_took(ledger: Ledger) -> None:
    ledger.post_many(month()).or_raise()
    ledger.close_period(DEAL, PAID).or_raise()
    ledger.distribute(DEAL, PAID).or_raise()
    recovered = ReferenceRecoveryReported(
        event_id="back", deal=DEAL, effective_date="2024-02-29", group="pool", amount="150.00"
    )
    ledger.post(recovered).or_raise()
    report = ledger.distribution(DEAL, date(2024, 3, 25))
    assert str(report.classes["M"].result.written_up.decimal) == "150.00"
    assert str(report.losses.cumulative["total"].losses.decimal) == "250.00"


@shows("issuer_payment_unlike_owed")
@pytest.mark.parametrize(
    ("paid", "owed"), [("1010.00", None), ("1009.98", None), ("1000.00", "10.00"), ("1020.00", "-10.00")]
)
def test_what_the_issuer_has_not_paid_is_named_before_the_closing(ledger: Ledger, paid: str, owed: str | None) -> None:
    ledger.post_many(month(paid)).or_raise()
    found = [item for item in ledger.readiness(DEAL, PAID).findings if item.code == "issuer_payment_unlike_owed"]
    assert [str(Exact(Fraction(value)).decimal) for item in found for _, value in item.figures] == (
        [owed] if owed else []
    )


def codes(ledger: Ledger, event: Event) -> list[tuple[str, str]]:
    """Return the fields and codes that an event is refused by."""
    refusal = ledger.post(event)
    assert isinstance(refusal, Refusal)
    return [(violation.field, violation.code) for violation in refusal.violations]


def test_events_are_held_to_who_pays(ledger: Ledger) -> None:
    ledger.post_many(month()).or_raise()
    ahead = CurtailmentCollected(event_id="c", group="pool", amount="1.00", **ON)
    assert codes(ledger, ahead) == [("$type", "not_the_terms")]
    beyond = ReferencePrincipalDue(event_id="much", group="pool", amount="99999.00", **ON)
    many = ReferencePrincipalPrepaid(event_id="many", group="pool", amount="1.00", loan_count=99, **ON)
    refused: tuple[tuple[Event, str], ...] = ((beyond, "above_balance"), (many, "above_count"))
    for event, code in refused:
        assert [found for _, found in codes(ledger, event)] == [code]
    with Ledger.create("sqlite://") as other:
        sold = [bond for bond in terms().classes if not bond.retained]
        plain = terms(paid_by="collections on the loans", classes=sold,
                      waterfall=[pay_interest("M"), pay_principal("M")])  # fmt: skip
        other.open_deal(DEAL, plain).or_raise()
        first, *rest = month()
        other.post(first).or_raise()
        for event in rest:
            assert codes(other, event) == [("$type", "not_the_terms")]


def test_terms_say_who_pays_and_tell_it() -> None:
    told = [line for part in deal_in_words(terms()) for line in part.lines]
    assert any("The issuer pays the classes" in line for line in told)
    assert any("held by the issuer" in line for line in told)
    with pytest.raises(InvalidTerms, match="retained"):
        terms(paid_by="collections on the loans")


def test_a_reference_pool_needs_the_fourth_rules() -> None:
    with Ledger.create("sqlite://") as earlier:
        earlier.open_deal(DEAL, terms(rules=3)).or_raise()
        _, due, *_ = month()
        assert codes(earlier, due) == [("$type", "needs_rules")]


def test_a_credit_event_adds_up() -> None:
    with pytest.raises(InvalidEvent, match="realized_loss"):
        CreditEventReported(event_id="e", group="pool", balance="5.00", recovered="1.00", realized_loss="5.00", **ON)

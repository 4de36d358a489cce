"""What is left in the account after a distribution is paid stands under a name, every cent of it.

In February both loans owe 850.00 and the fees are 62.50: 1,637.50 is paid out where everything comes in.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    AsOf,
    CollectionReceived,
    CurtailmentCollected,
    Event,
    Ledger,
    OverpaymentReceived,
    OverpaymentRefunded,
    PaymentReturned,
    PayoffCollected,
    RestatedCash,
    ServicingFeeDrawn,
    ServicingFeeEarned,
    ServicingFeeWithheld,
    UnappliedFundsApplied,
    UnappliedFundsReceived,
    UnappliedFundsReturned,
)
from replay.cli import main as replay_command
from tests.deals.pair import (
    APRIL,
    DEAL,
    FEBRUARY,
    MARCH,
    due,
    fee,
    fee_of,
    first,
    given,
    interest_of,
    month,
    on,
    paid,
    pair_deal,
    pair_terms,
    settle,
)

Line = tuple[str, str, str, str, str]


def held(ledger: Ledger, day: dt.date) -> list[Line]:
    """Return what is held on a date: name, group, distribution, loan, amount; and see that it is all there is."""
    books = ledger.books(DEAL, AsOf(record_date=day))
    cash = books.balance("collection_account").value + books.balance("distribution_account").value
    assert sum((item.amount.value for item in books.held), Fraction(0)) == cash
    return [tuple(row.values()) for row in books.held_rows()]  # type: ignore[misc]


@pytest.fixture
def pair(ledger: Ledger) -> Ledger:
    return pair_deal(ledger)


def test_nothing_is_held_after_a_month_that_was_paid_in_full(pair: Ledger) -> None:
    pair.post_many(month(2)).or_raise()
    assert held(pair, dt.date(2024, 2, 10)) == [
        ("collected for a later distribution", "one", str(FEBRUARY), "", "1700.00")
    ]
    settle(pair, FEBRUARY)
    assert held(pair, FEBRUARY) == []


def test_under_the_first_rules_nothing_is_told(ledger: Ledger) -> None:
    pair_deal(ledger, pair_terms(rules=1)).post_many(month(2)).or_raise()
    assert ledger.books(DEAL, AsOf(record_date=FEBRUARY)).held == ()


def test_unapplied_funds_are_no_funds_until_they_are_applied(pair: Ledger) -> None:
    """Loan 2 pays 300.00 on 1 February: held. 550.00 more on 3 March make its February instalment complete, late.

    February: 850.00 of loan 2 are delinquent, and A gets 787.50 of 1,241.67: 750.00 - 31.25 of interest, and 100.00 of
    principal less 31.25 that the fee of loan 2 takes out of interest: interest 687.50 of 1,041.67, principal 100.00.
    """
    on_hand = UnappliedFundsReceived(event_id="part", amount="300.00", reason="not the whole", **on(first(2), loan="2"))
    pair.post_many([*month(2, ["1"]), due(2, "2"), fee(2, "2"), on_hand]).or_raise()
    settle(pair, FEBRUARY)
    assert given(pair.distribution(DEAL, FEBRUARY)) == ("687.50", "100.00", "0.00")
    assert held(pair, FEBRUARY) == [("unapplied funds", "one", "", "2", "300.00")]
    returned = UnappliedFundsReturned(event_id="back", amount="120.00", **on("2024-02-28", loan="2"))
    pair.post(returned).or_raise()
    assert held(pair, dt.date(2024, 2, 28)) == [("unapplied funds", "one", "", "2", "180.00")]


def test_unapplied_funds_that_complete_an_instalment_are_its_payment(pair: Ledger) -> None:
    """300.00 came in January and 550.00 on 1 February; 850.00 are applied, and February is paid in full."""
    pair.post_many(
        [
            UnappliedFundsReceived(event_id="a", amount="300.00", **on("2024-01-20", loan="2")),
            UnappliedFundsReceived(event_id="b", amount="550.00", **on(first(2), loan="2")),
            UnappliedFundsApplied(event_id="c", principal="100.00", interest="750.00", **on(first(2), loan="2")),
            *month(2, ["1"]),
            due(2, "2"),
            fee(2, "2"),
        ]
    ).or_raise()
    assert held(pair, dt.date(2024, 1, 31)) == [("unapplied funds", "one", "", "2", "300.00")]
    ready = pair.readiness(DEAL, FEBRUARY)
    assert ready, [str(item) for item in ready.findings]
    settle(pair, FEBRUARY)
    assert given(pair.distribution(DEAL, FEBRUARY)) == ("1041.67", "200.00", "395.83")
    assert held(pair, FEBRUARY) == []


def test_an_overpayment_is_owed_back_and_never_paid_out(pair: Ledger) -> None:
    """Loan 1 pays 900.00: 850.00 are its instalment, 50.00 are owed back, and go back on 4 March."""
    over = OverpaymentReceived(event_id="over", amount="50.00", **on(first(2), loan="1"))
    pair.post_many([*month(2), over]).or_raise()
    settle(pair, FEBRUARY)
    assert given(pair.distribution(DEAL, FEBRUARY)) == ("1041.67", "200.00", "395.83")
    assert held(pair, FEBRUARY) == [("overpayments", "one", "", "1", "50.00")]
    pair.post(OverpaymentRefunded(event_id="back", amount="50.00", **on("2024-03-04", loan="1"))).or_raise()
    assert held(pair, dt.date(2024, 3, 4)) == []


def test_a_payment_on_a_loan_that_has_left_is_owed_on(pair: Ledger) -> None:
    """Loan 2 pays off on 31 January, short of nothing, and pays another 850.00 in March: that is not the trust's."""
    payoff = PayoffCollected(event_id="payoff", amount="150000.00", note_rate="0.06", **on("2024-01-31", loan="2"))
    owed = [due(2, "2", principal="0.00"), paid(2, "2", principal="0.00")]
    pair.post_many([payoff, *owed, fee(2, "2"), *month(2, ["1"])]).or_raise()
    settle(pair, FEBRUARY)
    pair.post_many(
        [*month(3, ["1"]), OverpaymentReceived(event_id="stray", amount="850.00", **on("2024-03-02", loan="2"))]
    ).or_raise()
    settle(pair, MARCH)
    assert held(pair, MARCH) == [("overpayments", "one", "", "2", "850.00")]


def test_fees_that_are_earned_stay_the_servicers_until_it_draws_them(pair: Ledger) -> None:
    """62.50 of fees are earned in February and not kept; 40.00 are drawn in March."""
    earned = ServicingFeeEarned(event_id="earned", group="one", amount="62.50", **on("2024-02-20"))
    pair.post_many([due(2, "1"), paid(2, "1"), due(2, "2"), paid(2, "2"), earned]).or_raise()
    settle(pair, FEBRUARY)
    assert given(pair.distribution(DEAL, FEBRUARY)) == ("1041.67", "200.00", "395.83")
    assert held(pair, FEBRUARY) == [("fees earned and not drawn", "one", "", "", "62.50")]
    pair.post(ServicingFeeDrawn(event_id="drawn", group="one", amount="40.00", **on("2024-03-05"))).or_raise()
    assert held(pair, dt.date(2024, 3, 5)) == [("fees earned and not drawn", "one", "", "", "22.50")]


def test_an_instalment_paid_ahead_is_held_for_its_month(pair: Ledger) -> None:
    """Loan 1 pays March's instalment on 2 February: it is held over February's distribution, and paid out in March."""
    interest = interest_of(3)
    ahead = CollectionReceived(
        event_id="ahead", principal="100.00", interest=interest, due_date=first(3), **on("2024-02-02", loan="1")
    )
    pair.post_many([*month(2), ahead]).or_raise()
    settle(pair, FEBRUARY)
    assert given(pair.distribution(DEAL, FEBRUARY)) == ("1041.67", "200.00", "395.83")
    assert held(pair, FEBRUARY) == [("instalments paid ahead", "one", str(MARCH), "1", "849.50")]
    pair.post_many([due(3, "1", interest), fee(3, "1", fee_of(3)), *month(3, ["2"])]).or_raise()
    assert pair.readiness(DEAL, MARCH), pair.readiness(DEAL, MARCH).findings
    settle(pair, MARCH)
    assert held(pair, MARCH) == []


def late(event_id: str, day: str, timing: str, interest: str = "750.00") -> Event:
    """Return the late payment of loan 2's February instalment."""
    return CollectionReceived(
        event_id=event_id, principal="100.00", interest=interest, timing=timing, due_date=first(2), **on(day, loan="2")
    )


def advanced(pair: Ledger) -> None:
    """Let loan 2 pay nothing in February and the servicer advance it net of its fee; then close and pay."""
    advance = AdvanceMade(event_id="advance", principal="100.00", interest="718.75", **on("2024-02-22", loan="2"))
    pair.post_many([*month(2, ["1"]), due(2, "2"), advance]).or_raise()
    settle(pair, FEBRUARY)
    assert given(pair.distribution(DEAL, FEBRUARY)) == ("1041.67", "200.00", "395.83")


def test_a_late_payment_repays_the_advance_of_its_instalment(pair: Ledger) -> None:
    """850.00 come on 5 March: 818.75 repay the advance, 31.25 are the fee of February, which the servicer keeps.

    None of it is funds of March: of 1,499.00 of interest less fees of 62.46, A gets 1,040.83 and R 395.71.
    """
    advanced(pair)
    kept = ServicingFeeWithheld(event_id="kept", amount="31.25", **on("2024-03-05", loan="2"))
    pair.post_many([*month(3), late("late", "2024-03-05", "late, advanced"), kept]).or_raise()
    settle(pair, MARCH)
    report = pair.distribution(DEAL, MARCH)
    assert given(report) == ("1040.83", "200.00", "395.71")
    assert report.account.withdrawals["unreimbursed advances"]["one"].value == 0
    assert held(pair, MARCH) == [("late collections held for the servicer", "one", "", "2", "818.75")]
    recovered = AdvanceRecovered(
        event_id="drawn", principal="100.00", interest="718.75", due_date=first(2), **on("2024-04-02", loan="2")
    )
    pair.post(recovered).or_raise()
    assert held(pair, dt.date(2024, 4, 2)) == []


def test_what_a_late_payment_brings_beyond_its_advance_is_the_trusts_whatever_else_is_advanced(pair: Ledger) -> None:
    """Both loans miss February; loan 2 pays 850.00 on 5 March, and its 818.75 are drawn: 31.25 are the trust's.

    Loan 1's 818.75 stay outstanding. March: 1,499.00 + 31.25 of interest less fees of 62.46 and 31.25, and 200.00.
    """
    advances = [
        AdvanceMade(event_id=f"advance/{loan}", principal="100.00", interest="718.75", **on("2024-02-22", loan=loan))
        for loan in ("1", "2")
    ]
    pair.post_many([due(2, "1"), due(2, "2"), *advances]).or_raise()
    settle(pair, FEBRUARY)
    kept = ServicingFeeWithheld(event_id="kept", amount="31.25", **on("2024-03-05", loan="2"))
    drawn = AdvanceRecovered(event_id="drawn", principal="100.00", interest="718.75", **on("2024-03-06", loan="2"))
    pair.post_many([*month(3), late("late", "2024-03-05", "late, advanced"), kept]).or_raise()
    assert pair.distribution(DEAL, MARCH).funds.value == Fraction("1636.54")
    assert held(pair, dt.date(2024, 3, 5))[0] == ("late collections held for the servicer", "one", "", "2", "818.75")
    pair.post(drawn).or_raise()
    assert pair.distribution(DEAL, MARCH).funds.value == Fraction("1636.54")
    settle(pair, MARCH)
    assert held(pair, MARCH) == []
    for reader in (pair, pair.without_snapshots()):
        assert reader.distribution(DEAL, MARCH).funds.value == Fraction("1636.54")


def test_unapplied_funds_may_pay_an_instalment_that_was_advanced(pair: Ledger) -> None:
    """Loan 2 brings 300.00 in February, and 550.00 in March: together they repay February's advance."""
    part = UnappliedFundsReceived(event_id="part", amount="300.00", **on(first(2), loan="2"))
    pair.post(part).or_raise()
    advance = AdvanceMade(event_id="advance", principal="100.00", interest="718.75", **on("2024-02-22", loan="2"))
    pair.post_many([*month(2, ["1"]), due(2, "2"), advance]).or_raise()
    settle(pair, FEBRUARY)
    kept = ServicingFeeWithheld(event_id="kept", amount="31.25", **on("2024-03-05", loan="2"))
    whole = UnappliedFundsApplied(
        event_id="whole", principal="100.00", interest="750.00", timing="late, advanced", due_date=first(2),
        **on("2024-03-05", loan="2"),
    )  # fmt: skip
    rest = UnappliedFundsReceived(event_id="rest", amount="550.00", **on("2024-03-04", loan="2"))
    pair.post_many([*month(3), rest, whole, kept]).or_raise()
    report = pair.distribution(DEAL, MARCH)
    assert report.instalments.delinquent_interest["one"].value == 0
    assert report.funds.value == Fraction("1636.54")
    assert pair.readiness(DEAL, MARCH), pair.readiness(DEAL, MARCH).findings
    settle(pair, MARCH)
    assert held(pair, MARCH) == [("late collections held for the servicer", "one", "", "2", "818.75")]
    drawn = AdvanceRecovered(event_id="drawn", principal="100.00", interest="718.75", **on("2024-04-02", loan="2"))
    pair.post(drawn).or_raise()
    assert held(pair, dt.date(2024, 4, 2)) == []


def test_a_late_payment_that_the_bank_takes_back_repays_nothing(pair: Ledger) -> None:
    advanced(pair)
    back = PaymentReturned(
        event_id="back", principal="100.00", interest="750.00", timing="late, advanced", due_date=first(2),
        **on("2024-03-09", loan="2"),
    )  # fmt: skip
    pair.post_many([*month(3), late("late", "2024-03-05", "late, advanced"), back]).or_raise()
    assert pair.distribution(DEAL, MARCH).funds.value == Fraction("1636.54")
    settle(pair, MARCH)
    assert held(pair, MARCH) == []


def test_a_late_payment_that_nobody_had_advanced_is_funds_when_it_comes(pair: Ledger) -> None:
    pair.post_many([*month(2, ["1"]), due(2, "2")]).or_raise()
    settle(pair, FEBRUARY)
    pair.post_many([*month(3), late("late", "2024-03-05", "late")]).or_raise()
    settle(pair, MARCH)
    assert held(pair, MARCH) == []
    assert pair.distribution(DEAL, MARCH).funds.value == Fraction("2486.54")


@pytest.mark.parametrize("settles", [False, True], ids=["held", "settled"])
def test_restated_cash_is_held_or_settled_as_the_terms_say(ledger: Ledger, *, settles: bool) -> None:
    """A curtailment of 70.00 in January is found in March, after February was paid."""
    rule = RestatedCash.SETTLE if settles else RestatedCash.HOLD
    pair = pair_deal(ledger, pair_terms(restated_cash=rule))
    pair.post_many(month(2)).or_raise()
    settle(pair, FEBRUARY)
    found = CurtailmentCollected(event_id="found", amount="70.00", restates=True, **on("2024-01-20", loan="1"))
    pair.post(found).or_raise()
    assert held(pair, dt.date(2024, 3, 1)) == [("restated cash", "", "", "", "70.00")]
    pair.post_many(month(3)).or_raise()
    settle(pair, MARCH)
    line = pair.distribution(DEAL, MARCH).account.interest.get("prior period adjustment")
    assert (line is not None) is settles
    assert held(pair, MARCH) == ([] if settles else [("restated cash", "", "", "", "70.00")])


def test_a_payment_returned_in_its_month_leaves_the_loan_owing(pair: Ledger) -> None:
    """Loan 2's payment of 1 February comes back on the 5th: 850.00 are delinquent, and 787.50 are paid out."""
    back = PaymentReturned(
        event_id="back", principal="100.00", interest="750.00", due_date=first(2), **on("2024-02-05", loan="2")
    )
    pair.post_many([*month(2), back]).or_raise()
    report = pair.distribution(DEAL, FEBRUARY)
    assert report.instalments.delinquent_principal["one"].value == 100
    assert report.instalments.delinquent_interest["one"].value == 750
    settle(pair, FEBRUARY)
    assert given(pair.distribution(DEAL, FEBRUARY)) == ("687.50", "100.00", "0.00")
    assert held(pair, FEBRUARY) == []


def test_a_payment_returned_after_its_month_was_paid_out_is_missing_from_the_open_one(pair: Ledger) -> None:
    """The same on 5 March, when February is paid out: March lacks 850.00, or the servicer advances 818.75 of it."""
    pair.post_many(month(2)).or_raise()
    settle(pair, FEBRUARY)
    digest = pair.distribution(DEAL, FEBRUARY).digest
    back = PaymentReturned(
        event_id="back", principal="100.00", interest="750.00", due_date=first(2), **on("2024-03-05", loan="2")
    )
    pair.post_many([*month(3), back]).or_raise()
    assert pair.distribution(DEAL, FEBRUARY).digest == digest
    assert pair.distribution(DEAL, MARCH).funds.value == Fraction("1636.54") - 850
    advance = AdvanceMade(event_id="advance", principal="100.00", interest="718.75", **on("2024-03-22", loan="2"))
    pair.post(advance).or_raise()
    settle(pair, MARCH)
    assert pair.distribution(DEAL, MARCH).funds.value == Fraction("1636.54") - Fraction("31.25")
    assert held(pair, MARCH) == []
    pair.post_many([*month(4), late("again", "2024-04-08", "late, advanced")]).or_raise()
    settle(pair, APRIL)
    assert held(pair, APRIL) == [("late collections held for the servicer", "one", "", "2", "818.75")]


def test_the_books_print_what_is_held(tmp_path: Path) -> None:
    ahead = CollectionReceived(
        event_id="ahead", principal="100.00", interest="749.50", due_date=first(3), **on("2024-02-02", loan="1")
    )
    with Ledger.create(tmp_path / "pair.db") as ledger:
        pair_deal(ledger).post_many([*month(2), ahead]).or_raise()
        settle(ledger, FEBRUARY)
    asked = ["books", str(tmp_path / "pair.db"), DEAL, "--record-date", str(FEBRUARY)]
    text = CliRunner().invoke(replay_command, asked).stdout
    assert re.search(r"instalments paid ahead +one +2024-03-25 +1 +849.50", text), text
    found = json.loads(CliRunner().invoke(replay_command, [*asked, "--format", "json"]).stdout)
    assert [row["amount"] for row in found["cash_held"]] == ["849.50"]

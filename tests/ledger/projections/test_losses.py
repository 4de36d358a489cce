"""Losses write the junior class down, recoveries write it up, and an insurer makes its class whole.

The arithmetic of every case stands in its docstring.
"""

from __future__ import annotations

import datetime as dt

import attrs

from ledger import (
    AsOf,
    CollectionReceived,
    Dated,
    Ledger,
    PayInterest,
    PayPrincipal,
    PayResidual,
    ReimburseInsurer,
    ScheduledPaymentDue,
    Source,
    SubsequentRecoveryReceived,
    TermsAmended,
)
from tests.deals.trust import (
    DEAL,
    PLAIN,
    PLAIN_A,
    POOL,
    RESIDUAL,
    Trust,
    before,
    bond,
    closing,
    deal,
    liquidated,
    paid_on,
    shown,
)


def test_a_loss_writes_the_junior_class_down_and_a_recovery_writes_it_up(ledger: Ledger) -> None:
    """January: a loan of 50,000 brings 20,000; 30,000 are lost.

    A gets the 20,000 and closes at 780,000. The pool is 950,000, the bonds 980,000: B falls to 170,000.

    February: 10,000 come back and 5,000 are scheduled. A gets 15,000: 765,000. B is written up to 180,000, and the
    bonds of 945,000 are the pool's 945,000. B accrues on the 170,000 before: 170,000 x 9%/12 = 1,275.

    March: B accrues on 180,000: 1,350.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "200000", "0.09", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    january = trust.month(1, "8000.00", "0.00", liquidated(1, "50000.00", "20000.00"))
    assert closing(january) == {"A": "780,000.00", "B": "170,000.00"}
    recovery = SubsequentRecoveryReceived(
        event_id="2/recovery", deal=DEAL, effective_date=before(2), group="pool", amount="10000.00"
    )
    february = trust.month(2, "8000.00", "5000.00", recovery)
    assert shown(february.classes["B"].result.written_up) == "10,000.00"
    assert closing(february) == {"A": "765,000.00", "B": "180,000.00"}
    assert trust.paid(2, "B") == ("1,275.00", "0.00")
    assert february.waterfall.overcollateralization.value == 0
    march = trust.month(3, "8000.00", "0.00")
    assert trust.paid(3, "B") == ("1,350.00", "0.00")
    assert closing(march) == closing(february)


def test_the_first_statement_of_the_third_rules_nets_the_write_ups_of_months_before(ledger: Ledger) -> None:
    """The same under the second rules, moved to the third before March: B lost 30,000 and was written up by 10,000.

    February goes on showing 30,000 to date; March shows 20,000, though nothing is lost or recovered in it.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "200000", "0.09", 2), RESIDUAL]
    second = deal(classes, PLAIN, rules=2)
    trust = Trust(ledger, second)
    trust.month(1, "8000.00", "0.00", liquidated(1, "50000.00", "20000.00"))
    recovery = SubsequentRecoveryReceived(
        event_id="2/recovery", deal=DEAL, effective_date=before(2), group="pool", amount="10000.00"
    )
    trust.month(2, "8000.00", "5000.00", recovery)
    third = attrs.evolve(second, rules=3)
    ledger.post(TermsAmended(event_id="third", deal=DEAL, effective_date=dt.date(2021, 3, 1), terms=third)).or_raise()
    march = trust.month(3, "8000.00", "0.00")
    february = ledger.distribution(DEAL, paid_on(2))
    assert shown(february.classes["B"].to_date.losses) == "30,000.00"
    assert shown(march.classes["B"].to_date.losses) == "20,000.00"
    assert not march.classes["B"].loss.value
    assert not march.classes["B"].result.written_up.value


def test_a_loss_and_a_recovery_in_one_month_both_count(ledger: Ledger) -> None:
    """January as before: B at 170,000. In February 10,000 come back and a loan of 12,000 brings nothing.

    A gets the 10,000: 770,000. B rises by 10,000 and falls by 12,000: 168,000; the pool is 950,000 - 12,000 = 938,000,
    and so are the bonds.
    """
    classes = [bond("A", "800000", "0.06", 1), bond("B", "200000", "0.09", 2), RESIDUAL]
    trust = Trust(ledger, deal(classes, PLAIN))
    trust.month(1, "8000.00", "0.00", liquidated(1, "50000.00", "20000.00"))
    recovery = SubsequentRecoveryReceived(
        event_id="2/recovery", deal=DEAL, effective_date=before(2), group="pool", amount="10000.00"
    )
    february = trust.month(2, "8000.00", "0.00", recovery, liquidated(2, "12000.00", "0.00"))
    assert closing(february) == {"A": "770,000.00", "B": "168,000.00"}
    assert february.waterfall.overcollateralization.value == 0


def test_an_insured_class_is_made_whole_and_the_insurer_has_a_claim(ledger: Ledger) -> None:
    """A of 1,000,000 at 6% is owed 5,000; 3,000 come in, and a loan of 10,000 brings nothing.

    The insurer pays 2,000 of interest and 10,000 of principal. A is paid 5,000 and 10,000 and closes at the pool's
    990,000 without a loss; 12,000 are owed to the insurer.

    February: A accrues 4,950 of the 9,950 that come in; the next 5,000 are the insurer's, none the residual's.
    """
    classes = [bond("A", POOL, "0.06", 1, insured=True), RESIDUAL]
    steps = [
        PayInterest(classes=["A"]),
        PayPrincipal(classes=["A"]),
        ReimburseInsurer(classes=["A"], source=Source.INTEREST),
        PayResidual(classes=["R"]),
    ]
    trust = Trust(ledger, deal(classes, steps))
    january = trust.month(1, "3000.00", "0.00", liquidated(1, "10000.00", "0.00"))
    assert closing(january) == {"A": "990,000.00"}
    assert trust.paid(1, "A") == ("5,000.00", "10,000.00")
    assert not january.classes["A"].result.loss
    books = ledger.books(DEAL, AsOf(record_date=paid_on(1)))
    assert shown(books.balance("insurer_claims", "A")) == "12,000.00"
    assert books.balance("bond_losses").value == 0
    on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, 2, 1)}
    due = ScheduledPaymentDue(event_id="2/due", group="pool", principal="0.00", interest="9950.00", **on)
    received = CollectionReceived(event_id="2/received", group="pool", principal="0.00", interest="9950.00", **on)
    ledger.post_many([due, received]).or_raise()
    february = ledger.distribution(DEAL, paid_on(2))
    assert shown(february.classes["A"].result.interest_paid) == "4,950.00"
    assert shown(february.waterfall.insurer_reimbursed("A")) == "5,000.00"
    assert not february.classes["R"].result.residual_paid


def test_a_liquidation_without_proceeds_takes_its_accrued_interest_out_of_principal(ledger: Ledger) -> None:
    """A loan of 10,000 with 60 of accrued interest brings nothing, and 20 of principal are collected.

    The accrued 60 stand among the interest, but never came in: principal funds of 20 - 60 = -40 are made up out of
    interest of 5,600 + 60. A is paid its 5,000 and no principal, and 5,620 - 5,000 = 620 of cash go to the residual.
    A bears the loss that leaves it above the pool: 1,000,000 - 989,980 = 10,020.
    """
    steps = (*PLAIN_A, PayResidual(classes=["R"]))
    trust = Trust(ledger, deal([bond("A", POOL, "0.06", 1), RESIDUAL], steps))
    january = trust.month(1, "5600.00", "20.00", liquidated(1, "10000.00", "0.00", "60.00"))
    assert shown(january.account.principal_funds) == "-40.00"
    assert closing(january) == {"A": "989,980.00"}
    assert trust.paid(1, "A") == ("5,000.00", "0.00")
    assert trust.paid(1, "R") == ("620.00", "0.00")

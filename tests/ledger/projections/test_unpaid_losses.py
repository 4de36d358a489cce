"""Two mezzanine classes that are written down and paid back out of the excess, held to a model of plain fractions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from ledger import (
    AmountBroughtForward,
    BondLossPaid,
    ClassBalanceBroughtForward,
    InvalidTerms,
    Ledger,
    Measure,
    PayUnpaidLosses,
    Sharing,
    Source,
    Step,
    TermsAmended,
)
from tests.deals.mezzanine import BACK, FACES, MONTHS, STEPS, Model, Month, posted, terms
from tests.deals.trust import DEAL, RESIDUAL, Trust, bond, deal, liquidated


def lived(ledger: Ledger, months: int) -> Model:
    """Let months pass, each class of each held to the model."""
    trust, model = Trust(ledger, terms()), Model()
    for number, month in enumerate(MONTHS[:months], 1):
        report = posted(trust, number, month)
        earlier = {name: model.paid[name] for name in FACES}
        model.month(month)
        for name in FACES:
            item = report.classes[name]
            assert item.result.closing_balance.value == model.stands[name], (number, name)
            assert item.losses_paid.value == model.paid[name] - earlier[name], (number, name)
            assert item.losses_unpaid.value == model.unpaid(name), (number, name)
            assert item.to_date.losses_paid.value == model.paid[name], (number, name)
            assert item.to_date.losses.value == model.lost[name] - model.up[name], (number, name)
            assert item.distribution == item.interest + item.principal + item.losses_paid
            assert item.recorded.losses_paid == item.losses_paid
        assert report.classes["R"].result.residual_paid.value == model.residual, number
        assert not report.unlike_recorded
    return model


def test_what_was_written_down_is_paid_back_and_written_up_and_never_both(ledger: Ledger) -> None:
    model = lived(ledger, 3)
    assert model.paid["M-1"] > 0 < model.up["M-1"]
    assert model.unpaid("M-1") > 0 < model.unpaid("M-2")


@pytest.mark.slow
def test_what_was_written_down_is_paid_back_and_every_month_is_the_model_s(ledger: Ledger) -> None:
    """Class by class, what was written down is what was written up, what was paid, and in the end nothing is unpaid."""
    model = lived(ledger, len(MONTHS))
    assert model.paid["M-2"] > 0
    assert model.paid["M-1"] == model.lost["M-1"] - model.up["M-1"] > 0
    assert model.unpaid("M-2") == 0
    assert model.up["M-1"] > 0
    assert model.residual > 0


@pytest.mark.slow
def test_what_was_paid_back_is_not_lost_again_nor_written_up(ledger: Ledger) -> None:
    """M-2 loses 30,000 and gets 25,000 of it back; a recovery of 8,000 then writes it up by the 5,000 that are left.

    The other 3,000 leave the pool above the bonds by as much, and a loss of 3,000 after that falls on nobody.
    """
    trust = Trust(ledger, terms())
    trust.month(1, "4000.00", "0.00", liquidated(1, "30000.00", "0.00"))
    found = posted(trust, 2, Month("28600.00", "0.00"))
    interest = sum(found.classes[name].interest.value for name in FACES)
    assert found.classes["M-2"].losses_paid.value == Fraction(28_600) - interest
    left = found.classes["M-2"].losses_unpaid.value
    assert left == Fraction(30_000) - found.classes["M-2"].losses_paid.value
    third = posted(trust, 3, Month("3800.00", "0.00", recovered="8000.00"))
    assert third.classes["M-2"].result.written_up.value == left
    assert third.classes["M-2"].losses_unpaid.value == 0
    assert third.waterfall.overcollateralization.value == 8_000 - left
    sold = liquidated(4, f"{8_000 - int(left)}.00", "0.00")
    fourth = trust.month(4, "4000.00", "0.00", sold)
    assert fourth.waterfall.overcollateralization.value == 8_000 - left - (8_000 - int(left))
    assert not any(item.loss.value for item in fourth.classes.values())


@pytest.mark.slow
def test_a_loss_paid_out_of_principal_is_borne_once_more_by_rank(ledger: Ledger) -> None:
    """Of February's 900 M-1 is paid 500 of its loss: the bonds stand above the pool by them, and M-1 loses them."""
    classes = [bond("A", "900000", "0.04", 1), bond("M-1", "60000", "0.06", 2), bond("M-2", "40000", "0.08", 3)]
    paying = PayUnpaidLosses(classes=["M-1"], source=Source.PRINCIPAL, cap="500.00")
    steps = (STEPS[0], paying, *STEPS[1:2], STEPS[3])
    trust = Trust(ledger, deal([*classes, RESIDUAL], steps))
    trust.month(1, "4000.00", "0.00", liquidated(1, "50000.00", "0.00"))
    found = posted(trust, 2, Month("4000.00", "900.00"))
    paid = found.classes["M-1"].result
    assert [paid.losses_paid, paid.losses_paid_of_principal] == [500, 500]
    assert found.classes["A"].principal.value == 400
    assert found.classes["M-1"].loss.value == 500
    assert found.classes["M-1"].losses_unpaid.value == 10_000
    third = posted(trust, 3, Month("4000.00", "0.00", ("1000.00", "0.00")))
    assert third.classes["M-1"].loss.value == 1_000


@pytest.mark.slow
def test_a_deal_brings_losses_that_were_paid_with_it(ledger: Ledger) -> None:
    """Of 30,000 that M-2 lost, 12,000 were paid out of the excess and 3,000 out of principal: 15,000 are owed."""
    trust = Trust(ledger, terms(), pool="970000.00")
    at = dt.date(2020, 12, 28)
    brought = {
        Measure.CLASS_LOSSES: "30000.00",
        Measure.LOSSES_PAID_OF_INTEREST: "12000.00",
        Measure.LOSSES_PAID_OF_PRINCIPAL: "3000.00",
    }
    ledger.post_many(
        [
            ClassBalanceBroughtForward(
                event_id="M-2", deal=DEAL, effective_date=at, class_id="M-2", balance="50000.00", retired="30000.00"
            ),
            *(
                AmountBroughtForward(
                    event_id=measure.value, deal=DEAL, effective_date=at, measure=measure, class_id="M-2", amount=amount
                )
                for measure, amount in brought.items()
            ),
            AmountBroughtForward(
                event_id="pool losses", deal=DEAL, effective_date=at, measure=Measure.REALIZED_LOSSES, group="pool",
                amount="27000.00",
            ),
        ]
    ).or_raise()  # fmt: skip
    found = posted(trust, 1, Month("14000.00", "0.00"))
    item = found.classes["M-2"]
    assert item.losses_unpaid_before.value == 15_000
    assert item.losses_unpaid.value == 15_000 - item.losses_paid.value > 0
    assert item.to_date.losses_paid.value == 15_000 + item.losses_paid.value
    second = posted(trust, 2, Month("4000.00", "0.00", ("1000.00", "0.00")))
    assert second.classes["M-2"].loss.value == 1_000


@pytest.mark.slow
def test_several_classes_share_what_there_is_by_what_they_lost(ledger: Ledger) -> None:
    """M-1 lost 10,000 and M-2 30,000: of what there is three quarters go to M-2; whole cents, and all of them."""
    classes = [bond("A", "960000", "0.04", 1), bond("M-1", "10000", "0.00", 2), bond("M-2", "30000", "0.00", 3)]
    paying = PayUnpaidLosses(classes=["M-1", "M-2"], sharing=Sharing.PRO_RATA_CLAIM, cap="1000.01")
    trust = Trust(ledger, deal([*classes, RESIDUAL], (STEPS[0], STEPS[1], paying, STEPS[3])))
    trust.month(1, "4000.00", "0.00", liquidated(1, "40000.00", "0.00"))
    found = posted(trust, 2, Month("9000.00", "0.00"))
    paid = {name: found.classes[name].losses_paid.value for name in ("M-1", "M-2")}
    assert paid == {"M-1": 250, "M-2": Fraction(75_001, 100)}
    events = [item.event for item in ledger.events(DEAL) if isinstance(item.event, BondLossPaid)]
    assert [(event.class_id, event.out_of_interest, event.out_of_principal) for event in events] == [
        ("M-1", Decimal("250.00"), Decimal("0.00")),
        ("M-2", Decimal("750.01"), Decimal("0.00")),
    ]


@pytest.mark.slow
def test_a_step_may_begin_when_terms_are_amended(ledger: Ledger) -> None:
    """Losses borne before the terms knew of paying them back are unpaid losses too."""
    trust = Trust(ledger, terms(*STEPS[:2], STEPS[3]))
    trust.month(1, "4000.00", "0.00", liquidated(1, "2000.00", "0.00"))
    ledger.post(
        TermsAmended(event_id="amended", deal=DEAL, effective_date=dt.date(2021, 2, 1), terms=terms())
    ).or_raise()
    found = posted(trust, 2, Month("9000.00", "0.00"))
    assert found.classes["M-2"].losses_paid.value == 2_000


@pytest.mark.parametrize(
    ("steps", "more", "field"),
    [
        ((PayUnpaidLosses(classes=["R"]),), {}, "DealTerms.waterfall[0].classes"),
        ((BACK,), {"rules": 3}, "DealTerms.waterfall[0]"),
        (
            (PayUnpaidLosses(classes=["M-1"], source=Source.PRINCIPAL, subordinates=["M-2"]),),
            {},
            "DealTerms.waterfall[0].groups",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(steps: tuple[Step, ...], more: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        terms(*steps, **more)
    assert field in {fault.field for fault in (caught.value, *caught.value.others)}


def test_the_subordinates_principal_is_no_interest() -> None:
    with pytest.raises(InvalidTerms, match="subordinates' principal is no interest"):
        PayUnpaidLosses(classes=["PO"], subordinates=["B"])

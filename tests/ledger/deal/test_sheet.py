"""Terms written as a term sheet are the terms that their parts give."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import (
    AccrualRule,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    DayCount,
    DealTerms,
    Fee,
    FeeBasis,
    InvalidTerms,
    Ledger,
    LoanGroup,
    LossLimit,
    OvercollateralizationTerms,
    Party,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PayUnpaidLosses,
    RateKind,
    Restricted,
    Sharing,
    Source,
    StatementTemplate,
    Trigger,
    TriggerKind,
    terms_from_json,
    terms_to_json,
)
from ledger.deal.doubts import doubts
from ledger.deal.sheet import (
    Deal,
    build_overcollateralization,
    cover_losses,
    floating_rate,
    net_wac_rate,
    pay_basis_risk,
    pay_interest,
    pay_principal,
    pay_residual,
    pay_senior_principal,
    pay_subordinate_principal,
    pay_unpaid_losses,
    reported_rate,
)

EXAMPLE = (
    Deal(
        "Example Trust",
        cut_off="2024-01-01",
        closing="2024-01-15",
        first_payment="2024-02-26",
        final_payment=dt.date(2054, 1, 26),
    )
    .group("one", title="One", balance="300000.00", loans=2)
    .senior("A", face="250000.00", coupon="0.05")
    .subordinate("B", face="20000.00", coupon=floating_rate("LIBOR-1M", "0.01", capped=True))
    .residual("R")
    .fee("trustee", title="Trustee Fee", rate="0.0002")
    .loss_trigger("loss", ("2026-02-25", "0.02"))
    .overcollateralized("30000.00", step_down=("2027-02-25", "0.1"), floor="1500.00")
    .party("Servicer", "First Servicing")
    .then(pay_interest("A", "B"), pay_principal("A", "B"), build_overcollateralization("A", "B"))
    .then(pay_basis_risk("B"), pay_residual("R"))
)


def test_a_sheet_gives_the_terms_that_its_parts_give() -> None:
    monthly: dict[str, Any] = {"day_count": DayCount.THIRTY_360, "accrual": AccrualRule.PRIOR_CALENDAR_MONTH}
    b = ClassRate(kind=RateKind.FLOATING, index="LIBOR-1M", margin="0.01", available_funds_cap=True)
    found = EXAMPLE.terms()
    assert found == DealTerms(
        title="Example Trust",
        cut_off_date="2024-01-01",
        closing_date="2024-01-15",
        calendar=CalendarTerms(first_payment_date="2024-02-26", final_payment_date="2054-01-26"),
        groups=[LoanGroup(group_id="one", title="One", original_balance="300000.00", original_loan_count=2)],
        classes=[
            BondClass(class_id="A", face="250000.00", rate=ClassRate(kind=RateKind.FIXED, rate="0.05"), **monthly),
            BondClass(class_id="B", face="20000.00", rank=2, rate=b, **monthly),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=3),
        ],
        fees=[Fee(fee_id="trustee", title="Trustee Fee", basis=FeeBasis.POOL_BALANCE, rate="0.0002")],
        triggers=[
            Trigger(
                trigger_id="loss",
                kind=TriggerKind.CUMULATIVE_LOSS,
                schedule=[LossLimit(from_date="2026-02-25", limit="0.02")],
            )
        ],
        overcollateralization=OvercollateralizationTerms(
            target="30000.00", step_down_date="2027-02-25", step_down_percent="0.1", floor="1500.00"
        ),
        parties=[Party(role="Servicer", name="First Servicing")],
        waterfall=[
            PayInterest(classes=["A", "B"]),
            PayPrincipal(classes=["A", "B"]),
            build_overcollateralization("A", "B"),
            pay_basis_risk("B"),
            PayResidual(classes=["R"]),
        ],
        statement=StatementTemplate.NEUTRAL,
    )
    assert terms_from_json(terms_to_json(found)) == found
    assert doubts(found) == ()
    with Ledger.create("sqlite://") as ledger:
        assert ledger.open_deal("example", found)


def test_losses_are_paid_back_out_of_excess_or_for_subordinates_out_of_principal() -> None:
    assert pay_unpaid_losses("B") == PayUnpaidLosses(classes=["B"])
    deferred = pay_unpaid_losses("PO", subordinates=["B"], groups=["one"])
    assert deferred == PayUnpaidLosses(
        classes=["PO"], source=Source.PRINCIPAL, subordinates=["B"], groups=["one"]
    )  # fmt: skip


def test_a_line_leaves_the_deal_before_it_as_it_was() -> None:
    assert EXAMPLE.then(cover_losses("A")) != EXAMPLE
    assert len(EXAMPLE.steps) == 5
    assert EXAMPLE.terms(title="Other").title == "Other"


def test_a_shifting_deal_is_said_in_lines() -> None:
    deal = (
        Deal("S", cut_off="2024-01-01", closing="2024-01-15", first_payment="2024-02-26", final_payment="2054-01-26")
        .group("p")
        .senior("A-1", face="50.00", coupon="0.03")
        .senior("A-2", face="50.00", coupon="0.03")
        .subordinate("B-1", face="10.00", coupon=net_wac_rate(less="0.001"))
        .subordinate("B-2", face="10.00", coupon=reported_rate())
        .interest_only("X", of=["A-1", "A-2"], coupon="0.001")
        .fee("posted")
        .fee("monthly", monthly="10.00")
        .delinquency_trigger("behind", limit="0.5")
    )
    subordinates = ["B-1", "B-2"]
    terms = deal.then(
        pay_interest("A-1", "A-2", "X", pro_rata=True),
        pay_senior_principal("A-1", "A-2", subordinates=subordinates, shift=[("2029-02-26", "0.7")], pro_rata=True),
        pay_interest(*subordinates),
        pay_subordinate_principal(*subordinates),
    ).terms()
    assert [bond.rank for bond in terms.classes] == [1, 1, 2, 3, 1]
    assert [fee.basis for fee in terms.fees] == [FeeBasis.POSTED, FeeBasis.FIXED_AMOUNT]
    first = terms.waterfall[0]
    assert isinstance(first, PayInterest)
    assert first.sharing is Sharing.PRO_RATA_CLAIM
    assert doubts(terms) == ()


def test_what_contradicts_itself_is_refused_as_terms_are() -> None:
    with pytest.raises(InvalidTerms, match="did you mean A"):
        EXAMPLE.then(pay_interest("AA")).terms()


def test_what_a_senior_subordinate_deal_holds_back_is_said_in_a_line() -> None:
    seniors = pay_senior_principal(
        "1-A",
        subordinates=["B-1", "B-2"],
        shift=[("2029-02-26", "0.7")],
        doubled=[("2024-02-26", "0.5"), ("2027-02-25", 0)],
        held_by=["losses"],
        initial_percent="0.94",
        groups=["1"],
    )
    assert [(str(level.from_date), str(level.share)) for level in seniors.doubled] == [
        ("2024-02-26", "0.5"),
        ("2027-02-25", "0"),
    ]
    assert (seniors.held_by, str(seniors.initial_percent)) == (("losses",), "0.94")
    below = pay_subordinate_principal("B-1", "B-2", locked=["B-2"], credit_support=Restricted.UNSCHEDULED)
    assert (below.locked, below.credit_support) == (("B-2",), Restricted.UNSCHEDULED)
    assert pay_interest("1-A", groups=["1"]).groups == pay_principal("1-A", groups=["1"]).groups == ("1",)

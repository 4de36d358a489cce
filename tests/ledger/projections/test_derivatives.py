"""Contracts with terms of their own, month by month, and on the page. The arithmetic stands in every docstring."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs
import pytest

import replay
from ledger import (
    ClassRate,
    DerivativeContract,
    DerivativePaymentMade,
    DerivativePaymentReceived,
    Direction,
    Event,
    IndexRateSet,
    InvalidTerms,
    Ledger,
    Origin,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PlannedBalance,
    RateKind,
    Refusal,
    ReplayGap,
)
from replay.evidence.verify import verify
from replay.filing import read_trustee_filing
from replay.reconciliation.told_apart import told_apart
from replay.statements.text import render_text
from tests.deals.trust import DEAL, POOL, RESIDUAL, Trust, bond, deal, paid_on, shown

STEPS = (PayDerivatives(), PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), PayResidual(classes=["R"]))
FLOATING = ClassRate(kind=RateKind.FLOATING, index="LIBOR-1M", margin="0.002")
MONTHLY: dict[str, Any] = {"day_count": "30/360", "accrual": "prior calendar month"}
CORRIDOR = DerivativeContract(
    contract="YM-CORRIDOR",
    kind="corridor",
    index="LIBOR-6M",
    strike="0.05",
    ceiling="0.06",
    notional_of=["A"],
    notional_multiplier="0.5",
    notional_amounts=[PlannedBalance(from_date=paid_on(1), balance="450000.00")],
    **MONTHLY,
)
SWAP = DerivativeContract(
    contract="SWAP",
    kind="swap",
    index="LIBOR-1M",
    fixed_rate="0.04",
    direction=Direction.TRUST_PAYS,
    notional_amounts=[
        PlannedBalance(from_date=paid_on(1), balance="120000.00"),
        PlannedBalance(from_date=paid_on(3), balance="0.00"),
    ],
    **MONTHLY,
)


def fixed(month: int, rate: str, index: str = "LIBOR-1M") -> IndexRateSet:
    start = (dt.date(2021, month, 1) - dt.timedelta(days=1)).replace(day=1)
    return IndexRateSet(event_id=f"{month}/{index}", deal=DEAL, effective_date=start, index=index, rate=rate)


def received(month: int, contract: str, amount: str) -> DerivativePaymentReceived:
    return DerivativePaymentReceived(
        event_id=f"{month}/{contract}/in",
        deal=DEAL,
        effective_date=paid_on(month),
        contract=contract,
        amount_due=amount,
        amount_paid=amount,
    )


def made(month: int, contract: str, amount: str) -> DerivativePaymentMade:
    return DerivativePaymentMade(
        event_id=f"{month}/{contract}/out",
        deal=DEAL,
        effective_date=paid_on(month),
        contract=contract,
        amount_due=amount,
        amount_paid=amount,
    )


@pytest.fixture
def trust(ledger: Ledger) -> Trust:
    terms = deal([bond("A", POOL, FLOATING, 1), RESIDUAL], STEPS, derivatives=[CORRIDOR, SWAP])
    return Trust(ledger, terms)


def first_month(trust: Trust) -> Any:
    """The index of the corridor is that of six months, 5.6 per cent; the class and the swap are on one month, 3.4.

    Corridor: half of 1,000,000 is above 450,000, so 450,000 x 0.006 / 12 = 225.00 come in. Swap: 120,000 x (0.034 -
    0.04) / 12 = 60.00 go out.
    """
    events: list[Event] = [fixed(1, "0.034"), fixed(1, "0.056", "LIBOR-6M")]
    return trust.month(
        1, "5000.00", "200000.00", *events, received(1, "YM-CORRIDOR", "225.00"), made(1, "SWAP", "60.00")
    )


def test_each_contract_is_on_its_own_index(trust: Trust) -> None:
    report = first_month(trust)
    assert [shown(item.receivable) for item in report.derivatives.contracts] == ["225.00", "0.00"]
    assert [shown(item.due) for item in report.derivatives.contracts] == ["0.00", "60.00"]
    assert {name: shown(rate) for name, rate in report.index_rates.items()} == {
        "LIBOR-1M": "0.034",
        "LIBOR-6M": "0.056",
    }
    assert report.classes["A"].accrual.accrued == Decimal("3000.00")  # 1,000,000 x 0.036 / 12
    # 5,000 + 225 - 60 - 3,000: the residual has the rest.
    assert shown(report.classes["R"].result.residual_paid) == "2,165.00"


def test_the_notional_follows_the_class_and_the_schedule(trust: Trust) -> None:
    """In February A stands at 800,000, half of which is 400,000: x 0.01 / 12, for the index is beyond the ceiling.

    333.33 come in. The swap turns: 120,000 x (0.05 - 0.04) / 12 = 100.00 come in. In March it is on nothing.
    """
    first_month(trust)
    report = trust.month(
        2,
        "4000.00",
        "100.00",
        fixed(2, "0.05"),
        fixed(2, "0.09", "LIBOR-6M"),
        received(2, "YM-CORRIDOR", "333.33"),
        received(2, "SWAP", "100.00"),
    )
    assert [shown(item.receivable) for item in report.derivatives.contracts] == ["333.33", "100.00"]
    assert report.derivatives.due().value == 0
    march = trust.month(3, "4000.00", "100.00", fixed(3, "0.01"), fixed(3, "0.01", "LIBOR-6M"))
    assert [item.receivable.value or item.due.value for item in march.derivatives.contracts] == [0, 0]
    assert verify(trust.ledger, DEAL).ok


def lines(statement: replay.Statement, line: str) -> dict[str, tuple[str, Origin]]:
    return {f.section: (f.printed, f.origin) for f in statement.figures if f.line == line and f.column == "total"}


def test_a_receipt_stands_under_the_name_of_its_contract_and_is_derived(trust: Trust) -> None:
    first_month(trust)
    statement = replay.statement(trust.ledger, DEAL, payment_date=paid_on(1))
    own = lines(statement, "YM-CORRIDOR")
    assert own["INTEREST - COLLECTIONS"] == ("225.00", Origin.DERIVED)
    assert own["DERIVATIVE RECEIPTS"] == ("225.00", Origin.DERIVED)
    assert lines(statement, "Cap Contract Payment Amt")["INTEREST - COLLECTIONS"][0] == "0.00"
    assert lines(statement, "SWAP")["ADDITIONAL INFORMATION"] == ("60.00", Origin.DERIVED)
    named = {f.line for f in statement.figures}
    assert {"Corridor Contract Payment Amounts", "Current Periods LIBOR Rate", "Current Periods LIBOR-6M Rate"} <= named
    read = told_apart(read_trustee_filing(render_text(statement)))
    assert [(f.section, f.line, f.printed) for f in read.figures] == [
        (f.section, f.line, f.printed) for f in statement.figures
    ]


def test_without_terms_nothing_is_derived(ledger: Ledger) -> None:
    """What is posted stands, in the line of all receipts, and no page knows of more."""
    plain = [DerivativeContract(contract="YM-CORRIDOR", kind="cap"), DerivativeContract(contract="SWAP", kind="swap")]
    trust = Trust(ledger, deal([bond("A", POOL, FLOATING, 1), RESIDUAL], STEPS, derivatives=plain))
    report = trust.month(
        1, "5000.00", "200000.00", fixed(1, "0.034"), received(1, "YM-CORRIDOR", "225.00"), made(1, "SWAP", "60.00")
    )
    statement = replay.statement(ledger, DEAL, payment_date=paid_on(1))
    assert lines(statement, "Cap Contract Payment Amt")["INTEREST - COLLECTIONS"][0] == "225.00"
    assert "DERIVATIVE RECEIPTS" not in {f.section for f in statement.figures}
    assert not any(item.receivable.value for item in report.derivatives.contracts)
    refused = ledger.post(fixed(2, "0.05", "LIBOR-6M"))
    assert isinstance(refused, Refusal)
    assert [item.code for item in refused.violations] == ["unknown_index"]


def test_a_contract_without_its_index_has_no_payment(trust: Trust) -> None:
    trust.ledger.post(fixed(1, "0.034")).or_raise()
    with pytest.raises(ReplayGap, match="no LIBOR-6M rate is set"):
        trust.ledger.distribution(DEAL, paid_on(1))


def test_what_passed_otherwise_stands_on_a_line_of_its_own(trust: Trust) -> None:
    """224.99 came in where 225.00 was owed: a cent less for the residual, and the figure stays."""
    report = trust.month(
        1,
        "5000.00",
        "200000.00",
        fixed(1, "0.034"),
        fixed(1, "0.056", "LIBOR-6M"),
        received(1, "YM-CORRIDOR", "224.99"),
        made(1, "SWAP", "60.00"),
    )
    assert shown(report.classes["R"].result.residual_paid) == "2,164.99"
    statement = replay.statement(trust.ledger, DEAL, payment_date=paid_on(1))
    assert lines(statement, "YM-CORRIDOR")["INTEREST - COLLECTIONS"][0] == "225.00"
    assert lines(statement, "Contract Payments Otherwise")["INTEREST - COLLECTIONS"][0] in ("(0.01)", "-0.01")


def test_a_contract_that_only_brings_needs_no_step(ledger: Ledger) -> None:
    bought = attrs.evolve(CORRIDOR, index="LIBOR-1M")
    steps = (PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), PayResidual(classes=["R"]))
    terms = deal([bond("A", POOL, FLOATING, 1), RESIDUAL], steps, derivatives=[bought])
    report = Trust(ledger, terms).month(1, "5000.00", "0.00", fixed(1, "0.05"))
    assert report.derivatives.receivable.value == 0
    for pays in (attrs.evolve(bought, direction=Direction.TRUST_PAYS), SWAP):
        with pytest.raises(InvalidTerms, match="no step pays them"):
            attrs.evolve(terms, derivatives=[pays])


def test_a_payment_is_explained_by_the_index_and_not_by_what_was_posted(trust: Trust) -> None:
    first_month(trust)
    statement = replay.statement(trust.ledger, DEAL, payment_date=paid_on(1))
    [figure] = [f for f in statement.figures if (f.section, f.line) == ("DERIVATIVE RECEIPTS", "YM-CORRIDOR")]
    behind = {item.event.name for item in replay.explain(trust.ledger, statement, figure).events}
    assert behind == {"bond_class_issued", "index_rate_set"}
    [rounding] = replay.explain(trust.ledger, statement, figure).roundings
    assert rounding.startswith("contract payment")

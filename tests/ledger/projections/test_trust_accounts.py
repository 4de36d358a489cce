"""Accounts, fees in the waterfall and premiums month by month, through the ledger and its books."""

from __future__ import annotations

import attrs
import pytest

from ledger import (
    AccountTarget,
    AsOf,
    BondClass,
    ClassKind,
    CurtailmentCollected,
    DayCount,
    DealTerms,
    DrawAccount,
    EventReversed,
    Fee,
    FeeAmount,
    FeeBasis,
    FeeBilled,
    FundAccount,
    JoinsFunds,
    Ledger,
    PayFee,
    PayInterest,
    PayPremiums,
    PayPrincipal,
    PayResidual,
    Refusal,
    ReimburseInsurer,
    ReleaseAccount,
    TargetLevel,
    TrustAccount,
    TrustAccountDeposited,
    TrustAccountEarned,
    TrustAccountWithdrawn,
)
from replay import statement
from tests.deals.trust import CUT_OFF, DEAL, RESIDUAL, Trust, before, bond, deal, liquidated, paid_on, shown

RESERVE = TrustAccount(
    account_id="reserve",
    title="Reserve Fund",
    initial_deposit="10000",
    target=AccountTarget(amount="10000"),
    may_pay=["interest", "losses", "fees"],
)
SERVICING = Fee(
    fee_id="servicing",
    title="Servicing Fee",
    basis=FeeBasis.POOL_BALANCE,
    rate="0.012",
    in_waterfall=True,
)
STEPS = (
    DrawAccount(account="reserve", classes=["A"], fees=["servicing"], covers=["interest", "losses", "fees"]),
    PayFee(fee_id="servicing"),
    PayInterest(classes=["A"]),
    PayPrincipal(classes=["A"]),
    FundAccount(account="reserve"),
    PayResidual(classes=["R"]),
)
DEPOSIT = TrustAccountDeposited(
    event_id="deposit", deal=DEAL, effective_date=CUT_OFF, account_id="reserve", amount="10000.00"
)


def terms(**more: object) -> DealTerms:
    given: dict[str, object] = {"accounts": [RESERVE], "fees": [SERVICING], **more}
    return deal([bond("A", "950000", "0.06", 1), RESIDUAL], given.pop("steps", STEPS), **given)  # type: ignore[arg-type]


def trust(ledger: Ledger, **more: object) -> Trust:
    found = Trust(ledger, terms(**more))
    ledger.post(DEPOSIT).or_raise()
    return found


def holds(ledger: Ledger, month: int, account: str = "trust_accounts", key: str = "reserve") -> str:
    return shown(ledger.books(DEAL, AsOf(record_date=paid_on(month))).balance(account, key))


def test_a_reserve_is_drawn_refilled_and_shown(ledger: Ledger) -> None:
    """Pool 1,000,000, fee 1%/12 x 1.2 = 1,000, A 950,000 x 6%/12 = 4,750: 5,750 are claimed.

    January brings 4,000 of interest: 1,750 are drawn and 8,250 stay. February (pool 990,000, A 940,000: 990 + 4,700)
    brings 6,500: 810 refill the account. March (980,000 and 930,000: 980 + 4,650) brings 8,000 and the account earned
    30: it lacks 910, and the residual has 1,460.
    """
    made = trust(ledger)
    january = made.month(1, "4000.00", "10000.00")
    held = january.accounts["reserve"]
    assert [shown(item) for item in (held.opening, held.drawn_interest, held.closing)] == [
        "10,000.00", "1,750.00", "8,250.00",
    ]  # fmt: skip
    assert holds(ledger, 1) == "8,250.00"
    assert made.paid(1, "A") == ("4,750.00", "10,000.00")
    assert shown(january.waterfall.fees["servicing"].paid) == "1,000.00"
    february = made.month(2, "6500.00", "10000.00")
    assert (shown(february.accounts["reserve"].funded), holds(ledger, 2)) == ("810.00", "9,060.00")
    earned = TrustAccountEarned(
        event_id="earned", deal=DEAL, effective_date=before(3, 28), account_id="reserve", amount="30.00"
    )
    march = made.month(3, "8000.00", "10000.00", earned)
    assert shown(march.accounts["reserve"].earned) == "30.00"
    assert shown(march.accounts["reserve"].funded) == "910.00"
    assert holds(ledger, 3) == "10,000.00"
    assert made.paid(3, "R") == ("1,460.00", "0.00")
    figures = {(f.section, f.line): f.printed for f in statement(ledger, DEAL, payment_date=paid_on(3)).figures}
    assert figures["ACCOUNTS", "Reserve Fund: Deposited"] == "910.00"
    assert figures["ACCOUNTS", "Reserve Fund: Required Amount"] == "10,000.00"
    assert figures["FEES IN THE WATERFALL", "Servicing Fee: Paid"] == "980.00"
    assert ("INTEREST - FEES", "Servicing Fee") not in figures


def test_losses_are_drawn_as_principal(ledger: Ledger) -> None:
    """6,000 lost of 20,000; interest of 5,750 leaves no excess: the reserve pays the 6,000 as principal."""
    made = trust(ledger)
    january = made.month(1, "5750.00", "10000.00", liquidated(1, "20000.00", "14000.00"))
    assert shown(january.accounts["reserve"].drawn_principal) == "6,000.00"
    assert made.paid(1, "A") == ("4,750.00", "30,000.00")
    assert january.accounts["reserve"].withdrawn == january.accounts["reserve"].drawn


def test_what_a_fee_is_not_paid_is_owed_and_paid_later(ledger: Ledger) -> None:
    """Without a reserve, A first: of January's 1,000 only 250 are there; February pays 990 and the 750."""
    steps = (PayInterest(classes=["A"]), PayFee(fee_id="servicing"), PayPrincipal(classes=["A"]), RESIDUAL_STEP)
    made = Trust(ledger, terms(steps=steps, accounts=[]))
    january = made.month(1, "5000.00", "10000.00")
    assert shown(january.waterfall.fees["servicing"].unpaid) == "750.00"
    assert holds(ledger, 1, "fees_unpaid", "servicing") == "750.00"
    assert holds(ledger, 1, "fees", "servicing") == "1,000.00"
    february = made.month(2, "6500.00", "10000.00")
    fee = february.waterfall.fees["servicing"]
    assert (shown(fee.arrears), shown(fee.paid)) == ("750.00", "1,740.00")
    assert holds(ledger, 2, "fees_unpaid", "servicing") == "0.00"
    assert made.paid(2, "R") == ("60.00", "0.00")


RESIDUAL_STEP = PayResidual(classes=["R"])


def test_an_account_is_never_overdrawn(ledger: Ledger) -> None:
    trust(ledger)
    taken = TrustAccountWithdrawn(
        event_id="taken", deal=DEAL, effective_date=paid_on(1), account_id="reserve", drawn_for_principal="10000.01"
    )
    refused = ledger.post(taken)
    assert isinstance(refused, Refusal)
    (violation,) = refused.violations
    assert (violation.event_id, violation.field, violation.code) == ("taken", "drawn_for_principal", "above_account")
    ledger.post(attrs.evolve(taken, drawn_for_principal="10000.00")).or_raise()
    undone = ledger.post(
        EventReversed(event_id="undo", deal=DEAL, effective_date=paid_on(1), reverses="deposit", reason="a mistake")
    )
    assert isinstance(undone, Refusal)
    assert [item.code for item in undone.violations] == ["above_account"]
    unknown = ledger.post(attrs.evolve(DEPOSIT, event_id="other", account_id="spread"))
    assert isinstance(unknown, Refusal)
    assert [(item.field, item.code) for item in unknown.violations] == [("account_id", "unknown_account")]


def one_fee(ledger: Ledger, **more: object) -> list[str]:
    """What one fee is in each of three months; the pool falls from 1,000,000 by 10,000 a month."""
    fee = Fee(fee_id="f", title="Fee", in_waterfall=True, **more)  # type: ignore[arg-type]
    steps = (PayFee(fee_id="f"), PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), RESIDUAL_STEP)
    made = trust(ledger, fees=[fee], steps=steps)
    bills = [
        FeeBilled(event_id=f"bill/{month}", deal=DEAL, effective_date=before(month, 28), fee_id="f", amount="123.45")
        for month in ((2,) if fee.basis is FeeBasis.BILLED else ())
    ]
    return [
        shown(made.month(month, "9000.00", "10000.00", *(bills if month == 2 else ())).waterfall.fees["f"].due)
        for month in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({"basis": "opening pool balance", "rate": "0.012"}, ["1,000.00", "990.00", "980.00"]),
        ({"basis": "original pool balance", "rate": "0.012"}, ["1,000.00"] * 3),
        ({"basis": "opening loan count", "amount": "2.50"}, ["25.00"] * 3),
        ({"basis": "account balance before the distribution", "account_id": "reserve", "rate": "0.12"}, ["100.00"] * 3),
        ({"basis": "notional balance of a class", "class_id": "A", "rate": "0.012"}, ["950.00", "940.00", "930.00"]),
        ({"basis": "billed"}, ["0.00", "123.45", "0.00"]),
        ({"basis": "opening pool balance", "rate": "0.012", "minimum": "985"}, ["1,000.00", "990.00", "985.00"]),
        ({"basis": "opening pool balance", "rate": "0.012", "maximum": "985"}, ["985.00", "985.00", "980.00"]),
        ({"basis": "fixed amount", "amount": "300", "every_months": 2}, ["300.00", "0.00", "300.00"]),
        ({"basis": "fixed amount", "amount": "300", "every_months": 2, "first_payable": 2}, ["0.00", "300.00", "0.00"]),
        (
            {"basis": "opening pool balance", "rate": "0.012", "every_months": 3, "first_payable": 3},
            ["0.00", "0.00", "2,940.00"],
        ),
        (
            {"basis": "opening pool balance", "rate": "0.0036", "day_count": "actual/360"},
            ["550.00", "306.90", "274.40"],
        ),
        (
            {
                "basis": "schedule of amounts",
                "amounts": [
                    FeeAmount(from_date="2021-02-01", amount="40"),
                    FeeAmount(from_date="2021-03-25", amount="50"),
                ],
            },
            ["0.00", "40.00", "50.00"],
        ),
    ],
)
def test_fees_on_every_basis(ledger: Ledger, given: dict[str, object], due: list[str]) -> None:
    """By days: 55 from 1 December to 25 January, then 31 and 28, of 1,000,000, 990,000 and 980,000 at 0.36%/360."""
    assert one_fee(ledger, **given) == due


def test_a_fee_of_a_new_basis_is_charged_before_the_waterfall_where_it_does_not_stand_in_it(ledger: Ledger) -> None:
    fee = Fee(fee_id="f", title="Fee", basis=FeeBasis.LOAN_COUNT, amount="2.50", day_count=DayCount.ACTUAL_360)
    made = Trust(ledger, terms(fees=[fee], accounts=[], steps=(PayInterest(classes=["A"]), RESIDUAL_STEP)))
    january = made.month(1, "5000.00", "0.00")
    assert shown(january.account.total_fees("pool")) == "25.00"
    assert made.paid(1, "R") == ("225.00", "0.00")


def test_prepayment_premiums_go_to_class_p(ledger: Ledger) -> None:
    """A claims 4,750 of 4,800 interest; the premium of 333 is P's alone, and its row of interest foots."""
    steps = (PayPremiums(classes=["P"]), PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), RESIDUAL_STEP)
    classes = [bond("A", "950000", "0.06", 1), BondClass(class_id="P", kind=ClassKind.PRINCIPAL, rank=1), RESIDUAL]
    made = Trust(ledger, deal(classes, steps))
    paid_early = CurtailmentCollected(
        event_id="early",
        deal=DEAL,
        effective_date=before(1),
        group="pool",
        amount="5000.00",
        premium="333.00",
    )
    january = made.month(1, "4800.00", "10000.00", paid_early)
    assert made.paid(1, "P") == ("333.00", "0.00")
    assert made.paid(1, "R") == ("50.00", "0.00")
    row = january.classes["P"]
    assert (shown(row.optimal_interest), shown(row.unpaid_interest)) == ("333.00", "0.00")
    assert january.unlike_recorded == ()


def test_the_insurer_is_owed_interest_on_what_it_paid(ledger: Ledger) -> None:
    """January lacks 750 of A's 4,750, which the insurer pays. At 12% it is owed 757.50 in February, and repaid 300."""
    steps = (PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), ReimburseInsurer(classes=["A"]), RESIDUAL_STEP)
    insured = bond("A", "950000", "0.06", 1, insured=True, insurer_rate="0.12")
    made = Trust(ledger, deal([insured, RESIDUAL], steps))
    january = made.month(1, "4000.00", "10000.00")
    assert shown(january.classes["A"].insurer_claim) == "750.00"
    february = made.month(2, "5000.00", "10000.00")
    assert shown(february.classes["A"].insurer_claim) == holds(ledger, 2, "insurer_claims", "A") == "457.50"
    figures = {f.line: f.printed for f in statement(ledger, DEAL, payment_date=paid_on(2)).figures}
    assert figures["A: Interest on Insurer Claim"] == "7.50"
    assert figures["A: Insurer Reimbursed"] == "300.00"
    assert figures["A: Insurer Claim Carried Forward"] == "457.50"


def test_a_release_joins_the_funds_that_the_account_names(ledger: Ledger) -> None:
    """The target falls to 4,000 in February: 6,000 are released as principal, and retire A."""
    later = AccountTarget(amount="10000", levels=[TargetLevel(from_date="2021-02-01", amount="4000")])
    account = attrs.evolve(RESERVE, target=later, releases_to=JoinsFunds.PRINCIPAL)
    made = trust(ledger, accounts=[account], steps=(ReleaseAccount(account="reserve"), *STEPS))
    made.month(1, "5750.00", "10000.00")
    made.month(2, "5690.00", "10000.00")
    assert holds(ledger, 2) == "4,000.00"
    assert made.paid(2, "A") == ("4,700.00", "16,000.00")

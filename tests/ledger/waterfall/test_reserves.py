"""Accounts, fees in the waterfall and premiums, by hand: small claims, round means, each figure worked out in words."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    AccountMeans,
    AccountTarget,
    Claim,
    CoverLosses,
    Covers,
    DrawAccount,
    Exact,
    FeeClaim,
    FundAccount,
    InvalidTerms,
    Means,
    PayFee,
    PayInterest,
    PayPremiums,
    PayPrincipal,
    PayResidual,
    ReleaseAccount,
    Source,
    Step,
    TargetLevel,
    TargetOf,
    TrustAccount,
    WaterfallResult,
    run_waterfall,
)
from tests.deals.claims import claim, dollars, means
from tests.deals.groups import brings, together

ALL = tuple(Covers)


def reserve(balance: str, **more: object) -> dict[str, AccountMeans]:
    """One account of this balance; the rest says its target and what it may pay."""
    original = more.pop("original_pool", dollars("1000"))
    account = TrustAccount(account_id="reserve", may_pay=ALL, **more)  # type: ignore[arg-type]
    return {"reserve": AccountMeans(account=account, balance=dollars(balance), original_pool=original)}  # type: ignore[arg-type]


def target(amount: str) -> dict[str, object]:
    return {"target": AccountTarget(amount=amount)}


def account(result: WaterfallResult, what: str) -> str:
    return str(getattr(result.accounts["reserve"], what).decimal)


def draw(*covers: Covers, classes: tuple[str, ...] = ("A",), **more: object) -> DrawAccount:
    return DrawAccount(account="reserve", classes=classes, covers=covers or (Covers.INTEREST,), **more)  # type: ignore[arg-type]


INTEREST, PRINCIPAL, RESIDUAL = PayInterest(classes=["A"]), PayPrincipal(classes=["A"]), PayResidual(classes=["R"])
TWO = (claim("A", "100", "10"), claim("R", 0))


def test_a_draw_makes_up_what_interest_is_short_of_and_no_more() -> None:
    """6 of interest for a claim of 10: 4 are drawn of 20, and 16 stay."""
    run = run_waterfall((draw(), INTEREST), TWO, means("6", "0", "100", accounts=reserve("20")))
    assert account(run, "drawn_interest") == "4.00"
    assert account(run, "closing") == "16.00"
    assert str(run.classes["A"].interest_paid.decimal) == "10.00"
    assert run.steps[0].found["shortfall"].value == 4


def test_an_account_gives_no_more_than_it_holds() -> None:
    run = run_waterfall((draw(), INTEREST), TWO, means("6", "0", "100", accounts=reserve("1.50")))
    assert account(run, "closing") == "0.00"
    assert str(run.classes["A"].interest_shortfall.decimal) == "2.50"


def test_funds_beyond_the_claims_draw_nothing_and_principal_counts_where_the_source_says_so() -> None:
    """Interest alone is 4 short; interest and principal together, of 8, are not short at all."""
    short = means("6", "8", "92", accounts=reserve("20"))
    both = run_waterfall((draw(source=Source.AVAILABLE), INTEREST), TWO, short)
    assert account(both, "drawn_interest") == "0.00"
    assert account(run_waterfall((draw(), INTEREST), TWO, short), "drawn_interest") == "4.00"


def test_losses_are_drawn_for_once_excess_is_used_and_excess_does_not_cover_them_again() -> None:
    """15 of losses; interest of 13 leaves 3 after the claim of 10, so 12 are drawn and 3 come out of excess."""
    steps = (draw(Covers.INTEREST, Covers.LOSSES), INTEREST, PRINCIPAL, CoverLosses(classes=["A"]), RESIDUAL)
    lost = means("13", "5", "80", losses_this_period="15", accounts=reserve("50"))
    run = run_waterfall(steps, TWO, lost)
    assert account(run, "drawn_principal") == "12.00"
    assert str(run.extra_principal.decimal) == "3.00"
    assert str(run.classes["A"].closing_balance.decimal) == "80.00"
    assert run.classes["R"].residual_paid.value == 0


def test_parity_is_what_the_classes_stand_above_the_pool_by_once_principal_is_paid() -> None:
    """Classes of 100, principal of 5, a pool of 88: 7 are missing."""
    run = run_waterfall((draw(Covers.PARITY), PRINCIPAL), TWO, means("0", "5", "88", accounts=reserve("50")))
    assert account(run, "drawn_principal") == "7.00"
    assert str(run.classes["A"].closing_balance.decimal) == "88.00"


@pytest.mark.parametrize(("on", "drawn"), [("2024-04-15", "0.00"), ("2024-05-15", "40.00")])
def test_principal_is_drawn_from_the_final_date_on(on: str, drawn: str) -> None:
    final = draw(Covers.PRINCIPAL, principal_from="2024-05-15")
    last = means("0", "5", "88", accounts=reserve("40"), on=dt.date.fromisoformat(on))
    assert account(run_waterfall((final, PRINCIPAL), TWO, last), "drawn_principal") == drawn


def test_an_account_is_funded_up_to_its_target_and_releases_what_is_above() -> None:
    """14 of interest: 10 to A, 4 of the 5 that the account lacks, nothing to the residual."""
    steps = (INTEREST, FundAccount(account="reserve"), RESIDUAL)
    run = run_waterfall(steps, TWO, means("14", "0", "100", accounts=reserve("20", **target("25"))))
    assert (account(run, "funded"), account(run, "closing"), account(run, "target")) == ("4.00", "24.00", "25.00")
    freed = (ReleaseAccount(account="reserve"), INTEREST, RESIDUAL)
    run = run_waterfall(freed, TWO, means("14", "0", "100", accounts=reserve("32", **target("25"))))
    assert (account(run, "released"), account(run, "closing")) == ("7.00", "25.00")
    assert str(run.classes["R"].residual_paid.decimal) == "11.00"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"percent": "0.05"}, "50.00"),
        ({"percent": "0.05", "of": TargetOf.CLOSING_POOL}, "4.50"),
        ({"percent": "0.05", "of": TargetOf.CLOSING_POOL, "floor": "6"}, "6.00"),
        ({"percent": "0.10", "of": TargetOf.CLASSES, "classes": ["A"]}, "9.00"),
        ({"amount": "7", "percent": "0.05", "of": TargetOf.CLOSING_POOL}, "7.00"),
        ({"amount": "500", "at_most_balance_of": ["A"]}, "90.00"),
        ({"amount": "7", "levels": [TargetLevel(from_date="2024-01-15", amount="3")]}, "3.00"),
        ({"amount": "7", "levels": [TargetLevel(from_date="2024-06-15", amount="3")]}, "7.00"),
    ],
)
def test_targets_in_every_way_of_saying_them(given: dict[str, object], wanted: str) -> None:
    """An original pool of 1,000, a closing pool of 90, class A of 100 that 10 of principal are paid to."""
    steps = (PRINCIPAL, ReleaseAccount(account="reserve"))
    held = reserve("900", target=AccountTarget(**given))  # type: ignore[arg-type]
    run = run_waterfall(steps, TWO, means("0", "10", "90", accounts=held, on=dt.date(2024, 5, 15)))
    assert account(run, "target") == wanted
    assert account(run, "closing") == wanted


def fees(**claims: FeeClaim) -> dict[str, FeeClaim]:
    return dict(claims)


def test_a_fee_is_paid_in_its_turn_and_its_rest_by_a_later_step() -> None:
    """5 due and 2 unpaid before; 4 are paid under the cap of the month, then A, then the other 3."""
    steps = (PayFee(fee_id="f", cap="4"), INTEREST, PayFee(fee_id="f"), RESIDUAL)
    owed = fees(f=FeeClaim(due=dollars("5"), arrears=dollars("2")))
    run = run_waterfall(steps, TWO, means("20", "0", "100", fees=owed))
    assert [str(step.total_paid.decimal) for step in run.steps] == ["4.00", "10.00", "3.00", "3.00"]
    assert run.fees["f"].unpaid.value == 0


def test_a_fee_that_funds_do_not_reach_is_carried_forward() -> None:
    owed = fees(f=FeeClaim(due=dollars("5"), arrears=dollars("2")))
    run = run_waterfall((INTEREST, PayFee(fee_id="f")), TWO, means("11.25", "0", "100", fees=owed))
    assert str(run.fees["f"].paid.decimal) == "1.25"
    assert str(run.fees["f"].unpaid.decimal) == "5.75"
    current = run_waterfall((PayFee(fee_id="f", arrears=False),), TWO, means("20", "0", "100", fees=owed))
    assert str(current.fees["f"].paid.decimal) == "5.00"


def test_the_cap_of_a_year_counts_what_the_year_has_paid() -> None:
    owed = fees(f=FeeClaim(due=dollars("5"), paid_this_year=dollars("8")))
    run = run_waterfall((PayFee(fee_id="f", cap_a_year="10"),), TWO, means("20", "0", "100", fees=owed))
    assert str(run.fees["f"].paid.decimal) == "2.00"
    assert run_waterfall((PayFee(fee_id="f", cap_a_year="8"),), TWO, means("20", "0", "100", fees=owed)).fees[
        "f"
    ].paid == Exact(0)


def test_a_draw_covers_fees_that_it_names() -> None:
    steps = (draw(Covers.FEES, Covers.INTEREST, fees=("f",)), PayFee(fee_id="f"), INTEREST)
    owed = fees(f=FeeClaim(due=dollars("5")))
    run = run_waterfall(steps, TWO, means("9", "0", "100", fees=owed, accounts=reserve("20")))
    assert account(run, "drawn_interest") == "6.00"
    assert run.fees["f"].unpaid.value == 0


def test_a_draw_for_a_fee_is_kept_to_what_the_next_step_of_the_fee_may_pay() -> None:
    steps = (draw(Covers.FEES, fees=("f",)), PayFee(fee_id="f", cap="3"), PayFee(fee_id="f"))
    owed = fees(f=FeeClaim(due=dollars("5")))
    run = run_waterfall(steps, TWO, means("0", "0", "100", fees=owed, accounts=reserve("20")))
    assert account(run, "drawn_interest") == str(run.fees["f"].paid.decimal) == "3.00"


def test_premiums_go_to_their_class_and_are_no_interest_funds() -> None:
    """12 of interest, 3 of them premiums: P has 3, A 9 of its 10."""
    steps = (INTEREST, PayPremiums(classes=["P"]), RESIDUAL)
    run = run_waterfall(steps, (*TWO, claim("P", "1")), means("12", "0", "100", premiums={"one": dollars("3")}))
    assert str(run.classes["P"].premiums_paid.decimal) == "3.00"
    assert str(run.classes["P"].distribution.decimal) == "3.00"
    assert str(run.classes["A"].interest_paid.decimal) == "9.00"


def test_premiums_of_a_group_go_to_its_class_and_others_stay_interest() -> None:
    groups = {"one": brings("8", "60"), "two": brings("5", "40")}
    premiums = {"one": dollars("3"), "two": dollars("2")}
    steps = (PayPremiums(classes=["P"], groups=["one"]), INTEREST, RESIDUAL)
    run = run_waterfall(steps, (*TWO, claim("P", 0)), together(groups, premiums=premiums))
    assert str(run.classes["P"].premiums_paid.decimal) == "3.00"
    assert str(run.classes["A"].interest_paid.decimal) == "10.00"
    assert run.left_over.value == run.classes["P"].residual_paid.value == 0


def test_premiums_of_an_idle_step_are_interest_after_all() -> None:
    steps = (PayPremiums(classes=["P"], only_while=["never"]), INTEREST, RESIDUAL)
    run = run_waterfall(steps, (*TWO, claim("P", 0)), means("12", "0", "100", premiums={"one": dollars("3")}))
    assert str(run.classes["R"].residual_paid.decimal) == "2.00"


def test_premiums_that_fees_have_used_up_are_paid_to_nobody() -> None:
    steps = (PayPremiums(classes=["P"]), RESIDUAL)
    run = run_waterfall(steps, (*TWO, claim("P", 0)), means("1", "0", "100", premiums={"one": dollars("3")}))
    assert str(run.classes["P"].premiums_paid.decimal) == "1.00"


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: DrawAccount(account="r", covers=["interest"]), "DrawAccount.classes"),
        (lambda: DrawAccount(account="r", classes=["A"], covers=["fees"]), "DrawAccount.fees"),
        (lambda: DrawAccount(account="r", classes=["A"], covers=["principal"]), "DrawAccount.principal_from"),
        (lambda: DrawAccount(account="r", classes=["A"], covers=["lunch"]), "DrawAccount.covers"),
        (lambda: PayPremiums(classes=["P", "Q"]), "PayPremiums.classes"),
    ],
)
def test_what_contradicts_itself_is_refused_by_its_field(build: object, field: str) -> None:
    with pytest.raises(InvalidTerms) as refused:
        build()  # type: ignore[operator]
    assert refused.value.field == field


CENTS = st.integers(0, 20_000).map(lambda cents: Exact(Fraction(cents, 100)))
FUNDS = st.integers(-2_000, 2_000_000).map(lambda units: Exact(Fraction(units, 10_000)))


@st.composite
def runs(draw_: st.DrawFn) -> tuple[Means, WaterfallResult]:
    """Two classes, a fee, an account and a class of premiums under steps in any order."""
    step = st.sampled_from(
        (
            draw(*ALL, classes=("A", "B"), fees=("f",), principal_from="2024-05-15", source=Source.AVAILABLE),
            draw(Covers.INTEREST, classes=("A",)),
            draw(Covers.LOSSES, Covers.PARITY, classes=("B",), cap="30"),
            FundAccount(account="reserve"),
            FundAccount(account="reserve", source=Source.AVAILABLE, share="0.5"),
            ReleaseAccount(account="reserve"),
            PayFee(fee_id="f", cap="9", cap_a_year="20"),
            PayFee(fee_id="f", source=Source.AVAILABLE),
            PayPremiums(classes=["P"]),
            PayInterest(classes=["A", "B"]),
            PayInterest(classes=["B"], source=Source.AVAILABLE),
            PayPrincipal(classes=["A", "B"]),
            CoverLosses(classes=["A"]),
        )
    )
    steps: list[Step] = draw_(st.lists(step, max_size=9))
    if draw_(st.booleans()):
        steps.append(RESIDUAL)
    claims = [
        Claim(class_id=name, face=balance, balance=balance, rank=rank, interest_due=draw_(CENTS))
        for rank, name in enumerate(("A", "B"), 1)
        for balance in (draw_(CENTS),)
    ]
    goal = AccountTarget(
        amount=draw_(CENTS).decimal, floor="5", at_most_balance_of=draw_(st.sampled_from([(), ("A",)]))
    )
    found = Means(
        interest_funds=draw_(FUNDS),
        principal_funds=draw_(FUNDS),
        closing_pool=draw_(CENTS),
        losses_this_period=draw_(CENTS),
        on=draw_(st.sampled_from([None, dt.date(2024, 4, 15), dt.date(2024, 5, 15)])),
        accounts={
            "reserve": AccountMeans(
                account=TrustAccount(account_id="reserve", target=goal, may_pay=ALL), balance=draw_(CENTS)
            )
        },
        fees={"f": FeeClaim(due=draw_(CENTS), arrears=draw_(CENTS), paid_this_year=draw_(CENTS))},
        premiums={"one": draw_(st.one_of(st.just(Exact(0)), CENTS))},
    )
    extra = [claim("P", 0), claim("R", 0)]
    return found, run_waterfall(steps, [*claims, *extra], found)


@given(runs())
def test_funds_and_account_before_are_what_is_paid_and_left_and_the_account_after(
    run: tuple[Means, WaterfallResult],
) -> None:
    given_, result = run
    held = result.accounts["reserve"]
    before = given_.interest_funds.value + given_.principal_funds.value + held.opening.value
    paid = sum((item.distribution.value for item in result.classes.values()), Fraction(0))
    assert paid + result.fees["f"].paid.value + result.left_over.value + held.closing.value == before


@given(runs())
def test_no_account_is_below_zero_and_none_holds_a_part_of_a_cent(run: tuple[Means, WaterfallResult]) -> None:
    held = run[1].accounts["reserve"]
    assert held.closing.value >= 0
    assert (held.closing.value * 100).denominator == 1
    assert held.closing == held.opening + held.funded - held.into_funds
    assert min(held.drawn_interest.value, held.drawn_principal.value, held.released.value, held.funded.value) >= 0


@given(runs())
def test_no_fee_is_paid_above_its_claim_and_no_premium_above_what_came_in(run: tuple[Means, WaterfallResult]) -> None:
    given_, result = run
    fee = result.fees["f"]
    assert 0 <= fee.paid.value <= fee.due.value + fee.arrears.value
    assert 0 <= result.classes["P"].premiums_paid.value <= given_.premiums["one"].value


@given(runs())
def test_a_draw_never_exceeds_the_shortfall_and_funding_never_the_target(run: tuple[Means, WaterfallResult]) -> None:
    for step in run[1].steps:
        if isinstance(step.step, DrawAccount):
            drawn = step.found["drawn for interest"].value + step.found["drawn for principal"].value
            assert 0 <= drawn <= step.found["shortfall"].value
            assert step.step.cap is None or drawn <= Fraction(step.step.cap)
        elif isinstance(step.step, FundAccount):
            assert step.total_paid.value <= step.due.value
            assert not step.total_paid.value or step.found["account balance"] <= step.found["target"]

"""What a deal says of targets, accounts and contracts, as it is told back."""

from __future__ import annotations

import attrs

from ledger import (
    AccountTarget,
    Deal,
    DealTerms,
    DerivativeContract,
    DrawAccount,
    FundAccount,
    LossTier,
    OvercollateralizationTerms,
    PayDerivatives,
    PlannedBalance,
    ReleaseAccount,
    Stopped,
    TargetLevel,
    TargetRule,
    Trigger,
    TriggerKind,
    TrustAccount,
    build_overcollateralization,
    floating_rate,
    net_wac_rate,
    pay_interest,
    pay_principal,
    pay_residual,
)
from ledger.deal.doubts import doubts
from ledger.deal.paths import drawn
from ledger.deal.told_targets import accounts, contracts, targets
from ledger.deal.words import deal_in_words


def larch(**more: object) -> DealTerms:
    """Return two groups with common subordinates, a swap and a reserve account, as a term sheet has them."""
    deal = (
        Deal("Larch Trust", cut_off="2024-01-01", closing="2024-01-30", first_payment="2024-02-20",
             final_payment="2054-01-20", payment_day=20)
        .group("1", balance="60000000.00", target="500000.00")
        .group("2", balance="40000000.00", target="300000.00")
        .senior("1-A", face="54000000.00", coupon="0.05", groups=["1"])
        .senior("2-A", face="36000000.00", coupon=floating_rate("SOFR", "0.012", capped=True), groups=["2"])
        .subordinate("B", face="8000000.00", coupon=net_wac_rate("1", "2"))
        .residual("R")
        .account("reserve", deposit="500000.00", share="0.005", floor="250000.00", title="Reserve")
        .swap("SWAP", index="SOFR", pays="0.045", of=["2-A"])
    )  # fmt: skip
    return deal.then(
        PayDerivatives(),
        DrawAccount(account="reserve", classes=["1-A", "2-A"]),
        pay_interest("1-A", groups=["1"]),
        pay_interest("2-A", groups=["2"]),
        pay_interest("B"),
        pay_principal("1-A", "2-A", "B"),
        FundAccount(account="reserve"),
        build_overcollateralization("1-A", "2-A"),
        ReleaseAccount(account="reserve"),
        pay_residual("R"),
    ).terms(**more)


def test_targets_accounts_and_contracts_are_told() -> None:
    told = {part.heading: part.lines for part in deal_in_words(larch())}
    assert told["Targets and accounts"] == (
        "Group 1 is to exceed the bonds by $500,000.00.",
        "Group 2 is to exceed the bonds by $300,000.00.",
        "Account reserve (Reserve): $500,000.00 at closing; is to hold 0.5% of the original pool balance, at least "
        "$250,000.00; may pay interest; what it releases joins the interest funds.",
    )
    assert told["Contracts"] == ("SWAP: swap on SOFR; the trust pays 4.5%; on the balance of 2-A; actual/360.",)
    assert larch().calendar.payment_day == 20
    assert doubts(larch()) == ()


def test_steps_of_accounts_are_drawn_with_their_account() -> None:
    lanes = [line.partition("--> ")[2] for line in drawn(larch())]
    assert "2 drawn on an account: reserve, for 1-A, 2-A" in lanes
    assert "7 paid into an account: reserve" in lanes
    assert "9 released from an account: reserve" in lanes


def test_rarer_targets_are_told() -> None:
    plain = larch(
        accounts=(), waterfall=[pay_interest("1-A", "2-A", "B"), PayDerivatives(), pay_principal("1-A", "2-A", "B")]
    )
    target = OvercollateralizationTerms(
        percent_of_original="0.02", percent_of_current="0.04", required=TargetRule.LESSER, step_down_date="2027-02-22",
        step_down_percent="0.05", floor="100.00",
    )  # fmt: skip
    groups = [attrs.evolve(group, overcollateralization=None) for group in plain.groups]
    held = AccountTarget(
        amount="100.00", percent="0.01", levels=[TargetLevel(from_date="2025-02-20", amount="50.00")],
        at_most_balance_of=["B"],
    )  # fmt: skip
    cap = DerivativeContract(
        contract="CORR", kind="corridor", index="SOFR", strike="0.05", ceiling="0.09", notional_of=["B"],
        notional_amounts=[PlannedBalance(from_date="2024-02-20", balance="1.00")],
    )  # fmt: skip
    terms = attrs.evolve(
        plain, groups=groups, overcollateralization=target, derivatives=(cap, DerivativeContract(contract="OLD")),
        accounts=(TrustAccount(account_id="spread", target=held), TrustAccount(account_id="idle")),
    )  # fmt: skip
    assert list(targets(terms)) == [
        "The pool is to exceed the bonds by the lesser of 2% of it at issue and 4% of it.",
        "From 2027-02-22 on by 5% of the pool, if that is less.",
        "But by $100.00 at least.",
    ]
    held_up = attrs.evolve(target, step_down_date=None, step_down_percent=None, floor_percent="0.005")
    told = list(targets(attrs.evolve(terms, overcollateralization=held_up)))
    assert told[1:] == ["But by $100.00 and 0.5% of it at issue at least."]
    spread, idle = accounts(terms)
    assert "hold the greater of $100.00 and 1% of the original pool balance, then $50.00 from 2025-02-20" in spread
    assert "and no more than B stand at" in spread
    assert "is to hold nothing" in idle
    assert contracts(terms) == (
        "CORR: corridor on SOFR; strike 5%; ceiling 9%; on the balance of B, at most a schedule of amounts; "
        "actual/360.",
        "OLD (floor): as it is posted.",
    )
    assert {item.code for item in doubts(terms)} >= {"account_never_used"}


def test_a_target_that_looks_back_is_told() -> None:
    target = OvercollateralizationTerms(
        target="500000.00",
        step_down_date="2027-02-20",
        step_down_percent="0.01",
        step_down_enhancement="0.2",
        step_down_stopped_by=["late"],
        stopped=Stopped.LAST_REACHED,
        step_down_stays=True,
    )
    late = Trigger(trigger_id="late", kind=TriggerKind.DECLARED)
    groups = [attrs.evolve(item, overcollateralization=None) for item in larch().groups]
    told = list(targets(attrs.evolve(larch(), groups=groups, overcollateralization=target, triggers=[late])))
    assert told[2:4] == [
        "The enhancement it needs for that has to be reached once: it never steps back.",
        "While late is in force, by as much as at the distribution before it was.",
    ]


def test_the_order_of_modification_losses_is_told() -> None:
    terms = attrs.evolve(larch(), modification_losses=[LossTier(classes=["B"]), LossTier(classes=["1-A", "2-A"])])
    lines = [line for part in deal_in_words(terms) for line in part.lines]
    assert "Losses of modifications are borne by B, then 1-A and 2-A; what is more, by rank." in lines

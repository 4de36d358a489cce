"""What is left of the pre-funding account is each group's as far as the group has not spent it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger import (
    Backing,
    CollectionReceived,
    Dated,
    DealTerms,
    DistributionReport,
    Event,
    Ledger,
    LoanBoarded,
    LoanGroup,
    PoolBalanceBroughtForward,
    PrefundingDeposited,
    PrefundingWithdrawn,
    RestatedCash,
    ScheduledPaymentDue,
    Trigger,
    TriggerKind,
)
from ledger.deal.triggers import Against, InForceWhen
from ledger.journal.totals import TotalRow
from ledger.projections.parts import Parts
from ledger.values.money import UNITS_PER_DOLLAR
from tests.deals.closing import closed
from tests.draws import draws
from tests.ledger.projections.test_shortfalls_by_group import DEAL, ISSUED, terms

SHARE = Trigger(
    trigger_id="one",
    kind=TriggerKind.POOL_FACTOR,
    limit="0.5",
    groups=("one",),
    share_of=Backing.POOL_AND_PREFUNDING,
)


def funded(rules: int = 4) -> DealTerms:
    """60,000.00 to buy loans for group one, and 40,000.00 for group two."""
    given = terms()
    groups = (LoanGroup(group_id="one", prefunding="60000.00"), LoanGroup(group_id="two", prefunding="40000.00"))
    steps = given.waterfall
    return attrs.evolve(given, groups=groups, prefunding=Decimal("100000.00"), rules=rules, waterfall=steps)


def paid_on(month: int) -> dt.date:
    return dt.date(2021, month, 25)


def bought(month: int, group: str, amount: str) -> Iterator[Event]:
    """A group buys loans before a distribution."""
    on: Dated = {"deal": DEAL, "effective_date": paid_on(month) - dt.timedelta(days=35)}
    named = f"{month}/{group}"
    yield LoanBoarded(event_id=f"{named}/new", group=group, loan=named, balance=amount, note_rate="0.06",
                      subsequent=True, **on)  # fmt: skip
    yield PrefundingWithdrawn(event_id=f"{named}/spent", spent_on_loans=amount, **on)


def returned(month: int, amount: str) -> Event:
    on = paid_on(month) - dt.timedelta(days=2)
    return PrefundingWithdrawn(event_id=f"{month}/back", deal=DEAL, effective_date=on, paid_as_principal=amount)


def months(ledger: Ledger, given: DealTerms, *moved: list[Event]) -> list[DistributionReport]:
    """Run the deal for some months, in each of which nothing else happens; return what they show."""
    ledger.open_deal(DEAL, given).or_raise()
    for group in ("one", "two"):
        ledger.post(PoolBalanceBroughtForward(
            event_id=f"pool/{group}", deal=DEAL, effective_date=ISSUED, group=group, balance="1000000.00", loan_count=9
        )).or_raise()  # fmt: skip
    ledger.post(PrefundingDeposited(event_id="pf", deal=DEAL, effective_date=ISSUED, amount="100000.00")).or_raise()
    found = []
    for month, events in enumerate(moved, 1):
        on: Dated = {"deal": DEAL, "effective_date": dt.date(2021, month, 1)}
        for group in ("one", "two"):
            named = f"{month}/{group}"
            ledger.post_many([
                ScheduledPaymentDue(event_id=f"{named}/due", group=group, principal="0.00", interest="5000.00", **on),
                CollectionReceived(event_id=f"{named}/in", group=group, principal="0.00", interest="5000.00", **on),
                *(event for event in events if getattr(event, "group", group) == group and group == "one"),
                *(event for event in events if getattr(event, "group", "") == "two" and group == "two"),
            ]).or_raise()  # fmt: skip
        closed(ledger, DEAL, paid_on(month))
        ledger.distribute(DEAL, paid_on(month)).or_raise()
        found.append(ledger.distribution(DEAL, paid_on(month)))
    return found


def additional(report: DistributionReport) -> dict[str, str]:
    return {group: str(amount.decimal) for group, amount in report.account.principal["additional"].items()}


@pytest.mark.parametrize(("rules", "one", "two"), [(3, "42000.00", "28000.00"), (4, "30000.00", "40000.00")])
def test_what_a_group_bought_lowers_its_own_part_alone(ledger: Ledger, rules: int, one: str, two: str) -> None:
    """Group one spends 30,000 of its 60,000; of the 70,000 left 30,000 are its own, under earlier rules 42,000."""
    report = months(ledger, funded(rules), [*bought(1, "one", "30000.00"), returned(1, "70000.00")])[0]
    assert additional(report) == {"one": one, "two": two}


@settings(max_examples=draws(2), deadline=None)
@example(40_000, 60_000, 4)
@given(st.integers(1, 40_000), st.integers(1, 60_000), st.sampled_from([3, 4]))
def test_what_is_found_later_to_have_gone_back_is_of_those_that_owned_it_then(
    bought_by_two: int, back: int, rules: int
) -> None:
    """Cash that goes back out of a month that is paid: the next month settles it as the restated month has it."""
    given = attrs.evolve(funded(rules), restated_cash=RestatedCash.SETTLE)
    with Ledger.create("sqlite://") as ledger:
        months(ledger, given, [*bought(1, "two", f"{bought_by_two}.00")])
        ledger.post(attrs.evolve(returned(1, f"{back}.00"), restates=True)).or_raise()
        restated, settling = (ledger.distribution(DEAL, paid_on(month)) for month in (1, 2))
    settled = settling.account.principal["prior period adjustment"]
    assert {group: str(amount.decimal) for group, amount in settled.items()} == additional(restated)


def test_parts_are_rolled_from_month_to_month(ledger: Ledger) -> None:
    """Left 30,000 and 40,000; half of it goes back, 15,000 and 20,000; then one buys its last 15,000."""
    found = months(
        ledger,
        funded(),
        [*bought(1, "one", "30000.00")],
        [returned(2, "35000.00")],
        [*bought(3, "one", "15000.00"), returned(3, "20000.00")],
    )
    assert [additional(report) for report in found[1:]] == [
        {"one": "15000.00", "two": "20000.00"},
        {"one": "0.00", "two": "20000.00"},
    ]


def test_triggers_of_a_group_count_what_the_waterfall_counts(ledger: Ledger) -> None:
    """Group one after its purchase: 1,030,000 of loans and 30,000 unspent, of 1,000,000 and 60,000 at issue."""
    groups = tuple(attrs.evolve(group, original_balance=Decimal("1000000.00")) for group in funded().groups)
    given = attrs.evolve(funded(), groups=groups, triggers=(SHARE, attrs.evolve(
        SHARE, trigger_id="behind", kind=TriggerKind.DELINQUENCY, against=Against.OPENING_POOL,
    )))  # fmt: skip
    first, second = months(ledger, given, [*bought(1, "one", "30000.00")], [])
    original, opened = (next(t for t in first.triggers if t.trigger.trigger_id == name) for name in ("one", "behind"))
    assert original.denominator == 1_060_000
    assert opened.denominator == 1_060_000
    later = next(test for test in second.triggers if test.trigger.trigger_id == "behind")
    assert later.denominator == 1_030_000 + 30_000


def test_what_stands_below_the_classes_of_a_group_counts_its_part_in_earlier_months_too(ledger: Ledger) -> None:
    """Months before are tested again from what was kept of them: with 60,000 and 30,000 that group one had unspent."""
    test = Trigger(
        trigger_id="below",
        kind=TriggerKind.ENHANCEMENT,
        limit="0.2459",
        groups=("one",),
        in_force_when=InForceWhen.BELOW,
    )
    given = attrs.evolve(funded(), triggers=(test,))
    found = months(ledger, given, [*bought(1, "one", "30000.00")], [], [])
    # (1,060,000 - 800,000) / 1,060,000 = 24.53%: too little in each month, where 1,000,000 alone would show 20%.
    assert [report.triggers[0].value.value for report in found] == [Fraction(26, 106)] * 3
    assert [report.triggers[0].fails for report in found] == [True] * 3
    assert found[2].triggers[0].since is None or found[2].triggers[0].since == paid_on(1)


@given(st.lists(st.tuples(st.sampled_from(["one", "two"]), st.integers(0, 30_000), st.integers(0, 10_000))))
def test_parts_add_up_to_the_account_and_no_part_lies_below_nothing(moves: list[tuple[str, int, int]]) -> None:
    def row(number: int, kind: str, group: str = "", *, principal: int = 0, other: int = 0, memo: int = 0) -> TotalRow:
        return TotalRow(number, kind, group, "", "", principal, 0, 0, 0, other, memo, 0, 1)

    parts, left = Parts(funded()), 100_000 * UNITS_PER_DOLLAR
    parts.move(0, [row(0, "prefunding_deposited", other=left)])
    assert parts.left == {"one": 60_000 * UNITS_PER_DOLLAR, "two": 40_000 * UNITS_PER_DOLLAR}
    for number, (group, spent, back) in enumerate(moves, 20210125):
        paid = min(spent * UNITS_PER_DOLLAR, left)
        given_back = min(back * UNITS_PER_DOLLAR, left - paid)
        left -= paid + given_back
        moved = row(number, "prefunding_withdrawn", memo=paid, principal=given_back)
        parts.move(number, [row(number, "loan_boarded", group, principal=paid), moved])
        assert sum(parts.left.values()) == left
        assert min(parts.left.values()) >= 0

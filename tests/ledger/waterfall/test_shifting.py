"""Senior/subordinate months worked by hand: percentages, locks, lesser-of liquidations and two groups."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from ledger import (
    Claim,
    Exact,
    GroupMeans,
    InvalidTerms,
    Node,
    PayInterest,
    PayPrincipal,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    Restricted,
    Sharing,
    ShiftLevel,
    Step,
    WaterfallResult,
    run_waterfall,
)
from tests.deals.claims import amounts, claim, dollars
from tests.deals.groups import brings, together

ON = dt.date(2014, 10, 27)
SUBORDINATES = ("B-1", "B-2", "B-3", "B-4", "B-5")

# Sequoia Mortgage Trust 2013-7, October 2014: face, balance before, principal, balance after.
OCTOBER = {
    "A-1": ("125000000.00", "117641226.46", "1313690.09", "116327536.37"),
    "A-2": ("298878000.00", "281282995.84", "3141064.55", "278141931.29"),
    "B-1": ("8165000.00", "7924139.34", "15624.44", "7908514.90"),
    "B-2": ("7711000.00", "7483531.95", "14755.67", "7468776.28"),
    "B-3": ("6577000.00", "6382984.02", "12585.66", "6370398.36"),
    "B-4": ("2494000.00", "2420429.09", "4772.49", "2415656.60"),
    "B-5": ("4763656.00", "4763656.00", "0.00", "4763656.00"),
}


def shifting(**more: object) -> tuple[Step, ...]:
    given = {"groups": ("pool",), "subordinates": SUBORDINATES, "classes": ("A-1", "A-2"), **more}
    return (
        PaySeniorPrincipal(sharing=Sharing.PRO_RATA_FACE, **given),  # type: ignore[arg-type]
        PaySubordinatePrincipal(classes=SUBORDINATES, locked=("B-5",)),
    )


def sequoia() -> list[Claim]:
    return [claim(name, row[1], face=row[0]) for name, row in OCTOBER.items()]


def test_a_published_month_to_the_cent() -> None:
    """The month's totals imply 704,998.62 scheduled and 3,797,494.28 prepaid; every class row follows from them.

    Subordinates got 47,738.26, which is 6.7714% of scheduled principal; the seniors the rest, 4,454,754.64.
    """
    pool = sum(Decimal(row[1]) for row in OCTOBER.values())
    subordinate = sum(Decimal(OCTOBER[name][1]) for name in SUBORDINATES)
    paid = sum(Decimal(row[2]) for row in OCTOBER.values())
    below = sum(Decimal(OCTOBER[name][2]) for name in SUBORDINATES)
    scheduled = Fraction(below) / (Fraction(subordinate) / Fraction(pool))
    group = brings("0", str(pool), scheduled="0", payoffs="0", closing=str(pool - paid))
    kinds = {kind: Exact(0) for kind in group.principal}
    kinds |= dict(zip(list(kinds)[:2], (Exact(scheduled), Exact(Fraction(paid) - scheduled)), strict=True))
    exact = GroupMeans(
        interest=group.interest, principal=kinds, opening_pool=group.opening_pool, closing_pool=group.closing_pool
    )
    result = run_waterfall(shifting(), sequoia(), together({"pool": exact}, on=ON))
    assert amounts(result, "closing_balance") == {name: row[3] for name, row in OCTOBER.items()}
    found = result.steps[0].found
    assert found["senior prepayment percentage"] == 1
    assert f"{float(found['senior percentage'].value):.6f}" == "0.932286"


def run(steps: tuple[Step, ...], claims: list[Claim], group: GroupMeans, **more: object) -> WaterfallResult:
    return run_waterfall(steps, claims, together({"pool": group}, on=ON, **more))


TWO = [claim("A", 900, face="1800"), claim("B", 60, face="60"), claim("C", 40, face="40")]
"""Seniors are 90% of a pool of 1,000; at issue they were 1,800 of 1,900, that is 94.7%."""


def two(*, locked: tuple[str, ...] = (), support: Restricted = Restricted.NOTHING, **more: object) -> tuple[Step, ...]:
    return (
        PaySeniorPrincipal(classes=("A",), subordinates=("B", "C"), groups=("pool",), **more),  # type: ignore[arg-type]
        PaySubordinatePrincipal(classes=("B", "C"), locked=locked, credit_support=support),
    )


def test_the_shift_falls_by_its_dates() -> None:
    """90% + 70% x 10% = 97% of 100 prepaid, and 90% of 10 scheduled: seniors 106, subordinates 4, by 60 : 40."""
    levels = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal("0.7")),)
    result = run(two(shift=levels), TWO, brings("0", "1000", scheduled="10", payoffs="100"))
    assert amounts(result, "principal_paid") == {"A": "106.00", "B": "2.40", "C": "1.60"}


def test_before_the_first_level_everything_prepaid_is_the_seniors() -> None:
    """9 of 10 scheduled and all of 100 prepaid."""
    levels = (ShiftLevel(from_date=dt.date(2019, 1, 1), share=Decimal("0.7")),)
    result = run(two(shift=levels), TWO, brings("0", "1000", scheduled="10", payoffs="100"))
    assert amounts(result, "principal_paid") == {"A": "109.00", "B": "0.60", "C": "0.40"}


def test_a_trigger_holds_the_shift() -> None:
    """The date says 70%, but the test fails: all of what was prepaid is the seniors'."""
    levels = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal("0.7")),)
    steps = two(shift=levels, held_by=("delinquency",))
    group = brings("0", "1000", scheduled="10", payoffs="100")
    assert amounts(run(steps, TWO, group), "principal_paid")["A"] == "106.00"
    held = run(steps, TWO, group, in_force=frozenset({"delinquency"}))
    assert amounts(held, "principal_paid")["A"] == "109.00"


def test_a_senior_percentage_above_that_at_issue_takes_everything_prepaid() -> None:
    """90% is above an initial 89%: the level of 0% does not hold."""
    levels = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal(0)),)
    group = brings("0", "1000", payoffs="100")
    below = run(two(shift=levels), TWO, group)
    assert amounts(below, "principal_paid")["A"] == "90.00"
    above = run(two(shift=levels, initial_percent=Decimal("0.89")), TWO, group)
    assert amounts(above, "principal_paid")["A"] == "100.00"


def test_doubled_support_shifts_less() -> None:
    """10% of subordinates is twice the 5% at issue (95% stated): half of the subordinates' share is shifted, 95%."""
    steps = two(initial_percent=Decimal("0.95"), doubled_share=Decimal("0.5"))
    result = run(steps, TWO, brings("0", "1000", payoffs="100"))
    assert amounts(result, "principal_paid")["A"] == "95.00"


def test_a_liquidation_brings_seniors_the_lesser_amount() -> None:
    """A loan of 100 brings 40: 90% of 100 is 90, 100% of 40 is 40, so 40; of one that brings 95, 90 and 5 are left."""
    for proceeds, seniors in (("40", "40.00"), ("95", "90.00")):
        group = brings("0", "1000", closing="900", liquidated="100", liquidations=proceeds)
        assert amounts(run(two(), TWO, group), "principal_paid")["A"] == seniors
    every = two(lesser_of_liquidations=False)
    group = brings("0", "1000", closing="900", liquidated="100", liquidations="95")
    assert amounts(run(every, TWO, group), "principal_paid")["A"] == "95.00"


def test_without_subordinates_the_seniors_get_everything() -> None:
    """The pool of 1,000 stands above seniors of 900; with both subordinates retired all of 30 is theirs."""
    claims = [claim("A", 900, face="1800"), claim("B", 0, face="60"), claim("C", 0, face="40")]
    result = run(two(), claims, brings("0", "1000", scheduled="30"))
    assert amounts(result, "principal_paid") == {"A": "30.00", "B": "0.00", "C": "0.00"}


def test_a_locked_class_is_paid_when_the_others_are_retired() -> None:
    """1 of scheduled principal of 10 goes to B alone; with B retired, to C after all."""
    group = brings("0", "1000", scheduled="10")
    assert amounts(run(two(locked=("C",)), TWO, group), "principal_paid")["B"] == "1.00"
    claims = [claim("A", 900, face="1800"), claim("B", 0, face="60"), claim("C", 100, face="100")]
    assert amounts(run(two(locked=("C",)), claims, group), "principal_paid")["C"] == "1.00"


def test_failing_credit_support_blocks_the_classes_below() -> None:
    """Below B stand 40 of 1,000, less than 250 of 5,310 at issue: C goes without what was prepaid, or without all."""
    claims = [claim("A", 900, face="5000"), claim("B", 60, face="60"), claim("C", 40, face="250")]
    levels = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal(0)),)
    group = brings("0", "1000", scheduled="10", payoffs="100")
    only = run(two(shift=levels, support=Restricted.UNSCHEDULED), claims, group)
    assert amounts(only, "principal_paid") == {"A": "99.00", "B": "10.60", "C": "0.40"}
    every = run(two(shift=levels, support=Restricted.ALL), claims, group)
    assert amounts(every, "principal_paid") == {"A": "99.00", "B": "11.00", "C": "0.00"}


def test_two_groups_pay_their_own_seniors_and_common_subordinates() -> None:
    """Group one: 9 of 10 scheduled; group two: 8 of 10, of seniors 400 in a pool of 500. 3 are the subordinates'."""
    claims = [claim("1-A", 900, 9), claim("2-A", 400, 5), claim("B", 150, 2), claim("C", 50, 1)]
    steps = (
        PayInterest(classes=("1-A",), groups=("one",)),
        PayInterest(classes=("2-A",), groups=("two",)),
        PaySeniorPrincipal(classes=("1-A",), subordinates=("B", "C"), groups=("one",)),
        PaySeniorPrincipal(classes=("2-A",), subordinates=("B", "C"), groups=("two",)),
        PayInterest(classes=("B",)),
        PaySubordinatePrincipal(classes=("B",), among=("B", "C")),
        PayInterest(classes=("C",)),
        PaySubordinatePrincipal(classes=("C",), among=("B", "C")),
    )
    groups = {"one": brings("9", "1000", scheduled="10"), "two": brings("8", "500", scheduled="10")}
    result = run_waterfall(steps, claims, together(groups, on=ON))
    assert amounts(result, "principal_paid") == {"1-A": "9.00", "2-A": "8.00", "B": "2.25", "C": "0.75"}
    assert amounts(result, "interest_paid") == {"1-A": "9.00", "2-A": "5.00", "B": "2.00", "C": "1.00"}
    assert result.left_over == 0


def test_a_group_that_is_short_does_not_take_the_others_cash() -> None:
    """Group one's interest of 3 pays 3 of 9; group two keeps its 8 for its own senior and the subordinates."""
    claims = [claim("1-A", 900, 9), claim("2-A", 500, 5)]
    steps = (PayInterest(classes=("1-A",), groups=("one",)), PayInterest(classes=("2-A",), groups=("two",)))
    groups = {"one": brings("3", "1000"), "two": brings("8", "500")}
    result = run_waterfall(steps, claims, together(groups))
    assert amounts(result, "interest_paid") == {"1-A": "3.00", "2-A": "5.00"}
    assert result.left_over == 3


def test_seniors_of_a_group_bear_its_losses_once_subordinates_are_gone() -> None:
    """Pools 880 and 500 against seniors 900 and 500: the 20 lost are those of group one's senior."""
    claims = [
        claim("1-A", 900, groups=("one",)),
        claim("2-A", 500, groups=("two",)),
    ]
    steps = (PayInterest(classes=("1-A",), groups=("one",)), PayInterest(classes=("2-A",), groups=("two",)))
    groups = {"one": brings("0", "900", closing="880"), "two": brings("0", "500")}
    result = run_waterfall(steps, claims, together(groups, loss_to_allocate=Exact(20)))
    assert amounts(result, "loss") == {"1-A": "20.00", "2-A": "0.00"}


def test_levels_out_of_order_are_refused() -> None:
    levels = (
        ShiftLevel(from_date=dt.date(2016, 1, 1), share=Decimal("0.6")),
        ShiftLevel(from_date=dt.date(2015, 1, 1), share=Decimal("0.7")),
    )
    with pytest.raises(InvalidTerms, match="in the order of their dates"):
        PaySeniorPrincipal(classes=("A",), subordinates=("B",), shift=levels)


def test_a_locked_class_must_share() -> None:
    with pytest.raises(InvalidTerms, match="name it in among"):
        PaySubordinatePrincipal(classes=("B",), locked=("C",))


def test_a_tree_of_seniors() -> None:
    """Sequoia 2013-4, November 2014: A-1 : A-2 : {A-3, then A-4} by face; A-4 waits for A-3."""
    rows = {
        "A-1": ("170408000.00", "156106272.02", "154753297.43"),
        "A-2": ("170000000.00", "155732514.00", "154382778.77"),
        "A-3": ("157795000.00", "141009722.35", "139421798.55"),
        "A-4": ("42205000.00", "42205000.00", "42205000.00"),
    }
    claims = [claim(name, row[1], face=row[0]) for name, row in rows.items()]
    claims.append(claim("B", "50000000.00"))
    paid = sum(Decimal(row[1]) - Decimal(row[2]) for row in rows.values())
    tree = Node(of=("A-1", "A-2", Node(of=("A-3", "A-4"))), pay=Sharing.PRO_RATA_FACE)
    pool = sum(Decimal(row[1]) for row in rows.values()) + 50_000_000
    steps = (PaySeniorPrincipal(structure=tree, subordinates=("B",), groups=("pool",)),)
    result = run(steps, claims, brings("0", str(pool), payoffs=str(paid)))
    assert {name: amounts(result, "closing_balance")[name] for name in rows} == {n: row[2] for n, row in rows.items()}


def test_a_cap_on_subordinate_principal_is_of_the_step_not_of_each_kind() -> None:
    """10 scheduled and 100 prepaid leave 1 and 3 to the subordinates; at most 2 are paid, by 60 : 40, or 1 to B alone.

    Half of them is 2 as well; what B alone would get of it is 1.20.
    """
    levels = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal("0.7")),)
    senior = PaySeniorPrincipal(classes=("A",), subordinates=("B", "C"), groups=("pool",), shift=levels)
    group = brings("0", "1000", scheduled="10", payoffs="100")
    both = PaySubordinatePrincipal(classes=("B", "C"), cap=Decimal("2.00"))
    assert amounts(run((senior, both), TWO, group), "principal_paid") == {"A": "106.00", "B": "1.20", "C": "0.80"}
    alone = PaySubordinatePrincipal(classes=("B",), among=("B", "C"), cap=Decimal("1.00"))
    assert amounts(run((senior, alone), TWO, group), "principal_paid") == {"A": "106.00", "B": "1.00", "C": "0.00"}
    half = PaySubordinatePrincipal(classes=("B",), among=("B", "C"), share=Decimal("0.5"))
    assert amounts(run((senior, half), TWO, group), "principal_paid") == {"A": "106.00", "B": "1.20", "C": "0.00"}


def test_what_unlocked_classes_cannot_take_of_both_kinds_together_goes_to_a_locked_one() -> None:
    """10% of 400 scheduled and 10% of 500 prepaid are 40 and 50; B stands at 60 and takes no more, so C gets 30."""
    levels = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal(0)),)
    group = brings("0", "1000", scheduled="400", payoffs="500")
    result = run(two(shift=levels, locked=("C",)), TWO, group)
    assert amounts(result, "principal_paid") == {"A": "810.00", "B": "60.00", "C": "30.00"}


def test_what_seniors_are_due_beyond_their_balance_is_the_subordinates() -> None:
    """Seniors of 20 in a pool of 120 are due 2 of 12 scheduled and all of 48 prepaid: 30 more than they stand at."""
    claims = [claim("A", 20, face="1800"), claim("B", 60, face="60"), claim("C", 40, face="40")]
    result = run(two(), claims, brings("0", "120", scheduled="12", payoffs="48"))
    assert amounts(result, "principal_paid") == {"A": "20.00", "B": "24.00", "C": "16.00"}
    assert result.left_over == 0
    assert result.steps[0].found["senior principal distribution amount"] == 20
    assert result.steps[0].found["subordinate principal distribution amount"] == 40


def test_retired_seniors_are_due_nothing() -> None:
    """With the seniors retired, all of 30 prepaid is the subordinates', and both percentages are nothing."""
    claims = [claim("A", 0, face="1800"), claim("B", 60, face="60"), claim("C", 40, face="40")]
    result = run(two(), claims, brings("0", "100", payoffs="30"))
    assert amounts(result, "principal_paid") == {"A": "0.00", "B": "18.00", "C": "12.00"}
    assert result.steps[0].found["senior percentage"] == 0
    assert result.steps[0].found["senior prepayment percentage"] == 0


def test_the_senior_percentage_at_issue_of_a_group_with_common_subordinates_is_of_its_own_pool() -> None:
    """2-A was issued at 480 of a pool of 500: 96%. By faces of all subordinates it were 70.6%, and held for ever."""
    claims = [
        claim("1-A", 900, face="1700", groups=("one",)),
        claim("2-A", 400, face="480", groups=("two",)),
        claim("B", 100, face="200"),
    ]
    level = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal(0)),)
    steps = (
        PaySeniorPrincipal(classes=("2-A",), subordinates=("B",), groups=("two",), shift=level),
        PaySubordinatePrincipal(classes=("B",)),
    )
    two_group = attrs.evolve(brings("0", "450", payoffs="45"), original_pool=Exact(500))
    groups = {"one": attrs.evolve(brings("0", "950"), original_pool=Exact(1880)), "two": two_group}
    result = run_waterfall(steps, claims, together(groups, on=ON))
    assert amounts(result, "principal_paid") == {"1-A": "0.00", "2-A": "40.00", "B": "5.00"}


DOUBLED = (
    ShiftLevel(from_date=dt.date(2012, 1, 1), share=Decimal("0.5")),
    ShiftLevel(from_date=dt.date(2015, 1, 1), share=Decimal(0)),
)


@pytest.mark.parametrize(
    ("on", "seniors"),
    [
        (dt.date(2011, 12, 25), "100.00"),  # all of it before the first level
        (dt.date(2014, 12, 25), "95.00"),  # 90% + 50% x 10%
        (dt.date(2015, 1, 1), "90.00"),
    ],
)
def test_doubled_support_shifts_by_levels_of_its_own(on: dt.date, seniors: str) -> None:
    steps = two(initial_percent=Decimal("0.95"), doubled=DOUBLED)
    result = run_waterfall(steps, TWO, together({"pool": brings("0", "1000", payoffs="100")}, on=on))
    assert amounts(result, "principal_paid")["A"] == seniors


def test_a_trigger_can_say_that_support_has_doubled() -> None:
    """By its own percentages support has not doubled (10% is not twice 6%); the deal's own test says that it has."""
    steps = two(initial_percent=Decimal("0.94"), doubled=DOUBLED, doubled_when="support")
    group = brings("0", "1000", payoffs="100")
    assert amounts(run(steps, TWO, group), "principal_paid")["A"] == "100.00"
    met = run(steps, TWO, group, in_force=frozenset({"support"}))
    assert amounts(met, "principal_paid")["A"] == "95.00"


def test_a_failed_test_can_leave_the_last_level_standing() -> None:
    """The test fails since July 2014, before 60% came: 70% stands, where it would be 100% otherwise."""
    levels = (
        ShiftLevel(from_date=dt.date(2013, 8, 1), share=Decimal("0.7")),
        ShiftLevel(from_date=dt.date(2014, 8, 1), share=Decimal("0.6")),
    )
    group = brings("0", "1000", payoffs="100")
    steps = two(shift=levels, held_by=("tests",), held="the last level stands")
    found = run(steps, TWO, group, in_force=frozenset({"tests"}), since={"tests": dt.date(2014, 7, 25)})
    assert amounts(found, "principal_paid")["A"] == "97.00"
    assert amounts(run(steps, TWO, group), "principal_paid")["A"] == "96.00"
    begun = run(steps, TWO, group, in_force=frozenset({"tests"}), since={"tests": dt.date(2013, 7, 25)})
    assert amounts(begun, "principal_paid")["A"] == "100.00"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"held": "the last level stands", "held_by": ("a", "b")}, "any of other triggers"),
        ({"held": "the last level stands"}, "names no trigger"),
        ({"doubled": DOUBLED, "doubled_share": Decimal("0.5")}, "one or the other"),
        ({"doubled": DOUBLED[::-1]}, "in the order of their dates"),
        ({"doubled_when": "support"}, "what is shifted"),
    ],
)
def test_what_a_shift_cannot_say_is_refused(more: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidTerms, match=said):
        PaySeniorPrincipal(classes=("A",), subordinates=("B",), **more)  # type: ignore[arg-type]


def test_a_group_pays_the_seniors_of_one_that_is_under_collateralised_what_they_stand_above_its_pool() -> None:
    """After its own 30, 1-A stands at 870 above loans of 850: 20 of the 40 that group two does not owe its seniors.

    The other 20 are the subordinates', and no interest makes up what went to 1-A: all of 7 is left.
    """
    claims = [claim("1-A", 900), claim("2-A", 300), claim("B", 150)]
    level = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal(0)),)
    own = {"subordinates": ("B",), "shift": level, "initial_percent": Decimal(1)}
    steps = (
        PaySeniorPrincipal(classes=("1-A",), groups=("one",), **own),  # type: ignore[arg-type]
        PaySeniorPrincipal(classes=("2-A",), groups=("two",), **own),  # type: ignore[arg-type]
        PayPrincipal(classes=("1-A",), groups=("two",), above_pool_of=("one",)),
        PaySubordinatePrincipal(classes=("B",)),
    )
    groups = {"one": brings("0", "880", payoffs="30"), "two": brings("7", "500", payoffs="100")}
    result = run_waterfall(steps, claims, together(groups, on=ON))
    assert amounts(result, "principal_paid") == {"1-A": "50.00", "2-A": "60.00", "B": "20.00"}
    assert result.left_over == 7


def test_what_is_principal_only_backs_no_senior_of_its_group() -> None:
    """The same, but 50 of the 850 are principal only: 1-A stands at 870 above 800, and all 40 go to it."""
    claims = [claim("1-A", 900), claim("PO", 50), claim("2-A", 300), claim("B", 100)]
    level = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal(0)),)
    own = {"subordinates": ("B",), "shift": level, "initial_percent": Decimal(1)}
    steps = (
        PayStrippedPrincipal(classes=("PO",), groups=("one",)),
        PaySeniorPrincipal(classes=("1-A",), groups=("one",), **own),  # type: ignore[arg-type]
        PaySeniorPrincipal(classes=("2-A",), groups=("two",), **own),  # type: ignore[arg-type]
        PayPrincipal(classes=("1-A",), groups=("two",), above_pool_of=("one",)),
        PaySubordinatePrincipal(classes=("B",)),
    )
    one = attrs.evolve(brings("0", "880", payoffs="30"), stripped_pool=dollars("50"))
    groups = {"one": one, "two": brings("7", "500", payoffs="100")}
    result = run_waterfall(steps, claims, together(groups, on=ON))
    assert amounts(result, "principal_paid") == {"1-A": "70.00", "PO": "0.00", "2-A": "60.00", "B": "0.00"}


def test_credit_support_at_issue_is_of_the_classes_that_have_principal() -> None:
    """Below B stand 39 of 999, less than 40 of 1,000: with a notional face of 900 among these it were more."""
    claims = [claim("A", 900), claim("X", 0, face="900", is_notional=True), claim("B", 60), claim("C", 39, face="40")]
    level = (ShiftLevel(from_date=dt.date(2014, 1, 1), share=Decimal(0)),)
    group = brings("0", "999", payoffs="99.9")
    result = run(two(shift=level, initial_percent=Decimal(1), support=Restricted.ALL), claims, group)
    assert amounts(result, "principal_paid") == {"A": "90.00", "X": "0.00", "B": "9.90", "C": "0.00"}


def test_seniors_of_every_group_leave_principal_to_subordinates_that_name_a_group() -> None:
    """A senior step that names no group is of all of them: 1 of 10 scheduled is left to B and C."""
    steps = (
        PaySeniorPrincipal(classes=("A",), subordinates=("B", "C")),
        PaySubordinatePrincipal(classes=("B", "C"), groups=("pool",)),
    )
    result = run(steps, TWO, brings("0", "1000", scheduled="10"))
    assert amounts(result, "principal_paid") == {"A": "9.00", "B": "0.60", "C": "0.40"}


def test_credit_support_of_subordinates_of_one_group_is_of_its_own_pool() -> None:
    """Below 1-B stand 40 of 1,000, as 40 of 1,000 did at issue: it passes, whatever group two has become.

    Of both groups it were 40 of 1,500 now and 40 of 1,400 at issue, and 1-C would go without its 0.40 of 1 scheduled.
    """
    claims = [
        claim("1-A", 900, groups=("one",)),
        claim("1-B", 60, groups=("one",)),
        claim("1-C", 40, groups=("one",)),
        claim("2-A", 400, groups=("two",)),
    ]
    steps = (
        PaySeniorPrincipal(classes=("1-A",), subordinates=("1-B", "1-C"), groups=("one",)),
        PaySubordinatePrincipal(classes=("1-B", "1-C"), groups=("one",), credit_support=Restricted.ALL),
    )
    groups = {"one": brings("0", "1000", scheduled="10"), "two": brings("0", "500")}
    result = run_waterfall(steps, claims, together(groups, on=ON))
    assert amounts(result, "principal_paid") == {"1-A": "9.00", "1-B": "0.60", "1-C": "0.40", "2-A": "0.00"}


def test_percentages_and_shares_are_of_balances_before_what_recoveries_write_up() -> None:
    """A stands at 90 of 100, B-1 and B-2 at 5 each; 3 come in on what A and B-1 lost, and 10 are scheduled."""
    claims = [claim("A", "90", written_down="2"), claim("B-1", "5", face="10", written_down="1"), claim("B-2", "5")]
    steps = (
        PaySeniorPrincipal(
            groups=("pool",), classes=("A",), subordinates=("B-1", "B-2"), initial_percent=Decimal("0.9")
        ),
        PaySubordinatePrincipal(classes=("B-1", "B-2")),
    )
    means = together({"pool": brings("0", "100", scheduled="10", recoveries="3")}, on=ON, recoveries=Exact(3))
    result = run_waterfall(steps, claims, means)
    assert [result.classes[name].written_up.value for name in ("A", "B-1")] == [2, 1]
    assert result.steps[0].found["senior percentage"].value == Fraction(9, 10)
    assert [result.classes[name].principal_paid.value for name in ("A", "B-1", "B-2")] == [
        12,
        Fraction(1, 2),
        Fraction(1, 2),
    ]

"""Trees of classes: worked by hand, and laws that hold of every tree."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    AccreteInterest,
    BalanceSchedule,
    Exact,
    InvalidTerms,
    Node,
    PayInterest,
    PayPrincipal,
    PlannedBalance,
    Sharing,
    run_waterfall,
)
from ledger.waterfall.sharing import share_in_structure
from tests.deals.claims import amounts, claim, dollars, means


def split(amount: str, node: Node, planned: dict[str, str] | None = None, **balances: str) -> dict[str, str]:
    claims = {name: dollars(value) for name, value in balances.items()}
    plan = {name: dollars(value) for name, value in (planned or {}).items()}
    shares = share_in_structure(dollars(amount), node, claims, claims, claims, plan)
    return {name: str(value.decimal) for name, value in shares.items()}


def test_one_class_against_two_in_order() -> None:
    """90 by balance 100 : 200 of which B goes first: A 30, B 50 of 50, C 10."""
    tree = Node(of=("A", Node(of=("B", "C"))), pay=Sharing.PRO_RATA_BALANCE)
    assert split("90", tree, A="100", B="50", C="150") == {"A": "30.00", "B": "50.00", "C": "10.00"}


def test_given_weights() -> None:
    """60% and 40% of 100; when A can take only 30, B gets the other 70."""
    tree = Node(of=("A", "B"), pay=Sharing.GIVEN_WEIGHTS, weights=(Decimal(3), Decimal(2)))
    assert split("100", tree, A="100", B="100") == {"A": "60.00", "B": "40.00"}
    assert split("100", tree, A="30", B="100") == {"A": "30.00", "B": "70.00"}


PAC = Node(of=(Node(of=("P",), down_to="plan"), "C", "P"))


def test_a_planned_class_takes_what_its_schedule_says_and_its_companion_the_rest() -> None:
    """P stands at 100 with 80 planned: 20 go to P, 30 to C; once C is retired, P gets everything."""
    assert split("50", PAC, {"plan": "80"}, P="100", C="60") == {"P": "20.00", "C": "30.00"}
    assert split("90", PAC, {"plan": "80"}, P="100", C="60") == {"P": "30.00", "C": "60.00"}
    assert split("15", PAC, {"plan": "80"}, P="100", C="60") == {"P": "15.00", "C": "0.00"}


def test_a_schedule_that_has_not_begun_takes_nothing() -> None:
    assert split("50", PAC, {}, P="100", C="60") == {"P": "0.00", "C": "50.00"}
    schedule = BalanceSchedule(
        schedule_id="plan", points=(PlannedBalance(from_date=dt.date(2020, 2, 25), balance=Decimal(80)),)
    )
    assert schedule.on(dt.date(2020, 1, 25)) is None
    assert schedule.on(dt.date(2020, 3, 25)) == Decimal("80.00")


def test_an_accrual_class_pays_others_with_its_interest() -> None:
    """Z accrues 5, which is added to its 100 and retires A, beside 10 of principal; then A is gone and Z is paid."""
    steps = (
        AccreteInterest(classes=("Z",), until=("A",)),
        PayInterest(classes=("A", "Z")),
        PayPrincipal(classes=("A", "Z")),
    )
    result = run_waterfall(steps, [claim("A", 50, 2), claim("Z", 100, 5)], means(7, 10, 140))
    assert amounts(result, "interest_paid") == {"A": "2.00", "Z": "0.00"}
    assert amounts(result, "deferred_interest") == {"A": "0.00", "Z": "5.00"}
    assert amounts(result, "closing_balance") == {"A": "35.00", "Z": "105.00"}
    assert amounts(result, "interest_shortfall") == {"A": "0.00", "Z": "0.00"}
    later = run_waterfall(steps, [claim("A", 0), claim("Z", 100, 5)], means(5, 10, 90))
    assert amounts(later, "interest_paid")["Z"] == "5.00"
    assert amounts(later, "closing_balance")["Z"] == "90.00"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Node(of=()), "at least one"),
        (lambda: Node(of=("A", "B"), pay=Sharing.GIVEN_WEIGHTS), "takes 2 weights"),
        (lambda: Node(of=("A", "B"), weights=(Decimal(1), Decimal(1))), "takes 0 weights"),
        (lambda: Node(of=("A", "B"), pay=Sharing.GIVEN_WEIGHTS, weights=(Decimal(0), Decimal(1))), "above zero"),
        (lambda: Node(of=("A", Node(of=("A", "B"))), pay=Sharing.PRO_RATA_FACE), "two parts"),
        (lambda: Node(of=("A", 3)), "class names and nodes"),  # type: ignore[arg-type]
        (PayPrincipal, "pays no class"),
        (lambda: PayPrincipal(classes=("A",), structure=Node(of=("A", "B"))), "made of A, B"),
        (lambda: BalanceSchedule(schedule_id="s", points=()), "at least one point"),
    ],
)
def test_what_cannot_be_meant_is_refused(make: object, said: str) -> None:
    with pytest.raises(InvalidTerms, match=said):
        make()  # type: ignore[operator]


NAMES = ("A", "B", "C", "D", "E")


def trees(names: tuple[str, ...]) -> st.SearchStrategy[Node]:
    """Trees in which every class stands once, split where chance has it."""

    @st.composite
    def tree(draw: st.DrawFn, chosen: tuple[str, ...], depth: int) -> Node:
        parts: list[Node | str] = []
        rest = chosen
        while rest:
            size = draw(st.integers(1, len(rest)))
            head, rest = rest[:size], rest[size:]
            if len(head) > 1 and depth and draw(st.booleans()):
                parts.append(draw(tree(head, depth - 1)))
            else:
                parts.extend(head)
        pay = draw(st.sampled_from(Sharing))
        count = len(parts) if pay is Sharing.GIVEN_WEIGHTS else 0
        weights = tuple(Decimal(draw(st.integers(1, 9))) for _ in range(count))
        plan = draw(st.sampled_from((None, None, "plan")))
        return Node(of=tuple(parts), pay=pay, weights=weights, down_to=plan)

    return tree(names, 2)


@given(
    trees(NAMES),
    st.lists(st.integers(0, 500), min_size=5, max_size=5),
    st.integers(0, 2000),
    st.one_of(st.none(), st.integers(0, 800)),
)
def test_nobody_gets_more_than_its_balance_and_nothing_is_lost(
    tree: Node, balances: list[int], amount: int, plan: int | None
) -> None:
    claims = {name: Exact(value) for name, value in zip(NAMES, balances, strict=True)}
    planned = {} if plan is None else {"plan": Exact(plan)}
    shares = share_in_structure(Exact(amount), tree, claims, claims, claims, planned)
    paid = sum((share.value for share in shares.values()), Fraction(0))
    assert all(0 <= shares[name].value <= claims[name].value for name in NAMES)
    assert paid <= amount
    if not tree.schedules:
        assert paid == min(amount, sum(balances))
    elif tree.down_to is not None:
        assert paid <= (0 if plan is None else max(sum(balances) - plan, 0))

"""The money of a run, group by group: none is made, none is lost, and nobody's is spent before it is asked for."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger import Exact, Source
from ledger.waterfall.funds import Funds, made_up

amounts = st.integers(-50, 200).map(Exact)


def whole(funds: Funds) -> Fraction:
    return funds.available(Source.AVAILABLE).value


def test_fees_above_interest_are_made_up_out_of_principal() -> None:
    assert [item.value for item in made_up(Exact(-5), Exact(20))] == [0, 15]
    assert [item.value for item in made_up(Exact(-30), Exact(20))] == [-10, 0]
    assert [item.value for item in made_up(Exact(30), Exact(-20))] == [10, 0]


def test_a_group_below_zero_is_made_up_by_the_others() -> None:
    """Group one lacks 10: the account is one, so group two's principal of 30 stands for it and 20 are left."""
    funds = Funds({"one": (Exact(-10), Exact(0)), "two": (Exact(5), Exact(30))})
    assert funds.interest(("one",)) == 0
    assert funds.principal(("two",)) == 20
    assert whole(funds) == 25


def test_a_step_that_names_a_group_sees_its_funds_alone() -> None:
    funds = Funds({"one": (Exact(3), Exact(10)), "two": (Exact(5), Exact(30))})
    assert funds.available(Source.INTEREST, ("two",)) == 5
    assert funds.available(Source.AVAILABLE, ("one",)) == 13
    assert funds.available(Source.AVAILABLE) == 48
    funds.spend(Source.AVAILABLE, Exact(9), ("one",))
    assert funds.interest(("one",)) == 0
    assert funds.principal(("one",)) == 4
    assert funds.available(Source.AVAILABLE, ("two",)) == 35


def test_principal_goes_first_where_principal_is_paid() -> None:
    funds = Funds({"one": (Exact(3), Exact(10))})
    funds.spend(Source.AVAILABLE, Exact(11), ("one",), principal_first=True)
    assert funds.interest() == 2
    assert funds.principal() == 0


def test_a_release_joins_the_excess_and_interest_turns_to_principal() -> None:
    """12 of 10 and 30 are released as 3 and 9, each to its own group's excess of 3 and 5."""
    funds = Funds({"one": (Exact(3), Exact(10)), "two": (Exact(5), Exact(30))})
    funds.release(Exact(12))
    assert funds.available(Source.INTEREST) == 20
    assert funds.available(Source.INTEREST, ("one",)) == 6
    assert funds.principal(("one",)) == 7
    assert funds.principal(("two",)) == 21
    funds.turn_to_principal(Exact(4), ("two",))
    assert funds.interest(("two",)) == 1
    assert funds.principal(("two",)) == 25


@given(
    st.dictionaries(st.sampled_from(("one", "two", "three")), st.tuples(amounts, amounts), min_size=1),
    st.lists(st.tuples(st.sampled_from(Source), st.integers(0, 400), st.booleans(), st.integers(0, 7)), max_size=6),
)
def test_what_is_spent_is_what_is_gone(
    pots: dict[str, tuple[Exact, Exact]], spent: list[tuple[Source, int, bool, int]]
) -> None:
    funds = Funds(pots)
    left = sum((one.value + two.value for one, two in pots.values()), Fraction(0))
    assert whole(funds) == left
    for source, wanted, first, chosen in spent:
        groups = tuple(name for place, name in enumerate(pots) if chosen >> place & 1)
        amount = min(Fraction(wanted), max(funds.available(source, groups).value, Fraction(0)))
        funds.spend(source, Exact(amount), groups, principal_first=first and source is not Source.INTEREST)
        left -= amount
        assert whole(funds) == left
        assert funds.principal(groups).value >= 0

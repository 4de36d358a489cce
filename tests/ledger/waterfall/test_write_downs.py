"""Losses and recoveries over random classes of random groups: never more than is lost, the lowest rank last."""

from __future__ import annotations

from fractions import Fraction

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Claim, Exact
from ledger.values.exact import ZERO
from ledger.waterfall.amounts import Means
from ledger.waterfall.write_downs import write_downs, write_ups
from tests.deals.groups import brings, together
from tests.draws import draws

CENT = Fraction(1, 100)


@st.composite
def ranked(draw: st.DrawFn) -> list[Claim]:
    found = []
    for place in range(draw(st.integers(1, 6))):
        groups = draw(st.sampled_from(((), ("one",), ("two",))))
        balance = Exact(draw(st.integers(0, 300)))
        found.append(
            Claim(
                class_id=f"C{place}",
                face=balance,
                balance=balance,
                rank=draw(st.integers(1, 3)),
                groups=groups,
                written_down=Exact(draw(st.integers(0, 50))),
            )
        )
    return found


@given(ranked(), st.integers(0, 500), st.integers(0, 500), st.integers(0, 900))
def test_losses_go_up_the_ranks_and_no_class_loses_more_than_it_has(
    claims: list[Claim], one: int, two: int, unborne: int
) -> None:
    groups = {"one": brings("0", str(one)), "two": brings("0", str(two))}
    means = together(groups, loss_to_allocate=Exact(unborne))
    balances = {claim.class_id: claim.balance for claim in claims}
    lost = write_downs(claims, means, balances)
    above = max(sum(item.value for item in balances.values()) - one - two, 0)
    together_lost = sum((item.value for item in lost.values()), Fraction(0))
    assert together_lost == min(above, unborne, sum(item.value for item in balances.values()))
    for claim in claims:
        loss = lost.get(claim.class_id, Exact(0)).value
        assert 0 <= loss <= claim.balance.value
        if loss:
            junior = [item for item in claims if item.rank > claim.rank]
            assert all(lost[item.class_id].value == item.balance.value for item in junior if item.balance.value)


@settings(max_examples=draws(30))
@given(ranked(), st.data(), st.integers(0, 900), st.integers(0, 900))
def test_an_order_of_their_own_moves_losses_of_modifications_and_makes_none(
    claims: list[Claim], data: st.DataObject, unborne: int, modified: int
) -> None:
    """As much is lost as by rank; of it the classes of the order bear what was modified, each set before the next."""
    names = data.draw(st.permutations([item.class_id for item in claims]))
    cut = data.draw(st.integers(0, len(names)))
    means = together({"one": brings("0", "100"), "two": brings("0", "50")}, loss_to_allocate=Exact(unborne))
    balances = {item.class_id: item.balance for item in claims}
    own = attrs.evolve(means, modified_loss=Exact(modified), modified_order=(tuple(names[:cut]), tuple(names[cut:])))
    by_rank, found = (write_downs(claims, item, balances) for item in (means, own))
    lost = sum((item.value for item in by_rank.values()), Fraction(0))
    assert sum((item.value for item in found.values()), Fraction(0)) == lost
    assert all(0 <= item.value <= balances[name].value for name, item in found.items())
    first, second = (sum((balances[name].value for name in tier), Fraction(0)) for tier in own.modified_order)
    of_first = sum((found[name].value for name in names[:cut] if name in found), Fraction(0))
    of_second = sum((found[name].value for name in names[cut:] if name in found), Fraction(0))
    borne = min(lost, Fraction(modified))
    assert of_first >= min(borne, first)
    assert of_second >= min(max(borne - first, Fraction(0)), second)


def test_modification_losses_go_down_their_own_order_and_the_rest_by_rank() -> None:
    """40 is lost, 35 of it by modifications: M of 20 and N of 10 lose all they have, A 5; B, the last, the other 5."""
    ranks = {"A": (100, 1), "M": (20, 2), "N": (10, 2), "B": (30, 3)}
    claims = [
        Claim(class_id=name, face=Exact(balance), balance=Exact(balance), rank=rank)
        for name, (balance, rank) in ranks.items()
    ]
    means = together({"one": brings("0", "120")}, loss_to_allocate=Exact(40))
    means = attrs.evolve(means, modified_loss=Exact(35), modified_order=(("M", "N"), ("A",)))
    lost = write_downs(claims, means, {item.class_id: item.balance for item in claims})
    assert {name: item.value for name, item in lost.items()} == {"A": 5, "M": 20, "N": 10, "B": 5}


@given(ranked(), st.integers(0, 400))
def test_recoveries_restore_what_was_lost_and_no_more(claims: list[Claim], recovered: int) -> None:
    restored = write_ups(
        claims, Means(interest_funds=ZERO, principal_funds=ZERO, closing_pool=ZERO, recoveries=Exact(recovered))
    )
    lost = {claim.class_id: claim.written_down.value for claim in claims}
    assert all(0 < amount.value <= lost[name] for name, amount in restored.items())
    assert sum((item.value for item in restored.values()), Fraction(0)) == min(recovered, sum(lost.values()))


def test_two_groups_lose_by_how_far_their_classes_stand_above_their_pools() -> None:
    """90 above group one's pool, 30 above group two's, 60 to bear: 45 and 15."""
    claims = [
        Claim(class_id=name, face=Exact(balance), balance=Exact(balance), groups=(group,))
        for name, balance, group in (("1-A", 190, "one"), ("2-A", 130, "two"))
    ]
    means = together({"one": brings("0", "100"), "two": brings("0", "100")}, loss_to_allocate=Exact(60))
    lost = write_downs(claims, means, {claim.class_id: claim.balance for claim in claims})
    assert {name: item.value for name, item in lost.items()} == {"1-A": 45, "2-A": 15}
    assert all(item.value % CENT == 0 for item in lost.values())


def test_subordinates_of_one_group_bear_what_its_classes_together_stand_above_its_pool() -> None:
    """Group one lost 30 of 1,000: they are those of its own C, as long as that has so much, and none of group two's."""
    claims = [
        Claim(class_id=name, face=Exact(balance), balance=Exact(balance), rank=rank, groups=(group,))
        for name, balance, rank, group in (
            ("1-A", 900, 1, "one"), ("1-C", 100, 2, "one"), ("2-A", 400, 1, "two"), ("2-C", 100, 2, "two"),
        )
    ]  # fmt: skip
    means = together({"one": brings("0", "970"), "two": brings("0", "500")}, loss_to_allocate=Exact(30))
    lost = write_downs(claims, means, {claim.class_id: claim.balance for claim in claims})
    assert {name: amount.value for name, amount in lost.items() if amount.value} == {"1-C": 30}


def backed(name: str, balance: str, *groups: str, rank: int = 1) -> Claim:
    return Claim(
        class_id=name, face=Exact(Fraction(balance)), balance=Exact(Fraction(balance)), rank=rank, groups=groups
    )


def lost_apart(
    claims: list[Claim], pools: dict[str, str], *, apart: bool = True, unborne: str = "1000"
) -> dict[str, str]:
    means = together(
        {name: brings("0", pool) for name, pool in pools.items()}, loss_to_allocate=Exact(Fraction(unborne))
    )
    means = attrs.evolve(means, by_stacks=apart)
    found = write_downs(claims, means, {claim.class_id: claim.balance for claim in claims})
    return {name: str(amount.decimal) for name, amount in found.items() if amount.value}


NOTES = [backed("A-1", "100", "one"), backed("A-2", "100", "two"), backed("M-2", "10", "two", rank=2)]


def test_what_one_group_has_to_spare_covers_no_loss_of_another_that_bears_its_own() -> None:
    """Group one stands 30 above its notes; group two stands 25 below its classes: M-2 loses 10 and A-2 the other 15."""
    pools = {"one": "130", "two": "85"}
    assert lost_apart(NOTES, pools) == {"M-2": "10.00", "A-2": "15.00"}
    assert lost_apart(NOTES, pools, apart=False) == {}
    assert lost_apart(NOTES, pools, unborne="12") == {"M-2": "10.00", "A-2": "2.00"}


def test_groups_that_share_a_class_bear_together_as_long_as_it_stands() -> None:
    """B stands behind groups two and three: of their 12 it loses 8, all it has, and the seniors by what is lacking."""
    claims = [
        backed("1", "100", "one"),
        backed("2", "50", "two"),
        backed("3", "50", "three"),
        backed("B", "8", "two", "three", rank=2),
    ]
    pools = {"one": "90", "two": "48", "three": "48"}
    assert lost_apart(claims, pools) == {"1": "10.00", "B": "8.00", "2": "2.00", "3": "2.00"}
    retired = [*claims[:3], backed("B", "0", "two", "three", rank=2)]
    assert lost_apart(retired, {"one": "100", "two": "49", "three": "60"}) == {"2": "1.00"}


def test_recoveries_stay_with_the_groups_that_brought_them() -> None:
    """Group one recovers 50: 1-A lost 20 and gets them, then the B of both gets its 30; 2-A, a senior too, nothing.

    B is gone, so that no class with a balance joins the two. By the whole deal 1-A and 2-A, of one rank, share it.
    """
    lost = {"1-A": ("20", 1, ("one",)), "2-A": ("40", 1, ("two",)), "B": ("70", 2, ("one", "two"))}
    claims = [
        Claim(
            class_id=name,
            face=Exact(500),
            balance=Exact(0 if name == "B" else 100),
            rank=rank,
            groups=groups,
            written_down=Exact(int(amount)),
        )
        for name, (amount, rank, groups) in lost.items()
    ]
    groups = {"one": brings("0", "100", recoveries="50"), "two": brings("0", "100")}
    apart = together(groups, recoveries=Exact(50), by_stacks=True)
    assert {name: item.value for name, item in write_ups(claims, apart).items()} == {"1-A": 20, "B": 30}
    whole = attrs.evolve(apart, by_stacks=False)
    assert {name: item.value for name, item in write_ups(claims, whole).items()} == {
        "1-A": Fraction(1667, 100),
        "2-A": Fraction(3333, 100),
    }


def test_who_loses_by_the_losses_of_its_own_loans_loses_nothing_by_rank() -> None:
    """Of 10 lost PO bears 2 of its own, and A, of the same rank, the other 8; B is gone."""
    classes = [Claim(class_id=name, face=Exact(100), balance=Exact(100)) for name in ("A", "PO")]
    balances = {item.class_id: item.balance for item in classes}
    means = together({"one": brings("0", "190")}, loss_to_allocate=Exact(10))
    lost = write_downs(classes, means, balances, own={"PO": Exact(2)})
    assert {name: item.value for name, item in lost.items()} == {"PO": 2, "A": 8}
    nothing = write_downs(classes, means, balances, own={"PO": ZERO})
    assert {name: item.value for name, item in nothing.items()} == {"A": 10}


def test_recoveries_write_up_who_bears_its_own_losses_by_its_own_alone() -> None:
    """6 came in, of which 1 on loans of PO: A is written up by 5, and PO by 1 of the 3 that it lost."""
    classes = [
        Claim(class_id=name, face=Exact(100), balance=Exact(90), written_down=Exact(lost))
        for name, lost in (("A", 10), ("PO", 3))
    ]
    means = together({"one": brings("0", "190")}, recoveries=Exact(6))
    found = write_ups(classes, means, {"PO": Exact(1)})
    assert {name: item.value for name, item in found.items()} == {"PO": 1, "A": 5}


def test_recoveries_that_write_classes_up_make_no_loss_of_what_bonds_stand_above_the_pool_for_other_reasons() -> None:
    """6 were recovered and 2 lost: of the 6 written up 2 are lost again, and 3 that interest took of principal stay.

    What was paid back of earlier losses out of principal is lost again, whatever was recovered.
    """
    classes = [
        Claim(class_id=name, face=Exact(100), balance=Exact(100), rank=rank) for name, rank in (("A", 1), ("B", 2))
    ]
    means = together({"one": brings("0", "189")}, loss_to_allocate=Exact(-4))
    balances = {item.class_id: item.balance for item in classes}
    assert write_downs(classes, means, balances, [Exact(6)])["B"].value == 2
    assert write_downs(classes, means, balances, [Exact(3)]) == {}
    assert write_downs(classes, means, balances, [Exact(3)], [Exact(1)])["B"].value == 1

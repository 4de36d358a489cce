"""Random deals of loan groups, trees of classes, subordinates, accrual classes and bounded steps, and their months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs
from hypothesis import strategies as st

from ledger import (
    AccreteInterest,
    BuildOvercollateralization,
    Claim,
    CoverLosses,
    Exact,
    GroupMeans,
    Held,
    Means,
    Node,
    PayBasisRisk,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PaySeniorPrincipal,
    PayStrippedPrincipal,
    PaySubordinatePrincipal,
    PayUnpaidLosses,
    PrincipalKind,
    Restricted,
    Sharing,
    ShiftLevel,
    Source,
    Step,
)
from tests.properties.amounts import PLAIN_SHARING, accrual, money

ON = dt.date(2021, 3, 25)
TRIGGERS = ("losses", "delinquency")
PLAN = "plan"
ZERO = Exact(0)


@attrs.frozen(kw_only=True)
class Structured:
    """A random deal in a random month: its steps, the claims of its classes, and its means.

    ``seniors`` are the classes that each loan group alone backs, ``accruing`` those of them whose interest can be added
    to their balances, ``subordinates`` those that all groups back, most senior first; R gets what is left.
    """

    steps: tuple[Step, ...]
    claims: tuple[Claim, ...]
    means: Means
    seniors: dict[str, tuple[str, ...]]
    subordinates: tuple[str, ...]


@st.composite
def trees(draw: st.DrawFn, names: Sequence[str], depth: int = 2) -> Node:
    """A tree of some classes: in order or in any proportion, now and then first down to a plan and then to nothing."""
    if len(names) == 1 or depth == 0:
        parts: list[Node | str] = list(names)
    else:
        cut = draw(st.integers(1, len(names) - 1))
        parts = [
            draw(trees(part, depth - 1)) if len(part) > 1 else part[0]
            for part in (names[:cut], names[cut:])
        ]  # fmt: skip
    pay = draw(st.sampled_from(Sharing))
    weights = [Decimal(draw(st.integers(1, 9))) for _ in parts] if pay is Sharing.GIVEN_WEIGHTS else []
    node = Node(of=parts, pay=pay, weights=weights)
    if depth == 2 and draw(st.booleans()):
        return Node(of=[Node(of=[node], down_to=PLAN), node])
    return node


@st.composite
def bounds(draw: st.DrawFn) -> dict[str, object]:
    """What keeps a step in bounds: nothing, triggers, a cap, a share."""
    found: dict[str, object] = {}
    if draw(st.integers(0, 3)) == 0:
        found[draw(st.sampled_from(("only_while", "not_while")))] = (draw(st.sampled_from(TRIGGERS)),)
    if draw(st.integers(0, 3)) == 0:
        found["cap"] = Decimal(draw(st.integers(0, 50_000))).scaleb(-2)
    if draw(st.integers(0, 3)) == 0:
        found["share"] = Decimal(draw(st.integers(0, 100))).scaleb(-2)
    return found


@st.composite
def claims_of(draw: st.DrawFn, name: str, rank: int, groups: tuple[str, ...] = ()) -> Claim:
    """A class at issue or later, with interest due and perhaps something from before."""
    face = draw(money(1000, 1))
    return Claim(
        class_id=name,
        face=face,
        balance=draw(st.one_of(st.just(face), money(1000), st.just(ZERO))),
        rank=rank,
        interest_due=draw(money(20)),
        interest_arrears=draw(st.one_of(st.just(ZERO), money(5))),
        basis_risk=draw(st.one_of(st.just(ZERO), money(5))),
        written_down=draw(st.one_of(st.just(ZERO), money(50))),
        groups=groups,
    )


@st.composite
def brought(draw: st.DrawFn, bonds: Fraction) -> GroupMeans:
    """What a group brings, principal of every kind, and a pool near its bonds that losses may have left below them."""
    principal = {kind: draw(st.one_of(st.just(ZERO), accrual(60))) for kind in PrincipalKind}
    came_in = sum((amount.value for amount in principal.values()), Fraction(0))
    lost = draw(st.one_of(st.just(ZERO), money(120))).value
    opening = max(bonds + draw(money(100, -20)).value, came_in + lost, Fraction(0))
    return GroupMeans(
        interest=draw(accrual(60)),
        principal=principal,
        opening_pool=Exact(opening),
        closing_pool=Exact(Fraction((opening - came_in - lost) * 100 // 1, 100)),
        liquidated=Exact(lost + principal[PrincipalKind.LIQUIDATIONS].value),
    )


@st.composite
def shifts_of(draw: st.DrawFn) -> dict[str, object]:
    """What moves or holds a shift: a trigger, the level before it, doubled support by date, one's own percentage."""
    found: dict[str, object] = {"held_by": draw(st.sampled_from(((), TRIGGERS[:1])))}
    if found["held_by"] and draw(st.booleans()):
        found["held"] = Held.LAST_LEVEL
    if draw(st.booleans()):
        found["doubled"] = [ShiftLevel(from_date="2020-01-25", share=Decimal(draw(st.integers(0, 10))).scaleb(-1))]
        found["doubled_when"] = draw(st.sampled_from((None, TRIGGERS[1])))
    if draw(st.booleans()):
        found["initial_percent"] = Decimal(draw(st.integers(0, 100))).scaleb(-2)
    return found


@st.composite
def group_steps(draw: st.DrawFn, group: str, seniors: Sequence[str], subordinates: Sequence[str]) -> list[Step]:
    """What one group pays its own seniors: interest, added or paid, and principal as it shifts or by kinds."""
    steps: list[Step] = []
    if draw(st.booleans()):
        until = draw(st.sampled_from(((), tuple(seniors[:1]))))
        steps.append(AccreteInterest(groups=[group], classes=seniors[-1:], until=until))
    steps.append(
        PayInterest(
            groups=[group],
            classes=seniors,
            source=draw(st.sampled_from(Source)),
            sharing=draw(st.sampled_from(PLAIN_SHARING)),
            **draw(bounds()),  # type: ignore[arg-type]
        )
    )
    shifts = bool(subordinates) and draw(st.booleans())
    if shifts:
        steps.append(
            PaySeniorPrincipal(
                groups=[group],
                subordinates=subordinates,
                structure=draw(trees(seniors)),
                shift=[ShiftLevel(from_date="2021-01-25", share=Decimal(draw(st.integers(0, 10))).scaleb(-1))],
                **draw(shifts_of()),  # type: ignore[arg-type]
                lesser_of_liquidations=draw(st.booleans()),
            )
        )
    else:
        kinds = draw(st.lists(st.sampled_from(PrincipalKind), unique=True, max_size=3))
        bound = draw(bounds())
        steps.append(PayPrincipal(groups=[group], structure=draw(trees(seniors)), kinds=kinds, **bound))  # type: ignore[arg-type]
    return steps


@st.composite
def common_steps(draw: st.DrawFn, subordinates: Sequence[str], every: Sequence[str], shifts: bool) -> list[Step]:
    """What the groups pay together: the subordinates, class by class, and what excess is for."""
    steps: list[Step] = []
    locked, support = draw(st.sampled_from(((), subordinates[-1:]))), draw(st.sampled_from(Restricted))
    if shifts and draw(st.booleans()):
        source = draw(st.sampled_from((Source.PRINCIPAL, Source.AVAILABLE)))
        below = {"subordinates": subordinates, "source": source, **draw(bounds())}
        steps.append(PayUnpaidLosses(classes=every[:2], **below))  # type: ignore[arg-type]
    for name in subordinates:
        steps.append(PayInterest(classes=[name], source=draw(st.sampled_from((Source.INTEREST, Source.AVAILABLE)))))
        if shifts:
            among = PaySubordinatePrincipal(
                classes=[name], among=subordinates, locked=locked, credit_support=support, **draw(bounds())  # type: ignore[arg-type]
            )  # fmt: skip
            steps.append(among)
    if draw(st.booleans()):
        steps.append(PayPrincipal(classes=every, sharing=draw(st.sampled_from(PLAIN_SHARING)), **draw(bounds())))  # type: ignore[arg-type]
    if draw(st.booleans()):
        steps.append(CoverLosses(classes=every, sharing=draw(st.sampled_from(PLAIN_SHARING))))
    if draw(st.booleans()):
        steps.append(BuildOvercollateralization(classes=every, sharing=draw(st.sampled_from(PLAIN_SHARING))))
    if draw(st.booleans()):
        steps.append(PayBasisRisk(classes=every, sharing=draw(st.sampled_from(PLAIN_SHARING))))
    if draw(st.booleans()):
        of = {"source": draw(st.sampled_from(Source)), "sharing": draw(st.sampled_from(PLAIN_SHARING))}
        steps.append(PayUnpaidLosses(classes=every, **of, **draw(bounds())))  # type: ignore[arg-type]
    if draw(st.booleans()):
        steps.append(PayResidual(classes=["R"]))
    return steps


@st.composite
def structured(draw: st.DrawFn, *, apart: bool = False) -> Structured:
    """One to three groups with one to three seniors each, and up to three subordinates; ``apart``: no common step."""
    groups = tuple("123"[: draw(st.integers(1, 3))])
    seniors = {group: tuple(f"{group}-{letter}" for letter in "ABZ"[: draw(st.integers(1, 3))]) for group in groups}
    subordinates = tuple(f"M-{number}" for number in range(1, draw(st.integers(0, 3)) + 1))
    claims = [draw(claims_of(name, 1, (group,))) for group, names in seniors.items() for name in names]
    claims += [draw(claims_of(name, rank)) for rank, name in enumerate(subordinates, start=2)]
    steps = [step for group, names in seniors.items() for step in draw(group_steps(group, names, subordinates))]
    if not apart and len(groups) > 1 and draw(st.booleans()):
        steps.append(PayPrincipal(groups=groups[1:], classes=seniors[groups[0]], above_pool_of=groups[:1]))
    if not apart:
        shifts = any(isinstance(step, PaySeniorPrincipal) for step in steps)
        steps += draw(common_steps(subordinates, [item.class_id for item in claims], shifts))
    means = draw(month_of(claims, groups))
    if not apart and draw(st.integers(0, 2)) == 0:
        claims, steps, means = draw(stripped(claims, steps, means, groups))
    if not apart:
        # A target is of all groups together, so that what one brings decides what is released of another.
        means = attrs.evolve(means, oc_target=draw(st.one_of(st.none(), money(100))))
    claims.append(Claim(class_id="R", face=ZERO, balance=ZERO, rank=9))
    return Structured(steps=tuple(steps), claims=tuple(claims), means=means, seniors=seniors, subordinates=subordinates)


@st.composite
def stripped(
    draw: st.DrawFn, claims: list[Claim], steps: list[Step], means: Means, groups: Sequence[str]
) -> tuple[list[Claim], list[Step], Means]:
    """A principal-only class of some of the groups, which bears the fractions of their losses itself, paid first."""
    of = tuple(draw(st.lists(st.sampled_from(groups), min_size=1, unique=True)))
    brings = dict(means.groups)
    for group in of:
        part = draw(st.fractions(0, 1, max_denominator=20))
        held = brings[group]
        brings[group] = attrs.evolve(
            held,
            stripped={kind: amount * part for kind, amount in held.principal.items() if amount.value > 0},
            stripped_pool=held.opening_pool * part,
            stripped_liquidated=held.liquidated * part,
            stripped_lost=draw(st.one_of(st.just(ZERO), accrual(60))),
            stripped_recovered=draw(st.one_of(st.just(ZERO), accrual(20))),
        )
    only = draw(claims_of("PO", 1, of))
    pay = PayStrippedPrincipal(classes=["PO"], groups=of, bears_losses=True)
    return [*claims, only], [pay, *steps], attrs.evolve(means, groups=brings)


@st.composite
def month_of(draw: st.DrawFn, claims: Sequence[Claim], groups: Sequence[str]) -> Means:
    """The means of a month: what every group brings, losses and recoveries, triggers and a plan."""
    common = sum((item.balance.value for item in claims if not item.groups), Fraction(0)) / len(groups)
    brings = {}
    for group in groups:
        own = sum((item.balance.value for item in claims if item.groups == (group,)), Fraction(0))
        brings[group] = draw(brought(own + common))
    return Means(
        interest_funds=Exact(sum((item.interest.value for item in brings.values()), Fraction(0))),
        principal_funds=Exact(sum((item.principal_funds.value for item in brings.values()), Fraction(0))),
        closing_pool=Exact(sum((item.closing_pool.value for item in brings.values()), Fraction(0))),
        losses_this_period=draw(money(50)),
        loss_to_allocate=draw(st.one_of(st.just(ZERO), money(400))),
        recoveries=draw(st.one_of(st.just(ZERO), money(20))),
        groups=brings,
        in_force=frozenset(draw(st.sets(st.sampled_from(TRIGGERS)))),
        on=ON,
        planned={PLAN: draw(money(1500))} if draw(st.booleans()) else {},
        ordinal=draw(st.integers(1, 60)),
    )

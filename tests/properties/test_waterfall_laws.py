"""What holds of every waterfall, whatever the deal: random deals, random months, and the same laws each time.

The first half runs the steps on random claims and funds. The second takes random small deals through the ledger itself,
month by month, and looks at what was recorded and at the books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import (
    AccrualRule,
    AsOf,
    BondClass,
    BondInterestPaid,
    BondLossAllocated,
    BondLossPaid,
    BondPrincipalPaid,
    BondShortfallRecorded,
    BondWrittenUp,
    BuildOvercollateralization,
    CalendarTerms,
    Claim,
    ClassKind,
    ClassRate,
    CollectionAccountRemitted,
    CollectionReceived,
    CoverLosses,
    CurtailmentCollected,
    Dated,
    DayCount,
    DealTerms,
    Event,
    Exact,
    Fee,
    FeeBasis,
    FeeCharged,
    InstalmentReportedDelinquent,
    InsurerPaymentReceived,
    Ledger,
    LoanGroup,
    LoanLiquidated,
    Means,
    OvercollateralizationTerms,
    PayBasisRisk,
    PayDerivatives,
    PayInterest,
    PayPrincipal,
    PayResidual,
    PayUnpaidLosses,
    PoolBalanceBroughtForward,
    RateKind,
    ReimburseInsurer,
    ScheduledPaymentDue,
    Source,
    Step,
    SubsequentRecoveryReceived,
    WaterfallResult,
    run_waterfall,
)
from tests.deals.closing import closed
from tests.draws import draws
from tests.properties.amounts import PLAIN_SHARING, accrual, money

CENT = Fraction(1, 100)
NAMES = ("A", "B", "C", "D", "E", "F")


@st.composite
def classes(draw: st.DrawFn) -> list[Claim]:
    """Two to six classes of any rank, some insured, some short of something from before; R takes the residual."""
    found: list[Claim] = []
    for name in NAMES[: draw(st.integers(2, 6))]:
        face, insured = draw(money(1000)), draw(st.booleans())
        found.append(
            Claim(
                class_id=name,
                face=face,
                balance=draw(st.one_of(st.just(face), money(1000), st.just(Exact(0)))),
                rank=draw(st.integers(1, 3)),
                insured=insured,
                interest_due=draw(money(50)),
                interest_arrears=draw(st.one_of(st.just(Exact(0)), money(20))),
                basis_risk=draw(st.one_of(st.just(Exact(0)), money(20))),
                insurer_arrears=draw(money(20)) if insured else Exact(0),
                written_down=Exact(0) if insured else draw(money(50)),
            )
        )
    return [*found, Claim(class_id="R", face=Exact(0), balance=Exact(0), rank=9)]


@st.composite
def waterfalls(draw: st.DrawFn, claims: Sequence[Claim]) -> list[Step]:
    """Up to eight steps of any kind, from any funds, to any of the classes in any order."""
    names = [claim.class_id for claim in claims if claim.class_id != "R"]
    steps: list[Step] = []
    for kind in draw(
        st.lists(
            st.sampled_from(
                (PayInterest, PayPrincipal, BuildOvercollateralization, CoverLosses, PayBasisRisk, ReimburseInsurer)
            ),
            max_size=7,
        )
    ):
        chosen = draw(st.permutations(names))[: draw(st.integers(1, len(names)))]
        source, sharing = draw(st.sampled_from(Source)), draw(st.sampled_from(PLAIN_SHARING))
        steps.append(kind(classes=chosen, source=source, sharing=sharing))
    if draw(st.booleans()):
        steps.insert(0, PayDerivatives())
    if draw(st.booleans()):
        steps.append(PayResidual(classes=["R"]))
    return steps


@st.composite
def funds(draw: st.DrawFn, claims: Sequence[Claim]) -> Means:
    """Funds, now and then below zero, a pool near the bonds, and losses that some class or none has to bear."""
    bonds = sum((claim.balance.value for claim in claims), Fraction(0))
    principal = draw(accrual(1500, -20))
    pool = bonds - principal.value + draw(accrual(200, -200)).value
    return Means(
        interest_funds=draw(accrual(200, -20)),
        principal_funds=principal,
        derivatives_due=draw(st.one_of(st.just(Exact(0)), money(20))),
        closing_pool=Exact(max(pool, Fraction(0))),
        losses_this_period=draw(money(100, -20)),
        loss_to_allocate=draw(st.one_of(st.just(Exact(0)), money(1000))),
        recoveries=draw(st.one_of(st.just(Exact(0)), money(50))),
        oc_target=draw(st.one_of(st.none(), money(100))),
        may_release=draw(st.booleans()),
        ordinal=draw(st.integers(1, 36)),
    )


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Claim], Means, WaterfallResult]:
    """A random deal in a random month, run."""
    claims = draw(classes())
    means = draw(funds(claims))
    return claims, means, run_waterfall(draw(waterfalls(claims)), claims, means)


Run = tuple[list[Claim], Means, WaterfallResult]


def reimbursed(result: WaterfallResult) -> Fraction:
    return sum((result.insurer_reimbursed(name).value for name in result.classes), Fraction(0))


@given(runs())
def test_what_comes_in_goes_out_or_is_left(run: Run) -> None:
    """Payments, less what the insurer pays of them, plus derivatives, its reimbursement and the rest, are the funds."""
    _, means, result = run
    paid = sum((item.distribution.value for item in result.classes.values()), Fraction(0))
    insured = sum((c.insurer_interest.value + c.insurer_principal.value for c in result.classes.values()), Fraction(0))
    out = paid - insured + result.derivatives_paid.value + reimbursed(result)
    available = means.interest_funds.value + means.principal_funds.value
    assert out + result.left_over.value == available
    assert result.left_over.value >= 0 or available < 0
    assert available >= 0 or out == 0


@given(runs())
def test_nothing_paid_and_nothing_left_of_a_class_is_below_zero(run: Run) -> None:
    _, means, result = run
    for item in result.classes.values():
        names = [a.name for a in attrs.fields(type(item)) if a.name != "claim"]
        assert all(getattr(item, name).value >= 0 for name in names)
        assert item.interest_shortfall.value >= 0
        assert item.basis_risk_unpaid.value >= 0
    assert all(amount.value >= 0 for step in result.steps for amount in step.paid.values())
    assert 0 <= result.released.value <= max(means.principal_funds.value, Fraction(0))
    assert result.released.value == 0 or means.may_release


@given(runs())
def test_a_balance_falls_by_what_was_paid_and_lost(run: Run) -> None:
    """To the cent for each class, and for all together to half a cent, under the third rules within a cent."""
    _, means, result = run
    off = Fraction(0)
    for item in result.classes.values():
        left = item.claim.balance.value + item.written_up.value - item.all_principal.value - item.loss.value
        assert abs(item.closing_balance.value - left) < CENT
        assert item.closing_balance.value % CENT == 0
        off += item.closing_balance.value - left
    assert abs(off) <= CENT / 2 if means.rules < 3 else abs(off) < CENT


@given(runs())
def test_overcollateralization_is_the_pool_less_the_bonds(run: Run) -> None:
    _, means, result = run
    bonds = sum((item.closing_balance.value for item in result.classes.values()), Fraction(0))
    assert result.closing_bonds == bonds
    assert result.overcollateralization == means.closing_pool.value - bonds


@given(runs())
def test_claims_are_paid_in_whole_cents_and_never_twice(run: Run) -> None:
    _, _, result = run
    for name, item in result.classes.items():
        claim = item.claim
        owed = claim.interest_due + claim.interest_arrears
        assert item.interest_paid + item.insurer_interest <= owed
        assert item.basis_risk_paid <= claim.basis_risk
        assert result.insurer_reimbursed(name) <= claim.insurer_arrears
        for amount in (item.interest_paid, item.basis_risk_paid, result.insurer_reimbursed(name)):
            assert amount.value % CENT == 0


@given(runs())
def test_losses_fall_from_below_and_only_where_bonds_exceed_the_pool(run: Run) -> None:
    """None beyond what was lost, none above the class, none on a class while a lower one has anything left."""
    _, means, result = run
    borne = {name: item.loss.value + item.insurer_principal.value for name, item in result.classes.items()}
    written_up = sum((item.written_up.value for item in result.classes.values()), Fraction(0))
    lost = sum(borne.values(), Fraction(0))
    assert lost <= means.loss_to_allocate.value + written_up
    above = result.closing_bonds.value - means.closing_pool.value
    assert lost == 0 or above >= 0
    unborne = means.loss_to_allocate.value + written_up - lost
    assert min(unborne, above) < CENT or result.closing_bonds.value == 0
    for name, item in result.classes.items():
        rank = item.claim.rank
        lower = [other for other in result.classes.values() if other.claim.rank > rank]
        assert not borne[name] or all(other.closing_balance.value == 0 for other in lower)


@given(runs())
def test_write_ups_come_out_of_recoveries_and_end_at_what_was_lost(run: Run) -> None:
    _, means, result = run
    written_up = sum((item.written_up.value for item in result.classes.values()), Fraction(0))
    assert written_up <= means.recoveries.value
    assert all(item.written_up <= item.claim.written_down for item in result.classes.values())
    assert written_up == min(means.recoveries.value, sum(i.claim.written_down.value for i in result.classes.values()))


DEAL = "random"
CUT_OFF = dt.date(2020, 12, 1)
PAYMENT_DATES = (dt.date(2021, 1, 25), dt.date(2021, 2, 25), dt.date(2021, 3, 25))


@st.composite
def bonds(draw: st.DrawFn) -> list[BondClass]:
    """Two to four classes of 30/360 bonds at fixed or net rates, and a residual."""
    found = [
        BondClass(
            class_id=name,
            face=Decimal(draw(st.integers(1, 40_000_000))).scaleb(-2),
            rank=rank,
            rate=draw(
                st.sampled_from(
                    (
                        ClassRate(kind=RateKind.FIXED, rate="0.0517"),
                        ClassRate(kind=RateKind.FIXED, rate="0.11", available_funds_cap=True),
                        ClassRate(kind=RateKind.NET_WAC),
                    )
                )
            ),
            day_count=DayCount.THIRTY_360,
            accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            insured=draw(st.booleans()),
        )
        for rank, name in enumerate(NAMES[: draw(st.integers(2, 4))], start=1)
    ]
    return [*found, BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=9)]


@st.composite
def deals(draw: st.DrawFn, *, paying_back: bool = False) -> DealTerms:
    """A deal of one group, paid by an ordinary waterfall in which every class and every cent has its place.

    One that is ``paying_back`` is of today's rules, and has steps that pay unpaid losses, out of whatever funds.
    """
    held = draw(bonds())
    names = [item.class_id for item in held if item.kind is ClassKind.PRINCIPAL]
    sharing = st.sampled_from(PLAIN_SHARING)
    middle: list[Step] = [
        CoverLosses(classes=names, sharing=draw(sharing)),
        BuildOvercollateralization(classes=names, sharing=draw(sharing)),
        PayBasisRisk(classes=names, sharing=draw(sharing)),
    ]
    fees = [
        Fee(fee_id="trustee", title="Trustee", basis=FeeBasis.POOL_BALANCE, rate="0.00123457"),
        Fee(fee_id="premium", title="Premium", basis=FeeBasis.CLASS_BALANCE_AFTER, class_id="A", rate="0.0018"),
    ]
    target = draw(st.one_of(st.none(), st.integers(0, 5_000_000)))
    return DealTerms(
        title="Random",
        cut_off_date=CUT_OFF,
        closing_date=CUT_OFF,
        calendar=CalendarTerms(first_payment_date=PAYMENT_DATES[0], final_payment_date=dt.date(2030, 12, 26)),
        groups=[LoanGroup(group_id="pool", original_balance="1000000.00")],
        classes=held,
        fees=fees[: draw(st.integers(0, 2))],
        overcollateralization=None if target is None else OvercollateralizationTerms(target=Decimal(target).scaleb(-2)),
        waterfall=[
            PayInterest(classes=names, sharing=draw(sharing), source=draw(st.sampled_from(Source))),
            *(draw(paid_back(names)) if paying_back else ()),
            PayPrincipal(classes=names, sharing=draw(sharing)),
            *draw(st.permutations(middle))[: draw(st.integers(0, 3))],
            *(draw(paid_back(names)) if paying_back else ()),
            PayResidual(classes=["R"]),
        ],
        rules=4 if paying_back else draw(st.integers(1, 2)),
    )


@st.composite
def paid_back(draw: st.DrawFn, names: Sequence[str]) -> list[Step]:
    """No step that pays unpaid losses, or one: to some classes, out of any funds, now and then at most a little."""
    chosen = draw(st.permutations(names))[: draw(st.integers(0, len(names)))]
    cap = draw(st.sampled_from((None, Decimal("123.45"))))
    source, sharing = draw(st.sampled_from(Source)), draw(st.sampled_from(PLAIN_SHARING))
    return [PayUnpaidLosses(classes=chosen, source=source, sharing=sharing, cap=cap)] if chosen else []


def cents(draw: st.DrawFn, largest: int) -> Decimal:
    return Decimal(draw(st.integers(0, largest))).scaleb(-2)


@st.composite
def months(draw: st.DrawFn, paid: dt.date) -> list[Event]:
    """What happens in a month: some of what falls due is not received, some loans prepay, some are lost."""
    on: Dated = {"deal": DEAL, "effective_date": paid.replace(day=1)}
    earlier: Dated = {"deal": DEAL, "effective_date": paid.replace(day=1) - dt.timedelta(days=9)}
    principal, interest = cents(draw, 2_000_000), cents(draw, 1_500_000)
    late = min(principal, cents(draw, 100_000)), min(interest, cents(draw, 100_000))
    part = Decimal(draw(st.integers(-49, 49))).scaleb(-4)
    accrued = max(interest + part, Decimal("0.00"))
    events: list[Event] = [
        ScheduledPaymentDue(event_id=f"{paid}/due", group="pool", principal=principal, interest=accrued, **on),
        CollectionReceived(
            event_id=f"{paid}/in", group="pool", principal=principal - late[0], interest=interest - late[1], **on
        ),
        InstalmentReportedDelinquent(event_id=f"{paid}/late", group="pool", principal=late[0], interest=late[1], **on),
    ]
    if draw(st.booleans()):
        amount = cents(draw, 20_000_000)
        events.append(CurtailmentCollected(event_id=f"{paid}/curtailed", group="pool", amount=amount, **earlier))
    if draw(st.booleans()):
        balance, accrual_owed = cents(draw, 5_000_000), cents(draw, 50_000)
        proceeds = min(cents(draw, 5_000_000), balance + accrual_owed)
        events.append(
            LoanLiquidated(
                event_id=f"{paid}/lost",
                group="pool",
                balance=balance,
                accrued_interest=accrual_owed,
                net_proceeds=proceeds,
                realized_loss=balance + accrual_owed - proceeds,
                **earlier,
            )
        )
    if draw(st.booleans()):
        amount = cents(draw, 1_000_000)
        events.append(SubsequentRecoveryReceived(event_id=f"{paid}/back", group="pool", amount=amount, **earlier))
    return events


def posted(ledger: Ledger, paid: dt.date) -> list[Event]:
    """Return what the distribution paid on a date recorded."""
    prefix = f"{DEAL}/{paid}/"
    return [item.event for item in ledger.events(DEAL) if item.event.event_id.startswith(prefix)]


def cash_in(events: Sequence[Event]) -> Decimal:
    """What the events of a month bring, written out by hand."""
    found = Decimal(0)
    for event in events:
        if isinstance(event, CollectionReceived):
            found += event.principal + event.interest
        elif isinstance(event, CurtailmentCollected | SubsequentRecoveryReceived):
            found += event.amount
        elif isinstance(event, LoanLiquidated):
            found += event.net_proceeds
    return found


@given(st.data())
@settings(max_examples=draws(10))
def test_a_random_deal_pays_out_exactly_what_came_in(data: st.DataObject) -> None:
    """Month by month: funds in are funds out but for roundings, which alone are left, and balances are the computed."""
    terms = data.draw(deals())
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms).or_raise()
        start = PoolBalanceBroughtForward(
            event_id="pool", deal=DEAL, effective_date=CUT_OFF, group="pool", balance="1000000.00", loan_count=10
        )
        ledger.post(start).or_raise()
        expected = {item.class_id: item.face for item in terms.classes if item.kind is ClassKind.PRINCIPAL}
        for paid in PAYMENT_DATES:
            month = data.draw(months(paid))
            ledger.post_many(month).or_raise()
            closed(ledger, DEAL, paid)
            ledger.distribute(DEAL, paid).or_raise()
            check_month(ledger, paid, month, expected)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=draws(20))
def test_of_a_random_deal_a_loss_is_written_up_or_paid_or_stays_unpaid(data: st.DataObject) -> None:
    """As it is recorded, month by month, class by class; and funds in are funds out, the losses paid among them."""
    terms = data.draw(deals(paying_back=True))
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms).or_raise()
        start = PoolBalanceBroughtForward(
            event_id="pool", deal=DEAL, effective_date=CUT_OFF, group="pool", balance="1000000.00", loan_count=10
        )
        ledger.post(start).or_raise()
        expected = {item.class_id: item.face for item in terms.classes if item.kind is ClassKind.PRINCIPAL}
        unpaid = dict.fromkeys(expected, Decimal(0))
        for paid in PAYMENT_DATES:
            month = data.draw(months(paid))
            ledger.post_many(month).or_raise()
            closed(ledger, DEAL, paid)
            ledger.distribute(DEAL, paid).or_raise()
            check_month(ledger, paid, month, expected)
            for event in posted(ledger, paid):
                if isinstance(event, BondLossAllocated):
                    unpaid[event.class_id] += event.amount
                elif isinstance(event, BondWrittenUp):
                    unpaid[event.class_id] -= event.amount
                elif isinstance(event, BondLossPaid):
                    unpaid[event.class_id] -= event.out_of_interest + event.out_of_principal
            report, books = ledger.distribution(DEAL, paid), ledger.books(DEAL, AsOf(record_date=paid))
            for name, left in unpaid.items():
                assert left >= 0
                assert report.classes[name].losses_unpaid.value == Fraction(left)
                kept = books.balance("bond_losses", name).value - books.balance("bond_losses_paid", name).value
                assert kept == Fraction(left)


def check_month(ledger: Ledger, paid: dt.date, month: list[Event], balances: dict[str, Decimal]) -> None:
    """Follow cash and balances through what was recorded, moving ``balances`` along."""
    events = posted(ledger, paid)
    incoming, outgoing = cash_in(month), Decimal(0)
    for event in events:
        if isinstance(event, InsurerPaymentReceived):
            incoming += event.principal + event.interest
        elif isinstance(event, BondInterestPaid | BondPrincipalPaid | FeeCharged):
            assert event.amount >= 0
            outgoing += event.amount
        elif isinstance(event, BondLossPaid):
            outgoing += event.out_of_interest + event.out_of_principal
        elif isinstance(event, CollectionAccountRemitted):
            # Cents that no class can be paid yet stay under a name of their own, until they can.
            outgoing += event.roundings_left - event.roundings_paid
        if isinstance(event, BondPrincipalPaid | BondLossAllocated):
            balances[event.class_id] -= event.amount
        elif isinstance(event, BondWrittenUp):
            balances[event.class_id] += event.amount
    assert incoming == outgoing
    report, books = ledger.distribution(DEAL, paid), ledger.books(DEAL, AsOf(record_date=paid))
    assert books.balance("collection_account").value == books.balance("roundings").value < Fraction(1, 20)
    assert books.balance("distribution_account").value == 0
    for name, held in balances.items():
        assert held >= 0
        assert report.classes[name].result.closing_balance.value == Fraction(held)
        assert books.balance("bond_principal", name).value == Fraction(held)
        for kind in ("unpaid interest", "basis risk"):
            assert books.balance("class_shortfalls", f"{name} {kind}").value >= 0
    shortfalls = [event for event in events if isinstance(event, BondShortfallRecorded)]
    assert all((event.incurred == 0) != (event.recovered == 0) for event in shortfalls)

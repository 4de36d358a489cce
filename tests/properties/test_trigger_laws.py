"""Laws of triggers over made-up lives: what nothing cures stays, snapshots change nothing, idle steps pay nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger import (
    BuildOvercollateralization,
    DealTerms,
    DelinquencyReported,
    DistributionReport,
    Event,
    Ledger,
    LoanLiquidated,
    LossLimit,
    OvercollateralizationTerms,
    PayInterest,
    PayPrincipal,
    PayResidual,
    Schedule,
    Sharing,
    Step,
    Trigger,
    TriggerDeclared,
    total,
)
from ledger.simulation import LifePlan, life, post_life
from ledger.simulation.terms import simulated_terms
from tests.deals.tested import a_trigger, lived
from tests.deals.trust import CUT_OFF, DEAL, RESIDUAL, bond, deal
from tests.draws import draws, one_in

MONTHS = 17
"""More than the months whose totals are kept apart, so that snapshots put some together."""

WATERFALL: tuple[Step, ...] = (
    PayInterest(classes=["A", "B"]),
    PayPrincipal(classes=["A", "B"], sharing=Sharing.PRO_RATA_BALANCE, not_while=["level"]),
    PayPrincipal(classes=["B", "A"], only_while=["level"], not_while=["once"]),
    PayPrincipal(classes=["A", "B"], only_while=["level", "once"]),
    BuildOvercollateralization(classes=["A", "B"], not_while=["said"]),
    PayResidual(classes=["R"]),
)


def triggers(limits: Sequence[str]) -> list[Trigger]:
    """Return triggers of every kind; the limits are fractions, as many as are drawn."""
    first, second, third = limits
    schedule = [LossLimit(from_date=CUT_OFF, limit=first), LossLimit(from_date="2021-09-01", limit=third)]
    return [
        a_trigger(trigger_id="level", kind="delinquency against limit", limit=first),
        a_trigger(trigger_id="once", kind="delinquency against limit", limit=second, months=3, curable=False),
        a_trigger(
            trigger_id="shares", kind="delinquency against limit", limit=second, months=6, average_of="shares",
            against="balance of the subordinates",
        ),
        a_trigger(trigger_id="rolling", kind="rolling delinquency against enhancement", limit=third, months=4),
        a_trigger(trigger_id="lost", kind="cumulative loss against schedule", schedule=schedule, curable=False),
        a_trigger(trigger_id="a year", kind="annualized loss against limit", limit=second, months=6),
        a_trigger(trigger_id="below", kind="credit enhancement", limit=third, curable=False),
        a_trigger(trigger_id="low", kind="class balance", classes=["A"], limit="0.9"),
        a_trigger(trigger_id="factor", kind="pool factor", limit="0.8"),
        a_trigger(trigger_id="said", kind="declared event"),
        a_trigger(trigger_id="said once", kind="any of other triggers", triggers=["said", "level"], curable=False),
    ]  # fmt: skip


def terms(limits: Sequence[str]) -> DealTerms:
    classes = [bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL]
    wanted = OvercollateralizationTerms(percent_of_original="0.03", release_stopped_by=["lost"])
    return deal(classes, WATERFALL, triggers=triggers(limits), overcollateralization=wanted)


def reported(month: int, on: dt.date, behind: int, lost: int, said: int) -> list[Event]:
    """Return what else is reported of a month: balances behind, a loss, a declaration (0: none, 1: over, 2: begun)."""
    day = on.replace(day=1) - dt.timedelta(days=3)
    found: list[Event] = [
        DelinquencyReported(
            event_id=f"{month}/behind", deal=DEAL, effective_date=day, group="pool", category="delinquent",
            bucket="2 payments", balance=Decimal(behind), loan_count=1,
        )
    ]  # fmt: skip
    if lost:
        found.append(
            LoanLiquidated(
                event_id=f"{month}/lost", deal=DEAL, effective_date=day, group="pool", balance=Decimal(lost),
                accrued_interest="0.00", net_proceeds="0.00", realized_loss=Decimal(lost), loan_count=0,
            )
        )  # fmt: skip
    if said:
        found.append(
            TriggerDeclared(
                event_id=f"{month}/said", deal=DEAL, effective_date=on, trigger="said", in_force=said == 2, reason="x"
            )
        )
    return found


def states(reports: Sequence[DistributionReport]) -> dict[str, list[bool]]:
    """Return whether each trigger was in force, month by month, as its own statements said."""
    return {
        test.trigger.trigger_id: [
            next((t.in_force for t in r.triggers if t.trigger.trigger_id == test.trigger.trigger_id), False)
            for r in reports
        ]
        for test in reports[-1].triggers
    }


def began(held: Sequence[bool], dates: Sequence[dt.date]) -> dt.date | None:
    """Return the first date of the last run of equal states; None for a trigger that never was in force."""
    place = len(held) - 1
    while place and held[place - 1] is held[-1]:
        place -= 1
    return dates[place] if place or held[-1] else None


FRACTIONS = st.sampled_from(["0.005", "0.02", "0.05", "0.1", "0.2", "0.3"])
AMOUNTS = st.sampled_from([0, 0, 1_000, 10_000, 60_000, 150_000])


@settings(
    max_examples=draws(2),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(
    limits=st.tuples(FRACTIONS, FRACTIONS, FRACTIONS),
    behind=st.lists(AMOUNTS, min_size=MONTHS, max_size=MONTHS),
    lost=st.lists(st.sampled_from([0, 0, 0, 2_000, 15_000]), min_size=MONTHS, max_size=MONTHS),
    said=st.lists(st.sampled_from([0, 0, 1, 2]), min_size=MONTHS, max_size=MONTHS),
)
def test_states_follow_from_events_alone(
    limits: tuple[str, str, str], behind: list[int], lost: list[int], said: list[int]
) -> None:
    with Ledger.create("sqlite://") as ledger:
        dates = Schedule(terms(limits)).payment_dates[:MONTHS]
        months = list(enumerate(zip(dates, behind, lost, said, strict=True), 1))
        reports = list(
            lived(
                ledger,
                terms(limits),
                [("9000.00", "20000.00")] * MONTHS,
                {month: reported(month, *given) for month, given in months},
            )
        )
        for report in reports:
            run = report.waterfall
            assert all(not step.total_paid for step in run.steps if step.idle)
            paid = total(item.distribution for item in run.classes.values())
            assert paid + run.left_over == report.account.interest_funds + report.account.principal_funds
        history = states(reports)
        for test in reports[-1].triggers:
            held = history[test.trigger.trigger_id]
            if not test.trigger.curable:
                assert held == sorted(held), test.trigger.trigger_id
                assert not test.in_force or test.since == dates[held.index(True)]
            assert test.since == began(held, dates) or (test.in_force and not test.trigger.curable)
        bare = Ledger(ledger._store, snapshots=False)
        for on in (dates[2], dates[-2], dates[-1]):
            assert bare.distribution(DEAL, on) == ledger.distribution(DEAL, on)


PLAN = LifePlan(seed=11, loans=25, months=17, name="triggers", late_rate=90_000, foreclosure_rate=300_000)


def test_the_loans_of_every_month_are_counted_again_or_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delinquency that is counted loan by loan: a trigger for ever is the same with snapshots and without."""
    whole = simulated_terms

    def with_triggers(*given: Any) -> DealTerms:
        found = whole(*given)
        kind = "delinquency against limit"
        more = [
            a_trigger(trigger_id="once", kind=kind, limit="0.02", curable=False),
            a_trigger(trigger_id="months", kind=kind, limit="0.02", months=5, counts_whole=["foreclosure"]),
            a_trigger(trigger_id="lost", kind="annualized loss against limit", limit="0.01", curable=False),
        ]
        return attrs.evolve(found, triggers=[*found.triggers, *more])

    monkeypatch.setattr(life, "simulated_terms", with_triggers)
    ledger = Ledger.create(tmp_path / "lived.db")
    post_life(ledger, PLAN)
    dates = [event.event.distribution_date for event in ledger.events(PLAN.deal, types=["period_closed"])]  # type: ignore[attr-defined]
    bare = Ledger(ledger._store, snapshots=False)
    reports = [ledger.distribution(PLAN.deal, on) for on in dates]
    for on, report in one_in(3, zip(dates, reports, strict=True)):
        assert bare.distribution(PLAN.deal, on) == report
    history = states(reports)
    assert any(history["once"])
    assert history["once"] == sorted(history["once"])
    once = next(test for test in reports[-1].triggers if test.trigger.trigger_id == "once")
    assert once.since == dates[history["once"].index(True)]

"""What is required of a pool beyond its bonds, and of each of two pools. The arithmetic stands in the docstrings."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ledger import (
    BuildOvercollateralization,
    InvalidTerms,
    Ledger,
    OvercollateralizationTerms,
    PayInterest,
    PayPrincipal,
    PayResidual,
    Step,
    Stopped,
    TriggerTarget,
)
from replay import statement_of
from tests.deals.tested import a_trigger, declared, lived
from tests.deals.trust import CUT_OFF, RESIDUAL, Trust, bond, closing, deal, liquidated, paid_on, shown
from tests.deals.two_pools import WATERFALL, month_of, opened, two_pools

BUILDING: tuple[Step, ...] = (
    PayInterest(classes=["A", "B"]),
    PayPrincipal(classes=["A", "B"]),
    BuildOvercollateralization(classes=["A", "B"]),
    PayResidual(classes=["R"]),
)
CLASSES = (bond("A", "800000", "0.06", 1), bond("B", "180000", "0.08", 2), RESIDUAL)
DECLARED = (
    a_trigger(trigger_id="default", kind="declared event"),
    a_trigger(trigger_id="other", kind="declared event"),
)


def required(ledger: Ledger, terms: OvercollateralizationTerms, *said: str) -> str:
    """Return what is required in a January that leaves 980,000 of 1,000,000, with triggers declared."""
    trust = Trust(ledger, deal(CLASSES, BUILDING, overcollateralization=terms, triggers=DECLARED))
    report = trust.month(1, "10000.00", "20000.00", *(declared(1, name) for name in said))
    assert report.oc_target is not None
    return shown(report.oc_target)


@pytest.mark.parametrize(
    ("terms", "said", "expected"),
    [
        ({"percent_of_original": "0.025"}, (), "25,000.00"),
        ({"percent_of_current": "0.025"}, (), "24,500.00"),
        ({"target": "24000", "percent_of_current": "0.025"}, (), "24,500.00"),
        ({"target": "24000", "percent_of_current": "0.025", "required": "the lesser"}, (), "24,000.00"),
        ({"percent_of_current": "0.001", "floor": "5000"}, (), "5,000.00"),
        ({"percent_of_current": "0.001", "floor_percent": "0.006"}, (), "6,000.00"),
        ({"target": "1000", "floor": "5000"}, (), "1,000.00"),
        ({"percent_of_original": "0.025", "raised": [{"trigger": "default", "amount": "26000"}]}, (), "25,000.00"),
        (
            {"percent_of_original": "0.025", "raised": [{"trigger": "default", "amount": "26000"}]},
            ("default",),
            "26,000.00",
        ),
        (
            {"percent_of_original": "0.025", "raised": [{"trigger": "default", "percent_of_current": "0.05"}]},
            ("default",),
            "49,000.00",
        ),
        (
            {"target": "24000", "step_down_date": CUT_OFF, "step_down_percent": "0.01", "step_down_stopped_by": None},
            ("other",),
            "24,000.00",
        ),
        (
            {
                "target": "24000",
                "step_down_date": CUT_OFF,
                "step_down_percent": "0.01",
                "step_down_stopped_by": ["default"],
            },
            ("other",),
            "9,800.00",
        ),
    ],
)
def test_what_is_required(ledger: Ledger, terms: dict[str, object], said: Sequence[str], expected: str) -> None:
    """The pool at issue is 1,000,000 and the closing pool 980,000; the percentages are of these."""
    given = dict(terms)
    if "raised" in given:
        given["raised"] = [TriggerTarget(**item) for item in given["raised"]]  # type: ignore[attr-defined]
    assert required(ledger, OvercollateralizationTerms(**given), *said) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("stopped_by", "released"), [(None, "0.00"), ((), "10,000.00"), (["default"], "10,000.00")])
def test_a_release_is_stopped_by_the_triggers_that_stop_it(
    ledger: Ledger, stopped_by: Sequence[str] | None, released: str
) -> None:
    """980,000 of pool above 960,000 of bonds is 20,000, and 10,000 more than is required; "other" is in force."""
    terms = OvercollateralizationTerms(target="10000", release_stopped_by=stopped_by)
    trust = Trust(ledger, deal(CLASSES, BUILDING, overcollateralization=terms, triggers=DECLARED))
    report = trust.month(1, "10000.00", "20000.00", declared(1, "other"))
    assert shown(report.waterfall.released) == released


STEPPING: dict[str, object] = {"target": "24000", "step_down_date": CUT_OFF, "step_down_percent": "0.02"}
PAID_IN_ORDER: tuple[Step, ...] = tuple(step for step in BUILDING if not isinstance(step, BuildOvercollateralization))


def test_a_stopped_target_stands_at_the_last_one_reached(ledger: Ledger) -> None:
    """The pool closes at 980,000, 960,000, 940,000 and 920,000; 2% of it is required, unless "default" is in force.

    It is from February to March: 2% of 980,000 is still required then, and not the 24,000 that it stepped down from.
    """
    terms = OvercollateralizationTerms(**STEPPING, step_down_stopped_by=["default"], stopped=Stopped.LAST_REACHED)  # type: ignore[arg-type]
    trust = deal(CLASSES, PAID_IN_ORDER, overcollateralization=terms, triggers=DECLARED)
    said = {2: [declared(2, "default")], 4: [declared(4, "default", in_force=False)]}
    found = [report.oc_target for report in lived(ledger, trust, [("10000.00", "20000.00")] * 4, said)]
    assert [shown(item) for item in found if item is not None] == ["19,600.00", "19,600.00", "19,600.00", "18,400.00"]


def test_a_target_that_is_held_from_the_first_distribution_on_is_that_before_stepping_down(ledger: Ledger) -> None:
    terms = OvercollateralizationTerms(
        **STEPPING,  # type: ignore[arg-type]
        step_down_stopped_by=["default"],
        stopped=Stopped.LAST_REACHED,
    )
    assert required(ledger, terms, "default") == "24,000.00"


def test_a_step_down_that_was_reached_once_may_stay(ledger: Ledger) -> None:
    """Below A stand 20% of the pool, 20.4%, 21.3%, and after a loss of 30,000 (890 - 720) / 890 = 19.1%; 21% is asked.

    The pool closes at 980,000, 940,000, 890,000 and 880,000, of which 2% is required once the step-down is reached.
    """
    terms = OvercollateralizationTerms(**STEPPING, step_down_enhancement="0.21", step_down_stays=True)  # type: ignore[arg-type]
    trust = deal(CLASSES, PAID_IN_ORDER, overcollateralization=terms)
    paid = [("10000.00", amount) for amount in ("20000.00", "40000.00", "20000.00", "10000.00")]
    lost = {3: [liquidated(3, "30000.00", "0.00")]}
    found = list(lived(ledger, trust, paid, lost))
    required = [report.oc_target for report in found]
    assert [shown(item) for item in required if item is not None] == [
        "24,000.00",
        "24,000.00",
        "17,800.00",
        "17,600.00",
    ]
    assert closing(found[2])["A"] == "720,000.00"


ONE = OvercollateralizationTerms(target="15000.00")
TWO = OvercollateralizationTerms(percent_of_original="0.01")


def test_each_of_two_pools_builds_and_releases_its_own(ledger: Ledger) -> None:
    """Group one must exceed A-1 by 15,000 and does by 10,000; group two must exceed A-2 by 4,000, and does by 10,000.

    Group one: interest 6,000 less 590,000 x 6%/12 = 2,950 leaves 3,050, all extra principal. A-1 gets 12,000 + 3,050
    and closes at 574,950, 13,050 below 588,000.
    Group two: 6,000 of the principal of 8,000 are released; A-2 gets 2,000 and closes at 388,000, 4,000 below 392,000.
    Its interest of 4,000 less 1,950 leaves 2,050, which with the release is the residual's: 8,050.
    """
    opened(ledger, two_pools(ONE, TWO))
    report = month_of(ledger, 1, {"one": ("6000.00", "12000.00"), "two": ("4000.00", "8000.00")})
    run = report.waterfall
    assert closing(report) == {"A-1": "574,950.00", "A-2": "388,000.00"}
    assert {name: shown(amount) for name, amount in run.released_by_group.items()} == {
        "one": "0.00",
        "two": "6,000.00",
    }
    assert {name: shown(amount) for name, amount in run.group_overcollateralization.items()} == {
        "one": "13,050.00",
        "two": "4,000.00",
    }
    assert (shown(run.extra_principal), shown(run.released)) == ("3,050.00", "6,000.00")
    assert shown(report.classes["R"].result.residual_paid) == "8,050.00"
    printed = {
        (figure.line.removeprefix("Current Periods "), figure.column): figure.printed
        for page in statement_of(report).pages
        for figure in page.figures()
        if "Overcollateralization" in figure.line
    }
    assert printed["Required Overcollateralization Amt", "two"] == "4,000.00"
    assert printed["Required Overcollateralization Amt", "total"] == "19,000.00"
    assert printed["Overcollateralization Release", "two"] == "6,000.00"
    assert printed["Overcollateralization Amt", "one"] == "13,050.00"


def test_the_excess_of_one_pool_builds_the_other_where_a_step_says_so(ledger: Ledger) -> None:
    """As before; then what is left of group two's, 8,050, builds the 1,950 that group one lacks of its target."""
    across = BuildOvercollateralization(classes=["A-1"], groups=["two"], target_of=["one"])
    opened(ledger, two_pools(ONE, TWO, (*WATERFALL[:-1], across, WATERFALL[-1])))
    report = month_of(ledger, 1, {"one": ("6000.00", "12000.00"), "two": ("4000.00", "8000.00")})
    assert closing(report) == {"A-1": "573,000.00", "A-2": "388,000.00"}
    assert shown(report.classes["R"].result.residual_paid) == "6,100.00"


def test_a_target_of_a_group_steps_down_by_its_own_enhancement(ledger: Ledger) -> None:
    """Group two stands 10,000 below 400,000 before January, 2.5%: it steps down to 1% of 392,000 where 2% are asked."""
    stepping = OvercollateralizationTerms(
        target="9000.00", step_down_date=paid_on(1), step_down_percent="0.01", step_down_enhancement="0.02"
    )
    opened(ledger, two_pools(ONE, stepping))
    report = month_of(ledger, 1, {"one": ("6000.00", "12000.00"), "two": ("4000.00", "8000.00")})
    assert shown(report.group_targets["two"].target) == "3,920.00"


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"overcollateralization": ONE}, "DealTerms.overcollateralization", "contradiction"),
        (
            {"one": OvercollateralizationTerms(release_stopped_by=["none"])},
            "LoanGroup[one].overcollateralization.release_stopped_by",
            "unknown",
        ),
        (
            {"waterfall": (BuildOvercollateralization(classes=["A-1"], target_of=["three"]),)},
            "DealTerms.waterfall[0].target_of",
            "unknown",
        ),
        (
            {"two": None, "waterfall": (BuildOvercollateralization(classes=["A-2"], groups=["two"]),)},
            "DealTerms.waterfall[0].target_of",
            "contradiction",
        ),
    ],
)
def test_targets_that_contradict_the_deal_are_refused(changed: dict[str, object], field: str, code: str) -> None:
    given: dict[str, object] = {"one": ONE, "two": TWO, **changed}
    with pytest.raises(InvalidTerms) as caught:
        two_pools(**given)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.code) == (field, code)


def test_a_raised_target_says_what_it_is_raised_to() -> None:
    with pytest.raises(InvalidTerms):
        TriggerTarget(trigger="default")

"""Samples worked out by hand: models that know nothing of the ledger give the figures that the samples are held to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest

from ledger import DistributionReport, Ledger
from ledger.samples.told import TOLD, ToldSample
from tests.ledger.samples.by_hand import (
    crossed_groups,
    crt_reference,
    insured_excess,
    six_pack,
    swap_and_carry_over,
    two_pools,
)
from tests.ledger.samples.by_hand.sums import Row, table

MODELS: dict[str, Callable[[], Mapping[str, Mapping[str, Row]]]] = {
    module.FOLDER: module.months
    for module in (two_pools, six_pack, crossed_groups, swap_and_carry_over, crt_reference, insured_excess)
}

EXAMPLES = [item for item in TOLD if item.folder in MODELS]


@pytest.mark.parametrize("sample", EXAMPLES, ids=lambda item: item.DEAL)
def test_a_model_of_its_own_gives_the_figures_of_every_example(sample: ToldSample) -> None:
    assert table(MODELS[sample.folder]()) == sample.published()


@pytest.mark.parametrize("sample", EXAMPLES, ids=lambda item: item.DEAL)
def test_every_class_and_month_of_an_example_is_held_to_figures(sample: ToldSample) -> None:
    rows = {tuple(line.split(",")[:2]) for line in sample.published().splitlines()[1:]}
    classes = {item.class_id for item in sample.terms().classes}
    assert rows == {(str(paid), name) for paid in sample.payment_dates for name in classes}


def reports(name: str) -> list[DistributionReport]:
    """Return the distributions of a sample, month by month."""
    sample = next(told for told in TOLD if name == told.DEAL)
    with Ledger.create("sqlite://") as ledger:
        sample.post(ledger)
        return [ledger.distribution(name, paid) for paid in sample.payment_dates]


def test_the_shift_is_held_where_the_example_says_so() -> None:
    """Group 2 by its senior percentage; in May both by cumulative losses; else 70%, then 60%, is shifted."""
    found = [
        [step.found for step in report.waterfall.steps if "senior percentage" in step.found]
        for report in reports("two-pools")
    ]
    held = [[item["senior prepayment percentage"] == 1 for item in month] for month in found]
    assert held == [[False, True], [False, True], [True, True]]
    shifted = [
        (item["senior prepayment percentage"] - item["senior percentage"]) / (1 - item["senior percentage"].value)
        for item in (found[0][0], found[1][0])
    ]
    assert [item.value for item in shifted] == [Fraction(7, 10), Fraction(6, 10)]


def test_each_group_of_the_crossed_example_pays_its_own_seniors_first() -> None:
    """Group 2 pays class 1-A in July alone."""
    crossed = [report.waterfall.steps[2].paid["1-A"].value for report in reports("crossed-groups")]
    assert [amount > 0 for amount in crossed] == [False, False, True, False]


def test_the_swap_of_the_example_pays_and_is_paid() -> None:
    """The trust receives until September, and pays 89,000.00 in October; what the cap took is carried one month."""
    months = reports("swap-and-carry-over")
    assert [str(item.derivatives.receivable.decimal) for item in months] == [
        "17838.89",
        "57298.33",
        "300552.78",
        "0.00",
    ]
    assert [str(item.derivatives.due().decimal) for item in months] == ["0.00", "0.00", "0.00", "89000.00"]
    carried = [sum(item.result.basis_risk_unpaid.value for item in month.classes.values()) for month in months]
    assert [amount > 0 for amount in carried] == [False, False, True, False]


def test_credit_events_of_the_reference_pool_write_classes_down_and_a_recovery_writes_one_up() -> None:
    """B-H is gone in April, with a part of M-2; in May M-2 is written up, and the tests still hold all prepayments."""
    months = reports("crt-reference")
    assert [str(item.classes["M-2"].loss.decimal) for item in months] == ["0.00", "0.00", "540000.00", "-120000.00"]
    assert [item.classes["B-H"].result.closing_balance.value for item in months] == [1_000_000, 710_000, 0, 0]
    held = [item.waterfall.steps[1].found["senior prepayment percentage"] == 1 for item in months]
    assert held == [False, False, True, True]
    assert all(item.waterfall.left_over == 0 for item in months)


def test_the_insurer_of_the_example_pays_and_is_repaid_as_the_model_says() -> None:
    """Principal in September, interest in November, and repayments out of excess in October and December."""
    found = [
        (item.result.insurer_interest.value, item.result.insurer_principal.value, item.insurer_reimbursed.value)
        for item in (month.classes["A"] for month in reports("insured-excess"))
    ]
    assert found == insured_excess.draws()
    assert [number for number, (interest, principal, _) in enumerate(found) if interest or principal] == [7, 9]
    assert [number for number, (_, _, repaid) in enumerate(found) if repaid] == [8, 10]


def test_overcollateralization_of_the_example_is_built_released_and_lost() -> None:
    months = reports("insured-excess")
    held = [str(item.waterfall.overcollateralization.decimal) for item in months]
    assert held[1:8] == ["47083.93", "65773.58", "85435.36", "108073.77", "110000.00", "75744.00", "0.00"]
    released = [item.waterfall.released.value for item in months]
    assert [number for number, amount in enumerate(released) if amount] == [6]

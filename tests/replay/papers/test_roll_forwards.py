"""Roll-forwards: their lines sum to what stands there after, for every group and class."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ledger import Ledger
from ledger.samples.told import TOLD
from replay.papers.paper import Paper
from replay.papers.roll_forwards import rolled_forward


def footed(report: object) -> None:
    for part in rolled_forward(report):  # type: ignore[arg-type]
        assert part.lines[0][0] == "Before"
        for holder in part.holders:
            summed = sum((values[holder].value for _, values in part.lines), Fraction(0))
            assert summed == part.closing[holder].value, (part.title, holder)


def test_the_real_month_foots(real_paper: Paper) -> None:
    footed(real_paper.statement.report)


def test_groups_of_one_title_go_by_their_names(hostile_paper: Paper) -> None:
    pool, _ = rolled_forward(hostile_paper.statement.report)
    assert len(pool.holders) == 3


@pytest.mark.parametrize("sample", TOLD, ids=lambda sample: sample.DEAL)
def test_every_sample_foots(sample: object, ledger: Ledger) -> None:
    sample.post(ledger)  # type: ignore[attr-defined]
    for day in sample.payment_dates:  # type: ignore[attr-defined]
        footed(ledger.distribution(sample.DEAL, day))  # type: ignore[attr-defined]

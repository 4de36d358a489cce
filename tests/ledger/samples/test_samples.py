"""A sample is data: whoever knows the names that all of them answer to can post any of them."""

from __future__ import annotations

import csv

import pytest

from ledger import Ledger
from ledger.samples import SAMPLES, Sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.DEAL)
def test_a_sample_is_posted_closed_and_paid_by_the_names_of_all(sample: Sample) -> None:
    with Ledger.create("sqlite://") as ledger:
        receipt = sample.post(ledger)
        assert ledger.deals() == [receipt.deal] == [sample.DEAL]
        assert ledger.head(sample.DEAL).sequence == receipt.sequence
        assert ledger.terms(sample.DEAL) == sample.terms()
        assert ledger.distribution(sample.DEAL, sample.PAID).distribution.payment_date == sample.PAID
        assert len(list(ledger.events(sample.DEAL, types=["period_closed"]))) >= 1


def test_samples_of_one_name_are_of_one_deal() -> None:
    assert len({sample.DEAL for sample in SAMPLES}) >= 2
    for sample in SAMPLES:
        assert all(other.terms() == sample.terms() for other in SAMPLES if other.DEAL == sample.DEAL)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.DEAL)
def test_what_was_published_is_a_table_of_figures(sample: Sample) -> None:
    figures = list(csv.DictReader(sample.published().splitlines()))
    assert len(figures) > 1_000
    assert all(figure["page"].isdigit() and figure["printed"] for figure in figures)

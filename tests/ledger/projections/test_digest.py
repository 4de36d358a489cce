"""The digest of a report: its version follows from the rules, and covers fields that never change."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from ledger import Ledger
from ledger.projections import digest as digests
from ledger.projections.classes import ClassReport
from ledger.projections.instalments import Instalments
from ledger.projections.report import DistributionReport
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample


@pytest.fixture(scope="module")
def report(real_ledger: Ledger) -> DistributionReport:
    """The report of the real month."""
    return real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25))


def test_the_version_follows_from_the_rules(report: DistributionReport) -> None:
    assert report.digest.startswith("3:")
    first = attrs.evolve(report, terms=attrs.evolve(report.terms, rules=1))
    assert first.digest.startswith("2:")
    assert first.digest == report.digest_of(2)


def test_every_version_covers_fields_that_there_are() -> None:
    kinds = {kind.__name__: kind for kind in (DistributionReport, ClassReport, Instalments)}
    for version in digests.FIELDS.values():
        for name, kind in kinds.items():
            assert set(version.get(name, ())) <= {item.name for item in attrs.fields(kind)} | {"digest"}


def test_the_second_version_knows_nothing_of_what_came_later(report: DistributionReport) -> None:
    before = {name for name, _ in digests.flatten(report, 2)}
    added = {name for name, _ in digests.flatten(report, 3)} - before
    assert added
    assert all(name.startswith("instalments.") for name in added)


def test_a_figure_changes_the_digest(report: DistributionReport) -> None:
    other = attrs.evolve(report, new_reo_balance=report.new_reo_balance + 1)
    assert other.digest != report.digest

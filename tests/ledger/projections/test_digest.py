"""A digest covers the fields of its version, whatever later releases add to a report."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from ledger import Exact, Ledger
from ledger.projections import digest as digests
from ledger.projections.classes import ClassReport
from ledger.projections.digest import FIELDS, VERSION_OF_RULES, digest, flatten
from ledger.projections.instalments import Instalments
from ledger.projections.report import DistributionReport
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from tests.deals.pair import DEAL, FEBRUARY, month, pair_deal, pair_terms, settle


@pytest.mark.parametrize("rules", [1, 2, 3, 4])
def test_the_version_follows_from_the_rules_and_leads_the_digest(ledger: Ledger, rules: int) -> None:
    pair_deal(ledger, pair_terms(rules=rules)).post_many(month(2)).or_raise()
    report = ledger.distribution(DEAL, FEBRUARY)
    version = VERSION_OF_RULES[rules]
    assert report.digest == digest(report, version) == report.digest_of(version)
    assert report.digest.startswith(f"{version}:")


def test_the_third_version_covers_what_fell_due_and_what_came_in(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    report = ledger.distribution(DEAL, FEBRUARY)
    paths = {name for name, _ in flatten(report, 3)} - {name for name, _ in flatten(report, 2)}
    assert paths == {f"instalments.{part}[one]" for part in FIELDS[3]["Instalments"]}
    more = attrs.evolve(report.instalments, received_interest={"one": Exact(1)})
    changed = attrs.evolve(report, instalments=more)
    assert digest(changed, 3) != digest(report, 3)
    assert digest(changed, 2) == digest(report, 2)


def test_what_is_recorded_as_paid_changes_no_digest(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    before = ledger.distribution(DEAL, FEBRUARY).digest
    settle(ledger, FEBRUARY)
    assert ledger.distribution(DEAL, FEBRUARY).digest == before


@pytest.fixture(scope="module")
def report(real_ledger: Ledger) -> DistributionReport:
    """The report of the real month."""
    return real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25))


def test_the_version_follows_from_the_rules(report: DistributionReport) -> None:
    assert report.digest.startswith("5:")
    first = attrs.evolve(report, terms=attrs.evolve(report.terms, rules=1))
    assert first.digest.startswith("2:")
    assert first.digest == report.digest_of(2)


def test_every_version_covers_fields_that_there_are() -> None:
    kinds = {kind.__name__: kind for kind in (DistributionReport, ClassReport, Instalments)}
    for version in digests.FIELDS.values():
        for name, kind in kinds.items():
            assert set(version.get(name, ())) <= set(dir(kind)) | {item.name for item in attrs.fields(kind)}


def test_the_second_version_knows_nothing_of_what_came_later(report: DistributionReport) -> None:
    before = {name for name, _ in digests.flatten(report, 2)}
    added = {name for name, _ in digests.flatten(report, 3)} - before
    assert added
    assert all(name.startswith("instalments.") for name in added)


def test_a_figure_changes_the_digest(report: DistributionReport) -> None:
    other = attrs.evolve(report, new_reo_balance=report.new_reo_balance + 1)
    assert other.digest != report.digest

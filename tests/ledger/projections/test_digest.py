"""A digest covers the fields of its version, whatever later releases add to a report."""

from __future__ import annotations

import attrs
import pytest

from ledger import Exact, Ledger
from ledger.projections.digest import FIELDS, VERSION_OF_RULES, digest, flatten
from tests.deals.pair import DEAL, FEBRUARY, month, pair_deal, pair_terms, settle


@pytest.mark.parametrize("rules", [1, 2])
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

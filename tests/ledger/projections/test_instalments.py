"""Delinquent = due - received - not owed, with September 2002's own numbers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import attrs

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample


def test_the_groups_of_the_real_month_are_delinquent_by_what_did_not_come_in(real_ledger: Ledger) -> None:
    """2,367,226.19 - 1,952,135.60 - 22,223.45, and 77,983.0967 - 20,477.72 - 1,797.76 - 294.92 to the cent."""
    fallen = real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25)).instalments
    interest = {group: value.decimal for group, value in fallen.delinquent_interest.items()}
    assert interest == {"adjustable": Decimal("392867.14"), "fixed": Decimal("55412.70")}
    principal = {group: value.decimal for group, value in fallen.delinquent_principal.items()}
    assert principal == {"adjustable": Decimal("70043.13"), "fixed": Decimal("0.00")}


def test_what_is_derived_is_what_was_reported(real_ledger: Ledger) -> None:
    fallen = real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25)).instalments
    for what in ("principal", "interest"):
        derived, reported = (getattr(fallen, f"{kind}_{what}") for kind in ("delinquent", "reported"))
        assert derived == reported


def test_under_the_first_rules_delinquency_is_what_was_reported(ledger: Ledger) -> None:
    ledger.open_deal(sample.DEAL, attrs.evolve(sample.deal_terms(), rules=1)).or_raise()
    ledger.post_many([*sample.brought_forward(), *sample.month()]).or_raise()
    report = ledger.distribution(sample.DEAL, dt.date(2002, 9, 25))
    assert report.digest.startswith("2:")
    assert report.instalments.delinquent_interest == report.instalments.reported_interest

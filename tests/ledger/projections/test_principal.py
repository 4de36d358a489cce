"""The kinds of principal are the principal funds, and each line of the collection account is of one kind."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from types import SimpleNamespace
from typing import cast

import attrs

from ledger import ZERO, Ledger, PrincipalKind
from ledger.projections.facts import Facts
from ledger.projections.principal import KIND_OF_LINE, group_means
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample


def test_the_kinds_of_the_real_month_are_its_lines(real_ledger: Ledger) -> None:
    report = real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25))
    nothing_recovered = SimpleNamespace(
        groups=report.terms.group_ids,
        this_period=lambda *_, **__: ZERO,
        terms=attrs.evolve(report.terms, rules=2),
        before=0,
        number=0,
        stripped={},
    )
    found = group_means(cast("Facts", nothing_recovered), report.account, report.collateral)
    for group, brings in found.items():
        assert brings.principal_funds == report.account.total_principal(group)
        assert brings.interest == report.account.total_interest(group)
    adjustable = found["adjustable"].principal
    assert adjustable[PrincipalKind.SCHEDULED] == Fraction("468567.27")
    assert adjustable[PrincipalKind.CURTAILMENTS] == Fraction("40683.77")
    assert adjustable[PrincipalKind.LIQUIDATIONS] == 0


def test_every_line_of_principal_has_a_kind_or_is_other(real_ledger: Ledger) -> None:
    lines = set(real_ledger.distribution(sample.DEAL, dt.date(2002, 9, 25)).account.principal)
    assert lines - set(KIND_OF_LINE) == {"other additional", "additional"}
    assert set(KIND_OF_LINE) - lines == {"draws", "loans bought", "deferred principal"}

"""What the gate looks at: the report of a month, the months of its loans, and where the loans stand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import attrs

from ledger.projections.facts import Facts
from ledger.projections.report import DistributionReport
from ledger.readiness.loan_month import LoanMonth
from ledger.store.rows import LoanStanding, StoredRow
from ledger.values.money import UNITS_PER_DOLLAR

CENT = UNITS_PER_DOLLAR // 100
"""A cent in store units."""


@attrs.frozen(kw_only=True)
class LoanLosses:
    """What a loan lost and brought back to date, in store units; ``liquidated`` counts its liquidations that stand."""

    liquidated: int
    lost: int
    recovered: int


@attrs.frozen(kw_only=True)
class Month:
    """Everything that the checks of a distribution are given; amounts that no report holds are store units.

    ``standings`` and ``rates`` (note and servicing rate, in force before the due date) are of every loan that was ever
    in the pool, ``payments`` the level payments of the notes that are known. ``unaged`` counts loans of the pool
    without an age or a remaining term. ``by_loan`` are the groups whose instalments are posted loan by loan. ``losses``
    are of loans with a loss or a recovery, ``nonrecoverable`` the loans that are advanced to this month although they
    were declared so before it, ``statuses`` the changes of status of this month, ``substituted`` its substitutions. ``unapplied`` and ``overpaid`` are what each
    loan has there to date.
    """

    facts: Facts
    report: DistributionReport
    loans: Mapping[str, LoanMonth]
    standings: Mapping[str, LoanStanding]
    rates: Mapping[str, tuple[int, int]]
    payments: Mapping[str, int]
    unaged: int
    by_loan: frozenset[str]
    losses: Mapping[str, LoanLosses]
    nonrecoverable: frozenset[str]
    statuses: tuple[StoredRow, ...]
    substituted: tuple[StoredRow, ...]
    unapplied: Mapping[str, int]
    overpaid: Mapping[str, int]
    closed_through: int

    @property
    def number(self) -> int:
        """The distribution's number, its payment date as YYYYMMDD."""
        return self.facts.number


def dollars(units: int) -> Fraction:
    """Return store units as dollars."""
    return Fraction(units, UNITS_PER_DOLLAR)

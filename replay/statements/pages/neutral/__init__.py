"""The neutral statement: pages in the deal's own words, for any deal, whoever its trustee is.

Nothing of another deal stands in them: dates are dates, money is money, and groups, classes, steps and tests are those
of the terms. A line or a column that means nothing for the deal, or of which nothing is known, is not printed. A page
keeps its number whatever stands on it, so that the waterfall is on the fifth of every statement.
"""

from __future__ import annotations

from ledger import DistributionReport
from replay.statements.figures import Page
from replay.statements.pages.neutral import accounts, collections, conditions, payments, performance, pool, steps


def neutral_pages(report: DistributionReport) -> tuple[Page, ...]:
    """Return the ten pages of a distribution; the first is numbered 1."""
    return (
        payments.summary(report, 1),
        payments.class_detail(report, 2),
        collections.collected(report, 3),
        collections.fees_and_advances(report, 4),
        steps.waterfall_page(report, 5),
        conditions.conditions_page(report, 6),
        pool.pool_page(report, 7),
        pool.delinquency_page(report, 8),
        performance.performance_page(report, 9),
        accounts.accounts_page(report, 10),
    )


__all__ = ["neutral_pages"]

"""Cash that buys loans leaves the pre-funding account for the distribution that the loans count from."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest

from ledger import (
    BuildOvercollateralization,
    Ledger,
    LoanBoarded,
    OvercollateralizationTerms,
    PrefundingDeposited,
    PrefundingWithdrawn,
)
from replay.filing import read_trustee_filing
from replay.reconciliation.identities import check_identities
from replay.statements.statement import statement_of
from replay.statements.text import render_text
from tests.deals.pair import CUT_OFF, DEAL, FEBRUARY, MARCH, month, on, pair_deal, pair_terms

BOUGHT = dt.date(2024, 2, 10)


def funded(ledger: Ledger, rules: int) -> Ledger:
    """The pair with 100,000.00 to buy loans, 60,000.00 of it spent on 10 February."""
    terms = pair_terms(rules=rules, prefunding="100000.00")
    steps = (*terms.waterfall[:2], BuildOvercollateralization(classes=("A",)), terms.waterfall[2])
    target = OvercollateralizationTerms(target="150000.00")
    pair_deal(ledger, attrs.evolve(terms, waterfall=steps, overcollateralization=target))
    ledger.post(PrefundingDeposited(event_id="put", amount="100000.00", **on(CUT_OFF))).or_raise()
    bought = LoanBoarded(
        event_id="new", loan="3", group="one", balance="60000.00", note_rate="0.06", subsequent=True, **on(BOUGHT)
    )
    spent = PrefundingWithdrawn(event_id="spent", spent_on_loans="60000.00", **on(BOUGHT))
    ledger.post_many([*month(2), bought, spent]).or_raise()
    return ledger


@pytest.mark.parametrize("rules", [2, 3])
def test_account_and_pool_change_together(ledger: Ledger, rules: int) -> None:
    funded(ledger, rules)
    held = [ledger.distribution(DEAL, day).prefunding.closing for day in (FEBRUARY, MARCH)]
    assert held == ([100_000, 40_000] if rules == 3 else [40_000, 40_000])
    if rules == 3:
        backing = [
            report.collateral.total.closing_balance + report.prefunding.closing
            for report in (ledger.distribution(DEAL, day) for day in (FEBRUARY, MARCH))
        ]
        assert backing == [399_800, 399_800]
        assert ledger.distribution(DEAL, FEBRUARY).waterfall.overcollateralization == 150_000


def test_its_reversal_is_of_the_same_distribution(ledger: Ledger) -> None:
    funded(ledger, 3).reverse(DEAL, "spent", effective_date=BOUGHT, reason="the wrong account").or_raise()
    assert [ledger.distribution(DEAL, day).prefunding.closing for day in (FEBRUARY, MARCH)] == [100_000, 100_000]


def test_what_the_account_backs_is_no_break(ledger: Ledger) -> None:
    statement = statement_of(funded(ledger, 3).distribution(DEAL, FEBRUARY))
    assert statement.report.prefunding.closing == 100_000
    broken = {item.identity for item in check_identities(read_trustee_filing(render_text(statement)))}
    assert "overcollateralization is pool less bonds" not in broken

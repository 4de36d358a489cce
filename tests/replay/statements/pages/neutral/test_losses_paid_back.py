"""Losses that are paid back, on statements of both kinds, in the month's flow of cash, and when a log is verified."""

from __future__ import annotations

import attrs
import pytest

from ledger import Ledger, StatementTemplate
from replay import statement
from replay.charts.cash_flow import FUNDS, cash_flow
from replay.evidence.verify import verify
from replay.statements.recorded import recorded_values
from tests.deals.mezzanine import MONTHS, posted, terms
from tests.deals.trust import DEAL, Trust, paid_on


@pytest.mark.parametrize("template", list(StatementTemplate))
def test_what_is_paid_back_is_printed_explained_and_verified(ledger: Ledger, template: StatementTemplate) -> None:
    """January: 110,000 are lost, all of M-2 and 30,000 of M-1. February: what the excess has goes to M-1."""
    trust = Trust(ledger, attrs.evolve(terms(), statement=template))
    posted(trust, 1, MONTHS[0])
    item = posted(trust, 2, MONTHS[1]).classes["M-1"]
    found = statement(ledger, DEAL, payment_date=paid_on(2))
    printed = {(figure.section, figure.line, figure.column): figure.printed for figure in found.figures}
    paid, left = (f"{value.decimal:,.2f}" for value in (item.losses_paid, item.losses_unpaid))
    if template is StatementTemplate.NEUTRAL:
        assert printed["Payments", "M-1", "losses paid"] == paid
        assert printed["Unpaid realized losses", "M-1", "unpaid before"] == "30,000.00"
        assert printed["Unpaid realized losses", "M-1", "unpaid after"] == left
        assert printed["Unpaid realized losses", "M-2", "unpaid after"] == "80,000.00"
        assert printed["Paid to date", "M-1", "losses paid"] == paid
    else:
        assert printed["UNPAID REALIZED LOSSES", "M-1: Realized Loss Paid", "total"] == paid
        assert printed["UNPAID REALIZED LOSSES", "M-1: Unpaid Realized Loss Carried Forward", "total"] == left
    assert ("M-1", "losses paid") in {(name, what) for name, what, _, _ in recorded_values(found)}
    flow = cash_flow(found.report)
    streams = {(item.source, item.target): item.amount for item in flow.streams}
    assert streams[FUNDS, "Class M-1, losses paid"] == item.losses_paid.value
    assert verify(ledger, DEAL).ok

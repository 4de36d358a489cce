"""What of the cash held is single loans': as of a business date, reversals taken off."""

from __future__ import annotations

import datetime as dt

from ledger import AsOf, CollectionReceived, Ledger, OverpaymentReceived
from tests.deals.pair import DEAL, FEBRUARY, MARCH, first, month, on, pair_deal, settle


def of_loans(ledger: Ledger, day: dt.date) -> dict[str, dict[str, str]]:
    """Return what each loan has under each name on a date."""
    held = ledger.books(DEAL, AsOf(record_date=day)).held
    return {item.name: {loan: str(of.decimal) for loan, of in item.loans.items()} for item in held}


def test_loans_are_told_as_of_the_date_asked_about(ledger: Ledger) -> None:
    ahead = CollectionReceived(
        event_id="ahead", principal="100.00", interest="749.50", due_date=first(3), **on("2024-02-20", loan="1")
    )
    over = OverpaymentReceived(event_id="over", amount="5.00", **on("2024-02-10", loan="2"))
    pair_deal(ledger).post_many([*month(2), ahead, over]).or_raise()
    settle(ledger, FEBRUARY)
    assert of_loans(ledger, dt.date(2024, 2, 9)) == {"collected for a later distribution": {}}
    assert of_loans(ledger, FEBRUARY) == {"overpayments": {"2": "5.00"}, "collected for a later distribution": {}}
    ledger.reverse(DEAL, "over", effective_date=dt.date(2024, 2, 28), reason="a test").or_raise()
    assert of_loans(ledger, dt.date(2024, 2, 28)) == {"collected for a later distribution": {}}
    assert of_loans(ledger, dt.date(2024, 2, 27))["overpayments"] == {"2": "5.00"}


def test_cash_before_the_cut_off_of_the_month_before_its_own_is_paid_ahead(ledger: Ledger) -> None:
    """On 20 February, after its cut-off of the 15th, a payment for March is simply March's; on the 2nd it is ahead."""
    ahead = CollectionReceived(
        event_id="ahead", principal="100.00", interest="749.50", due_date=first(3), **on("2024-02-02", loan="1")
    )
    pair_deal(ledger).post_many([*month(2), ahead]).or_raise()
    settle(ledger, FEBRUARY)
    [held] = ledger.books(DEAL, AsOf(record_date=FEBRUARY)).held
    assert (held.name, held.group, held.distribution) == ("instalments paid ahead", "one", MARCH)
    assert {loan: str(of.decimal) for loan, of in held.loans.items()} == {"1": "849.50"}

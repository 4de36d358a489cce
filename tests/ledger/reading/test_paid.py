"""To-date columns add what statements showed, exact, however it is read."""

from __future__ import annotations

from fractions import Fraction

from ledger import Ledger
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month


def to_date(ledger: Ledger, ordinal: int) -> dict[str, Fraction]:
    """Return what every class has been paid from issue to a distribution, interest and principal together."""
    report = ledger.distribution(TOY, payment_date(ordinal))
    return {name: item.to_date.distribution.value for name, item in report.classes.items()}


def shown(ledger: Ledger, ordinal: int) -> dict[str, Fraction]:
    """Return what the statement of a distribution shows as paid to every class."""
    report = ledger.distribution(TOY, payment_date(ordinal))
    return {name: item.result.distribution.value for name, item in report.classes.items()}


def test_columns_roll_from_month_to_month_with_a_snapshot_and_without(ledger: Ledger) -> None:
    toy_deal(ledger)
    for ordinal in (1, 2, 3):
        toy_month(ledger, ordinal)
    for reader in (ledger, ledger.without_snapshots()):
        before = dict.fromkeys(shown(reader, 1), Fraction(0))
        for ordinal in (1, 2, 3):
            now = to_date(reader, ordinal)
            assert now == {name: before[name] + amount for name, amount in shown(reader, ordinal).items()}
            before = now

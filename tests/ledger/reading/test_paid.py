"""To-date columns add what earlier statements showed, fractions of a cent and all."""

from __future__ import annotations

from fractions import Fraction

from ledger import Ledger
from ledger.projections.facts import PaidBefore
from ledger.reading.paid import paid_before
from tests.deals.pair import DEAL, FEBRUARY, MARCH, month, pair_deal, settle
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month


def test_payments_are_added_as_they_were_shown_and_reversals_taken_off(ledger: Ledger) -> None:
    pair_deal(ledger).post_many(month(2)).or_raise()
    settle(ledger, FEBRUARY)
    ledger.post_many(month(3)).or_raise()
    settle(ledger, MARCH)
    with ledger._store.reading() as reading:
        key, known = reading.deal_key(DEAL), reading.head(reading.deal_key(DEAL)).sequence
        february = paid_before(reading, key, known, 20240325)
        both = paid_before(reading, key, known, 20240425)
    assert february["A"] == PaidBefore(Fraction("1041.67"), Fraction(200), Fraction(200))
    assert both["A"] == PaidBefore(Fraction("1041.67") + Fraction("1040.83"), Fraction(400), Fraction(400))
    ledger.reverse(
        DEAL, f"{DEAL}/{FEBRUARY}/interest/A", effective_date=FEBRUARY, reason="a test", restates=True
    ).or_raise()
    with ledger._store.reading() as reading:
        assert paid_before(reading, key, known + 1, 20240325)["A"].interest == 0


def test_a_snapshot_holds_what_lies_before_it(ledger: Ledger) -> None:
    pair_deal(ledger)
    for number, day in ((2, FEBRUARY), (3, MARCH)):
        ledger.post_many(month(number)).or_raise()
        settle(ledger, day)
    with_it, without = (
        source.distribution(DEAL, MARCH).classes["A"].to_date for source in (ledger, ledger.without_snapshots())
    )
    assert with_it.interest.value == without.interest.value == Fraction("2082.50")


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

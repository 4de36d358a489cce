"""What is remembered of rows that pass by: the last of them, and no more faults than anybody reads."""

from __future__ import annotations

from ledger import Fault, Ledger
from replay.evidence.watching import MOST_FAULTS, FaultsFound, LogWatch
from tests.deals.toy import TOY, payment_date, toy_month


def test_of_very_many_faults_the_first_are_kept_and_all_are_counted(toy: Ledger) -> None:
    found, log = FaultsFound(), LogWatch(TOY)
    found.add(Fault(number, "", "hash", "changed", "another hash") for number in range(MOST_FAULTS + 5, 0, -1))
    found.of_log("cut", "the end is missing")
    list(log.over(toy.stored_rows(TOY)))
    told = found.result(log, 0)
    assert (told.fault_count, len(told.faults), bool(told)) == (MOST_FAULTS + 6, MOST_FAULTS, False)
    assert [fault.sequence for fault in told.faults] == sorted(fault.sequence for fault in told.faults)
    assert told.head == toy.head(TOY)


def test_closings_and_what_was_paid_are_remembered(toy: Ledger) -> None:
    toy_month(toy, 1)
    log, told = LogWatch(TOY), list[int]()
    rows = list(log.over(toy.stored_rows(TOY), told.append))
    assert (log.events, log.head) == (len(rows), toy.head(TOY))
    ((_, closing),) = log.closings
    assert closing.distribution_date == payment_date(1)
    paid = [row for row in rows if row.posts_as in ("bond_interest_paid", "bond_principal_paid")]
    assert sum(sum(units) for units in log.paid.values()) == sum(row.interest + row.principal for row in paid) > 0

"""What was read is counted, added up and averaged, by group and by state, beside what the file says of itself."""

from __future__ import annotations

import json
from decimal import Decimal

from ledger import TapeMap
from ledger.reports import as_json, as_text
from ledger.tapes.summary import tape_report
from ledger.tapes.weighing import weighed
from tests.ledger.tapes.making import read_files
from tests.ledger.tapes.reading import LEAST

MAP = TapeMap(columns={**LEAST, "state": "State", "group": "Group", "remaining_term_months": "Left"})
ROWS = (
    b"Loan,UPB,Rate,State,Group,Left\n1,100.00,6,CA,one,300\n"
    b"2,200.00,3,NY,two,\n3,300.00,5,CA,one,100\nTotal,600.00,,,,\n"
)


def test_a_report_of_what_was_read() -> None:
    reading = read_files(ROWS, tape=MAP)
    report = tape_report(reading, loans=3, balance=Decimal("600.00"))
    found = json.loads(as_json(report))
    assert (found["loans"], found["balance"], found["totals"]) == (3, "600.00", 1)
    (pool,) = found["pool"]
    assert (pool["note_rate"], pool["remaining_term_months"]) == ("0.04500000", "150.00")
    assert [(row["group"], row["loans"], row["balance"]) for row in found["groups"]] == [
        ("one", 2, "400.00"),
        ("two", 1, "200.00"),
    ]
    assert [(row["state"], row["remaining_term_months"]) for row in found["states"]] == [("CA", "150.00"), ("NY", "")]
    assert [(row["stated_by"], row["difference"]) for row in found["stated"]] == [
        ("--loans", "0"),
        ("--balance", "0.00"),
        ("1:5 Total", "0.00"),
    ]
    assert "by state" in as_text(report)


def test_an_average_is_of_those_that_say_it() -> None:
    loans = read_files(ROWS, tape=MAP).loans
    assert weighed(loans[:1])[""].average("remaining_term_months") == Decimal("300.00")
    assert weighed(loans[1:2])[""].average("remaining_term_months") is None

"""A small tape and its map, read, boarded or refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ledger import InvalidEvent, LoanBoarded, TapeMap, loans_from_tape
from ledger.tapes import TapeReading, read_tape, tape_lines

HEADER = "Loan,UPB,Rate,Net,Term,State,Origination\n"

MAP = TapeMap(
    columns={
        "loan": "Loan",
        "balance": "UPB",
        "note_rate": "Rate",
        "net_rate": "Net",
        "original_term_months": "Term",
        "state": "State",
        "origination_date": "Origination",
    },
    date_formats=("%m/%d/%Y",),
)

LEAST = {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}
GOOD = "16,100.00,4.5,4.25,360,IL,08/01/2012\n"
BOARDING = date(2020, 1, 1)


def read(text: str, tape: TapeMap = MAP, loans: int | None = None, balance: Decimal | None = None) -> TapeReading:
    """Read the text of a tape, header and all."""
    lines = tape_lines(text.encode(), tape.encoding)
    return read_tape(lines, tape, deal="d", group="g", effective_date=BOARDING, loans=loans, balance=balance)


def board(rows: str, tape: TapeMap = MAP) -> list[LoanBoarded]:
    return loans_from_tape((HEADER + rows).splitlines(), tape, deal="d", group="g", effective_date=BOARDING)


def refused(text: str, tape: TapeMap = MAP) -> list[tuple[str, str, str]]:
    """Return where, in which column and by which rule a tape is refused."""
    with pytest.raises(InvalidEvent) as caught:
        read(text, tape)
    return [(item.event_id, item.field, item.code) for item in caught.value.violations]

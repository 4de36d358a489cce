"""A servicer's month: what came out otherwise than noted is said, and what does not tie is refused."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest

from ledger import InvalidEvent, InvalidTerms, TapeMap, shipped_map
from ledger.tapes import TapeReader, opened_tape
from ledger.tapes.remittance import LoanBefore, RemittanceReader, RemittanceReading

DUE = date(2024, 3, 1)
NOTED = TapeMap(
    of="month",
    columns={"loan": "L", "balance": "B", "paid_to_date": "P", "received_date": "R", "removal": "X"},
    optional=["paid_to_date", "received_date", "removal"],
)
STATED = TapeMap(
    of="month",
    columns={"loan": "L", "balance": "B", "principal": "Q", "interest": "I", "curtailment": "C", "opening_balance": "O",
             "removal": "X", "net_proceeds": "N", "payoff": "F"},
    optional=["curtailment", "opening_balance", "removal", "net_proceeds", "payoff"],
)  # fmt: skip


def before(
    owed: str = "1000.00", principal: str | None = "10.00", *, behind: str = "0.00", left: bool = False
) -> LoanBefore:
    return LoanBefore(
        group="g",
        stated=Decimal(owed),
        actual=Decimal(owed) + Decimal(behind),
        note_rate=Decimal("0.06"),
        due=None if principal is None else (Decimal(principal), Decimal("5.00")),
        fee=Decimal("0.21"),
        is_behind=Decimal(behind) > 0,
        has_left=left,
    )


def read(text: str, tape: TapeMap = NOTED, *, received: date | None = DUE, **loans: LoanBefore) -> RemittanceReading:
    reader = RemittanceReader(tape=tape, deal="d", due=DUE, before=loans, received=received)
    with opened_tape(io.BytesIO(text.encode()), tape, "f") as table:
        reader.take(table)
    return reader.end()


def said(reading: RemittanceReading) -> list[tuple[str, str]]:
    return [(event.name, event.event_id.rpartition("/")[2]) for event in reading.events]


def refused(text: str, tape: TapeMap = NOTED, *, received: date | None = DUE, **loans: LoanBefore) -> list[str]:
    with pytest.raises(InvalidEvent) as caught:
        read(text, tape, received=received, **loans)
    return [item.code for item in caught.value.violations]


def test_what_the_note_says_need_not_be_posted_and_the_rest_is() -> None:
    text = "L,B\nasdue,990.00\nahead,890.00\nmissed,1000.00\nTotal,2880.00\n"
    found = read(text, asdue=before(), ahead=before(), missed=before())
    assert said(found) == [("curtailment_collected", "ahead"), ("instalment_reported_delinquent", "missed")]
    sums = found.groups["g"]
    assert (sums.opening, sums.principal, sums.curtailments) == (Decimal("3000"), Decimal("20.00"), Decimal("100.00"))
    assert (sums.closing, sums.missed, found.as_noted) == (Decimal("2880.00"), 1, 2)
    assert sums.opening - sums.principal - sums.curtailments == sums.closing


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a,995.00", "does_not_tie"),
        ("a,1000.01", "does_not_tie"),
        ("a,", "missing"),
        ("b,10.00\na,990.00", "unknown_loan"),
        ("a,990.00\na,990.00", "duplicate"),
        ("Total,5.00\na,990.00", "not_the_balance"),
        ("b,0.00", "missing"),
    ],
)
def test_a_row_that_does_not_tie_is_refused(row: str, code: str) -> None:
    assert refused(f"L,B\n{row}\n", a=before()) == [code]


def test_of_interest_alone_the_paid_to_date_says_whether_it_came() -> None:
    assert said(read("L,B,P\na,1000.00,2024-03-01\n", a=before(principal="0.00"))) == []
    found = read("L,B,P\na,1000.00,2024-02-01\n", a=before(principal="0.00"))
    assert said(found) == [("instalment_reported_delinquent", "a")]


def test_a_loan_that_is_behind_is_left_to_who_knows_which_instalment_it_paid() -> None:
    assert refused("L,B\na,1000.00\n", a=before(behind="9.00")) == ["behind"]
    found = read("L,B\na,1009.00\n", a=before(behind="9.00"))
    assert (said(found), found.groups["g"].missed) == ([], 1)


def test_a_note_that_says_too_little_needs_what_the_file_states() -> None:
    assert refused("L,B\na,990.00\n", a=before(principal=None)) == ["no_instalment"]
    found = read("L,B,Q,I\na,990.00,10.00,5.00\n", STATED, a=before(principal=None))
    assert said(found) == [("scheduled_payment_due", "a"), ("collection_received", "a")]
    assert refused("L,B,Q,I\na,1000.00,0,0\n", STATED, a=before(principal=None)) == ["no_instalment"]


def test_what_is_stated_must_tie_too() -> None:
    assert refused("L,B,Q,I\na,990.01,10.00,5.00\n", STATED, a=before()) == ["does_not_tie"]
    assert refused("L,B,Q,I\na,990.00,10.00,\n", STATED, a=before()) == ["missing"]
    assert refused("L,B,Q,I,O\na,990.00,10.00,5.00,1000.01\n", STATED, a=before()) == ["not_the_balance"]
    assert len(read("L,B,Q,I,C\na,900.00,10.00,5.00,90.00\n", STATED, a=before()).events) == 3


def test_loans_leave_with_what_they_owed() -> None:
    text = "L,B,Q,I,X,N,F\na,0.00,,,,,1000.00\nb,0.00,,,liquidation,700.00,\nc,0.00,10.00,5.00,repurchase,,\n"
    found = read(text, STATED, a=before(), b=before(), c=before())
    assert [name for name, _ in said(found)] == [
        "payoff_collected", "loan_liquidated", "scheduled_payment_due", "collection_received", "loan_repurchased"
    ]  # fmt: skip
    assert found.events[1].realized_loss == Decimal("300.00")  # type: ignore[attr-defined]
    assert found.groups["g"].payoffs == Decimal("1000.00")
    assert refused("L,B,Q,I,X\nb,0.00,,,liquidation\n", STATED, b=before()) == ["missing"]
    assert refused("L,B,Q,I,F\na,0.00,,,999.00\n", STATED, a=before()) == ["does_not_tie"]
    assert refused("L,B,X\na,5.00,payoff\n", a=before()) == ["does_not_tie"]
    assert refused("L,B,X\na,0.00,payoff\n", received=None, a=before()) == ["missing"]


def test_a_loan_that_left_already_is_passed_over() -> None:
    found = read("L,B\na,0.00\nb,0.00\n", a=before(left=True))
    assert (found.gone, said(found)) == (2, [])


def test_maps_of_months_and_of_loans_are_not_taken_for_one_another() -> None:
    with pytest.raises(InvalidEvent) as caught:
        RemittanceReader(tape=shipped_map("crefc"), deal="d", due=DUE, before={})
    assert caught.value.violations[0].code == "not_a_month"
    with pytest.raises(InvalidEvent) as caught:
        TapeReader(tape=NOTED, deal="d", group="g", effective_date=DUE)
    assert caught.value.violations[0].code == "not_loans"
    for wrong in ({"of": "year"}, {"of": "month", "columns": {"loan": "L", "balance": "B", "note_rate": "R"}}):
        with pytest.raises(InvalidTerms):
            TapeMap(**{"columns": {"loan": "L", "balance": "B"}, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "width", "places", "days"),
    [
        ("freddie-mac-month", 32, (1, 3, 4, 9, 10, 13), ("202402", "202401")),
        ("freddie-mac-crt-month", 93, (3, 40, 37, 43, 44, 48), ("202402", "202401")),
        ("fannie-mae-month", 113, (2, 12, 40, 44, 45, 51), ("022024", "012024")),
    ],
)
def test_monthly_files_of_the_published_layouts(
    name: str, width: int, places: tuple[int, ...], days: tuple[str, str]
) -> None:
    def row(*cells: str) -> str:
        held = dict(zip(places, cells, strict=True))
        return "|".join(held.get(k, "") for k in range(1, width + 1)) + "\n"

    text = row("a", "990.00", "0", "", "", days[0]) + row("b", "1000.00", "1", "", "", days[1])
    text += row("c", "0.00", "0", "01", days[0], days[0]) + row("d", "1000.00", "RA", "", "", days[1])
    text += row("gone", "0.00", "0", "01", days[1], days[1])
    found = read(text, shipped_map(name), received=None, a=before(), b=before(), c=before(), d=before())
    assert said(found) == [
        ("instalment_reported_delinquent", "b"),
        ("loan_status_changed", "b"),
        ("payoff_collected", "c"),
        ("instalment_reported_delinquent", "d"),
        ("loan_status_changed", "d"),
    ]
    assert found.events[2].effective_date == date(2024, 2, 1)
    assert (str(found.events[1].bucket), str(found.events[4].status)) == ("1 payment", "reo")  # type: ignore[attr-defined]
    assert found.gone == 1

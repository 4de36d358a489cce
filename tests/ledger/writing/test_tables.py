"""A table of events is read column by column, whatever library made it, or refused naming the column."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

from ledger import InvalidArgument, InvalidEvent, Ledger, Receipt, Refusal
from tests.deals.tables import LOANS, both_ways, due
from tests.deals.toy import TOY, toy_deal

pytestmark = pytest.mark.usefixtures("by_columns_from_the_first_row")


class Arrow:
    """A table of another library, known by the Arrow stream that it gives."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._frame.__arrow_c_stream__(requested_schema)


def test_whole_numbers_strings_and_arrow_tables_are_amounts_too() -> None:
    whole = due(principal=[100] * len(LOANS), interest=["500.10"] * len(LOANS))
    assert both_ways([("scheduled_payment_due", whole)])[0] == both_ways([("scheduled_payment_due", whole)])[1]
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        assert isinstance(ledger.post_table(TOY, [("scheduled_payment_due", Arrow(due()))]), Receipt)


def counted(number: int, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    """A column of days that are counted, the last of which no calendar has."""
    return pl.Series([*[0] * (len(LOANS) - 1), number], dtype=pl.Int64).cast(kind)


UNREADABLE: dict[str, tuple[Callable[[], pl.DataFrame], str, str]] = {
    "floats": (lambda: due(principal=[100.0] * len(LOANS)), "principal", "float_money"),
    "a stranger": (lambda: due().with_columns(pl.lit(1).alias("price")), "price", "unknown_field"),
    "a column missing": (lambda: due().drop("interest"), "interest", "missing"),
    "another deal": (lambda: due(deal=["other"] * len(LOANS)), "deal", "other_deal"),
    "a negative amount": (lambda: due(principal=[Decimal("-1.00")] * len(LOANS)), "principal", "negative"),
    "no identifier": (lambda: due(event_id=["", *LOANS[1:]]), "event_id", "missing"),
    "a day after the last": (lambda: due(effective_date=counted(2_932_897, pl.Date)), "effective_date", "not_a_date"),
    "a day before the first": (lambda: due(effective_date=counted(-719_163, pl.Date)), "effective_date", "not_a_date"),
    "a moment after the last": (
        lambda: due(effective_date=counted(2**62, pl.Datetime("ms"))),
        "effective_date",
        "not_a_date",
    ),
    "an amount missing": (lambda: due(principal=[None, *([Decimal("1.00")] * (len(LOANS) - 1))]), "principal", ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_table_names_the_column(toy: Ledger, name: str) -> None:
    frame, field, code = UNREADABLE[name]
    with pytest.raises(InvalidEvent) as caught:
        toy.post_table(TOY, [("scheduled_payment_due", frame())])
    assert caught.value.violations[0].field == field
    assert not code or caught.value.violations[0].code == code
    assert toy.head(TOY).sequence == len(list(toy.events(TOY)))


def test_an_empty_group_is_no_group(toy: Ledger) -> None:
    with pytest.raises(InvalidEvent) as caught:
        toy.post_table(TOY, [("scheduled_payment_due", due(group=[""] * len(LOANS)))])
    assert caught.value.violations[0].field == "group"


def test_fractions_of_a_cent_are_no_cash(toy: Ledger) -> None:
    refusal = toy.post_table(TOY, [("collection_received", due(interest=[Decimal("0.001")] * len(LOANS)))])
    assert isinstance(refusal, Refusal)
    assert {(item.field, item.code) for item in refusal.violations} == {("interest", "not_whole_cents")}


def test_what_is_no_table_is_refused_with_what_to_hand_in(toy: Ledger) -> None:
    for frame, code, part in ((due().lazy(), "not_collected", "call its collect()"), (5, "not_a_table", "int is no")):
        with pytest.raises(InvalidEvent) as caught:
            toy.post_table(TOY, [("scheduled_payment_due", frame)])
        [violation] = caught.value.violations
        assert (violation.field, violation.code) == ("frame", code)
        assert part in violation.message
    for tables in ([due()], ["scheduled_payment_due"]):
        with pytest.raises(InvalidArgument, match="tables: must be pairs of an event type and a table"):
            toy.post_table(TOY, tables)  # type: ignore[arg-type]


def test_nothing_to_post_is_refused(toy: Ledger) -> None:
    assert isinstance(toy.post_table(TOY, []), Refusal)
    assert isinstance(toy.post_table(TOY, [("scheduled_payment_due", due().head(0))]), Refusal)

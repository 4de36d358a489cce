"""Many loans by columns fall due as each of them does by itself, to the last unit."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger import Note, Standing
from ledger.deal.notes import (
    CurtailmentEffect,
    CurtailmentPayment,
    InterestMethod,
    InterestPrecision,
    LookBack,
    NoteConventions,
    UnstatedCaps,
)
from ledger.errors import InvalidArgument
from ledger.notes.accruing import Movement
from ledger.notes.columns import InstalmentColumns, NoteColumns, StandingColumns, fall_due_together
from ledger.notes.columns.results import as_row
from ledger.notes.instalment import Instalment, fall_due
from ledger.values.dates import add_months
from ledger.values.money import Rounding
from tests.ledger.notes import drawn
from tests.ledger.notes.loans import history, loan

CENT = Decimal("0.01")
WEIGHTED = (*drawn.KINDS, *["adjustable"] * 5)


def row(columns: InstalmentColumns, place: int) -> dict[str, Any]:
    names = [item.name for item in attrs.fields(InstalmentColumns) if item.name not in ("due_date", "after")]
    return {name: getattr(columns, name)[place].item() for name in names}


def alone(found: Instalment) -> dict[str, Any]:
    nothing = {item.name: 0 for item in attrs.fields(InstalmentColumns) if item.name not in ("due_date", "after")}
    return nothing | as_row(found)


@settings(max_examples=60, deadline=None, phases=[Phase.generate], report_multiple_bugs=False)
@given(st.data())
def test_columns_and_single_loans_agree_to_the_last_unit(data: st.DataObject) -> None:
    index = data.draw(drawn.histories())
    day = data.draw(st.sampled_from([1, 15, 28, 29, 30, 31]))
    due = add_months(dt.date(2024, data.draw(st.integers(1, 12)), 1), 0, day)
    held = data.draw(st.lists(drawn.loans(due, day, WEIGHTED), min_size=1, max_size=8))
    # A note of the 31st that begins and ends in months of thirty days says that it is of the 30th.
    held = [(note, standing) for note, standing in held if standing.next_due == due]
    for _ in range(data.draw(st.integers(1, 8))):
        notes, standings = [note for note, _ in held], [standing for _, standing in held]
        curtailments = {}
        for place, standing in enumerate(standings):
            if standing.balance > 1 and data.draw(st.integers(0, 4)) == 0:
                on = notes[place].due_after(due, -1) + dt.timedelta(data.draw(st.integers(0, 13)))
                share = data.draw(st.sampled_from([1, 2, 100]))
                curtailments[place] = [
                    Movement(on=on, amount=(standing.balance / share).quantize(Decimal("0.01"), ROUND_DOWN))
                ]
        singles = [
            fall_due(note, standing, due, index=index, curtailments=curtailments.get(place, ()))
            for place, (note, standing) in enumerate(held)
        ]
        columns = fall_due_together(
            NoteColumns.of(notes),
            StandingColumns.of(standings),
            due,
            indexes={"INDEX": index},
            curtailments=curtailments,
        )
        assert [row(columns, place) for place in range(len(held))] == [alone(found) for found in singles]
        assert [columns.after.at(place) for place in range(len(held))] == [found.after for found in singles]
        following = [(note, found.after) for note, found in zip(notes, singles, strict=True) if not found.is_last]
        due = add_months(due, 1, day)
        held = [(note, standing) for note, standing in following if standing.next_due == due]
        if not held:
            return


def bulk_loan(random: Random, number: int) -> tuple[Note, Standing]:
    """Return an adjustable loan, with months of interest alone and a balloon now and then, under any conventions."""
    conventions = NoteConventions(
        interest_method=random.choice(list(InterestMethod)[:5]),
        interest_precision=random.choice(list(InterestPrecision)),
        rounding=random.choice(list(Rounding)),
        look_back=random.choice(list(LookBack)),
        unstated_caps=UnstatedCaps.NO_CAP,
        payment_lag_months=random.choice([1, 1, 2, 3]),
        curtailments=random.choice(list(CurtailmentEffect)),
        curtailment_payment=random.choice(list(CurtailmentPayment)),
    )
    change = dt.date(2024, random.randint(1, 6), random.choice([1, 15, 28]) if number % 2 else 1)

    def maybe(least: int, most: int) -> Decimal | None:
        return random.choice([None, Decimal(random.randint(least, most)).scaleb(-4)])

    stated: dict[str, Any] = {
        "balance": Decimal(random.randint(1, 10 ** random.randint(4, 10))).scaleb(-2),
        "note_rate": Decimal(random.randint(0, 1200)).scaleb(-4),
        "first_due_date": dt.date(2023, random.randint(1, 12), 1),
        "original_term_months": random.randint(15, 400),
        "interest_only_months": random.choice([None, random.randint(1, 20)]),
        "balloon_months": random.choice([None, None, random.randint(13, 30)]),
        "remaining_amortization_months": random.choice([None, "300"]),
        "amortization_type": "adjustable",
        "index_name": "CMT",
        "margin": Decimal(random.randint(0, 400)).scaleb(-4),
        "next_reset_date": change,
        "first_reset_date": random.choice([change, dt.date(2019, 1, 1)]),
        "reset_months": random.choice([1, 2, 3, 6]),
        "rate_rounding_way": random.choice([None, "nearest", "up", "down", "not rounded"]),
    }
    for name, most in (("cap_up", 200), ("cap_down", 200), ("first_cap_up", 500), ("first_cap_down", 500)):
        stated[name] = maybe(0, most)
    stated |= {"max_rate": maybe(300, 1500), "min_rate": maybe(0, 600)}
    if stated["balloon_months"] and stated["balloon_months"] >= stated["original_term_months"]:
        stated["remaining_amortization_months"] = "300"
    return loan(conventions, **stated)


def test_many_adjustable_loans_agree_for_a_year() -> None:
    random = Random(18)
    days = [f"{2023 + month // 12}-{month % 12 + 1:02d}-03" for month in range(-2, 24)]
    index = history(*((day, str(Decimal(random.randint(-50, 900)).scaleb(-4))) for day in days))
    held = [bulk_loan(random, number) for number in range(250)]
    resets = recasts = 0
    for month in range(2, 13):
        due = dt.date(2024, month, 1)
        curtailments = {
            place: [
                Movement(on=due - dt.timedelta(random.randint(0, 28)), amount=(standing.balance / 3).quantize(CENT))
            ]
            for place, (_, standing) in enumerate(held)
            if standing.balance > 1 and random.random() < 0.3
        }
        singles = [
            fall_due(note, standing, due, index=index, curtailments=curtailments.get(place, ()))
            for place, (note, standing) in enumerate(held)
        ]
        found = fall_due_together(
            NoteColumns.of([note for note, _ in held]),
            StandingColumns.of([standing for _, standing in held]),
            due,
            indexes={"CMT": index},
            curtailments=curtailments,
        )
        assert [row(found, place) for place in range(len(held))] == [alone(single) for single in singles]
        assert [found.after.at(place) for place in range(len(held))] == [single.after for single in singles]
        resets, recasts = resets + int(found.reset.sum()), recasts + int(found.payment_changed.sum())
        held = [(note, single.after) for (note, _), single in zip(held, singles, strict=True) if not single.is_last]
    assert resets > 300
    assert recasts > 400


def test_other_dates_and_other_numbers_are_refused() -> None:
    note, standing = loan()
    notes, standings = NoteColumns.of([note]), StandingColumns.of([standing])
    with pytest.raises(InvalidArgument, match="loan 1 falls due on 2024-02-01 next, not on 2024-03-01"):
        fall_due_together(notes, standings, dt.date(2024, 3, 1))
    with pytest.raises(InvalidArgument, match="2 standings do not go with 1 notes"):
        fall_due_together(notes, StandingColumns.of([standing, standing]), dt.date(2024, 2, 1))

"""What late payments bring beside themselves: the servicing fee inside them, and the advances that they repay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping

from ledger.deal.schedule import Schedule
from ledger.deal.windows import Window
from ledger.events import codec
from ledger.months.deciding import LateRest
from ledger.store.rows import StoredRow

Rows = Callable[[Collection[str]], Mapping[str, Iterable[StoredRow]]]
"""Gives rows of many loans, by loan."""


def late_rests(
    late: Iterable[StoredRow],
    *,
    reported: Rows,
    advances: Rows,
    calendar: Schedule,
    certified: frozenset[str],
    rates: Mapping[str, tuple[int, int]],
) -> dict[str, LateRest]:
    """Return what the late payments of a month bring, by loan, in store units.

    The fee of an instalment is the one that it was reported delinquent with, or else the part of its interest that the
    servicing rate is of the note rate (``rates``, by loan, of 10**-10), as far as its interest is paid. Of its
    advance no more comes back than was paid of it, principal of principal and interest of interest. A payment that
    names no instalment brings neither: the servicer says what of it is its own.
    """
    paid: dict[str, dict[dt.date, list[int]]] = {}
    days: dict[str, int] = {}
    for row in late:
        due = getattr(codec.decode(row.payload), "due_date", None)
        if due is None or not row.loan:
            continue
        sums = paid.setdefault(row.loan, {}).setdefault(due, [0, 0])
        sums[0] += row.principal
        sums[1] += row.interest
        days[row.loan] = max(days.get(row.loan, 0), row.effective_date)
    found: dict[str, LateRest] = {}
    delinquent, advanced = reported(paid), advances(paid.keys() - certified)
    cent = calendar.terms.currency.unit_in_store
    for loan, by_due in paid.items():
        for sums in by_due.values():
            # What the bank took back of an earlier month's late payment brings nothing, and takes nothing either.
            sums[:] = (max(0, units) for units in sums)
        owed = _by_instalment(delinquent.get(loan, ()), calendar)
        made = _advanced(advanced.get(loan, ()), calendar)
        fee = principal = interest = 0
        for due, (came_principal, came_interest) in by_due.items():
            number = calendar.belongs_to(Window.DUE_PERIOD, due) or 0
            _, owed_interest, owed_fee = owed.get(number, (0, 0, 0))
            owed_fee = owed_fee or _fee_inside(owed_interest, *rates.get(loan, (0, 0)), cent)
            fee += owed_fee * min(came_interest, owed_interest) // max(1, owed_interest) // cent * cent
            was_principal, was_interest = made.get(number, (0, 0))
            back = min(came_principal, was_principal), min(came_interest, was_interest)
            made[number] = was_principal - back[0], was_interest - back[1]
            principal, interest = principal + back[0], interest + back[1]
        found[loan] = LateRest(fee, max(0, principal), max(0, interest), days[loan])
    return found


def _fee_inside(interest: int, note_rate: int, servicing_rate: int, cent: int) -> int:
    """Return the fee inside an instalment's interest, to the cent, half cents up."""
    if not note_rate:
        return 0
    return (2 * interest * servicing_rate + note_rate * cent) // (2 * note_rate * cent) * cent


def _number_of(row: StoredRow, calendar: Schedule) -> int:
    due = getattr(codec.decode(row.payload), "due_date", None)
    return row.distribution if due is None else calendar.belongs_to(Window.DUE_PERIOD, due) or row.distribution


def _by_instalment(rows: Iterable[StoredRow], calendar: Schedule) -> dict[int, tuple[int, int, int]]:
    found: dict[int, tuple[int, int, int]] = {}
    for row in rows:
        principal, interest, fee = found.get(number := _number_of(row, calendar), (0, 0, 0))
        found[number] = principal + row.principal, interest + row.interest, fee + row.fee
    return found


def _advanced(rows: Iterable[StoredRow], calendar: Schedule) -> dict[int, tuple[int, int]]:
    """Return what is outstanding of the advances of each instalment; what names none counts against the oldest."""
    made: dict[int, list[int]] = {}
    unnamed = [0, 0]
    for row in rows:
        if row.type == "advance_made":
            held = made.setdefault(_number_of(row, calendar), [0, 0])
            held[0] += row.principal
            held[1] += row.interest
        elif row.code != "any funds":
            unnamed[0] += row.principal
            unnamed[1] += row.interest
    for number in sorted(made):
        for place in (0, 1):
            less = min(unnamed[place], made[number][place])
            made[number][place] -= less
            unnamed[place] -= less
    return {number: (held[0], held[1]) for number, held in made.items()}

"""The life of a simulated deal: its terms, its tape, and its months, all loans of a month at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ledger.deal.schedule import Schedule
from ledger.deal.terms import DealTerms
from ledger.simulation.desk import Days, Desk
from ledger.simulation.month import Carried, Month
from ledger.simulation.plan import MILLION, LifePlan
from ledger.simulation.pool import Owed, Pool
from ledger.simulation.tables import LifeTable, SimulatedMonth
from ledger.simulation.tape import Tape, boarding_table, draw_tape
from ledger.simulation.terms import simulated_terms
from ledger.values.dates import date_number


class Life:
    """The whole life of a simulated deal, drawn from a plan's seed; no loan, bond or payment of it exists.

    ``terms`` are the deal's terms: a group of fixed and a group of adjustable loans, classes A, M-1 and M-2 floating
    and B fixed under an available funds cap and overcollateralization, and the residual R. The tape is drawn at once,
    the months as they are asked for.
    """

    def __init__(self, plan: LifePlan) -> None:
        self.plan = plan
        self._tape: Tape = draw_tape(plan)
        self.terms: DealTerms = simulated_terms(plan, self._tape)

    @property
    def deal(self) -> str:
        """The name of the deal in a ledger; it begins with ``simulated-``."""
        return self.plan.deal

    def boarding(self) -> list[LifeTable]:
        """Return the boarding of every loan at the cut-off date."""
        return [boarding_table(self._tape, self.plan.cut_off, self.plan.currency.unit_in_store)]

    def months(self) -> Iterator[SimulatedMonth]:
        """Yield the months from the first distribution on, until the call, until no loan is left, or the plan's end.

        Each is to be posted, put right, closed and distributed before the next is posted. Every call starts the life
        anew; the months are the same each time.
        """
        plan, pool, schedule = self.plan, Pool.of(self._tape), Schedule(self.terms)
        random = np.random.default_rng([plan.seed, 2])
        carried = Carried(libor=int(random.integers(180, 420)), nonrecoverable=Owed.nothing(3), lost=Owed.nothing(1))
        smallest = sum(pool.balances().values()) * plan.callable_at
        accrues_from = self.terms.closing_date
        for number in range(1, plan.months + 1):
            desk = Desk(self._tape.names, Days.of(schedule.payment_dates[number - 1]))
            called = sum(pool.balances().values()) * MILLION < smallest
            month = Month(plan, pool, desk, number, random, carried)
            staying = month.live(called, date_number(accrues_from))
            accrues_from = desk.days.payment
            yield SimulatedMonth(
                payment_date=desk.days.payment,
                tables=tuple(desk.tables),
                corrections=tuple(month.corrections),
                closing_balances={name: cents * plan.currency.unit_in_store for name, cents in pool.balances().items()},
                closing_counts=pool.counts(staying),
                called=called,
            )
            if not staying.any():
                return
            if not staying.all():
                pool.keep(staying)

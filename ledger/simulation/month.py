"""One month of a simulated deal: what every loan does, what the servicer does about it, and the events of both.

A loan that is behind may cure, hold its place by paying its oldest instalment, or fall further back; three instalments
behind it may go to foreclosure, from there to REO, and from there be liquidated. The servicer advances every missed
instalment net of its fee until it declares a loan's advances nonrecoverable, and takes them back out of that loan's
late collections, its proceeds, or, once declared, any funds. Its costs on a property in REO are servicing advances. A
payoff brings the month's interest up to its day only; compensating interest makes it up as far as the terms ask.

A late payment names the instalments that it pays, and of each what had been advanced and what had not: the fee inside
it never is. Buckets are those of the day on which the terms count them, the last day of the month before, when the
instalment of this month is not due yet. A loan that is behind when its last instalment falls due pays everything, or
is liquidated: no loan stays in the pool without a balance.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import attrs
import numpy as np
import polars as pl

from ledger.events.base import Event
from ledger.events.corrections import EventCorrected, EventReversed
from ledger.events.fees import ServicingFeeWithheld
from ledger.events.statuses import LoanStatusChanged
from ledger.simulation.desk import Desk
from ledger.simulation.plan import MILLION, LifePlan
from ledger.simulation.pool import FORECLOSURE, PERFORMING, REMEMBERED, REO, Owed, Pool, fill
from ledger.simulation.tables import Flags, Ints
from ledger.simulation.tape import EIGHTH, EIGHTHS_A_MONTH, GROUPS, month_interest
from ledger.simulation.terms import INDEX, INSURANCE
from ledger.values.dates import date_from_number
from ledger.values.money import SCALE, round_to

SEASONS = (80, 80, 95, 105, 110, 120, 120, 115, 105, 100, 90, 80)
"""How prepayments come by calendar month, in percent."""
STATUSES = ("performing", "foreclosure", "reo")
BUCKETS = ("current", "1 payment", "2 payments", "3+ payments")
MONTHS_CLAIMED = 36
"""How many months' interest a liquidation counts at most: what costs come to beyond it is the servicer's."""
DAY_SHARES = 288_000
"""Eighths of a percent in a year's whole interest, times the 360 days of the year."""
MOST_ERRORS = 8
WRONG_DAY = 20
"""The day of the month before that a wrong paid-to date shows: another date, and the same bucket."""
SMALLEST_PAYOFF = 100_000
"""Cents; a loan of less only amortises."""
LATE_FROM, LATE_DAYS = 18, 11
"""The first day of a month on which a payment of its instalment is late, past the remittance cut-off; and how many."""
IN_ERROR = 10_000
"""Cents of a curtailment posted to the wrong loan."""


@attrs.define
class Carried:
    """What one month leaves to the next, in cents: nonrecoverable advances, losses, errors still to be put right."""

    libor: int
    nonrecoverable: Owed
    lost: Owed
    corrections: list[Event] = attrs.field(factory=list)
    overcharged: int = 0


class Month:
    """One month; :meth:`live` runs it. All arrays are by place in the pool, all amounts cents, the smallest units
    of the plan's currency."""

    def __init__(
        self, plan: LifePlan, pool: Pool, desk: Desk, number: int, random: np.random.Generator, carried: Carried
    ) -> None:
        self.plan, self.pool, self.desk, self.days = plan, pool, desk, desk.days
        self.cent = plan.currency.unit_in_store
        self.number, self.random, self.carried = number, random, carried
        self.opening = pool.balances()
        self.group_of = [pool.group(name) for name in GROUPS]
        self.draws = random.integers(0, MILLION, (8, len(pool)), dtype=np.int64)
        self.day = random.integers(2, 29, (2, len(pool)), dtype=np.int64)
        self.corrections: list[Event] = []
        self.fee_taken = 0
        self.interest_in = 0

    def live(self, called: bool, index_set_on: int) -> Flags:
        """Post the month, move the pool on, and return which loans stay in it."""
        pool = self.pool
        before = self._standing(self.number - 1)
        self.desk.post_pool(
            "index_rate_set", ["index"], index_set_on, index=[INDEX], rate=[self.carried.libor * MILLION]
        )
        self._decide()
        recovered = self._liquidate()
        self._prepay()
        self._recover_losses()
        self._fall_due()
        late = self._collect()
        declared = self._advance()
        self._withhold_fees(late, called)
        self._compensate_and_insure()
        self._settle()
        gone = self.liquidated | self.payoff
        matured = ~gone & (pool.balance == 0) & (pool.unpaid == 0)
        self._leave("payoff_collected", "matured", matured)
        gone = gone | matured
        called_back = self._call(~gone) if called else (np.zeros(0, dtype=np.int64), np.zeros((3, 0), dtype=np.int64))
        self._recover(late, recovered, called_back, declared, called)
        staying: Flags = np.zeros(len(pool), dtype=np.bool_) if called else ~gone
        self._reset_rates(staying)
        self._report_standing(before, staying)
        self._post_in_error(staying)
        pool.balance[~staying] = 0
        return staying

    def _chance(self, draw: int, rate: int | Ints) -> Flags:
        happens: Flags = self.draws[draw] < rate
        return happens

    def _behind(self, number: int) -> Ints:
        """Whole due dates up to that of a month which each loan has not paid; a loan that owes nothing has none."""
        pool = self.pool
        behind: Ints = np.where(pool.unpaid > 0, number - (pool.last_due - pool.unpaid), 0)
        return behind

    def _standing(self, number: int) -> tuple[Ints, Ints]:
        """Each loan's status and bucket for a month: the instalment of the month itself is not counted yet."""
        return self.pool.status.copy(), (self._behind(number) - 1).clip(0, 3)

    # What every loan does.

    def _decide(self) -> None:
        pool, plan, balance = self.pool, self.plan, self.pool.balance
        behind, performing = pool.unpaid > 0, pool.status == PERFORMING
        forgotten = behind & (self.number - (pool.last_due - pool.unpaid) >= REMEMBERED - 2)
        last = (pool.remaining <= 1) | (balance <= pool.payment - month_interest(balance, pool.rate))
        given_up = forgotten | (last & behind & ~performing)
        self.liquidated: Flags = ((pool.status == REO) & self._chance(0, plan.liquidation_rate)) | given_up
        speed = plan.prepayment_rate * pool.age.clip(0, 30) // 30 * SEASONS[self.days.calendar_month - 1] // 100
        self.payoff: Flags = ~behind & (balance >= SMALLEST_PAYOFF) & self._chance(1, speed)
        ahead = ~behind & ~self.payoff & (balance >= 5 * SMALLEST_PAYOFF) & self._chance(2, plan.curtailment_rate)
        self.curtailed: Ints = np.where(ahead, balance * (self.draws[6] % 10 + 1) // 10_000 * 100, 0)
        self.due: Flags = ~self.liquidated & (balance > 0)
        cure = plan.cure_rate // np.array([1, 1, 2, 4])[pool.unpaid.clip(0, 3)]
        cure = np.where(performing, cure, plan.cure_rate // 10)
        cure[pool.status == REO] = 0
        able = behind & ~self.liquidated
        self.cures: Flags = able & (last | self._chance(3, cure))
        held = able & performing & ~self.cures & self._chance(3, cure + plan.holding_rate) & self.due
        misses = ~behind & ~self.payoff & ~ahead & ~last & self._chance(3, plan.late_rate)
        self.pays: Flags = self.due & (self.cures | ~(behind | misses))
        self.missed: Flags = self.due & ~self.pays
        self.late_months: Ints = np.where(self.cures, pool.unpaid, held.astype(np.int64))
        self.stops: Flags = able & ~self.cures & ~pool.stopped & ~performing & self._chance(5, plan.nonrecoverable_rate)

    # What leaves the pool, and what is paid ahead.

    def _unpaid(self, at: Ints) -> Ints:
        """The unpaid instalments of loans at these places, net of the fee: principal and interest (2 x places)."""
        principal, interest, fee = self.pool.oldest(at, self.pool.unpaid[at])
        return np.stack((principal, interest - fee))

    def _liquidate(self) -> tuple[Ints, Ints]:
        """Post the liquidations, and return the places and what is recovered out of their proceeds (3 x places)."""
        pool, at = self.pool, np.flatnonzero(self.liquidated)
        unpaid, costs = self._unpaid(at), pool.costs[at]
        balance = pool.balance[at]
        most = balance * pool.rate[at] * MONTHS_CLAIMED // EIGHTHS_A_MONTH
        accrued = np.minimum(unpaid.sum(axis=0) + costs, most)
        mean = self.plan.severity
        severity = (mean // 2 + self.draws[6][at] * mean // MILLION).clip(0, MILLION)
        proceeds = (balance + accrued) * (MILLION - severity) // MILLION
        loss = balance + accrued - proceeds
        self.desk.post(
            "loan_liquidated",
            "liquidated",
            pool.index[at],
            self.days.prior + self.day[0][at],
            balance=balance * self.cent,
            accrued_interest=accrued * self.cent,
            net_proceeds=proceeds * self.cent,
            realized_loss=loss * self.cent,
        )
        self.newly_lost = (pool.index[at], loss[None, :])
        owed = np.where(pool.stopped[at], 0, np.stack((*unpaid, costs)))
        first = fill(proceeds, owed[::-1])[::-1]
        self.given_up = (pool.index[at], owed - first)
        return pool.index[at], first

    def _leave(self, type_name: str, kind: str, which: Flags) -> None:
        """Post the payoffs of loans with what is left of their balances, on the last day of the month before."""
        pool, at = self.pool, np.flatnonzero(which)
        self.desk.post(
            type_name,
            kind,
            pool.index[at],
            self.days.prior_last,
            amount=pool.balance[at] * self.cent,
            note_rate=pool.rate[at] * EIGHTH,
            servicing_rate=pool.fee_rate[at] * EIGHTH,
        )

    def _prepay(self) -> None:
        pool, at = self.pool, np.flatnonzero(self.payoff)
        self.desk.post(
            "payoff_collected",
            "payoff",
            pool.index[at],
            self.days.prior + self.day[0][at],
            amount=pool.balance[at] * self.cent,
            note_rate=pool.rate[at] * EIGHTH,
            servicing_rate=pool.fee_rate[at] * EIGHTH,
        )
        ahead = np.flatnonzero(self.curtailed)
        day = self.days.prior + self.day[0][ahead]
        if self.number > 1:  # one in sixteen is found out a month late, when its own period is closed
            month_before = self.days.due_before(2) // 100 * 100 + self.day[0][ahead]
            day = np.where(self.draws[6][ahead] % 16 == 0, month_before, day)
        amount = self.curtailed[ahead] * self.cent
        self.desk.post("curtailment_collected", "curtailment", pool.index[ahead], day, amount=amount)

    def _recover_losses(self) -> None:
        lost = self.carried.lost
        chosen = self.random.integers(0, MILLION, len(lost.index)) < self.plan.recovery_rate
        share = self.random.integers(1, 11, len(lost.index))
        amount = np.where(chosen, lost.amounts[0] * share // 100, 0)
        some = amount > 0
        self.desk.post(
            "subsequent_recovery_received",
            "recovery",
            lost.index[some],
            self.days.prior + 20,
            amount=amount[some] * self.cent,
        )
        lost.amounts = lost.amounts - amount
        lost.add(*self.newly_lost)

    # What falls due, and what comes in.

    def _fall_due(self) -> None:
        pool, due = self.pool, self.due
        left = np.where(self.payoff, 0, pool.balance - self.curtailed)
        self.interest: Ints = np.where(due, month_interest(pool.balance, pool.rate), 0)
        self.fee: Ints = np.where(due, pool.balance * pool.fee_rate // EIGHTHS_A_MONTH, 0)
        principal = np.where(pool.remaining <= 1, left, (pool.payment - self.interest).clip(0, left))
        self.principal: Ints = np.where(due, principal, 0)
        self.left: Ints = np.where(self.liquidated, 0, left - self.principal)
        at = np.flatnonzero(due)
        self.desk.post(
            "scheduled_payment_due",
            "due",
            pool.index[at],
            self.days.due,
            principal=self.principal[at] * self.cent,
            interest=self.interest[at] * self.cent,
        )

    def _shortfalls(self) -> Ints:
        """The interest that payoffs cost, each group's rounded together as its statement rounds it."""
        found: Ints = np.zeros(len(self.pool), dtype=np.int64)
        self.shortfall = []
        for group in self.group_of:
            at = np.flatnonzero(self.payoff & group)
            shares = self.pool.balance[at] * self.pool.rate[at] * (31 - self.day[0][at])
            through = (2 * shares.cumsum() + DAY_SHARES) // (2 * DAY_SHARES)
            found[at] = np.diff(through, prepend=0)
            self.shortfall.append(int(through[-1]) if len(through) else 0)
        return found

    def _collect(self) -> tuple[Ints, Ints, Ints]:
        """Post what came in, and return the places of loans that paid late, what of it was advanced, and the fee."""
        pool = self.pool
        received = self.interest - self._shortfalls()
        at = np.flatnonzero(self.pays)
        self.desk.post(
            "collection_received",
            "paid",
            pool.index[at],
            self.days.due,
            principal=self.principal[at] * self.cent,
            interest=received[at] * self.cent,
            due_date=np.full(len(at), self.days.due),
        )
        self.group_interest = [int(received[self.pays & group].sum()) for group in self.group_of]
        late = np.flatnonzero(self.late_months)
        for instalment in range(int(self.late_months.max(initial=0))):
            self._collect_late(late[self.late_months[late] > instalment], instalment)
        principal, interest, fee = pool.oldest(late, self.late_months[late])
        advanced = np.stack((principal, interest - fee, np.zeros_like(fee)))
        return late, np.where(pool.stopped[late], 0, advanced), fee

    def _collect_late(self, at: Ints, instalment: int) -> None:
        """Post one late instalment of each of these loans, counted from their oldest; its fee was never advanced."""
        pool = self.pool
        principal, interest, fee = pool.oldest(at, np.full(len(at), instalment + 1)) - pool.oldest(
            at, np.full(len(at), instalment)
        )
        stopped = pool.stopped[at]
        behind = self.number - (pool.last_due - pool.unpaid)[at] - 1 - instalment
        due = np.array([self.days.due_before(months) for months in range(int(behind.max()) + 1)])[behind]
        on = self.days.prior + LATE_FROM + self.day[1][at] % LATE_DAYS
        for timing, kind, principal_paid, interest_paid in (
            ("late, advanced", "paid-late-advanced", np.where(stopped, 0, principal), (interest - fee) * ~stopped),
            ("late", "paid-late", np.where(stopped, principal, 0), np.where(stopped, interest, fee)),
        ):
            some = principal_paid + interest_paid > 0
            self.desk.post(
                "collection_received",
                f"{kind}-{instalment + 1}" if instalment else kind,
                pool.index[at[some]],
                on[some],
                principal=principal_paid[some] * self.cent,
                interest=interest_paid[some] * self.cent,
                timing=timing,
                due_date=due[some],
            )

    def _advance(self) -> tuple[Ints, Ints]:
        """Post what was not paid and what was advanced; return what was declared nonrecoverable (3 x places)."""
        pool = self.pool
        at = np.flatnonzero(self.missed)
        self.desk.post(
            "instalment_reported_delinquent",
            "delinquent",
            pool.index[at],
            self.days.due,
            principal=self.principal[at] * self.cent,
            interest=self.interest[at] * self.cent,
            servicing_fee=self.fee[at] * self.cent,
            due_date=np.full(len(at), self.days.due),
        )
        at = np.flatnonzero(self.stops)
        declared = np.stack((*self._unpaid(at), pool.costs[at]))
        stopped_index = pool.index[at]
        pool.stopped[at], pool.costs[at] = True, 0
        advancing = ~pool.stopped & ~self.liquidated
        costs = np.where(advancing & (pool.status == REO), pool.balance // 1_000, 0)
        made = self.missed & advancing
        at = np.flatnonzero(made | (costs > 0))
        self.desk.post(
            "advance_made",
            "advance",
            pool.index[at],
            self.days.remitted,
            principal=np.where(made, self.principal, 0)[at] * self.cent,
            interest=np.where(made, self.interest - self.fee, 0)[at] * self.cent,
            servicing_advance=costs[at] * self.cent,
        )
        pool.costs += costs
        index, amounts = self.given_up
        return np.concatenate((stopped_index, index)), np.concatenate((declared, amounts), axis=1)

    # What the servicer keeps and gives.

    def _withhold_fees(self, late: tuple[Ints, Ints, Ints], called: bool) -> None:
        pool, kept = self.pool, np.where(self.pays, self.fee, 0)
        kept[late[0]] += late[2]
        self.fee_taken = int(kept.sum())
        if self.fee_taken >= self.carried.overcharged:  # what was taken too much comes off what is taken now
            self.fee_taken -= self.carried.overcharged
            self.corrections.extend(self.carried.corrections)
            self.carried.corrections, self.carried.overcharged = [], 0
        posted = kept.copy()
        self._choose_errors(np.flatnonzero(self.pays & ~self.payoff & (self.left >= 10 * IN_ERROR)), called)
        for place in self.fee_errors:
            posted[place] += int(self.draws[7][place]) % 2_400 + 100
        for place in self.fee_errors_found_late:  # a larger one would have stood in the way of the closing
            posted[place] += 1
        for place in self.fee_errors:
            self.corrections.extend(self._fee_corrected(place, int(kept[place])))
        for place in self.fee_errors_found_late:
            self.carried.corrections.extend(self._fee_corrected(place, int(kept[place])))
            self.carried.overcharged += int(posted[place] - kept[place])
            self.fee_taken += int(posted[place] - kept[place])
        at = np.flatnonzero(posted)
        self.desk.post(
            "servicing_fee_withheld", "fee", pool.index[at], self.days.remitted, amount=posted[at] * self.cent
        )

    def _choose_errors(self, among: Ints, called: bool) -> None:
        """Choose the loans of which something is posted wrong this month; the last month of a deal is right at once."""
        count = min(int(self.random.binomial(len(among), self.plan.correction_rate / MILLION)), MOST_ERRORS, len(among))
        chosen = self.random.choice(among, count, replace=False) if count else among[:0]
        kinds = self.random.integers(0, 3, count)
        self.fee_errors, self.fee_errors_found_late, self.ahead_in_error = (
            [] if called else [int(place) for place in chosen[kinds == kind]] for kind in range(3)
        )
        self.status_errors = 0 if called else int(count > 0)

    def _fee_corrected(self, place: int, cents: int) -> list[Event]:
        index = int(self.pool.index[place])
        wrong, right = self.desk.event_id("fee", index), self.desk.event_id("fee-corrected", index)
        deal, on = self.plan.deal, date_from_number(self.days.remitted)
        return [
            EventCorrected(
                event_id=f"{wrong}/corrected",
                deal=deal,
                effective_date=on,
                corrects=wrong,
                replaced_by=right,
                reason="simulated error: a fee too high",
            ),
            ServicingFeeWithheld(
                event_id=right,
                deal=deal,
                effective_date=on,
                loan=self.desk.names[index],
                amount=Decimal(cents * self.cent).scaleb(-SCALE),
            ),
        ]

    def _compensate_and_insure(self) -> None:
        whole, cap = sum(self.shortfall), self.fee_taken
        paid = list(self.shortfall)
        if whole > cap:
            first = int(round_to(Fraction(cap * paid[0], whole), Fraction(1)))
            paid = [first, cap - first]
        given = [k for k, cents in enumerate(paid) if cents > 0]
        self.desk.post_pool(
            "compensating_interest_paid",
            [f"compensating/{GROUPS[k]}" for k in given],
            self.days.remitted,
            group=[GROUPS[k] for k in given],
            amount=[paid[k] * self.cent for k in given],
        )
        premium = [self.opening[name] * 2 // 120_000 for name in GROUPS]
        self.interest_in = sum(self.group_interest) - self.fee_taken
        charged = [k for k in range(len(GROUPS)) if 0 < premium[k] <= self.group_interest[k] // 4]
        self.interest_in -= sum(premium[k] for k in charged)
        self.desk.post_pool(
            "fee_charged",
            [f"insurance/{GROUPS[k]}" for k in charged],
            self.days.remitted,
            fee_id=[INSURANCE] * len(charged),
            group=[GROUPS[k] for k in charged],
            amount=[premium[k] * self.cent for k in charged],
        )

    # Moving on.

    def _settle(self) -> None:
        pool = self.pool
        cured, worse = self.cures, self.missed & (self.late_months == 0)
        pool.record_due(self.number, self.due, np.stack((self.principal, self.interest, self.fee * self.due)))
        pool.unpaid = np.where(cured, 0, pool.unpaid + worse)
        entering = (pool.status == PERFORMING) & worse & (pool.unpaid >= 3)
        seized = (pool.status == FORECLOSURE) & ~cured & self._chance(4, self.plan.reo_rate)
        pool.status = np.where(entering & self._chance(4, self.plan.foreclosure_rate), FORECLOSURE, pool.status)
        pool.status = np.where(seized, REO, np.where(cured, PERFORMING, pool.status))
        pool.stopped &= ~cured
        pool.balance = self.left
        pool.remaining = np.where(self.due, (pool.remaining - 1).clip(0), pool.remaining)
        pool.age += 1

    def _call(self, which: Flags) -> tuple[Ints, Ints]:
        """Post the call of these loans; return what is recovered out of the price (3 x loans)."""
        pool, at = self.pool, np.flatnonzero(which)
        unpaid, costs = self._unpaid(at), pool.costs[at]
        self.desk.post(
            "loan_repurchased",
            "called",
            pool.index[at],
            self.days.prior_last,
            balance=pool.balance[at] * self.cent,
            accrued_interest=(unpaid.sum(axis=0) + costs) * self.cent,
            reason="clean-up call",
        )
        return pool.index[at], np.where(pool.stopped[at], 0, np.stack((*unpaid, costs)))

    def _recover(
        self,
        late: tuple[Ints, Ints, Ints],
        liquidated: tuple[Ints, Ints],
        called_back: tuple[Ints, Ints],
        declared: tuple[Ints, Ints],
        called: bool,
    ) -> None:
        """Post the advances taken back, and those declared nonrecoverable."""
        index, amounts = declared
        some = amounts.sum(axis=0) > 0
        self._post_advances("advance_declared_nonrecoverable", "nonrecoverable", index[some], amounts[:, some])
        self.carried.nonrecoverable.add(index, amounts)
        limit = 10**15 if called else max(0, self.interest_in // 2)
        for kind, source, (whose, taken) in (
            ("recovered", "late collections", (self.pool.index[late[0]], late[1])),
            ("recovered-proceeds", "proceeds", liquidated),
            ("recovered-price", "proceeds", called_back),
            ("recovered-any", "any funds", self.carried.nonrecoverable.take(limit)),
        ):
            some = taken.sum(axis=0) > 0
            self._post_advances("advance_recovered", kind, whose[some], taken[:, some], source=source)

    def _post_advances(self, type_name: str, kind: str, index: Ints, amounts: Ints, **more: str) -> None:
        self.desk.post(
            type_name,
            kind,
            index,
            self.days.remitted,
            principal=amounts[0] * self.cent,
            interest=amounts[1] * self.cent,
            servicing_advance=amounts[2] * self.cent,
            **more,
        )

    # What is reported, and what was reported wrong.

    def _reset_rates(self, staying: Flags) -> None:
        libor = self.carried.libor
        pool, at = self.pool, np.flatnonzero(staying & (self.pool.next_reset == self.number))
        at = at[pool.reset(at, (libor + 60) * 2 // 25)]
        self.desk.post(
            "loan_rate_changed",
            "rate",
            pool.index[at],
            self.days.due,
            note_rate=pool.rate[at] * EIGHTH,
            servicing_rate=pool.fee_rate[at] * EIGHTH,
        )
        moved = libor + (350 - libor) // 64 + int(self.random.integers(-18, 19))
        self.carried.libor = min(max(moved, 50), 900)

    def _report_standing(self, before: tuple[Ints, Ints], staying: Flags) -> None:
        pool, (status, bucket) = self.pool, self._standing(self.number)
        at = np.flatnonzero(staying & ((status != before[0]) | (bucket != before[1])))
        behind = self._behind(self.number)[at]
        months = np.array([self.days.due_before(k) for k in range(int(behind.max(initial=0)) + 1)])
        paid_to = months[behind]  # the due date of the latest instalment that is paid
        if self.status_errors and len(at):
            wrong = int(self.draws[7][at[0]]) % len(at)
            self.carried.corrections.extend(
                self._status_corrected(int(at[wrong]), int(bucket[at[wrong]]), int(paid_to[wrong]))
            )
            month_before = self.days.due_before(int(behind[wrong]) + 1)
            paid_to[wrong] = month_before // 100 * 100 + WRONG_DAY
        self.desk.post(
            "loan_status_changed",
            "status",
            pool.index[at],
            self.days.due,
            status=pl.Series("status", STATUSES).gather(status[at]),
            bucket=pl.Series("bucket", BUCKETS).gather(bucket[at]),
            paid_to_date=paid_to,
        )

    def _status_corrected(self, place: int, bucket: int, paid_to: int) -> list[Event]:
        pool, index = self.pool, int(self.pool.index[place])
        wrong, right = self.desk.event_id("status", index), self.desk.event_id("status-corrected", index)
        deal, on = self.plan.deal, date_from_number(self.days.due)
        return [
            EventCorrected(
                event_id=f"{wrong}/corrected",
                deal=deal,
                effective_date=on,
                corrects=wrong,
                replaced_by=right,
                reason="simulated error: paid to another date",
                restates=True,
            ),
            LoanStatusChanged(
                event_id=right,
                deal=deal,
                effective_date=on,
                loan=self.desk.names[index],
                status=STATUSES[int(pool.status[place])],
                bucket=BUCKETS[bucket],
                paid_to_date=date_from_number(paid_to),
                restates=True,
            ),
        ]

    def _post_in_error(self, staying: Flags) -> None:
        """Post curtailments to loans that paid none, and their reversals."""
        places = np.array([place for place in self.ahead_in_error if staying[place]], dtype=np.int64)
        index, kind, on = self.pool.index[places], "curtailment-in-error", self.days.prior + 15
        amount = np.full(len(places), IN_ERROR * self.cent)
        self.desk.post("curtailment_collected", kind, index, on, amount=amount)
        for wrong in (self.desk.event_id(kind, int(item)) for item in index):
            self.corrections.append(
                EventReversed(
                    event_id=f"{wrong}/reversed",
                    deal=self.plan.deal,
                    effective_date=date_from_number(on),
                    reverses=wrong,
                    reason="simulated error: another loan's curtailment",
                )
            )

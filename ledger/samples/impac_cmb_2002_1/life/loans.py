"""The life of the deal from its closing day on, loan by loan: nothing happens to the pool but to one of its loans.

What the groups come to is that of :mod:`~ledger.samples.impac_cmb_2002_1.life.months` in every month, and in September
what was published. The loans are calibrated, not real, but for the forty paid off in September. Averages of terms, ages
and margins stay reports of the servicer by group; what has no loan dimension stays as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

import attrs

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    Dated,
    DerivativePaymentMade,
    Event,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    LoanRateChanged,
    LoanRepurchased,
    LoanStatusChanged,
    PayoffCollected,
    PoolCharacteristicsReported,
    PrefundingDeposited,
    PrefundingWithdrawn,
    Receipt,
    ReliefActShortfallReported,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Timing,
)
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.calibrated.rates import CENT
from ledger.samples.impac_cmb_2002_1.calibrated.tape import TARGETS, TapeTarget, split
from ledger.samples.impac_cmb_2002_1.life import months as by_group
from ledger.samples.impac_cmb_2002_1.life.behind import SEPTEMBER
from ledger.samples.impac_cmb_2002_1.life.coupons import settle_interest
from ledger.samples.impac_cmb_2002_1.life.missed import GroupMonth, Missed, group_month, missed, shortfalls
from ledger.samples.impac_cmb_2002_1.life.months import CLOSING, life
from ledger.samples.impac_cmb_2002_1.life.paths import MONTHS, NOTHING, LoanPath, paths
from ledger.samples.impac_cmb_2002_1.life.posting import Progress, live

DEAL = real.DEAL
PAID = real.PAID
published = real.published
WITHOUT_LOANS = (
    DerivativePaymentMade,
    FeeCharged,
    IndexRateSet,
    PoolCharacteristicsReported,
    PrefundingDeposited,
    PrefundingWithdrawn,
)
"""What is said of the deal, or of a group as a whole: no loan's own event."""


@attrs.frozen(kw_only=True)
class Days:
    """The days of one month's events."""

    named: str
    due: dt.date
    month_end: dt.date
    remitted: dt.date


def days(month: int) -> Days:
    """Return the days of a month."""
    if month == SEPTEMBER:
        return Days(named="2002-09", due=real.DUE, month_end=real.MONTH_END, remitted=real.REMITTED)
    held = life()["months"][month]
    day = dt.date.fromisoformat
    return Days(
        named=held["paid"][:7],
        due=day(held["due"]),
        month_end=day(held["month_end"]),
        remitted=day(held["remitted"]),
    )


class GroupLife:
    """The loans of one group, and what each of them missed of every month."""

    def __init__(self, target: TapeTarget) -> None:
        self.target = target
        self.loans: Sequence[LoanPath] = paths(target)
        settle_interest(target, self.loans)
        self.missed: list[dict[str, Missed]] = [missed(target, self.loans, month) for month in MONTHS]

    def boarded(self, month: int) -> Iterator[Event]:
        """Yield the loans whose first instalment falls due in a month: initial ones, or those bought just before."""
        for loan in self.loans:
            if loan.begins == month:
                yield _boarded(loan, days(month - 1).due if month else CLOSING, subsequent=month > 0)

    def month(self, month: int) -> Iterator[Event]:
        """Yield everything that happened to the loans of the group in a month."""
        yield from self.boarded(month + 1)
        whole, at = group_month(self.target, month), days(month)
        lost = shortfalls(self.loans, month, at.month_end.isoformat())
        held = self.missed[month]
        present = [loan for loan in self.loans if month in loan.months]
        relieved = self._relieved(present, held, month) if whole.relief else None
        fees = _fees(whole, present, held, month)
        bought = [loan for loan in present if loan.bought_back and loan.leaves == month]
        prices = split(whole.repurchased_interest, [loan.left for loan in bought])
        for loan, interest in zip(bought, prices, strict=True):
            yield LoanRepurchased(
                event_id=f"{at.named}/repurchase/{loan.loan}",
                deal=DEAL,
                effective_date=at.month_end,
                loan=loan.loan,
                balance=loan.left,
                accrued_interest=interest,
            )
        for loan in present:
            yield from _reported(loan, month, at)
            if month in loan.owes:
                relief = whole.relief if loan is relieved else NOTHING
                yield from _instalment(loan, month, at, held.get(loan.loan), lost.get(loan.loan, NOTHING), relief)
            yield from _charged(loan, at, fees[loan.loan], lost.get(loan.loan, NOTHING))
        if 0 < month < SEPTEMBER:
            yield from self._late(month, at)

    def _relieved(self, present: Sequence[LoanPath], held: dict[str, Missed], month: int) -> LoanPath:
        """Return the loan whose borrower serves: one that pays on time and owes more than is forgiven."""
        relief = group_month(self.target, month).relief
        return next(
            loan for loan in present if loan.ordinary and loan.loan not in held and loan.interest[month] > relief + 100
        )

    def _late(self, month: int, at: Days) -> Iterator[Event]:
        """Yield the late payments of what was advanced a month before; they repay the servicer."""
        for name, late in self.missed[month - 1].items():
            yield CollectionReceived(
                event_id=f"{at.named}/late/{name}",
                deal=DEAL,
                effective_date=at.due,
                loan=name,
                principal=late.principal,
                interest=late.advanced,
                timing=Timing.LATE_ADVANCED,
            )
            yield AdvanceRecovered(
                event_id=f"{at.named}/recovered/{name}",
                deal=DEAL,
                effective_date=at.remitted,
                loan=name,
                principal=late.principal,
                interest=late.advanced,
            )


def _boarded(loan: LoanPath, day: dt.date, *, subsequent: bool) -> Event:
    row = loan.listed or {}
    return LoanBoarded(
        event_id=f"loan/{loan.loan}",
        deal=DEAL,
        effective_date=day,
        loan=loan.loan,
        group=loan.group,
        balance=loan.opening[loan.begins],
        note_rate=loan.note_rate[loan.begins],
        original_balance=row.get("original_balance"),
        original_term_months=int(row["original_term"]) if row else None,
        origination_date=row.get("origination_date"),
        state=row.get("state", ""),
        loan_to_value=row.get("loan_to_value"),
        subsequent=subsequent,
    )


def _fees(whole: GroupMonth, present: Sequence[LoanPath], held: dict[str, Missed], month: int) -> dict[str, Decimal]:
    """Split the fee that was kept out of what came in: by balance, less the share of a loan that did not come in."""
    came = [
        loan.opening[month] * (1 - held[loan.loan].interest / loan.interest[month])
        if loan.loan in held
        else loan.opening[month]
        for loan in present
    ]
    shares = split(whole.fee, came)
    return {loan.loan: share for loan, share in zip(present, shares, strict=True)}


def _reported(loan: LoanPath, month: int, at: Days) -> Iterator[Event]:
    """Yield a reset of the rate, and where the loan stands if it stood elsewhere before.

    Interest falls due a month after it began to accrue: the new rate is in force from this due date, and the instalment
    after it is the first to bear it.
    """
    if month + 1 in loan.months and loan.note_rate[month + 1] != loan.note_rate[month]:
        yield LoanRateChanged(
            event_id=f"{at.named}/rate/{loan.loan}",
            deal=DEAL,
            effective_date=at.due,
            loan=loan.loan,
            note_rate=loan.note_rate[month + 1],
        )
    now, before = loan.standings.get(month), loan.standings.get(month - 1)
    if now != before:
        category, bucket = now or ("delinquent", "current")
        yield LoanStatusChanged(
            event_id=f"{at.named}/status/{loan.loan}",
            deal=DEAL,
            effective_date=at.month_end,
            loan=loan.loan,
            status="performing" if category == "delinquent" else category,
            bucket=bucket,
        )


def _instalment(
    loan: LoanPath, month: int, at: Days, late: Missed | None, lost: Decimal, relief: Decimal
) -> Iterator[Event]:
    """Yield what fell due on a loan, what came in, and what did not and was advanced; and what was prepaid."""
    name, due = loan.loan, Dated(deal=DEAL, effective_date=at.due)
    if loan.leaves == month:
        yield PayoffCollected(
            event_id=f"{at.named}/payoff/{name}",
            deal=DEAL,
            effective_date=loan.listed["date"] if loan.listed else at.month_end,
            loan=name,
            amount=loan.left,
            note_rate=loan.note_rate[month],
        )
    yield ScheduledPaymentDue(
        event_id=f"{at.named}/due/{name}",
        loan=name,
        principal=loan.scheduled[month],
        interest=loan.interest[month],
        **due,
    )
    principal, interest = loan.scheduled[month], loan.interest[month] - lost - relief
    if late is not None:
        principal, interest = principal - late.principal, interest - late.interest
    interest = interest.quantize(CENT, ROUND_HALF_UP)
    if principal or interest:
        yield CollectionReceived(
            event_id=f"{at.named}/collected/{name}", loan=name, principal=principal, interest=interest, **due
        )
    if late is not None:
        yield from _not_received(name, at, late)
    if relief:
        yield ReliefActShortfallReported(event_id=f"{at.named}/relief-act/{name}", loan=name, interest=relief, **due)
    if loan.curtailed.get(month):
        yield CurtailmentCollected(
            event_id=f"{at.named}/curtailment/{name}",
            deal=DEAL,
            effective_date=at.month_end,
            loan=name,
            amount=loan.curtailed[month],
        )


def _not_received(name: str, at: Days, late: Missed) -> Iterator[Event]:
    yield InstalmentReportedDelinquent(
        event_id=f"{at.named}/delinquent/{name}",
        deal=DEAL,
        effective_date=at.due,
        loan=name,
        principal=late.principal,
        interest=late.interest,
        servicing_fee=late.fee,
    )
    yield AdvanceMade(
        event_id=f"{at.named}/advance/{name}",
        deal=DEAL,
        effective_date=at.remitted,
        loan=name,
        principal=late.principal,
        interest=late.advanced,
    )


def _charged(loan: LoanPath, at: Days, fee: Decimal, compensating: Decimal) -> Iterator[Event]:
    remitted = Dated(deal=DEAL, effective_date=at.remitted)
    if fee:
        yield ServicingFeeWithheld(
            event_id=f"{at.named}/servicing-fee/{loan.loan}", loan=loan.loan, amount=fee, **remitted
        )
    if compensating:
        yield CompensatingInterestPaid(
            event_id=f"{at.named}/compensating/{loan.loan}", loan=loan.loan, amount=compensating, **remitted
        )


def on_closing_day(groups: Sequence[GroupLife]) -> Iterator[Event]:
    """Yield what the trust held on its closing day: its loans, and cash to buy more."""
    for group in groups:
        yield from group.boarded(0)
    yield from (event for event in by_group.on_closing_day() if isinstance(event, WITHOUT_LOANS))


def distributions(groups: Sequence[GroupLife]) -> Iterator[tuple[dt.date, list[Event]]]:
    """Yield every distribution with its events, in the order in which they are posted."""
    for month, (paid, events) in enumerate(by_group.distributions()):
        kept = [event for event in events if isinstance(event, WITHOUT_LOANS)]
        yield paid, [*(event for group in groups for event in group.month(month)), *kept]


def _is_published(event: Event) -> bool:
    """Say whether an event of September is in the statement: a real payoff, or what is no loan's."""
    return isinstance(event, (*WITHOUT_LOANS, PayoffCollected))


def groups() -> list[GroupLife]:
    """Return both groups with all their loans."""
    return [GroupLife(target) for target in TARGETS]


def post(ledger: Ledger, progress: Progress | None = None) -> Receipt:
    """Open the deal on its closing day and live through its seven distributions, each closed and paid.

    What was published of September bears no label; everything else of the loans is calibrated and says so.
    ``progress`` is told how many of how many distributions are paid.
    """
    lived = groups()
    months = list(distributions(lived))
    return live(
        ledger,
        on_closing_day(lived),
        months,
        label=by_group.calibrated(),
        is_published=_is_published,
        progress=progress,
    )


post_life_loan_by_loan = post
"""The life under a name that says how it is told."""

"""The life of the deal from its closing day on: seven distributions, of which the last is the real month.

The six months before September are *calibrated*: nothing of them is published but what has added up by then, and what
they hold is one path of many that adds up to it (``months.json``). Balances, index rates, payments, fees and ages are
stated by group, as a servicer reports them who keeps no loans here; nothing is brought forward. September is the real
month, event for event.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TypedDict

import attrs

from ledger import (
    AdvanceMade,
    AdvanceRecovered,
    CollectionReceived,
    CompensatingInterestPaid,
    CurtailmentCollected,
    Dated,
    DealTerms,
    DelinquencyReported,
    DerivativePaymentMade,
    Envelope,
    Event,
    FeeCharged,
    IndexRateSet,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    LoanRepurchased,
    PayoffCollected,
    PoolCharacteristicsReported,
    PrefundingDeposited,
    PrefundingWithdrawn,
    Receipt,
    ScheduledPaymentDue,
    ServicingFeeWithheld,
    Timing,
)
from ledger.samples.impac_cmb_2002_1 import september_2002 as real
from ledger.samples.impac_cmb_2002_1.life.posting import Progress, live

DEAL = real.DEAL
PAID = real.PAID
CLOSING = dt.date(2002, 2, 27)
LISTED = dt.date(2002, 8, 27)  # the day after the distribution of August
terms: Callable[[], DealTerms] = real.terms
published = real.published


class LifeGroupMonth(TypedDict):
    """What the servicer reports of one group in one month; amounts in dollars as text, counts in loans."""

    scheduled: str
    interest: str
    delinquent_principal: str
    delinquent_interest: str
    delinquent_fee: str
    fee: str
    pmi: str
    payoffs: str
    payoff_count: int
    payoff_rate: str
    compensating: str
    curtailments: str
    repurchased: str
    repurchased_interest: str
    repurchase_count: int
    subsequent: str
    subsequent_count: int
    averages: LifeAverages


class LifeAverages(TypedDict, total=False):
    """The averages of a group that the servicer reports, as the event spells them; of rates where they adjust."""

    months_to_maturity: str
    amortization_months: str
    seasoning_months: str
    margin: str
    max_rate: str
    min_rate: str
    cap_up: str
    cap_down: str


class BehindRow(TypedDict):
    """Loans behind at the end of a month, by group, category and bucket."""

    group: str
    category: str
    bucket: str
    balance: str
    count: int


class LifeMonth(TypedDict):
    """One calibrated month: its dates, the index of its accrual period, and what each group reports."""

    paid: str
    accrues_from: str
    due: str
    month_end: str
    remitted: str
    index: str
    unspent: str
    contracts: dict[str, str]
    behind: list[BehindRow]
    groups: dict[str, LifeGroupMonth]


class OpeningPool(TypedDict):
    """The loans of one group on the closing day."""

    balance: str
    count: int
    note_rate: str


class LifePath(TypedDict):
    """Everything that is calibrated: the pool on the closing day and the six months before September."""

    opening: dict[str, OpeningPool]
    prefunding: str
    months: list[LifeMonth]


@cache
def life() -> LifePath:
    """Return the calibrated path, carried as data."""
    found: LifePath = json.loads((files(__package__) / "months.json").read_text(encoding="utf-8"))
    return found


def calibrated() -> Envelope:
    """Return the label that every batch before September bears: whose word it is, and the path it was made from."""
    digest = hashlib.sha256((files(__package__) / "months.json").read_bytes()).hexdigest()
    return Envelope(actor="calibrated, not published", document="months.json", document_sha256=digest)


def on_closing_day() -> Iterator[Event]:
    """Yield what the trust held on its closing day: the pool of each group, and cash to buy more loans."""
    for group, pool in life()["opening"].items():
        yield LoanBoarded(
            event_id=f"pool/{group}",
            deal=DEAL,
            effective_date=CLOSING,
            loan=f"initial-{group}",
            group=group,
            balance=pool["balance"],
            loan_count=pool["count"],
            note_rate=pool["note_rate"],
        )
    yield PrefundingDeposited(event_id="prefunding", deal=DEAL, effective_date=CLOSING, amount=life()["prefunding"])


def _subsequent(month: LifeMonth) -> Iterator[Event]:
    """Yield the loans that pre-funding bought, and what was never spent."""
    named = month["paid"][:7]
    for group, reported in month["groups"].items():
        if reported["subsequent_count"]:
            yield LoanBoarded(
                event_id=f"{named}/subsequent/{group}",
                deal=DEAL,
                effective_date=month["due"],
                loan=f"subsequent-{named}",
                group=group,
                balance=reported["subsequent"],
                loan_count=reported["subsequent_count"],
                note_rate=life()["opening"][group]["note_rate"],
                subsequent=True,
            )
            yield PrefundingWithdrawn(
                event_id=f"{named}/prefunding/{group}",
                deal=DEAL,
                effective_date=month["due"],
                spent_on_loans=reported["subsequent"],
            )
    if Decimal(month["unspent"]):
        yield PrefundingWithdrawn(
            event_id=f"{named}/prefunding/unspent",
            deal=DEAL,
            effective_date=month["remitted"],
            paid_as_principal=month["unspent"],
        )


def _prepaid(month: LifeMonth, group: str, reported: LifeGroupMonth) -> Iterator[Event]:
    named, e = month["paid"][:7], Dated(deal=DEAL, effective_date=dt.date.fromisoformat(month["month_end"]))
    yield PayoffCollected(
        event_id=f"{named}/payoffs/{group}",
        group=group,
        amount=reported["payoffs"],
        note_rate=reported["payoff_rate"],
        loan_count=reported["payoff_count"],
        **e,
    )
    if Decimal(reported["curtailments"]):
        yield CurtailmentCollected(
            event_id=f"{named}/curtailments/{group}", group=group, amount=reported["curtailments"], **e
        )
    if reported["repurchase_count"]:
        yield LoanRepurchased(
            event_id=f"{named}/repurchases/{group}",
            group=group,
            balance=reported["repurchased"],
            accrued_interest=reported["repurchased_interest"],
            loan_count=reported["repurchase_count"],
            **e,
        )


def _received(reported: LifeGroupMonth) -> tuple[Decimal, Decimal]:
    """What came in of the month's instalments: due less delinquent, and less what payoffs cut short, to the cent."""
    principal = Decimal(reported["scheduled"]) - Decimal(reported["delinquent_principal"])
    owed = Decimal(reported["interest"]).quantize(Decimal("0.01"))
    return principal, owed - Decimal(reported["compensating"]) - Decimal(reported["delinquent_interest"])


def _instalments(month: LifeMonth, group: str, reported: LifeGroupMonth) -> Iterator[Event]:
    """Yield what fell due, what came in, and what did not and was advanced."""
    named, e = month["paid"][:7], Dated(deal=DEAL, effective_date=dt.date.fromisoformat(month["due"]))
    yield ScheduledPaymentDue(
        event_id=f"{named}/due/{group}",
        group=group,
        principal=reported["scheduled"],
        interest=reported["interest"],
        **e,
    )
    principal, interest = _received(reported)
    yield CollectionReceived(
        event_id=f"{named}/collected/{group}", group=group, principal=principal, interest=interest, **e
    )
    yield InstalmentReportedDelinquent(
        event_id=f"{named}/delinquent/{group}",
        group=group,
        principal=reported["delinquent_principal"],
        interest=reported["delinquent_interest"],
        servicing_fee=reported["delinquent_fee"],
        **e,
    )
    yield AdvanceMade(
        event_id=f"{named}/advance/{group}",
        deal=DEAL,
        effective_date=month["remitted"],
        group=group,
        principal=reported["delinquent_principal"],
        interest=_advanced(reported),
    )


def _advanced(reported: LifeGroupMonth) -> Decimal:
    return Decimal(reported["delinquent_interest"]) - Decimal(reported["delinquent_fee"])


def _late(month: LifeMonth, group: str, before: LifeGroupMonth) -> Iterator[Event]:
    """Yield the late payment of what was advanced a month before; it repays the servicer."""
    named, principal, interest = month["paid"][:7], before["delinquent_principal"], _advanced(before)
    yield CollectionReceived(
        event_id=f"{named}/late/{group}",
        deal=DEAL,
        effective_date=month["due"],
        group=group,
        principal=principal,
        interest=interest,
        timing=Timing.LATE_ADVANCED,
    )
    yield AdvanceRecovered(
        event_id=f"{named}/recovered/{group}",
        deal=DEAL,
        effective_date=month["remitted"],
        group=group,
        principal=principal,
        interest=interest,
    )


def _charges(month: LifeMonth, group: str, reported: LifeGroupMonth) -> Iterator[Event]:
    """Yield what the servicer kept and gave up, and the mortgage insurance premium."""
    named, e = month["paid"][:7], Dated(deal=DEAL, effective_date=dt.date.fromisoformat(month["remitted"]))
    yield ServicingFeeWithheld(event_id=f"{named}/servicing-fee/{group}", group=group, amount=reported["fee"], **e)
    if Decimal(reported["compensating"]):
        yield CompensatingInterestPaid(
            event_id=f"{named}/compensating/{group}", group=group, amount=reported["compensating"], **e
        )
    if Decimal(reported["pmi"]):
        yield FeeCharged(event_id=f"{named}/pmi", fee_id="pmi", group=group, amount=reported["pmi"], **e)


def _reported(month: LifeMonth) -> Iterator[Event]:
    """Yield the index, the contracts, the groups' averages and who was behind."""
    named, end = month["paid"][:7], Dated(deal=DEAL, effective_date=dt.date.fromisoformat(month["month_end"]))
    yield IndexRateSet(
        event_id=f"{named}/libor",
        deal=DEAL,
        effective_date=month["accrues_from"],
        index="LIBOR-1M",
        rate=month["index"],
    )
    for contract, amount in month["contracts"].items():
        yield DerivativePaymentMade(
            event_id=f"{named}/derivative/{contract}",
            deal=DEAL,
            effective_date=month["paid"],
            contract=contract,
            amount_due=amount,
            amount_paid=amount,
        )
    for group, reported in month["groups"].items():
        yield PoolCharacteristicsReported(
            event_id=f"{named}/averages/{group}",
            deal=DEAL,
            effective_date=month["due"],
            group=group,
            **reported["averages"],
        )
    for row in month["behind"]:
        yield DelinquencyReported(
            event_id=f"{named}/{row['category']}/{row['group']}/{row['bucket'].replace(' ', '-')}",
            group=row["group"],
            category=row["category"],
            bucket=row["bucket"],
            balance=row["balance"],
            loan_count=row["count"],
            **end,
        )


def calibrated_month(index: int) -> Iterator[Event]:
    """Yield one of the six calibrated months, the first of which is that of March."""
    month = life()["months"][index]
    yield from _subsequent(month)
    for group, reported in month["groups"].items():
        yield from _prepaid(month, group, reported)
        yield from _instalments(month, group, reported)
        if index:
            yield from _late(month, group, life()["months"][index - 1]["groups"][group])
        yield from _charges(month, group, reported)
    yield from _reported(month)


def september() -> Iterator[Event]:
    """Yield the real month; its forty loans are named once the distribution of August is behind them."""
    for event in real.month():
        named = attrs.evolve(event, deal=DEAL)
        yield attrs.evolve(named, effective_date=LISTED) if isinstance(named, LoanBoarded) else named


def distributions() -> list[tuple[dt.date, list[Event]]]:
    """Return every distribution with its events, in the order in which they are posted."""
    months = life()["months"]
    calibrated = [(dt.date.fromisoformat(month["paid"]), list(calibrated_month(k))) for k, month in enumerate(months)]
    return [*calibrated, (PAID, list(september()))]


def post(ledger: Ledger, progress: Progress | None = None) -> Receipt:
    """Open the deal on its closing day and live through its seven distributions, each closed and paid.

    ``progress`` is told how many of how many distributions are paid.
    """
    return live(ledger, on_closing_day(), distributions(), label=calibrated(), progress=progress)


post_life_from_closing = post
"""The life under a name that says where it begins."""

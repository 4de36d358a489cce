"""Planted cases of the pool, of rates and of the bonds."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from typing import Any

import attrs

from ledger import (
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    DelinquencyReported,
    Event,
    IndexRateSet,
    InstalmentReportedDelinquent,
    LoanBoarded,
    LoanLiquidated,
    LoanRateChanged,
    LoanRepurchased,
    LoanStatusChanged,
    LoanSubstituted,
    PayInterest,
    PayoffCollected,
    RateKind,
    TermsAmended,
)
from tests.ledger.readiness.cases import Case, Make, nothing
from tests.ledger.readiness.instalment_cases import first, no_due
from tests.ledger.readiness.scene import DEAL, Scene


def substituted(*, boarded: bool = True, **changes: Any) -> Make:
    """The first plain loan leaves, and NEW-1 of the same balance takes its place."""

    def make(scene: Scene) -> list[Event]:
        loan = scene.plain[0]
        on, balance = scene.prior.replace(day=28), scene.balance(loan)
        found: list[Event] = [
            LoanSubstituted(
                substitute="NEW-1", balance=balance, substitute_balance=balance, **scene.at(loan, "left", on)
            )
        ]
        if boarded:
            new = attrs.evolve(
                scene.board[loan], event_id="planted/new", loan="NEW-1", balance=balance, effective_date=on, **changes
            )
            found.append(new)
        return found

    return make


def boarded_again(scene: Scene) -> list[Event]:
    """The same loan comes in once more, under another number."""
    held = scene.board[scene.plain[0]]
    on = scene.prior.replace(day=28)
    return [attrs.evolve(held, event_id="planted/new", loan="NEW-1", effective_date=on)]


def ahead(amount: Decimal | None = None, *, times: int = 1, day: int = 10) -> Make:
    def make(scene: Scene) -> list[Event]:
        loan = scene.plain[0]
        paid = scene.balance(loan) if amount is None else amount
        return [
            CurtailmentCollected(
                amount=paid, **scene.at(loan, f"ahead/{k}", scene.prior.replace(day=day + k * (day - 10)))
            )
            for k in range(times)
        ]

    return make


def payoff_of_no_loan(scene: Scene) -> list[Event]:
    """A payoff that says that no loan leaves; its month's interest and the shortfall are as they should be."""
    loan = next(iter(scene.of(PayoffCollected)))
    return scene.instead(scene.of(PayoffCollected)[loan], loan_count=0)


def paid_off(scene: Scene) -> list[str]:
    return [next(iter(scene.of(PayoffCollected)))]


def repurchased(accrued: str | None) -> Make:
    """The first plain loan is bought before its instalment falls due; ``accrued`` None: with a month's net interest."""

    def make(scene: Scene) -> list[Event]:
        loan = scene.plain[0]
        balance, held = scene.opening(loan), scene.board[loan]
        interest = balance * (held.note_rate - held.servicing_rate) / 12
        price: dict[str, Any] = {
            "balance": balance,
            "accrued_interest": interest.quantize(Decimal("0.01")) if accrued is None else accrued,
        }
        return [*no_due(scene), LoanRepurchased(**price, **scene.at(loan, "bought", scene.prior.replace(day=28)))]

    return make


def bought_after_its_instalment(scene: Scene) -> list[Event]:
    loan = scene.plain[0]
    price: dict[str, Any] = {"balance": scene.balance(loan), "accrued_interest": "0.00"}
    return [LoanRepurchased(**price, **scene.at(loan, "bought", scene.prior.replace(day=28)))]


def rate_of_month(scene: Scene) -> dt.date:
    """Return a day of this month's distribution before its instalments fell due."""
    return scene.due - dt.timedelta(days=3)


def rate(note_rate: str | None, *, on_due_date: bool = False) -> Make:
    """The first plain loan's rate changes; None: to what it is."""

    def make(scene: Scene) -> list[Event]:
        held = scene.board[scene.plain[0]]
        new = held.note_rate if note_rate is None else Decimal(note_rate)
        on = scene.due if on_due_date else rate_of_month(scene)
        return [LoanRateChanged(note_rate=new, servicing_rate=held.servicing_rate, **scene.at(held.loan, "rate", on))]

    return make


def rate_of_a_payoff(*, on_due_date: bool) -> Make:
    def make(scene: Scene) -> list[Event]:
        [loan] = paid_off(scene)
        on = scene.due if on_due_date else rate_of_month(scene)
        rates: dict[str, Any] = {"note_rate": "0.0501", "servicing_rate": scene.board[loan].servicing_rate}
        return [LoanRateChanged(**rates, **scene.at(loan, "rate", on))]

    return make


def arm(scene: Scene) -> LoanBoarded:
    quiet = scene.paid.keys() - scene.of(PayoffCollected).keys() - scene.of(LoanRateChanged).keys()
    return next(held for loan, held in scene.board.items() if held.group == "adjustable" and loan in quiet)


def reset(over: str) -> Make:
    def make(scene: Scene) -> list[Event]:
        held = arm(scene)
        assert held.max_rate is not None
        rates: dict[str, Any] = {"note_rate": held.max_rate + Decimal(over), "servicing_rate": held.servicing_rate}
        return [LoanRateChanged(**rates, **scene.at(held.loan, "rate"))]

    return make


def status(months_paid_to: int, bucket: str) -> Make:
    """The first plain loan is paid to the first of so many months before the due date, and in a bucket."""

    def make(scene: Scene) -> list[Event]:
        paid_to = scene.due
        for _ in range(months_paid_to):
            paid_to = (paid_to - dt.timedelta(days=1)).replace(day=1)
        stamp = scene.at(scene.plain[0], "status")
        return [LoanStatusChanged(status="performing", bucket=bucket, paid_to_date=paid_to, **stamp)]

    return make


def missed_before(scene: Scene) -> dict[str, InstalmentReportedDelinquent]:
    """Return what was reported delinquent the month before, by loan."""
    events = scene.earlier("instalment_reported_delinquent")
    return {event.loan or "": event for event in events if isinstance(event, InstalmentReportedDelinquent)}


def slipped(scene: Scene) -> list[str]:
    """Return a loan that missed the instalment before this one, paid none of it, and is said to be behind since."""
    before = missed_before(scene)
    return [
        loan
        for loan, event in scene.of(LoanStatusChanged).items()
        if (event.status, event.bucket) == ("performing", "1 payment") and loan in before and loan not in scene.late
    ][:1]


def status_of(scene: Scene) -> LoanStatusChanged:
    return scene.of(LoanStatusChanged)[slipped(scene)[0]]


def paid_late_since(scene: Scene) -> list[Event]:
    """The status was never posted, and what was missed is paid late."""
    [loan] = slipped(scene)
    missed = missed_before(scene)[loan]
    late: dict[str, Any] = {"principal": missed.principal, "interest": missed.interest, "due_date": missed.due_date}
    on = scene.at(loan, "late", scene.prior.replace(day=20))
    return [*scene.voided(status_of(scene)), CollectionReceived(timing="late", **late, **on)]


def liquidated(months: int, more: str = "0.00") -> Make:
    """A liquidation counts so many months' interest as accrued; as much more is lost."""

    def make(scene: Scene) -> list[Event]:
        [loan] = lost_now(scene)
        held = scene.of(LoanLiquidated)[loan]
        interest = held.balance * note_rate(scene, loan) * months / 12
        accrued = interest.quantize(Decimal("0.01"), ROUND_DOWN) + Decimal(more)
        loss = held.balance + accrued - held.net_proceeds
        return scene.instead(held, accrued_interest=accrued, realized_loss=loss)

    return make


def lost_now(scene: Scene) -> list[str]:
    return [next(iter(scene.of(LoanLiquidated)))]


def note_rate(scene: Scene, loan: str) -> Decimal:
    changes = [event for event in scene.ever("loan_rate_changed") if event.loan == loan]
    latest = max(changes, key=lambda event: event.effective_date, default=None)
    return Decimal(scene.board[loan].note_rate if latest is None else latest.note_rate)


def reported(more: str) -> Make:
    def make(scene: Scene) -> list[Event]:
        whole = scene.report.collateral.groups["fixed"].closing_balance.decimal
        return [
            DelinquencyReported(
                event_id="planted/reported",
                deal=DEAL,
                effective_date=scene.remitted,
                group="fixed",
                category="delinquent",
                bucket="1 payment",
                balance=whole + Decimal(more),
                loan_count=1,
            )
        ]

    return make


def index(scene: Scene) -> IndexRateSet:
    return next(event for event in scene.events if isinstance(event, IndexRateSet))


def another_index(*, rate_off: str = "0", **changes: Any) -> Make:
    def make(scene: Scene) -> list[Event]:
        held = index(scene)
        return [attrs.evolve(held, event_id="planted/index", rate=held.rate + Decimal(rate_off), **changes)]

    return make


def index_fixed(days: int) -> Make:
    """The index is fixed so many days after the period began; below zero: before it."""

    def make(scene: Scene) -> list[Event]:
        held = index(scene)
        start = held.effective_date
        return scene.instead(held, fixing_date=start + dt.timedelta(days=days), period_start=start)

    return make


def index_of_the_next_period(scene: Scene) -> list[Event]:
    held = index(scene)
    later = attrs.evolve(held, event_id="planted/index", effective_date=held.effective_date + dt.timedelta(days=20))
    return [*scene.voided(held), later]


def amended(scene: Scene, **changes: Any) -> list[Event]:
    on = scene.remitted
    return [
        TermsAmended(
            event_id="planted/amended", deal=DEAL, effective_date=on, terms=attrs.evolve(scene.terms, **changes)
        )
    ]


def unpaid_class(scene: Scene) -> list[Event]:
    waterfall = [step for step in scene.terms.waterfall if step != PayInterest(classes=["B"])]
    return amended(scene, waterfall=waterfall)


def paid_with_another(scene: Scene) -> list[Event]:
    """Two steps become one: the class is paid all the same."""
    waterfall = [step for step in scene.terms.waterfall if not isinstance(step, PayInterest)]
    return amended(scene, waterfall=[PayInterest(classes=["A", "M-1", "M-2", "B"]), *waterfall])


def without_rate(scene: Scene) -> list[Event]:
    classes = [
        attrs.evolve(item, rate=ClassRate(kind=RateKind.NONE)) if item.class_id == "M-2" else item
        for item in scene.terms.classes
    ]
    return amended(scene, classes=classes)


POOL = [
    Case("boarded_unpaid_for", "the same loan under another number", boarded_again),
    Case("boarded_unpaid_for", "a substitute", substituted(), near=True),
    Case("substitute_not_boarded", "by nobody", substituted(boarded=False), loans=lambda _: ["NEW-1"],
         besides=frozenset({"paid_for_not_boarded"})),
    Case("paid_for_not_boarded", "a substitute that is not the pool's yet", substituted(boarded=False),
         besides=frozenset({"substitute_not_boarded"}), figures=lambda scene: {"boarded": 0}),
    Case("paid_for_not_boarded", "a substitute", substituted(), near=True),
    Case("substitute_not_boarded", "boarded with it", substituted(), near=True),
    Case("ages_unknown", "a substitute without an age", substituted(seasoning_months=None),
         figures=lambda _: {"loans": 1}),
    Case("ages_unknown", "a substitute of no age", substituted(seasoning_months=0), near=True),
    Case("loan_without_balance", "paid ahead to the last cent", ahead(), loans=first),
    Case("loan_without_balance", "a payoff that no loan leaves with", payoff_of_no_loan, loans=paid_off),
    Case("loan_without_balance", "bought out", bought_after_its_instalment, near=True),
    Case("curtailment_twice", "under another id", ahead(Decimal(500), times=2), loans=first),
    Case("curtailment_twice", "on another day", ahead(Decimal(500), times=2, day=11), near=True),
    Case("repurchase_without_interest", "at its balance alone", repurchased("0.00"), loans=first),
    Case("repurchase_without_interest", "with a month's net interest", repurchased(None), near=True),
    Case("repurchase_without_interest", "after its instalment", bought_after_its_instalment, near=True),
    Case("note_rate_unknown", "a rate of nothing", rate("0"), loans=first),
    Case("note_rate_unknown", "the same rate once more", rate(None), near=True),
    Case("payoff_rate_unlike_note", "changed after the payoff was posted", rate_of_a_payoff(on_due_date=False),
         loans=paid_off, besides=frozenset({"interest_unlike_note"})),
    Case("payoff_rate_unlike_note", "changed from the due date on", rate_of_a_payoff(on_due_date=True), near=True),
    Case("rate_beyond_note", "an eighth of a percent", reset("0.00125"), loans=lambda scene: [arm(scene).loan]),
    Case("rate_beyond_note", "at its limit", reset("0"), near=True),
    Case("bucket_unlike_paid_to", "a month behind, and current", status(2, "current"), loans=first),
    Case("bucket_unlike_paid_to", "paid up, and a month behind", status(1, "1 payment"), loans=first),
    Case("bucket_unlike_paid_to", "a month behind", status(2, "1 payment"), near=True),
    Case("delinquency_not_reported", "a status that was never posted", lambda scene: scene.voided(status_of(scene)),
         loans=slipped),
    Case("delinquency_not_reported", "a status posted anew", lambda scene: scene.instead(status_of(scene)), near=True),
    Case("delinquency_not_reported", "paid late since", paid_late_since, near=True,
         besides=frozenset({"advance_not_repaid"})),
    Case("liquidation_interest_beyond_rate", "a cent more than three years'", liquidated(36, "0.01"), loans=lost_now),
    Case("liquidation_interest_beyond_rate", "three years'", liquidated(36), near=True),
    Case("delinquent_beyond_pool", "by a cent", reported("0.01"), groups=["fixed"]),
    Case("delinquent_beyond_pool", "all of it", reported("0.00"), near=True),
]  # fmt: skip

BONDS = [
    Case("index_missing", "voided", lambda scene: scene.voided(index(scene)), classes=["A", "M-1", "M-2"]),
    Case("index_missing", "set anew", lambda scene: scene.instead(index(scene)), near=True),
    Case("two_index_rates", "an eighth of a percent apart", another_index(rate_off="0.00125"), classes=["A"]),
    Case("two_index_rates", "the same rate twice", another_index(), near=True),
    Case("index_of_other_period", "of the period that follows", index_of_the_next_period, classes=["A"]),
    Case("index_of_other_period", "fixed when the period had begun", index_fixed(2), classes=["A"]),
    Case("index_of_other_period", "fixed two days before", index_fixed(-2), near=True),
    Case("class_unpaid_by_waterfall", "no step pays it", unpaid_class, classes=["B"]),
    Case("class_unpaid_by_waterfall", "paid in one step with the others", paid_with_another, near=True),
    Case("class_without_rate", "a mezzanine class", without_rate, classes=["M-2"]),
    Case("class_without_rate", "a residual class has none", nothing, near=True),
]  # fmt: skip

"""Random pools of loans of every kind, months of theirs that are built, and what others post before and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import attrs

from ledger import (
    AccrualRule,
    AdvanceTerms,
    AsOf,
    BondClass,
    CalendarTerms,
    ClassKind,
    ClassRate,
    CollectionReceived,
    CurtailmentCollected,
    DayCount,
    DealTerms,
    DrawMade,
    Event,
    EventReversed,
    IndexPublished,
    InstalmentReportedDelinquent,
    Ledger,
    LoanBoarded,
    LoanGroup,
    LoanLiquidated,
    MonthProposal,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    RateKind,
    Receipt,
)
from ledger.deal.notes import CurtailmentEffect, CurtailmentPayment, InterestPrecision, NoteConventions
from ledger.deal.schedule import Distribution, schedule
from ledger.values.dates import add_months
from tests.deals.closing import REASON, WHO

DEAL, INDEX = "built", "CMT-1Y"
BEGAN = dt.date(2024, 1, 1)
KINDS = (
    "level", "interest only", "balloon", "adjustable", "step", "graduated", "simple", "option", "line", "biweekly",
    "short", "deferred",
)  # fmt: skip
ZERO = Decimal("0.00")


def terms(draw: Random) -> DealTerms:
    """Return random terms: monthly or quarterly, prepayments of the month or from the 16th to the 15th."""
    apart = 3 if draw.random() < 0.15 else 1
    paid = dt.date(2024, 4, 25) if apart == 3 else dt.date(2024, 2, 26)
    return DealTerms(
        title="Built Trust",
        cut_off_date=BEGAN,
        closing_date=BEGAN,
        calendar=CalendarTerms(
            first_payment_date=paid,
            final_payment_date=add_months(dt.date(2054, 1, 25), 0),
            months_between_payments=apart,
            prepayment_start_day=draw.choice([1, 1, 16]),
            due_day=draw.choice([1, 1, 31]),
        ),
        groups=(LoanGroup(group_id="one"), LoanGroup(group_id="two", number=2)),
        classes=(
            BondClass(
                class_id="A", face="100.00", rate=ClassRate(kind=RateKind.FIXED, rate="0.04"),
                day_count=DayCount.THIRTY_360, accrual=AccrualRule.PRIOR_CALENDAR_MONTH,
            ),
            BondClass(class_id="R", kind=ClassKind.RESIDUAL, rank=2),
        ),
        waterfall=(PayInterest(classes=("A",)), PayPrincipal(classes=("A",)), PayResidual(classes=("R",))),
        advances=draw.choice([None, AdvanceTerms(stop_after=2), AdvanceTerms(principal=False)]),
        notes=NoteConventions(
            curtailments=draw.choice(list(CurtailmentEffect)),
            curtailment_payment=draw.choice(list(CurtailmentPayment)),
            interest_precision=draw.choice([InterestPrecision.CENTS, *InterestPrecision]),
        ),
    )  # fmt: skip


def boarding(draw: Random, name: str, kind: str, due: dt.date, on: dt.date = BEGAN) -> LoanBoarded:
    """Return a loan of a kind, its next instalment due on a date."""
    balance = Decimal(draw.randrange(1_000_00, 400_000_00)).scaleb(-2)
    term = draw.choice([60, 180, 360])
    found: dict[str, Any] = {
        "balance": balance,
        "original_balance": balance,
        "note_rate": Decimal(draw.randrange(8, 90)) * Decimal("0.00125"),
        "servicing_rate": "0.0025",
        "first_due_date": due,
        "paid_to_date": add_months(due, -1),
        "maturity_date": add_months(due, term - 1),
        "original_term_months": term,
        "remaining_term_months": term,
        "seasoning_months": "0",
        "amortization_type": "fixed",
        "loan_to_value": "0.8",
    }
    found |= _of_kind(draw, kind, due, balance)
    group = draw.choice(["one", "two"])
    return LoanBoarded(event_id=f"board/{name}", deal=DEAL, effective_date=on, loan=name, group=group, **found)


def _of_kind(draw: Random, kind: str, due: dt.date, balance: Decimal) -> dict[str, Any]:
    payment = (balance * Decimal("0.004")).quantize(ZERO) + 1
    if kind == "interest only":
        return {"interest_only_months": draw.randrange(1, 12)}
    if kind == "balloon":
        return {"balloon_months": draw.randrange(1, 8)}
    if kind == "short":
        months = draw.randrange(1, 6)
        end = add_months(due, months - 1)
        return {"maturity_date": end, "original_term_months": months, "remaining_term_months": months}
    if kind == "deferred":
        return {"deferred_balance": (balance / 4).quantize(ZERO)}
    if kind in ("adjustable", "option"):
        found = {
            "amortization_type": "adjustable", "index_name": INDEX, "margin": "0.0275",
            "reset_months": draw.choice([1, 6, 12]), "next_reset_date": add_months(due, draw.randrange(1, 5)),
            "cap_up": "0.02", "cap_down": "0.02", "max_rate": "0.12", "min_rate": "0.01", "look_back_days": 15,
        }  # fmt: skip
        if kind == "option":
            found |= {
                "payment": payment, "payment_reset_months": draw.choice([3, 12]), "payment_cap": "0.075",
                "recast_months": draw.choice([4, 60]), "negative_amortization_limit": "1.10",
            }  # fmt: skip
        return found
    if kind in ("step", "graduated"):
        word = "step" if kind == "step" else "graduated payment"
        return {"amortization_type": word, "step": "0.005", "step_months": 2, "step_count": 3, "payment": payment}
    if kind == "simple":
        return {"interest_method": "daily simple interest"}
    if kind == "line":
        return {"credit_limit": balance * 2, "draw_period_end": add_months(due, draw.randrange(0, 6))}
    if kind == "biweekly":
        return {"payment_frequency": "biweekly", "first_due_date": due + dt.timedelta(draw.randrange(0, 12))}
    return {}


@attrs.define
class Life:
    """A deal whose months are built: what stands of each loan is added up here from the events alone."""

    draw: Random
    ledger: Ledger
    terms: DealTerms
    kinds: dict[str, str]
    number: int = 0
    told: list[str] = attrs.field(factory=list)

    def name(self, what: str) -> str:
        self.number += 1
        return f"{what}/{self.number}"

    def standing(self) -> dict[str, Any]:
        """Return every event that stands, by id."""
        found: dict[str, Any] = {}
        for item in self.ledger.events(DEAL):
            event: Any = item.event
            voided = getattr(event, "reverses", None) or getattr(event, "corrects", None)
            if voided is not None:
                found.pop(voided, None)
            else:
                found[event.event_id] = event
        return found

    def balances(self) -> dict[str, Decimal]:
        """Return what is left of each loan: boarded and drawn, less principal due, prepaid and liquidated."""
        signs = {"loan_boarded": ("balance", 1), "draw_made": ("amount", 1), "scheduled_payment_due": ("principal", -1),
                 "curtailment_collected": ("amount", -1), "payoff_collected": ("amount", -1),
                 "loan_liquidated": ("balance", -1), "interest_capitalized": ("amount", 1)}  # fmt: skip
        found: dict[str, Decimal] = {}
        for event in self.standing().values():
            if event.name in signs:
                field, sign = signs[event.name]
                found[event.loan] = found.get(event.loan, ZERO) + sign * getattr(event, field)
        return found

    def gone(self) -> set[str]:
        """Return the loans that were paid off or sold."""
        return {
            event.loan for event in self.standing().values() if event.name in ("payoff_collected", "loan_liquidated")
        }

    def post(self, *events: Event) -> bool:
        """Post what others say; say whether it is taken."""
        done = self.ledger.post_many(list(events))
        self.told.append(f"{done.accepted} {events}")
        return done.accepted

    def build(self, due: dt.date) -> Receipt:
        """Post the month."""
        done = self.ledger.post_month(DEAL, due)
        assert isinstance(done, Receipt), (done, self.told)
        return done


def opened(seed: int) -> Life:
    """Open a deal with a random pool."""
    draw = Random(seed)
    made = terms(draw)
    ledger = Ledger.create("sqlite://")
    ledger.open_deal(DEAL, made).or_raise()
    kinds = [draw.choice(KINDS) for _ in range(draw.randrange(2, 6))]
    due = dt.date(2024, 1, 15) if made.calendar.due_day == 31 else dt.date(2024, 2, 1)
    named = {f"{place}-{kind}".replace(" ", "-"): kind for place, kind in enumerate(kinds)}
    life = Life(draw, ledger, made, named)
    figures = (index(day, draw) for day in (dt.date(2024, 1, 1), dt.date(2024, 1, 10)))
    ledger.post_many([*(boarding(draw, name, kind, due) for name, kind in named.items()), *figures]).or_raise()
    return life


def index(day: dt.date, draw: Random) -> IndexPublished:
    """Return a figure of the index."""
    rate = Decimal(draw.randrange(0, 90)).scaleb(-3)
    return IndexPublished(event_id=f"index/{day}", deal=DEAL, effective_date=day, as_of=day, index=INDEX, rate=rate)


def lived(life: Life, at: Distribution) -> None:
    """Let a month pass: exceptions before and after it is built, in any order, some of them taken back."""
    draw, due = life.draw, at.due_period[1]
    posted: list[Event] = []
    for _ in range(draw.randrange(0, 6)):
        if draw.random() < 0.4:
            life.build(due)
            continue
        if posted and draw.random() < 0.25:
            wrong = posted.pop(draw.randrange(len(posted)))
            life.post(
                EventReversed(
                    event_id=life.name("back"), deal=DEAL, effective_date=wrong.effective_date,
                    reverses=wrong.event_id, reason="an error",
                )
            )  # fmt: skip
            continue
        events = list(draw.choice(EXCEPTIONS)(life, at))
        if events and life.post(*events):
            posted += [event for event in events if not isinstance(event, EventReversed)]
    life.build(due)


def _loan(life: Life) -> str:
    return life.draw.choice(sorted(life.balances()))


def _due(life: Life, loan: str, at: Distribution) -> list[tuple[dt.date, Decimal, Decimal]]:
    found: MonthProposal = life.ledger.build_month(DEAL, at.due_period[1])
    return [
        (dt.date(key.day // 10_000, key.day // 100 % 100, key.day % 100), Decimal(amounts.principal).scaleb(-4),
         Decimal(amounts.interest).scaleb(-4))
        for key, amounts in found.said.items()
        if key.type == "scheduled_payment_due" and key.whose == loan
    ]  # fmt: skip


def _paid_by_month(life: Life, loan: str, at: Distribution) -> list[Event]:
    """Return what takes back the payments that the month said of a loan."""
    stamp = f"{DEAL}/month/{at.payment_date}/paid"
    return [
        EventReversed(event_id=life.name("bounced"), deal=DEAL, effective_date=event.effective_date,
                      reverses=event.event_id, reason="it bounced")
        for event in life.standing().values()
        if event.event_id.startswith(stamp) and event.loan == loan
    ]  # fmt: skip


def _cents(amount: Decimal) -> Decimal:
    return max(amount, ZERO).quantize(ZERO, "ROUND_DOWN")


def a_missed_instalment(life: Life, at: Distribution) -> Iterable[Event]:
    """A report that all instalments of a loan were missed."""
    loan = _loan(life)
    for day, principal, interest in _due(life, loan, at):
        if principal + interest > 0 and principal >= 0:
            yield InstalmentReportedDelinquent(
                event_id=life.name("missed"), deal=DEAL, effective_date=day, loan=loan, principal=principal,
                interest=interest, due_date=day,
            )  # fmt: skip


def a_payment_in_part(life: Life, at: Distribution) -> Iterable[Event]:
    """A part of the interest of the first instalment; what the month said came in bounced."""
    loan = _loan(life)
    due = _due(life, loan, at)
    if due and due[0][2] >= 1:
        yield from _paid_by_month(life, loan, at)
        # What was paid of it before leaves so much less to pay.
        first, last = at.due_period
        paid = sum(
            (
                event.interest
                for event in life.standing().values()
                if event.event_id.startswith("part/") and event.loan == loan and first <= event.effective_date <= last
            ),
            start=ZERO,
        )
        part = min(_cents(due[0][2] * life.draw.randrange(1, 10) / 10), _cents(due[0][2] - paid))
        if not part:
            return
        yield CollectionReceived(
            event_id=life.name("part"), deal=DEAL, effective_date=due[0][0], loan=loan, principal="0.00", interest=part
        )


def a_late_payment(life: Life, at: Distribution) -> Iterable[Event]:
    """An instalment of an earlier month is paid, advanced meanwhile or not."""
    day = at.remittance_cut_off
    reports = [event for event in life.standing().values() if event.name == "instalment_reported_delinquent"]
    reports = [event for event in reports if event.due_date < at.due_period[0]]
    paid = {(event.loan, event.due_date) for event in life.standing().values() if event.name == "collection_received"}
    advanced = {event.loan for event in life.standing().values() if event.name == "advance_made"}
    for event in reports:
        whole = _cents(event.principal), _cents(event.interest)
        if (event.loan, event.due_date) not in paid and whole[0] + whole[1] > 0:
            yield CollectionReceived(
                event_id=life.name("late"), deal=DEAL, effective_date=day, loan=event.loan, principal=whole[0],
                interest=whole[1], due_date=event.due_date,
                timing="late, advanced" if event.loan in advanced else "late",
            )  # fmt: skip
            return


def _within(life: Life, at: Distribution) -> dt.date:
    first, last = at.prepayment_period
    return first + dt.timedelta(life.draw.randrange((last - first).days + 1))


def a_payoff(life: Life, at: Distribution) -> Iterable[Event]:
    """A loan is paid off by what it stands at."""
    loan = _loan(life)
    left, rate = life.balances()[loan], life.ledger.build_month(DEAL, at.due_period[1])
    if (
        left <= 0
        or left != left.quantize(ZERO)
        or any(event.name == "loan_rate_changed" and event.loan == loan for event in life.standing().values())
    ):
        return
    assert rate is not None
    boarded = life.standing()[f"board/{loan}"]
    # Nor is one that somebody said had missed its instalment: what is owed of it then is another than was said.
    missed = any(
        event.event_id.startswith("missed/") and event.loan == loan and event.due_date >= at.due_period[0]
        for event in life.standing().values()
    )
    if boarded.deferred_balance or missed:
        return
    yield PayoffCollected(
        event_id=life.name("payoff"), deal=DEAL, effective_date=_within(life, at), loan=loan, amount=left,
        note_rate=boarded.note_rate, servicing_rate=boarded.servicing_rate,
    )  # fmt: skip


def a_curtailment(life: Life, at: Distribution) -> Iterable[Event]:
    """Some of a loan is paid ahead."""
    loan = _loan(life)
    part = _cents(life.balances()[loan] * life.draw.randrange(1, 10) / 10)
    if part > 0:
        yield CurtailmentCollected(
            event_id=life.name("ahead"), deal=DEAL, effective_date=_within(life, at), loan=loan, amount=part
        )


def a_liquidation(life: Life, at: Distribution) -> Iterable[Event]:
    """A loan is sold for half of what it stands at."""
    loan = _loan(life)
    left = life.balances()[loan]
    paid = any(event.event_id.startswith("part/") and event.loan == loan for event in life.standing().values())
    # What was sold whole owes no instalment, so one that was paid in part is not sold in these lives.
    if left > 0 and left == left.quantize(ZERO) and not paid:
        half = _cents(left / 2)
        yield LoanLiquidated(
            event_id=life.name("sold"), deal=DEAL, effective_date=_within(life, at), loan=loan, balance=left,
            net_proceeds=half, realized_loss=left - half,
        )  # fmt: skip


def a_draw(life: Life, at: Distribution) -> Iterable[Event]:
    """A line of credit is drawn on."""
    day = at.due_period[1]
    tape = (event for event in life.standing().values() if event.name == "loan_boarded")
    lines = [event.loan for event in tape if event.credit_limit and event.draw_period_end >= day]
    if lines:
        yield DrawMade(
            event_id=life.name("draw"), deal=DEAL, effective_date=at.prepayment_period[0], loan=life.draw.choice(lines),
            amount="100.00", funded_by="seller",
        )  # fmt: skip


def a_new_loan(life: Life, at: Distribution) -> Iterable[Event]:
    """A loan is boarded within the month."""
    kind = life.draw.choice(KINDS)
    name = life.name(f"new-{kind}".replace(" ", "-")).replace("/", "-")
    on = at.due_period[0]
    due = add_months(on.replace(day=15 if life.terms.calendar.due_day == 31 else 1), 0 if on.day == 1 else 1)
    boarded = boarding(life.draw, name, kind, due, on)
    if at.ordinal > 1:
        yield boarded


EXCEPTIONS: tuple[Callable[[Life, Distribution], Iterable[Event]], ...] = (
    a_missed_instalment, a_missed_instalment, a_payment_in_part, a_late_payment, a_late_payment, a_payoff,
    a_curtailment, a_curtailment, a_liquidation, a_draw, a_new_loan,
)  # fmt: skip


def held(life: Life, at: Distribution) -> None:
    """Hold a month that was built to its laws, close and pay it."""
    ledger = life.ledger
    proposal = ledger.build_month(DEAL, at.due_period[1])
    assert proposal.is_posted, (proposal.differences, life.told)
    assert not proposal.unbuilt, proposal.unbuilt
    ready = ledger.readiness(DEAL, at.payment_date)
    refused = [(item.code, item.message) for item in ready.findings if item.grade.value == "refuses"]
    assert not refused, (refused, life.told)
    report = ready.report
    assert report is not None
    left = life.balances()
    assert min(left.values()) >= 0, (left, life.told)
    books = ledger.books(DEAL, AsOf(record_date=at.payment_date))
    assert books.balance("pool_principal").value == Fraction(sum(left.values())), life.told
    pool = sum(group.closing_balance.value for group in report.collateral.groups.values())
    assert pool == Fraction(sum(left.values())), life.told
    standing = {line.loan: line.stated_balance for line in ledger.loans_paid(DEAL, at.payment_date)}
    assert {loan: units for loan, units in standing.items() if units} == {
        loan: units for loan, units in left.items() if units
    }, life.told
    for loan in life.gone():
        assert left[loan] == 0, (loan, left[loan], life.told)
    ledger.close_period(
        DEAL, at.payment_date, acknowledge=dict.fromkeys(ready.codes_to_acknowledge, REASON), who=WHO
    ).or_raise()
    ledger.distribute(DEAL, at.payment_date).or_raise()


def months(life: Life, count: int) -> None:
    """Let months pass."""
    calendar = schedule(life.terms)
    for place in range(count):
        at = calendar.at(place)
        if place:
            life.ledger.post(index(at.due_period[0], life.draw)).or_raise()
        lived(life, at)
        held(life, at)

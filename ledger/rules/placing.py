"""When an event happened: the distribution that it belongs to, or why it belongs to none."""

from __future__ import annotations

from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import AccrualRule, LateEvents
from ledger.deal.windows import Window
from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.deal import PeriodClosed, PrefundingWithdrawn
from ledger.events.registry import REGISTRY
from ledger.rules.state import DealState
from ledger.values.dates import date_from_number, date_number


def _accrual_rule(event: Event, terms: DealTerms) -> AccrualRule | None:
    """The accrual rule of the class that a rate is reported for, or of the first class or contract on an index."""
    class_id, index = getattr(event, "class_id", None), getattr(event, "index", None)
    if class_id is None and index is None:
        return None
    found = [c for c in terms.classes if c.class_id == class_id or (index is not None and c.rate.index == index)]
    on = [item.accrual for item in found]
    on.extend(item.accrual for item in terms.derivatives if index is not None and item.index == index)
    return on[0] if on else None


COLLECTING = frozenset(
    {"collection_received", "instalment_reported_delinquent", "unapplied_funds_applied", "payment_returned"}
)
"""What is paid, or not paid, of instalments: under the second rules it counts at the remittance cut-off."""


def place(event: Event, posts_as: str, code: str, state: DealState, voids: int | None = None) -> int | Violation:
    """Return the distribution that an event of this type and code belongs to, or why it belongs to none.

    ``voids`` is the distribution of the event that a reversal voids.
    """
    found = _place(event, posts_as, code, state, voids)
    # No report reaches behind what was brought forward: such a fact would be counted and never shown.
    if not isinstance(found, Violation) and 0 < found <= state.carried_in and state.happens_in_month(posts_as, code):
        carried = date_from_number(state.carried_in)
        message = (
            f"{event.effective_date} belongs to the distribution of {date_from_number(found)}, and balances are "
            f"brought forward from that of {carried}: what happened up to it is in them already"
        )
        return Violation(event.event_id, "effective_date", "before_carried_in", message)
    return found


def _place(event: Event, posts_as: str, code: str, state: DealState, voids: int | None) -> int | Violation:
    terms, calendar, window = state.terms, state.schedule, REGISTRY[posts_as].kind.window
    assert terms is not None
    buys = posts_as == "prefunding_withdrawn" and terms.rules > 2
    if buys and isinstance(event, PrefundingWithdrawn) and event.spent_on_loans and not event.paid_as_principal:
        # What is spent on loans backs the bonds until these do.
        window = Window.BOARDING
    if event.effective_date < terms.cut_off_date:
        message = f"{event.effective_date} lies before the deal's cut-off date {terms.cut_off_date}"
        return Violation(event.event_id, "effective_date", "outside_deal_life", message)
    if isinstance(event, PeriodClosed):
        return date_number(event.distribution_date)
    if terms.rules > 1 and posts_as in COLLECTING:
        found = _of_instalment(event, posts_as, code, state, voids)
        if isinstance(found, Violation):
            return found
        natural = found
    else:
        day = getattr(event, "period_start", None) or event.effective_date
        natural = calendar.belongs_to(window, day, _accrual_rule(event, terms))
        if voids is not None and (posts_as == "index_rate_set" or buys):
            # A rate is fixed on another day than its period begins, and its reversal names no period; no more does one
            # of a purchase name what was bought.
            natural = voids
    if natural is None:
        message = f"{event.effective_date} lies after the deal's final payment date {terms.calendar.final_payment_date}"
        return Violation(event.event_id, "effective_date", "outside_deal_life", message)
    # Terms precede every distribution, but an amendment shows in those paid from its own date on.
    concerned = date_number(event.effective_date) if window is Window.TERMS else natural
    if event.restates or not state.closed_through or concerned > state.closed_through or posts_as in _TIMELESS:
        return natural
    pays = _pays(posts_as, code, terms)
    if pays and natural == state.closed_through:
        return natural
    if terms.late_events is LateEvents.NEXT_DISTRIBUTION and not pays and not _counts_by_date(posts_as, window):
        following = calendar.following(state.closed_through)
        if following is not None:
            return following
    own = date_from_number(_closed_with(concerned, state))
    message = (
        f"{event.effective_date} belongs to a period that was closed with the distribution of {own}; "
        "set restates (true) to restate it, or date it into the open period"
    )
    return Violation(event.event_id, "effective_date", "period_closed", message)


def _closed_with(concerned: int, state: DealState) -> int:
    """Return the distribution whose closing closed a day or distribution: the first from it on, and since the entry."""
    first = max(concerned, state.carried_in + 1)
    return min(state.schedule.following(first - 1) or state.closed_through, state.closed_through)


def _of_instalment(
    event: Event, posts_as: str, code: str, state: DealState, voids: int | None
) -> int | Violation | None:
    """Return where a payment, or the want of one, belongs: to its instalment while that is open, else where it came.

    A payment for an instalment that falls due later is held for it. One that comes after the cut-off of its own
    distribution is late there, and must say so, for it may have been advanced meanwhile.
    """
    calendar, due = state.schedule, getattr(event, "due_date", None)
    came = calendar.belongs_to(Window.CUT_OFF, event.effective_date)
    if voids is not None:
        return voids if voids > state.closed_through else came
    if due is None or came is None:
        return came
    owed = calendar.belongs_to(Window.DUE_PERIOD, due)
    if owed is None or owed == came:
        return came
    if posts_as == "instalment_reported_delinquent" or (posts_as == "payment_returned" and code == "on time"):
        return owed if owed > state.closed_through else came
    if posts_as in ("collection_received", "unapplied_funds_applied"):
        if code == "on time" and owed < came:
            message = (
                f"the instalment of {due} belongs to the distribution of {date_from_number(owed)}, whose remittance "
                f"cut-off lies before {event.effective_date}; give timing 'late', or 'late, advanced'"
            )
            return Violation(event.event_id, "timing", "late_instalment", message)
        if code != "on time" and owed > came:
            message = f"the instalment of {due} is not due before {event.effective_date}; give timing 'on time'"
            return Violation(event.event_id, "timing", "not_late", message)
    return max(owed, came)


_PAYS = frozenset(
    {
        "bond_interest_paid",
        "bond_interest_deferred",
        "bond_principal_paid",
        "bond_loss_allocated",
        "bond_written_up",
        "bond_loss_paid",
        "bond_shortfall_recorded",
        "prepayment_shortfall_borne",
        "insurer_payment_received",
        "insurer_reimbursed",
        "insurer_interest_accrued",
        "trust_account_funded",
        "trust_account_withdrawn",
        "fee_shortfall_recorded",
        "collection_account_remitted",
        "principal_set_aside",
        "retained_part_settled",
        "seller_draws_repaid",
    }
)
"""What may still be posted to the last closed distribution, or reversed there: its payment."""


def _pays(posts_as: str, code: str, terms: DealTerms) -> bool:
    """Say whether an event records what a report computed; a fee that is posted is part of the report itself."""
    if posts_as == "fee_charged":
        return any(fee.fee_id == code and not fee.basis.is_posted for fee in terms.fees)
    return posts_as in _PAYS


_TIMELESS = frozenset({"index_published"})
"""What belongs to no month's figures, and may become known whenever it does."""

_LEVELS = frozenset({"delinquency_reported", "pool_characteristics_reported", "loan_rate_changed"})


def _counts_by_date(posts_as: str, window: Window) -> bool:
    """Say whether a fact states a level or a rate of its own period: in another one it would be false, not late."""
    return window in (Window.TERMS, Window.BALANCE, Window.ACCRUAL_PERIOD) or posts_as in _LEVELS

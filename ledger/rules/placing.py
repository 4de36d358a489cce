"""When an event happened: the distribution that it belongs to, or why it belongs to none."""

from __future__ import annotations

from ledger.deal.terms import AccrualRule, DealTerms, FeeBasis, LateEvents
from ledger.deal.windows import Window
from ledger.errors import Violation
from ledger.events.base import Event
from ledger.events.deal import PeriodClosed
from ledger.events.registry import REGISTRY
from ledger.rules.state import DealState
from ledger.values.dates import date_from_number, date_number


def _accrual_rule(event: Event, terms: DealTerms) -> AccrualRule | None:
    """The accrual rule of the class that a rate is reported for, or of the first class that floats on an index."""
    class_id, index = getattr(event, "class_id", None), getattr(event, "index", None)
    if class_id is None and index is None:
        return None
    found = [c for c in terms.classes if c.class_id == class_id or (index is not None and c.rate.index == index)]
    return found[0].accrual if found else None


def place(event: Event, posts_as: str, code: str, state: DealState) -> int | Violation:
    """Return the distribution that an event of this type and code belongs to, or why it belongs to none."""
    terms, calendar, window = state.terms, state.schedule, REGISTRY[posts_as].kind.window
    assert terms is not None
    if event.effective_date < terms.cut_off_date:
        message = f"{event.effective_date} lies before the deal's cut-off date {terms.cut_off_date}"
        return Violation(event.event_id, "effective_date", "outside_deal_life", message)
    if isinstance(event, PeriodClosed):
        return date_number(event.distribution_date)
    natural = calendar.belongs_to(window, event.effective_date, _accrual_rule(event, terms))
    if natural is None:
        message = f"{event.effective_date} lies after the deal's final payment date {terms.calendar.final_payment_date}"
        return Violation(event.event_id, "effective_date", "outside_deal_life", message)
    # Terms precede every distribution, but an amendment shows in those paid from its own date on.
    concerned = date_number(event.effective_date) if window is Window.TERMS else natural
    if event.restates or not state.closed_through or concerned > state.closed_through:
        return natural
    pays = _pays(posts_as, code, terms)
    if pays and natural == state.closed_through:
        return natural
    if terms.late_events is LateEvents.NEXT_DISTRIBUTION and not pays and not _counts_by_date(posts_as, window):
        following = calendar.following(state.closed_through)
        if following is not None:
            return following
    closed = date_from_number(state.closed_through)
    message = (
        f"{event.effective_date} belongs to a period that was closed with the distribution of {closed}; "
        "mark the event restates=True to restate it, or date it into the open period"
    )
    return Violation(event.event_id, "effective_date", "period_closed", message)


_PAYS = frozenset(
    {
        "bond_interest_paid",
        "bond_principal_paid",
        "bond_loss_allocated",
        "bond_written_up",
        "bond_shortfall_recorded",
        "insurer_payment_received",
        "insurer_reimbursed",
        "collection_account_remitted",
    }
)
"""What may still be posted to the last closed distribution, or reversed there: its payment."""


def _pays(posts_as: str, code: str, terms: DealTerms) -> bool:
    """Say whether an event records what a report computed; a fee that is posted is part of the report itself."""
    if posts_as == "fee_charged":
        return any(fee.fee_id == code and fee.basis is not FeeBasis.POSTED for fee in terms.fees)
    return posts_as in _PAYS


_LEVELS = frozenset({"delinquency_reported", "pool_characteristics_reported", "loan_rate_changed"})


def _counts_by_date(posts_as: str, window: Window) -> bool:
    """Say whether a fact states a level or a rate of its own period: in another one it would be false, not late."""
    return window in (Window.TERMS, Window.BALANCE, Window.ACCRUAL_PERIOD) or posts_as in _LEVELS

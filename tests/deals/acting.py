"""The toy deal on terms that demand a second person, with every act that they can demand one for."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ledger import (
    Act,
    AdvanceDeclaredNonrecoverable,
    AdvanceMade,
    CurtailmentCollected,
    DealTerms,
    Envelope,
    Event,
    Ledger,
    TermsAmended,
    Violation,
)
from ledger.rules.second_person import Approvals, People, second_person_faults
from tests.deals.toy import CLOSING, TOY, boarding, due_date, month_events, payment_date, prior_month, toy_terms

DAY = payment_date(1)
UNACCOUNTED = {"due_unaccounted": "told by telephone"}
WHO = "A. Clerk"
TWO = Envelope(actor="Jane Marsh", approver="R. Ortega")


def demanding(*acts: Act | str) -> DealTerms:
    """Return the terms of the toy deal, under the second rules, with a demand for these acts."""
    return attrs.evolve(toy_terms(rules=2), second_person=acts)


def acting_toy(ledger: Ledger, acts: Iterable[Act | str] = Act) -> None:
    """Open the deal and post a month in which nobody says why a loan does not pay: its closing must acknowledge it."""
    ledger.open_deal(TOY, demanding(*acts)).or_raise()
    ledger.post_many([*boarding(), *(e for e in month_events(1) if e.event_id != "1/collected/one-1")]).or_raise()
    made = AdvanceMade(
        event_id="advanced",
        deal=TOY,
        effective_date=due_date(1),
        loan="one-1",
        principal="100.00",
        interest="1000.00",
        due_date=due_date(1),
    )
    ledger.post(made).or_raise()


def restating(name: str = "late") -> Event:
    """Return a fact of the first month that is marked as restating it; it need not be closed."""
    return CurtailmentCollected(
        event_id=name, deal=TOY, effective_date=prior_month(1, 15), loan="one-2", amount="5.00", restates=True
    )


def nonrecoverable(name: str = "nonrecoverable") -> Event:
    """Return the declaration that a loan will not repay its advance."""
    return AdvanceDeclaredNonrecoverable(
        event_id=name,
        deal=TOY,
        effective_date=due_date(1),
        loan="one-1",
        principal="100.00",
        interest="1000.00",
        reason="sold short",
    )


def amending(*acts: Act | str, name: str = "amended") -> Event:
    """Return an amendment to terms with a demand for these acts."""
    terms = attrs.evolve(demanding(*acts), title="Toy Trust, Amended")
    return TermsAmended(event_id=name, deal=TOY, effective_date=CLOSING, terms=terms)


def act_of(ledger: Ledger, act: Act) -> Event:
    """Return an event that is this act, as the deal of :func:`acting_toy` takes it."""
    if act in (Act.CLOSING, Act.ACKNOWLEDGING):
        return ledger.proposed_closing(TOY, DAY, acknowledge=UNACCOUNTED, who=WHO)
    if act is Act.RESTATING:
        return restating()
    return nonrecoverable() if act is Act.NONRECOVERABLE else amending(*Act)


def checked_again(ledger: Ledger, deal: str = TOY) -> list[Violation]:
    """Return what the rule says of every event of a log, from nothing but its events and envelopes."""
    approvals, terms, found = Approvals(), None, list[Violation]()
    for item in ledger.events(deal):
        held, event = item.envelope, item.event
        people = People() if held is None else People(held.login, held.actor, held.approver)
        of_it = approvals.of(event.event_id)
        found.extend(second_person_faults(event, item.payload.encode(), terms, people, of_it))
        approvals.note(event, people)
        terms = getattr(event, "terms", terms)
    return found

"""No history of postings and approvals leaves an act in the log that one person stands behind, whatever is tried."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Act, CurtailmentCollected, Envelope, Event, Ledger, TermsAmended, encode
from tests.deals.acting import amending, checked_again, demanding
from tests.deals.toy import TOY, boarding, month_events, prior_month
from tests.draws import draws

PEOPLE = {"Jane": "jane", "JANE ": "jane", "\uff2aane": "jane", "Bob": "bob", "b o b": "bob", "": "", "\u3164": ""}
"""Names as they may be stated, and whose each is."""

NAMES = st.sampled_from([name.strip(" ") for name in PEOPLE])
WHO = {name.strip(" "): who for name, who in PEOPLE.items()}


def restating(number: int, amount: str) -> Event:
    """Return a small curtailment of an early month that is marked as restating it."""
    return CurtailmentCollected(
        event_id=f"late/{number}",
        deal=TOY,
        effective_date=prior_month(1, 15),
        loan="one-2",
        amount=amount,
        restates=True,
    )


EVENTS = st.builds(restating, st.integers(0, 2), st.sampled_from(["1.00", "2.00"])) | st.builds(
    lambda number, acts: amending(*acts, name=f"amended/{number}"),
    st.integers(0, 2),
    st.sets(st.sampled_from(Act)),
)
DOORS = st.sampled_from(["post", "post_many", "post_table", "approve"])
STEPS = st.lists(st.tuples(DOORS, EVENTS, NAMES, NAMES), min_size=1, max_size=8)


def two_stand(event: Event, terms: Iterable[Act], actor: str, approver: str, approved: set[tuple[str, str]]) -> bool:
    """Say as simply as can be whether an event may be posted: it asks for nobody, or two people stand behind it."""
    demands = set(terms)
    if isinstance(event, TermsAmended):
        asks = Act.AMENDING in demands or not demands <= set(event.terms.second_person)
    else:
        asks = Act.RESTATING in demands
    others = {WHO[approver], *(who for who, digest in approved if digest == digest_of(event))} - {"", WHO[actor]}
    return not asks or (WHO[actor] != "" and bool(others))


def digest_of(event: Event) -> str:
    return sha256(encode(event)).hexdigest()


def test_every_act_that_was_let_in_has_two_people() -> None:
    with Ledger.create("sqlite://") as made:
        made.open_deal(TOY, demanding(Act.RESTATING)).or_raise()
        made.post_many([*boarding(), *month_events(1)]).or_raise()
        rows = list(made.stored_rows(TOY))

    @settings(max_examples=draws(25))
    @given(STEPS)
    def check(steps: list[tuple[str, Event, str, str]]) -> None:
        with Ledger.create("sqlite://") as ledger:
            ledger.restore_rows(rows)
            approved: set[tuple[str, str]] = set()
            posted: set[str] = set()
            demands: Iterable[Act] = (Act.RESTATING,)
            for door, event, actor, approver in steps:
                envelope = Envelope(actor=actor, approver=approver)
                if door == "approve":
                    answer = ledger.approve(event, envelope=envelope)
                    says_something = event.event_id not in posted and (WHO[actor], digest_of(event)) not in approved
                    assert answer.accepted == (WHO[actor] != "" and says_something)
                    approved.update({(WHO[actor], digest_of(event))} if answer.accepted else ())
                    continue
                expected = two_stand(event, demands, actor, approver, approved)
                if door == "post_table" and not isinstance(event, TermsAmended):
                    row = attrs.asdict(event)
                    del row["deal"]
                    answer = ledger.post_table(TOY, [(event.name, [row])], envelope=envelope)
                elif door == "post_many":
                    answer = ledger.post_many([event], envelope=envelope)
                else:
                    answer = ledger.post(event, envelope=envelope)
                if event.event_id in posted:
                    continue
                assert answer.accepted == expected
                if answer.accepted:
                    posted.add(event.event_id)
                    demands = event.terms.second_person if isinstance(event, TermsAmended) else demands
            assert checked_again(ledger) == []

    check()

"""Who is another person, what demands one, and what is said where there is none."""

from __future__ import annotations

import pytest

from ledger import Act, ActApproved, Event, encode
from ledger.journal.movements import MONTHLY_TYPES
from ledger.rules.second_person import (
    Approval,
    Approvals,
    People,
    acts_of,
    demanded_acts,
    payload_digest,
    person,
    second_person_faults,
    seconds,
)
from tests.deals.acting import amending, demanding, nonrecoverable, restating
from tests.deals.toy import CLOSING, TOY, month_events

EVENT = restating()
PAYLOAD = encode(EVENT)
DIGEST = payload_digest(PAYLOAD)


def approval(people: People, digest: str = DIGEST) -> Approval:
    return Approval("ok", digest, people)


def faults(people: People, *approvals: Approval) -> list[tuple[str, str]]:
    """Return field and code of what is said of a restating event, which the terms demand a second person for."""
    found = second_person_faults(EVENT, PAYLOAD, demanding(Act.RESTATING), people, approvals)
    assert all(item.event_id == EVENT.event_id and "restating" in item.message for item in found)
    return [(item.field, item.code) for item in found]


@pytest.mark.parametrize(
    "name",
    ["jane marsh", "JANE MARSH", "Jane  Marsh", "JaneMarsh", "Jane\u00a0Marsh", "\uff2aane Marsh", "Jane Marsh\ufe0f",
     "Jane\u3164 Marsh", "Ja\u034fne Marsh", "\u2800Jane Marsh", "Jane Mar\u017fh"],
)  # fmt: skip
def test_a_name_written_otherwise_is_the_same_person(name: str) -> None:
    assert person(name) == person("Jane Marsh")
    assert faults(People("", "Jane Marsh", name)) == [("approver", "same_person")]


@pytest.mark.parametrize(("one", "other"), [("stra\u00dfe", "STRASSE"), ("\u00e9", "e\u0301"), ("\ufb01n", "FIN")])
def test_names_are_folded_as_unicode_says(one: str, other: str) -> None:
    assert person(one) == person(other)


@pytest.mark.parametrize("name", ["", " ", "\u3164", "\ufe0f", "\u2800\u034f"])
def test_a_name_that_shows_nothing_names_nobody(name: str) -> None:
    assert faults(People("", "Jane Marsh", name)) == [("approver", "needs_second_person")]
    assert faults(People("", name, "R. Ortega")) == [("actor", "needs_second_person")]
    assert second_person_faults(approving(), b"", None, People("", name, "R. Ortega"))[0].code == "nobody_approves"


def approving() -> ActApproved:
    return ActApproved(event_id="ok", deal=TOY, effective_date=CLOSING, approves="late", payload_sha256=DIGEST)


def test_where_nobody_is_known_what_is_stated_counts() -> None:
    assert faults(People("", "Jane", "Bob")) == []
    assert faults(People("", "Jane", ""), approval(People("", "Bob"))) == []
    assert faults(People("", "Jane", "jane"), approval(People("", "Bob"))) == []
    # The log may come from where logins are known.
    assert faults(People("", "Jane", ""), approval(People("bob", ""))) == []
    assert faults(People("", "Bob", ""), approval(People("bob", ""))) == [("approver", "needs_second_person")]
    assert faults(People("", "", ""), approval(People("", "Bob"))) == [("actor", "needs_second_person")]
    assert faults(People("", "Jane", ""), approval(People("", " JANE"))) == [("approver", "needs_second_person")]


def test_where_logins_are_known_only_another_login_counts() -> None:
    jane = People("jane", "", "")
    assert faults(jane) == [("approver", "needs_second_person")]
    assert faults(People("jane", "Jane", "Bob")) == [("approver", "needs_second_person")]
    assert faults(jane, approval(People("bob", ""))) == []
    assert faults(jane, approval(People("jane", "Bob"))) == [("approver", "same_person")]
    assert faults(jane, approval(People("", "Bob"))) == [("approver", "same_person")]
    assert faults(People("jane", "Jane", ""), approval(People("bob", "JANE"))) == [("approver", "same_person")]
    assert faults(People("jane", "Jane", ""), approval(People("bob", "Bob"))) == []


@pytest.mark.parametrize("login", ["", "jane"])
def test_an_approval_of_something_else_is_none(login: str) -> None:
    other = approval(People("bob" if login else "", "Bob"), "0" * 64)
    assert faults(People(login, "Jane", ""), other) == [("approver", "approved_otherwise")]


def test_second_people_are_proved_or_stated() -> None:
    stated = list(seconds(PAYLOAD, People("", "Jane", "Bob"), [approval(People("", "Lee"))]))
    assert [(item.name, item.approval, item.is_proved) for item in stated] == [("Bob", "", False), ("Lee", "ok", False)]
    (proved,) = seconds(PAYLOAD, People("jane", "", "Bob"), [approval(People("bob", ""))])
    assert (proved.login, proved.approval, proved.is_proved) == ("bob", "ok", True)


@pytest.mark.parametrize(
    ("event", "act"),
    [(restating(), Act.RESTATING), (nonrecoverable(), Act.NONRECOVERABLE), (amending(), Act.AMENDING)],
)
def test_an_act_is_demanded_where_the_terms_name_it(event: Event, act: Act) -> None:
    assert demanded_acts(event, demanding(act)) == (act,)
    assert demanded_acts(event, demanding()) == ()
    assert demanded_acts(event, None) == ()
    others = demanding(*(item for item in Act if item not in (act, Act.AMENDING)))
    assert demanded_acts(event, others) == ((Act.AMENDING,) if act is Act.AMENDING else ())


def test_nobody_takes_a_demand_back_alone() -> None:
    terms = demanding(Act.CLOSING, Act.RESTATING)
    assert demanded_acts(amending(Act.CLOSING), terms) == (Act.AMENDING,)
    assert demanded_acts(amending(Act.CLOSING, Act.RESTATING), terms) == ()
    assert demanded_acts(amending(*Act), terms) == ()


def test_what_every_loan_does_every_month_is_no_act() -> None:
    """Columns are decided without looking at single events: they may hold no act."""
    assert {event.name for event in month_events(1) if acts_of(event)} == set()
    assert not {"period_closed", "terms_amended", "advance_declared_nonrecoverable"} & MONTHLY_TYPES


def test_approvals_stand_until_they_are_voided() -> None:
    from ledger import EventReversed

    noted = Approvals()
    for name in ("first", "second"):
        event = ActApproved(event_id=name, deal=TOY, effective_date=CLOSING, approves="late", payload_sha256=DIGEST)
        noted.note(event, People("", name))
    noted.note(EventReversed(event_id="r", deal=TOY, effective_date=CLOSING, reverses="first", reason="x"), People())
    assert [item.event_id for item in noted.of("late")] == ["second"]
    assert noted.of("first") == ()

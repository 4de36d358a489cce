"""No act that the terms demand a second person for gets in without one, by any door, on either database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner
from sqlalchemy import URL

from ledger import (
    Act,
    ActApproved,
    Envelope,
    Event,
    EventCorrected,
    EventReversed,
    InvalidEvent,
    Ledger,
    PeriodClosed,
    Receipt,
    Refusal,
    TermsAmended,
    encode,
)
from ledger.cli import main
from ledger.store.database.access import Access
from ledger.store.database.event_store import EventStore
from tests.deals.acting import (
    DAY,
    TWO,
    UNACCOUNTED,
    WHO,
    act_of,
    acting_toy,
    amending,
    checked_again,
    demanding,
    nonrecoverable,
    restating,
)
from tests.deals.toy import CLOSING, LOANS, TOY, month_events, payment_date
from tests.postgres import Server

ALONE = Envelope(actor="Jane Marsh")
CODES = {"needs_second_person", "same_person", "approved_otherwise"}

Answer = Receipt | Refusal
Door = Callable[[Ledger, Event, Envelope | None], Answer]


def by_cli(ledger: Ledger, event: Event, envelope: Envelope | None) -> Answer:
    """Post through the command; only a ledger in a file can be reached so."""
    told = [] if envelope is None else ["--actor", envelope.actor, "--approver", envelope.approver]
    command = ["post", str(ledger.url), "-", *told]
    if isinstance(event, PeriodClosed):
        said = [f"--acknowledge={item.code}={item.reason}" for item in event.acknowledgements]
        command = ["close", ledger.url, event.deal, str(event.distribution_date), *said, "--who", WHO, *told]
    before = ledger.head(TOY).sequence
    result = CliRunner().invoke(main, command, input=encode(event).decode())
    if result.exit_code == 0:
        return ledger.post(event)
    assert result.exit_code == 1, result.stderr
    assert any(f"[{code}]" in result.stderr for code in CODES), result.stderr
    assert ledger.head(TOY).sequence == before
    return ledger.post(event, envelope=envelope)


def by_table(ledger: Ledger, event: Event, envelope: Envelope | None) -> Answer:
    """Post as a table of one row; what no table can hold is posted as an event."""
    fields = attrs.asdict(event, recurse=False)
    if isinstance(event, PeriodClosed | TermsAmended):
        return ledger.post(event, envelope=envelope)
    del fields["deal"]
    return ledger.post_table(TOY, [(event.name, [fields])], envelope=envelope)


def by_closing(ledger: Ledger, event: Event, envelope: Envelope | None) -> Answer:
    """Close by the ledger itself; post what is no closing."""
    if not isinstance(event, PeriodClosed):
        return ledger.post(event, envelope=envelope)
    return ledger.close_period(TOY, DAY, acknowledge=UNACCOUNTED, who=WHO, envelope=envelope)


DOORS: dict[str, Door] = {
    "post": lambda ledger, event, envelope: ledger.post(event, envelope=envelope),
    "post_many": lambda ledger, event, envelope: ledger.post_many([event], envelope=envelope),
    "at the end of a batch": lambda ledger, event, envelope: ledger.post_many(
        [*month_events(2), event], envelope=envelope
    ),
    "post_table": by_table,
    "close_period": by_closing,
    "command": by_cli,
}


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[Ledger]:
    """An embedded ledger in a file."""
    with Ledger.create(tmp_path / "toy.db") as ledger:
        yield ledger


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("act", Act)
def test_no_door_lets_an_act_in_alone(filed: Ledger, act: Act, door: str) -> None:
    acting_toy(filed, [act])
    event, before = act_of(filed, act), filed.head(TOY)
    for envelope in (None, ALONE, Envelope(approver="R. Ortega"), attrs.evolve(ALONE, approver="JANE  marsh")):
        answer = DOORS[door](filed, event, envelope)
        assert not answer.accepted
        assert {item.code for item in answer.violations} <= CODES
        assert {(item.event_id, act.value in item.message) for item in answer.violations} == {(event.event_id, True)}
        assert filed.head(TOY) == before
    assert DOORS[door](filed, event, TWO).accepted
    assert checked_again(filed) == []


@pytest.mark.parametrize("act", Act)
def test_another_actors_approval_of_exactly_this_does_as_well(ledger: Ledger, act: Act) -> None:
    acting_toy(ledger)
    event = act_of(ledger, act)
    ledger.approve(event, envelope=ALONE).or_raise()
    assert codes(ledger.post(event, envelope=ALONE)) == {"needs_second_person"}
    ledger.approve(event, envelope=Envelope(actor="R. Ortega")).or_raise()
    (changed,) = [attrs.evolve(event, effective_date=event.effective_date + dt.timedelta(days=1))]
    assert codes(ledger.post(changed, envelope=ALONE)) == {"approved_otherwise"}
    ledger.post(event, envelope=ALONE).or_raise()
    assert checked_again(ledger) == []


def codes(answer: Answer) -> set[str]:
    return set() if answer.accepted else {item.code for item in answer.violations}


def test_an_approval_that_was_taken_back_counts_no_more(ledger: Ledger) -> None:
    acting_toy(ledger)
    event = restating()
    ledger.approve(event, envelope=Envelope(actor="R. Ortega")).or_raise()
    (approval,) = ledger.events(TOY, types=["act_approved"])
    back = EventReversed(
        event_id="back", deal=TOY, effective_date=CLOSING, reverses=approval.event.event_id, reason="x"
    )
    together = ledger.post_many([back, event], envelope=ALONE)
    assert codes(together) == {"needs_second_person"}
    ledger.post(back).or_raise()
    assert codes(ledger.post(event, envelope=ALONE)) == {"needs_second_person"}
    assert codes(ledger.reverse(TOY, approval.event.event_id, effective_date=CLOSING, reason="y")) == {
        "already_reversed"
    }


def test_what_stands_already_is_not_approved_twice_by_one_person(ledger: Ledger) -> None:
    acting_toy(ledger)
    event, second = restating(), Envelope(actor="R. Ortega")
    ledger.approve(event, envelope=second).or_raise()
    (standing,) = ledger.events(TOY, types=["act_approved"])
    before = ledger.head(TOY)
    for name in ("R. Ortega", "r.  ORTEGA"):
        again = ledger.approve(event, note="once more", envelope=Envelope(actor=name))
        assert codes(again) == {"already_approved"}
        assert f"R. Ortega approved exactly this already: {standing.event.event_id!r} stands" in str(again)
    assert ledger.head(TOY) == before
    ledger.approve(restating("other"), envelope=second).or_raise()
    ledger.approve(event, envelope=Envelope(actor="A. Clerk")).or_raise()
    ledger.reverse(TOY, standing.event.event_id, effective_date=CLOSING, reason="too soon").or_raise()
    ledger.approve(event, envelope=second).or_raise()
    assert checked_again(ledger) == []


@pytest.mark.parametrize("act", Act)
def test_what_was_posted_is_approved_no_more(ledger: Ledger, act: Act) -> None:
    acting_toy(ledger)
    event = act_of(ledger, act)
    ledger.post(event, envelope=TWO).or_raise()
    (posted,) = ledger.events(TOY, event_ids=[event.event_id])
    late = ledger.approve(event, envelope=Envelope(actor="R. Ortega"))
    assert codes(late) == {"already_posted"}
    assert f"{event.event_id!r} was posted already, at event {posted.sequence}" in str(late)
    assert ("stays as it is" if isinstance(event, PeriodClosed | TermsAmended) else "void it") in str(late)
    assert ledger.head(TOY).sequence == posted.sequence


def test_an_approval_behind_the_act_in_one_batch_is_late_too(ledger: Ledger) -> None:
    acting_toy(ledger, [])
    event = restating()
    own = ActApproved(
        event_id="own", deal=TOY, effective_date=CLOSING, approves="late", payload_sha256=digest_of(event)
    )
    refused = ledger.post_many([event, own], envelope=ALONE)
    assert codes(refused) == {"already_posted"}
    assert "earlier in this batch" in str(refused)


def test_an_approval_is_given_on_the_head_that_others_move(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    acting_toy(ledger)
    post, moved = ledger.post_many, list[Answer]()

    def after_another(events: list[Event], **settings: object) -> Answer:
        if not moved:
            moved.append(post(month_events(2)))
        return post(events, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "post_many", after_another)
    assert ledger.approve(restating(), envelope=ALONE).accepted


def test_approvals_in_the_batch_of_the_act_are_the_same_persons(ledger: Ledger) -> None:
    acting_toy(ledger)
    event = restating()
    ledger.approve(event, envelope=Envelope(actor="R. Ortega"), dry_run=True).or_raise()
    assert ledger.head(TOY).sequence == 36
    own = ActApproved(
        event_id="own", deal=TOY, effective_date=CLOSING, approves="late", payload_sha256=digest_of(event)
    )
    assert codes(ledger.post_many([own, event], envelope=ALONE)) == {"needs_second_person"}
    assert codes(ledger.post(own)) == {"nobody_approves"}
    with pytest.raises(InvalidEvent, match="an approval changes no period"):
        attrs.evolve(own, restates=True)
    with pytest.raises(InvalidEvent, match="64 lower-case hexadecimal"):
        attrs.evolve(own, payload_sha256="AB" * 32)


def digest_of(event: Event) -> str:
    from hashlib import sha256

    return sha256(encode(event)).hexdigest()


@pytest.mark.usefixtures("by_columns_from_the_first_row")
def test_an_act_beside_columns_is_looked_at_too(ledger: Ledger, encoded: list[str]) -> None:
    acting_toy(ledger, [Act.NONRECOVERABLE])
    act = attrs.asdict(nonrecoverable())
    del act["deal"]
    rows = [
        {"event_id": f"fee/{loan}", "effective_date": DAY, "loan": loan, "amount": Decimal("1.00")} for loan in LOANS
    ]
    tables = [("servicing_fee_withheld", rows), (nonrecoverable().name, [act])]
    assert codes(ledger.post_table(TOY, tables, envelope=ALONE)) == {"needs_second_person"}
    assert encoded
    ledger.post_table(TOY, tables[:1], envelope=ALONE).or_raise()
    ledger.post_table(TOY, tables, envelope=TWO).or_raise()


def test_reversals_and_corrections_that_restate_need_two(ledger: Ledger) -> None:
    acting_toy(ledger, [Act.RESTATING])
    ledger.close_period(TOY, DAY, acknowledge=UNACCOUNTED, who=WHO).or_raise()
    asked = {"effective_date": DAY, "reason": "returned"}
    name = "1/collected/one-2"
    found = ledger.reverse(TOY, name, restates=True, envelope=ALONE, **asked)  # type: ignore[arg-type]
    assert codes(found) == {"needs_second_person"}
    instead = attrs.evolve(next(e for e in month_events(1) if e.event_id == name), event_id="again", restates=True)
    found = ledger.correct(name, instead, envelope=ALONE, **asked)  # type: ignore[arg-type]
    assert {item.event_id for item in found.violations} == {f"{name}/corrected", "again"}  # type: ignore[union-attr]
    ledger.correct(name, instead, envelope=TWO, **asked).or_raise()  # type: ignore[arg-type]
    assert isinstance(next(ledger.events(TOY, event_ids=[f"{name}/corrected"])).event, EventCorrected)


def test_terms_count_from_their_place_in_the_log(ledger: Ledger) -> None:
    acting_toy(ledger, [])
    later = attrs.evolve(amending(Act.RESTATING), effective_date=payment_date(9))
    assert codes(ledger.post_many([later, restating()], envelope=ALONE)) == {"needs_second_person"}
    ledger.post_many([restating(), later]).or_raise()
    assert codes(ledger.post(restating("other"))) == {"needs_second_person"}
    back = attrs.evolve(amending(name="back"), effective_date=payment_date(10))
    assert codes(ledger.post_many([back, restating("other")], envelope=ALONE)) == {"needs_second_person"}
    ledger.post_many([back, restating("other")], envelope=TWO).or_raise()
    ledger.post(restating("third")).or_raise()
    assert checked_again(ledger) == []


def test_a_deal_is_not_opened_and_amended_in_one_hand(ledger: Ledger) -> None:
    with Ledger.create("sqlite://") as other:
        other.open_deal(TOY, demanding(Act.CLOSING)).or_raise()
        events = [item.event for item in other.events(TOY)]
    assert codes(ledger.post_many([*events, amending()], envelope=ALONE)) == {"needs_second_person"}
    assert ledger.deals() == []


def test_a_repeat_and_a_restored_log_ask_nobody(filed: Ledger, tmp_path: Path) -> None:
    acting_toy(filed)
    event = nonrecoverable()
    filed.post(event, envelope=TWO).or_raise()
    assert filed.post(event).or_raise().repeated == 1
    with Ledger.create("sqlite://") as other:
        other.restore_rows(filed.stored_rows(TOY), filed.stored_batches(TOY))
        assert other.head(TOY) == filed.head(TOY)
        assert checked_again(other) == []


@pytest.fixture
def two_logins(postgres_ledger: URL, postgres_server: Server) -> Iterator[tuple[Ledger, Ledger]]:
    """The deal on PostgreSQL, as two servicers with logins of their own see it."""
    store = EventStore(postgres_ledger)
    roles = postgres_server.role(), postgres_server.role()
    for role in roles:
        store.grant(role, Access.SERVICER, "*")
    store.close()
    one, other = (Ledger.open(postgres_ledger.set(username=role)) for role in roles)
    acting_toy(one)
    with one, other:
        yield one, other


@pytest.mark.parametrize("act", Act)
def test_where_logins_are_known_the_second_person_is_proved(two_logins: tuple[Ledger, Ledger], act: Act) -> None:
    one, other = two_logins
    event, before = act_of(one, act), one.head(TOY)
    for envelope in (None, ALONE, TWO):
        refused = one.post(event, envelope=envelope)
        assert codes(refused) == {"needs_second_person"}
        assert "from another login" in str(refused)
    assert one.head(TOY) == before
    one.approve(event, envelope=Envelope(actor="R. Ortega")).or_raise()
    assert codes(one.post(event, envelope=ALONE)) == {"same_person"}
    other.approve(event).or_raise()
    one.post(event, envelope=TWO).or_raise()
    (posted,) = one.events(TOY, event_ids=[event.event_id])
    (second,) = one.seconds(TOY, [posted])[posted.sequence]
    logins = {item.login for item in one.batches(TOY)}
    assert second.is_proved
    assert len(logins) == 2
    assert {second.login} == logins - {posted.envelope.login if posted.envelope else ""}
    assert checked_again(one) == []


def test_whoever_approved_cannot_post_what_it_approved(two_logins: tuple[Ledger, Ledger]) -> None:
    one, other = two_logins
    closing = one.proposed_closing(TOY, DAY, acknowledge=UNACCOUNTED, who=WHO)
    other.approve(closing, note="seen with the advances").or_raise()
    assert codes(other.close_period(TOY, DAY, acknowledge=UNACCOUNTED, who=WHO)) == {"same_person"}
    one.close_period(TOY, DAY, acknowledge=UNACCOUNTED, who=WHO).or_raise()
    one.distribute(TOY, DAY).or_raise()

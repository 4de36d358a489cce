"""Who approved an event is read from its envelope and from the approvals that stand before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import Act, Envelope, EventReversed, Ledger
from ledger.reading.people import people_of
from ledger.rules.second_person import People
from tests.deals.acting import TWO, acting_toy, restating
from tests.deals.toy import CLOSING, TOY, toy_deal

JANE, BOB = Envelope(actor="Jane"), Envelope(actor="Bob")


def told(ledger: Ledger) -> dict[str, list[tuple[str, bool]]]:
    """Return who approved the events of the toy deal, and whether by an event."""
    events = list(ledger.events(TOY))
    names = {item.sequence: item.event.event_id for item in events}
    found = ledger.seconds(TOY, events)
    return {names[at]: [(item.name, bool(item.approval)) for item in held] for at, held in found.items()}


def test_approvals_count_for_what_stands_behind_them(
    either_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Earlier releases let approvals in that come too late, and their logs hold them.
    monkeypatch.setattr("ledger.writing.batch.approval_faults", lambda *_: [])
    acting_toy(either_ledger, [Act.CLOSING])
    events = {name: restating(name) for name in ("before", "both", "taken back")}
    either_ledger.post(events["before"], envelope=JANE).or_raise()
    for name, event in events.items():
        either_ledger.approve(event, envelope=BOB).or_raise()
        if name == "taken back":
            (*_, last) = either_ledger.events(TOY, types=["act_approved"])
            back = EventReversed(
                event_id="back", deal=TOY, effective_date=CLOSING, reverses=last.event.event_id, reason="x"
            )
            either_ledger.post(back).or_raise()
    either_ledger.post(events["both"], envelope=TWO).or_raise()
    either_ledger.post(events["taken back"], envelope=JANE).or_raise()
    if "sqlite" in either_ledger.url:
        assert told(either_ledger) == {"both": [(TWO.approver, False), ("Bob", True)]}
        either_ledger.archive(TOY, tmp_path / "archive")
        with Ledger.open(tmp_path / "archive") as archived:
            assert told(archived) == told(either_ledger)
    else:
        assert told(either_ledger) == {}, "it is one login all the time"


def test_where_nobody_is_named_nobody_approved(ledger: Ledger) -> None:
    toy_deal(ledger)
    assert told(ledger) == {}
    assert people_of(None) == People()

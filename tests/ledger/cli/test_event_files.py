"""A file of events is read line by line; what cannot be read is said by line, and the rest is read all the same."""

from __future__ import annotations

import io

from ledger.cli.event_files import read_events
from ledger.events import codec
from tests.deals.toy import amended


def test_lines_that_cannot_be_read_are_named_by_their_number() -> None:
    """A blank line is nothing; a line that is no event is a violation that says where it stands."""
    opened = amended()
    file = io.StringIO(f"{codec.encode(opened).decode()}\n\nnot json\n")
    events, violations = read_events(file, "events.jsonl")
    assert [event.event_id for event in events] == [opened.event_id]
    assert [violation.event_id for violation in violations] == ["events.jsonl:3"]
    assert {violation.code for violation in violations} == {"malformed_json"}

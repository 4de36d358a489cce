"""A statement that was restated since its distribution was closed says so, and by what, in every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import replay
from ledger import LateEvents, Ledger
from replay.cli import main
from replay.evidence.bundle import export_bundle
from tests.deals.toy import TOY, month_events, payment_date, prior_month, toy_deal
from tests.replay.restated import close, curtailed
from tests.replay.told import rows_of

FIRST = str(payment_date(1))
LATE = ("late", "1/curtailment/b")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(item) for item in arguments])


def january(ledger: Ledger, *, late_events: LateEvents = LateEvents.REFUSE) -> None:
    """Close and pay January, in which one-1 curtailed 500."""
    toy_deal(ledger, late_events=late_events)
    ledger.post_many(month_events(1, curtailment="500.00")).or_raise()
    close(ledger, 1)
    ledger.distribute(TOY, payment_date(1)).or_raise()


def restate(ledger: Ledger) -> tuple[str, ...]:
    """Post a fact, and correct another, of the closed month; return the ids of what was posted."""
    before = ledger.head(TOY).sequence
    ledger.post(curtailed("late", "70.00", prior_month(1, 20), restates=True)).or_raise()
    right = curtailed("1/curtailment/b", "650.00", prior_month(1, 16), restates=True)
    ledger.correct("1/curtailment", right, effective_date=prior_month(1, 15), reason="misread").or_raise()
    return tuple(item.event.event_id for item in ledger.events(TOY, after=before))


def told(ledger: Ledger, ordinal: int = 1, known: int | None = None) -> replay.Restated | None:
    found = replay.statement(ledger, TOY, payment_date=payment_date(ordinal), known_through=known)
    return replay.restated(ledger, found)


def test_every_event_that_restates_is_named(ledger: Ledger) -> None:
    january(ledger)
    closed = ledger.head(TOY).sequence
    assert told(ledger) is None
    posted = restate(ledger)
    found = told(ledger)
    assert found is not None
    assert found.event_ids == posted
    assert len(posted) == 3
    assert told(ledger, known=closed) is None, "as known then it was not restated"
    first = told(ledger, known=closed + 1)
    assert first is not None
    assert str(first) == "late (1 event)"


def test_an_open_month_is_not_restated(ledger: Ledger) -> None:
    january(ledger)
    ledger.post_many(month_events(2)).or_raise()
    assert told(ledger, 2) is None
    assert told(ledger, 1) is None


def test_a_later_closed_month_is_restated_by_an_earlier_one(ledger: Ledger) -> None:
    january(ledger)
    ledger.post_many(month_events(2)).or_raise()
    close(ledger, 2)
    posted = restate(ledger)
    found = told(ledger, 2)
    assert found is not None
    assert found.event_ids == posted


def test_a_late_fact_that_goes_to_the_next_month_restates_nothing(ledger: Ledger) -> None:
    january(ledger, late_events=LateEvents.NEXT_DISTRIBUTION)
    ledger.post(curtailed("late", "70.00", prior_month(1, 20))).or_raise()
    assert told(ledger) is None


def test_many_events_are_counted_and_the_first_are_named(ledger: Ledger) -> None:
    january(ledger)
    for number in range(15):
        ledger.post(curtailed(f"late/{number}", "1.00", prior_month(1, 20), restates=True)).or_raise()
    found = told(ledger)
    assert str(found).startswith("late/0, late/1, ")
    assert str(found).endswith("late/11, ... and 3 more (15 events)")


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A ledger in a file whose January is closed, paid and restated."""
    with Ledger.create(tmp_path / "held.db") as ledger:
        january(ledger)
        restate(ledger)
    return tmp_path / "held.db"


def test_every_format_says_so(held: Path) -> None:
    asked = ("statement", held, TOY, "--payment-date", FIRST)
    text, document = run(*asked), json.loads(run(*asked, "--format", "json").stdout)
    rows = rows_of(run(*asked, "--format", "csv").stdout)
    said = next(line for line in text.stdout.splitlines() if line.startswith("restated by: "))
    assert said in text.stderr
    assert said.endswith("(3 events)")
    assert set(LATE) < set(document["restated_by"])
    assert document["restated_by_events"] == 3
    assert {f"restated by: {row['restated_by']}" for row in rows} == {said}


def test_as_closed_no_format_says_so(held: Path) -> None:
    for form in ("text", "json", "csv"):
        shown = run("statement", held, TOY, "--payment-date", FIRST, "--as-closed", "--format", form)
        assert shown.exit_code == 0
        assert "restated" not in shown.stdout + shown.stderr


def test_what_a_restated_statement_prints_is_read_back(held: Path, tmp_path: Path) -> None:
    for form in ("text", "json", "csv"):
        written = tmp_path / f"now.{form}"
        written.write_text(run("statement", held, TOY, "--payment-date", FIRST, "--format", form).stdout)
        shown = run("reconcile", held, TOY, "--payment-date", FIRST, written)
        assert shown.exit_code == 0, shown.stdout[:1000]


def test_a_bundle_gives_the_statement_as_closed_and_as_known_now(held: Path, tmp_path: Path) -> None:
    with Ledger.open(held) as ledger:
        export_bundle(ledger, TOY, tmp_path / "toy.zip")
    for options in ((), ("--as-closed",)):
        asked = (TOY, "--payment-date", FIRST, "--format", "csv", *options)
        ours, bundled = run("statement", held, *asked), run("statement", tmp_path / "toy.zip", *asked)
        assert (bundled.exit_code, bundled.stdout) == (0, ours.stdout)
        assert ("restated_by" in bundled.stdout) is not bool(options)

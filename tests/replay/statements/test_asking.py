"""Which statement is asked for: by one of its dates, and as known when; what cannot be known is refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

import replay
from ledger import AsOf, CalendarTerms, DealTerms, InvalidArgument, Ledger, LoanBoarded, Schedule, schedule
from ledger.cli import main as ledger_command
from replay.cli import main as replay_command
from replay.statements.asking import Known, paid_for
from tests.deals.pair import pair_terms
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month

FIRST = dt.date(2020, 12, 31)
BEYOND = 10_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The toy deal with a first month, closed and paid."""
    found = tmp_path / "toy.db"
    with Ledger.create(found) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
    return found


def run(*arguments: object) -> Result:
    return CliRunner().invoke(replay_command, [str(item) for item in arguments])


QUESTIONS: dict[str, Callable[[Ledger], object]] = {
    "report": lambda held: held.report(TOY, AsOf(record_date=FIRST, known_through=BEYOND)),
    "books": lambda held: held.books(TOY, AsOf(record_date=FIRST, known_through=BEYOND)),
    "advances": lambda held: held.advances(TOY, AsOf(record_date=FIRST, known_through=BEYOND)),
    "distribution": lambda held: held.distribution(TOY, payment_date(1), known_through=BEYOND),
    "readiness": lambda held: held.readiness(TOY, payment_date(1), known_through=BEYOND),
    "closing": lambda held: held.closing(TOY, payment_date(1), known_through=BEYOND),
    "terms": lambda held: held.terms(TOY, known_through=BEYOND),
    "events": lambda held: list(held.events(TOY, known_through=BEYOND)),
    "stored_rows": lambda held: list(held.stored_rows(TOY, known_through=BEYOND)),
    "payloads": lambda held: list(held.payloads(TOY, known_through=BEYOND)),
    "batches": lambda held: list(held.batches(TOY, known_through=BEYOND)),
    "statement": lambda held: replay.statement(held, TOY, FIRST, known_through=BEYOND),
    "restatement": lambda held: replay.restatement(held, TOY, FIRST, 14, BEYOND),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_is_known_beyond_the_end_of_the_log(path: Path, name: str) -> None:
    with Ledger.open(path) as ledger:
        head = ledger.head(TOY).sequence
        with pytest.raises(InvalidArgument, match=f"ends at event {head}.*give a sequence up to {head}"):
            QUESTIONS[name](ledger)


@pytest.mark.parametrize(
    "arguments",
    [
        ["statement", "--record-date", FIRST],
        ["books", "--record-date", FIRST],
        ["advances", "--record-date", FIRST],
        ["explain", "--record-date", FIRST, "2/A/interest"],
        ["diff", "--record-date", FIRST, "--known-through", 14],
    ],
)
def test_commands_refuse_it_and_name_head_and_remedy(path: Path, arguments: list[object]) -> None:
    name, *rest = arguments
    beyond = [BEYOND] if name == "diff" else ["--known-through", BEYOND]
    told = run(name, path, TOY, *rest, *beyond)
    with Ledger.open(path) as ledger:
        head = ledger.head(TOY).sequence
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"ends at event {head}" in told.stderr
    assert f"up to {head}" in told.stderr


def test_the_ledgers_own_commands_refuse_it_too(path: Path) -> None:
    for arguments in (["events", path, TOY], ["check", path, TOY, payment_date(1)]):
        given = [*map(str, arguments), "--known-through", str(BEYOND)]
        told = CliRunner().invoke(ledger_command, given)
        assert told.exit_code == 2
        assert "the log ends at event" in told.stderr


def test_a_moment_is_a_sequence(path: Path) -> None:
    with Ledger.open(path) as ledger:
        rows = list(ledger.events(TOY))
        for at in (1, 5, len(rows)):
            moment = rows[at - 1].recorded_at
            last = max(item.sequence for item in rows if item.recorded_at <= moment)
            assert ledger.sequence_at(TOY, moment) == last
            assert (
                ledger.sequence_at(TOY, moment - dt.timedelta(microseconds=1))
                == min(item.sequence for item in rows if item.recorded_at == moment) - 1
            )
        now = dt.datetime.now(dt.UTC)
        assert ledger.sequence_at(TOY, now) == len(rows)
        with pytest.raises(InvalidArgument, match="still to come"):
            ledger.sequence_at(TOY, now + dt.timedelta(days=1))
        with pytest.raises(InvalidArgument, match="with its zone"):
            ledger.sequence_at(TOY, now.replace(tzinfo=None))


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_many_deals_go_by_moment_or_as_closed_and_print_the_sequence(path: Path, form: str) -> None:
    with Ledger.open(path) as ledger:
        found = ledger.closing(TOY, payment_date(1))
        assert found is not None
        closed = next(iter(ledger.events(TOY, after=found.sequence - 1, limit=1)))
        head = ledger.head(TOY).sequence
        at = ledger.sequence_at(TOY, closed.recorded_at)
    asking = ["portfolio", path, "--record-date", FIRST, "--format", form]
    moment = run(*asking, "--known-at", closed.recorded_at.isoformat())
    as_closed = run(*asking, "--as-closed")
    assert (moment.exit_code, as_closed.exit_code) == (0, 0)
    assert str(at) in moment.stdout
    assert str(found.sequence) in as_closed.stdout
    assert str(head) not in as_closed.stdout
    refused = run(*asking, "--known-through", 14)
    assert refused.exit_code == 2
    assert "--known-at" in refused.stderr
    assert "--as-closed" in refused.stderr


def test_an_open_distribution_was_not_closed(path: Path) -> None:
    told = run("statement", path, TOY, "--record-date", "2021-01-31", "--as-closed")
    assert told.exit_code == 2
    assert "is open" in told.stderr
    lines = json.loads(run("portfolio", path, "--record-date", "2021-01-31", "--as-closed", "--format", "json").stdout)
    assert lines["deals"][0]["outcome"] == "refused"


def test_several_figures_are_one_document(path: Path) -> None:
    told = run("explain", path, TOY, "--record-date", FIRST, "4/TOTAL PRINCIPAL/total", "--format", "json")
    document = json.loads(told.stdout)
    assert [item["figure"].split("/")[1] for item in document["explanations"]] == ["SUMMARY", "PRINCIPAL - COLLECTIONS"]


def shared_terms() -> DealTerms:
    calendar = CalendarTerms(first_payment_date="2026-01-28", final_payment_date="2030-01-28", payment_day=28)
    return attrs.evolve(pair_terms(), calendar=calendar, cut_off_date="2026-01-01", closing_date="2026-01-15")


def test_a_record_date_of_two_payments_is_refused_and_both_are_reached() -> None:
    first, second = dt.date(2026, 3, 2), dt.date(2026, 3, 30)
    calendar = Schedule(shared_terms())
    assert {first, second} <= set(calendar.payment_dates)
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal("shared", shared_terms()).or_raise()
        ledger.post(
            LoanBoarded(
                event_id="board",
                deal="shared",
                effective_date="2026-01-01",
                loan="1",
                group="one",
                balance="300000.00",
                note_rate="0.06",
            )
        ).or_raise()
        for day in (dt.date(2026, 2, 27), dt.date(2026, 3, 10)):
            with pytest.raises(InvalidArgument, match=f"paid on {first} and on {second}"):
                replay.statement(ledger, "shared", day)
        for day in (first, second):
            found = replay.statement(ledger, "shared", payment_date=day)
            assert found.distribution_date == day
        with pytest.raises(InvalidArgument, match="not both"):
            replay.statement(ledger, "shared", first, payment_date=second)


SHARING = dt.date(2026, 2, 27)
"""A record date of two payments."""
FIRST_SHARED, SECOND_SHARED = dt.date(2026, 3, 2), dt.date(2026, 3, 30)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A deal of which two payments share a record date, with a boarding after another."""
    found = tmp_path / "shared.db"
    with Ledger.create(found) as ledger:
        ledger.open_deal("shared", shared_terms()).or_raise()
        for loan in ("1", "2"):
            ledger.post(
                LoanBoarded(
                    event_id=f"board/{loan}", deal="shared", effective_date="2026-01-01", loan=loan, group="one",
                    balance="150000.00", note_rate="0.06",
                )
            ).or_raise()  # fmt: skip
    return found


def test_a_restatement_is_asked_for_by_either_date(shared: Path) -> None:
    with Ledger.open(shared) as ledger:
        head = ledger.head("shared").sequence
        for day in (FIRST_SHARED, SECOND_SHARED):
            found = replay.restatement(ledger, "shared", None, head - 1, head, payment_date=day)
            assert found
            assert found.distribution_date == day
        with pytest.raises(InvalidArgument, match=f"paid on {FIRST_SHARED} and on {SECOND_SHARED}"):
            replay.restatement(ledger, "shared", SHARING, head - 1, head)
        with pytest.raises(InvalidArgument, match="not both"):
            replay.restatement(ledger, "shared", SHARING, head - 1, head, payment_date=FIRST_SHARED)
        with pytest.raises(InvalidArgument, match="not both"):
            replay.restatement(ledger, "shared", None, head - 1, head)


def test_what_differs_is_asked_for_by_payment_date(shared: Path) -> None:
    with Ledger.open(shared) as ledger:
        head = ledger.head("shared").sequence
    between = ["--known-through", head - 1, head, "--format", "json"]
    for day in (FIRST_SHARED, SECOND_SHARED):
        told = run("diff", shared, "shared", "--payment-date", day, *between)
        assert told.exit_code == 1, told.stderr
        assert str(day) in told.stdout
    refused = run("diff", shared, "shared", "--record-date", SHARING, *between)
    assert refused.exit_code == 2
    assert [item["code"] for item in json.loads(refused.stdout)["violations"]] == ["fits_two_distributions"]
    assert str(FIRST_SHARED) in refused.stderr
    assert str(SECOND_SHARED) in refused.stderr
    for dates in ([], ["--record-date", SHARING, "--payment-date", FIRST_SHARED]):
        told = run("diff", shared, "shared", *dates, *between)
        assert told.exit_code == 2
        assert "--payment-date" in told.stderr


def test_asking_as_closed_makes_no_calendar_of_its_own(path: Path) -> None:
    with Ledger.open(path) as ledger:
        replay.statement(ledger, TOY, FIRST, as_closed=True)
        made = schedule.cache_info().misses
        replay.statement(ledger, TOY, FIRST, as_closed=True)
        assert schedule.cache_info().misses == made
        assert paid_for(ledger, TOY, FIRST) == payment_date(1)


def test_no_more_than_one_point_of_knowledge_is_given(path: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    for more in ({"through": 3, "at": now}, {"through": 3, "as_closed": True}, {"at": now, "as_closed": True}):
        with pytest.raises(InvalidArgument, match="one point of knowledge"):
            Known(**more)
    with Ledger.open(path) as ledger:
        assert Known().sequence(ledger, TOY) is None
        assert Known(through=3).sequence(ledger, TOY) == 3
        assert Known(at=now).sequence(ledger, TOY) == ledger.head(TOY).sequence


def test_a_command_asks_by_payment_date(path: Path) -> None:
    by_record = run("statement", path, TOY, "--record-date", FIRST, "--format", "csv")
    by_payment = run("statement", path, TOY, "--payment-date", payment_date(1), "--format", "csv")
    assert (by_payment.exit_code, by_payment.stdout) == (0, by_record.stdout)
    neither = run("statement", path, TOY)
    assert neither.exit_code == 2
    assert "--payment-date" in neither.stderr

"""No query of a replay or a posting walks the log: SQLite says how it would find the rows, and it is held to that.

Without statistics SQLite takes any index for as good as any other. A query that walks the log is right, and quick on
a small ledger, so only its plan tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from ledger import AsOf, CurtailmentCollected, EventReversed, Ledger
from ledger.simulation import Life, LifePlan, post_life

PLAN = LifePlan(seed=4, loans=15, months=16, name="plans", late_rate=60_000, correction_rate=20_000)


EVENTS = ("events", "latest", "voided", "voiding", "boarding", "restated")
"""The names under which queries speak of the table of events."""

WALKS = tuple(
    how.format(name)
    for name in EVENTS
    for how in (
        "SCAN {}",
        "SEARCH {} USING PRIMARY KEY (deal_key=?)",
        "SEARCH {} USING PRIMARY KEY (deal_key=? AND sequence>?)",
        "SEARCH {} USING PRIMARY KEY (deal_key=? AND sequence<?)",
        "SEARCH {} USING INDEX sqlite_autoindex_events_2 (deal_key=?)",
    )
)
"""How SQLite words it that a query looks at every event of a deal."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.create(tmp_path_factory.mktemp("plans") / "lived.db") as made:
        post_life(made, PLAN)
        yield made


def steps(ledger: Ledger, job: Callable[[], object]) -> list[tuple[str, str]]:
    """Run a job and return its queries with every step that SQLite says it would take for them."""
    engine, asked = ledger._store._engine, list[tuple[str, Any]]()

    def note(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> None:
        if statement.startswith(("SELECT", "INSERT INTO run")):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        job()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert asked
    found: list[tuple[str, str]] = []
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for statement, parameters in dict.fromkeys((text, tuple(given)) for text, given in asked):
            for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                found.append((statement, row[3]))
    return found


def walks(ledger: Ledger, job: Callable[[], object]) -> list[str]:
    """Run a job and return the queries of which SQLite says that they walk the events, or all of a deal's events."""
    return [
        f"{step}: {statement}"
        for statement, step in steps(ledger, job)
        if any(how in step for how in WALKS) and not statement.endswith("LIMIT ? OFFSET ?")
    ]


def test_the_watch_sees_a_walk(lived: Ledger) -> None:
    assert walks(lived, lambda: list(lived.events(PLAN.deal, loan="1")))


def test_a_statement_walks_nothing(lived: Ledger) -> None:
    days = [month.payment_date for month in Life(PLAN).months()]
    for ledger in (lived, lived.without_snapshots()):
        assert walks(lived, lambda ledger=ledger: ledger.distribution(PLAN.deal, days[8])) == []  # type: ignore[misc]
        assert walks(lived, lambda ledger=ledger: ledger.report(PLAN.deal, AsOf(record_date=days[-1]))) == []  # type: ignore[misc]


def test_what_is_in_force_of_a_loan_is_found_and_not_sorted_out(lived: Ledger) -> None:
    """The latest event of a loan is the last entry of an index: nothing is sorted, and nothing earlier looked at."""

    def job() -> None:
        with lived._store.reading() as reading:
            known = reading.head(1).sequence
            reading.loan_statuses(1, known_through=known, last=99_991_231, loans=["1", "2"])
            reading.loan_rates(1, known_through=known, loans=["1", "2"])

    found = steps(lived, job)
    assert walks(lived, job) == []
    assert [step for _, step in found if "TEMP B-TREE" in step] == []
    by_date = "USING INDEX ix_events_exceptional_loan (deal_key=? AND loan=? AND posts_as=?"
    assert sum(1 for _, step in found if by_date in step) == 3
    assert any(step.endswith(f"{by_date} AND effective_date<?)") for _, step in found)


def test_books_and_advances_walk_nothing(lived: Ledger) -> None:
    day = next(Life(PLAN).months()).payment_date
    assert walks(lived, lambda: lived.books(PLAN.deal, AsOf(record_date=day))) == []
    assert walks(lived, lambda: lived.advances(PLAN.deal, AsOf(record_date=day))) == []


def test_posting_walks_nothing(lived: Ledger) -> None:
    last = list(Life(PLAN).months())[-1]
    loan = next(iter(lived.events(PLAN.deal, types=["loan_boarded"]))).event.loan  # type: ignore[attr-defined]
    day = last.payment_date.replace(day=1)
    fact = CurtailmentCollected(event_id="plan/1", deal=PLAN.deal, effective_date=day, loan=loan, amount="0.01")
    back = EventReversed(event_id="plan/2", deal=PLAN.deal, effective_date=day, reverses="plan/1", reason="test")

    def cold() -> None:
        with_state = Ledger(lived._store)
        with_state.post(fact).or_raise()
        with_state.post(back).or_raise()

    assert walks(lived, cold) == []


def test_finding_events_by_type_walks_nothing(lived: Ledger) -> None:
    assert walks(lived, lambda: list(lived.events(PLAN.deal, types=["payoff_collected", "loan_liquidated"]))) == []
    assert walks(lived, lambda: list(lived.events(PLAN.deal, event_ids=["plan/1"]))) == []

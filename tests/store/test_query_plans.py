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


WALKS = (
    "SCAN events",
    "events USING PRIMARY KEY (deal_key=?)",
    "events USING PRIMARY KEY (deal_key=? AND sequence>?)",
    "events USING INDEX sqlite_autoindex_events_2 (deal_key=?)",
)
"""How SQLite words it that a query looks at every event of a deal."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger.create(tmp_path_factory.mktemp("plans") / "lived.db") as made:
        post_life(made, PLAN)
        yield made


def walks(ledger: Ledger, job: Callable[[], object]) -> list[str]:
    """Run a job and return the queries of which SQLite says that they walk the events, or all of a deal's events."""
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
    found: list[str] = []
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for statement, parameters in dict.fromkeys((text, tuple(given)) for text, given in asked):
            for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
                step = row[3]
                if any(how in step for how in WALKS) and "LIMIT" not in statement:
                    found.append(f"{step}: {statement}")
    return found


def test_the_watch_sees_a_walk(lived: Ledger) -> None:
    assert walks(lived, lambda: list(lived.events(PLAN.deal, loan="1")))


def test_a_statement_walks_nothing(lived: Ledger) -> None:
    days = [month.payment_date for month in Life(PLAN).months()]
    for ledger in (lived, lived.without_snapshots()):
        assert walks(lived, lambda ledger=ledger: ledger.distribution(PLAN.deal, days[8])) == []  # type: ignore[misc]
        assert walks(lived, lambda ledger=ledger: ledger.report(PLAN.deal, AsOf(record_date=days[-1]))) == []  # type: ignore[misc]


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

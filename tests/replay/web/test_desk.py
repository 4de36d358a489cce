from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger import Ledger
from ledger.http.asking import Problem
from replay.statements.asking import Known
from replay.web import desk as desks
from replay.web.desk import ReadersDesk, command
from tests.deals.demo import DEAL

DAY = dt.date(2002, 9, 25)


def test_a_statement_is_made_once_for_all_who_ask(demo_ledger: str) -> None:
    with Ledger.open(demo_ledger) as ledger, ThreadPoolExecutor(10) as readers:
        desk = ReadersDesk(ledger)
        found = list(readers.map(lambda _: desk.laid(DEAL, DAY, Known()), range(10)))
        assert len({id(item) for item in found}) == 1
        assert desk.laid(DEAL, DAY, Known(as_closed=True)) is not found[0]


def test_what_is_kept_is_bounded(ledger: Ledger) -> None:
    desk, made = ReadersDesk(ledger, most_kept=2), []

    def make(name: str) -> str:
        made.append(name)
        return name

    for name in ("a", "b", "a", "c", "a", "b"):
        assert desk.kept(name, lambda name=name: make(name)) == name  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]


def test_a_fault_is_not_kept(ledger: Ledger) -> None:
    desk = ReadersDesk(ledger)
    with pytest.raises(ZeroDivisionError):
        desk.kept("a", lambda: 1 // 0)
    assert desk.kept("a", lambda: 5) == 5


def test_whoever_waits_too_long_for_a_turn_is_told(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "PATIENCE", 0.01)
    desk, held, over = ReadersDesk(ledger, at_once=1), threading.Event(), threading.Event()

    def hold() -> None:
        with desk.turn():
            held.set()
            over.wait(5)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(5)
    with pytest.raises(Problem) as found, desk.turn():
        pass
    over.set()
    holder.join()
    assert found.value.status == 503
    with desk.turn():
        pass


def test_the_command_is_as_it_is_typed() -> None:
    assert command("explain", "--known-through", 5, arguments=("3/A/x y",), form="json") == (
        "replay explain --known-through 5 --format json -- '3/A/x y'"
    )

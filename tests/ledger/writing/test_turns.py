"""Writers of a deal come in the order in which they asked, those of others do not wait, and none waits for ever."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from ledger import StoreUnavailable
from ledger.writing.turns import Turns


def waiting(turns: Turns, deal: str, count: int) -> None:
    """Wait until so many writers stand in the line of a deal, the one whose turn it is among them."""
    until = time.monotonic() + 10
    while len(turns._lines.get(deal, ())) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_writers_of_a_deal_come_one_at_a_time_and_in_their_order() -> None:
    turns, order, inside = Turns(), list[int](), list[int]()

    def write(number: int) -> None:
        with turns.turn("deal", 30):
            inside.append(number)
            assert len(inside) == 1
            order.append(number)
            inside.remove(number)

    threads = []
    with turns.turn("deal", 30):
        for number in range(20):
            threads.append(Thread(target=write, args=(number,)))
            threads[-1].start()
            waiting(turns, "deal", number + 2)
    for thread in threads:
        thread.join(30)
    assert order == list(range(20))
    assert turns._lines == {}


def test_writers_of_other_deals_do_not_wait() -> None:
    turns, done = Turns(), Event()

    def write() -> None:
        with turns.turn("other", 30):
            done.set()

    with turns.turn("one", 30):
        thread = Thread(target=write)
        thread.start()
        assert done.wait(30)
        thread.join(30)


def test_a_writer_gives_up_in_time_and_leaves_the_line() -> None:
    turns = Turns()
    with turns.turn("deal", 30):
        with pytest.raises(StoreUnavailable, match=r"deal: .* more than 0.05 s; nothing was written"):
            turns.turn("deal", 0.05).__enter__()
        assert len(turns._lines["deal"]) == 1
    with turns.turn("deal", 0.05):
        pass


def test_a_writer_that_fails_lets_the_next_one_in() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn("deal", 30):
        raise ZeroDivisionError
    with turns.turn("deal", 0.05):
        pass

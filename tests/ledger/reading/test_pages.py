"""Long reads hold no connection between two pages, and are of one moment all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from ledger import CurtailmentCollected, Ledger
from ledger.reading import pages
from tests.deals.toy import TOY, toy_deal, toy_month

IN_JANUARY = dt.date(2021, 1, 20)
OPEN = 40
"""More iterators than a pool has connections."""

READS: list[Callable[[Ledger], Iterator[Any]]] = [
    lambda ledger: ledger.events(TOY),
    lambda ledger: ledger.stored_rows(TOY),
    lambda ledger: ledger.events(TOY, types=["loan_boarded"]),
    lambda ledger: ledger.events(TOY, group="one"),
]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def toy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """The toy deal with a month, wherever a ledger may be."""
    url: URL | str = {"memory": "sqlite://", "sqlite": f"sqlite:///{tmp_path / 'toy.db'}"}.get(request.param, "")
    with Ledger.create(url or request.getfixturevalue("postgres_ledger")) as made:
        toy_deal(made)
        toy_month(made, 1)
        yield made


def paid(event_id: str) -> CurtailmentCollected:
    return CurtailmentCollected(event_id=event_id, deal=TOY, effective_date=IN_JANUARY, group="one", amount="1.00")


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("size", [1, 3, 13, 14, 1000])
def test_pages_together_are_what_one_read_gives(
    toy: Ledger, read: Callable[[Ledger], Iterator[Any]], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(read(toy))
    assert len(whole) > 6
    monkeypatch.setattr(pages, "SMALLEST", size)
    monkeypatch.setattr(pages, "LARGEST", 2 * size)
    assert list(read(toy)) == whole


@pytest.mark.parametrize("limit", [0, 1, 2, 5, 12, 1000])
def test_a_limit_is_that_of_all_pages(toy: Ledger, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(toy.events(TOY))
    monkeypatch.setattr(pages, "SMALLEST", 2)
    monkeypatch.setattr(pages, "LARGEST", 4)
    assert list(toy.events(TOY, limit=limit)) == whole[:limit]
    assert list(toy.events(TOY, after=3, known_through=20, limit=limit)) == whole[3:20][:limit]


@pytest.mark.parametrize("named", [False, True])
def test_what_is_posted_meanwhile_is_not_read(toy: Ledger, named: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SMALLEST", 2)
    before = toy.head(TOY).sequence
    reading = toy.stored_rows(TOY, known_through=before if named else None)
    next(reading)
    toy.post(paid("later")).or_raise()
    assert sum(1 for _ in reading) == before - 1


def test_many_open_iterators_leave_room_for_a_post(toy: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SMALLEST", 2)
    opened = [read(toy) for read in READS for _ in range(OPEN // len(READS))]
    firsts = [next(iterator) for iterator in opened]
    assert toy.post(paid("amid")).or_raise().accepted
    assert len(firsts) == OPEN
    pool: Any = toy._store._engine.pool
    assert not hasattr(pool, "checkedout") or pool.checkedout() == 0

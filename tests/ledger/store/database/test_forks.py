"""A forked process keeps what it was told is stored, uses no connection of its parent, or is refused."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from ledger import CurtailmentCollected, Ledger, StoreUnavailable
from ledger.evidence.rows import verify_rows
from ledger.store.database.backup import backup
from tests.deals.toy import TOY, prior_month, toy_deal

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def cents(name: str, count: int = 5) -> list[CurtailmentCollected]:
    return [
        CurtailmentCollected(
            event_id=f"{name}/{number}", deal=TOY, effective_date=prior_month(1, 10), group="one", amount="0.01"
        )
        for number in range(count)
    ]


class Child:
    """A forked process that waits to be let go, and what came of the work it then did."""

    def __init__(self, work: Callable[[], Any]) -> None:
        told, self._go = os.pipe()
        self._answers, answer = os.pipe()
        self._process = os.fork()
        if self._process:
            os.close(told)
            os.close(answer)
            return
        os.close(self._go)
        os.read(told, 1)
        try:
            found: Any = work()
        except BaseException as fault:
            found = fault
        os.write(answer, pickle.dumps(found if not isinstance(found, Exception) else (type(found), str(found))))
        os._exit(0)

    def answer(self) -> Any:
        """Let it go, wait for its end, and return what it found: a value, or a fault's class and words."""
        os.write(self._go, b"!")
        os.close(self._go)
        with os.fdopen(self._answers, "rb") as answers:
            found = pickle.load(answers)
        os.waitpid(self._process, 0)
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL | str:
    """A toy ledger that another process can open."""
    made = str(tmp_path / "toy.db") if request.param == "sqlite" else request.getfixturevalue("postgres_ledger")
    with Ledger.create(made) as ledger:
        toy_deal(ledger)
    return made


def posted(ledger: Ledger, name: str) -> int:
    return ledger.post_many(cents(name)).or_raise().sequence


def check(url: URL | str, *through: int) -> None:
    with Ledger.open(url) as ledger:
        assert ledger.head(TOY).sequence == max(through)
        assert list(verify_rows(TOY, ledger.stored_rows(TOY), ledger.stored_batches(TOY))) == []
        assert list(ledger.sum_faults(TOY)) == []


@pytest.mark.parametrize("anew", [False, True], ids=["inherited", "opened anew"])
@pytest.mark.parametrize("first", ["parent closes", "parent posts", "parent is gone on"])
def test_what_a_child_is_told_is_stored_is_there(url: URL | str, anew: bool, first: str) -> None:
    ledger = Ledger.open(url)
    before = posted(ledger, "parent")

    def work() -> int:
        return posted(Ledger.open(url) if anew else ledger, "child")

    child = Child(work)
    if first == "parent closes":
        ledger.close()
    elif first == "parent posts":
        before = posted(ledger, "parent again")
    told = child.answer()
    assert told == before + 5
    after = posted(ledger, "at last")
    ledger.close()
    check(url, told, after)


def test_parent_and_child_post_in_turn(url: URL | str) -> None:
    with Ledger.open(url) as ledger:
        children = [Child(partial(posted, ledger, f"child {name}")) for name in range(4)]
        own = posted(ledger, "parent")
        told = [child.answer() for child in children]
        assert sorted([own, *told]) == [18, 23, 28, 33, 38]
    check(url, *told)


def test_a_reading_under_way_stays_with_the_parent(url: URL | str) -> None:
    """The child of a reader is refused the file; of a server it has connections of its own."""
    ledger, under_way = Ledger.open(url), ExitStack()
    reading = under_way.enter_context(ledger._store.reading())
    events = reading.rows(reading.deal_key(TOY))
    next(events)

    def go_on() -> list[Any]:
        found: list[Any] = []
        works: list[Callable[[], int]] = [lambda: posted(ledger, "child")]
        works.append(lambda: posted(Ledger.open(url), "opened anew"))
        for work in works:
            try:
                found.append(work())
            except StoreUnavailable as fault:
                found.append(str(fault))
        return found

    inherited = Child(go_on)
    assert len(list(events)) == 12
    under_way.close()
    own = posted(ledger, "parent")
    ledger.close()
    told = inherited.answer()
    if isinstance(url, str):
        assert all("was forked" in item for item in told), told
        check(url, own)
    else:
        assert told == [23, 28]
        check(url, 28)


def test_a_batch_under_way_is_ended_by_the_parent_alone(url: URL | str) -> None:
    with Ledger.open(url) as ledger:
        row = list(ledger.stored_rows(TOY))[-1]
        new = row._replace(sequence=row.sequence + 1, event_id="forked")
        with suppress(ZeroDivisionError), ledger._store.appending(TOY) as writer:
            writer.insert([[new]])

            def leave() -> str:
                with suppress(Exception), ledger._store.appending(TOY) as other:
                    return f"the child was let in, behind event {other.head(other.deal_key(TOY)).sequence}"
                with suppress(Exception):
                    writer.insert([[new._replace(sequence=new.sequence + 1, event_id="child")]])
                with suppress(Exception):
                    writer._connection.commit()
                with suppress(Exception):
                    writer._connection.close()
                return "left"

            assert Child(leave if isinstance(url, str) else lambda: "left").answer() == "left"
            raise ZeroDivisionError
        assert posted(ledger, "after") == row.sequence + 5
    check(url, row.sequence + 5)


def test_a_ledger_in_memory_is_refused_in_a_child(toy: Ledger) -> None:
    for work in (lambda: toy.head(TOY), lambda: posted(toy, "child"), toy.deals):
        kind, told = Child(work).answer()
        assert kind is StoreUnavailable
        assert "in memory" in told
        assert "copy" in told
    assert toy.head(TOY).sequence == 13
    assert posted(toy, "parent") == 18


def test_a_child_makes_a_ledger_in_memory_of_its_own(toy: Ledger) -> None:
    def work() -> int:
        with Ledger.create("sqlite://") as own:
            toy_deal(own)
            return posted(own, "child")

    assert Child(work).answer() == 18


def test_a_child_backs_up_what_its_parent_has_open(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "toy.db") as ledger:
        toy_deal(ledger)
        assert Child(lambda: backup(str(tmp_path / "toy.db"), tmp_path / "copy.db")).answer() is None
        assert posted(ledger, "parent") == 18
    check(str(tmp_path / "copy.db"), 13)

"""A writer interrupted at any moment posts its batch whole or not at all, and its ledger goes on."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from ledger import CurtailmentCollected, Event, Ledger
from ledger.evidence.rows import verify_rows
from tests.deals.toy import TOY, prior_month, toy_deal
from tests.faults.killing import Moments

BATCH = 600

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")


def curtailments(prefix: str, count: int, group: str = "one") -> list[Event]:
    return [
        CurtailmentCollected(
            event_id=f"{prefix}/{index}", deal=TOY, effective_date=prior_month(1, 10), group=group, amount="1.00"
        )
        for index in range(count)
    ]


@pytest.mark.parametrize(("tries", "seed"), [(40, 1), pytest.param(1_000, 2, marks=pytest.mark.slow)])
def test_a_batch_lands_whole_or_not_at_all_whenever_it_is_interrupted(tmp_path: Path, tries: int, seed: int) -> None:
    dice, outcomes = random.Random(seed), Counter[str]()
    threads, posting = threading.active_count(), threading.Event()

    def interrupt(*_: object) -> None:
        if posting.is_set():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with Ledger.create(tmp_path / "toy.db") as ledger:
            toy_deal(ledger)
            ledger.post_many(curtailments("first", BATCH)).or_raise()
            started = time.perf_counter()
            ledger.post_many(curtailments("timed", BATCH)).or_raise()
            moments = Moments(dice, time.perf_counter() - started)
            for number in range(tries):
                head = ledger.head(TOY).sequence
                wrong = curtailments(f"{number}/wrong", 1, "nowhere") if number % 3 == 0 else []
                outcome, started = "interrupted", time.perf_counter()
                try:
                    posting.set()
                    signal.setitimer(signal.ITIMER_REAL, 0.0005 + moments.draw())
                    outcome = type(ledger.post_many([*curtailments(f"{number}", BATCH), *wrong])).__name__
                    posting.clear()
                except KeyboardInterrupt:
                    pass
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
                outcomes[outcome] += 1
                if outcome == "interrupted":
                    moments.stopped()
                elif outcome == "Receipt":
                    moments.ended(time.perf_counter() - started)
                # The same ledger goes on at once, and nobody inserts behind its back.
                assert threading.active_count() == threads
                assert ledger.post_many(curtailments(f"{number}/after", 3)).accepted
                moved = ledger.head(TOY).sequence - head
                assert moved in ({3} if wrong else {3, BATCH + 3})
                if outcome == "Receipt":
                    assert moved == BATCH + 3
            assert outcomes["interrupted"] > tries // 4
            assert list(ledger.sum_faults(TOY)) == []
            assert list(verify_rows(TOY, ledger.stored_rows(TOY))) == []
    finally:
        signal.signal(signal.SIGALRM, before)

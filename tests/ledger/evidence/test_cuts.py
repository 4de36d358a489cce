"""A part of a log knows what the loans before it are cut by, and where the pool stood."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger import Ledger
from ledger.log_parts import part_faults
from tests.deals.toy import TOY, toy_month
from tests.ledger.store.test_run_cuts import SOME, begun, boarded_again, curtailed, faults, lived


def told(ledger: Ledger, after: int) -> list[str]:
    last = ledger.head(TOY).sequence
    return [fault.message for fault in part_faults(ledger._store, TOY, after, last, iter)]


@pytest.mark.parametrize("again", [False, True])
def test_every_part_is_as_sound_as_the_whole(tmp_path: Path, *, again: bool) -> None:
    chance = random.Random(2)
    with Ledger.create(tmp_path / "toy.db") as ledger:
        begun(ledger, chance, rules=1)
        ledger.post_many([*lived(chance, 10), *(boarded_again(chance) if again else [])]).or_raise()
        toy_month(ledger, 1)
        ledger.post(curtailed("after", SOME[0], 3, 9)).or_raise()
        toy_month(ledger, 2)
        ends = [run.through for run in ledger.stored_runs(TOY) or ()]
        for end in (0, *ends[:-1]):
            assert told(ledger, end) == []
        gone = next(run.through for run in reversed(list(ledger.stored_runs(TOY) or ())) if run.cuts)
        with ledger._store._engine.connect() as connection:
            connection.execute(text("DROP TRIGGER run_cuts_refuse_delete"))
            connection.execute(text("DELETE FROM run_cuts WHERE through_sequence = :end"), {"end": gone})
            connection.commit()
        assert len(told(ledger, ends[ends.index(gone) - 1])) == 1
        assert len(faults(ledger)) == 1

"""What a pool is cut by, out of the sums of its runs: everything up to a closing, and what moved since."""

from __future__ import annotations

from sqlalchemy import select

from ledger.journal.cuts import Moved, added, from_text
from ledger.store.database.querying import Querying
from ledger.store.database.schema import run_cuts

_MOST_RUNS = 4_096
_MOST_TEXT = 1 << 25
"""Runs, and characters of them, that a reader adds up at most: from there on looking the loans up is quicker."""


class CutQueries(Querying):
    """Asks how far balances moved under what a pool is cut by."""

    def pool_moved(self, deal_key: int, *, known_through: int, before: int | None) -> Moved | None:
        """Return what every distribution moved; those up to a closing before ``before`` stand together under it.

        None where the sums are of no use: a loan is among them that has no one boarding, a run is known in part only,
        or there are so many that the loans are looked up sooner. With ``before`` None they are what the log comes to
        at the end of a run, however many there are.
        """
        complete = self._complete(deal_key, known_through)
        if complete < known_through:
            return None
        held = run_cuts.c
        known = held.deal_key == deal_key, held.through_sequence <= complete
        until = [] if before is None else [held.closed < before]
        stood = (
            select(held.through_sequence, held.standing)
            .where(*known, held.closed.is_not(None), *until)
            .order_by(held.through_sequence.desc())
            .limit(1)
        )
        since, sums = 0, list[Moved]()
        for through, standing in self._execute(stood):
            since = int(through)
            sums.append(from_text(standing))
        later = select(held.again, held.moved).where(*known, held.through_sequence > since)
        runs = text = 0
        for part in self._streamed(later, 256):
            for again, moved in part:
                runs, text = runs + 1, text + len(moved)
                if again or (before is not None and (runs > _MOST_RUNS or text > _MOST_TEXT)):
                    return None
                sums.append(from_text(moved))
        return added(sums)


__all__ = ["CutQueries"]

"""Verifying a long log in parts, each in a process of its own.

Every predecessor of an event is stored, and what the rules must know of everything before a part is loaded from sums
that another part proves (:mod:`ledger.log_parts`). So a log is sound if all of its parts are; where one is not, only
that is known, and whoever asked goes through the whole log to say what is wrong. What stands around the rows, the
objects of the schema and the indexes, is looked at beside the parts, by whoever is done first.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import reduce
from operator import add

import attrs

from ledger import Fault, Head, Ledger, LedgerError
from replay.evidence.closed_periods import check_periods
from replay.evidence.watching import Computed, FaultsFound, LogWatch, Progress

_log = logging.getLogger("replay")
_log.addHandler(logging.NullHandler())


@attrs.frozen(kw_only=True)
class Proof:
    """What a part of a log, or all of its parts together, gave; it was sound.

    ``events`` were read, the last with ``head``; ``periods`` closings have the figures that they fixed. ``paid`` is
    what classes were paid, by distribution, ``computed`` what its closing made of each; ``derived`` what snapshots
    hold. ``around`` is what is wrong around the rows, None where that was not looked at.
    """

    events: int
    head: Head
    periods: int
    paid: dict[tuple[int, str], list[int]]
    computed: list[Computed]
    derived: dict[tuple[int, int], bytes]
    notes: list[str]
    around: tuple[Fault, ...] | None = None

    def joined(self, later: Proof) -> Proof:
        """Return what two parts give together, the ``later`` one behind this."""
        paid = {key: list(units) for key, units in self.paid.items()}
        for key, units in later.paid.items():
            held = paid.setdefault(key, [0] * len(units))
            held[:] = map(add, held, units)
        return Proof(
            events=self.events + later.events,
            head=later.head,
            periods=self.periods + later.periods,
            paid=paid,
            computed=[*self.computed, *later.computed],
            derived=self.derived | later.derived,
            notes=[*self.notes, *later.notes],
        )


def prove_in_parts(ledger: Ledger, deal: str, processes: int, progress: Progress | None) -> Proof | None:
    """Return what a log gives that was found sound in as many parts; None where it was not, or cannot be cut.

    ``progress`` is told the events of the parts that are done.
    """
    address = ledger.address
    try:
        ends = ledger.part_ends(deal, processes)
    except LedgerError:
        return None
    if address is None or len(ends) == 1:
        return None
    starts = [0, *ends[:-1]]
    # A fork spares importing everything anew; it is safe where no other thread holds a lock.
    forking = sys.platform == "linux" and threading.active_count() == 1
    context = multiprocessing.get_context("fork" if forking else "spawn")
    try:
        # Where there are fewer parts than were asked for, there is a process for what is looked at beside them.
        with ProcessPoolExecutor(min(processes, len(ends) + 1), mp_context=context) as pool:
            tasks = [pool.submit(prove_part, address, deal, *part) for part in zip(starts, ends, strict=True)]
            beside = pool.submit(faults_around, address, deal)
            waiting = set(tasks)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                if not all(task.result() for task in done):
                    pool.shutdown(wait=False, cancel_futures=True)
                    return None
                if progress is not None:
                    told = sum(ends[at] - starts[at] for at, task in enumerate(tasks) if task.done())
                    progress(told, ends[-1])
            found = [proof for task in tasks if (proof := task.result()) is not None]
            around = beside.result()
    except (BrokenProcessPool, OSError):
        return None
    return attrs.evolve(reduce(Proof.joined, found), around=around)


def faults_around(address: str, deal: str) -> tuple[Fault, ...] | None:
    """Return what is wrong around the rows; None where it cannot be looked at, which whoever asked will find too."""
    try:
        with Ledger.open(address) as ledger:
            return tuple(ledger.store_faults(deal))
    except Exception as fault:  # what a damaged database holds may break any step
        _log.warning("what is around a log was not looked at", extra={"deal": deal, "fault": type(fault).__name__})
        return None


def prove_part(address: str, deal: str, after: int, through: int) -> Proof | None:
    """Return what a part of the log gives, or None where anything is wrong with it, or cannot be read."""
    found, log = FaultsFound(), LogWatch(deal)
    derived: dict[tuple[int, int], bytes] = {}
    try:
        with Ledger.open(address) as ledger:
            found.add(ledger.part_faults(deal, after, through, log.over))
            if found.count or log.head.sequence != through or log.events != through - after:
                return None
            periods = check_periods(ledger, log, found, derived)
    except Exception as fault:  # what a damaged database holds may break any step; then the whole is gone through
        # What broke may be this program too, and then every verification would quietly take twice as long.
        _log.warning("part not proved", extra={"deal": deal, "sequence": through, "fault": type(fault).__name__})
        return None
    if found.faults:
        return None
    return Proof(
        events=log.events,
        head=log.head,
        periods=periods,
        paid=log.paid,
        computed=log.computed,
        derived=derived,
        notes=found.notes,
    )


__all__ = ["Proof", "faults_around", "prove_in_parts", "prove_part"]

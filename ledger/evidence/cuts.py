"""Verifying the sums that a pool is cut by: every run is added up again from its rows, by code of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from ledger.errors import IntegrityFault
from ledger.events import codec
from ledger.journal.cuts import (
    AGE_FIELDS,
    APART,
    CUT_COLUMNS,
    RATE_FIELDS,
    CutOf,
    Moved,
    Part,
    SharedParts,
    from_text,
    stands,
)
from ledger.journal.movements import BALANCE_SIGN, BOARDING
from ledger.store.rows import StoredCuts, StoredRow

_AT = {name: place for place, name in enumerate(StoredRow._fields)}
_MOVED = itemgetter(*map(_AT.__getitem__, ("posts_as", "loan", "distribution", "principal", "memo")))


class CutsCheck:
    """Compares the stored sums of a deal's cuts with those of its rows, run by run.

    ``cuts`` says what the loans before the first run are cut by, ``stood`` what the log before it comes to: None where
    that is of no use any more.
    """

    def __init__(self, cuts: Mapping[str, CutOf] | None = None, stood: Moved | None = None) -> None:
        self._cuts: dict[str, CutOf] = dict(cuts or {})
        self._strangers: set[str] = set()
        self._spelling = SharedParts()
        self._useless = cuts is not None and stood is None
        self._stood: Moved = dict(stood or {})

    def is_sound(self, stored: StoredCuts | None, rows: Sequence[StoredRow], moving: Iterable[str]) -> bool:
        """Say whether a run's stored sums are those of its rows, of which those of the types ``moving`` move loans."""
        again = self._board(rows) if BOARDING in moving else 0
        moved = self._moved(rows) if moving else {}
        self._useless = self._useless or again > 0
        closed = max((row.distribution for row in rows if row.posts_as == "period_closed"), default=None)
        standing = self._standing(moved, closed)
        if not moved and not again and standing is None:
            return stored is None
        if stored is None or (stored.again, stored.closed) != (again, None if standing is None else closed):
            return False
        try:
            held = None if stored.standing is None else from_text(stored.standing)
            return from_text(stored.moved) == moved and held == standing
        except IntegrityFault:
            return False

    def _board(self, rows: Sequence[StoredRow]) -> int:
        """Take boardings in, and return how many are of loans that have no one boarding, or were moved before."""
        boarded = [row for row in rows if row.posts_as == BOARDING and row.loan]
        payloads = [row.payload for row in boarded if row.reverses is None]
        spelt = codec.raw_glances(payloads, BOARDING, CUT_COLUMNS)
        again = 0
        for row in boarded:
            known = row.loan in self._cuts
            again += row.reverses is not None or known or row.loan in self._strangers
            cut = APART if row.reverses is not None else self._spelling.cut_of(row.loan_group, next(spelt))
            self._cuts[row.loan] = APART if known else cut
        return again

    def _moved(self, rows: Sequence[StoredRow]) -> Moved:
        by_loan: defaultdict[tuple[int, str], int] = defaultdict(int)
        for posts_as, loan, distribution, principal, memo in map(_MOVED, rows):
            sign = BALANCE_SIGN.get(posts_as)
            if sign is not None and loan:
                by_loan[distribution, loan] += principal + memo if posts_as == BOARDING else sign * principal
        by_cut: defaultdict[tuple[int, CutOf], int] = defaultdict(int)
        for (distribution, loan), units in by_loan.items():
            cut = self._cuts.get(loan)
            if cut is None:
                self._strangers.add(loan)
            else:
                by_cut[distribution, cut] += units
        by_part: defaultdict[tuple[int, bool, Part], int] = defaultdict(int)
        for (distribution, (ages, rates)), units in by_cut.items():
            by_part[distribution, True, ages] += units
            by_part[distribution, False, rates] += units
        found: defaultdict[tuple[int, str, str, str, str], int] = defaultdict(int)
        for (distribution, of_ages, part), units in by_part.items():
            group, boarded, *values = part or ("", "")
            for field, value in zip(AGE_FIELDS if of_ages else RATE_FIELDS, values, strict=False):
                if value is not None:
                    found[distribution, str(group), str(boarded), field, value] += units
        return {key: units for key, units in found.items() if units}

    def _standing(self, moved: Moved, closed: int | None) -> Moved | None:
        """Return where the pool stands behind a run that closes a distribution, where that is kept."""
        if self._useless:
            return None
        for key, units in moved.items():
            self._stood[key] = self._stood.get(key, 0) + units
        if closed is None:
            return None
        together: defaultdict[tuple[int, str, str, str, str], int] = defaultdict(int)
        for (distribution, group, boarded, field, value), units in self._stood.items():
            together[max(distribution, closed), group, boarded, field, value] += units
        self._stood = {key: units for key, units in together.items() if units}
        return self._stood if stands(self._stood) else None


__all__ = ["CutsCheck"]

"""Snapshots: what a distribution was made of, kept when its period closes, so that month 300 costs what month 3 did.

A snapshot is a cache, and one that is not proved is not used: the closing that it was taken at holds the digest of its
content (``facts_digest``), so that it is as final as an event is. It holds the totals known through a sequence, with
those of distributions long past put together, the months before as
:class:`~ledger.projections.history.MonthFlow`, and the cut of the pool. Totals add up, so events posted later are
simply added, as long as their distribution is one that is kept apart. An event dated further back makes the snapshot
useless to readers who know of it, and they do without; those who do not know of it still use it. With a snapshot or
without, every figure is the same, and verification derives each anew.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple, Protocol, cast

import msgspec

from ledger.deal.schedule import Distribution, Schedule
from ledger.deal.terms import DealTerms
from ledger.events import codec
from ledger.events.deal import ActApproved, PeriodClosed
from ledger.events.months import IndexPublished, LoanPaymentChanged, MonthBuilt
from ledger.journal.movements import BALANCE_SIGN, PAYING_TYPES
from ledger.journal.totals import TotalRow, is_at_issue, together
from ledger.projections.facts import Facts, PaidBefore
from ledger.projections.history import Flows, MonthFlow
from ledger.projections.measured import MeasuredMonth
from ledger.projections.owing import Owing, spelling_of
from ledger.projections.pool import SEASONING, Cells, LoanDetail, Members, PoolCut, Weighed
from ledger.projections.repayments import LateHeld
from ledger.reading.ages import FROM_LOANS, Ages, Weights, age_of_cut
from ledger.reading.owing_months import OWING_TYPES
from ledger.reading.repayments import MOVING_TYPES
from ledger.store.source import Source
from ledger.values.limits import SNAPSHOT_BYTES
from ledger.values.selector import Selector
from ledger.visible import fit, quoted

_log = logging.getLogger("ledger")

SNAPSHOT_VERSION = 4
"""Raised whenever what a snapshot holds changes; those of another version are passed over."""

MONTHS_APART = 13
"""Distributions whose totals a snapshot keeps apart at least: a year and the month before it."""

_FRACTION = re.compile(r"-?[0-9]{1,4000}(?:/[0-9]{1,4000})?", re.ASCII)
_CANDIDATES = 3
_ADVANCE_TYPES = frozenset({*MOVING_TYPES, *PAYING_TYPES})
"""Event types that change what late payments bring the servicer."""

_NO_FACTS = frozenset({ActApproved.name, IndexPublished.name, LoanPaymentChanged.name, MonthBuilt.name})
"""Event types that no figure is made of.

A closing is approved as it will be, and what approves it changes no fact; what a payment comes to, and whether it came,
is in the instalments and in the payments themselves."""

_PAYMENT_TYPES = frozenset({"bond_interest_paid", "bond_principal_paid"})
_POOL_TYPES = frozenset({*BALANCE_SIGN, "loan_status_changed", "loan_rate_changed"})
"""Event types that change the cut of a pool."""


_NO_AGES: Ages = {}
_NO_WEIGHTS: Weights = {}


class Base(NamedTuple):
    """What a snapshot gives towards the facts of a distribution.

    ``rows`` are its totals (those up to ``horizon`` together), ``later`` the totals of what it does not hold. ``pool``
    is None where the pool must be cut anew; ``cells`` are those of earlier distributions that still stand. ``paid`` is
    what classes were given before ``number``, the snapshot's own distribution, and ``late`` what late payments brought
    the servicer by then; None where that must be added up anew. ``ages`` are those of loans in the months after
    ``horizon``, as far as they still stand, ``originals`` what the loans were at issue. ``measured`` are the months up
    to ``horizon`` as triggers test them. ``aged`` is what the ages of the snapshot's own month are of. ``owing`` is
    what loans owed after ``number``, None where that must be told anew; ``counted`` says how delinquency was counted.
    ``cut`` is the pool as it stood after ``number`` when the log ended ``through`` an event: what is added to it came
    later.
    """

    rows: list[TotalRow]
    later: list[TotalRow]
    horizon: int
    flows: Flows
    pool: PoolCut | None
    cells: dict[int, Cells]
    number: int
    paid: dict[str, PaidBefore] | None
    late: LateHeld | None = None
    ages: Ages = _NO_AGES
    originals: Mapping[str, Weighed] | None = None
    measured: tuple[MeasuredMonth, ...] = ()
    aged: Weights = _NO_WEIGHTS
    owing: Owing | None = None
    counted: str = ""
    cut: Mapping[str, Weighed] | None = None
    through: int = 0


class SnapshotSource(Protocol):
    """Where snapshots come from."""

    def best(self, deal_key: int, *, known_through: int, number: int) -> Base | None:
        """Return what the best snapshot gives towards a distribution, or None where none is of use."""


class _ReoLoan(NamedTuple):
    loan: str
    group: str
    balance: int
    opening: int
    on_books: int
    bucket: str


class _Content(msgspec.Struct):
    horizon: int
    rows: list[TotalRow]
    flows: dict[str, list[MonthFlow]]
    closing: dict[str, dict[str, tuple[int, dict[str, str]]]] | None
    opening: dict[str, dict[str, tuple[int, dict[str, str]]]] | None
    new_reo: list[_ReoLoan]
    cells: dict[str, dict[str, tuple[int, int]]]
    paid: dict[str, tuple[str, str, str]] | None
    late: LateHeld
    ages: dict[str, dict[str, str]] | msgspec.UnsetType = msgspec.UNSET
    originals: dict[str, dict[str, tuple[int, dict[str, str]]]] | msgspec.UnsetType = msgspec.UNSET
    measured: list[MeasuredMonth] | msgspec.UnsetType = msgspec.UNSET
    owing: Owing | msgspec.UnsetType = msgspec.UNSET
    counted: str | msgspec.UnsetType = msgspec.UNSET
    members: Members | msgspec.UnsetType = msgspec.UNSET


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(_Content)


def _collapsed(rows: Iterable[TotalRow], horizon: int) -> list[TotalRow]:
    """Put the totals of every distribution up to ``horizon`` together under its number, but for the pool at issue."""
    listed = list(rows)
    kept = [row for row in listed if row.distribution > horizon or is_at_issue(row)]
    early = (row for row in listed if row.distribution <= horizon and not is_at_issue(row))
    return sorted([*together(early, horizon), *kept])


def _written(weighed: Mapping[str, Weighed]) -> dict[str, dict[str, tuple[int, dict[str, str]]]]:
    return {
        group: {
            measure: (weight, {str(below): str(above) for below, above in sums.items()})
            for measure, (weight, sums) in measures.items()
        }
        for group, measures in weighed.items()
    }


def _read(written: dict[str, dict[str, tuple[int, dict[str, str]]]]) -> dict[str, Weighed]:
    return {
        group: {
            measure: (weight, {int(below): int(above) for below, above in sums.items()})
            for measure, (weight, sums) in measures.items()
        }
        for group, measures in written.items()
    }


def horizon_of(terms: DealTerms, calendar: Schedule, at: Distribution) -> int:
    """Return the last distribution whose totals need not be kept apart from those before it; 0 where all must be."""
    months = max(MONTHS_APART, terms.rolling_months + 1, longest_test(terms) + 1)
    return calendar.at(at.ordinal - months - 1).number if at.ordinal > months else 0


def longest_test(terms: DealTerms) -> int:
    """Return the most months that a trigger of the deal looks at; 0 where none says so itself."""
    return max((trigger.months_of(0) for trigger in terms.triggers), default=0)


def facts_digest(facts: Facts) -> str:
    """Return the digest by which a closing fixes its facts; :class:`~ledger.events.deal.PeriodClosed` says how."""
    return _digest_of(_written_out(facts))


def _digest_of(written: bytes) -> str:
    return f"{SNAPSHOT_VERSION}:{sha256(written).hexdigest()}"


def content_of(facts: Facts) -> bytes:
    """Return what a snapshot of these facts holds; equal facts give equal bytes."""
    return zlib.compress(_written_out(facts), 1)


def _written_out(facts: Facts) -> bytes:
    horizon = horizon_of(facts.terms, facts.calendar, facts.distribution)
    pool = facts.pool
    content = _Content(
        horizon=horizon,
        rows=_collapsed((row for row in facts.totals if row.type not in _NO_FACTS), horizon),
        flows={key: [flow for flow in flows if flow.number <= horizon] for key, flows in facts.flows.items()},
        closing=None if pool is None else _written(pool.closing),
        opening=None if pool is None else _written(pool.opening),
        new_reo=[] if pool is None else [_reo(loan) for loan in pool.new_reo],
        cells={str(number): held for number, held in facts.cells.items()}
        | ({} if pool is None else {str(facts.number): pool.cells}),
        paid=None
        if facts.terms.rules == 1
        else {class_id: (str(i), str(p), str(s)) for class_id, (i, p, s) in facts.paid.items()},
        late=facts.late,
        ages=_ages_after(facts, horizon) or msgspec.UNSET,
        originals=msgspec.UNSET if facts.originals is None else _written(facts.originals),
        measured=[_as_written(month) for month in facts.measured if month.number <= horizon] or msgspec.UNSET,
        owing=msgspec.UNSET if facts.owing is None else facts.owing,
        counted=spelling_of(facts.terms) or msgspec.UNSET,
        members=msgspec.UNSET if pool is None or facts.owing is None else pool.members,
    )
    return _encoder.encode(content)


def _as_written(month: MeasuredMonth) -> MeasuredMonth:
    """Leave out at its end what a month does not know, so that those that never had it are written as ever."""
    return cast(MeasuredMonth, tuple(month)[:-1]) if month.own is None else month


def _ages_after(facts: Facts, horizon: int) -> dict[str, dict[str, str]]:
    """Return the ages that were worked out from loans, of the months that a snapshot does not hold."""
    found: dict[str, dict[str, str]] = {}
    for group, flows in facts.flows.items():
        for flow in flows:
            if flow.number > horizon and flow.age_type == FROM_LOANS:
                found.setdefault(group, {})[str(flow.number)] = flow.age
    return found


def _reo(loan: LoanDetail) -> _ReoLoan:
    return _ReoLoan(
        loan=loan.loan,
        group=loan.group,
        balance=loan.units,
        opening=loan.opening_units,
        on_books=loan.on_books,
        bucket=loan.bucket,
    )


def _loan(held: _ReoLoan) -> LoanDetail:
    return LoanDetail(
        loan=held.loan,
        group=held.group,
        boarded=None,
        units=held.balance,
        opening_units=held.opening,
        on_books=held.on_books,
        status="reo",
        bucket=held.bucket,
        became_reo=True,
    )


def _unfolded(content: bytes) -> bytes:
    """Return what a snapshot holds, written out; raises ValueError where it cannot be, or not within its limit."""
    most, unfolding = SNAPSHOT_BYTES.value, zlib.decompressobj()
    try:
        unfolded = unfolding.decompress(content, most + 1)
    except zlib.error as fault:
        raise ValueError(f"it cannot be unfolded: {fault}") from fault
    if len(unfolded) > most:
        raise ValueError(SNAPSHOT_BYTES.exceeded(f"what a snapshot of {len(content):,} bytes unfolds to"))
    if not unfolding.eof:
        raise ValueError("it is cut short")
    return unfolded


class HeldSnapshots:
    """Snapshots as pairs of what they are of and what they hold: (distribution, sequence known through), content."""

    def __init__(self, reading: Source, held: Mapping[tuple[int, int], bytes]) -> None:
        self._reading, self._held = reading, held

    def best(self, deal_key: int, *, known_through: int, number: int) -> Base | None:
        """Return what the latest usable snapshot gives towards a distribution."""
        places = [place for place in self._held if place[0] <= number and place[1] <= known_through]
        for place in sorted(places, reverse=True)[:_CANDIDATES]:
            found = _towards(self._reading, deal_key, *place, _unfolded(self._held[place]), known_through, number)
            if found is not None:
                return found
        return None


class StoredSnapshots:
    """The snapshots of a database or an archive, as one reader sees them: those that their closings prove."""

    def __init__(self, reading: Source) -> None:
        self._reading = reading

    def best(self, deal_key: int, *, known_through: int, number: int) -> Base | None:
        """Return what the latest usable snapshot gives towards a distribution."""
        for held_number, through, content in self._reading.snapshots(
            deal_key, version=SNAPSHOT_VERSION, last=number, known_through=known_through, limit=_CANDIDATES
        ):
            fixed = self._fixed(deal_key, held_number, through)
            if not fixed:
                continue
            try:
                written = _unfolded(content)
                if _digest_of(written) != fixed:
                    raise ValueError("its closing fixed other facts")
            except ValueError as fault:
                _passed_over(held_number, str(fault))
                continue
            found = _towards(self._reading, deal_key, held_number, through, written, known_through, number)
            if found is not None:
                return found
        return None

    def _fixed(self, deal_key: int, number: int, through: int) -> str:
        """Return the digest that a closing fixed for the facts known through the event before it."""
        wanted = Selector(types=(PeriodClosed.name,), first=number, last=number)
        for row in self._reading.rows(deal_key, wanted, after=through, known_through=through + 1):
            event = codec.decode(row.payload)
            if isinstance(event, PeriodClosed):
                return event.facts_digest
        return ""


def _towards(
    reading: Source, deal_key: int, held_number: int, through: int, written: bytes, known_through: int, number: int
) -> Base | None:
    """Return what a snapshot gives towards a distribution; None where something later is dated too far back."""
    back_dated = reading.totals(deal_key, Selector(last=held_number), known_through=known_through, after=through)
    held = _decoder.decode(written)
    if any(row.distribution <= held.horizon for row in back_dated):
        return None
    later = back_dated
    if held_number < number:
        wanted = Selector(first=held_number + 1, last=number)
        newer = reading.totals(deal_key, wanted, known_through=known_through)
        later = [*back_dated, *newer]
    return _base(held, later, back_dated, held_number, number)._replace(through=through)


def _passed_over(distribution: int, why: str) -> None:
    """Log that a snapshot cannot be used: a cache that is lost costs time and no answer, and verification names it."""
    _log.warning("snapshot not used", extra={"distribution": distribution, "fault": fit(why)})


def _fraction(text: str) -> Fraction:
    """Return the fraction that a snapshot spells; no exponent is read, for a few digits of one make a huge number."""
    if not _FRACTION.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a fraction")
    return Fraction(text)


def _base(held: _Content, later: list[TotalRow], back_dated: list[TotalRow], held_number: int, number: int) -> Base:
    moving = _POOL_TYPES if held.owing is msgspec.UNSET else _POOL_TYPES | OWING_TYPES
    moved = [row.distribution for row in back_dated if row.type in moving]
    first_moved = min(moved, default=number + 1)
    pool: PoolCut | None = None
    if held_number == number and not moved and held.closing is not None and held.opening is not None:
        pool = PoolCut(
            closing=_read(held.closing),
            opening=_read(held.opening),
            cells=held.cells.get(str(number), {}),
            new_reo=tuple(_loan(loan) for loan in held.new_reo),
            members={} if held.members is msgspec.UNSET else held.members,
        )
    cells: dict[int, Cells] = {int(at): found for at, found in held.cells.items() if int(at) < first_moved}
    return Base(
        rows=held.rows,
        later=later,
        horizon=held.horizon,
        flows={key: tuple(flows) for key, flows in held.flows.items()},
        pool=pool,
        cells=cells,
        number=held_number,
        paid=None
        if held.paid is None or any(row.type in _PAYMENT_TYPES and row.distribution < held_number for row in back_dated)
        else {class_id: PaidBefore(*map(_fraction, amounts)) for class_id, amounts in held.paid.items()},
        late=None if any(row.type in _ADVANCE_TYPES for row in back_dated) else held.late,
        ages=_ages(held, held_number, first_moved),
        originals=None if first_moved <= 0 or held.originals is msgspec.UNSET else _read(held.originals),
        measured=() if held.measured is msgspec.UNSET else tuple(held.measured),
        aged={
            group: {held_number: weighed.get(SEASONING, (0, {}))[0]} for group, weighed in (held.closing or {}).items()
        },
        owing=None if held.owing is msgspec.UNSET or any(row.type in OWING_TYPES for row in back_dated) else held.owing,
        counted="" if held.counted is msgspec.UNSET else held.counted,
        cut=None if held.closing is None else _read(held.closing),
    )


def _ages(held: _Content, held_number: int, first_moved: int) -> Ages:
    """Return the ages of loans that still stand: of the months before a snapshot's own, and of its own."""
    found: dict[str, dict[int, str]] = {}
    for group, ages in ({} if held.ages is msgspec.UNSET else held.ages).items():
        found[group] = {int(number): str(_fraction(age)) for number, age in ages.items() if int(number) < first_moved}
    if held.closing is not None and held_number < first_moved:
        for group, weighed in _read(held.closing).items():
            found.setdefault(group, {})[held_number] = age_of_cut(weighed)
    return found


__all__ = [
    "SNAPSHOT_VERSION",
    "Base",
    "HeldSnapshots",
    "SnapshotSource",
    "StoredSnapshots",
    "content_of",
    "facts_digest",
    "horizon_of",
]

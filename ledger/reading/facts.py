"""From the store to the projections: the queries that gather the facts of one replay.

A replay goes through phases, in this order. How much of the log is seen, and which distribution is meant, under which
terms, is settled first (:mod:`ledger.reading.as_of`, :mod:`ledger.reading.terms_in_force`). A snapshot of an earlier
replay may then stand in for everything that it holds (:mod:`ledger.reading.snapshots`). What is left is read in four
parts: the totals that every amount is made of; the events that a statement reads whole or lists; the pool loan by loan,
where its servicer reports it so (:mod:`ledger.reading.loan_pool`); and the months before, worked out from the totals.
No projection runs here, and none reads afterwards.

However long the history, a statement takes a fixed number of queries; none returns more rows than there are groups of
totals, loans in the pool, or events to be listed in the statement itself. Only where a trigger that nothing cures tests
delinquency that is counted loan by loan, and no snapshot holds the earlier months, each of these is looked up. With
snapshots or without, the facts are the same.

A question about a date before the first record date, or about a day on which nothing is paid, ends in
:class:`~ledger.errors.NoDistribution`; a log that contradicts itself in :class:`~ledger.errors.IntegrityFault`. A fact
that was never posted is no fault here: the projection that needs it says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs

from ledger.deal.schedule import Distribution, Schedule, schedule
from ledger.deal.terms import DealTerms
from ledger.deal.triggers import keeps_all_months
from ledger.deal.vocabulary import Originals, RestatedCash
from ledger.events import codec
from ledger.events.base import Event
from ledger.journal.postings import Journal
from ledger.journal.totals import AT_ISSUE, TotalRow, Totals, issue_apart
from ledger.projections.facts import Document, Facts, PaidBefore, RatedTotal, RestatedPrincipal, derived_groups
from ledger.projections.history import FLOW_TYPES, Flows, balances_at, month_flows
from ledger.projections.measured import MEASURED_TYPES, MeasuredMonth, measured_months
from ledger.projections.owing import Owing, spelling_of
from ledger.projections.parts import parts_of
from ledger.projections.pool import Cells, LoanDetail, PoolCut, Weighed
from ledger.projections.repayments import LateHeld
from ledger.projections.restated import principal_restated
from ledger.projections.stripping import MOVING_TYPES, Moved, Stripped, groups_that_pay, stripped_groups
from ledger.reading.ages import ages_of, with_ages
from ledger.reading.ages_carried import Carried, carried_ages
from ledger.reading.as_of import AsOf, known_sequence
from ledger.reading.loan_pool import LoanPool, boarded_loans, originals, standing_boardings
from ledger.reading.owing import HeldOwing, owed_and_missed
from ledger.reading.paid import paid_before
from ledger.reading.repayments import late_held, repays_advances
from ledger.reading.restated import unsettled
from ledger.reading.snapshots import Base, SnapshotSource, horizon_of
from ledger.reading.terms_in_force import distribution_at, distribution_paid_on
from ledger.store.source import Source
from ledger.values.dates import date_from_number
from ledger.values.money import from_units, rate_from_units
from ledger.values.selector import Selector

DOCUMENT_TYPES = (
    "characteristics_brought_forward",
    "performance_brought_forward",
    "delinquency_brought_forward",
    "trigger_brought_forward",
    "trigger_declared",
    "revolving_period_ended",
)
"""Event types that a statement reads whole, whenever they were posted: what a deal carried into the ledger, what was
declared of its triggers, and what ended."""

MONTHLY_REPORT_TYPES = ("pool_characteristics_reported",)
"""Event types that a statement reads whole from the months whose history it works out."""

_AT_ISSUE = Selector(types=(AT_ISSUE,), last=0)
RATE_TYPES = ("index_rate_set", "class_rate_reported", "class_principal_reported", "trust_account_reported")
"""Event types that a statement reads whole for its own distribution alone."""

LISTED_TYPES = ("payoff_collected", "loan_liquidated")
"""Event types of this distribution that a statement lists one by one."""

EARLY_PRINCIPAL_TYPES = ("payoff_collected", "curtailment_collected")
"""Event types of this distribution whose principal is needed by day and rate: they cause interest shortfalls."""


def facts_of(reading: Source, deal: str, as_of: AsOf, snapshots: SnapshotSource | None = None) -> tuple[Facts, int]:
    """Return the facts of the distribution asked about, and the sequence they are known through.

    ``snapshots`` may spare the work of earlier replays; with them or without, the facts are the same.
    """
    deal_key = reading.deal_key(deal)
    known = known_sequence(reading, deal_key, as_of)
    terms, at = distribution_at(reading, deal_key, as_of.record_date, known)
    return _facts(_Replay(reading, deal, deal_key, known, terms, at), snapshots), known


def payment_facts(
    reading: Source,
    deal: str,
    payment_date: dt.date,
    known_through: int | None,
    snapshots: SnapshotSource | None = None,
) -> tuple[Facts, int]:
    """Return the facts of the distribution paid on a date, and the sequence they are known through.

    Raises :class:`~ledger.errors.NoDistribution` where none is paid on it.
    """
    deal_key = reading.deal_key(deal)
    known = known_sequence(reading, deal_key, AsOf(record_date=payment_date, known_through=known_through))
    terms, at = distribution_paid_on(reading, deal, deal_key, payment_date, known)
    return _facts(_Replay(reading, deal, deal_key, known, terms, at), snapshots), known


@attrs.frozen
class _Replay:
    """What facts are read for: one distribution of a deal, under its terms, as known through a sequence."""

    reading: Source
    deal: str
    deal_key: int
    known: int
    terms: DealTerms
    at: Distribution
    calendar: Schedule = attrs.field(init=False)

    @calendar.default
    def _calendar(self) -> Schedule:
        return schedule(self.terms)

    @property
    def number(self) -> int:
        """The number of the distribution."""
        return self.at.number


def _facts(replay: _Replay, snapshots: SnapshotSource | None) -> Facts:
    base = None
    if snapshots is not None:
        base = snapshots.best(replay.deal_key, known_through=replay.known, number=replay.number)
        if base is not None and base.horizon > horizon_of(replay.terms, replay.calendar, replay.at):
            # It was taken under terms that looked at fewer months, and put some together that are now asked for.
            base = None
        if base is not None and base.counted != spelling_of(replay.terms):
            # It counted delinquency in another way.
            base = base._replace(pool=None, cells={}, measured=())
    totals, moving = _totals(replay, base)
    listed = _listed(replay)
    documents = _documents(replay, base)
    rows = list(_measured_rows(replay, totals, moving, base)) if _measures(replay) else []
    pool, counted, owing = _pool_and_cells(replay, totals, rows, base)
    kept = _cell_months(replay, totals)
    return Facts(
        deal=replay.deal,
        terms=replay.terms,
        calendar=replay.calendar,
        distribution=replay.at,
        totals=totals,
        journal=Journal(totals),
        prepaid=_prepaid(replay),
        documents=documents,
        listed=listed,
        boarded=_boarded(replay, listed),
        pool=pool,
        cells={number: counted[number] for number in kept if number in counted},
        flows=_flows(replay, totals, moving, documents, base, by_loan=pool is not None),
        paid=_paid(replay, base),
        late=_late(replay, totals, base),
        became_reo=_became_reo(replay, totals) if pool is None else (),
        originals=_originals(replay, base),
        measured=_measured(replay, totals, rows, counted, base, by_loan=pool is not None),
        restated=_restated(replay),
        owing=owing,
        stripped=_stripped(replay),
    )


def _measures(replay: _Replay) -> bool:
    """Say whether triggers ask for earlier months: before the fourth rules, only where a test looks at several."""
    triggers, rolling = replay.terms.triggers, replay.terms.rolling_months
    if replay.terms.looks_back:
        return True
    if replay.terms.rules > 3:
        return bool(triggers)
    return any(item.months_of(rolling) > 1 and not item.is_plain_rolling for item in triggers)


def _keeps_all(replay: _Replay) -> bool:
    return _measures(replay) and (keeps_all_months(replay.terms.triggers) or replay.terms.looks_back)


def _measured_after(replay: _Replay, base: Base | None) -> int:
    """Return the last distribution that need not be measured: a snapshot holds it, or nothing asks for it."""
    if _keeps_all(replay):
        return base.horizon if base is not None and base.measured else 0
    return horizon_of(replay.terms, replay.calendar, replay.at)


def _measured_rows(
    replay: _Replay, totals: Totals, moving: Iterable[TotalRow], base: Base | None
) -> Iterable[TotalRow]:
    """Return the totals that earlier months are measured by."""
    if not _keeps_all(replay):
        return totals
    if base is None or base.measured or not base.horizon:
        return moving
    # The snapshot was taken under terms that asked for no month of long ago.
    wanted = Selector(types=tuple(sorted(MEASURED_TYPES)), last=replay.number)
    return replay.reading.totals(replay.deal_key, wanted, known_through=replay.known)


def _measured(
    replay: _Replay,
    totals: Totals,
    rows: Iterable[TotalRow],
    cells: Mapping[int, Cells],
    base: Base | None,
    *,
    by_loan: bool,
) -> tuple[MeasuredMonth, ...]:
    """Return earlier months as triggers test them: all of them, or those whose totals are kept apart."""
    if not _measures(replay):
        return ()
    return measured_months(
        rows,
        replay.terms.group_ids,
        cells,
        before=replay.number,
        known=base.measured if base is not None and _keeps_all(replay) else (),
        after=_measured_after(replay, base),
        owned=parts_of(replay.terms),
        by_loan=by_loan and _told_by_loan(replay, totals),
        derived=derived_groups(replay.terms, totals),
    )


def _stripped(replay: _Replay) -> dict[str, Stripped]:
    """Return what of the groups that the terms strip is principal only, by the rates that loans were boarded with."""
    if all(group.strip_rate is None for group in replay.terms.groups):
        return {}
    known = replay.known
    boarded = standing_boardings(replay.reading.boardings(replay.deal_key, known_through=known))
    rates = {loan: (row.note_rate, row.servicing_rate) for loan, row in boarded.items()}
    standings = replay.reading.loan_standings(replay.deal_key, known_through=known, last=replay.number)
    wanted = Selector(types=MOVING_TYPES, first=replay.number, last=replay.number)
    columns = ("posts_as", "loan", "loan_group", "principal", "loss", "code")
    moved = map(Moved._make, replay.reading.month_columns(replay.deal_key, wanted, columns, known_through=known))
    held = ((loan, item.group, item.opening) for loan, item in standings.items())
    balances: Iterable[tuple[str, str, int]] = ()
    if any(len(groups) > 1 for groups in groups_that_pay(replay.terms).values()):
        boardings = Selector(types=("loan_boarded",))
        at = ("loan", "loan_group", "principal", "memo")
        rows = replay.reading.month_columns(replay.deal_key, boardings, at, known_through=known)
        balances = ((loan, group, principal or memo) for loan, group, principal, memo in rows)
    return stripped_groups(replay.terms, rates, held, moved, balances)


def _restated(replay: _Replay) -> RestatedPrincipal:
    """Return the principal that restatements of paid distributions left to be settled, where the terms settle it."""
    terms = replay.terms
    if terms.rules < 3 or terms.restated_cash is not RestatedCash.SETTLE:
        return RestatedPrincipal()
    return principal_restated(unsettled(replay.reading, replay.deal_key, replay.known, replay.number))


def _paid(replay: _Replay, base: Base | None) -> dict[str, PaidBefore]:
    """Return what earlier statements gave each class; the first rules add up what was recorded, as totals."""
    if replay.terms.rules == 1:
        return {}
    return paid_before(replay.reading, replay.deal_key, replay.known, replay.number, base)


def _late(replay: _Replay, totals: Totals, base: Base | None) -> LateHeld:
    """Return what late payments brought the servicer; under the first rules they were funds, and nobody's else."""
    if replay.terms.rules == 1 or not repays_advances(totals):
        return LateHeld()
    held = None if base is None or base.late is None else (base.number, base.late)
    asked = replay.reading, replay.deal_key, replay.calendar
    return late_held(*asked, known=replay.known, number=replay.number, rules=replay.terms.rules, held=held)


def _totals(replay: _Replay, base: Base | None) -> tuple[Totals, Iterable[TotalRow]]:
    """Return the totals up to the distribution, with those of months long past put together; and what months are of."""
    if base is not None:
        held = Totals(base.rows).merged(Totals(base.later)) if base.later else Totals(base.rows)
        return held, held
    reading, deal_key, known = replay.reading, replay.deal_key, replay.known
    horizon = horizon_of(replay.terms, replay.calendar, replay.at)
    if not horizon:
        totals = Totals(reading.totals(deal_key, Selector(last=replay.number), known_through=known))
        return totals, totals
    apart = FLOW_TYPES
    if _keeps_all(replay):
        apart = tuple(sorted({*FLOW_TYPES, *MEASURED_TYPES}))
    early, moving = reading.totals_together(deal_key, known_through=known, last=horizon, apart=apart)
    early = issue_apart(early, reading.totals(deal_key, _AT_ISSUE, known_through=known))
    late = reading.totals(deal_key, Selector(first=horizon + 1, last=replay.number), known_through=known)
    return Totals([*early, *late]), [*moving, *late]


def _prepaid(replay: _Replay) -> tuple[RatedTotal, ...]:
    """Return the principal prepaid in the distribution, by day and rate."""
    wanted = Selector(types=EARLY_PRINCIPAL_TYPES, first=replay.number, last=replay.number)
    rows = replay.reading.rated_totals(replay.deal_key, wanted, known_through=replay.known)
    return tuple(
        RatedTotal(
            effective_date=date_from_number(day),
            note_rate=rate_from_units(note_rate),
            servicing_rate=rate_from_units(servicing_rate),
            type=kind,
            group=group,
            principal=from_units(principal),
        )
        for day, note_rate, servicing_rate, kind, group, principal in rows
    )


def _documents(replay: _Replay, base: Base | None) -> tuple[Document, ...]:
    """Return what is read whole: of this distribution, of the months worked out, or ever, as each type is needed."""
    number, since = replay.number, 0 if base is None or not base.horizon else base.horizon + 1
    found: dict[str, Document] = {}
    for types, first in ((DOCUMENT_TYPES, 0), (MONTHLY_REPORT_TYPES, since), (RATE_TYPES, number)):
        wanted = Selector(types=types, first=first, last=number)
        for row in replay.reading.rows(replay.deal_key, wanted, known_through=replay.known):
            if row.reverses is not None:
                found.pop(row.reverses, None)
            else:
                found[row.event_id] = Document(row.distribution, codec.decode(row.payload))
    return tuple(sorted(found.values(), key=lambda item: (item.distribution, item.event.effective_date)))


def _listed(replay: _Replay) -> tuple[Event, ...]:
    """Return the events of single loans that the statement lists."""
    wanted = Selector(types=LISTED_TYPES, first=replay.number, last=replay.number)
    found: dict[str, Event] = {}
    for row in replay.reading.rows(replay.deal_key, wanted, known_through=replay.known):
        if row.reverses is not None:
            found.pop(row.reverses, None)
        elif row.loan:
            found[row.event_id] = codec.decode(row.payload)
    return tuple(found.values())


def _boarded(replay: _Replay, listed: Iterable[Event]) -> dict[str, Event]:
    """Return what is known of the loans of listed events."""
    names = sorted({loan for event in listed if (loan := getattr(event, "loan", None))})
    return dict(boarded_loans(replay.reading, replay.deal_key, replay.known, names)) if names else {}


def _pool_and_cells(
    replay: _Replay, totals: Totals, rows: Iterable[TotalRow], base: Base | None
) -> tuple[PoolCut | None, dict[int, Cells], Owing | None]:
    """Return the cut of a pool that is reported loan by loan, the delinquency cells of the months before, and what is
    owed where these follow from it.

    A snapshot may hold all, some, or some of the months; loans are looked up for what it lacks.
    """
    if not any(row.principal for row in totals.rows(Selector(types=("loan_boarded",)))):
        return None, {}, None
    held = {} if base is None else base.cells
    months = sorted({*_cell_months(replay, totals), *_long_ago(replay, totals, rows, base)})
    missing = [number for number in months if number not in held]
    pool = None if base is None else base.pool
    cells: dict[int, Cells] = {}
    owing, missed = _owing(replay, base, missing if pool is not None else [*missing, replay.number])
    if pool is None or missing:
        first = min((*missing, replay.number))
        asked = replay.reading, replay.deal_key, replay.known
        precedence = replay.terms.delinquency.precedence
        loans = LoanPool(*asked, first=first, at=replay.at, missed=missed, precedence=precedence)
        # Latest first: what a month was is told from the month after it.
        cells = {number: loans.cells(number) for number in reversed(missing)}
        pool = pool or loans.cut(replay.terms)
    cells |= {number: held[number] for number in months if number in held}
    return attrs.evolve(pool, new_reo=_wholly_boarded(replay, pool.new_reo)), cells, owing


def _owing(
    replay: _Replay, base: Base | None, months: Iterable[int]
) -> tuple[Owing | None, dict[int, dict[str, int]] | None]:
    """Return what is owed, and the due dates missed when some months were counted; None where nothing is derived."""
    if not replay.terms.delinquency.is_derived:
        return None, None
    held = None if base is None or base.owing is None else HeldOwing(base.number, base.owing)
    return owed_and_missed(
        *(replay.reading, replay.deal_key, replay.calendar),
        known=replay.known,
        number=replay.number,
        months=months,
        held=held,
    )


def _told_by_loan(replay: _Replay, totals: Totals) -> bool:
    """Say whether the delinquency of a pool that is reported loan by loan is told by its loans."""
    return replay.terms.delinquency.is_derived or totals.holds("loan_status_changed")


def _reported_as_one(replay: _Replay, totals: Totals) -> set[int]:
    """Return the distributions whose delinquency is reported by group; where it is derived, none is."""
    if replay.terms.delinquency.is_derived:
        return set()
    return set(totals.distributions(["delinquency_reported"]))


def _originals(replay: _Replay, base: Base | None) -> Mapping[str, Weighed] | None:
    """Return what the loans were at issue, where the terms take it from there."""
    if replay.terms.rules < 3 or replay.terms.originals is not Originals.BOARDED:
        return None
    if base is not None and base.originals is not None:
        return base.originals
    return originals(replay.reading, replay.deal_key, replay.known, replay.calendar)


def _wholly_boarded(replay: _Replay, loans: Sequence[LoanDetail]) -> tuple[LoanDetail, ...]:
    """Return loans with all that was boarded of them."""
    if not loans:
        return ()
    whole = boarded_loans(replay.reading, replay.deal_key, replay.known, [loan.loan for loan in loans])
    return tuple(attrs.evolve(loan, boarded=whole[loan.loan]) for loan in loans)


def _became_reo(replay: _Replay, totals: Totals) -> tuple[LoanDetail, ...]:
    """Return the loans that became REO in the distribution where the pool is reported by group, and loans inside it.

    Under the first and second rules a statement listed none of them.
    """
    if replay.terms.rules < 3 or not totals.holds("loan_status_changed"):
        return ()
    loans = LoanPool(replay.reading, replay.deal_key, replay.known, first=replay.number, at=replay.at)
    return _wholly_boarded(replay, loans.cut(replay.terms).new_reo)


def _cell_months(replay: _Replay, totals: Totals) -> list[int]:
    """Return the earlier distributions whose delinquency is counted loan by loan, of those that are kept apart."""
    if not _told_by_loan(replay, totals):
        return []
    # Months before the deal entered the ledger are not known, which is not the same as free of delinquency.
    due = set(totals.distributions(["scheduled_payment_due"]))
    reported = _reported_as_one(replay, totals)
    tests = [trigger for trigger in replay.terms.triggers if trigger.tests_delinquency]
    rolling = replay.terms.rolling_months
    longest = max((rolling, *(trigger.months_of(rolling) for trigger in tests)))
    first = max(0, replay.at.ordinal - longest)
    months = [replay.calendar.at(ordinal).number for ordinal in range(first, replay.at.ordinal - 1)]
    if tests and _keeps_all(replay):
        horizon = horizon_of(replay.terms, replay.calendar, replay.at)
        months = [number for number in sorted(due) if horizon < number < replay.number]
    return [number for number in months if number in due and number not in reported]


def _long_ago(replay: _Replay, totals: Totals, rows: Iterable[TotalRow], base: Base | None) -> set[int]:
    """Return the earlier distributions to be counted loan by loan because a trigger may have tripped for ever then."""
    tests = any(trigger.tests_delinquency for trigger in replay.terms.triggers)
    if not tests or not _keeps_all(replay) or not _told_by_loan(replay, totals):
        return set()
    after = _measured_after(replay, base)
    listed = [row for row in rows if after < row.distribution < replay.number]
    due = {row.distribution for row in listed if row.type == "scheduled_payment_due"}
    if replay.terms.delinquency.is_derived:
        return due
    return due - {row.distribution for row in listed if row.type == "delinquency_reported"}


def _flows(
    replay: _Replay,
    totals: Totals,
    moving: Iterable[TotalRow],
    documents: Iterable[Document],
    base: Base | None,
    *,
    by_loan: bool,
) -> Flows:
    """Return the earlier months of every group: those that a snapshot holds, and those after it.

    From the third rules on, the ages of a pool that is reported loan by loan are those of its loans, month by month;
    from the fourth on nobody knows the age of a group of which one loan's is not known.
    """
    groups, horizon = replay.terms.group_ids, 0 if base is None else base.horizon
    flows = month_flows(
        moving,
        ((item.distribution, item.event) for item in documents),
        groups,
        before=replay.number,
        known={} if base is None else base.flows,
        opening=balances_at(totals, groups, horizon) if horizon else {},
        after=horizon or -1,
        net_of_recoveries=replay.terms.rules > 2,
    )
    if not by_loan or replay.terms.rules < 3:
        return flows
    of_all = replay.terms.rules > 3
    flows = flows if base is None else with_ages(flows, base.ages, base.aged if of_all else None)
    missing = {flow.number for group in groups for flow in flows.get(group, ()) if not flow.age}
    if not missing:
        return flows
    ages, weights = _told_anew(replay, missing, base)
    return with_ages(flows, ages, weights if of_all else None)


def _told_anew(replay: _Replay, missing: set[int], base: Base | None) -> Carried:
    """Return the ages of the loans in some months, and what they are of; what a snapshot holds of its own goes on."""
    asked = replay.reading, replay.deal_key, replay.calendar
    if base is not None and base.cut is not None and missing == {base.number}:
        found = carried_ages(*asked, number=base.number, through=base.through, cut=base.cut, known=replay.known)
        if found is not None:
            return found
    return ages_of(*asked, known=replay.known, numbers=missing)

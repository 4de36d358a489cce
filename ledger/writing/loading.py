"""What a batch must know of its deal before it can be decided: read from the log, as totals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from ledger.events import codec
from ledger.events.base import COMPONENTS, Event, PoolEvent
from ledger.events.collections import Timing
from ledger.events.corrections import voided_by
from ledger.events.deal import ActApproved, DealOpened, LoanBoarded, TermsAmended
from ledger.events.irregular import PaymentReturned
from ledger.events.registry import REGISTRY
from ledger.journal.advance_types import ADVANCE_TYPES, REPAYING_TYPES, concerns_advances
from ledger.journal.cuts import APART
from ledger.journal.movements import PAYING_TYPES
from ledger.journal.totals import TotalRow
from ledger.rules import Original
from ledger.rules.modified import BESIDE_TYPES, EVERY_LOAN, MODIFYING_TYPES, Beside, asks_beside
from ledger.rules.payments import ON_TIME, Payments, returned_instalment
from ledger.rules.second_person import Approvals, People
from ledger.rules.set_aside import SET_ASIDE_TYPES, SetAside
from ledger.rules.state import CASH_TYPES, DealState, Keys, LoanPosition
from ledger.store.rows import LoanStanding
from ledger.store.run_cuts import UNBOARDED
from ledger.store.source import Source
from ledger.values.selector import Selector

_REPAID = frozenset({"advance_recovered", "advance_declared_nonrecoverable"})

MANY_LOANS = 2_000
"""From this many loans in a batch on, the positions of all the deal's loans are read at once."""


def load_state(reading: Source, deal: str, deal_key: int | None, known_through: int | None = None) -> DealState:
    """Return the state of a deal from the log: terms, balances, what is closed. Loans and cash follow on demand.

    With ``known_through`` it is that behind an event which ends a batch.
    """
    state = DealState(deal=deal)
    if deal_key is None:
        return state
    state.sequence, state.hash = reading.head(deal_key)
    if known_through is not None:
        last = next(iter(reading.rows(deal_key, after=known_through - 1, known_through=known_through)))
        state.sequence, state.hash = last.sequence, bytes(last.hash)
    for row in reading.rows(
        deal_key, Selector(types=("deal_opened", "terms_amended"), last=0), known_through=state.sequence
    ):
        event = codec.decode(row.payload)
        if isinstance(event, DealOpened | TermsAmended):
            state.terms = event.terms
    state.closed_through = reading.closed_through(deal_key, known_through=state.sequence)
    state.load_totals(reading.totals(deal_key, known_through=state.sequence))
    state.load_cash(reading.dated_totals(deal_key, Selector(types=CASH_TYPES), known_through=state.sequence))
    return state


def load_everything(reading: Source, deal: str, deal_key: int, known_through: int) -> DealState:
    """Return the state of a deal behind an event that ends a batch, with all that verifying the rest must know."""
    state = load_state(reading, deal, deal_key, known_through)
    standings = reading.loan_standings(deal_key, known_through=known_through)
    load_loans(reading, deal_key, state, standings, standings)
    rows = reading.advance_totals(deal_key, known_through=known_through, types=ADVANCE_TYPES)
    of_loans = [row for row in rows if row[0]]
    state.load_loan_advances({*state.loans, *(row[0] for row in of_loans)}, of_loans)
    wanted = Selector(types=(*REPAYING_TYPES, "advance_recovered"))
    repaying = reading.dated_totals(deal_key, wanted, known_through=known_through)
    state.load_group_advances([row for row in rows if not row[0]], repaying)
    open_months = sorted(number for number in state.dues.months if number > state.closed_through)
    load_months(reading, deal_key, state, open_months)
    state.payments = Payments(counted=False)
    _load_every_beside(reading, deal_key, state)
    return state


def _load_every_beside(reading: Source, deal_key: int, state: DealState) -> None:
    """Load what every loan owes, has deferred and can be drawn on, where the log asks for it of any."""
    state.beside = beside = Beside(EVERY_LOAN)
    if next(iter(reading.rows(deal_key, Selector(types=MODIFYING_TYPES), limit=1)), None) is None:
        return
    moved = Selector(types=BESIDE_TYPES)
    columns = ("posts_as", "loan", "code", *COMPONENTS)
    for kind, loan, code, *components in reading.month_columns(deal_key, moved, columns, known_through=state.sequence):
        beside.move(kind, loan, code, components)
    for row in reading.rows(deal_key, Selector(types=("loan_boarded",)), known_through=state.sequence):
        event = codec.decode(row.payload) if row.reverses is None else None
        if isinstance(event, LoanBoarded):
            beside.board(event)


def load_loans(
    reading: Source,
    deal_key: int,
    state: DealState,
    wanted: Iterable[str],
    standings: Mapping[str, LoanStanding] | None = None,
) -> None:
    """Load the loans among these that the state does not hold yet; ``standings`` are theirs, where they are known."""
    missing = [loan for loan in wanted if loan not in state.loans]
    if not missing:
        return
    missing = sorted(set(missing))
    names = missing if len(missing) < MANY_LOANS else None
    held = set(state.loans)
    if standings is None:
        standings = reading.loan_standings(deal_key, known_through=state.sequence, loans=names)
    # Names are those that were asked for, and a number that many loans share is one object.
    named, alike = dict(zip(missing, missing, strict=True)), dict[int, int]()
    for loan, (group, balance, on_books, _, last) in standings.items():
        if loan not in held:
            latest = alike.setdefault(last, last)
            position = LoanPosition(group=group, balance=balance, on_books=on_books, latest=latest, cut=UNBOARDED)
            state.loans[named.get(loan, loan)] = position
    del standings
    boarded = reading.loans_boarded(deal_key, known_through=state.sequence, loans=names)
    for loan, terms in boarded.items():
        if loan not in held:
            position = state.loans.setdefault(loan, LoanPosition())
            position.note_rate, position.cut = alike.setdefault(terms.note_rate, terms.note_rate), terms.cut
    # A rate that was changed, or of a loan without one boarding, is the latest of several.
    changed = reading.loan_rates(deal_key, known_through=state.sequence, loans=names, changed=True)
    several = [loan for loan, terms in boarded.items() if loan in changed or terms.cut is APART]
    rates = reading.loan_rates(deal_key, known_through=state.sequence, loans=several) if several else {}
    for loan in several:
        if loan not in held:
            state.loans[loan].note_rate = rates.get(loan, (0, 0))[0]


def load_advances(
    reading: Source, deal_key: int | None, state: DealState, fresh: Sequence[Event], originals: Iterable[Original]
) -> None:
    """Load advances where the batch takes some back, or voids something that an advance taken back may rest on."""
    voided = {voided_by(event) for event in fresh} - {None}
    touched = [
        getattr(event, "loan", None) or ""
        for event in fresh
        if event.name in _REPAID or (voided and event.event_id in voided and event.name in ADVANCE_TYPES)
    ]
    touched.extend(item.keys.loan for item in originals if concerns_advances(item.type, item.keys.code))
    missing = sorted(set(touched) - {""} - state.loan_advances.keys())
    if missing:
        state.load_loan_advances(missing, _advance_totals(reading, deal_key, state, missing))
    # What a group may take back rests on what all its loans brought in, less what was taken back for any of them.
    if touched and state.group_advances is None:
        repaying: list[tuple[int, TotalRow]] = []
        if deal_key is not None:
            wanted = Selector(types=(*REPAYING_TYPES, "advance_recovered"))
            repaying = reading.dated_totals(deal_key, wanted, known_through=state.sequence)
        state.load_group_advances(_advance_totals(reading, deal_key, state, [""]), repaying)


def load_set_aside(
    reading: Source, deal_key: int | None, state: DealState, fresh: Iterable[Event], originals: Iterable[Original]
) -> None:
    """Load the cash that was set aside where the batch moves some; a reversal counts on the day of what it voids."""
    types = {*(event.name for event in fresh), *(item.type for item in originals)}
    if state.set_aside is not None or types.isdisjoint(SET_ASIDE_TYPES):
        return
    state.set_aside = SetAside()
    if deal_key is None:
        return
    days: dict[str, int] = {}
    for row in reading.rows(deal_key, Selector(types=SET_ASIDE_TYPES), known_through=state.sequence):
        days[row.event_id] = row.effective_date
        state.set_aside.move(row.posts_as, row.code, row.components, days[row.reverses or row.event_id])


def load_beside(
    reading: Source, deal_key: int | None, state: DealState, fresh: Sequence[Event], boarded: Iterable[LoanBoarded]
) -> None:
    """Load what the loans owe, have deferred and can be drawn on, of those that a batch draws on or modifies."""
    wanted = {event.loan for event in fresh if asks_beside(event) and isinstance(event, PoolEvent) and event.loan}
    state.beside = Beside(frozenset(wanted))
    for loan in sorted(wanted) if deal_key is not None else ():
        assert deal_key is not None
        moved = Selector(types=BESIDE_TYPES, loan=loan)
        for row in reading.rows(deal_key, moved, known_through=state.sequence):
            state.beside.move(row.posts_as, loan, row.code, row.components)
        for row in reading.rows(deal_key, Selector(types=("loan_boarded",), loan=loan), known_through=state.sequence):
            event = codec.decode(row.payload) if row.reverses is None else None
            if isinstance(event, LoanBoarded):
                state.beside.board(event)
    for event in boarded:
        state.beside.board(event)


def load_dues(reading: Source, deal_key: int | None, state: DealState, days: Iterable[dt.date]) -> None:
    """Load the instalments of the distributions that more of them come to, where the rules refuse a second one."""
    if deal_key is None or state.terms is None or state.terms.rules == 1:
        return
    due, calendar = REGISTRY["scheduled_payment_due"].kind, state.schedule
    wanted: set[int | None] = {calendar.belongs_to(due.window, day) for day in days}
    if wanted and state.closed_through:
        # Where the terms say so, what belongs to a closed month is reported in the next one.
        wanted.add(calendar.following(state.closed_through))
    load_months(reading, deal_key, state, wanted)


def load_months(reading: Source, deal_key: int, state: DealState, wanted: Iterable[int | None]) -> None:
    """Load the instalments of distributions that hold any and are not loaded yet; none under the first rules."""
    if state.terms is None or state.terms.rules == 1:
        return
    due = REGISTRY["scheduled_payment_due"].kind
    for number in wanted:
        if number is None or number in state.dues.complete or number not in state.dues.months:
            continue
        selected = Selector(types=(due.name,), first=number, last=number)
        rows = list(reading.month_rows(deal_key, selected, known_through=state.sequence))
        voided = reading.by_event_id(deal_key, [row.voids for row in rows if row.voids is not None])
        counted = (
            (row.loan, row.effective_date, 1) if row.voids is None else (row.loan, voided[row.voids].effective_date, -1)
            for row in rows
        )
        state.dues.load(counted, number)


def load_payments(reading: Source, deal_key: int | None, state: DealState, fresh: Iterable[Event]) -> None:
    """Load what the loans paid of which the bank took payments back; what another batch asked for is let go."""
    returned = [event for event in fresh if isinstance(event, PaymentReturned) and event.loan]
    state.payments = Payments(frozenset(event.loan for event in returned if event.loan))
    if deal_key is None or state.terms is None or not returned:
        return
    for number in sorted({returned_instalment(event, state.schedule) for event in returned} - {0}):
        wanted = Selector(types=PAYING_TYPES[:2], code=ON_TIME, first=number, last=number)
        columns = ("loan", "code", "distribution", "principal", "interest")
        rows = reading.month_columns(deal_key, wanted, columns, known_through=state.sequence)
        state.payments.note_columns(rows)
    for loan in state.payments.loans:
        _load_returns(reading, deal_key, state, loan)
        for timing in Timing:
            if timing is not Timing.ON_TIME:
                late = Selector(types=PAYING_TYPES[:2], code=timing.value, loan=loan)
                for row in reading.rows(deal_key, late, known_through=state.sequence):
                    state.payments.add(loan, row.code, 0, row.principal, row.interest)


def _load_returns(reading: Source, deal_key: int, state: DealState, loan: str) -> None:
    """Take off what was taken back before, from the instalment that each return names."""
    named: dict[str, tuple[str, int]] = {}
    wanted = Selector(types=PAYING_TYPES[2:], loan=loan)
    for row in reading.rows(deal_key, wanted, known_through=state.sequence):
        if row.reverses is None:
            event = codec.decode(row.payload)
            assert isinstance(event, PaymentReturned)
            named[row.event_id] = row.code, returned_instalment(event, state.schedule)
        place = named.get(row.reverses or row.event_id)
        if place is not None:
            state.payments.add(loan, *place, -row.principal, -row.interest)


def load_approvals(reading: Source, deal_key: int, known_through: int) -> Approvals:
    """Return the approvals of a deal that stand, with who posted each."""
    found = Approvals()
    wanted = Selector(types=(ActApproved.name,), last=0)
    rows = list(reading.rows(deal_key, wanted, known_through=known_through))
    envelopes = reading.batches_of(deal_key, [row.sequence for row in rows]) if rows else []
    for row in rows:
        held = next((item for item in envelopes if item.first_sequence <= row.sequence <= item.through_sequence), None)
        people = People() if held is None else People(held.login, held.actor, held.approver)
        found.note(codec.decode(row.payload), people)
    return found


def _advance_totals(
    reading: Source, deal_key: int | None, state: DealState, loans: Sequence[str]
) -> list[tuple[str, int, TotalRow]]:
    if deal_key is None:
        return []
    return reading.advance_totals(deal_key, known_through=state.sequence, types=ADVANCE_TYPES, loans=loans)


def originals_of(reading: Source, deal_key: int | None, batch: Sequence[Event]) -> dict[str, Original]:
    """Return the stored events that reversals in the batch name."""
    wanted = [name for event in batch if (name := voided_by(event)) is not None]
    if not wanted or deal_key is None:
        return {}
    return originals_known(reading, deal_key, wanted, None)


def originals_known(
    reading: Source, deal_key: int, wanted: Sequence[str], known_through: int | None
) -> dict[str, Original]:
    """Return what a reversal must know of stored events, as known through a sequence (None: now)."""
    reversed_by = reading.reversed_among(deal_key, wanted)
    found = reading.by_event_id(deal_key, wanted)
    if known_through is not None:
        reversals = reading.by_event_id(deal_key, list(reversed_by.values()))
        reversed_by = {
            name: by for name, by in reversed_by.items() if by in reversals and reversals[by].sequence <= known_through
        }
        found = {name: row for name, row in found.items() if row.sequence <= known_through}
    return {
        event_id: Original(
            event_id=event_id,
            type=row.type,
            keys=Keys(row.loan, row.loan_group, row.class_id, row.code),
            components=row.components,
            note_rate=row.note_rate,
            servicing_rate=row.servicing_rate,
            reversed_by=reversed_by.get(event_id),
            effective_date=row.effective_date,
            distribution=row.distribution,
        )
        for event_id, row in found.items()
    }

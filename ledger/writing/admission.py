"""Letting columns in: the rules of single events, proved for whole columns at once.

The conditions suffice, they do not explain: every loan known, every balance enough, every date in an open period. What
they do not prove goes to :func:`ledger.rules.decide`, which accepts it or names event, field and rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from ledger.events.base import COMPONENTS, RATES
from ledger.events.registry import REGISTRY
from ledger.journal.advance_types import ADVANCE_TYPES, concerns_advances
from ledger.journal.movements import BALANCE_SIGN, BOARDING, PAYING_TYPES, REMOVALS
from ledger.rules import place
from ledger.rules.deciding import bears_interest_plainly
from ledger.rules.modified import BESIDE_TYPES
from ledger.rules.references import states_bucket
from ledger.rules.state import DealState, Keys, LoanPosition
from ledger.store.hashing import chain, under_envelope
from ledger.store.run_sums import RUN_EVENTS, RunSums, TotalKey, balance_moved, standing_moved
from ledger.values.dates import date_number
from ledger.writing.columns import Columns
from ledger.writing.tables import frames

_KEYS = ("loan_group", "code", "effective_date", "distribution")


class Admitted(NamedTuple):
    """Columns that the rules let in: they also hold the group and the ``distribution`` of every event."""

    columns: Columns

    def __len__(self) -> int:
        return len(self.columns.event_ids)

    def rows(
        self, deal_key: int, sequence: int, previous: bytes, recorded_at: int, envelope: bytes = b""
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows to insert after ``sequence``, a block at a time, each chained to the one before.

        They are as StoredRow, but bare. ``envelope`` is the digest of the envelope of the batch that they begin, if
        they do.
        """
        held, start = self.columns, 0
        names = ("effective_date", "distribution", "loan", "loan_group", "code", *COMPONENTS, *RATES)
        for payloads, links in self._payloads(sequence, recorded_at, envelope):
            end = start + len(payloads)
            hashes = list(chain(previous, links))
            previous = hashes[-1]
            dated, distributed, loans, groups, codes, *numbers = (held.some(name, start, end) for name in names)
            yield list(
                zip(
                    repeat(deal_key, end - start),
                    range(sequence + start + 1, sequence + end + 1),
                    held.event_ids[start:end],
                    repeat(held.type),
                    repeat(held.type),
                    dated,
                    distributed,
                    loans,
                    groups,
                    repeat(""),
                    codes,
                    *numbers,
                    repeat(None),
                    repeat(recorded_at),
                    payloads,
                    hashes,
                    strict=False,
                )
            )
            start = end

    def _payloads(self, sequence: int, recorded_at: int, envelope: bytes) -> Iterator[tuple[list[str], list[bytes]]]:
        """Yield payloads, and what each adds to the chain (:func:`~ledger.store.hashing.link`), a part at a time."""
        polars, held, start = frames(), self.columns, 0
        for payloads in held.payloads.parts():
            end = start + len(payloads)
            numbers = polars.int_range(sequence + start + 1, sequence + end + 1, dtype=polars.Int64, eager=True)
            if "distribution" in held.constant:
                stamps = f"|{recorded_at}|{held.constant['distribution']}|"
            else:
                distributions = polars.Series(held.varying["distribution"][start:end]).cast(polars.String)
                stamps = f"|{recorded_at}|" + distributions + "|"
            links: list[bytes] = (numbers.cast(polars.String) + stamps + payloads).cast(polars.Binary).to_list()
            if envelope and not start:
                links[0] = under_envelope(envelope, links[0])
            yield payloads.to_list(), links
            start = end


def admit(columns: Columns, state: DealState, sums: RunSums, offset: int) -> Admitted | None:
    """Move the state by encoded columns and add to the sums of their batch, in which ``offset`` events precede them.

    None where a rule might be broken; then the state is of no more use.
    """
    if columns.cash_unit % state.cent:
        return None
    placed: dict[tuple[int, str], int] = {}
    for event in columns.first:
        code = REGISTRY[event.name].keys(event)[3]
        found = place(event, columns.type, code, state)
        at = date_number(event.effective_date), code
        # Instalments paid on one day may belong to several distributions; then each event is placed by itself.
        if not isinstance(found, int) or placed.setdefault(at, found) != found:
            return None
    groups = _new_groups(columns, state) if columns.type == BOARDING else _groups(columns, state)
    if groups is None:
        return None
    columns = columns.with_column("loan_group", groups)
    if len(placed) == 1:
        distributions = [*placed.values()] * len(groups)
    else:
        distributions = [
            placed[at] for at in zip(columns.column("effective_date"), columns.column("code"), strict=True)
        ]
    columns = columns.with_column("distribution", distributions)
    if columns.type == "scheduled_payment_due" and not _due_once(columns, state):
        return None
    if columns.type == "loan_status_changed" and not all(
        states_bucket(code, state) for code in set(columns.column("code"))
    ):
        return None
    if columns.type == "payoff_collected" and not _may_bring_interest(columns, state):
        return None
    if columns.type == BOARDING:
        moved = _board(columns, groups, state)
        sums.board(offset, columns.loans, columns.column("distribution"), groups, moved)
    elif columns.type in BALANCE_SIGN:
        _add_loans(columns, groups, sums, offset)
    _move(columns, state, sums, offset)
    _note_payments(columns, state)
    # All events of a table take off alike, so that no event of it went below where all together do not.
    if BALANCE_SIGN.get(columns.type, 0) < 0 and any(
        state.group_balances.get(group, 0) < 0 or state.group_counts.get(group, 0) < 0 for group in set(groups)
    ):
        return None
    return Admitted(columns)


def _note_payments(columns: Columns, state: DealState) -> None:
    """Note what loans paid, and what stands beside their balances, where rules will ask for it."""
    if state.payments.loans and columns.type in PAYING_TYPES:
        names = ("code", "distribution", "principal", "interest")
        state.payments.note_columns(zip(columns.loans, *map(columns.column, names), strict=True))
    if state.beside.loans and columns.type in BESIDE_TYPES:
        rows = zip(columns.loans, columns.column("code"), *map(columns.column, COMPONENTS), strict=True)
        for loan, code, *components in rows:
            state.beside.move(columns.type, loan, code, components)


def _due_once(columns: Columns, state: DealState) -> bool:
    """Note the instalments; False where a loan owes two on one date."""
    assert state.terms is not None
    if state.terms.rules == 1:
        state.dues.months.update(columns.column("distribution"))
        return True
    days, numbers = columns.column("effective_date"), columns.column("distribution")
    by_place: dict[tuple[int, int], list[str]] = {}
    if len(set(days)) == 1 == len(set(numbers)):
        by_place[days[0], numbers[0]] = list(columns.loans)
    else:
        for loan, *at in zip(columns.loans, days, numbers, strict=True):
            by_place.setdefault((at[0], at[1]), []).append(loan)
    for (day, number), loans in by_place.items():
        if len(set(loans)) < len(loans) or state.dues.any_stands(loans, day):
            return False
        state.dues.note(loans, day, number)
    return True


def _may_bring_interest(columns: Columns, state: DealState) -> bool:
    """Say whether the rules know what to do with interest of a payoff, or there is none."""
    return not any(columns.column("interest")) or all(
        bears_interest_plainly(code, state) for code in set(columns.column("code"))
    )


def _new_groups(columns: Columns, state: DealState) -> Sequence[str] | None:
    """Return the groups that loans are boarded into; None where one is no group, or a loan stood there before.

    None too where limits and arrears of loans are asked for behind them: those are noted of single events.
    """
    if state.beside.loans:
        return None
    groups, loans = columns.column("loan_group"), columns.loans
    known = state.names.groups
    if any(group not in known for group in set(groups)) or len(set(loans)) < len(loans):
        return None
    return groups if state.loans.keys().isdisjoint(loans) else None


def _board(columns: Columns, groups: Sequence[str], state: DealState) -> list[tuple[int, int]]:
    """Bring loans in that the deal did not have; return the balance and the standing that each came in with."""
    principals, counts = columns.column("principal"), columns.column("loans")
    if columns.constant.get("memo") == 0:
        moved = list(zip(principals, counts, strict=True))
    else:
        moved = [
            (balance_moved(BOARDING, principal, memo), standing_moved(BOARDING, memo, count))
            for principal, memo, count in zip(principals, columns.column("memo"), counts, strict=True)
        ]
    rates = columns.column("note_rate")
    places = (LoanPosition(group, *at, rate) for group, at, rate in zip(groups, moved, rates, strict=True))
    state.loans.update(zip(columns.loans, places, strict=True))
    return moved


def _groups(columns: Columns, state: DealState) -> list[str] | None:
    """Check every loan and what it owes, and return the groups of the loans."""
    held_loans = state.loans
    try:
        held = [held_loans[loan] for loan in columns.loans]
    except KeyError:
        return None
    groups = [position.group for position in held]
    if "" in groups:
        return None
    if "loan_group" not in columns.constant:
        named = columns.column("loan_group")
        if any(name not in ("", group) for name, group in zip(named, groups, strict=True)):
            return None
    return groups if BALANCE_SIGN.get(columns.type, 0) >= 0 or _owe(columns, held) else None


def _owe(columns: Columns, held: list[LoanPosition]) -> bool:
    """Take principal off the loans; False where a loan owes less, is gone, or bears another rate."""
    principals = columns.column("principal")
    if columns.type in REMOVALS:
        for position, principal, count in zip(held, principals, columns.column("loans"), strict=True):
            if position.on_books <= 0 or count > position.on_books or principal != position.balance:
                return False
            position.on_books -= count
            position.balance = 0
    else:
        for position, principal in zip(held, principals, strict=True):
            if principal > position.balance:
                return False
            position.balance -= principal
    if columns.constant.get("note_rate") == 0:
        return True
    rates = zip(held, columns.column("note_rate"), strict=True)
    return not any(rate and position.note_rate not in (0, rate) for position, rate in rates)


def _add_loans(columns: Columns, groups: Sequence[str], sums: RunSums, offset: int) -> None:
    moved = zip(
        columns.loans,
        columns.column("distribution"),
        groups,
        columns.column("principal"),
        columns.column("memo"),
        columns.column("loans"),
        strict=True,
    )
    kind = columns.type
    for place_in_batch, (loan, distribution, group, principal, memo, loans) in enumerate(moved, offset):
        balance, on_books = balance_moved(kind, principal, memo), standing_moved(kind, memo, loans)
        sums.move_loan(place_in_batch // RUN_EVENTS, loan, distribution, group, balance, on_books)


def _move(columns: Columns, state: DealState, sums: RunSums, offset: int) -> None:
    """Move what the state keeps by group, by date and by distribution, and the advances that are loaded."""
    keyed_by = [name for name in _KEYS if name in columns.varying]
    summed = [name for name in COMPONENTS if name in columns.varying]
    count, start = len(columns.event_ids), 0
    while start < count:
        run = (offset + start) // RUN_EVENTS
        end = min(count, (run + 1) * RUN_EVENTS - offset)
        keys: Sequence[Any] = []
        if len(keyed_by) == 1:
            # A bare key, where there is but one: it is hashed for every event and column.
            keys = columns.varying[keyed_by[0]][start:end]
        elif keyed_by:
            keys = list(zip(*(columns.varying[name][start:end] for name in keyed_by), strict=True))
        by_key = {name: _by_key(keys, columns.varying[name][start:end]) for name in summed}
        for key, events in (Counter(keys) if keys else {(): end - start}).items():
            named = (key,) if len(keyed_by) == 1 else key
            known = columns.constant | dict(zip(keyed_by, named, strict=True))
            group, code, date, distribution = (known[name] for name in _KEYS)
            moved = tuple(by_key[name][key] if name in by_key else known[name] * events for name in COMPONENTS)
            state.apply_balances(columns.type, Keys("", group, "", code), moved)
            state.move_cash(columns.type, code, moved, date, distribution)
            state.note_month(columns.type, code, distribution)
            sums.add(run, TotalKey(distribution, columns.type, group, "", code, date), moved, events)
        start = end
    if columns.type in ADVANCE_TYPES and (state.group_advances is not None or state.loan_advances):
        _move_advances(columns, state)


def _by_key(keys: Sequence[Any], values: Sequence[int]) -> dict[Any, int]:
    """Add values up by key, or all of them where there are no keys."""
    if not keys:
        return {(): sum(values)}
    found: dict[Any, int] = dict.fromkeys(keys, 0)
    for key, value in zip(keys, values, strict=True):
        found[key] += value
    return found


def _move_advances(columns: Columns, state: DealState) -> None:
    components = zip(*(columns.column(name) for name in COMPONENTS), strict=True)
    keys = (columns.column(name) for name in ("loan_group", "code", "effective_date"))
    for loan, group, code, date, parts in zip(columns.loans, *keys, components, strict=True):
        if concerns_advances(columns.type, code):
            state.move_advances(columns.type, Keys(loan, group, "", code), parts, date)

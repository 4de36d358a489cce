"""A servicer's file of a month, held against the loans as the ledger has them, becomes what is to be posted of it.

Every row must tie: what the loan owed before, less the instalment, less what was paid ahead, less what took it away, is
the balance that the file says. Where the file states no instalment the note's is taken, and what came in beyond it is a
curtailment. A row that leaves a choice open is refused, and then nothing of the month is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import attrs

from ledger.errors import InvalidEvent, Violation
from ledger.events.base import Event
from ledger.events.collections import (
    CollectionReceived,
    CurtailmentCollected,
    InstalmentReportedDelinquent,
    LoanLiquidated,
    LoanRepurchased,
    PayoffCollected,
    ScheduledPaymentDue,
)
from ledger.events.statuses import LoanStatusChanged
from ledger.tapes.cells import EXACT, number
from ledger.tapes.converting import Converter, ReadRow, converter
from ledger.tapes.fields import LOANS, UNITS
from ledger.tapes.frame import Frame, TapeTable
from ledger.tapes.loans import MOST_REFUSED
from ledger.tapes.rows import refusal
from ledger.tapes.tape_map import TapeMap
from ledger.values.limits import TAPE_LOANS
from ledger.values.money import BadValue

PAYOFF, LIQUIDATION, REPURCHASE = "payoff", "liquidation", "repurchase"
REMOVALS = (PAYOFF, LIQUIDATION, REPURCHASE)
"""What may take a loan out of the pool."""

_NONE = Decimal("0.00")


@attrs.frozen(kw_only=True)
class LoanBefore:
    """A loan before the month: what it owes (``actual``) and what is stated of it, in dollars; its rate and status.

    ``due`` is the instalment that its note gives, principal and interest, and ``fee`` the servicing fee inside it; None
    where the note says too little. ``is_behind`` says that it owes an earlier instalment, ``has_left`` that the ledger
    knows already how it left in the month.
    """

    group: str
    stated: Decimal
    actual: Decimal
    note_rate: Decimal
    status: str = "performing"
    bucket: str = "current"
    due: tuple[Decimal, Decimal] | None = None
    fee: Decimal = _NONE
    is_behind: bool = False
    has_left: bool = False


@attrs.define(kw_only=True)
class Remitted:
    """What a month came to for the loans of a group, in dollars and numbers of loans."""

    loans: int = 0
    opening: Decimal = _NONE
    principal: Decimal = _NONE
    interest: Decimal = _NONE
    curtailments: Decimal = _NONE
    payoffs: Decimal = _NONE
    liquidated: Decimal = _NONE
    repurchased: Decimal = _NONE
    missed: int = 0
    closing: Decimal = _NONE


@attrs.frozen(kw_only=True)
class RemittanceReading:
    """What the files of a month gave: events to post, sums by group, and the rows that say nothing of the month.

    ``as_noted`` counts the loans that paid what their notes say, of which nothing need be posted; ``gone`` rows are of
    loans that had left before.
    """

    events: tuple[Event, ...]
    groups: Mapping[str, Remitted]
    rows: int
    blank: int
    filtered: int
    gone: int
    as_noted: int
    notes: tuple[str, ...] = ()


@attrs.define(kw_only=True)
class _Said:
    """What a row says of its loan: the instalment that came in, and what came beside it."""

    principal: Decimal = _NONE
    interest: Decimal = _NONE
    curtailment: Decimal = _NONE
    missed: bool = False
    by_note: bool = False


class RemittanceReader:
    """Reads the files of a servicer's month one after the other, and says at the end what is to be posted.

    ``before`` are the loans as they stood before the month, ``due`` is its due date, and ``received`` the day of what
    was paid ahead, paid off or disposed of where a row says none.
    """

    def __init__(
        self,
        *,
        tape: TapeMap,
        deal: str,
        due: dt.date,
        before: Mapping[str, LoanBefore],
        received: dt.date | None = None,
        name: str = "file",
    ) -> None:
        if tape.of == LOANS:
            told = 'the map is of loans and not of a month: its key "of" must be "month"'
            raise refusal(name, "", "not_a_month", told)
        self._tape, self._deal, self._due, self._before = tape, deal, due, before
        self._received, self._name = received, name
        self._stated = bool({"principal", "interest"} & set(tape.fields))
        self._events: list[Event] = []
        self._seen: dict[str, tuple[str, int]] = {}
        self._groups: dict[str, Remitted] = {}
        self._violations: list[Violation] = []
        self._totals: list[tuple[str, str, Decimal]] = []
        self._converters: list[Converter] = []
        self._rows = self._blank = self._gone = self._as_noted = 0
        self._whole = _NONE
        self._notes: list[str] = []

    def take(self, table: TapeTable) -> None:
        """Read one file; raises :class:`~ledger.errors.InvalidEvent` for columns that it lacks."""
        reading = converter(table, self._tape)
        self._converters.append(reading)
        for frame in table.frames:
            self._rows += len(frame.lines) + len(frame.rejected) + frame.blank
            self._blank += frame.blank
            for item in frame.rejected:
                self._violations += item.violations
            for row in reading.rows(frame, reading.kept(frame)):
                if row.label:
                    self._total(row, frame, reading)
                elif not row.violations:
                    self._row(row, reading)
                elif "loan" in row.fields:
                    self._seen.setdefault(row.fields["loan"], (table.name, row.line))
                self._violations += row.violations
            if len(self._violations) > MOST_REFUSED:
                told = (
                    f"more than {MOST_REFUSED:,} rows are refused, so it is read no further; is the map of this file?"
                )
                raise InvalidEvent([*self._violations[:MOST_REFUSED], Violation(table.name, "", "too_many", told)])
            if len(self._seen) > TAPE_LOANS.value:
                raise refusal(table.name, "", "too_large", TAPE_LOANS.exceeded(f"{len(self._seen):,} loans and more"))
        self._notes += [f"{table.name}: {note}" for note in table.notes]

    def end(self) -> RemittanceReading:
        """Return what was read; raises :class:`~ledger.errors.InvalidEvent` with everything that does not tie."""
        missing = [loan for loan, held in self._before.items() if held.stated and loan not in self._seen]
        if missing:
            named = ", ".join(sorted(missing)[:8]) + (", ..." if len(missing) > 8 else "")
            told = f"{len(missing)} loans of the deal have no row ({named}); add them: a month is of every loan"
            self._violations.append(Violation(self._name, "loan", "missing", told))
        for where, label, stated in self._totals:
            if stated != self._whole:
                told = f"{label!r} was read as a totals row: it says {stated:,}, and the rows add up to {self._whole:,}"
                self._violations.append(Violation(where, "balance", "not_the_balance", told))
        if self._violations:
            raise InvalidEvent(self._violations)
        return RemittanceReading(
            events=tuple(self._events),
            groups=dict(sorted(self._groups.items())),
            rows=self._rows,
            blank=self._blank,
            filtered=sum(reading.filtered for reading in self._converters),
            gone=self._gone,
            as_noted=self._as_noted,
            notes=tuple(self._notes),
        )

    def _total(self, row: ReadRow, frame: Frame, reading: Converter) -> None:
        at = reading.where.get("balance")
        text = "" if at is None else frame.columns[at][row.at].strip()
        try:
            found = number(text, grouped=True)
        except BadValue as fault:
            message = f"{row.label!r} was read as a totals row: {fault.message}"
            row.violations.append(reading.violation(row.line, "balance", fault.code, message))
            return
        power = UNITS[self._tape.units.get("balance", "dollars")][1] - self._tape.decimals.get("balance", 0)
        self._totals.append((f"{reading.table.name}:{row.line}", row.label, found.scaleb(power, EXACT)))

    def _row(self, row: ReadRow, reading: Converter) -> None:
        held = row.fields

        def refuse(name: str, code: str, message: str) -> None:
            row.violations.append(reading.violation(row.line, name, code, message))

        for name in ("loan", "balance"):
            if name not in held:
                refuse(name, "missing", f"the row has no {name}; fill the cell")
        if row.violations:
            self._seen.setdefault(held.get("loan", ""), (reading.table.name, row.line))
            return
        loan, balance = held["loan"], held["balance"]
        if loan in self._seen:
            file, line = self._seen[loan]
            refuse("loan", "duplicate", f"loan {loan} stands on line {line} of {file} already; take one row out")
            return
        self._seen[loan] = reading.table.name, row.line
        self._whole = EXACT.add(self._whole, balance)
        before = self._before.get(loan)
        if before is None or not before.stated or (before.has_left and not balance):
            if balance:
                told = f"the ledger holds no loan {loan} with a balance; board it, or take the row out"
                refuse("loan", "unknown_loan", told)
            self._gone += 1
            return
        opening = held.get("opening_balance")
        if opening is not None and opening not in (before.actual, before.stated):
            told = f"loan {loan} opens with {opening:,}, and in the ledger with {before.actual:,}; find the difference"
            refuse("opening_balance", "not_the_balance", told)
            return
        try:
            self._events += self._say(loan, held, before, opening)
        except _Refused as fault:
            refuse(fault.name, fault.code, fault.message)
        except InvalidEvent as fault:
            row.violations += [reading.violation(row.line, item.field, item.code, item.message)
                               for item in fault.violations]  # fmt: skip

    def _say(self, loan: str, held: Mapping[str, Any], before: LoanBefore, opening: Decimal | None) -> Iterator[Event]:
        """Yield what is to be posted of a loan, and add it up."""
        balance, removal = held["balance"], _removal(loan, held)
        # A file of scheduled balances goes by what is stated of a loan that is behind, any other by what it owes.
        owed = before.actual if opening is None else opening
        said = self._instalment(loan, held, before, owed, removal)
        left = owed - said.principal - said.curtailment
        if removal is None and left != balance:
            raise _Refused("balance", "does_not_tie", _untied(loan, owed, said, balance))
        if removal is not None and balance:
            told = f"loan {loan} left by {removal}, and the row says that it still owes {balance:,}; correct one"
            raise _Refused("balance", "does_not_tie", told)
        sums = self._groups.setdefault(before.group, Remitted())
        base: dict[str, Any] = {"deal": self._deal, "loan": loan}
        if said.missed:
            sums.missed += 1
            if not before.is_behind:
                yield self._missed(base, before)
        elif said.by_note:
            self._as_noted += 1
        elif said.principal or said.interest:
            paid = {"principal": said.principal, "interest": said.interest, "effective_date": self._due, **base}
            yield ScheduledPaymentDue(event_id=self._name_of("due", loan), **paid)
            yield CollectionReceived(event_id=self._name_of("paid", loan), **paid)
        if said.curtailment:
            on = self._day(loan, held, "curtailment")
            ahead: dict[str, Any] = {"amount": said.curtailment, "effective_date": on}
            yield CurtailmentCollected(event_id=self._name_of("ahead", loan), **ahead, **base)
        if removal is not None:
            yield self._left(removal, held, before, before.stated - said.principal - said.curtailment, base)
        status, bucket = held.get("status", before.status), held.get("bucket")
        if removal is None and (status != before.status or bucket not in (None, before.bucket)):
            moved: dict[str, Any] = {"status": status, "bucket": bucket, "paid_to_date": held.get("paid_to_date")}
            named = self._name_of("status", loan)
            yield LoanStatusChanged(event_id=named, effective_date=self._due, **moved, **base)
        _add_up(sums, said, removal, owed, left, balance)

    def _instalment(
        self, loan: str, held: Mapping[str, Any], before: LoanBefore, owed: Decimal, removal: str | None
    ) -> _Said:
        """Return what came in of the instalment and ahead of it, as the row states it or as the note gives it."""
        ahead = held.get("curtailment")
        if self._stated:
            principal, interest = held.get("principal"), held.get("interest")
            if (principal is None or interest is None) and removal is None:
                told = f"loan {loan} has no principal or no interest; write 0 where nothing came in"
                raise _Refused("principal" if principal is None else "interest", "missing", told)
            said = _Said(principal=principal or _NONE, interest=interest or _NONE, curtailment=ahead or _NONE)
            said.missed = removal is None and not (said.principal or said.interest)
            if before.is_behind and not said.missed and removal != LIQUIDATION:
                raise _Refused("loan", "behind", _behind(loan))
            return said
        if removal is not None:
            if before.is_behind and removal != LIQUIDATION:
                raise _Refused("loan", "behind", _behind(loan))
            return _Said(curtailment=ahead or _NONE)
        came = owed - held["balance"] - (ahead or _NONE)
        if before.is_behind:
            if came or ahead:
                raise _Refused("loan", "behind", _behind(loan))
            return _Said(missed=True)
        if before.due is None:
            told = f"neither the note of loan {loan} nor the file says what fell due; map principal and interest"
            raise _Refused("balance", "no_instalment", told)
        principal, interest = before.due
        paid_to = held.get("paid_to_date")
        if came == 0 and (principal or (paid_to is not None and paid_to < self._due)):
            return _Said(curtailment=ahead or _NONE, missed=True)
        beyond = came - principal
        if beyond < 0 or (ahead is not None and beyond):
            raise _Refused("balance", "does_not_tie", _unlike_note(loan, owed, held["balance"], principal))
        return _Said(
            principal=principal, interest=interest, curtailment=beyond if ahead is None else ahead, by_note=True
        )

    def _missed(self, base: Mapping[str, Any], before: LoanBefore) -> Event:
        loan = base["loan"]
        if before.due is None:
            told = f"loan {loan} paid nothing, and its note does not say what fell due; post its instalment as a fact"
            raise _Refused("principal", "no_instalment", told)
        principal, interest = before.due
        return InstalmentReportedDelinquent(
            event_id=self._name_of("missed", loan),
            effective_date=self._due,
            principal=principal,
            interest=interest,
            servicing_fee=before.fee,
            due_date=self._due,
            **base,
        )

    def _left(
        self, removal: str, held: Mapping[str, Any], before: LoanBefore, balance: Decimal, base: Mapping[str, Any]
    ) -> Event:
        """Return the event by which a loan left, of the balance that it left with."""
        loan = base["loan"]
        given = {"event_id": self._name_of(removal, loan), "effective_date": self._day(loan, held, removal), **base}
        stated, accrued = held.get("payoff"), held.get("accrued_interest", _NONE)
        if stated is not None and stated != balance:
            told = f"loan {loan} was paid off with {stated:,}, and owed {balance:,}; find the difference"
            raise _Refused("payoff", "does_not_tie", told)
        if removal == PAYOFF:
            return PayoffCollected(amount=balance, note_rate=before.note_rate, interest=accrued, **given)
        if removal == REPURCHASE:
            return LoanRepurchased(balance=balance, accrued_interest=accrued, **given)
        proceeds = held.get("net_proceeds")
        if proceeds is None:
            told = f"loan {loan} was liquidated, and nothing says what it brought; map net_proceeds, and fill the cell"
            raise _Refused("net_proceeds", "missing", told)
        loss = balance + accrued - proceeds
        return LoanLiquidated(
            balance=balance, accrued_interest=accrued, net_proceeds=proceeds, realized_loss=loss, **given
        )

    def _day(self, loan: str, held: Mapping[str, Any], what: str) -> dt.date:
        found: dt.date | None = held.get("received_date", self._received)
        if found is None:
            told = f"nothing says on which day the {what} of loan {loan} came; map received_date, or give --received"
            raise _Refused("received_date", "missing", told)
        return found

    def _name_of(self, what: str, loan: str) -> str:
        return f"{self._deal}/remitted/{self._due}/{what}/{loan}"


class _Refused(Exception):
    def __init__(self, name: str, code: str, message: str) -> None:
        self.name, self.code, self.message = name, code, message
        super().__init__(message)


def _removal(loan: str, held: Mapping[str, Any]) -> str | None:
    found: str | None = held.get("removal", PAYOFF if held.get("payoff") else None)
    if found is not None and found not in REMOVALS:
        told = f"{found!r:.40} is no way in which loan {loan} left; write {', '.join(REMOVALS)}, or say so in codes"
        raise _Refused("removal", "unknown_code", told)
    return found


def _untied(loan: str, owed: Decimal, said: _Said, balance: Decimal) -> str:
    return (
        f"loan {loan} owed {owed:,}, less principal {said.principal:,} and curtailment {said.curtailment:,} is "
        f"{owed - said.principal - said.curtailment:,}, and the row says {balance:,}; find the difference"
    )


def _unlike_note(loan: str, owed: Decimal, balance: Decimal, principal: Decimal) -> str:
    return (
        f"loan {loan} owed {owed:,} and owes {balance:,}, and its instalment has a principal of {principal:,}: that is "
        "neither paid nor missed; map what came in, or post this loan by itself"
    )


def _behind(loan: str) -> str:
    return (
        f"loan {loan} owes an earlier instalment, and only the servicer knows which one this paid: post it by itself "
        "(collection_received with its due_date)"
    )


def _add_up(sums: Remitted, said: _Said, removal: str | None, owed: Decimal, left: Decimal, balance: Decimal) -> None:
    sums.loans += 1
    sums.opening = EXACT.add(sums.opening, owed)
    sums.principal = EXACT.add(sums.principal, said.principal)
    sums.interest = EXACT.add(sums.interest, said.interest)
    sums.curtailments = EXACT.add(sums.curtailments, said.curtailment)
    sums.closing = EXACT.add(sums.closing, balance)
    if removal == PAYOFF:
        sums.payoffs = EXACT.add(sums.payoffs, left)
    elif removal == LIQUIDATION:
        sums.liquidated = EXACT.add(sums.liquidated, left)
    elif removal == REPURCHASE:
        sums.repurchased = EXACT.add(sums.repurchased, left)

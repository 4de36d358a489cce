"""What the store hands out: rows of the log, the head of a deal, and where loans stand."""

from __future__ import annotations

from typing import Any, NamedTuple

from ledger.journal.cuts import CutOf
from ledger.values.glance import in_notebook


class Head(NamedTuple):
    """The last event of a deal: its sequence (0 for none) and its hash; as a text, ``SEQUENCE:HASH``."""

    sequence: int
    hash: bytes

    def __repr__(self) -> str:
        return f"<Head {self}>"

    def _repr_html_(self) -> str:
        """Return it for a notebook."""
        return in_notebook(self, ())

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash.hex()}"


class StoredRow(NamedTuple):
    """One row of the log as stored; amounts in units of 0.0001 dollar, dates as YYYYMMDD, times in microseconds."""

    deal_key: int
    sequence: int
    event_id: str
    type: str
    posts_as: str
    effective_date: int
    distribution: int
    loan: str
    loan_group: str
    class_id: str
    code: str
    principal: int
    interest: int
    fee: int
    loss: int
    other: int
    memo: int
    loans: int
    note_rate: int
    servicing_rate: int
    reverses: str | None
    recorded_at: int
    payload: str
    hash: bytes

    @property
    def components(self) -> tuple[int, ...]:
        """The amounts, in the order of :data:`~ledger.events.base.COMPONENTS`."""
        return self.principal, self.interest, self.fee, self.loss, self.other, self.memo, self.loans


class StoredCuts(NamedTuple):
    """The sums of one run by what a pool is cut by, as stored; ``moved`` and ``standing`` are JSON.

    ``again`` counts boardings of loans that have no one boarding. Where the run closed a distribution, ``closed`` is
    its number and ``standing`` what everything up to the run comes to.
    """

    again: int
    closed: int | None
    moved: str
    standing: str | None


class StoredRun(NamedTuple):
    """The sums of one run of events as stored.

    ``totals`` are rows of distribution, type, group, class, code, effective date, components and count; ``loans`` rows
    of loan, distribution, group, balance and standing moved, and where that left the loan (None where it is late).
    ``cuts`` says what moved under what a pool is cut by, None where nothing did.
    """

    first: int
    through: int
    totals: list[tuple[Any, ...]]
    loans: list[tuple[Any, ...]]
    cuts: StoredCuts | None = None


class LoanStanding(NamedTuple):
    """Where one loan stands after a distribution: balances in units of 0.0001 dollar, ``opening`` before it.

    ``group`` is that of the last event that moved it, ``latest`` the latest distribution that any moved it in.
    """

    group: str
    balance: int
    on_books: int
    opening: int
    latest: int

    def moved_by(self, later: LoanStanding) -> LoanStanding:
        """Return where the loan stands once later events have moved it as far as they did."""
        return LoanStanding(
            later.group,
            self.balance + later.balance,
            self.on_books + later.on_books,
            self.opening + later.opening,
            max(self.latest, later.latest),
        )

    def since(self, before: LoanStanding) -> LoanStanding:
        """Return how far the loan was moved since it stood somewhere else."""
        return LoanStanding(
            self.group,
            self.balance - before.balance,
            self.on_books - before.on_books,
            self.opening - before.balance,
            self.latest,
        )


class LoanStatus(NamedTuple):
    """The status of one loan, its bucket, and the distribution since which it has had them."""

    status: str
    bucket: str
    since: int

    @property
    def is_behind(self) -> bool:
        """Say whether the loan is anything but performing and current."""
        return self.status != "performing" or self.bucket != "current"


class MonthRow(NamedTuple):
    """What the month of a loan is made of: the typed columns of one event, in the units of :class:`StoredRow`.

    ``type`` is the type that it posts as, ``voids`` the id of the event that a reversal voids, or None.
    """

    loan: str
    type: str
    code: str
    group: str
    effective_date: int
    principal: int
    interest: int
    fee: int
    loss: int
    other: int
    loans: int
    note_rate: int
    voids: str | None


MONTH_COLUMNS = (
    "loan",
    "posts_as",
    "code",
    "loan_group",
    "effective_date",
    "principal",
    "interest",
    "fee",
    "loss",
    "other",
    "loans",
    "note_rate",
    "reverses",
)
"""The stored columns of a :class:`MonthRow`, in its order."""


class UnpaidMonth(NamedTuple):
    """What fell due of one loan in a distribution and what came in for it on time, in units of 0.0001 dollar.

    ``first_due`` and ``last_due`` are the dates of the instalments (YYYYMMDD): one date, but where several fell due.
    """

    loan: str
    group: str
    first_due: int
    last_due: int
    principal_due: int
    interest_due: int
    principal_paid: int
    interest_paid: int


class BoardedLoan(NamedTuple):
    """A loan that was boarded: its note rate in units of 10**-10, and what it is cut by.

    Where that stands apart (:data:`~ledger.journal.cuts.APART`) it has no one boarding, and no one rate.
    """

    note_rate: int
    cut: CutOf


class Boarding(NamedTuple):
    """What is stored of the boarding of a loan, or of its reversal; rates are yearly, in units of 10**-10."""

    event_id: str
    loan: str
    loan_group: str
    note_rate: int
    servicing_rate: int
    reverses: str | None
    payload: str
    distribution: int
    sequence: int

"""The loans of a pool as reports: the listing in pages as long as the pool is, its totals, and one loan's card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from ledger import (
    AverageSums,
    CardEvent,
    CardMonth,
    LoanAverage,
    LoanBook,
    LoanBridge,
    LoanCard,
    LoanSums,
    LoanTotals,
    RollForward,
)
from ledger.reports import (
    DEALS_CURRENCY,
    About,
    CellValue,
    Column,
    ColumnKind,
    Fact,
    Prose,
    Provenance,
    Report,
    Table,
    as_csv,
    as_json,
    as_json_lines,
    as_members,
    as_text,
)

if TYPE_CHECKING:
    import polars

ROWS = 4_000
"""Rows that are written together; a text has its headings again as often."""

_MONEY, _COUNT, _DATE, _RATE, _MONTHS = (
    ColumnKind.MONEY,
    ColumnKind.COUNT,
    ColumnKind.DATE,
    ColumnKind.RATE,
    ColumnKind.NUMBER,
)


def _dollars(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind=_MONEY, unit=DEALS_CURRENCY) for name in names)


_LOANS = (
    Column("group"),
    Column("loan"),
    Column("loan_count", kind=_COUNT, heading="loans"),
    Column("status"),
    Column("bucket"),
    Column("paid_to_date", kind=_DATE, heading="paid to"),
    Column("note_rate", kind=_RATE),
    Column("servicing_rate", kind=_RATE),
    Column("remaining_term", kind=_MONTHS, unit="months"),
    Column("seasoning", kind=_MONTHS, unit="months"),
    Column("loan_to_value", kind=_RATE),
    *_dollars(
        "stated_balance",
        "actual_balance",
        "arrears_principal",
        "arrears_interest",
        "advances",
        "servicing_advances",
        "nonrecoverable_advances",
        "deferred_principal",
        "boarded_balance",
    ),
)
_AMOUNTS = tuple(column.name for column in _LOANS if column.kind is _MONEY)
_TOTALS = (
    Column("group"),
    Column("loan_count", kind=_COUNT, heading="loans"),
    *_dollars(*_AMOUNTS, "balance_by_group"),
    Column("count_by_group", kind=_COUNT),
    *_dollars("pool_balance"),
    Column("pool_count", kind=_COUNT),
)
_AVERAGES = (
    Column("group"),
    Column("measure"),
    Column("value", kind=ColumnKind.NUMBER),
    Column("balance", kind=_MONEY, unit=DEALS_CURRENCY, heading="of a balance of"),
)
_MOVEMENTS = (
    "opening_balance",
    "boarded",
    "scheduled_principal",
    "curtailments",
    "payoffs",
    "insurance_principal",
    "repurchases",
    "liquidations",
    "draws",
    "capitalized",
    "deferred_or_forgiven",
    "deferred_collected",
    "closing_balance",
    "difference",
)
_ROLLED = (Column("group"), Column("loan"), *_dollars(*_MOVEMENTS))
_BRIDGED_AMOUNTS = (
    "actual_balance",
    "principal_not_received",
    "paid_ahead",
    "not_passed_through",
    "stated_balance",
    "difference",
)
_BRIDGED = (Column("group"), Column("loan"), *_dollars(*_BRIDGED_AMOUNTS))
_MONTH_AMOUNTS = ("due_principal", "due_interest", "received_principal", "received_interest")
_EVENTS = (
    Column("distribution_date", kind=_DATE, heading="distribution"),
    Column("effective_date", kind=_DATE, heading="date"),
    Column("sequence", kind=_COUNT),
    Column("event_id", heading="event"),
    Column("type"),
    Column("code"),
    *_dollars("principal", "interest", "fee", "loss", "other", "memo"),
    Column("reverses"),
    Column("reversed_by"),
)
_ADVANCES = (
    Column("month", kind=_DATE),
    *_dollars("made", "recovered", "recovered_from_any_funds", "principal", "interest", "servicing", "brought_forward",
              "nonrecoverable", "outstanding"),
)  # fmt: skip
_PLACES = {_MONEY: 4, _RATE: 10, _MONTHS: 4}
"""Decimals of the columns of a frame."""


class Listing:
    """A listing of loans, written while it is read; what is added up on the way ends it."""

    def __init__(self, book: LoanBook, group: str | None = None) -> None:
        self._book, self._group = book, group
        self._sums, self._averages = LoanSums(book.groups), AverageSums(book.groups)

    @property
    def title(self) -> str:
        """What is listed, of which distribution, as known when."""
        book = self._book
        return (
            f"{book.deal}: loans after the distribution of {book.distribution.payment_date}, known through event "
            f"{book.known_through}"
        )

    columns: tuple[Column, ...] = _LOANS
    name = "loans"

    def items(self) -> Iterator[Any]:
        """Yield what is listed, adding it up."""
        for line in self._book.lines(group=self._group):
            self._sums.add(line)
            self._averages.add(line)
            yield line

    def ends(self) -> tuple[Table, ...]:
        """Return what stands below the listing, when all of it passed by."""
        groups = None if self._group is None else {self._group}
        totals = [item for item in self._book.totals_of(self._sums) if groups is None or item.group in groups]
        averages = [item for item in self._book.averages_of(self._averages) if groups is None or item.group in groups]
        return (
            _table(_TOTALS, totals, _of_totals, name="totals", caption="Totals, beside the statement's pool"),
            _table(_AVERAGES, averages, _of_average, name="averages", caption="Averages weighted by balance"),
        )


class RollForwardListing(Listing):
    """How the balance of every loan came from the distribution before to this one."""

    columns = _ROLLED
    name = "roll_forward"

    def __init__(self, book: LoanBook, group: str | None = None) -> None:
        super().__init__(book, group)
        self._moved: dict[str, dict[str, Decimal]] = {}

    def items(self) -> Iterator[RollForward]:
        """Yield the loans, adding them up."""
        for line in self._book.roll_forward(group=self._group):
            for group in (line.group, "total"):
                held = self._moved.setdefault(group, dict.fromkeys(_MOVEMENTS, Decimal("0.00")))
                for name in _MOVEMENTS:
                    held[name] += getattr(line, name)
            yield line

    def ends(self) -> tuple[Table, ...]:
        """Return the pool's own roll-forward, and what of it stands in no loan."""
        pool = [line for line in self._book.pool_roll_forward() if self._group in (None, line.group)]
        rest: tuple[tuple[CellValue, ...], ...] = tuple((line.group, "", *self._beyond(line)) for line in pool)
        return (
            _table(_ROLLED, pool, _of_columns(_ROLLED), name="pool", caption="The pool, as the statement has it"),
            Table(
                columns=_ROLLED,
                rows=rest,
                name="by_group",
                caption="What of it is known of a group only as a whole",
                shown=tuple(column.name for column in _ROLLED) if any(any(row[2:]) for row in rest) else (),
            ),
        )

    def _beyond(self, line: RollForward) -> tuple[Decimal, ...]:
        held = self._moved.get(line.group, {})
        return tuple(getattr(line, name) - held.get(name, Decimal("0.00")) for name in _MOVEMENTS)


class BridgeListing(Listing):
    """What stands between the actual and the stated balance of every loan."""

    columns = _BRIDGED
    name = "bridge"

    def __init__(self, book: LoanBook, group: str | None = None) -> None:
        super().__init__(book, group)
        self._bridged: dict[str, dict[str, Decimal | None]] = {}
        self._apart: list[str] = []

    def items(self) -> Iterator[LoanBridge]:
        """Yield the loans, adding them up."""
        for line in self._book.bridge(group=self._group):
            for group in (line.group, "total"):
                held = self._bridged.setdefault(group, dict.fromkeys(_BRIDGED_AMOUNTS, Decimal("0.00")))
                for name in _BRIDGED_AMOUNTS:
                    more, before = getattr(line, name), held[name]
                    held[name] = None if more is None or before is None else before + more
            if line.difference:
                self._apart.append(line.loan)
            yield line

    def ends(self) -> tuple[Table, ...]:
        """Return the bridge of the groups and of the pool."""
        order = [name for name in (*self._book.groups, "total") if name in self._bridged]
        rows = tuple((name, "", *(self._bridged[name][of] for of in _BRIDGED_AMOUNTS)) for name in order)
        return (Table(columns=_BRIDGED, rows=rows, name="pool", caption="Sums of the loans"),)

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The loans whose bridge does not close, when all passed by."""
        return tuple(self._apart)


def listing_text(listing: Listing, about: About | None = None) -> Iterator[str]:
    """Yield a listing as text: a table as often as it has so many rows, and its sums below."""
    yield f"{as_text(Report(title=listing.title, about=about))}\n\n"
    for page in _pages(listing):
        yield f"{as_text(Report(title='', titled=False, parts=(page,)))}\n\n"
    yield f"{as_text(Report(title='', titled=False, parts=listing.ends()))}\n"


def listing_csv(listing: Listing, about: About | None = None) -> Iterator[str]:
    """Yield a listing as CSV, a loan a line, and what it is below; sums are left out."""
    begun = False
    for page in _pages(listing):
        text = as_csv(Report(title="", flat=page))
        yield text.partition("\n")[2] if begun else text
        begun = True
    ends = as_csv(Report(title="", flat=Table(columns=listing.columns, rows=()), about=about))
    yield ends.partition("\n")[2] if begun else ends


def listing_json_lines(listing: Listing, about: About | None = None) -> Iterator[str]:
    """Yield a listing as JSON Lines: what it is, then a loan a line; sums are left out."""
    empty = Table(columns=listing.columns, rows=())
    yield as_json_lines(Report(title="", flat=empty, about=about))
    for page in _pages(listing):
        yield as_json_lines(Report(title="", flat=page))


def listing_json(listing: Listing, about: About | None = None) -> Iterator[str]:
    """Yield a listing as one JSON object: where it is from, its loans, and its sums."""
    yield as_json(Report(title="", provenance=provenance(listing), about=about)).removesuffix("\n}")
    yield f',\n "{listing.name}": ['
    begun = False
    for page in _pages(listing):
        for line in as_json_lines(Report(title="", flat=page)).splitlines():
            yield f"{',' if begun else ''}\n  {line}"
            begun = True
    yield "\n ],\n"
    yield f"{as_members(Report(title='', parts=listing.ends()))}\n"


def listing_frame(listing: Listing) -> polars.DataFrame:
    """Return a listing as a Polars frame of typed columns; needs ``pip install 'indenture[frames]'``."""
    import polars as pl

    kinds: dict[str, Any] = {column.name: _frame_type(pl, column.kind) for column in listing.columns}
    frames = [pl.DataFrame(list(page.rows), schema=kinds, orient="row") for page in _pages(listing)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=kinds)


def _frame_type(pl: Any, kind: ColumnKind) -> Any:
    if kind in _PLACES:
        return pl.Decimal(38, _PLACES[kind])
    return {_COUNT: pl.Int64, _DATE: pl.Date}.get(kind, pl.String)


def provenance(listing: Listing) -> Provenance:
    """Return where a listing comes from."""
    book = listing._book
    at = book.distribution
    return Provenance(
        deal=book.deal,
        distribution_date=at.payment_date,
        record_date=at.record_date,
        known_through=book.known_through,
    )


def _pages(listing: Listing) -> Iterator[Table]:
    items, cells = iter(listing.items()), _of_columns(listing.columns)
    while page := list(islice(items, ROWS)):
        yield _table(listing.columns, page, cells, name=listing.name)


def _table(
    columns: tuple[Column, ...], items: Iterable[Any], cells: Callable[[Any], Any], *, name: str, caption: str = ""
) -> Table:
    rows = tuple(tuple(cells(item)) for item in items)
    return Table(columns=columns, rows=rows, name=name, caption=caption)


def _of_columns(columns: tuple[Column, ...]) -> Callable[[Any], Any]:
    return attrgetter(*(column.name for column in columns))


def _of_totals(item: LoanTotals) -> tuple[Any, ...]:
    amounts = (item.amounts[name] for name in _AMOUNTS)
    rest = (item.balance_by_group, item.count_by_group, item.pool_balance, item.pool_count)
    return (item.group, item.loan_count, *amounts, *rest)


def _of_average(item: LoanAverage) -> tuple[Any, ...]:
    return item.group, item.measure.replace("_", " "), item.value, item.balance


def card_report(card: LoanCard) -> Report:
    """Return one loan's card: its note as it was boarded, where it stands, its months, advances and events."""
    line = card.line
    note = [(name, value) for name, value in _note(card) if value not in (None, "")]
    months = tuple((month.distribution_date, *_of_month(month)) for month in card.months)
    events = _table(_EVENTS, card.events, _of_columns(_EVENTS), name="events", caption="Its events")
    return Report(
        title=f"{card.deal}: loan {line.loan}, known through event {card.known_through}",
        provenance=Provenance(deal=card.deal, known_through=card.known_through),
        parts=(
            Fact("loan", line.loan),
            Table(
                columns=(Column("term"), Column("boarded")),
                rows=tuple((name.replace("_", " "), value) for name, value in note),
                name="note",
                caption="The note as it was boarded",
            ),
            _table(_LOANS, [line], _of_columns(_LOANS), name="stands", caption="Where it stands"),
            Table(
                columns=(Column("distribution", kind=_DATE), *_dollars(*_MOVEMENTS[:-1], *_MONTH_AMOUNTS)),
                rows=months,
                name="months",
                caption="Its months",
            ),
            _table(_ADVANCES, card.advances, _of_columns(_ADVANCES), name="advances", caption="Advances by month"),
            events,
            Prose(lines=(_reversed(card.reversals),)),
        ),
        flat=events,
    )


def _note(card: LoanCard) -> Iterator[tuple[str, Any]]:
    kept = ("event_id", "effective_date")
    for name in (*kept, *(name for name in _fields(card) if name not in (*kept, "deal", "loan", "restates"))):
        value = getattr(card.boarded, name)
        yield name, str(value) if isinstance(value, bool) else value


def _fields(card: LoanCard) -> list[str]:
    return [item.name for item in type(card.boarded).__attrs_attrs__]


def _of_month(month: CardMonth) -> tuple[Any, ...]:
    moved = (getattr(month.balance, name) for name in _MOVEMENTS[:-1])
    return (*moved, *(getattr(month, name) for name in _MONTH_AMOUNTS))


def _reversed(reversals: tuple[CardEvent, ...]) -> str:
    if not reversals:
        return "Nothing of it was reversed."
    return "Reversed: " + "; ".join(f"{item.reverses} by {item.event_id}" for item in reversals)


def by_group_told(book: LoanBook) -> str:
    """Return what to say of a pool that is reported by group."""
    return (
        f"{book.deal} is reported by group: no loan of it was boarded, so that none can be listed. Its pool stands in "
        "`replay statement`. Board its loans within the balances of the groups (loan_boarded with balance_in_group, or "
        "`ledger tape load`) to have them listed from then on"
    )


__all__ = [
    "BridgeListing",
    "Listing",
    "RollForwardListing",
    "by_group_told",
    "card_report",
    "listing_csv",
    "listing_frame",
    "listing_json",
    "listing_json_lines",
    "listing_text",
    "provenance",
]

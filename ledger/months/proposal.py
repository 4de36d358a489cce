"""A month as it is proposed: what it comes to by group, what could not be built, and what must be posted for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from ledger.deal.schedule import Distribution
from ledger.errors import StoreError
from ledger.events.base import Event
from ledger.events.months import MonthBuilt
from ledger.months.differences import KINDS, Differences, Writer
from ledger.months.gathering import Amounts, Key
from ledger.values.dates import date_number
from ledger.values.glance import Glanced
from ledger.values.money import RATE_SCALE, SCALE
from ledger.writing.columns import COLUMN_TYPES, COLUMNS_FROM
from ledger.writing.tables import EventTable, frames

if TYPE_CHECKING:
    import polars as pl

BUILT_AS = "built"
"""How the id of the event says that the month was built."""


@attrs.frozen(kw_only=True)
class Unbuilt:
    """A loan whose instalment could not be built: what its boarding does not say, or why else."""

    loan: str
    group: str
    missing: tuple[str, ...]
    why: str = ""


@attrs.frozen(kw_only=True)
class LoanRateReset:
    """A note rate that is ``rate`` from ``on`` on, by the index's ``figure`` of ``figure_of``, as is ``told``."""

    loan: str
    on: dt.date
    before: Decimal
    rate: Decimal
    figure: Decimal | None = None
    figure_of: dt.date | None = None
    told: str = ""


@attrs.frozen(kw_only=True)
class MonthOfGroup:
    """What the month says of one group, in dollars and numbers of loans.

    ``due`` fell due on ``instalments``, ``as_due`` of them are taken to have come in, ``missed`` are delinquent;
    amounts are principal and interest.
    """

    group: str
    instalments: int
    due_principal: Decimal
    due_interest: Decimal
    as_due: int
    paid_principal: Decimal
    paid_interest: Decimal
    missed: int
    missed_principal: Decimal
    missed_interest: Decimal
    advanced: Decimal
    servicing_fee: Decimal
    recovered: Decimal
    compensating_interest: Decimal
    insurance_premiums: Decimal
    rate_changes: int
    payment_changes: int


@attrs.frozen(kw_only=True)
class MonthProposal(Glanced):
    """A month of a deal, built from its notes as known through a sequence.

    ``said`` is all that it says, ``differences`` what must be posted for that beside what stands of it already;
    ``unbuilt`` are the loans whose notes say too little, of which it says nothing. ``again`` counts how often the month
    was built before.
    """

    deal: str
    distribution: Distribution
    due_date: dt.date
    known_through: int
    groups: tuple[MonthOfGroup, ...]
    resets: tuple[LoanRateReset, ...]
    unbuilt: tuple[Unbuilt, ...]
    excepted: int
    said: Mapping[Key, Amounts]
    differences: Differences
    stamp: str
    times: Mapping[Key, int]
    again: int

    def __repr__(self) -> str:
        known = f"{self.due_date}, known through {self.known_through}"
        return f"<MonthProposal {self.deal} {known}: {self.postings} events to post, {len(self.unbuilt)} unbuilt>"

    def glance(self) -> Iterator[dict[str, object]]:
        """Yield what the month says of each group, in dollars and numbers of loans."""
        for group in self.groups:
            yield attrs.asdict(group)

    @property
    def is_posted(self) -> bool:
        """Whether everything that the month says stands in the ledger."""
        return not self.differences and self.again > 0

    @property
    def postings(self) -> int:
        """How many events posting it would write."""
        found = self.differences
        return 0 if self.is_posted else len(found.new) + 2 * len(found.corrected) + len(found.withdrawn) + 1

    def parts(self) -> list[EventTable | list[Event]]:
        """Return what must be posted, in order: nothing where the month stands as it says."""
        if self.is_posted:
            return []
        writer = Writer(self.deal, self.stamp, date_number(self.due_date), self.times)
        corrections = [event for pair in writer.corrections(self.differences) for event in pair]
        by_type: dict[str, list[Key]] = {name: [] for name in KINDS}
        for key, _ in self.differences.new:
            by_type[key.type].append(key)
        parts: list[EventTable | list[Event]] = [corrections] if corrections else []
        singles: list[Event] = []
        for name in KINDS:
            keys = by_type.pop(name)
            if name in COLUMN_TYPES and len(keys) >= COLUMNS_FROM and _has_frames():
                if singles:
                    parts.append(singles)
                    singles = []
                parts.append(EventTable(name, _frame(writer.columns(name, self.said, keys))))
            else:
                singles.extend(writer.event(key, self.said[key]) for key in keys)
        singles.append(self._built())
        parts.append(singles)
        return parts

    def events(self) -> Iterator[Event]:
        """Yield what must be posted as single events."""
        writer = Writer(self.deal, self.stamp, date_number(self.due_date), self.times)
        if self.is_posted:
            return
        for pair in writer.corrections(self.differences):
            yield from pair
        order = list(KINDS)
        for key, amounts in sorted(self.differences.new, key=lambda item: order.index(item[0].type)):
            yield writer.event(key, amounts)
        yield self._built()

    def _built(self) -> MonthBuilt:
        again = f"#{self.again + 1}" if self.again else ""
        return MonthBuilt(
            event_id=f"{self.stamp}{BUILT_AS}{again}",
            deal=self.deal,
            effective_date=self.due_date,
            due_date=self.due_date,
            known_through=self.known_through,
            instalments=sum(item.instalments for item in self.groups),
            as_due=sum(item.as_due for item in self.groups),
            principal=sum((item.paid_principal for item in self.groups), Decimal("0.00")),
            interest=sum((item.paid_interest for item in self.groups), Decimal("0.00")),
        )


def months_of_groups(
    said: Mapping[Key, Amounts], groups: Iterable[str], group_of: Mapping[str, str]
) -> list[MonthOfGroup]:
    """Return what a month says by group."""
    sums: dict[tuple[str, str], list[int]] = {}
    for (kind, whose, _, _), (principal, interest, fee, _) in said.items():
        place = group_of.get(whose, whose), kind
        held = sums.get(place)
        if held is None:
            held = sums[place] = [0, 0, 0, 0]
        held[0] += 1
        held[1] += principal
        held[2] += interest
        held[3] += fee

    def of(group: str, name: str) -> list[int]:
        return sums.get((group, name), [0, 0, 0, 0])

    found = []
    for group in groups:
        due, paid = of(group, "scheduled_payment_due"), of(group, "collection_received")
        missed, advanced = of(group, "instalment_reported_delinquent"), of(group, "advance_made")
        recovered = of(group, "advance_recovered")
        found.append(
            MonthOfGroup(
                group=group,
                instalments=due[0],
                due_principal=_dollars(due[1]),
                due_interest=_dollars(due[2]),
                as_due=paid[0],
                paid_principal=_dollars(paid[1]),
                paid_interest=_dollars(paid[2]),
                missed=missed[0],
                missed_principal=_dollars(missed[1]),
                missed_interest=_dollars(missed[2]),
                advanced=_dollars(advanced[1] + advanced[2]),
                servicing_fee=_dollars(of(group, "servicing_fee_withheld")[3]),
                recovered=_dollars(recovered[1] + recovered[2]),
                compensating_interest=_dollars(of(group, "compensating_interest_paid")[2]),
                insurance_premiums=_dollars(of(group, "fee_charged")[3]),
                rate_changes=of(group, "loan_rate_changed")[0],
                payment_changes=of(group, "loan_payment_changed")[0],
            )
        )
    return found


def _dollars(units: int) -> Decimal:
    return Decimal(units // 100).scaleb(-2) if units % 100 == 0 else Decimal(units).scaleb(-SCALE)


def _has_frames() -> bool:
    try:
        frames()
    except StoreError:
        return False
    return True


def _frame(columns: Mapping[str, list[Any]]) -> pl.DataFrame:
    """Return columns in store units as a table with dates, and amounts as decimals."""
    polars = frames()
    made = []
    for name, values in columns.items():
        if name.endswith("_date"):
            days = polars.DataFrame({"on": values})
            on = polars.col("on")
            made.append(days.select(polars.date(on // 10_000, on // 100 % 100, on % 100).alias(name)).to_series())
        elif isinstance(values[0], int):
            scale = RATE_SCALE if name.endswith("_rate") else SCALE
            units = polars.Series(name, values, dtype=polars.Int64)
            made.append((units.cast(polars.Decimal(38, scale)) / 10**scale).cast(polars.Decimal(18, scale)))
        else:
            made.append(polars.Series(name, values, dtype=polars.String))
    found: pl.DataFrame = polars.DataFrame(made)
    return found


__all__ = ["LoanRateReset", "MonthOfGroup", "MonthProposal", "Unbuilt", "months_of_groups"]

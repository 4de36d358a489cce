"""The loans of a tape in its order, as events or as columns, whichever they were read as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import attrs

from ledger.events.deal import LoanBoarded

if TYPE_CHECKING:
    import polars as pl

_FIELDS = attrs.fields(LoanBoarded)
_NEEDED = frozenset(item.name for item in _FIELDS if item.default is attrs.NOTHING)


class BoardedLoans(Sequence[LoanBoarded]):
    """Loans that enter a deal. Those that were read as columns become events when they are asked for."""

    def __init__(self, deal: str) -> None:
        self._deal = deal
        self._count = 0
        self.parts: list[list[LoanBoarded] | pl.DataFrame] = []
        """The loans in their order: events, and tables whose columns are named by the fields of an event."""

    def append(self, loan: LoanBoarded) -> None:
        """Add a loan."""
        if not self.parts or not isinstance(self.parts[-1], list):
            self.parts.append([])
        last = self.parts[-1]
        assert isinstance(last, list)
        last.append(loan)
        self._count += 1

    def add(self, loans: pl.DataFrame) -> None:
        """Add loans that are columns."""
        self.parts.append(loans)
        self._count += len(loans)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[LoanBoarded]:
        for part in self.parts:
            if isinstance(part, list):
                yield from part
                continue
            for row in part.iter_rows(named=True):
                given = {name: value for name, value in row.items() if value is not None or name in _NEEDED}
                yield LoanBoarded(deal=self._deal, **given)

    @overload
    def __getitem__(self, place: int) -> LoanBoarded: ...
    @overload
    def __getitem__(self, place: slice) -> list[LoanBoarded]: ...
    def __getitem__(self, place: int | slice) -> LoanBoarded | list[LoanBoarded]:
        return list(self)[place]

    def tables(self) -> list[Any]:
        """Return the loans as tables, in their order; raises where Polars is not installed.

        A table is as long as it may be: loans that were read as events join those before and behind them, where their
        values have a place in the same columns.
        """
        import polars

        if all(isinstance(part, list) for part in self.parts):
            return [_table(part) for part in self.parts if isinstance(part, list)]
        kinds = next(part.schema for part in self.parts if not isinstance(part, list))
        made = [_table(part, kinds) if isinstance(part, list) else part for part in self.parts]
        return [polars.concat(made, how="diagonal")] if all(_alike(part, kinds) for part in made) else made


def _table(loans: Sequence[LoanBoarded], kinds: Any = None) -> pl.DataFrame:
    """Return events as a table, its columns of these kinds where there are such."""
    import polars

    columns: dict[str, Any] = {}
    for item in _FIELDS:
        values = [getattr(loan, item.name) for loan in loans]
        if item.name != "deal" and any(value != item.default for value in values):
            columns[item.name] = [None if value is None else _bare(value) for value in values]
    return polars.DataFrame(
        {
            name: polars.Series(name, values, dtype=kinds[name] if kinds and name in kinds else None)
            for name, values in columns.items()
        }
    )


def _bare(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def _alike(table: pl.DataFrame, kinds: Any) -> bool:
    return all(kinds.get(name, kind) == kind for name, kind in table.schema.items())

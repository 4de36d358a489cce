"""The rows of a tape that are plain become loans column by column, and no object a loan.

Each spelling of a value is read once, by the same reading as of single rows, and looked up from then on; balances,
which are of many spellings, are read by expressions where they are digits with a point. Where a row is anything else
than a loan in order - a total, a blank that must not be, a value that its field cannot hold, a loan that stands twice -
the part it stands in is left to single rows, which accept it or say what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

import attrs
from attrs import field

from ledger.errors import InvalidEvent
from ledger.events.deal import LoanBoarded
from ledger.events.registry import BY_CLASS
from ledger.tapes.cells import TRUTH
from ledger.tapes.converting import Converter
from ledger.tapes.fields import AMOUNTS, COUNTS, DATES, MONTHS, NUMBERS, REQUIRED
from ledger.tapes.frame import Frame
from ledger.tapes.texts import columns_library, series_at
from ledger.values.currency import DOLLARS, is_paid_in
from ledger.values.identifiers import LONGEST, PLAIN_IDENTIFIER
from ledger.values.money import BadValue

if TYPE_CHECKING:
    import polars as pl

_SUMMED_UP = r"(?i)total|sum|average|avg|mean|median|minimum|maximum|count"
"""What the names of totals and of other summaries hold; a loan's name that does is looked at by itself."""

_REMEMBERED = 100_000
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?", re.ASCII)


def can_be_plain() -> bool:
    """Say whether columns can be read as columns: Polars, which the extra ``frames`` brings, is there."""
    return columns_library() is not None


@attrs.define(kw_only=True)
class _Spellings:
    """The spellings of a column so far, each with its place among what they say."""

    places: dict[str, int] = field(factory=dict)
    made: Any = None


@attrs.define(kw_only=True)
class PlainRows:
    """Reads the plain rows of one file; ``given`` is what all its loans have in common."""

    reading: Converter
    given: Mapping[str, Any]
    spellings: dict[str, _Spellings] = field(factory=dict)

    def loans(self, frame: Frame, rows: Sequence[int], seen: Mapping[str, object]) -> pl.DataFrame | None:
        """Return the loans of some rows of a part, one a row; None where one of them is not plain, or was ``seen``.

        Columns are named by the fields of :class:`~ledger.LoanBoarded`, all but the deal.
        """
        loans = self._names(frame, rows, seen)
        if loans is None:
            return None
        polars, stem = columns_library(), f"{self.given['deal']}/boarded/"
        if (loans.str.len_bytes() > LONGEST - len(stem)).any():
            return None
        columns = {"event_id": stem + loans, "loan": loans}
        for name, place in self.reading.where.items():
            if name == "loan":
                continue
            made = self._column(name, series_at(frame.columns[place], rows))
            if made is None:
                return None
            columns[name] = made
        shared = {**{key: item for key, item in self.given.items() if key != "deal"}, **self.reading.constants}
        for name, value in shared.items():
            fitted = _fitted(name, value, self.reading.tape.cash_decimals)
            if fitted is None:
                return None
            columns[name] = polars.repeat(fitted, len(loans), dtype=_kind(name), eager=True)
        return self._complete(polars.DataFrame(columns))

    def _complete(self, loans: pl.DataFrame) -> pl.DataFrame | None:
        """Return loans with the servicing rate that a net rate leaves; None where one is above the note rate."""
        polars = columns_library()
        if "net_rate" in loans.columns:
            loans = loans.with_columns(servicing_rate=polars.col("note_rate") - polars.col("net_rate")).drop("net_rate")
        if "servicing_rate" not in loans.columns:
            return loans
        unrated = loans["servicing_rate"].null_count()
        loans = loans.with_columns(polars.col("servicing_rate").fill_null(polars.lit(Decimal(0))))
        if (loans["servicing_rate"] < Decimal(0)).any():
            return None
        self.reading.unrated += unrated
        return loans

    def _names(self, frame: Frame, rows: Sequence[int], seen: Mapping[str, object]) -> pl.Series | None:
        """Return the loans of rows, where all are names of loans that stand nowhere else."""
        found = series_at(frame.columns[self.reading.where["loan"]], rows).str.strip_chars().alias("loan")
        if not found.str.contains(rf"^{PLAIN_IDENTIFIER}$").all() or found.str.contains(_SUMMED_UP).any():
            return None
        if found.is_in(TRUTH).any():
            return None
        tape = self.reading.tape
        if "loan" in tape.codes or "loan" in tape.sentinels:
            if any(self.reading.learn("loan", text) != text for text in found.to_list()):
                return None
        elif found.str.contains(r"^[0-9.]+[Ee]\+").any():
            # What a spreadsheet makes of a long number.
            return None
        words = {word.casefold() for word in tape.null_words}
        if words and found.str.to_lowercase().is_in(list(words)).any():
            return None
        return found if found.n_unique() == len(found) and seen.keys().isdisjoint(found.to_list()) else None

    def _column(self, name: str, texts: pl.Series) -> pl.Series | None:
        if name in AMOUNTS:
            made = self._amounts(name, texts)
            if made is not None:
                return made
        held, spelt = self.spellings.setdefault(name, _Spellings()), texts.unique()
        every = spelt.to_list()
        new = [text for text in every if text not in held.places]
        if len(held.places) + len(new) > _REMEMBERED:
            held, new = _Spellings(), every
            self.spellings[name] = held
        values = [self.reading.learn(name, text.strip()) for text in new]
        if any(isinstance(value, BadValue) for value in values):
            return None
        fitted = [_fitted(name, value, self.reading.tape.cash_decimals) for value in values]
        if any(value is None and read is not None for value, read in zip(fitted, values, strict=True)):
            return None
        polars = columns_library()
        if new or held.made is None:
            held.places.update(zip(new, range(len(held.places), len(held.places) + len(new)), strict=True))
            more = polars.Series(name, fitted, dtype=_kind(name))
            held.made = more if held.made is None else polars.concat([held.made, more])
        places = polars.Series([held.places[text] for text in every], dtype=polars.UInt32)
        found: pl.Series = held.made.gather(texts.replace_strict(spelt, places)).alias(name)
        if name == "state":
            found = found.fill_null("")
        return None if name in (*REQUIRED, "group") and found.null_count() else found

    def _amounts(self, name: str, texts: pl.Series) -> pl.Series | None:
        """Return amounts in dollars that are digits, with a point or without, and no sentinel; else None."""
        tape = self.reading.tape
        if tape.units.get(name, "dollars") != "dollars" or tape.decimals.get(name) or name in tape.codes:
            return None
        if tape.cash_decimals < DOLLARS.decimals:
            return None
        if name in tape.sentinels or any(_AMOUNT.fullmatch(word) for word in tape.null_words):
            return None
        polars = columns_library()
        found = texts.alias(name)
        plain = found.str.contains(f"^{_AMOUNT.pattern}$")
        if not plain.all():
            others = found.filter(~plain).unique().to_list()
            if name in REQUIRED or any(self.reading.learn(name, text.strip()) is not None for text in others):
                return None
            found = found.to_frame().select(polars.when(plain).then(polars.col(name)))[name]
        return found.cast(_kind(name))


_FIELDS = attrs.fields_dict(LoanBoarded)


def _fitted(name: str, value: Any, cash_decimals: int) -> Any:
    """Return a value as the field of a loan holds it; None where it cannot, whatever other fields say."""
    if value is None:
        return None
    item = _FIELDS["servicing_rate" if name == "net_rate" else name]
    convert = cast("Callable[[Any], Any] | None", item.converter)
    found = value if convert is None else convert(value)
    check = cast("Callable[[Any, Any, Any], None]", item.validator)
    try:
        check(None, item, found)
    except InvalidEvent:
        return None
    if item.name in BY_CLASS[LoanBoarded].cash_fields and not is_paid_in(found, cash_decimals):
        return None
    # An average of months may have more digits than a column holds.
    if name in MONTHS and (found >= 10**8 or found.as_tuple().exponent < -10):
        return None
    return str(found) if isinstance(found, StrEnum) else found


def _kind(name: str) -> Any:
    polars = columns_library()
    if name in COUNTS:
        return polars.Int64
    if name in DATES or name == "effective_date":
        return polars.Date
    if name in NUMBERS:
        return polars.Decimal(38, 4 if name in AMOUNTS else 10)
    return polars.String

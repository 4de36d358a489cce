"""Sample deals told as data: terms, events month by month, and the class figures that each month has to give.

A folder of this package holds ``sample.json`` (what the deal is), ``terms.json``, ``entered.jsonl`` (what was brought
forward or boarded), one ``YYYY-MM-DD.jsonl`` of events a distribution, named after its payment date, and
``published.csv``: of every class its balance before, rate, interest, principal and balance after. The figures were
published, or worked out by hand for an example; ``sample.json`` says which, and what was made up.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from importlib.resources import files
from typing import Any, NamedTuple

import attrs

from ledger import (
    ClassKind,
    ClassReport,
    DealTerms,
    Event,
    Exact,
    Ledger,
    Receipt,
    from_json,
    terms_from_json,
)

COLUMNS = ("opening", "rate", "interest", "principal", "loss", "deferred", "closing")


class ClassFigure(NamedTuple):
    """One figure of a class: what is published, or worked out by hand, and what the ledger derives."""

    payment_date: dt.date
    class_id: str
    column: str
    published: Decimal
    derived: Decimal

    @property
    def is_tied(self) -> bool:
        """Whether both are the same, to the last digit that is published."""
        return self.published == self.derived


@attrs.frozen
class ToldSample:
    """One sample deal, by the name of its folder."""

    folder: str

    @cached_property
    def about(self) -> dict[str, Any]:
        """What ``sample.json`` says: name, title, kind, what was made up, and where figures come from."""
        found: dict[str, Any] = json.loads(self.data("sample.json"))
        return found

    @property
    def DEAL(self) -> str:  # the name that every sample has
        """The name under which the deal is posted, and by which the sample is asked for."""
        return str(self.about["name"])

    @property
    def title(self) -> str:
        """What the deal is, in a line."""
        return str(self.about["title"])

    @property
    def kind(self) -> str:
        """Whether the class figures were published, or worked out by hand for an example."""
        return str(self.about["kind"])

    @property
    def payment_dates(self) -> tuple[dt.date, ...]:
        """The payment dates of the months that the sample tells."""
        names = (item.name for item in files(f"ledger.samples.{self.folder}").iterdir())
        return tuple(sorted(dt.date.fromisoformat(name[:10]) for name in names if name[:1] == "2" and "jsonl" in name))

    @property
    def PAID(self) -> dt.date:  # the name that every sample has
        """The payment date of the last month."""
        return self.payment_dates[-1]

    def data(self, name: str) -> str:
        """Return the text of a data file of the sample."""
        return (files(f"ledger.samples.{self.folder}") / name).read_text(encoding="utf-8")

    def terms(self) -> DealTerms:
        """Return the deal's terms."""
        return terms_from_json(self.data("terms.json"))

    def events(self, name: str) -> Iterator[Event]:
        """Yield the events of one file of the sample."""
        for number, line in enumerate(self.data(name).splitlines(), 1):
            if line.strip():
                yield from_json(line, where=f"{self.folder}/{name}:{number}")

    def post(self, ledger: Ledger) -> Receipt:
        """Open the deal, post, close and pay every month that the sample tells; return the receipt of the last."""
        ledger.open_deal(self.DEAL, self.terms()).or_raise()
        ledger.post_many(self.events("entered.jsonl")).or_raise()
        for paid in self.payment_dates:
            receipt = self.post_month(ledger, paid)
        return receipt

    def post_month(self, ledger: Ledger, paid: dt.date) -> Receipt:
        """Post one month, close it with the findings that the sample acknowledges, and pay the bonds."""
        ledger.post_many(self.events(f"{paid}.jsonl")).or_raise()
        noted: dict[str, str] = self.about.get("acknowledged", {}).get(str(paid), {})
        ledger.close_period(self.DEAL, paid, acknowledge=noted).or_raise()
        return ledger.distribute(self.DEAL, paid).or_raise()

    def published(self) -> str:
        """Return the class figures as CSV."""
        return self.data("published.csv")

    def figures(self, ledger: Ledger) -> list[ClassFigure]:
        """Return every class figure of the sample beside the one that the ledger derives."""
        return [figure for paid in self.payment_dates for figure in self.figures_of(ledger, paid)]

    def figures_of(self, ledger: Ledger, paid: dt.date) -> list[ClassFigure]:
        """Return the class figures of one distribution beside those that the ledger derives."""
        found: list[ClassFigure] = []
        classes = ledger.distribution(self.DEAL, paid).classes
        for row in csv.DictReader(self.published().splitlines()):
            if row["payment_date"] != str(paid):
                continue
            derived = _derived(classes[row["class"]])
            for column in COLUMNS:
                shown, value = row.get(column) or "", derived[column]
                if shown and value is not None:
                    digits = len(shown.partition(".")[2])
                    found.append(ClassFigure(paid, row["class"], column, Decimal(shown), _to(value.value, digits)))
        return found


def _derived(item: ClassReport) -> dict[str, Exact | None]:
    notional = item.accrual.bond.kind is ClassKind.NOTIONAL
    return {
        "opening": item.accrual.notional_balance if notional else item.accrual.opening_balance,
        "rate": item.accrual.rate,
        "interest": item.interest,
        "principal": item.principal,
        "loss": item.loss,
        "deferred": item.deferred_interest,
        "closing": item.result.closing_balance,
    }


def _to(value: Fraction, digits: int) -> Decimal:
    """Round a figure half up to as many digits as are published of it."""
    scaled = value * 10**digits
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return Decimal(whole).scaleb(-digits)


SEQUOIA_2013_7 = ToldSample("sequoia_2013_7")
"""A shifting-interest jumbo deal, three consecutive published months."""

TOLD: tuple[ToldSample, ...] = (
    SEQUOIA_2013_7,
    ToldSample("sequoia_2013_4"),
    ToldSample("two_pools"),
    ToldSample("six_pack"),
    ToldSample("crossed_groups"),
    ToldSample("swap_and_carry_over"),
    ToldSample("auto_reserve"),
    ToldSample("heloc"),
    ToldSample("re_performing"),
    ToldSample("revolving_auto"),
    ToldSample("crt_reference"),
    ToldSample("insured_excess"),
)
"""Every sample that is told as data, in the order in which they are listed."""

__all__ = ["COLUMNS", "SEQUOIA_2013_7", "TOLD", "ClassFigure", "ToldSample"]

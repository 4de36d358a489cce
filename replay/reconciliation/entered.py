"""What a deal was entered with, against the last statement that was published before: every figure that it determines.

The statement is of the distribution that the balances are brought forward from, so nothing of it is derived here. What
it prints of balances, counts, to-date amounts and averages is what the entry must say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from ledger import (
    AmountBroughtForward,
    CharacteristicsBroughtForward,
    ClassBalanceBroughtForward,
    DealTerms,
    Event,
    LoanBoarded,
    PoolBalanceBroughtForward,
)
from replay.filing import ClassTable, Filing, PublishedFigure, parse_printed

_CLASS_COLUMNS = {
    "current principal balance": "balance",
    "ending": "balance",
    "original face value": "face",
    "factor": "factor",
    "total principal": "retired",
    "cumulative loss": "class losses",
    "realized losses": "class losses",
    "interest": "interest paid",
    "scheduled principal": "scheduled principal",
    "unscheduled principal": "unscheduled principal",
    "current unpaid interest": "unpaid interest",
}
"""Columns of class by class pages, and what of an entry they print."""

_FACTOR_COLUMNS = {"current principal balance": "factor", "original principal balance": "face"}
"""Columns of a page of factors, whose balances are per 1,000 of original face."""

_TO_DATE_ALONE = frozenset({"realized losses", "interest", "scheduled principal", "unscheduled principal"})
"""Columns that the page of the month has too, where they are of the month."""

_GROUP_LINES = {
    "Loan Count: Current": "loan count",
    "Principal Balance: Current": "balance",
    "Cumulative: Number of Paid in Full Loans": "payoffs, count",
    "Cumulative: Number of Repurchased Loans": "repurchases, count",
    "Cumulative: Paid in Full Balance": "payoffs",
    "Cumulative: Repurchased Loans Balance": "repurchases",
    "Cumulative: Curtailments Amount": "curtailments",
    "Cumulative: Number of Loans Liquidated": "liquidations, count",
    "Cumulative: Collateral Realized Loss/(Gain) Amount": "realized losses",
    "Cumulative: Net Liquidation Proceeds": "liquidation proceeds",
    "Cumulative Prin Balance of Repurchases Per Sec 3.18": "special repurchases",
    "Weighted Average Coupon Current": "coupon",
    "Weighted Average Months to Maturity Current": "months_to_maturity",
    "Weighted Avg Remaining Amortization Term Current": "amortization_months",
    "Weighted Average Seasoning Current": "seasoning_months",
    "Weighted Average Margin Current": "margin",
    "Weighted Average Max Rate Current": "max_rate",
    "Weighted Average Min Rate Current": "min_rate",
    "Weighted Average Cap Up Current": "cap_up",
    "Weighted Average Cap Down Current": "cap_down",
}
"""Lines of the pages of groups, and what of an entry they print."""

_AVERAGES = tuple(name for name in _GROUP_LINES.values() if "_" in name or name in ("coupon", "margin"))


@frozen(kw_only=True)
class EnteredFigure:
    """A figure of the statement that the entry determines: where it stands, and both sides."""

    page: int
    section: str
    line: str
    column: str
    printed: str
    published: Fraction
    entered: Fraction

    @property
    def agrees(self) -> bool:
        """Say whether the entry is what was printed, to the last digit that was."""
        digits = self.printed.strip("()% ").partition(".")[2]
        places = len(digits) + (2 if "%" in self.printed else 0)
        return abs(self.entered - self.published) <= Fraction(1, 2 * 10**places)


def entered_figures(events: Iterable[Event], terms: DealTerms, filing: Filing | ClassTable) -> list[EnteredFigure]:
    """Return every figure of a published statement that the events which a deal was entered with determine."""
    known = _known(events, terms)
    figures = class_figures(filing) if isinstance(filing, ClassTable) else filing.figures
    return [made for figure in figures for made in _made(figure, known)]


def class_figures(table: ClassTable) -> tuple[PublishedFigure, ...]:
    """Return the cells of a class table as figures of page 2, a line a class."""
    rows = [("Total", table.totals)] if table.totals is not None else []
    return tuple(
        PublishedFigure(page=2, section="class table", line=name, column=column, printed=printed,
                        source_line=row.source_line)
        for name, row in [*((row.class_id, row) for row in table.rows), *rows]
        for column, printed in row.cells.items()
        if printed
    )  # fmt: skip


Known = dict[tuple[str, str], Fraction]
"""What an entry says, by the class or group that it says it of (``total`` for all) and by what it is."""


def _known(events: Iterable[Event], terms: DealTerms) -> Known:
    found: Known = {}

    def add(who: str, what: str, value: Decimal | int) -> None:
        found[who, what] = found.get((who, what), Fraction(0)) + Fraction(value)

    faces = {bond.class_id: bond.face for bond in terms.classes}
    for name, face in faces.items():
        add(f"class {name}", "face", face)
        add("class Total", "face", face)
    for event in events:
        if isinstance(event, ClassBalanceBroughtForward):
            for who in (f"class {event.class_id}", "class Total"):
                add(who, "balance", event.balance)
                add(who, "retired", event.retired)
        elif isinstance(event, PoolBalanceBroughtForward | LoanBoarded):
            for who in (f"group {event.group}", "group total"):
                add(who, "balance", event.balance)
                add(who, "loan count", event.loan_count)
        elif isinstance(event, AmountBroughtForward):
            for who in _whom(event):
                add(who, event.measure.value, event.amount)
                if event.group is not None:
                    add(who, f"{event.measure.value}, count", event.count)
        elif isinstance(event, CharacteristicsBroughtForward):
            who = f"group {event.group or 'total'}"
            for name in _AVERAGES:
                value = getattr(event, name)
                if value is not None:
                    add(who, name, value)
    return found | _factors(found, faces)


def _factors(known: Known, faces: Mapping[str, Decimal]) -> Known:
    """Return the factor of every class with a face that has a balance brought forward: the one over the other."""
    return {
        (f"class {name}", "factor"): known[f"class {name}", "balance"] / Fraction(face)
        for name, face in faces.items()
        if face and (f"class {name}", "balance") in known
    }


def _whom(event: AmountBroughtForward) -> tuple[str, ...]:
    if event.class_id is not None:
        return f"class {event.class_id}", "class Total"
    if event.group is not None:
        return f"group {event.group}", "group total"
    return ("class Total",) if event.loan is None else ()


def _made(figure: PublishedFigure, known: Known) -> Iterator[EnteredFigure]:
    key = _key(figure)
    published = figure.value if figure.value is not None else parse_printed(figure.printed)
    if key is None or key not in known or published is None:
        return
    entered = known[key]
    if key[1] == "factor":
        # A factor is printed per dollar of original face, or per thousand: whichever is nearer is meant.
        entered = min(entered, 1000 * entered, key=lambda value: abs(value - published))
    yield EnteredFigure(
        page=figure.page,
        section=figure.section,
        line=figure.line,
        column=figure.column,
        printed=figure.printed,
        published=published,
        entered=entered,
    )


def _key(figure: PublishedFigure) -> tuple[str, str] | None:
    """Return of whom a figure says what, as an entry would; None where an entry says no such thing."""
    section = figure.section.lower()
    if "factor" in section:
        what = _FACTOR_COLUMNS.get(figure.column)
        return None if what is None else (f"class {figure.line}", what)
    if figure.column in _CLASS_COLUMNS and ("to date" in section or figure.column not in _TO_DATE_ALONE):
        return f"class {figure.line}", _CLASS_COLUMNS[figure.column]
    if figure.line in _GROUP_LINES:
        return f"group {figure.column}", _GROUP_LINES[figure.line]
    return None


def unprinted_classes(events: Iterable[Event], found: Iterable[EnteredFigure]) -> list[ClassBalanceBroughtForward]:
    """Return the classes with a balance brought forward of which a statement by class prints nothing that was entered.

    A statement that prints no class at all lacks none.
    """
    entered = [item for item in events if isinstance(item, ClassBalanceBroughtForward) and item.balance]
    printed = {item.line for item in found}
    if not any(item.class_id in printed for item in entered):
        return []
    return [item for item in entered if item.class_id not in printed]


def entered_on(events: Iterable[Event]) -> dt.date | None:
    """Return the distribution that balances were brought forward from; None where none were."""
    days = [event.effective_date for event in events if isinstance(event, ClassBalanceBroughtForward)]
    return max(days, default=None)

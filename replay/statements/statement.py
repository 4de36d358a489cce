"""The statement: every page of a distribution, replayed from events as they were known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import attrs

from ledger import DOLLARS, DistributionReport, StatementTemplate
from replay.frames import Tabular
from replay.statements.figures import Figure, Page, in_currency
from replay.statements.pages import (
    certificate,
    collateral,
    collection,
    delinquency,
    enhancement,
    loss,
    miscellaneous,
    neutral,
    prepayment,
)

if TYPE_CHECKING:
    import polars


@attrs.frozen(kw_only=True, slots=False)
class Statement(Tabular):
    """One distribution as its trustee prints it.

    ``report`` holds the exact values behind the figures; ``pages`` hold the figures where they stand, laid out by
    ``template``.
    """

    _COUNTS: ClassVar[frozenset[str]] = frozenset({"page"})
    _DECIMALS: ClassVar[frozenset[str]] = frozenset({"value"})

    report: DistributionReport
    pages: tuple[Page, ...]
    template: StatementTemplate = StatementTemplate.FILED

    @property
    def deal(self) -> str:
        """The deal's name in the ledger."""
        return self.report.deal

    @property
    def distribution_date(self) -> dt.date:
        """The payment date."""
        return self.report.distribution.payment_date

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of every page, in reading order."""
        return tuple(figure for page in self.pages for figure in page.figures())

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    def __repr__(self) -> str:
        return (
            f"<Statement {self.deal} {self.distribution_date}, known through {self.report.known_through}: "
            f"{len(self.pages)} pages, {len(self)} figures>"
        )

    def find(self, path: str) -> list[Figure]:
        """Return the figures at ``page/line/column`` or ``page/section/line/column``; case and spacing do not matter.

        A line may itself contain slashes. A line by its printed label finds every figure that is printed so.
        """
        wanted = _squeezed(path)
        return [figure for figure in self.figures if wanted in _names(figure)]

    def rows(self) -> list[dict[str, str]]:
        """Return the figures as plain rows, ready for a DataFrame."""
        return [
            {
                "page": str(figure.page),
                "section": figure.section,
                "line": figure.line,
                "column": figure.column,
                "value": figure.exact_text,
                "printed": figure.printed,
                "origin": figure.origin.value,
            }
            for figure in self.figures
        ]

    def to_frame(self) -> polars.DataFrame:
        """Return the figures as a Polars DataFrame; needs ``pip install 'indenture[frames]'``."""
        import polars

        return polars.DataFrame(self.rows())


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


def _names(figure: Figure) -> list[str]:
    lines = dict.fromkeys((figure.line, figure.label or figure.line))
    return [
        _squeezed(f"{figure.page}/{place}{line}/{figure.column}")
        for line in lines
        for place in ("", f"{figure.section}/")
    ]


def build_pages(report: DistributionReport, template: StatementTemplate = StatementTemplate.FILED) -> tuple[Page, ...]:
    """Return the pages of a distribution by a template.

    As filed, page 1 is the contents, so that figures start on page 2; neutral pages have figures from the first on.
    """
    found: list[Page] = []
    if template is StatementTemplate.NEUTRAL:
        found.extend(neutral.neutral_pages(report))
    else:
        for part in (certificate, collection, enhancement, collateral, delinquency, prepayment, loss, miscellaneous):
            found.extend(part.pages(report, 2 + len(found)))
    currency = report.terms.currency
    return tuple(found) if currency == DOLLARS else tuple(in_currency(page, currency) for page in found)


def statement_of(report: DistributionReport, template: StatementTemplate | None = None) -> Statement:
    """Return the statement of a distribution report, by the template of the deal's terms where none is given."""
    chosen = report.terms.statement if template is None else template
    return Statement(report=report, pages=build_pages(report, chosen), template=chosen)

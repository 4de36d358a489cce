"""What a paper of a statement is made of, whatever its format: the statement, its report, and its charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from ledger import Exact, Origin, RecordedEvent, Selector, total
from ledger.reports import Report, about_text, plain_cell
from replay.charts.chart import Chart, ChartKind
from replay.charts.over_time import named_for
from replay.statements.figures import Figure, Page, Row, Section
from replay.statements.printing import Style
from replay.statements.statement import Statement

AT_A_GLANCE = ("cash-flow", "class-balances", "overcollateralization")
"""The charts that a reader sees first; triggers come with them."""

_TRIGGERS = "trigger-"

_BEHIND = ("one-or-two-payments", "three-or-more-payments", "foreclosure", "bankruptcy-and-reo")
_ON_TABLES: dict[str, tuple[str, ...]] = {
    "COLLATERAL": ("balances",),
    "CHARACTERISTICS": ("coupon", "amortization-term"),
    "VOLUNTARY PREPAYMENTS": ("prepayments",),
    "VOLUNTARY PREPAYMENT RATES": ("cpr", "psa"),
    "COLLATERAL REALIZED LOSSES": ("severity",),
    "DEFAULT SPEEDS": ("cdr", "sda"),
    "Balance": ("balances",),
    "Weighted averages": ("coupon", "amortization-term"),
    "Delinquency": (*_BEHIND, "sixty-and-ninety-days"),
    "Losses": ("severity",),
    "Prepayments": ("prepayments",),
    "Prepayment speeds": ("cpr", "psa", "average-cpr", "average-psa"),
    "Default speeds": ("cdr", "sda", "average-cdr", "average-sda"),
}
"""The charts that stand below a table, by its name."""

_MARKS = {Origin.BROUGHT_FORWARD: "brought", Origin.REPORTED: "reported"}
_WORDS = frozenset({Style.TEXT, Style.FLAG})

_ON_EMPTY_PAGES = {
    "Prepayment Report": ("average-cpr", "average-psa"),
    "Realized Loss Report": ("average-cdr", "average-sda"),
}
"""The charts of pages that have nothing else, by the report that they belong to."""


@attrs.frozen(kw_only=True)
class Paper:
    """A statement to be taken away: ``report`` says where it comes from, what was paid, and who closed it.

    ``events`` are those of the distribution, the first of them where there are many; ``more_events`` are left out.
    """

    statement: Statement
    report: Report
    charts: tuple[Chart, ...] = ()
    events: tuple[RecordedEvent, ...] = ()
    more_events: int = 0
    behind: tuple[tuple[str, str], ...] = ()
    """Texts that stand behind a statement on paper, by their names."""
    sources: Mapping[Selector, tuple[int, ...]] = attrs.field(factory=dict)
    """The sequences of ``events`` that each selection behind a figure takes in (:mod:`replay.papers.sources`)."""

    @property
    def title(self) -> str:
        """The deal's own title."""
        return self.statement.report.terms.title

    @property
    def subtitle(self) -> str:
        """Of which distribution it is."""
        day = self.statement.distribution_date
        return f"Distribution of {day.day} {day:%B} {day.year}"

    @property
    def first_charts(self) -> tuple[Chart, ...]:
        """The charts to be seen first, of which anything is known."""
        return tuple(chart for chart in self.charts if chart.is_known and _is_first(chart))

    def charts_on(self, page: Page) -> tuple[Chart, ...]:
        """Return the charts that belong to a page, of which anything but noughts is known."""
        names = [f"{name}{of}" for name in self._names_on(page) for of in ("-by-group", "")]
        known = {chart.name: chart for chart in self.charts if any(chart.values())}
        return tuple(known[name] for name in dict.fromkeys(names) if name in known)

    def _names_on(self, page: Page) -> Iterator[str]:
        for section in page.sections:
            yield from _ON_TABLES.get(section.name, ())
            whose = section.name.removeprefix("Delinquency: ")
            if whose != section.name:
                yield from self._behind_of(whose)
        if not page.sections:
            yield from _ON_EMPTY_PAGES.get(page.report, ())
        _, parted, whose = page.title.partition("Delinquency Report - ")
        if parted:
            yield from self._behind_of(whose.removesuffix(" Group"))

    def _behind_of(self, whose: str) -> Iterator[str]:
        groups = self.statement.report.terms.groups
        found = [f"-{named_for(group.group_id)}" for group in groups if (group.title or group.group_id) == whose]
        yield from (f"{name}{(found or [''])[0]}" for name in _BEHIND)

    @property
    def more_charts(self) -> tuple[Chart, ...]:
        """Those of which anything but noughts is known, and that neither stand on a page nor are seen first."""
        placed = {chart.name for page in self.statement.pages for chart in self.charts_on(page)}
        left = (chart for chart in self.charts if not _is_first(chart) and chart.name not in placed)
        return tuple(chart for chart in left if any(chart.values()))

    @property
    def unknown_charts(self) -> tuple[Chart, ...]:
        """Those that would show nothing, or nothing but noughts."""
        return tuple(chart for chart in self.charts if not _is_first(chart) and not any(chart.values()))

    @property
    def about(self) -> str:
        """What the paper says of itself, as the block that begins a text; empty where it says nothing."""
        return "" if self.report.about is None else f"{about_text(self.report.about)}\n"

    def provenance(self) -> Iterator[tuple[str, str]]:
        """Yield where the paper comes from and what it says of itself, as names and texts."""
        told = {} if self.report.about is None else self.report.about.said()
        for fact in self.report.provenance.facts():
            if not isinstance(fact.value, tuple) and fact.name not in told:
                yield fact.name.replace("_", " "), plain_cell(fact.value)
        for name, value in told.items():
            yield name.replace("_", " "), plain_cell(value)

    def key_figures(self) -> Iterator[tuple[str, Exact]]:
        """Yield the few amounts that a reader looks for first, in dollars."""
        found = self.statement.report
        paid = total(item.distribution for item in found.classes.values())
        bonds = total(item.result.closing_balance for item in found.classes.values())
        yield "Available funds", total((found.account.interest_funds, found.account.principal_funds))
        yield "Paid to classes", paid
        yield "Pool after the distribution", found.collateral.total.closing_balance
        yield "Bonds after the distribution", bonds


def _is_first(chart: Chart) -> bool:
    return chart.name in AT_A_GLANCE or chart.name.startswith(_TRIGGERS) or chart.kind is ChartKind.BARS


def heading_of(page: Page) -> str:
    """Return what a page is called in a list of contents."""
    return page.title or page.report


def title_of(section: Section) -> str:
    """Return what a table is called: its name, with a capital."""
    name = section.name
    return name[:1].upper() + name[1:] if name.islower() else name


def columns_of(section: Section) -> tuple[str, ...]:
    """Return the columns of which a table has any figure; a table without figures keeps all."""
    used = {figure.column for row in section.rows for figure in row.figures}
    return tuple(column for column in section.columns if column in used) or section.columns


def is_in_words(figure: Figure) -> bool:
    """Say whether a figure is printed in words."""
    return isinstance(figure.value, str) or figure.style in _WORDS


def mark_of(figure: Figure) -> str:
    """Return by what a figure is marked that is not derived: ``brought`` forward, or ``reported``; else nothing."""
    return _MARKS.get(figure.origin, "")


def label_of(row: Row) -> str:
    """Return a line's label without the heading that it stands under."""
    return row.label.removeprefix(f"{row.heading}: ") if row.heading else row.label


__all__ = ["AT_A_GLANCE", "Paper", "columns_of", "heading_of", "is_in_words", "label_of", "mark_of", "title_of"]

"""What stands between a month and its closing, as a report: the findings by grade, and the figures to be fixed.

Of a month that is closed already that is said first, and where; what is found of it is shown all the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from ledger.reports.report import DEALS_CURRENCY, Column, ColumnKind, Fact, Prose, Provenance, Report, Spelling, Table
from ledger.values.money import as_decimal

FEW = 5
"""Loans, and events, that a reader is shown of each finding; the others are counted."""


class Found(Protocol):
    """What a report needs to know of a finding; see :class:`ledger.Finding`."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def grade(self) -> str:
        """How much it weighs."""

    @property
    def message(self) -> str:
        """What was found."""

    @property
    def remedy(self) -> str:
        """What to do about it, or nothing."""

    @property
    def figures(self) -> tuple[tuple[str, Fraction | Decimal], ...]:
        """The figures that it rests on."""

    @property
    def loans(self) -> tuple[str, ...]:
        """The loans that it is about."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that it is about."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that it is about."""

    @property
    def events(self) -> tuple[str, ...]:
        """The events that it is about."""


class Fixed(Protocol):
    """What a report needs to know of the figures that a closing fixes, in dollars."""

    @property
    def digest(self) -> str:
        """The digest of all figures."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in column order."""

    @property
    def funds(self) -> tuple[tuple[str, Decimal], ...]:
        """Funds and cash."""

    @property
    def pool(self) -> tuple[tuple[str, tuple[Decimal, ...]], ...]:
        """The pool rolled forward, by group and in total."""

    @property
    def loans(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """How many loans the pool began and ended with, by group and in total."""

    @property
    def classes(self) -> tuple[tuple[str, tuple[Decimal, ...]], ...]:
        """What each class stood at, is paid and stands at."""


class Closed(Protocol):
    """What a report needs to know of the closing of a distribution; see :class:`ledger.RecordedClosing`."""

    @property
    def sequence(self) -> int:
        """Where it stands in the log."""

    @property
    def digest(self) -> str:
        """The digest of the figures that it fixed."""

    @property
    def paid_at(self) -> int | None:
        """Where the last payment stands; None where it is not paid."""


class Onwards(Protocol):
    """What a report needs to know of how to go on."""

    @property
    def second_person(self) -> tuple[str, ...]:
        """Who must approve, and who has."""

    @property
    def commands(self) -> tuple[str, ...]:
        """What a shell takes to go on, one after the other."""

    @property
    def instead(self) -> tuple[str, ...]:
        """Commands that do as well."""


_FINDINGS = (
    Column("grade"),
    Column("code"),
    Column("message"),
    Column("remedy"),
    Column("figures", kind=ColumnKind.LIST),
    Column("loans", kind=ColumnKind.LIST),
    Column("classes", kind=ColumnKind.LIST),
    Column("groups", kind=ColumnKind.LIST),
    Column("events", kind=ColumnKind.LIST),
)
_CLASS_COLUMNS = ("opening_balance", "interest", "principal", "loss", "closing_balance")


def _money(name: str) -> Column:
    return Column(name, kind=ColumnKind.MONEY, unit=DEALS_CURRENCY, spelling=Spelling.ACCOUNTING)


def findings_report(
    findings: Sequence[Found],
    *,
    deal: str,
    distribution_date: dt.date,
    known_through: int,
    closes: bool,
    closed: Closed | None = None,
    figures: Fixed | None = None,
    onwards: Onwards | None = None,
) -> Report:
    """Return the findings of a month, the weightiest first as given; ``closes`` says whether it closes without a word.

    With ``closed`` it says that the month is closed already; with ``figures`` it also shows what a closing would fix,
    or what the month shows now; ``onwards`` says how to go on.
    """
    verdict = "closes without a word" if closes else "does not close as it stands"
    parts: list[Fact | Prose | Table] = [Fact("closes", "yes" if closes else "no")]
    if closed is not None:
        paid = "not paid" if closed.paid_at is None else f"paid at {closed.paid_at}"
        verdict = f"is closed already, at sequence {closed.sequence}, and {paid}"
        parts = [Fact("closes", "already"), Fact("closed_at", closed.sequence), Fact("paid_at", closed.paid_at)]
    parts.extend(Prose(lines=tuple(_told(item))) for item in findings)
    rows = tuple(
        (
            *(str(item.grade), item.code, item.message, item.remedy),
            tuple(Fact(name, _written(value)) for name, value in item.figures),
            *(item.loans, item.classes, item.groups, item.events),
        )
        for item in findings
    )
    parts.append(Table(name="findings", columns=_FINDINGS, rows=rows, shown=()))
    if figures is not None:
        parts.extend(_fixed(figures, closed))
    if onwards is not None:
        parts.extend(_onwards(onwards, "pay it" if closed is not None else "close it"))
    return Report(
        title=f"{deal}: the distribution of {distribution_date} {verdict}",
        provenance=Provenance(
            deal=deal,
            distribution_date=distribution_date,
            known_through=known_through,
            digest=None if figures is None else figures.digest,
        ),
        summary=(f"as known through event {known_through}; {_counted(findings)}",),
        parts=tuple(parts),
    )


def _onwards(onwards: Onwards, what: str) -> Iterator[Fact | Prose]:
    """Yield who must approve, and the commands that go on; the one to give now stands last where it is the only one."""
    if onwards.second_person:
        yield Fact("second_person", onwards.second_person)
        yield Prose(lines=onwards.second_person)
    if onwards.instead:
        yield Fact("instead", onwards.instead)
        yield Prose(lines=_indented(onwards.instead), heading=f"To have it approved first, and then {what}:")
    if onwards.commands:
        first, *others = onwards.commands
        yield Fact("next", first)
        if others:
            yield Fact("then", tuple(others))
        yield Prose(lines=_indented(onwards.commands), heading=f"To {what}{' at once' if onwards.instead else ''}:")


def _indented(commands: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"  {command}" for command in commands)


def _counted(findings: Sequence[Found]) -> str:
    counts: dict[str, int] = {}
    for item in findings:
        counts[str(item.grade)] = counts.get(str(item.grade), 0) + 1
    return ", ".join(f"{grade}: {count}" for grade, count in counts.items()) or "nothing was found"


def _told(item: Found) -> Iterator[str]:
    """Yield the lines of a finding: what was found, what it is about, the figures that it rests on, what to do."""
    yield f"{item.grade}: {item.message} [{item.code}]"
    counted = {name: int(value) for name, value in item.figures if name == "loans"}
    for what, names in (("groups", item.groups), ("classes", item.classes)):
        if names:
            yield f"  {what}: {', '.join(names)}"
    # Of very many loans a finding names the first and counts them all.
    for what, names, whole in (
        ("loans", item.loans, max(len(item.loans), counted.get("loans", 0))),
        ("events", item.events, len(item.events)),
    ):
        if names:
            more = f" and {whole - FEW} more" if whole > FEW else ""
            yield f"  {what}: {', '.join(names[:FEW])}{more}"
    figures = [f"{name} {_shown(name, value)}" for name, value in item.figures if name != "loans" or not item.loans]
    if figures:
        yield f"  figures: {'; '.join(figures)}"
    if item.remedy:
        yield f"  remedy: {item.remedy}"


def _shown(name: str, value: Fraction | Decimal) -> str:
    """Return a figure as a reader is shown it: loans are counted, fractions are dollars, and decimals are rates."""
    if isinstance(value, Decimal):
        return str(value)
    if name == "loans" or name.startswith("loans "):
        return f"{value.numerator if value.denominator == 1 else value:,}"
    shown = f"{as_decimal(abs(value), 2 if (value * 100).denominator == 1 else 4):,}"
    return f"({shown})" if value < 0 else shown


def _written(value: Fraction | Decimal) -> str:
    if isinstance(value, Decimal):
        return str(value)
    return str(value.numerator) if value.denominator == 1 else str(Decimal(value.numerator) / value.denominator)


def _fixed(figures: Fixed, closed: Closed | None) -> list[Fact | Prose | Table]:
    """What a closing would fix, or a closed month shows now: the digest, funds and cash, the pool, the classes."""
    told = "a closing would fix the digest" if closed is None else "the closing fixed the digest"
    if closed is not None and closed.digest != figures.digest:
        told = f"the closing fixed the digest {closed.digest}; restated since, these figures have the digest"
    pool = (Column("line"), *(_money(name) for name in (*figures.groups, "total")))
    counts = (Column(name, kind=ColumnKind.COUNT, spelling=Spelling.GROUPED) for name in (*figures.groups, "total"))
    loans = (Column("line"), *counts)
    classes = (Column("class"), *map(_money, _CLASS_COLUMNS))
    return [
        Prose(lines=(f"{told} {figures.digest}",)),
        Table(name="funds", columns=(Column("line"), _money("amount")), rows=figures.funds),
        Table(name="pool", columns=pool, rows=tuple((name, *amounts) for name, amounts in figures.pool)),
        Table(name="loans", columns=loans, rows=tuple((name, *counts) for name, counts in figures.loans)),
        Table(name="classes", columns=classes, rows=tuple((name, *amounts) for name, amounts in figures.classes)),
    ]


__all__ = ["findings_report"]

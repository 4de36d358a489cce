"""Reports of a deal's terms: told back in words, what is wrong with them, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ledger.reports.report import Column, Fact, Prose, Report, Table


class ToldPart(Protocol):
    """A part of a deal in words."""

    @property
    def heading(self) -> str:
        """What the part is of."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Its sentences."""


class Doubted(Protocol):
    """What terms may not mean."""

    @property
    def code(self) -> str:
        """The stable name of it."""

    @property
    def message(self) -> str:
        """What it is, in a sentence."""


class Faulty(Protocol):
    """What is wrong with terms."""

    @property
    def field(self) -> str:
        """The term, and the part that it is in."""

    @property
    def code(self) -> str:
        """The stable name of it."""

    @property
    def message(self) -> str:
        """What it is, in a sentence."""


class Differing(Protocol):
    """A term that differs."""

    @property
    def term(self) -> str:
        """Where it stands."""

    @property
    def old(self) -> str:
        """How it was written."""

    @property
    def new(self) -> str:
        """How it is written now."""


_DOUBTS = (Column("code"), Column("message"))
_FAULTS = (Column("field"), Column("code"), Column("message"))
_DIFFERENCES = (Column("term"), Column("old", empty="-"), Column("new", empty="-"))


def terms_report(title: str, parts: Iterable[ToldPart], paths: Sequence[str], doubts: Sequence[Doubted]) -> Report:
    """Return a deal in words, with its cash paths drawn, and what its terms may not mean."""
    told = [Prose(heading=f"{part.heading}:", lines=tuple(f"  {line}" for line in part.lines)) for part in parts]
    facts = [Fact(part.heading.lower().replace(" ", "_"), tuple(part.lines)) for part in parts]
    listed = tuple(f"  {item.message} [{item.code}]" for item in doubts)
    return Report(
        title=title,
        parts=(
            *facts,
            *told,
            Fact("paths", tuple(paths)),
            Prose(heading="Cash paths:", lines=tuple(f"  {line}" for line in paths)),
            Table(name="warnings", columns=_DOUBTS, rows=tuple((item.code, item.message) for item in doubts), shown=()),
            Prose(heading="Warnings:", lines=listed or ("  none",)),
        ),
    )


def faults_report(name: str, faults: Sequence[Faulty]) -> Report:
    """Return what is wrong with terms, one line for each."""
    rows = tuple((item.field, item.code, item.message) for item in faults)
    lines = tuple(f"  {item.field}: {item.message} [{item.code}]" for item in faults)
    counted = "one thing is" if len(faults) == 1 else f"{len(faults)} things are"
    return Report(
        title=f"{name}: {counted} wrong with these terms",
        parts=(Table(name="errors", columns=_FAULTS, rows=rows, shown=()), Prose(lines=lines)),
    )


def differences_report(title: str, found: Sequence[Differing]) -> Report:
    """Return the terms that differ, with both spellings."""
    rows = tuple((item.term, item.old, item.new) for item in found)
    table = Table(name="differences", columns=_DIFFERENCES, rows=rows, shown=("term", "old", "new") if found else ())
    same = () if found else (Prose(lines=("No term differs.",)),)
    return Report(title=title, parts=(table, *same))


__all__ = ["differences_report", "faults_report", "terms_report"]

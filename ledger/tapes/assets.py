"""Asset data as XML, one element a loan (SEC Schedule AL, EX-102): its leaves become columns by their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import attrs
from attrs import field

from ledger.errors import Violation
from ledger.tapes.elements import Attributes, local, xml_parts
from ledger.tapes.frame import PART_ROWS, Frame, Rejected, TapeTable
from ledger.tapes.rows import refusal
from ledger.values.limits import TAPE_COLUMNS, TAPE_LINE_CHARACTERS

ELEMENT = "assets"
"""The element that a loan is in Schedule AL."""

_DEEPEST = 32
_TWICE = "the element {} stands in this loan more than once, with different values; keep the one that is meant"

Asset = tuple[int, dict[str, str], frozenset[str]]
"""Which loan of the file it is, from one on; its leaves by name; and the names that stand in it twice and differ."""


def asset_table(stream: BinaryIO, name: str, wanted: Sequence[Sequence[str]]) -> TapeTable:
    """Open a file of asset data; ``wanted`` are the mapped elements, those that stand for one another together.

    Its columns are the leaves of its first loans, for no header lists them, and of the wanted also those that come
    later. Raises :class:`~ledger.errors.InvalidEvent` where it holds no loan.
    """
    found = _Assets(name=name).all(stream)
    first = list(islice(found, PART_ROWS))
    if not first:
        told = f"this is XML, and no <{ELEMENT}> stands in it, as in asset data of Schedule AL (EX-102)"
        raise refusal(name, "", "no_tape", told)
    names = dict.fromkeys(key for _, leaves, _ in first for key in leaves)
    mapped = frozenset(key for keys in wanted for key in keys)
    for keys in wanted:
        if not any(key in names for key in keys):
            names.update(dict.fromkeys(keys[:1]))
    return TapeTable(
        name=name,
        names=tuple(names),
        line=first[0][0],
        frames=_frames(first, found, list(names), mapped, name),
        kind="XML",
    )


def _frames(
    first: list[Asset], rest: Iterator[Asset], names: Sequence[str], mapped: frozenset[str], name: str
) -> Iterator[Frame]:
    part = first
    while part:
        lines, kept, rejected = [], [], []
        for line, leaves, twice in part:
            cells = [leaves.get(key, "") for key in names]
            wrong = sorted(twice & mapped)
            if wrong:
                found = tuple(Violation(f"{name}:{line}", key, "duplicate", _TWICE.format(key)) for key in wrong)
                rejected.append(Rejected(line=line, cells=cells, violations=found))
            else:
                lines.append(line)
                kept.append(cells)
        columns: tuple[Sequence[str], ...] = tuple(zip(*kept, strict=True)) if kept else ((),) * len(names)
        yield Frame(columns=columns, lines=lines, rejected=tuple(rejected))
        part = list(islice(rest, PART_ROWS))


@attrs.define(kw_only=True)
class _Assets:
    name: str
    done: list[Asset] = field(factory=list)
    path: list[str] = field(factory=list)
    leaves: dict[str, str] | None = None
    twice: set[str] = field(factory=set)
    said: list[str] = field(factory=list)
    length: int = 0
    leaf: bool = False

    def all(self, stream: BinaryIO) -> Iterator[Asset]:
        """Yield the loans of a file."""
        number = 0
        for _ in xml_parts(stream, self.name, self.start, self.end, self.text):
            for _, leaves, twice in self.done:
                number += 1
                yield number, leaves, twice
            self.done = []

    def start(self, tag: str, _: Attributes) -> None:
        """Take the start of an element."""
        tag = local(tag)
        if len(self.path) >= _DEEPEST:
            raise refusal(self.name, "", "too_deep", f"elements stand in each other more than {_DEEPEST} deep")
        if tag == ELEMENT and self.leaves is None:
            self.leaves, self.twice, self.length = {}, set(), 0
        self.path.append(tag)
        self.said, self.leaf = [], True

    def end(self, _: str) -> None:
        """Take the end of an element."""
        tag = self.path.pop()
        if self.leaves is None:
            return
        if tag == ELEMENT and ELEMENT not in self.path:
            self.done.append((0, self.leaves, frozenset(self.twice)))
            self.leaves = None
        elif self.leaf:
            text = "".join(self.said).strip()
            if self.leaves.setdefault(tag, text) != text:
                self.twice.add(tag)
            if len(self.leaves) > TAPE_COLUMNS.value:
                raise refusal(self.name, "", "too_large", TAPE_COLUMNS.exceeded("the elements of a loan"))
        self.leaf = False

    def text(self, data: str) -> None:
        """Take text."""
        if self.leaves is not None:
            self.said.append(data)
            self.length += len(data)
            if self.length > TAPE_LINE_CHARACTERS.value:
                raise refusal(self.name, "", "too_large", TAPE_LINE_CHARACTERS.exceeded("the text of one loan"))

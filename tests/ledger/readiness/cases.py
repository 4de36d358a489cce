"""What a planted case is: what is posted into the clean month, and what the gate must say of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import attrs

from ledger import Event, Ledger
from tests.ledger.readiness.scene import DEAL, Scene, changed, told

Make = Callable[[Scene], Iterable[Event]]
Named = Callable[[Scene], Sequence[str]]


@attrs.frozen
class Case:
    """Something planted: of ``code`` if ``near`` is False, and just not of it if it is True.

    ``besides`` are the other codes that the same posting rightly brings; ``loans``, ``classes`` and ``groups`` what
    the finding must name; ``figures`` those of its figures that must stand there so.
    """

    code: str
    name: str
    make: Make
    near: bool = False
    besides: frozenset[str] = frozenset()
    loans: Named | None = None
    classes: Sequence[str] = ()
    groups: Sequence[str] = ()
    figures: Callable[[Scene], dict[str, object]] | None = None

    @property
    def expected(self) -> set[str]:
        """Every code that must be found, and no other."""
        return set(self.besides) if self.near else {self.code, *self.besides}

    def __str__(self) -> str:
        return f"{'near ' if self.near else ''}{self.code}: {self.name}"


def hold(scene: Scene, case: Case, path: Path) -> None:
    """Plant a case into a copy of the month, and hold the gate to what must be said of it, and to nothing else."""
    shutil.copy(scene.open_month, path)
    with Ledger.open(path) as ledger:
        events = list(case.make(scene))
        if events:
            ledger.post_many(events).or_raise()
        ready = ledger.readiness(DEAL, scene.paid_on)
    assert changed(told(ready.findings), told(scene.clean.findings)) == case.expected
    if case.near:
        return
    named = [item for item in ready.findings if item.code == case.code]
    if case.loans is not None:
        assert [loan for item in named for loan in item.loans] == list(case.loans(scene))
    for item in named:
        assert set(case.classes) <= set(item.classes)
        assert set(case.groups) <= set(item.groups)
    if case.figures is not None:
        figures = {name: value for item in named for name, value in item.figures}
        for name, value in case.figures(scene).items():
            assert figures[name] == value, name


def nothing(_: Scene) -> list[Event]:
    """Plant nothing: the clean month itself is the neighbour."""
    return []


F = TypeVar("F", bound=Callable[..., object])
SHOWN: set[tuple[str, bool]] = set()
"""The codes that tests of other deals show, planted (False) and just missed (True)."""


def shows(code: str) -> Callable[[F], F]:
    """Say that a test plants a code, and its near miss."""

    def take(test: F) -> F:
        SHOWN.update({(code, False), (code, True)})
        return test

    return take

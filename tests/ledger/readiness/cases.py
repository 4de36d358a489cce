"""What a planted case is: what is posted into the clean month, and what the gate must say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from ledger import Event
from tests.ledger.readiness.scene import Scene

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


def nothing(_: Scene) -> list[Event]:
    """Plant nothing: the clean month itself is the neighbour."""
    return []

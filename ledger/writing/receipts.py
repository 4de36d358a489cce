"""What posting returns: a receipt, or a refusal that says why nothing was written."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Literal, NoReturn

import attrs

from ledger.errors import PostingRefused, Violation
from ledger.values.glance import Glanced


@attrs.frozen(kw_only=True, repr=False)
class Receipt(Glanced):
    """The ledger's acknowledgement: these events are stored, durably and for good.

    ``sequence`` is the position of the last of them in the deal's log and ``head_hash`` the hash of the whole log up to
    it. ``repeated`` counts events that stood there already. A dry run has ``recorded_at`` None: nothing was written.
    """

    deal: str
    event_ids: tuple[str, ...]
    first_sequence: int
    sequence: int
    head_hash: str
    recorded_at: dt.datetime | None
    repeated: int = 0

    accepted: Literal[True] = True

    def or_raise(self) -> Receipt:
        """Return the receipt itself (a refusal raises here)."""
        return self


@attrs.frozen(kw_only=True, repr=False)
class Refusal(Glanced):
    """Nothing was written; ``violations`` names every event, field and rule. It is false in a condition."""

    GLANCED: ClassVar[str] = "violations"

    deal: str
    violations: tuple[Violation, ...]

    accepted: Literal[False] = False

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        """Say why, as the exception would that it can be raised as."""
        return str(PostingRefused(self.violations))

    def or_raise(self) -> NoReturn:
        """Raise :class:`~ledger.errors.PostingRefused` with the violations."""
        raise PostingRefused(self.violations)

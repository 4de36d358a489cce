"""What the rules say of an event that they let in, and what they must know of one that is voided."""

from __future__ import annotations

from typing import NamedTuple

import attrs

from ledger.rules.state import Keys

IRREVERSIBLE = frozenset({"deal_opened", "terms_amended", "period_closed", "event_reversed", "event_corrected"})
"""What cannot be reversed: terms are amended, a closed period is restated, and a reversal is final."""


@attrs.frozen
class Original:
    """The stored event that a reversal names."""

    event_id: str
    type: str
    keys: Keys
    components: tuple[int, ...]
    note_rate: int
    servicing_rate: int
    reversed_by: str | None = None
    effective_date: int = 0
    distribution: int = 0


class Decision(NamedTuple):
    """How an accepted event enters the log: its keys, its typed columns, and the distribution it belongs to."""

    posts_as: str
    keys: Keys
    components: tuple[int, ...]
    note_rate: int
    servicing_rate: int
    distribution: int
    reverses: str | None = None

"""How many random examples a property is tried on: few in every run, ``DRAWS`` times as many in the long tests."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("DRAWS", "1"))


def draws(few: int) -> int:
    """Return the examples of a property that is tried on ``few`` in every run."""
    return few * TIMES

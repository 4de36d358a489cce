"""Names that somebody may have meant: a refusal of a name that there is not says which are near."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_CUTOFF = 0.6
"""How much of a name must be the same: a letter or two may be wrong, or another word may stand in it."""


def near(name: object, known: Iterable[str]) -> list[str]:
    """Return up to three of the known names that are near to one, the nearest first, whatever their capitals."""
    spelt = {item.lower(): item for item in known}
    return [spelt[item] for item in get_close_matches(str(name)[:200].lower(), spelt, n=3, cutoff=_CUTOFF)]


def did_you_mean(name: object, known: Iterable[str], otherwise: str) -> str:
    """Return a question after the known names that are near to one; ``otherwise`` where none is."""
    found = near(name, known)
    return f"did you mean {' or '.join(found)}?" if found else otherwise


__all__ = ["did_you_mean", "near"]

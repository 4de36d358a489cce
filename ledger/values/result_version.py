"""The version of results as JSON, and the member that it stands in: known to whoever prints any."""

from __future__ import annotations

ABOUT = "about"
"""The member of JSON and the first cell of a row of CSV."""

ABOUT_VERSION = 1
"""Counted up when what stands in it, or in the document that it begins, means something else; new names change none."""


def only_version() -> dict[str, object]:
    """Return the first member of a document that says no more of itself than its version."""
    return {ABOUT: {"version": ABOUT_VERSION}}


__all__ = ["ABOUT", "ABOUT_VERSION", "only_version"]

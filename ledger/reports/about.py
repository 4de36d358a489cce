"""What a printed result says of itself: of which deal and dates it is, as known through what, and how it was made.

With it, whoever is handed a file can make it again, and see that it is equal. In text it is a block of lines at the
top, in JSON the first member, in JSON Lines the first line, and in CSV rows at the bottom whose first cell is
``about``: where a statement has its pages, so that whoever reads figures back passes over them. Every form begins with
the version of the block, so that a reader knows what to expect.
"""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import attrs

from ledger.values.result_version import ABOUT, ABOUT_VERSION

TEXT_HEADING = f"about this output, version {ABOUT_VERSION}"
"""The first line of a text that says what it is; the lines of the block are indented, and a blank line ends it."""

AboutValue: TypeAlias = "str | int | dt.date"


@attrs.frozen(kw_only=True)
class About:
    """Of what a result is; what does not apply to it is None and not said.

    ``date`` is a business date, ``record_date`` and ``payment_date`` are of a distribution, ``known_through`` is the
    last sequence that is counted, and ``head`` is ``SEQUENCE:HASH`` of that event. ``digest`` is that of the report of
    the distribution and ``state`` says whether it is open, closed, paid or restated, as known then. ``filing`` is the
    SHA-256 of a file that was compared. ``release`` is that of the program, and ``made_by`` the command, without the
    address and the deal, that makes the result again.
    """

    deal: str | None = None
    date: dt.date | None = None
    record_date: dt.date | None = None
    payment_date: dt.date | None = None
    known_through: int | None = None
    head: str | None = None
    digest: str | None = None
    state: str | None = None
    filing: str | None = None
    release: str | None = None
    made_by: str | None = None

    def said(self) -> dict[str, AboutValue]:
        """Return what is said by its names, the version first."""
        held: dict[str, AboutValue] = {"version": ABOUT_VERSION}
        for item in attrs.fields(About):
            value: AboutValue | None = getattr(self, item.name)
            if value is not None:
                held[item.name] = value
        return held


__all__ = ["ABOUT", "ABOUT_VERSION", "TEXT_HEADING", "About"]

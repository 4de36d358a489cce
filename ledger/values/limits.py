"""How much is taken from outside at most: every limit by name, in one place, and how whoever must can raise it.

A reader stops at a limit and says so; it never goes on with a part. Limits stand far above what a deal needs: they are
there so that what somebody else wrote costs no more time and memory than is stated here. Each can be set by an
environment variable of its name, as a whole number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from ledger.errors import InvalidArgument
from ledger.visible import quoted

_WHOLE = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_MIB = 1 << 20

_given: dict[str, Mapping[str, str]] = {}
"""The environment that sets limits, handed in from where the outside is touched."""


def read_limits_from(environment: Mapping[str, str]) -> None:
    """Let limits be set by an environment; it is looked at whenever a limit is asked for."""
    _given["environment"] = environment


@attrs.frozen(kw_only=True)
class Limit:
    """One limit: the environment variable that sets it, what it counts, and what it is where nobody sets it."""

    name: str
    default: int
    unit: str
    meaning: str

    @property
    def value(self) -> int:
        """The limit in force; raises :class:`~ledger.errors.InvalidArgument` where it is set to what is no number."""
        given = _given.get("environment", {}).get(self.name)
        if given is None:
            return self.default
        if not _WHOLE.fullmatch(given):
            message = f"must be a whole number of {self.unit}, such as {self.default}, not {quoted(given)}"
            raise InvalidArgument(self.name, "not_a_number", message)
        return int(given)

    def exceeded(self, what: str) -> str:
        """Return what is to be said of something that is past the limit, and how the limit is raised."""
        return (
            f"{what} is more than the {self.value:,} {self.unit} that {self.name} allows; "
            f"set it higher if this is from whom you trust"
        )


EVENT_CHARACTERS = Limit(
    name="INDENTURE_EVENT_CHARACTERS",
    default=8 * _MIB,
    unit="characters",
    meaning="One event, or the terms of one deal, as JSON text.",
)
TERMS_DEPTH = Limit(
    name="INDENTURE_TERMS_DEPTH",
    default=64,
    unit="levels",
    meaning="How deeply the objects and lists of a deal's terms stand in each other.",
)
TAPE_BYTES = Limit(
    name="INDENTURE_TAPE_BYTES",
    default=512 * _MIB,
    unit="bytes",
    meaning="A loan tape as it is unpacked, whatever a packed one says of its size; it is read in parts.",
)
TAPE_LOANS = Limit(
    name="INDENTURE_TAPE_LOANS",
    default=1_000_000,
    unit="loans",
    meaning="The loans of a tape, which are held until its last row is read; each takes 1.5 kB.",
)
TAPE_COLUMNS = Limit(
    name="INDENTURE_TAPE_COLUMNS",
    default=16_384,
    unit="columns",
    meaning="The cells of one row of a loan tape.",
)
TAPE_LINE_CHARACTERS = Limit(
    name="INDENTURE_TAPE_LINE_CHARACTERS",
    default=8 * _MIB,
    unit="characters",
    meaning="One line of a loan tape that is text, or one cell of Parquet.",
)
TAPE_CHUNK_BYTES = Limit(
    name="INDENTURE_TAPE_CHUNK_BYTES",
    default=64 * _MIB,
    unit="bytes",
    meaning="One column of a group of rows of a Parquet tape, unpacked; all of a group may take four times that.",
)
WORKBOOK_PART_BYTES = Limit(
    name="INDENTURE_WORKBOOK_PART_BYTES",
    default=16 * _MIB,
    unit="bytes",
    meaning="The styles of a workbook when they are unpacked, or its list of sheets.",
)
POSTING_CHARACTERS = Limit(
    name="INDENTURE_POSTING_CHARACTERS",
    default=1024 * _MIB,
    unit="characters",
    meaning="A file of events that `ledger post` reads; it is held whole, for it is posted whole.",
)
HTTP_BYTES = Limit(
    name="INDENTURE_HTTP_BYTES",
    default=64 * _MIB,
    unit="bytes",
    meaning="The body of a request to `ledger serve`: events as lines, or an Arrow stream; it is held whole.",
)
HTTP_EVENTS = Limit(
    name="INDENTURE_HTTP_EVENTS",
    default=100_000,
    unit="events",
    meaning="The events of one request to `ledger serve`, as lines or as rows.",
)
SNAPSHOT_BYTES = Limit(
    name="INDENTURE_SNAPSHOT_BYTES",
    default=64 * _MIB,
    unit="bytes",
    meaning="A snapshot when it is unfolded. A larger one is passed over, and the reader goes back to the events.",
)
ARCHIVE_UNFOLDING = Limit(
    name="INDENTURE_ARCHIVE_UNFOLDING",
    default=100,
    unit="times its size",
    meaning="What a file of an archive may unfold to, beyond 16 MiB that any may.",
)
ARCHIVE_TEXT_BYTES = Limit(
    name="INDENTURE_ARCHIVE_TEXT_BYTES",
    default=8 * _MIB,
    unit="bytes",
    meaning="One text of a row of an archive: a payload, mostly.",
)


__all__ = [
    "ARCHIVE_TEXT_BYTES",
    "ARCHIVE_UNFOLDING",
    "EVENT_CHARACTERS",
    "HTTP_BYTES",
    "HTTP_EVENTS",
    "POSTING_CHARACTERS",
    "SNAPSHOT_BYTES",
    "TAPE_BYTES",
    "TAPE_CHUNK_BYTES",
    "TAPE_COLUMNS",
    "TAPE_LINE_CHARACTERS",
    "TAPE_LOANS",
    "TERMS_DEPTH",
    "WORKBOOK_PART_BYTES",
    "Limit",
    "read_limits_from",
]

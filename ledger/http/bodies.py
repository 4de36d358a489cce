"""The body of a request as what is posted: one object of JSON, events as lines, or a table as an Arrow stream.

Nothing is read before the caller may post, and nothing past a limit. Events go through the same suspicious reader as
those of ``ledger post``; a table goes to the same reader of frames as ``Ledger.post_table``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from ledger.errors import InvalidEvent, StoreError, Violation
from ledger.events import codec
from ledger.http.asking import BODY_SECONDS, Problem
from ledger.http.routes import ARROW, JSON, LINES, Unfit
from ledger.values.limits import EVENT_CHARACTERS, HTTP_BYTES, HTTP_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.events.base import Event
    from ledger.writing.tables import EventTable

T = TypeVar("T", bound=msgspec.Struct)

LARGE = 1_048_576
"""Bytes from which on a body is large."""

LARGE_AT_ONCE = 4
"""Large bodies that are held at a time."""

PATIENCE = 30
"""Seconds that the sender of a large body waits for a turn."""

_PART = 65_536
_turns = BoundedSemaphore(LARGE_AT_ONCE)
_MOST_VIOLATIONS = 1_000


def content_kind(environ: Mapping[str, Any]) -> str:
    """Return what a body is said to be, without its parameters."""
    return str(environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()


@contextmanager
def received(environ: Mapping[str, Any], kinds: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Give what a body is and its bytes, for as long as they are held.

    Raises :class:`~ledger.http.asking.Problem` for what is not taken, too large, too slow, or cut short.
    """
    kind = content_kind(environ)
    empty = "; where nothing is to be said, send {}" if kinds == (JSON,) else ""
    if kind not in kinds:
        raise Problem(415, "other_content", f"send {' or '.join(kinds)} here, and say so (Content-Type){empty}")
    if str(environ.get("HTTP_CONTENT_ENCODING") or "identity").strip().lower() != "identity":
        raise Problem(415, "packed", "a body is taken as it is, and not packed (Content-Encoding)")
    given = str(environ.get("CONTENT_LENGTH") or "")
    if not (given.isascii() and given.isdigit() and len(given) <= 15):
        raise Problem(411, "no_length", "say how long what you send is (Content-Length)" + empty)
    length = int(given)
    most = min(HTTP_BYTES.value, EVENT_CHARACTERS.value) if kind == JSON else HTTP_BYTES.value
    if length > most:
        limit = EVENT_CHARACTERS if kind == JSON and most == EVENT_CHARACTERS.value else HTTP_BYTES
        raise Problem(413, "too_large", limit.exceeded(f"a body of {length:,} bytes"))
    large = length > LARGE
    if large and not _turns.acquire(timeout=PATIENCE):
        raise Problem(503, "busy", "others are sending much at the moment", headers=(("Retry-After", "30"),))
    try:
        yield kind, bytes_sent(environ["wsgi.input"], length)
    finally:
        if large:
            _turns.release()


def bytes_sent(source: IO[bytes], length: int) -> bytes:
    """Return so many bytes; raises :class:`~ledger.http.asking.Problem` where they are cut short or too slow."""
    held = bytearray()
    until = time.monotonic() + BODY_SECONDS
    while len(held) < length:
        try:
            part = source.read(min(_PART, length - len(held)))
        except OSError:
            raise Problem(408, "too_slow", "what was sent stopped before its end; send it again") from None
        if not part:
            raise Problem(400, "cut_short", "what was sent is shorter than it was said to be; send it again")
        held += part
        if time.monotonic() > until:
            raise Problem(408, "too_slow", f"a body has to be there within {BODY_SECONDS} seconds")
    return bytes(held)


def object_in(content: bytes) -> dict[str, Any]:
    """Return the object that a body of JSON is; raises :class:`~ledger.errors.InvalidEvent` for anything else."""
    return codec.object_from_json(_text(content), where="body", what="the body")


def typed(raw: dict[str, Any], kind: type[T]) -> T:
    """Return an object as a type; raises :class:`~ledger.http.routes.Unfit` naming the field that does not fit."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as fault:
        message, _, path = str(fault).partition(" - at `$")
        field = path.rstrip("`").removeprefix(".")
        raise Unfit([Violation("body", field, "malformed_event", message)]) from None


def events_in(kind: str, content: bytes, deal: str) -> tuple[Event, ...]:
    """Return the events of a body of JSON (``{"events": [...]}``) or of lines, all of one deal.

    Raises :class:`~ledger.http.routes.Unfit` with everything that is wrong with them.
    """
    found: list[Event] = []
    wrong: list[Violation] = []
    for where, raw in _objects(kind, content):
        try:
            found.append(codec.from_json(raw, where=where) if isinstance(raw, str) else one_event(raw, where))
        except InvalidEvent as fault:
            wrong.extend(fault.violations)
            if len(wrong) > _MOST_VIOLATIONS:
                break
    wrong.extend(of_other_deals(found, deal))
    if not wrong and not found:
        wrong.append(Violation("body", "", "empty_batch", "there is no event in it"))
    if wrong:
        raise Unfit(wrong)
    return tuple(found)


def one_event(raw: object, where: str) -> Event:
    """Return the event that an object stands for; raises :class:`~ledger.errors.InvalidEvent`."""
    if not isinstance(raw, dict):
        raise InvalidEvent([Violation(where, "", "malformed_json", "an event is a JSON object")])
    return codec.from_fields(cast("dict[str, Any]", raw), where=where)


def of_other_deals(events: list[Event] | tuple[Event, ...], deal: str) -> list[Violation]:
    """Say which events are of another deal than the address names."""
    return [
        Violation(event.event_id, "deal", "other_deal", f"it is of another deal than the address, which names {deal}")
        for event in events
        if event.deal != deal
    ]


def _objects(kind: str, content: bytes) -> Iterator[tuple[str, object]]:
    if kind == JSON:
        raw = object_in(content)
        listed = raw.pop("events", None)
        if raw or not isinstance(listed, list):
            told = 'write {"events": [...]}, one object an event, and nothing beside it'
            raise Unfit([Violation("body", "events", "malformed_event", told)])
        _check_count(len(listed))
        yield from ((f"events[{place}]", item) for place, item in enumerate(listed))
        return
    _check_count(content.count(b"\n"))
    lines = _text(content).split("\n")
    yield from ((f"line {number}", line.strip()) for number, line in enumerate(lines, 1) if line.strip())


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as fault:
        told = f"the body is not UTF-8 text, from byte {fault.start + 1} on"
        raise Unfit([Violation("body", "", "malformed_json", told)]) from None


def _check_count(count: int) -> None:
    if count > HTTP_EVENTS.value:
        raise Problem(413, "too_many", HTTP_EVENTS.exceeded(f"{count:,} events in one request"))


def table_in(content: bytes, type_name: str) -> EventTable:
    """Return the table of an Arrow stream, whose rows are events of a type.

    Raises :class:`~ledger.http.asking.Problem` where Arrow is not read here, and for a stream that is packed, or larger
    when it is unfolded than it may be.
    """
    from ledger.http.arrow import Torn, rows_in
    from ledger.writing.tables import EventTable, frames

    if not type_name:
        raise Problem(422, "missing", "say of which type the rows are: ?type=scheduled_payment_due")
    try:
        polars = frames()
    except StoreError:
        raise Problem(415, "no_tables", f"{ARROW} is not read here; send {LINES}") from None
    try:
        _check_count(rows_in(content, most=HTTP_EVENTS.value))
    except Torn as fault:
        raise Unfit([Violation("body", "", "not_a_table", str(fault))]) from None
    frame = _frame(polars, content)
    if frame is None:
        raise Unfit([Violation("body", "", "not_a_table", "this is no Arrow stream that can be read")])
    plain = (polars.String, polars.Date, polars.Datetime, polars.Boolean, polars.Null)
    for name, kind in frame.schema.items():
        if not (kind.is_numeric() or kind.base_type() in plain):
            told = "columns are texts, dates, decimals, whole numbers or flags"
            raise Unfit([Violation("body", name, "not_a_table", told)])
    texts = [frame[name].str.len_bytes().sum() or 0 for name, kind in frame.schema.items() if kind == polars.String]
    if sum(texts) > HTTP_BYTES.value:
        raise Problem(413, "too_large", HTTP_BYTES.exceeded("what the table unfolds to"))
    return EventTable(type_name, frame)


def _frame(polars: Any, content: bytes) -> Any:
    """Return the frame that a stream holds; None where it cannot be read, however its reader gives up."""
    faults = polars.exceptions
    try:
        return polars.read_ipc_stream(content)
    except (faults.PolarsError, faults.PanicException, OSError, TypeError, ValueError):
        # What a broken stream does to a reader in another language is its panic, which is no Exception.
        return None


__all__ = [
    "BODY_SECONDS",
    "LARGE",
    "LARGE_AT_ONCE",
    "bytes_sent",
    "content_kind",
    "events_in",
    "object_in",
    "of_other_deals",
    "one_event",
    "received",
    "table_in",
    "typed",
]

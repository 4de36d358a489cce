"""The one codec: events to canonical JSON bytes and back.

The canonical form is JSON with sorted keys, no white space, UTF-8, money and rates as strings, and no floats anywhere;
the two keys that are not fields, ``$type`` and ``$version``, sort before every field. What is not known is null, or is
left out where the class is sparse; one of the two, so that equal events have equal bytes and the bytes can be hashed.
Reading foreign JSON is a separate, slower, suspicious path (:func:`from_json`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import repeat
from operator import attrgetter
from types import GenericAlias
from typing import Any, cast, get_args

import attrs
import msgspec

from ledger.deal.steps import STEPS, Step
from ledger.deal.terms import DealTerms
from ledger.errors import IntegrityFault, InvalidEvent, InvalidTerms, Violation
from ledger.events.base import Event
from ledger.events.registry import REGISTRY, EventType
from ledger.events.upcasters import LADDER, as_it_is, upcast
from ledger.values.fields import unknown_word, words_of
from ledger.values.limits import EVENT_CHARACTERS, TERMS_DEPTH
from ledger.values.money import BadValue, spelt_number
from ledger.values.near import did_you_mean
from ledger.visible import quoted


def _date_like(value: object) -> str:
    """Write what is a date by another class (a frozen clock's, say) as the date that it is."""
    if isinstance(value, date):
        return value.isoformat()
    raise NotImplementedError(f"no encoder for {type(value).__name__}")


_MOST_UNKNOWN = 20
"""Fields that an event does not have of which each is named; the rest are counted."""

_encoder = msgspec.json.Encoder(order="sorted", enc_hook=_date_like)
_WHO = ("$type", "$version")


@cache
def _prefix(name: str, version: int) -> bytes:
    return f'{{"$type":"{name}","$version":{version},'.encode()


def encode(event: Event) -> bytes:
    """Return the canonical bytes of an event."""
    return spelt_out(event, frozenset())


def spelt_out(event: Event, fields: Collection[str]) -> bytes:
    """Return the bytes of an event with some ``fields`` written even where they say nothing, as null.

    For whoever reads them: a tape that has a column for a field says of each loan that it is not available. Where the
    class is sparse and one of the fields is None they are not canonical; :func:`from_json` reads them all the same.
    """
    written = _stated(event, fields) if event.sparse else event
    return _prefix(event.name, event.version) + _encoder.encode(written)[1:]


def _stated(event: Event, fields: Collection[str]) -> dict[str, Any]:
    """Return the fields of an event that say something, and those that are asked for."""
    names, values = _getter(event.name)
    held = zip(names, values(event), strict=True)
    return {name: value for name, value in held if value is not None or name in fields}


@cache
def _getter(name: str) -> tuple[tuple[str, ...], Callable[[Event], tuple[Any, ...]]]:
    names = tuple(item.name for item in attrs.fields(REGISTRY[name].kind))
    return names, attrgetter(*names)


class _Head(msgspec.Struct):
    type: str = msgspec.field(name="$type")
    version: int = msgspec.field(name="$version")


_head = msgspec.json.Decoder(_Head)


def _step(kind: type, value: Any) -> Any:
    if kind is not Step:
        raise NotImplementedError(f"no decoder for {kind.__name__}")
    found = STEPS.get(value.get("step", "")) if isinstance(value, dict) else None
    if found is None:
        raise ValueError(f"a waterfall step is one of {', '.join(STEPS)}")
    return msgspec.convert(value, found, dec_hook=_step)


_decoders: dict[str, msgspec.json.Decoder[Any]] = {}


def _decoder(known: EventType) -> msgspec.json.Decoder[Any]:
    found = _decoders.get(known.name)
    if found is None:
        found = _decoders[known.name] = msgspec.json.Decoder(known.kind, dec_hook=_step)
    return found


def decode(payload: bytes | str) -> Event:
    """Return the event that canonical bytes of this or an earlier schema version stand for.

    Raises :class:`~ledger.errors.IntegrityFault` for bytes that this codec cannot have written.
    """
    try:
        head = _head.decode(payload)
        known = REGISTRY.get(head.type)
        if known is None:
            raise IntegrityFault(f"stored payload has the unknown type {head.type!r}")
        if head.version == known.version:
            event: Event = _decoder(known).decode(payload)
            return event
        fields = msgspec.json.decode(payload)
        lifted = upcast(head.type, head.version, known.version, {k: v for k, v in fields.items() if k not in _WHO})
        return msgspec.convert(lifted, known.kind, dec_hook=_step)
    except (msgspec.MsgspecError, InvalidEvent, InvalidTerms, ValueError, ArithmeticError, RecursionError) as fault:
        raise IntegrityFault(f"stored payload cannot be read: {fault}") from fault


@cache
def _converted(name: str) -> tuple[tuple[str, Any], ...]:
    fields = attrs.fields(REGISTRY[name].kind)
    return tuple((item.name, item.converter) for item in fields if item.converter is not None)


def is_spelt_out(event: Event) -> bool:
    """Say whether each field of a decoded event is spelt as its own converter spells it.

    A decoder takes amounts and rates as they are written, and ``1.5`` is an amount as well as ``1.50``.
    """
    for name, convert in _converted(event.name):
        value = getattr(event, name)
        if value is None:
            continue
        converted = convert(value)
        if converted is not value and repr(converted) != repr(value):
            return False
    return True


_glances: dict[tuple[str, tuple[str, ...]], msgspec.json.Decoder[Any]] = {}


@cache
def versions_alike(name: str) -> frozenset[int]:
    """Return the versions of an event type that are read as they stand: this one, and those that only lack fields."""
    version = REGISTRY[name].version
    found = {version}
    while version > 1 and LADDER.get((name, version - 1)) is as_it_is:
        version -= 1
        found.add(version)
    return frozenset(found)


@cache
def _read_alike(name: str) -> tuple[str, ...]:
    """Return how payloads begin that are read as they stand."""
    return tuple(_prefix(name, version).decode() for version in sorted(versions_alike(name), reverse=True))


def glance(payload: str, name: str, fields: tuple[str, ...]) -> Any:
    """Return some fields of a stored event of one type without its checks: for reading many that were checked once.

    The object has these fields as attributes and is no event. Raises
    :class:`~ledger.errors.IntegrityFault` for bytes that this codec cannot have written.
    """
    found = _glances.get((name, fields))
    if found is None:
        kind = attrs.resolve_types(REGISTRY[name].kind)
        wanted = [item for item in attrs.fields(kind) if item.name in fields]
        required = [(item.name, item.type) for item in wanted if item.default is attrs.NOTHING]
        given = [(item.name, item.type, item.default) for item in wanted if item.default is not attrs.NOTHING]
        mirror = msgspec.defstruct(kind.__name__, [*required, *given], kw_only=True, gc=False)
        found = _glances[name, fields] = msgspec.json.Decoder(mirror)
    if not payload.startswith(_read_alike(name)):
        return decode(payload)
    try:
        return found.decode(payload)
    except msgspec.MsgspecError as fault:
        raise IntegrityFault(f"stored payload cannot be read: {fault}") from fault


_raw_glances: dict[tuple[str, tuple[str, ...]], msgspec.json.Decoder[Any]] = {}
_TOGETHER = 2_000


def raw_glances(payloads: Sequence[str], name: str, fields: tuple[str, ...]) -> Iterator[tuple[str | int | None, ...]]:
    """Yield some fields of many stored events of one type as they are spelt, in the order given: texts, counts, None.

    It is for adding up hundreds of thousands, of which a field takes few values: whoever reads them makes a number or a
    date of each spelling once. Raises :class:`~ledger.errors.IntegrityFault` as :func:`glance` does.
    """
    found = _raw_glances.get((name, fields))
    if found is None:
        wanted: list[Any] = [(item, str | int | None, None) for item in fields]
        mirror = msgspec.defstruct("Raw", wanted, kw_only=True, gc=False)
        found = _raw_glances[name, fields] = msgspec.json.Decoder(GenericAlias(list, (mirror,)))
    read = _read_alike(name)
    for start in range(0, len(payloads), _TOGETHER):
        part = payloads[start : start + _TOGETHER]
        if all(map(str.startswith, part, repeat(read))):
            try:
                yield from map(msgspec.structs.astuple, found.decode(f"[{','.join(part)}]"))
            except msgspec.MsgspecError as fault:
                raise IntegrityFault(f"stored payload cannot be read: {fault}") from fault
        else:
            for payload in part:
                yield tuple(_spelt(getattr(glance(payload, name, fields), item)) for item in fields)


def _spelt(value: Any) -> str | int | None:
    return value if value is None or isinstance(value, str | int) else str(value)


def as_fields(payload: bytes | str) -> dict[str, Any]:
    """Return the plain values of canonical bytes, for comparing two payloads field by field."""
    fields: dict[str, Any] = msgspec.json.decode(payload)
    return fields


def plain_json(fields: dict[str, Any]) -> str:
    """Return plain values as one line of JSON, in the order given."""
    return msgspec.json.encode(fields).decode()


class _Refused(ValueError):
    def __init__(self, field: str, code: str, message: str) -> None:
        self.field, self.code, self.message = field, code, message
        super().__init__(message)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counted = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counted.items() if count > 1)
        raise _Refused(twice, "duplicate_field", f"the field {quoted(twice)} stands there twice")
    return found


def _constant(text: str) -> Any:
    raise _Refused("", "not_a_number", f"{text} is not JSON")


def _read_json(text: str | bytes) -> Any:
    """Return what a JSON text holds; raises ValueError for one that is larger than it may be."""
    if len(text) > EVENT_CHARACTERS.value:
        raise _Refused("", "too_large", EVENT_CHARACTERS.exceeded(f"a text of {len(text):,}"))
    return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)


def _check_depth(value: Any, path: str) -> None:
    """Refuse terms that are nested deeper than any are, before they are walked through."""
    level = [value]
    for _ in range(TERMS_DEPTH.value):
        level = [item for held in level for item in _inside(held)]
        if not level:
            return
    raise InvalidTerms(path, "too_deep", TERMS_DEPTH.exceeded("the nesting of the terms"))


def _inside(value: Any) -> Iterable[Any]:
    """Return the objects and lists that stand right inside one."""
    if isinstance(value, dict):
        return [item for item in value.values() if isinstance(item, dict | list)]
    return [item for item in value if isinstance(item, dict | list)] if isinstance(value, list) else ()


def object_from_json(text: str | bytes, *, where: str, what: str = "an event") -> dict[str, Any]:
    """Return the plain values of one JSON object from outside: no field twice, no number that JSON does not know.

    ``where`` is what a refusal names, ``what`` the object that is asked for. Raises
    :class:`~ledger.errors.InvalidEvent`, and nothing else, for whatever is wrong.
    """
    try:
        raw = _read_json(text)
    except _Refused as fault:
        raise InvalidEvent([Violation(where, fault.field, fault.code, fault.message)]) from None
    except json.JSONDecodeError as fault:
        # The caller knows the line; the decoder counts lines from one inside it.
        told = f"{fault.msg} at column {fault.pos + 1}"
        if fault.msg.startswith("Unexpected UTF-8 BOM"):
            told = "a byte order mark stands before it; save the file as UTF-8 without one"
        raise InvalidEvent([Violation(where, "", "malformed_json", f"not a JSON object: {told}")]) from None
    except (ValueError, RecursionError) as fault:
        raise InvalidEvent([Violation(where, "", "malformed_json", f"not a JSON object: {fault}")]) from None
    except TypeError:
        message = f"must be one line of JSON text, not {type(text).__name__}; from_fields reads a mapping"
        raise InvalidEvent([Violation(where, "", "malformed_json", message)]) from None
    if not isinstance(raw, dict):
        raise InvalidEvent([Violation(where, "", "malformed_json", f"{what} is a JSON object")])
    return raw


def from_json(line: str | bytes, *, where: str = "") -> Event:
    """Return the event that one JSON object from outside stands for.

    Accepts what :func:`encode` writes and the same fields in any order and spelling of amounts. ``where`` (a file and
    line) stands in for the event id until that is known. Raises :class:`~ledger.errors.InvalidEvent`, and nothing
    else, for whatever is wrong.
    """
    shown = where or "(unreadable event)"
    return from_fields(object_from_json(line, where=shown), where=shown)


def from_fields(raw: dict[str, Any], *, where: str = "(unreadable event)") -> Event:
    """Return the event that a mapping of plain values stands for; raises as :func:`from_json` does."""
    given = raw.get("event_id")
    shown = given if isinstance(given, str) and given else where
    known, fields = _typed(raw, shown)
    unknown = sorted(set(fields) - known.fields)
    if unknown:
        told = [_unknown_field(shown, name, known) for name in unknown[:_MOST_UNKNOWN]]
        if len(unknown) > _MOST_UNKNOWN:
            message = f"there are {len(unknown) - _MOST_UNKNOWN:,} more fields that {known.name} does not have"
            told.append(Violation(shown, "", "unknown_field", message))
        raise InvalidEvent(told)
    missing = [
        item.name for item in attrs.fields(known.kind) if item.default is attrs.NOTHING and item.name not in fields
    ]
    if missing:
        raise InvalidEvent([Violation(shown, name, "missing", f"{known.name} needs {name}") for name in missing])
    if "terms" in fields:
        fields["terms"] = _terms(fields["terms"], shown)
    try:
        return known.kind(**fields)
    except InvalidTerms as fault:
        raise InvalidEvent([Violation(shown, fault.field, fault.code, fault.message)]) from None
    except TypeError as fault:
        raise InvalidEvent([Violation(shown, "", "malformed_event", str(fault))]) from None


def _unknown_field(shown: str, name: str, known: EventType) -> Violation:
    free = f"its fields are {', '.join(sorted(known.fields))}"
    message = f"{known.name} has no field {quoted(name)}; {did_you_mean(name, known.fields, free)}"
    return Violation(shown, name, "unknown_field", message)


def _typed(raw: dict[str, Any], shown: str) -> tuple[EventType, dict[str, Any]]:
    name = raw.get("$type")
    known = REGISTRY.get(name) if isinstance(name, str) else None
    if known is None:
        listed = "docs/events.md lists them, and ledger schemas prints them"
        nearest = " ".join(filter(None, (did_you_mean(name, REGISTRY, ""), listed)))
        message = f"{quoted(name)} is not an event type; {nearest}"
        if not name:
            message = "an event needs a $type, such as loan_boarded; docs/events.md lists them"
        raise InvalidEvent([Violation(shown, "$type", "unknown_type" if name else "missing", message)])
    version = raw.get("$version", known.version)
    fields = {key: value for key, value in raw.items() if key not in _WHO}
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version <= known.version:
        message = f"version {quoted(version)} of {known.name} is unknown; this release reads 1 to {known.version}"
        raise InvalidEvent([Violation(shown, "$version", "unknown_version", message)])
    if version < known.version:
        try:
            fields = upcast(known.name, version, known.version, fields)
        except (IntegrityFault, LookupError, TypeError, ValueError, ArithmeticError) as fault:
            message = f"version {version} of {known.name} cannot be read: {fault}"
            raise InvalidEvent([Violation(shown, "$version", "unknown_version", message)]) from None
    return known, fields


def _terms(value: Any, shown: str) -> DealTerms:
    if isinstance(value, DealTerms):
        return value
    try:
        return terms_from_fields(value)
    except InvalidTerms as fault:
        name = fault.field if fault.field.startswith("terms") else f"terms.{fault.field}"
        raise InvalidEvent([Violation(shown, name, fault.code, fault.message)]) from None


_JSON_KINDS = {type(None): "null", str: "a string", int: "a number", list: "a list", bool: "true or false"}


def terms_from_fields(value: Any) -> DealTerms:
    """Return the deal terms that plain values (from a JSON file, say) stand for.

    Raises :class:`~ledger.errors.InvalidTerms` naming the term.
    """
    if not isinstance(value, dict):
        kind = _JSON_KINDS.get(type(value), f"a {type(value).__name__}")
        raise InvalidTerms("terms", "malformed_terms", f"the terms are a JSON object, not {kind}")
    _check_depth(value, "terms")
    for fault in misspelt(value):
        raise fault
    return cast("DealTerms", part_of_terms(value, DealTerms))


_PLAINLY = {
    "Expected `array`, got `str`": 'a list is written here, even of one: ["1"], not "1"',
    "Expected `array`, got `null`": "a list is written here; leave the term out, or write []",
    "Invalid RFC3339 encoded date": "is no date; dates are written YYYY-MM-DD",
}
"""What the reader of JSON says in its own words, in those of whoever writes terms."""


def part_of_terms(value: Any, kind: Any) -> Any:
    """Return one part of deal terms, or all of them, out of plain values; raises as :func:`terms_from_fields` does."""
    try:
        loose = msgspec.convert(value, kind, dec_hook=_step)
    except msgspec.ValidationError as wrong:
        if isinstance(wrong.__cause__, InvalidTerms):
            raise wrong.__cause__ from None
        told, _, path = str(wrong).partition(" - at ")
        message = _PLAINLY.get(told, told)
        raise InvalidTerms(path.strip("`").removeprefix("$.") or "terms", "malformed_terms", message) from None
    except (ValueError, OverflowError) as fault:
        raise InvalidTerms("terms", "malformed_terms", f"a value cannot be read: {fault}") from None
    return _rebuilt(loose)


def terms_from_json(text: str | bytes) -> DealTerms:
    """Return the deal terms written in a JSON document; raises :class:`~ledger.errors.InvalidTerms`."""
    try:
        raw = _read_json(text)
    except _Refused as fault:
        raise InvalidTerms(fault.field or "terms", fault.code, fault.message) from None
    except (ValueError, RecursionError) as fault:
        raise InvalidTerms("terms", "malformed_json", str(fault)) from None
    except TypeError:
        message = f"must be the text of a JSON document, not {type(text).__name__}; terms_from_fields reads values"
        raise InvalidTerms("terms", "malformed_json", message) from None
    return terms_from_fields(raw)


def terms_to_json(terms: DealTerms) -> str:
    """Return the deal terms as an indented JSON document that :func:`terms_from_json` reads back."""
    return msgspec.json.format(_encoder.encode(terms), indent=2).decode()


def _floats(value: Any, path: str) -> Iterator[InvalidTerms]:
    if isinstance(value, float):
        yield InvalidTerms(path, "float_money", f"{value} is a float; write amounts and rates as strings")
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _floats(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _floats(item, f"{path}[{index}]")


def _strangers(value: Any, kind: Any, path: str) -> Iterator[InvalidTerms]:
    """Yield fields that the terms do not have, and words and numbers that no field holds."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strangers(item, kind, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    if kind is Step:
        kind = STEPS.get(str(value.get("step")), Step)
    if not attrs.has(kind):
        return
    fields = attrs.fields_dict(attrs.resolve_types(kind))
    for name, item in value.items():
        if name not in fields:
            free = f"the terms there are {', '.join(fields)}"
            message = f"there is no term {quoted(name)}; {did_you_mean(name, fields, free)}"
            yield InvalidTerms(f"{path}.{name}", "unknown_term", message)
            continue
        words = words_of(fields[name].type)
        if words and name != "step" and item not in (*words, None):
            shown = f"{path}.{name}".removeprefix("terms.")
            told = "; ".join(filter(None, (unknown_word(item, words), did_you_mean(item, words, ""))))
            yield InvalidTerms(shown, "malformed_terms", told)
            continue
        yield from _strangers(item, _element(fields[name].type), f"{path}.{name}")
        yield from _one_spelling(item, fields[name].type, f"{path}.{name}")


def _one_spelling(value: Any, declared: Any, path: str) -> Iterator[InvalidTerms]:
    """Yield a number of the terms that is written otherwise than amounts and rates are, before it is read as one."""
    if _element(declared) is not Decimal:
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            try:
                spelt_number(item, "number")
            except BadValue as fault:
                yield InvalidTerms(path.removeprefix("terms."), "malformed_terms", fault.message)


def misspelt(value: Any) -> Iterator[InvalidTerms]:
    """Yield what no terms hold, before any are made of plain values: floats, and terms and words that there are not."""
    yield from _floats(value, "terms")
    yield from _strangers(value, DealTerms, "terms")


def _element(declared: Any) -> Any:
    """The class that a field holds, whether one, an optional one, or a tuple of them."""
    inside = [item for item in get_args(declared) if item not in (type(None), Ellipsis)]
    return _element(inside[0]) if inside else declared


def _rebuilt(value: Any) -> Any:
    """Build the value again through its constructors, whose converters make amounts and rates canonical."""
    if attrs.has(type(value)):
        names = [item.name for item in attrs.fields(type(value)) if item.init]
        return type(value)(**{name: _rebuilt(getattr(value, name)) for name in names})
    if isinstance(value, tuple):
        return tuple(_rebuilt(item) for item in value)
    return value

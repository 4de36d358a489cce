"""Everything that is wrong with a deal's terms at once, each by the name of the class, step and field that it is in.

Reading terms stops at the first fault (:func:`~ledger.events.codec.terms_from_json`); whoever writes them wants all. So
every part is read by itself: a class, a fee, a step. Only where each can be read are they held against each other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import attrs
import msgspec

from ledger.deal.steps import STEPS, Step
from ledger.deal.terms import DealTerms
from ledger.errors import InvalidTerms
from ledger.events import codec
from ledger.values.near import did_you_mean
from ledger.visible import quoted

_KEYS = {
    "classes": ("class", "class_id"),
    "groups": ("group", "group_id"),
    "fees": ("fee", "fee_id"),
    "triggers": ("trigger", "trigger_id"),
    "derivatives": ("contract", "contract"),
    "schedules": ("schedule", "schedule_id"),
    "parties": ("party", "role"),
}
"""What the parts of a list of the terms are called, and which field names each."""

_PATH = re.compile(r"(?:terms|DealTerms)?\.?(?P<list>[a-z_]+)\[(?P<place>[0-9]+)\]\.?(?P<rest>.*)")
_PLAIN = re.compile(r"(?P<kind>BondClass|Fee|Trigger)\[(?P<name>.*)\]\.(?P<rest>[a-z_.]+)")


@attrs.frozen
class TermsFault:
    """One thing wrong with terms: its field, such as ``ClassRate.margin of class 1-AX``, a stable code, and why."""

    field: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message} [{self.code}]"


def check_terms(text: str | bytes) -> tuple[DealTerms | None, tuple[TermsFault, ...]]:
    """Return the terms written in a JSON document, or None and everything that is wrong with them."""
    try:
        terms = codec.terms_from_json(text)
    except InvalidTerms as fault:
        found = tuple(_faults(text, fault))
        return None, found or (TermsFault(fault.field, fault.code, fault.message),)
    return terms, ()


def _faults(text: str | bytes, first: InvalidTerms) -> Iterator[TermsFault]:
    """Yield every fault of terms of which the first is known."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return
    if first.code in ("duplicate_field", "too_large", "too_deep") or not isinstance(raw, dict):
        return
    told: dict[TermsFault, None] = {}
    spoilt = [(item.field, _of(raw, item)) for item in codec.misspelt(raw)]
    told.update((fault, None) for _, fault in spoilt)
    paths = [path.removeprefix("terms.") for path, _ in spoilt]
    for path, fault in _parts(raw):
        if not any(other == path or other.startswith((f"{path}.", f"{path}[")) for other in paths):
            told.setdefault(fault)
    if not told:
        told.update((_of(raw, item), None) for item in (first, *first.others))
    yield from told


def _of(raw: dict[str, Any], fault: InvalidTerms) -> TermsFault:
    """Name the fault of a path by the part that it is in."""
    plain = _PLAIN.fullmatch(fault.field)
    if plain is not None:
        what = {"BondClass": "class", "Fee": "fee", "Trigger": "trigger"}[plain["kind"]]
        owner = "ClassRate" if plain["rest"].startswith("rate.") else plain["kind"]
        field = f"{owner}.{plain['rest'].removeprefix('rate.')} of {what} {plain['name']}"
        return TermsFault(field, fault.code, fault.message)
    match = _PATH.fullmatch(fault.field)
    if match is None or not match["rest"]:
        return TermsFault(fault.field.removeprefix("terms."), fault.code, fault.message)
    where, kind = _part(raw, match["list"], int(match["place"]))
    *way, field = match["rest"].split(".")
    for name in way:
        kind = _kind_of(kind, name.partition("[")[0])
    shown = f"{kind.__name__}.{field} of {where}" if attrs.has(kind) else f"{match['rest']} of {where}"
    return TermsFault(shown, fault.code, fault.message)


def _part(raw: dict[str, Any], name: str, place: int) -> tuple[str, Any]:
    """Return what a part of a list is called, and its class."""
    listed = raw.get(name)
    item = listed[place] if isinstance(listed, list) and place < len(listed) else None
    kind = _element(_hints(DealTerms).get(name))
    if kind is Step:
        step = item.get("step") if isinstance(item, dict) else None
        return f"waterfall[{place}]", STEPS.get(str(step), Step)
    what, key = _KEYS.get(name, (name, ""))
    own = item.get(key) if isinstance(item, dict) else None
    return (f"{what} {own}" if isinstance(own, str) and own else f"{name}[{place}]"), kind


def _hints(kind: Any) -> dict[str, Any]:
    return {item.name: item.type for item in attrs.fields(attrs.resolve_types(kind))}


def _kind_of(kind: Any, name: str) -> Any:
    return _element(_hints(kind).get(name)) if attrs.has(kind) else None


def _element(declared: Any) -> Any:
    inside = [item for item in get_args(declared) if item not in (type(None), Ellipsis)]
    found = next((item for item in inside if attrs.has(item) or item is Step), inside[0] if inside else declared)
    return _element(found) if get_args(found) else found


def _parts(raw: dict[str, Any]) -> Iterator[tuple[str, TermsFault]]:
    """Read every part by itself, and yield the faults with the paths of the parts."""
    for item in attrs.fields(attrs.resolve_types(DealTerms)):
        if item.name not in raw:
            if item.default is attrs.NOTHING:
                message = f"a deal needs {item.name}"
                yield item.name, TermsFault(f"DealTerms.{item.name}", "missing", message)
            continue
        value, declared = raw[item.name], item.type
        if get_origin(declared) is tuple and isinstance(value, list):
            element = get_args(declared)[0]
            for place, part in enumerate(value):
                where, kind = _part(raw, item.name, place)
                for fault in _read(part, element, kind, f" of {where}", where):
                    yield f"{item.name}[{place}]", fault
        else:
            kind = declared if isinstance(declared, type) and attrs.has(declared) else None
            for fault in _read(value, declared, kind, "", f"DealTerms.{item.name}"):
                yield item.name, fault


def _read(value: Any, declared: Any, kind: Any, of: str, where: str) -> Iterator[TermsFault]:
    """Yield what is wrong with one part: fields that it lacks, all of them, or else the first that cannot be read."""
    if declared is Step and kind is Step:
        given = value.get("step") if isinstance(value, dict) else value
        nearest = did_you_mean(given, STEPS, f"a step is one of {', '.join(STEPS)}")
        yield TermsFault(where, "unknown_step", f"there is no step {quoted(given)}; {nearest}")
        return
    if kind is not None and attrs.has(kind) and isinstance(value, dict):
        lacking = [x.name for x in attrs.fields(kind) if x.default is attrs.NOTHING and x.name not in value]
        for name in lacking:
            yield TermsFault(f"{kind.__name__}.{name}{of}", "missing", f"{kind.__name__} needs {name}")
        if lacking:
            return
    try:
        codec.part_of_terms(value, declared)
    except InvalidTerms as fault:
        path = fault.field.removeprefix("terms").strip(".")
        if fault.code == "malformed_terms" and "." not in path and kind is not None and attrs.has(kind) and path:
            path = f"{kind.__name__}.{path}"
        yield TermsFault(f"{path}{of}" if path else where, fault.code, fault.message)
    except (msgspec.MsgspecError, TypeError) as fault:
        yield TermsFault(where, "malformed_terms", str(fault))


__all__ = ["TermsFault", "check_terms"]

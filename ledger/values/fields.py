"""Fields that hold one of a few words, flags, counts or parts: checked by the types that they are declared with.

One transformer serves every class of the terms and every step, so that no field can be forgotten: a value that could
be written and not read again is refused where it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs

from ledger.errors import InvalidTerms
from ledger.visible import quoted


def words_of(declared: Any) -> tuple[str, ...]:
    """Return the words that a declared type allows: those of an enumeration or of a Literal, else none."""
    inside = [item for item in get_args(declared) if item is not NoneType]
    if get_origin(declared) is Literal:
        return tuple(str(item) for item in inside)
    if len(inside) == 1:
        return words_of(inside[0])
    if isinstance(declared, type) and issubclass(declared, StrEnum):
        return tuple(item.value for item in declared)
    return ()


def unknown_word(value: object, words: tuple[str, ...]) -> str:
    """Say that a value is none of the words allowed."""
    return f"{quoted(value)} is none of {', '.join(map(repr, words))}"


def _converter(kind: type[StrEnum]) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError:
            return value

    return convert


def _fits(value: object, kind: Any) -> str | None:
    """Say what is wrong with a value of a field declared so; None where nothing is, or others check it."""
    words = words_of(kind)
    if words:
        known = isinstance(value, kind) if isinstance(kind, type) else value in words
        return None if known else unknown_word(value, words)
    if kind is bool:
        return None if isinstance(value, bool) else f"must be True or False, not {quoted(value)}"
    if kind is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return None if whole else f"must be a whole number, not {quoted(value)}"
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        assert isinstance(value, tuple)
        return next((wrong for item in value if (wrong := _fits(item, inner)) is not None), None)
    if kind is str:
        return None if isinstance(value, str) else f"must be a string, not {quoted(value)}"
    if isinstance(kind, type) and kind.__module__.startswith("ledger."):
        return None if isinstance(value, kind) else f"must be {kind.__name__}, not {type(value).__name__}"
    return None


def _checked(kind: Any, optional: bool, code: str) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def validate(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        wrong = None if optional and value is None else _fits(value, kind)
        if wrong is not None:
            raise InvalidTerms(f"{type(instance).__name__}.{attribute.name}", code, wrong)

    return validate


def by_declared_type(cls: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Make every field of a class check what its type declares, and read a word that is written as plain text.

    For ``attrs.frozen(field_transformer=...)``. A check that the field has already goes first, and stays known as the
    field's metadata ``check``.
    """
    hints, found = get_type_hints(cls, localns={cls.__name__: cls}), []
    for item in fields:
        declared = hints[item.name]
        inside = [part for part in get_args(declared) if part is not NoneType]
        optional = NoneType in get_args(declared)
        kind = inside[0] if optional else declared
        words = words_of(kind)
        check = _checked(kind, optional, "unknown_word" if words else "wrong_type")
        validator = check if item.validator is None else attrs.validators.and_(item.validator, check)
        reads_words = isinstance(kind, type) and issubclass(kind, StrEnum) and item.converter is None
        converter = _converter(kind) if reads_words else item.converter
        metadata = {**item.metadata, "check": item.validator}
        found.append(item.evolve(validator=validator, converter=converter, metadata=metadata))
    return found

"""Whatever the public functions return says in a line what it is, and shows itself in a notebook.

What they return is read from their annotations, so that no result can be forgotten.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import import_module
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import attrs

import ledger
import replay
from ledger import Event, Ledger

PACKAGES = ("ledger", "replay")

NO_RESULTS = ("ledger.deal.", "ledger.tapes.tape_map", "ledger.values.", "ledger.journal.", "ledger.store.")
"""What a deal and a map are written in, values that are one word in themselves, and rows between stores."""

RESULTS_ALL_THE_SAME = ("AccrualPeriod", "DealTerms", "Distribution", "Head", "Manifest")


def public_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public function of both packages, and every public method and property of their public classes."""
    for package in (ledger, replay):
        for name in package.__all__:
            found = getattr(package, name)
            if inspect.isfunction(found):
                yield name, found
            if inspect.isclass(found):
                yield from ((f"{name}.{member}", function) for member, function in _methods(found))


def _methods(owner: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, member in inspect.getmembers(owner):
        function = member.fget if isinstance(member, property) else member
        ours = str(getattr(function, "__module__", "")).split(".")[0] in PACKAGES
        if ours and not name.startswith("_") and (inspect.isfunction(function) or inspect.ismethod(function)):
            yield name, function


def _names(module: str) -> dict[str, Any]:
    """Return what annotations of a module may name, what only a type checker imports included."""
    found = dict(vars(sys.modules[module]))
    for node in ast.parse(inspect.getsource(sys.modules[module])).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for line in node.body:
                if isinstance(line, ast.ImportFrom):
                    home = import_module(str(line.module))
                    found.update({name.asname or name.name: getattr(home, name.name) for name in line.names})
                if isinstance(line, ast.Import):
                    found.update({name.asname or name.name: import_module(name.name) for name in line.names})
    return found


def _classes(annotation: object) -> Iterator[type]:
    for part in (annotation, get_origin(annotation)):
        if inspect.isclass(part):
            yield part
    for part in get_args(annotation):
        yield from _classes(part)


def results() -> dict[type, str]:
    """Return the classes of ours that public functions return, each with the name of one that does."""
    found: dict[type, str] = {}
    names: dict[str, dict[str, Any]] = {}
    for name, function in public_functions():
        module = inspect.unwrap(function).__module__
        held = names[module] if module in names else names.setdefault(module, _names(module))
        for kind in _classes(_returned(inspect.unwrap(function), held)):
            if kind.__module__.split(".")[0] in PACKAGES:
                found.setdefault(kind, name)
    return found


def _returned(function: Callable[..., Any], names: dict[str, Any]) -> object:
    """Return what a function returns, by its annotation; its arguments are not looked at."""

    def alone() -> None: ...

    alone.__annotations__ = {"return": function.__annotations__["return"]}
    return get_type_hints(alone, names)["return"]


def is_result(kind: type) -> bool:
    if issubclass(kind, Enum | Event | Ledger):
        return False
    return kind.__name__ in RESULTS_ALL_THE_SAME or not kind.__module__.startswith(NO_RESULTS)


def test_every_result_is_short_in_a_line_and_shown_in_a_notebook() -> None:
    found = {kind: name for kind, name in results().items() if is_result(kind)}
    assert {"Statement", "Filing", "Receipt", "Refusal", *RESULTS_ALL_THE_SAME} <= {kind.__name__ for kind in found}
    bare = [f"{kind.__name__} of {name}" for kind, name in found.items() if not hasattr(kind, "_repr_html_")]
    # What attrs and tuples make by themselves holds every field whole, were it a million loans.
    long = [f"{kind.__name__} of {name}" for kind, name in found.items() if _is_made_by_itself(kind)]
    assert (bare, long) == ([], [])


def _is_made_by_itself(kind: type) -> bool:
    return kind.__repr__.__code__.co_filename.startswith("<") or kind.__repr__.__module__ == "collections"


def test_a_result_that_shows_nothing_is_found() -> None:
    @attrs.frozen
    class Bare:
        loans: tuple[str, ...]

    class Told(NamedTuple):
        loans: tuple[str, ...]

    for kind in (Bare, Told):
        assert is_result(kind)
        assert _is_made_by_itself(kind)

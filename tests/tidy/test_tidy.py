"""The house stays tidy: a module has its test, a name has a reader, and one name means one thing.

What is not so stands in :mod:`tests.tidy.allowed`, on lists that can only shrink.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import ledger
import replay
from tests.tidy import allowed
from tests.tidy.tree import DEFINITIONS, ROOT, Defined, Module, Reads, parsed

PACKAGES = ("ledger", "replay")


@cache
def tree() -> dict[str, Module]:
    """Parse what runs: the two packages, and the migrations that read them."""
    return parsed(*PACKAGES, "migrations")


def house() -> list[Module]:
    """Return the modules of the two packages."""
    return [module for module in tree().values() if module.name.startswith(PACKAGES)]


def only(found: Collection[str], let_pass: Collection[str]) -> None:
    """Hold what was found to what is let pass, exactly: nothing new, and nothing that is needed no more."""
    new, tidy = sorted(set(found) - set(let_pass)), sorted(set(let_pass) - set(found))
    assert not new, "these are new:\n" + "\n".join(new)
    assert not tidy, "these are tidy now, or gone; take them off the list:\n" + "\n".join(tidy)


def names(folder: Path) -> Iterator[str]:
    """Yield the modules that the tests of a folder are named after: ``test_batch_repeats`` is of ``batch``.

    Where there is a module ``batch_repeats`` as well, it is of that one alone.
    """
    home = ROOT / folder.relative_to(ROOT / "tests")
    for path in folder.glob("test_*.py"):
        words = path.stem.removeprefix("test_").split("_")
        longer = ("_".join(words[:count]) for count in range(len(words), 0, -1))
        yield from [name for name in longer if (home / f"{name}.py").exists() or (home / f"{name}_.py").exists()][:1]


def untested(module: Module) -> bool:
    """Say whether no test is named after a module, nor for a package stands in its folder."""
    place = ROOT / "tests" / module.path.relative_to(ROOT)
    if module.is_package:
        return module.holds_code and not any(place.parent.glob("test_*.py"))
    return module.path.stem.rstrip("_") not in set(names(place.parent))


def test_every_module_has_its_test() -> None:
    only([module.name for module in house() if untested(module)], allowed.UNTESTED)


def test_tests_stand_where_their_modules_do() -> None:
    packages = {module.path.parent for module in house()}
    strays = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / "tests" / package).rglob("test_*.py")
        if ROOT / path.parent.relative_to(ROOT / "tests") not in packages
    ]
    assert strays == []


def test_every_name_is_read() -> None:
    reads = Reads(tree())
    public = {*ledger.__all__, *replay.__all__}

    def is_public(item: Defined) -> bool:
        return not item.name.startswith("_") and (item.owner or item.name) in public

    defined = [item for module in house() for item in (*module.defined, *module.methods)]
    only(
        [str(item) for item in defined if not (item.is_taken or is_public(item) or reads.read(item))],
        allowed.UNREAD,
    )


def test_one_name_is_one_thing() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for module in house():
        for item in module.defined:
            if isinstance(item.node, DEFINITIONS) and not item.name.startswith("_") and not item.is_taken:
                homes[item.name].append(module.name)
    twice = {name: modules for name, modules in homes.items() if len(modules) > 1}
    only(
        [f"{name} ({len(modules)} of them)" for name, modules in twice.items()],
        [f"{name} ({count} of them)" for name, count in allowed.TWICE.items()],
    )


def slices(module: Module) -> Iterator[str]:
    """Yield the slices between two places that are spelt as numbers."""
    for node in module.nodes:
        if isinstance(node, ast.Slice) and _is_number(node.lower) and _is_number(node.upper):
            yield ast.unparse(node)


def _is_number(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def test_columns_go_by_name() -> None:
    only([module.name for module in house() if any(slices(module))], allowed.SLICED)

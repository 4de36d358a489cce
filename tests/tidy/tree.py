"""The code of the two packages as syntax: which names stand where, and which of them anybody reads."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[2]
Name = tuple[str, str]
"""A module, and a name in it."""
TAKERS = ("command", "group", "default", "validator")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@attrs.frozen(kw_only=True)
class Defined:
    """A function, class or constant of a module, or a method of one of its classes."""

    module: str
    name: str
    node: ast.stmt
    owner: str = ""
    """The class that a method belongs to."""

    def __str__(self) -> str:
        return ".".join(part for part in (self.module, self.owner, self.name) if part)

    @property
    def is_taken(self) -> bool:
        """Say whether a decorator takes it, as a command or as an attribute's default, so that no code need name it."""
        decorators = self.node.decorator_list if isinstance(self.node, DEFINITIONS) else []
        named = [item.func if isinstance(item, ast.Call) else item for item in decorators]
        return any(isinstance(item, ast.Attribute) and item.attr in TAKERS for item in named)


@attrs.frozen(kw_only=True)
class Module:
    """A module, parsed."""

    name: str
    path: Path
    tree: ast.Module
    nodes: list[ast.AST]
    """Everything below the tree, walked once."""
    imports: dict[str, Name]
    """What each imported name is called where it comes from; a module's own name is empty."""

    @property
    def is_package(self) -> bool:
        """Say whether it is the root of a folder."""
        return self.path.name == "__init__.py"

    @property
    def holds_code(self) -> bool:
        """Say whether it defines a function or a class."""
        return any(isinstance(node, DEFINITIONS) for node in self.tree.body)

    @property
    def defined(self) -> list[Defined]:
        """What stands at its top level."""
        return [
            Defined(module=self.name, name=name, node=node)
            for node in self.tree.body
            for name in _bound(node)
            if not name.startswith("__")
        ]

    @property
    def methods(self) -> list[Defined]:
        """The methods and properties of its classes, but for those that Python itself calls."""
        return [
            Defined(module=self.name, name=item.name, node=item, owner=node.name)
            for node in self.tree.body
            if isinstance(node, ast.ClassDef)
            for item in node.body
            if isinstance(item, ast.FunctionDef) and not item.name.startswith("__")
        ]


def parsed(*folders: str, root: Path = ROOT) -> dict[str, Module]:
    """Parse every module below these folders."""
    found = {}
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = list(ast.walk(tree))
        found[name] = Module(name=name, path=path, tree=tree, nodes=nodes, imports=dict(_imports(nodes)))
    return found


def _bound(node: ast.stmt) -> list[str]:
    """Return the names that a statement at the top level gives a value to."""
    if isinstance(node, DEFINITIONS):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, Name]]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            for item in node.names:
                yield item.asname or item.name, (node.module, item.name)
        elif isinstance(node, ast.Import):
            for item in node.names:
                yield item.asname or item.name.partition(".")[0], (item.name if item.asname else "", "")


class Reads:
    """Where every name of a tree is read.

    A name of a module is followed through imports to where it stands. An attribute may be of anything, so that it
    counts for every method of its name.
    """

    def __init__(self, tree: dict[str, Module]) -> None:
        self._tree = tree
        self._homes: dict[str, set[str]] = {name: {d.name for d in item.defined} for name, item in tree.items()}
        self._names: Counter[Name] = Counter()
        self._attributes: Counter[str] = Counter()
        for module in tree.values():
            self._note(module, module.nodes, self._names, self._attributes)
        # A module that is itself handed about, as the pages of a statement are, is read by attributes of anything.
        self._handed = {module for module, name in self._names if not name}

    def _note(self, module: Module, nodes: Iterable[ast.AST], names: Counter[Name], attributes: Counter[str]) -> None:
        through: set[ast.AST] = set()
        for item in nodes:
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load) and item not in through:
                names[self._home(module.name, item.id)] += 1
            elif isinstance(item, ast.Attribute):
                attributes[item.attr] += isinstance(item.ctx, ast.Load)
                if isinstance(item.value, ast.Name):
                    source, name = self._home(module.name, item.value.id)
                    if not name:
                        through.add(item.value)
                        names[self._home(source, item.attr)] += 1
            elif isinstance(item, ast.Constant) and isinstance(item.value, str) and item.value.isidentifier():
                attributes[item.value] += 1

    def _home(self, module: str, name: str) -> Name:
        """Follow a name to the module that defines it; a name that is a module has none of its own."""
        for _ in range(9):
            if f"{module}.{name}" in self._tree and name not in self._homes.get(module, ()):
                return f"{module}.{name}", ""
            if module not in self._tree or name in self._homes[module] or name not in self._tree[module].imports:
                break
            module, name = self._tree[module].imports[name]
        return module, name

    def read(self, item: Defined) -> bool:
        """Say whether a name is read anywhere but in its own definition."""
        names: Counter[Name] = Counter()
        attributes: Counter[str] = Counter()
        self._note(self._tree[item.module], ast.walk(item.node), names, attributes)
        if item.owner:
            return self._attributes[item.name] > attributes[item.name]
        if item.module in self._handed and self._attributes[item.name] > attributes[item.name]:
            return True
        return self._names[item.module, item.name] > names[item.module, item.name]

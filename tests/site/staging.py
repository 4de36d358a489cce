"""Lays out what the site is made of: the pages as they stand, what they link to, and what is generated beside them.

Pages keep their places, so that a link which works between the files works on the site too. A link to a folder leads to
a list of what is in it.
"""

from __future__ import annotations

import inspect
import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from replay.cli.describe import commands
from tests.site.contents import CONTENTS

ROOT = Path(__file__).resolve().parents[2]
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(?=[)#])")
WIDTH = 100

ROOMS = {
    "ledger.service": "The ledger",
    "ledger.reading": "Asking",
    "ledger.deal": "Terms of a deal",
    "ledger.events": "Events",
    "ledger.notes": "Notes of loans",
    "ledger.months": "Months built from notes",
    "ledger.projections": "What a month shows",
    "ledger.values": "Values",
    "ledger.errors": "What may go wrong",
}
"""Headings of the reference, by where things are defined; what is defined elsewhere stands under the last."""
REST = "Keeping, checking and loading"


def staged(into: Path) -> None:
    """Lay out the pages and everything that they are made with in a new folder."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(ROOT / "docs", into / "docs")
    for name in TOP:
        shutil.copy(ROOT / name, into / name)
    for page in sorted(into.rglob("*.md")):
        _lead(page, into)
    (into / "reference").mkdir()
    (into / "reference/help.md").write_text(help_page(), encoding="utf-8")
    for root in ("ledger", "replay"):
        (into / f"reference/{root}.rst").write_text(reference_page(root), encoding="utf-8")
    _listed(into / "docs/decisions", "Decisions")
    (into / "index.md").write_text(index_page(), encoding="utf-8")
    shutil.copy(Path(__file__).with_name("conf.py"), into / "conf.py")


def _lead(page: Path, into: Path) -> None:
    """Bring along the files that a page links to, and lead its links to folders to lists of what is in them."""

    def lead(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(page.parent / found[0]))
        original = ROOT / target.relative_to(into)
        if original.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            for item in sorted(original.iterdir()):
                if item.is_file() and not (target / item.name).exists():
                    shutil.copy(item, target / item.name)
            _listed(target, f"Files of {target.relative_to(into)}/")
            return f"{found[0].rstrip('/')}/index.md"
        if original.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(original, target)
            # A page of the code's folders is no page of the site; it is handed out as it stands.
            if original.suffix == ".md":
                target.rename(target.with_suffix(".md.txt"))
        if original.suffix == ".md" and target.with_suffix(".md.txt").exists():
            return f"{found[0]}.txt"
        return found[0]

    text = page.read_text(encoding="utf-8")
    page.write_text(LINK.sub(lead, text), encoding="utf-8")


def _listed(folder: Path, title: str) -> None:
    """Write the list of what is in a folder."""
    files = sorted(item for item in folder.iterdir() if item.is_file() and item.name != "index.md")
    pages = [item.stem for item in files if item.suffix == ".md"]
    others = [f"- [{item.name}]({item.name})" for item in files if item.suffix != ".md"]
    tree = ["```{toctree}", ":maxdepth: 1", "", *pages, "```"] if pages else []
    orphan = [] if pages else ["---", "orphan: true", "---", ""]
    lines = [*orphan, f"# {title}", "", *tree, *others, ""]
    (folder / "index.md").write_text("\n".join(lines), encoding="utf-8")


def index_page() -> str:
    """Return the first page: what this is, and the table of contents."""
    parts = [
        "# Indenture\n",
        "A servicing ledger for mortgage-backed bonds: post facts, derive any published figure, explain it down to the "
        "facts. What these pages show with its output, and their Python, is run by the tests.\n",
    ]
    for heading, pages in CONTENTS.items():
        parts.append(f"## {heading}\n")
        parts.append("\n".join(["```{toctree}", f":caption: {heading}", ":maxdepth: 1", "", *pages, "```", ""]))
    return "\n".join(parts)


def help_page() -> str:
    """Return what every command says of itself when asked for help."""
    parts = [
        "# Help of every command\n",
        "As `--help` prints it. [Commands](../docs/commands.md) lists the formats and exit statuses in one table.\n",
    ]
    for name, command in commands():
        context = click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH)
        parts.append(f"## `{name}`\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def reference_page(root: str) -> str:
    """Return the page of a package's public names, each from its docstring, in reStructuredText as those are."""
    package = import_module(root)
    title = f"{root}: the public API"
    said = inspect.cleandoc(package.__doc__ or "")
    lines = [title, "=" * len(title), "", f".. py:module:: {root}", "", said, ""]
    for heading, names in _by_room(root):
        lines += [heading, "-" * len(heading), ""]
        lines += [line for name in names for line in _entry(root, name)]
    return "\n".join(lines) + "\n"


def _by_room(root: str) -> Iterator[tuple[str, list[str]]]:
    package = import_module(root)
    rooms: dict[str, list[str]] = {}
    for name in package.__all__:
        home = str(getattr(getattr(package, name), "__module__", ""))
        room = ROOMS.get(".".join(home.split(".")[:2]), REST if root == "ledger" else "The auditor's questions")
        rooms.setdefault(room, []).append(name)
    for heading in [*ROOMS.values(), REST, "The auditor's questions"]:
        if heading in rooms:
            yield heading, sorted(rooms[heading])


def _entry(root: str, name: str) -> list[str]:
    held = getattr(import_module(root), name)
    if not hasattr(held, "__module__"):
        return [*_constant(root, name), ""]
    kind = "autoclass" if inspect.isclass(held) else "autofunction" if inspect.isroutine(held) else "autodata"
    return [f".. {kind}:: {root}.{name}", *(["   :no-value:"] if kind == "autodata" else []), ""]


def _constant(root: str, name: str) -> list[str]:
    """Return an entry of a plain value, which knows no docstring, with what is said under it where it is defined."""
    held = getattr(import_module(root), name)
    for module in [item for item in sys.modules.values() if item.__name__.startswith(f"{root}.")]:
        if vars(module).get(name) is held:
            found = re.search(rf'^{name}\b.*?^"""(.*?)"""', inspect.getsource(module), re.MULTILINE | re.DOTALL)
            if found is not None:
                return [f".. py:data:: {root}.{name}", "", *(f"   {line}" for line in found[1].splitlines())]
    return [f".. py:data:: {root}.{name}"]

"""Every line of the page of threats is held by a test that exists, and that every change has to pass."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LEFT_OUT = re.compile(r"pytest\.mark\.(slow|soak|bench|skip|xfail)\b")


@cache
def marked(path: str) -> dict[str, list[str]]:
    """Return the tests of a file, with the marks that stand on them, or on all of the file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    of_all = [
        ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    return {
        node.name: [*of_all, *(ast.unparse(item) for item in node.decorator_list)]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def section(title: str) -> str:
    _, found, after = PAGE.partition(f"\n## {title}\n")
    assert found, f"threats.md has no section {title!r}"
    return after.partition("\n## ")[0]


def lines(text: str) -> list[list[str]]:
    """Return the cells of the table rows in a text, headings left out."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")[1:-1]] for table in tables for row in table.splitlines()[2:]]


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(PAGE))), ids=str)
def test_a_test_that_is_named_exists_and_is_run(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    found = marked(path)
    assert name in found
    assert [mark for mark in found[name] if LEFT_OUT.match(mark)] == []


def test_every_line_that_is_proved_names_its_test() -> None:
    proved = lines(section("What is proved"))
    assert len(proved) >= 30
    assert [cells[0] for cells in proved if len(cells) != 2 or not NAMED.search(cells[1])] == []
    assert len({cells[0] for cells in proved}) == len(proved)


def test_what_is_not_proved_says_why_and_what_to_do() -> None:
    found = lines(section("What is not proved"))
    assert len(found) >= 8
    assert [cells for cells in found if len(cells) != 3 or not all(cells)] == []


def test_nothing_looks_like_a_test_and_is_none() -> None:
    assert PAGE.count("::") == len(NAMED.findall(PAGE))


def test_the_short_table_leads_to_the_page_and_the_page_is_found() -> None:
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", security)
    assert "docs/threats.md" in links
    assert [link for link in links if not (ROOT / link).exists()] == []

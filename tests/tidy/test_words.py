"""A trustee's word leads to its projection: what a statement prints is named where it is derived.

The word stands there in quotation marks and on one line, so that a search for what is printed ends there.
"""

from __future__ import annotations

import ast
import datetime as dt
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import replay
from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from replay.statements.pages import class_table, loss

ROOT = Path(__file__).resolve().parents[2]
DERIVING = ("ledger/projections", "ledger/waterfall", "ledger/deal")

NAMED_NOWHERE: frozenset[str] = frozenset()
"""Printed words that no docstring or comment says where they are derived; this list may only shrink."""

HEADED = ("Current: ", "Cumulative: ", "PRE-FUNDING ACCOUNT: ")
"""Headings that say of which period a line is, not what it is."""
WHEN = re.compile(r"(Weighted .*) (?:Original|Prior|Current)")
OVER = re.compile(r"(?:\d+ Months )?Avg (.*?)(?: Since Cut-off)?(?: Approximation)?")


def said(path: Path) -> Iterator[str]:
    """Yield every line of the docstrings and comments of a module, in small letters."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from node.value.value.lower().splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.lower()


def word_of(label: str) -> str:
    """Return what a label is searched by: without its period, or the months that a speed is averaged over."""
    for heading in HEADED:
        label = label.removeprefix(heading)
    found = WHEN.fullmatch(label) or OVER.fullmatch(label)
    return found[1] if found else label


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every line and column that the real statement prints, but for what its terms name: groups, fees, contracts."""
    with Ledger.create("sqlite://") as ledger:
        post_september_2002(ledger)
        statement = replay.statement(ledger, DEAL, dt.date(2002, 8, 30))
    terms = statement.report.terms
    named = {fee.title for fee in terms.fees} | {contract.contract for contract in terms.derivatives}
    found: set[str] = {*class_table.COLUMNS, *loss.LOAN_COLUMNS}
    for page in statement.pages:
        for section in page.sections:
            if section.shape in ("classes", "loans", "matrix"):
                found.update(section.columns)
            if section.shape == "matrix":
                found.add(section.name)
            if section.shape not in ("classes", "loans"):
                found.update(word_of(row.label) for row in section.rows if row.label not in named)
    return found


def test_every_printed_word_is_said_where_it_is_derived(words: set[str]) -> None:
    lines = [line for folder in DERIVING for path in sorted((ROOT / folder).glob("*.py")) for line in said(path)]
    assert len(words) > 150
    missing = {word for word in words if not any(f'"{word.lower()}"' in line for line in lines)}
    assert missing - NAMED_NOWHERE == set(), "say the trustee's word in the docstring of the value that it names"
    assert NAMED_NOWHERE - missing == set(), "these are said by now: take them off the list"

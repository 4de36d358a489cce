"""Holds JSON that a command printed to the committed schema of it: for every test that runs a command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.ledger.events.test_schemas import faults

COMMITTED = Path(__file__).parents[2] / "docs" / "schemas" / "results"
REFUSED = "refused"
"""The schema of what is printed in the place of a result, by whatever command."""

HEAD = re.compile(r"[0-9]+:[0-9a-f]{64}")
"""How a head is spelt."""

HOW = "the form of a result has changed: run `make schemas`, look at what it changes, and commit it"


def file_of(command: str) -> str:
    """Return the name of the file with the schema of what a command prints."""
    return f"{command.replace(' ', '-')}.json"


@cache
def committed(command: str) -> dict[str, Any]:
    """Return the committed schema of what a command prints."""
    found: dict[str, Any] = json.loads((COMMITTED / file_of(command)).read_text(encoding="utf-8"))
    return found


def check_fits(command: str, document: dict[str, Any]) -> None:
    """Hold a document to the schema of a command, or to that of refusals."""
    schema = committed(REFUSED if "violations" in document else command)
    found = list(faults(schema, document, schema))
    assert not found, f"{command}: {found[:3]}; {HOW}"
    bare = [head for head in heads(document) if not HEAD.fullmatch(head)]
    assert not bare, f"{command}: a head is SEQUENCE:HASH wherever it is printed, and not {bare[:3]}"


def heads(value: object) -> Iterator[str]:
    """Yield every head in a document, wherever it stands."""
    if isinstance(value, list):
        yield from (head for item in value for head in heads(item))
    if isinstance(value, dict):
        for name, item in value.items():
            yield from [item] if name == "head" and isinstance(item, str) else heads(item)


def fitting(program: str, typed: Sequence[str], result: Result) -> Result:
    """Return what a command came to; where it was told to print JSON and did, that fits its schema."""
    asked = "--format" in typed and typed[typed.index("--format") + 1 :][:1] == ["json"]
    if asked and result.exit_code in (0, 1) and result.stdout.startswith("{"):
        inner = typed[1] if typed[0] in ("terms", "token") else ""
        check_fits(" ".join(filter(None, (program, typed[0], inner))), json.loads(result.stdout))
    return result

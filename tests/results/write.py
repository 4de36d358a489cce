"""Writes the schemas of results down: ``make schemas``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from ledger.reports import ABOUT, ABOUT_VERSION
from replay.cli.describe import command_told, commands
from tests.results.asked import Printed, answers
from tests.results.described import DIALECT, described
from tests.results.fitting import COMMITTED, REFUSED, file_of
from tests.results.paged import pages_answered
from tests.results.pages import PAGES

_ABOUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "version": {"const": ABOUT_VERSION},
        "known_through": {"type": "integer"},
        **{
            name: {"type": "string"}
            for name in ("deal", "date", "record_date", "payment_date", "head", "digest", "state", "filing", "release",
                         "made_by")
        },
    },
    "required": ["version"],
    "additionalProperties": False,
}  # fmt: skip


def described_commands() -> set[str]:
    """Return the commands that print JSON when asked for it."""
    return {name for name, command in commands() if "json," in f"{command_told(name, command).formats},"[4:]}


def documents(printed: Iterable[Printed]) -> dict[str, str]:
    """Return the schema of what every command printed, by the name of its file."""
    by_command: dict[str, list[Printed]] = {}
    for item in printed:
        if item.document:
            by_command.setdefault(REFUSED if "violations" in item.document else item.command, []).append(item)
    return {file_of(name): _document(name, items) for name, items in sorted(by_command.items())}


def _document(name: str, printed: list[Printed]) -> str:
    form = described((item.document for item in printed), (table for item in printed for table in item.tables))
    if name == REFUSED:
        told = "What is printed in the place of a result where something was refused"
    elif name in PAGES:
        told = f"What `replay serve` gives as JSON: {PAGES[name]}"
    else:
        told = f"What `{name} --format json` prints"
    schema = form.schema()
    schema["properties"][ABOUT] = {**_ABOUT, "description": "What the result says of itself."}
    document = {
        "$schema": DIALECT,
        "title": name,
        "description": f"{told}. Amounts, rates and dates are texts.",
        **schema,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = documents([*answers(Path(folder)), *pages_answered()])
    COMMITTED.mkdir(parents=True, exist_ok=True)
    for old in COMMITTED.glob("*.json"):
        old.unlink()
    for name, text in made.items():
        (COMMITTED / name).write_text(text, encoding="utf-8")
    print(f"{COMMITTED.name}/ of docs/schemas/ is written: {len(made)} schemas")

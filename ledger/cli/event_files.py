"""Reading a file of events that a command was given."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from ledger.console import PROGRESS_FROM
from ledger.errors import InvalidEvent, Violation

if TYPE_CHECKING:
    from ledger.events.base import Event


def read_events(lines: Iterable[str], name: str) -> tuple[list[Event], list[Violation]]:
    """Return the events of JSON Lines and what is wrong with those that cannot be read."""
    from ledger.events import codec

    events: list[Event] = []
    violations: list[Violation] = []
    try:
        for number, line in enumerate(_progress(lines), 1):
            if not line.strip():
                continue
            try:
                events.append(codec.from_json(line.strip(), where=f"{name}:{number}"))
            except InvalidEvent as fault:
                violations.extend(fault.violations)
    except UnicodeDecodeError as fault:
        violations.append(Violation(name, "", "malformed_json", f"the file is not UTF-8 text: {fault}"))
    return events, violations


def _progress(lines: Iterable[str]) -> Iterator[str]:
    held = list(lines)
    if len(held) < PROGRESS_FROM:
        yield from held
        return
    with click.progressbar(held, label="reading events", file=sys.stderr, show_pos=True) as bar:
        yield from bar

"""What every command of ``replay`` shares: its arguments, its formats, its messages and its exit status."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

import click

from ledger.console import UNUSABLE, URL_HELP, reporting, say

P = ParamSpec("P")
R = TypeVar("R")

EPILOG = URL_HELP


def replaying(command: Callable[P, R]) -> Callable[P, R]:
    """Add the arguments that every replay takes."""
    options = (
        click.argument("url"),
        click.argument("deal"),
        click.option(
            "--record-date",
            required=True,
            type=click.DateTime(["%Y-%m-%d"]),
            help="Any calendar date, YYYY-MM-DD.",
        ),
        click.option(
            "--known-through", type=click.IntRange(min=1), help="Only what was known at this sequence (default: now)."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="Output."
)


def as_csv(rows: Sequence[dict[str, str]], columns: Sequence[str] = ()) -> str:
    """Return rows as CSV with a heading line; ``columns`` name it where there are no rows."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_json(document: object) -> str:
    """Return a document as indented JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False)


__all__ = ["EPILOG", "FORMAT", "UNUSABLE", "as_csv", "as_json", "replaying", "reporting", "say"]

"""Reads the figures of a statement that `replay statement` wrote with `--format json` or `jsonl`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from replay.filing.model import Filing, PublishedFigure
from replay.filing.text.about import ABOUT

_PLACES = ("page", "section", "line", "column", "printed")


def read_figures_json(text: str) -> Filing | None:
    """Return the figures of a JSON object that lists them under `figures`; None for what is no such object.

    Figures are numbered in their order, in place of lines.
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        document: dict[str, Any] = _lines(text) or json.loads(text)
        rows = document["figures"]
        figures = tuple(_figure(row, number) for number, row in enumerate(rows, start=1))
        days = [document.get(name) for name in ("distribution_date", "record_date")]
        paid, recorded = (date.fromisoformat(day) if day else None for day in days)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    columns = dict.fromkeys(item.column for item in figures if item.section in ("SUMMARY", "COLLATERAL"))
    return Filing(
        deal_name=str(document.get("deal", "")),
        distribution_date=paid,
        record_date=recorded,
        figures=figures,
        groups=tuple(name for name in columns if name != "total"),
    )


def _lines(text: str) -> dict[str, object] | None:
    """Return JSON Lines whose first line says what they are as one document; None for what are no such lines."""
    try:
        first, *rows = (json.loads(line) for line in text.splitlines() if line.strip())
    except (ValueError, RecursionError):
        return None
    told = first.get(ABOUT) if isinstance(first, dict) and list(first) == [ABOUT] else None
    if not isinstance(told, dict):
        return None
    dates = {"distribution_date": told.get("payment_date"), "record_date": told.get("record_date")}
    return {"deal": told.get("deal", ""), **dates, "figures": rows}


def _figure(row: dict[str, object], number: int) -> PublishedFigure:
    page, section, line, column, printed = (str(row[name]) for name in _PLACES)
    return PublishedFigure(
        page=int(page), section=section, line=line, column=column, printed=printed, source_line=number
    )


__all__ = ["read_figures_json"]

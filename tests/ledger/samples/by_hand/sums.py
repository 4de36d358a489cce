"""What the models of samples worked out by hand share: fractions, cents, the facts of a month, and a table to compare.

Nothing here or in the models knows the product: the facts are read as the plain JSON that they are posted as.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

SAMPLES = Path(__file__).parents[4] / "ledger" / "samples"
HEAD = "payment_date,class,opening,rate,interest,principal,loss,deferred,closing"
ZERO = Fraction(0)


class Row(NamedTuple):
    """A class in one month: dollars, and its yearly rate; a residual has neither a rate nor balances."""

    opening: Fraction | None = None
    rate: Fraction | None = None
    interest: Fraction = ZERO
    principal: Fraction = ZERO
    loss: Fraction = ZERO
    deferred: Fraction = ZERO
    closing: Fraction | None = None


class Facts:
    """The facts of one month of a sample, or those that it starts from."""

    def __init__(self, folder: str, name: str) -> None:
        lines = (SAMPLES / folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        self.all: list[dict[str, Any]] = [json.loads(line) for line in lines]

    def amount(self, kind: str, field: str, **which: str) -> Fraction:
        """Return what all events of a kind bring in a field; ``which`` says what they are about."""
        chosen = [item for item in self.all if item["$type"] == kind and which.items() <= item.items()]
        return sum((Fraction(item[field]) for item in chosen), ZERO)


def to(value: Fraction, digits: int = 2) -> Fraction:
    """Round half up, to the cent unless more digits are asked for."""
    return Fraction((value * 10**digits * 2 + 1) // 2, 10**digits)


def cents_below(value: Fraction) -> Fraction:
    """Round down to the cent."""
    return Fraction(value * 100 // 1, 100)


def written(value: Fraction | None, digits: int) -> str:
    """Write a figure with so many digits; nothing for none."""
    if value is None:
        return ""
    whole = int(to(value, digits) * 10**digits)
    return f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}"


def table(months: Mapping[str, Mapping[str, Row]]) -> str:
    """Write months as the file of published figures."""
    lines = [HEAD]
    for paid, rows in months.items():
        for name, row in rows.items():
            figures: Sequence[str] = [
                written(row.opening, 2),
                written(row.rate, 8),
                *(written(value, 2) for value in (row.interest, row.principal, row.loss, row.deferred)),
                written(row.closing, 2),
            ]
            lines.append(",".join((paid, name, *figures)))
    return "\n".join(lines) + "\n"

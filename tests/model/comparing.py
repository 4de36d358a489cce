"""A chain through the ledger beside the model's statements, figure by figure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import attrs

import replay
from ledger import Ledger
from ledger.samples.impac_cmb_2002_1 import september_2002
from tests.model import deal
from tests.model.notes import Month, State
from tests.model.september import september
from tests.model.statement import Pages, Place, compute


@attrs.frozen
class Difference:
    """A figure that the model and the ledger print differently."""

    month: str
    place: Place
    model: list[str]
    ledger: list[str]


def published_september() -> tuple[Pages, State]:
    """Return the model's September and what it leaves."""
    return compute(deal.before_september(), september(september_2002.data("payoffs.csv").splitlines()))


def printed(ledger: Ledger, month: Month) -> dict[Place, list[str]]:
    """Return what the ledger prints of a month."""
    found: dict[Place, list[str]] = defaultdict(list)
    last_of_prior_month = month.payment_date.replace(day=1) - dt.timedelta(days=1)
    statement = replay.statement(ledger, september_2002.DEAL, last_of_prior_month)
    for row in statement.rows():
        # The template prints a line twice, which the ledger tells apart; the model names both as printed.
        line = row["line"].rpartition("SERVICING FEES: ")[2]
        found[row["page"], row["section"], line, row["column"]].append(row["printed"])
    return found


def differences(model: Pages, ledger: dict[Place, list[str]], month: str) -> list[Difference]:
    """Return every figure that only one prints, or that they print differently."""
    return [
        Difference(month, place, model.printed.get(place, []), ledger.get(place, []))
        for place in sorted(model.printed.keys() | ledger.keys(), key=lambda place: (int(place[0]), place[1:]))
        if model.printed.get(place) != ledger.get(place)
    ]

"""The ledger's statements beside those of a second, simple model of the real deal, figure by figure, month after month.

The model shares no code with the ledger and was written from domain practice and the published statement. It prints
the published month itself; then chains of made-up months go through both.
"""

from __future__ import annotations

import ast
import csv
from collections import defaultdict
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1 import september_2002
from tests.model import chains, comparing, posting
from tests.model.statement import Pages, Place, compute

FEATURES = tuple(chains.FEATURES)
LOSSES = ("great_losses", "ruinous_losses", "great_recoveries", "liquidations", "recoveries")
LONG = {
    "losses and recoveries": LOSSES,
    "capped for months": ("capped_for_months", "interest_drained", "late_with_fee", "liquidations"),
    "to the end": ("running_off", "called", "high_index", "liquidations", "late_with_fee"),
}
"""What chains of two years are made of: twelve-month averages roll in them, and a deal may come to its end."""
MODEL = ("bonds", "deal", "notes", "printing", "september", "statement")
"""The model's own modules; what posts and compares is not among them."""


def differences(
    seed: int, features: tuple[str, ...], *, months: int = 12, often: float = 0.35
) -> list[comparing.Difference]:
    """Send a chain through a new ledger that holds September, and through the model; return what is unlike."""
    _, state = comparing.published_september()
    _, after = comparing.published_september()
    found = []
    with Ledger.create("sqlite://") as ledger:
        september_2002.post(ledger)
        for month in chains.chain(state, seed, features, months=months, often=often):
            posting.post(ledger, september_2002.DEAL, month)
            pages, after = compute(after, month)
            found += comparing.differences(pages, comparing.printed(ledger, month), f"{month.payment_date:%Y-%m}")
    return found


def test_the_model_imports_nothing_of_the_product() -> None:
    for name in MODEL:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [found for found in names if found.split(".")[0] in ("ledger", "replay")], name


def test_the_model_prints_the_published_statement() -> None:
    published: dict[Place, list[str]] = defaultdict(list)
    for row in csv.DictReader(september_2002.published().splitlines()):
        published[row["page"], row["section"], row["line"], row["column"]].append(row["printed"])
    pages, _ = comparing.published_september()
    assert pages.printed == published
    assert sum(map(len, published.values())) == 1290


def model_alone(seed: int, features: tuple[str, ...], months: int, often: float = 0.35) -> list[Pages]:
    """Return the model's pages of a chain that does not go through the ledger."""
    _, state = comparing.published_september()
    found = []
    for month in chains.chain(state, seed, features, months=months, often=often):
        pages, state = compute(state, month)
        found.append(pages)
    return found


def months_with(pages: list[Pages], place: Place) -> int:
    """Count the months that print something else than nothing there."""
    return sum(month.printed[place] not in (["0.00"], ["0"]) for month in pages)


@pytest.mark.slow
def test_a_quiet_half_year_is_the_same() -> None:
    assert differences(1, (), months=6) == []


def test_a_year_in_which_everything_happens_is_the_same() -> None:
    assert differences(5, FEATURES) == []


@pytest.mark.parametrize(
    "seed", [pytest.param(seeds, marks=pytest.mark.slow) for seeds in (11, range(100, 161))], ids=str
)
def test_random_years_are_the_same(seed: int | range) -> None:
    for chosen in [seed] if isinstance(seed, int) else seed:
        assert differences(chosen, FEATURES) == [], f"seed {chosen}"


@pytest.mark.slow
@pytest.mark.parametrize("feature", FEATURES)
def test_one_thing_at_a_time_is_the_same(feature: str) -> None:
    for seed in (0, 1, 2):
        assert differences(seed, (feature,), often=0.6) == [], f"seed {seed}"


@pytest.mark.slow
@pytest.mark.parametrize("features", LONG)
def test_two_years_are_the_same(features: str) -> None:
    for seed in range(200, 206):
        assert differences(seed, LONG[features], months=24) == [], f"seed {seed}"


def test_a_deal_that_is_paid_off_is_the_same_to_its_end() -> None:
    """The month that retires both classes, and those after it, in which all that comes in is the certificate's."""
    features = ("called", "high_index", "liquidations")
    pages = model_alone(20, features, 4, often=0.6)
    assert [month.printed["2", "current period", "Total", "current principal balance"] for month in pages][-1] == ["0"]
    assert differences(20, features, months=4, often=0.6) == []


@pytest.mark.slow
def test_the_long_chains_hold_what_they_are_for() -> None:
    """Collateral above its target for months, class B written down to nothing, basis risk carried and paid later."""
    losses = [model_alone(seed, LOSSES, 24) for seed in range(200, 206)]
    release = ("7", "STRUCTURAL FEATURES", "Current Periods Overcollateralization Release", "total")
    assert max(months_with(pages, release) for pages in losses) >= 3
    left = ("2", "current period", "B", "current principal balance")
    assert any(months_with(pages, left) < len(pages) for pages in losses)
    capped = [model_alone(seed, LONG["capped for months"], 24) for seed in range(200, 206)]
    carried = (
        "23",
        "ADJUSTABLE RATE CERTIFICATE INFORMATION",
        "Cumulative Basis Risk Shortfall Carry Forward Amt",
        "total",
    )
    paid = ("3", "interest", "A", "unscheduled interest adjustments")
    assert max(months_with(pages, carried) for pages in capped) >= 4
    assert max(months_with(pages, paid) for pages in capped) >= 4

"""The ledger's statements beside those of a second, simple model of the real deal, figure by figure, month after month.

The model shares no code with the ledger and was written from domain practice and the published statement. It prints
the published month itself; then chains of made-up months go through both.
"""

from __future__ import annotations

import ast
import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

from ledger import Ledger, PostingRefused
from ledger.samples.impac_cmb_2002_1 import september_2002
from tests.model import chains, comparing, posting
from tests.model.known import KINDS, TODAY
from tests.model.notes import Month, Today
from tests.model.statement import Place, compute

ORDINARY = (
    "repurchases",
    "liquidations",
    "liquidations_with_interest",
    "great_losses",
    "recoveries",
    "high_index",
    "low_index",
    "relief",
    "not_advanced",
    "capped_compensation",
    "late_advanced",
    "nonrecoverable",
    "servicing_advances",
    "withdrawals",
    "interest_drained",
    "insurance",
    "premiums",
)
MODEL = ("bonds", "deal", "notes", "printing", "september", "statement")
"""The model's own modules; what posts and compares is not among them."""


@attrs.frozen
class Shown:
    """One month as the ledger printed and paid it."""

    month: Month
    printed: dict[Place, list[str]]
    cash: dict[str, Fraction]


def run(seed: int, features: tuple[str, ...], *, months: int = 12, often: float = 0.35) -> list[Shown]:
    """Send a chain through a new ledger that holds September."""
    _, state = comparing.published_september()
    found = []
    with Ledger.create("sqlite://") as ledger:
        september_2002.post(ledger)
        for month in chains.chain(state, seed, features, months=months, often=often):
            posting.post(ledger, september_2002.DEAL, month)
            found.append(Shown(month, comparing.printed(ledger, month), comparing.cash_of(ledger, month)))
    return found


def unlike(shown: Iterable[Shown], today: Today) -> Iterator[comparing.Difference]:
    """Yield where the model, which follows the ledger in ``today``, prints something else."""
    _, state = comparing.published_september()
    for month in shown:
        cash = month.cash if "cash" in today else None
        pages, state = compute(state, month.month, today, cash)
        yield from comparing.differences(pages, month.printed, month.month.payment_date.strftime("%Y-%m"))


@pytest.fixture(scope="module")
def busy() -> list[Shown]:
    """A year in which everything happens that a kind of difference needs."""
    return run(BUSY_SEED, ORDINARY)


BUSY_SEED = 5


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


def test_a_quiet_year_is_the_same_whatever_is_known() -> None:
    shown = run(1, ())
    assert len(shown) == 12
    assert not list(unlike(shown, frozenset()))


def test_a_busy_year_differs_in_nothing_but_the_known_kinds(busy: list[Shown]) -> None:
    assert not list(unlike(busy, TODAY))


@pytest.mark.parametrize("kind", KINDS)
def test_a_known_kind_is_still_one(busy: list[Shown], kind: str) -> None:
    assert list(unlike(busy, TODAY - {kind})), "the ledger no longer differs: take the kind out of the model"


def test_late_payments_of_a_group_are_not_matched_by_instalment() -> None:
    """The fee inside a late payment is the trust's; the ledger holds it against advances of other instalments."""
    shown = run(4, ("late_with_fee",), months=2, often=1)
    line = ("5", "INTEREST - COLLECTIONS", "Other Additional Interest", "fixed")
    found = [(found.model, found.ledger) for found in unlike(shown, TODAY - {"cash"}) if found.place == line]
    assert found == [(["2,616.33"], ["2,150.22"]), (["0.00"], ["(2,150.22)"])]


def test_real_estate_owned_is_not_listed_beside_balances_of_groups() -> None:
    shown = run(4, ("real_estate_owned",), months=1, often=1)
    assert {found.place[0] for found in unlike(shown, TODAY)} == {"14"}


def test_a_month_whose_interest_is_below_zero_cannot_be_paid() -> None:
    """The model takes what is missing off principal; the ledger would pay principal that is not there."""
    with pytest.raises(PostingRefused, match="exceed the funds available"):
        run(4, ("interest_below_zero",), months=1, often=1)


@pytest.mark.parametrize("seed", [11, pytest.param(range(100, 160), marks=pytest.mark.slow)], ids=str)
def test_random_years_differ_in_nothing_but_the_known_kinds(seed: int | range) -> None:
    for chosen in [seed] if isinstance(seed, int) else seed:
        assert not list(unlike(run(chosen, ORDINARY), TODAY)), f"seed {chosen}"


@pytest.mark.slow
@pytest.mark.parametrize("feature", ORDINARY)
def test_one_thing_at_a_time_differs_in_nothing_but_the_known_kinds(feature: str) -> None:
    for seed in range(3):
        assert not list(unlike(run(seed, (feature,), often=0.6), TODAY)), f"seed {seed}"

"""The ages of earlier months are those that their own statements showed, with snapshots or without, wherever kept."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from ledger import Exact, Ledger, PeriodClosed
from ledger.simulation import LifePlan, post_life
from replay import statement

PLAN = LifePlan(seed=5, loans=80, months=18, name="ages")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """A simulated life, loan by loan, of which nobody reports an age."""
    path = tmp_path_factory.mktemp("ages") / "life.db"
    ledger = Ledger.create(path)
    post_life(ledger, PLAN)
    return ledger


def _closed(ledger: Ledger) -> list[dt.date]:
    closings = [found.event for found in ledger.events(PLAN.deal, types=["period_closed"])]
    return [event.distribution_date for event in closings if isinstance(event, PeriodClosed)]


def shown(ledger: Ledger) -> dict[str, list[Fraction | None]]:
    """The age that each month's own statement shows, by group and for the pool."""
    found: dict[str, list[Fraction | None]] = {}
    for day in _closed(ledger):
        ages = ledger.distribution(PLAN.deal, day).averages.current["seasoning_months"]
        for group, age in ages.items():
            found.setdefault(group, []).append(None if age is None else age.value)
    return found


@pytest.mark.parametrize("snapshots", [True, False])
def test_the_ages_of_a_history_are_those_that_were_shown(lived: Ledger, snapshots: bool) -> None:
    then = shown(lived)
    ledger = lived if snapshots else lived.without_snapshots()
    history = ledger.distribution(PLAN.deal, _closed(lived)[-1]).prepayments.history
    assert history.keys() == then.keys()
    for group, ages in then.items():
        known = [month.seasoning for month in history[group]]
        assert all(isinstance(age, Exact) for age in known), group
        assert [age.value for age in known if age is not None] == ages


def test_no_average_speed_is_blank_once_there_are_months_enough(lived: Ledger) -> None:
    found = statement(lived, PLAN.deal, _closed(lived)[-1])
    periods = ("3 Months Avg PSA", "12 Months Avg PSA", "Avg PSA Since Cut-off")
    for line in (f"{period} Approximation" for period in periods):
        (row,) = [row for page in found.pages for section in page.sections for row in section.rows if row.label == line]
        assert len(row.figures) == 3, line


def test_an_archive_tells_the_same_ages(lived: Ledger, tmp_path: Path) -> None:
    last = _closed(lived)[-1]
    lived.archive(PLAN.deal, tmp_path / "sealed")
    with Ledger.open(f"archive:{tmp_path / 'sealed'}") as sealed:
        for ledger in (sealed, sealed.without_snapshots()):
            assert ledger.distribution(PLAN.deal, last).digest == lived.distribution(PLAN.deal, last).digest


def test_the_middle_of_a_batch_tells_the_same_ages_as_its_events(lived: Ledger) -> None:
    """What is known through an event inside a run is read from single events, and adds up to the same."""
    cold, last = lived.without_snapshots(), _closed(lived)[-1]
    head = lived.head(PLAN.deal).sequence
    for known in (head - 1, head - 7, head - 100):
        there, here = (each.distribution(PLAN.deal, last, known_through=known) for each in (lived, cold))
        assert there.digest == here.digest

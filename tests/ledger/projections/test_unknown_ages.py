"""What one loan of a group lacks is not known of the group: its averages and speeds are blank, and the pool's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger import DealTerms, DistributionReport, Ledger, LoanBoarded, Originals
from replay.statements.statement import statement_of
from tests.deals.pair import APRIL, BALANCE, CUT_OFF, DEAL, FEBRUARY, MARCH, month, on, pair_terms, settle

MONTHS = {2: FEBRUARY, 3: MARCH, 4: APRIL}
KNOWN: dict[str, Any] = {"seasoning_months": "10", "remaining_term_months": 350, "remaining_amortization_months": 350}


def lived(ledger: Ledger, terms: DealTerms, second: dict[str, Any]) -> list[DistributionReport]:
    ledger.open_deal(DEAL, terms).or_raise()
    for loan, more in (("1", KNOWN), ("2", second)):
        stamp = {**on(CUT_OFF), **more}
        ledger.post(
            LoanBoarded(event_id=f"board/{loan}", loan=loan, group="one", balance=BALANCE, note_rate="0.06",
                        servicing_rate="0.0025", **stamp)
        ).or_raise()  # fmt: skip
    for number, day in MONTHS.items():
        ledger.post_many(month(number)).or_raise()
        settle(ledger, day)
    return [ledger.distribution(DEAL, day) for day in MONTHS.values()]


def blank(report: DistributionReport) -> set[str]:
    """Return which averages of the group and of the pool nobody knows, original, before and after."""
    when = report.averages
    return {
        f"{name} {measure} {column}"
        for name, measures in (("original", when.original), ("prior", when.prior), ("current", when.current))
        for measure in KNOWN_MEASURES
        for column, value in measures[measure].items()
        if value is None
    }


KNOWN_MEASURES = ("seasoning_months", "months_to_maturity", "amortization_months")
EVERYWHERE = {
    f"{name} {measure} {column}"
    for name in ("original", "prior", "current")
    for measure in KNOWN_MEASURES
    for column in ("one", "total")
}


@pytest.mark.parametrize("rules", [3, 4])
def test_one_loan_of_two_is_not_the_group(ledger: Ledger, rules: int) -> None:
    terms = pair_terms(rules=rules, originals=Originals.BOARDED)
    reports = lived(ledger, terms, {})
    for report in reports:
        assert blank(report) == (EVERYWHERE if rules == 4 else set())
    ages = [speed.seasoning for speed in reports[-1].prepayments.history["one"]]
    assert (ages == [None, None, None]) is (rules == 4)
    printed = {figure.line for figure in statement_of(reports[-1])}
    assert ("PSA: 3 Months Avg PSA Approximation" in printed or "3 Months Avg PSA Approximation" in printed) is (
        rules == 3
    )


def test_what_is_known_of_all_loans_is_known_of_the_group(ledger: Ledger) -> None:
    reports = lived(ledger, pair_terms(rules=4, originals=Originals.BOARDED), {**KNOWN, "seasoning_months": "20"})
    assert not any(map(blank, reports))
    shown = [report.averages.current["seasoning_months"]["one"] for report in reports]
    assert [None if age is None else age.value for age in shown] == [16, 17, 18]


def test_a_measure_is_blank_for_itself_alone(ledger: Ledger) -> None:
    second = {name: value for name, value in KNOWN.items() if name != "seasoning_months"}
    reports = lived(ledger, pair_terms(rules=4), second)
    assert {name for name in blank(reports[0]) if name.startswith("current")} == {
        "current seasoning_months one",
        "current seasoning_months total",
    }


def test_snapshots_change_nothing_of_it(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "pair.db") as ledger:
        reports = lived(ledger, pair_terms(rules=4), {})
        cold = ledger.without_snapshots()
        assert [cold.distribution(DEAL, day).digest for day in MONTHS.values()] == [item.digest for item in reports]

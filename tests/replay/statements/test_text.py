"""A rendered statement says exactly what the statement holds: whatever the deal, the reader gets every figure back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import attrs
import pytest

import replay
from ledger import (
    DealTerms,
    DerivativeContract,
    Event,
    Fee,
    FeeBasis,
    Ledger,
    LoanBoarded,
    LoanLiquidated,
    LossLimit,
    PayDerivatives,
    PayInterest,
    PayoffCollected,
    PayPrincipal,
    PayResidual,
    Trigger,
    TriggerKind,
)
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from replay.filing import Filing, read_trustee_filing
from replay.reconciliation.told_apart import told_apart
from replay.statements.text import render_text
from tests.deals.pools import CLOSING, DEAL, FIRST_PAID, PREPAID, loans_of, mishaps, month, one_group, three_pools

RECORD_DATE = date(2003, 4, 30)
NO_TARGET = ("row-missing", "STRUCTURAL FEATURES: the usual row 'Current Periods Required Overcollateralization Amt'")
"""A deal without overcollateralization prints no target, and the reader says that the template usually has one."""

Figures = list[tuple[int, str, str, str, str]]


def statement_of(terms: DealTerms, *events: Event, loans: Sequence[Event] | None = None) -> replay.Statement:
    """Return the statement of a deal's second month, with whatever else happened in it."""
    with Ledger.create("sqlite://") as ledger:
        ledger.open_deal(DEAL, terms).or_raise()
        ledger.post_many([*(loans or loans_of(terms)), *month(terms, CLOSING, date(2003, 4, 1))]).or_raise()
        ledger.close_period(DEAL, FIRST_PAID).or_raise()
        ledger.distribute(DEAL, FIRST_PAID).or_raise()
        ledger.post_many([*month(terms, FIRST_PAID, date(2003, 5, 1)), *events]).or_raise()
        return replay.statement(ledger, DEAL, RECORD_DATE)


def held(source: replay.Statement | Filing) -> Figures:
    """Return the figures of a statement, or of what was read, in order."""
    figures = told_apart(source).figures if isinstance(source, Filing) else source.figures
    return [(f.page, f.section, f.line, f.column, f.printed) for f in figures]


def problems(filing: Filing) -> set[tuple[str, str]]:
    """Return the code of each problem and the beginning of its message."""
    return {(problem.code, problem.message.partition(" is missing")[0]) for problem in filing.problems}


@pytest.fixture(scope="module")
def real() -> replay.Statement:
    with Ledger.create("sqlite://") as ledger:
        sample.post_september_2002(ledger)
        return replay.statement(ledger, sample.DEAL, date(2002, 8, 30))


@pytest.fixture(scope="module")
def pools() -> replay.Statement:
    return statement_of(three_pools(), *mishaps())


@pytest.fixture(scope="module")
def quiet() -> replay.Statement:
    return statement_of(one_group())


def test_the_published_statement_is_read_back_whole(real: replay.Statement) -> None:
    filing = read_trustee_filing(render_text(real))
    assert held(filing) == held(real)
    assert len(filing.figures) == 1290
    assert filing.problems == ()
    assert (filing.deal_name, filing.groups) == ("Impac CMB Trust 2002-1", ("adjustable", "fixed"))
    assert (filing.distribution_date, filing.record_date) == (date(2002, 9, 25), date(2002, 8, 30))


def test_three_pools_and_four_classes_are_read_back_whole(pools: replay.Statement) -> None:
    filing = read_trustee_filing(render_text(pools))
    assert held(filing) == held(pools)
    assert problems(filing) == {NO_TARGET}
    assert filing.groups == ("pool i", "pool ii", "pool iii")
    assert {figure.line for figure in filing.figures if figure.section == "interest"} == {
        *("A-1", "A-2", "M-1", "R", "Total")
    }


def test_one_group_is_read_back_whole(quiet: replay.Statement) -> None:
    filing = read_trustee_filing(render_text(quiet))
    assert held(filing) == held(quiet)
    assert filing.problems == ()
    assert filing.groups == ("all loans",)
    assert (filing.deal_name, filing.record_date) == ("Example Funding 2003-1", RECORD_DATE)


def test_long_names_move_columns_and_lose_nothing() -> None:
    terms = three_pools()
    long = attrs.evolve(
        terms,
        groups=(attrs.evolve(terms.groups[0], title="Conforming Balance Fixed Rate Loans"), *terms.groups[1:]),
        classes=(
            attrs.evolve(terms.classes[0], class_id="Class A-1 Senior Notes", description="SENIOR FLOATING"),
            *terms.classes[1:],
        ),
        fees=(*terms.fees, Fee(fee_id="long", title="Fee for " + "very " * 14 + "long names", basis=FeeBasis.POSTED)),
        derivatives=(DerivativeContract(contract="20031234 (5678)", kind="cap"),),
        waterfall=(
            PayDerivatives(),
            PayInterest(classes=("Class A-1 Senior Notes", "A-2", "M-1")),
            PayPrincipal(classes=("Class A-1 Senior Notes", "A-2", "M-1")),
            PayResidual(classes=("R",)),
        ),
    )
    statement = statement_of(long, *mishaps())
    filing = read_trustee_filing(render_text(statement))
    assert held(filing) == held(statement)
    assert problems(filing) == {NO_TARGET}


def test_triggers_are_read_back_under_their_names() -> None:
    limits = (LossLimit(from_date="2003-03-01", limit="0.01"), LossLimit(from_date="2005-03-01", limit="0.02"))
    triggers = (
        Trigger(trigger_id="60+", title="Delinquency Test", kind=TriggerKind.ROLLING_DELINQUENCY, limit="0.5"),
        Trigger(trigger_id="loss", kind=TriggerKind.CUMULATIVE_LOSS, schedule=limits),
    )
    statement = statement_of(attrs.evolve(one_group(), triggers=triggers))
    filing = read_trustee_filing(render_text(statement))
    assert held(filing) == held(statement)
    lines = [figure.line for figure in filing.figures if figure.section == "TRIGGER EVENTS"]
    assert [line for line in lines if "Test Value" in line] == ["Delinquency Test: Test Value", "loss: Test Value"]
    assert {line.rpartition(": ")[2] for line in lines} == {
        "Test Value", "Numerator", "Denominator", "Limit", "In Force",
    }  # fmt: skip
    assert {problem.code for problem in filing.problems} <= {"not-a-number"}, "'Yes' and 'No' are no numbers"


def test_a_liquidated_loan_is_listed_with_all_its_figures() -> None:
    lost = LoanLiquidated(
        event_id="liquidated",
        deal=DEAL,
        effective_date=PREPAID,
        loan="10000004",
        balance="100000",
        net_proceeds="61234.56",
        realized_loss="38765.44",
    )
    statement = statement_of(one_group(), lost)
    filing = read_trustee_filing(render_text(statement))

    def listed(source: replay.Statement | Filing) -> list[tuple[str, str]]:
        return [(f.line, f.printed) for f in source.figures if f.section == "LOANS LIQUIDATED"]

    assert len(listed(statement)) == 10
    assert listed(filing) == listed(statement)
    assert [row for row in held(filing) if row[1] != "LOANS LIQUIDATED"] == [
        row for row in held(statement) if row[1] != "LOANS LIQUIDATED"
    ]


@pytest.mark.parametrize(
    ("forget", "kept"),
    [
        (lambda loan: attrs.evolve(loan, state=""), ["79.99%", "Paid Off - 360"]),
        (lambda loan: attrs.evolve(loan, loan_to_value=None), ["CA", "Paid Off - 360"]),
        (lambda loan: attrs.evolve(loan, origination_date=None), ["CA - 79.99%", "Paid Off - 360"]),
    ],
)
def test_a_half_known_loan_gets_no_stray_dash(forget: Callable[[LoanBoarded], LoanBoarded], kept: list[str]) -> None:
    terms = one_group()
    loans = [forget(loan) if loan.loan == "10000001" else loan for loan in loans_of(terms)]
    payoff = PayoffCollected(
        event_id="payoff", deal=DEAL, effective_date=PREPAID, loan="10000001", amount="100000", note_rate="0.0775"
    )
    text = render_text(statement_of(terms, payoff, loans=loans))
    row = next(" ".join(line.split()) for line in text.splitlines() if line.startswith("10000001"))
    assert " ".join(kept) in row
    assert row.count(" - ") == " ".join(kept).count(" - ")


def test_every_page_is_headed_and_numbered_as_the_contents_say(real: replay.Statement) -> None:
    lines = render_text(real).splitlines()
    assert [line.strip() for line in lines if line.lstrip().startswith("Page ") and " of " in line] == [
        f"Page {number} of 24" for number in range(1, 25)
    ]
    for page in real.pages:
        heading = f"{page.report} for September 25, 2002 Distribution"
        assert sum(line.strip() == heading for line in lines) == sum(p.report == page.report for p in real.pages)
    assert [line.split()[-1] for line in lines if line.strip().startswith(("4.", "13."))] == ["7", "24"]


def test_columns_stand_where_the_template_has_them(real: replay.Statement) -> None:
    lines = render_text(real).splitlines()
    heading = next(line for line in lines if line.startswith("COLLATERAL "))
    count = next(line for line in lines if line.endswith("1981"))
    money = next(line for line in lines if line.strip().startswith("Scheduled Interest"))
    start = heading.index("ADJUSTABLE")
    assert start == 88
    assert money.index("2,367,226.19") == start, "money begins at the left edge of its cell"
    assert count.index("1815") + len("1815") == start + 15, "an unformatted number ends at the right edge"
    bucket = next(line for line in lines if line.endswith("2431254.36      975445.48     2078160.26      5484860.1"))
    assert bucket.index("2431254.36") + len("2431254.36") == 73 + 15


def test_lists_and_sections_without_rows_say_that_they_are_blank(
    real: replay.Statement, quiet: replay.Statement
) -> None:
    def after(statement: replay.Statement, start: str) -> list[str]:
        lines = render_text(statement).splitlines()
        return [lines[index + 1] for index, line in enumerate(lines) if line.startswith(start)]

    blank = "SPACE INTENTIONALLY LEFT BLANK"
    assert after(real, "TRIGGER EVENTS") == [blank]
    assert after(real, "INSURANCE ") == [blank]
    assert [line == blank for line in after(real, "Loan Group  ")] == [True, False, True]
    assert after(quiet, "Loan Group  ") == [blank] * 3


def test_lines_are_not_wrapped_and_have_no_trailing_blanks(real: replay.Statement, pools: replay.Statement) -> None:
    for statement in (real, pools):
        lines = render_text(statement).split("\n")
        assert all(line == line.rstrip() for line in lines)
        assert not any(line.startswith(">") for line in lines)

"""Lists of loans hold as many loans as they say."""

from __future__ import annotations

from replay.filing import read_trustee_filing
from tests.replay.filing.printed import TWO_POOLS, TWO_POOLS_READ, codes, unwrapped


def test_a_loan_too_few_is_reported() -> None:
    figure = next(f for f in TWO_POOLS_READ.figures if f.section == "LOANS PREPAID IN FULL")
    lines = [line for line in unwrapped(TWO_POOLS) if not line.startswith(figure.line)]
    assert codes(read_trustee_filing("\n".join(lines))) == {"loan-count-differs"}

"""Who misspells a name is shown those that are near, and nothing where none is."""

from __future__ import annotations

from ledger.values.near import did_you_mean, near

KNOWN = ["loan_boarded", "loan_repurchased", "payoff_collected", "Cert"]


def test_what_is_near_comes_nearest_first_whatever_its_capitals() -> None:
    assert near("loan_bored", KNOWN)[0] == "loan_boarded"
    assert near("LoanBoarded", KNOWN)[0] == "loan_boarded"
    assert near("cert", KNOWN) == ["Cert"]


def test_what_is_far_is_not_guessed() -> None:
    for name in ("wish", "", None, 7, "x" * 10_000):
        assert near(name, KNOWN) == []
        assert did_you_mean(name, KNOWN, "see there") == "see there"


def test_the_question_names_them() -> None:
    assert did_you_mean("payof_colected", KNOWN, "") == "did you mean payoff_collected?"
    assert did_you_mean("loan_r", ["loan_a", "loan_b"], "") == "did you mean loan_b or loan_a?"

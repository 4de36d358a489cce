from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ledger
from ledger import InvalidArgument, NoDistribution, ReplayGap, StoreUnavailable, UnknownDeal, Violation
from ledger.errors import AccessRefused, IntegrityFault, InvalidTerms, SchemaAltered
from ledger.http.asking import Problem
from ledger.http.problems import ELSEWHERE, MOST_TOLD, fault_places, refused, told_of_fault, unfit, unforeseen
from ledger.writing.receipts import Refusal


def said(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.content)
    assert answer.kind == "application/problem+json"
    assert found["status"] == answer.status
    return found


@pytest.mark.parametrize(
    ("codes", "status"),
    [(["different_payload"], 409), (["stale_sequence"], 409), (["paid_off"], 422), (["unknown_deal"] * 2, 404)],
)
def test_a_refusal_has_the_status_that_fits(codes: list[str], status: int) -> None:
    violations = tuple(Violation("e", "f", code, "m") for code in codes)
    assert refused(Refusal(deal="d", violations=violations)).status == status


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (UnknownDeal("d", ["secret"]), 404, "unknown_deal"),
        (NoDistribution("none"), 404, "no_distribution"),
        (InvalidArgument("known_through", "beyond_the_log", "m"), 422, "beyond_the_log"),
        (InvalidTerms("classes", "empty", "m"), 422, "unfit"),
        (ReplayGap("an index"), 409, "fact_missing"),
        (AccessRefused("role"), 403, "no_right"),
        (StoreUnavailable("/path/secret"), 503, "store_unavailable"),
        (SchemaAltered("/path/secret"), 503, "other_schema"),
    ],
)
def test_a_fault_has_the_status_that_fits(fault: Exception, status: int, code: str) -> None:
    answer = told_of_fault(fault, "d")
    found = said(answer)
    assert (found["status"], found["code"]) == (status, code)
    assert "secret" not in json.dumps(found)


def test_what_nobody_foresaw_says_nothing() -> None:
    assert told_of_fault(IntegrityFault("row 7"), "d") is None
    assert told_of_fault(ZeroDivisionError("x"), "d") is None
    assert said(unforeseen())["code"] == "unforeseen"
    try:
        raise ValueError("secret")
    except ValueError as fault:
        shown = fault_places(fault)
    assert "builtins.ValueError" in shown
    assert "test_problems.py" in shown
    assert "secret" not in shown


def test_very_many_violations_are_counted() -> None:
    found = said(unfit([Violation("e", "f", "c", "m")] * (MOST_TOLD + 5)))
    assert (len(found["violations"]), found["violation_count"]) == (MOST_TOLD, MOST_TOLD + 5)


def test_a_refusal_of_what_was_sent_is_a_whole_sentence() -> None:
    detail = said(unfit([Violation("e", "f", "c", "m")]))["detail"]
    assert detail == "nothing was posted: what was sent does not fit; see the violations"


@pytest.mark.parametrize(
    ("told", "here"),
    [
        ("close it first (Ledger.close_period), then pay it", "(POST /deals/{deal}/closings/{date})"),
        ("as a restatement (ledger restate)", "(POST /deals/{deal}/restatements)"),
        ("there is none; ledger check names those there are", "GET /deals/{deal}/findings/{date} names those"),
        ("pay it first (Ledger.distribute)", "(POST /deals/{deal}/payments/{date})"),
    ],
)
def test_a_message_names_the_addresses_of_this_service(told: str, here: str) -> None:
    refusal = Refusal(deal="d", violations=(Violation("e", "f", "c", told),))
    message = said(refused(refusal))["violations"][0]["message"]
    assert here in message
    assert "edger" not in message


def test_what_messages_name_of_other_doors_is_said_somewhere() -> None:
    root = Path(ledger.__file__).parents[1]
    sources = [
        file.read_text(encoding="utf-8") for name in ("ledger", "replay") for file in (root / name).rglob("*.py")
    ]
    for elsewhere, _ in ELSEWHERE:
        assert sum(elsewhere in text for text in sources) > 1, elsewhere  # in the table itself, and where it is said


def test_a_figure_that_there_is_not_is_told_without_pages() -> None:
    fault = Problem(404, "no_such_figure", "the statement has no figure 'x'; follow a link of its pages")
    answer = told_of_fault(fault, "d")
    assert "GET /deals/{deal}/statements/{date}" in said(answer)["detail"]

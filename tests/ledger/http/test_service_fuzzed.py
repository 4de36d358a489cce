"""Every answer is one that the document knows, whatever is asked; a fault of the service is a failing test."""

from __future__ import annotations

import json
from itertools import islice

import pytest

from ledger.http.openapi import openapi
from ledger.http.service import ROUTES
from replay.web.programs import ROUTES as MORE
from tests.deals.toy import TOY, boarding, month_events
from tests.fuzz.requests import requests, wrong
from tests.ledger.http.program import Program, serving


def faults(program: Program, count: int, seed: int) -> list[str]:
    document = json.loads(openapi((*ROUTES, *MORE)))
    events = [*boarding(), *month_events(1), *month_events(2)]
    drawn = requests(document, events, [TOY, TOY, TOY, "other"], seed)
    return [told for asked in islice(drawn, count) if (told := wrong(program, asked))]


def test_no_request_is_a_fault(trust: str) -> None:
    with serving(trust, actor="J. Marsh", more=MORE) as program:
        assert faults(program, 80, 20) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_no_request_of_many_is_a_fault(trust: str, seed: int) -> None:
    with serving(trust, more=MORE) as program:
        assert faults(program, 2_000, seed) == []

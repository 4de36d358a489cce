from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import Ledger
from ledger.http.routes import LINES
from replay.web.programs import ROUTES, service_document
from tests.deals.demo import DEAL
from tests.deals.toy import TOY, month_events, payment_date, toy_deal
from tests.ledger.http.program import Program, serving
from tests.replay.web.site import Site
from tests.results.fitting import check_fits

ROOT = Path(__file__).resolve().parents[3]
DAY = "2002-09-25"


@pytest.fixture(scope="module")
def program(demo_ledger: str) -> Iterator[Program]:
    with serving(demo_ledger, more=ROUTES) as made:
        made.deal = DEAL
        yield made


def test_the_committed_document_is_that_of_the_routes() -> None:
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == service_document()


def test_the_routes_are_added_where_this_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["indenture.http"] == {"replay": "replay.web.programs:ROUTES"}


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        (f"/statements/{DAY}", f"/statements/{DAY}?page=all"),
        (f"/statements/{DAY}?as=closed", f"/statements/{DAY}?page=all&as=closed"),
        (f"/figures/{DAY}?figure=10/Current%20PPIS/fixed", f"/figures/{DAY}?figure=10/Current%20PPIS/fixed"),
        ("/accounts/collection_account?through=2002-09-25", "/accounts/collection_account?through=2002-09-25"),
        ("/distributions", ""),
    ],
)
def test_an_answer_is_what_the_page_gives_as_json(program: Program, pages: Site, asked: str, page: str) -> None:
    got = program.of(asked)
    assert got.status == 200
    assert got.content == pages.of(f"{page}{'&' if '?' in page else '?'}format=json").content


def test_the_document_says_which_answers_say_nothing_of_themselves(tmp_path: Path) -> None:
    document = json.loads(service_document())["paths"]
    with Ledger.create(tmp_path / "trust.db") as made:
        toy_deal(made)
        made.post_many(month_events(1)).or_raise()
    day = payment_date(1)
    with serving(str(tmp_path / "trust.db"), more=ROUTES) as program:
        for path, asked in (
            ("/distributions", "/distributions"),
            ("/statements/{date}", f"/statements/{day}"),
            ("/loans", f"/loans?payment_date={day}"),
            ("/loans/{loan}", f"/loans/one-1?payment_date={day}"),
        ):
            given = document[f"/deals/{{deal}}{path}"]["get"]["responses"]["200"]["content"]["application/json"]
            said = program.ask("GET", f"/deals/{TOY}{asked}")
            assert said.status == 200
            assert (len(said.json["about"]) > 1) is ("only the version" not in given["schema"]["description"])
            check_fits(" ".join(given["schema"]["description"].split("`")[1].split()[:2]), said.json)


def test_loans_are_listed_with_their_sums(program: Program) -> None:
    got = program.of(f"/loans?payment_date={DAY}")
    assert got.json["distribution_date"] == DAY
    assert program.of(f"/loans?payment_date={DAY}", accept=LINES).headers["content-type"] == LINES
    assert program.of("/loans/nobody").status in (404, 422)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (f"/figures/{DAY}?figure=nope", 404),
        (f"/figures/{DAY}", 400),
        (f"/statements/{DAY}?as=later", 400),
        (f"/statements/{DAY}?known_through=9999", 422),
        (f"/statements/{DAY}?format=html", 400),
        ("/accounts/nope", 404),
        ("/statements/2002-09-24", 404),
    ],
)
def test_what_cannot_be_answered_is_told(program: Program, asked: str, status: int) -> None:
    got = program.of(asked)
    assert (got.status, got.headers["content-type"]) == (status, "application/problem+json")

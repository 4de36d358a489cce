"""The document of the pages is what they are held to: every answer is one that it knows, whatever is asked."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from replay.web.document import pages_document
from replay.web.guard import Door, Guard
from replay.web.table import PAGES
from tests.deals.toy import TOY
from tests.ledger.events.test_schemas import faults as unfit
from tests.replay.web.site import Site, form_with, site_of

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT: dict[str, Any] = json.loads(pages_document())
KNOWN: dict[str, tuple[str, ...]] = {
    "deal": (TOY, TOY, TOY, "other", "a/b"), "day": ("2021-01-25", "2021-01-25", "2021-02-25", "1999-01-25"),
    "loan": ("one-1", "two-1", "none"), "account": ("collection_account", "pool_balance", "nope"),
    "figure": ("1/nothing/at all", "x"), "sequence": ("1", "13", "15", "999"), "q": ("toy", "one-1", "<b>"),
    "group": ("one", "two"), "class": ("A",), "page": ("1", "2", "all", "99"),
}  # fmt: skip
ODD = ("", " ", "0", "-1", "9" * 40, "\u202e", "a\0b", "é", "'", "../..", "2021-02-30", "0001-01-01", "%", "x" * 300)


def test_the_committed_one_is_the_one_that_is_given(pages: Site) -> None:
    assert (ROOT / "docs" / "openapi-pages.json").read_bytes() == pages_document() == pages.get("/openapi.json").content


def test_it_needs_no_token(pages: Site, request: pytest.FixtureRequest) -> None:
    guarded = site_of(request.getfixturevalue("ledger"), guard=Guard([Door(digest="0" * 64)], only_hosts=None))
    assert guarded.get("/openapi.json").status == 200
    assert guarded.get("/").status == 401


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_takes_what_it_says_and_nothing_else(restated_pages: Site, page: Any) -> None:
    address = page.path.format(deal=TOY, day="2021-01-25", sequence=1, account="collection_account", loan="one-1")
    told = {item["name"] for item in DOCUMENT["paths"][page.path]["get"]["parameters"] if item["in"] == "query"}
    assert told == {*page.asked, "format"}
    got = restated_pages.get(f"{address}?odd=1&format=json")
    assert (got.status, got.json["error"]["code"]) == (400, "unknown_field")


def drawn(seed: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield methods, addresses and operations without end, of values that the document allows, or of others."""
    draw = random.Random(seed)
    listed = [(path, name, held[name]) for path, held in DOCUMENT["paths"].items() for name in held]

    def value(name: str, schema: dict[str, Any]) -> str:
        if draw.random() < 0.06:
            return draw.choice(ODD)
        if schema.get("format") == "date":
            return draw.choice(KNOWN["day"])
        known = KNOWN.get(name) or tuple(schema.get("enum", ()))
        return draw.choice(known) if known else str(draw.choice((0, 1, 5, 14, 15, 16, 10**14)))

    while True:
        path, method, operation = draw.choice(listed)
        query: list[tuple[str, str]] = []
        for item in operation["parameters"]:
            text = value(item["name"], item["schema"])
            if item["in"] == "path":
                path = path.replace(f"{{{item['name']}}}", quote(text, safe=""))
            elif item.get("required") or draw.random() < 0.25:
                query.append((item["name"], text))
        yield method.upper(), f"{path}?{urlencode(query)}", operation


def faults(site: Site, count: int, seed: int) -> list[str]:
    """Return what is no answer that the document knows."""
    sent, kind = form_with(b"Class Balance\nA 1.00\n")
    found: list[str] = []
    for method, address, operation in islice(drawn(seed), count):
        if "paper=" in address:  # They take long, and have tests of their own.
            continue
        got = site.ask(method, address, sent if method == "POST" else b"", kind=kind if method == "POST" else "")
        allowed = operation["responses"].get(str(got.status)) or operation["responses"].get(f"{got.status // 100}XX")
        content = (allowed or {}).get("content", {"text/plain": {}})
        form = got.headers["content-type"].partition(";")[0]
        if allowed is None or form not in content:
            found.append(f"{method} {address}: {got.status} {form} {got.content[:200]!r}")
        elif form == "application/json":
            schema = DOCUMENT["components"]["schemas"][content[form]["schema"]["$ref"].rpartition("/")[2]]
            found += unfit(schema, got.json, schema)
    return found


def test_every_answer_is_one_that_it_knows(restated_pages: Site) -> None:
    assert faults(restated_pages, 60, 20) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_every_answer_of_many_is(restated_pages: Site, seed: int) -> None:
    assert faults(restated_pages, 2_000, seed) == []

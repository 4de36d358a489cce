from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.http.asking import Problem
from replay.web.table import PAGES, PageRoute, page_at

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "web.md").read_text(encoding="utf-8")
WORDS = {"{deal}": "DEAL", "{day}": "DATE", "{sequence}": "SEQUENCE", "{account}": "ACCOUNT", "{loan}": "LOAN"}


def spelt(page: PageRoute) -> str:
    return "/".join(WORDS.get(part, part) for part in page.path.split("/"))


def test_every_address_is_told_and_no_other() -> None:
    told = {re.split(r"[?]", address)[0] for line in PAGE.splitlines() if line.startswith("| `/")
            for address in re.findall(r"`([^`]*)`", line.split("|")[1])}  # fmt: skip
    assert told == {spelt(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_everything_that_a_page_is_asked_for_is_told(page: PageRoute) -> None:
    assert [name for name in page.asked if not re.search(rf"[`?&\[]{name}[=`\]]", PAGE)] == []


def test_a_page_is_found_by_its_address_with_the_names_in_it() -> None:
    assert page_at(()) == page_at(("deals",)) == (PAGES[0], ())
    assert page_at(("deals", "a/b", "loans", "7"))[1] == ("a/b", "7")
    assert len({page.path for page in PAGES}) == len({page.name for page in PAGES}) == len(PAGES)
    for path in (("nope",), ("deals", "d", "nope"), ("deals", "d", "events", "1", "2")):
        with pytest.raises(Problem):
            page_at(path)

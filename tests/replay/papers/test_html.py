"""A statement as a page: every figure as printed, nothing that runs, and the same bytes twice."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import attrs
import pytest

from ledger import StatementTemplate
from replay.papers.html import as_html
from replay.papers.page_style import PAGE_STYLE
from replay.papers.paper import Paper
from replay.statements.statement import statement_of

RUNS = {"script", "iframe", "object", "embed", "link", "base", "form", "img", "a:href", "foreignobject", "image", "use"}


class Read(HTMLParser):
    """What stands in a page: its elements, its attributes, and the cells of its statement's tables."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.cells: list[str] = []
        self.heads: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._sections: list[str] = []
        self._cell: list[str] | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        held = {name: value or "" for name, value in attrs}
        self.attributes.extend((tag, name, value) for name, value in held.items())
        if tag == "section":
            self._sections.append(held.get("id", ""))
        if tag in ("td", "th"):
            self._cell = []
        if tag == "th":
            self.heads.append((held.get("scope", ""), self._sections[-1] if self._sections else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._sections.pop()
        if tag == "td" and self._cell is not None:
            if self._sections and self._sections[-1].startswith("page-"):
                self.cells.append("".join(self._cell))
            self._cell = None

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._cell is not None:
            self._cell.append(data)


def figures(page: str) -> list[str]:
    """Return the cells of a statement's own tables that hold anything, those of charts left out."""
    whole = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    return [cell for cell in Read(whole).cells if cell]


@pytest.mark.parametrize("template", StatementTemplate)
def test_every_figure_stands_in_it_as_it_is_printed(template: StatementTemplate, real_paper: Paper) -> None:
    found = statement_of(real_paper.statement.report, template)
    page = as_html(attrs.evolve(real_paper, statement=found))
    # A line may fill its columns in another order than the table has them.
    assert sorted(figures(page)) == sorted(figure.printed for figure in found.figures if figure.printed)
    if template is StatementTemplate.FILED:
        assert len(figures(page)) == 1290


def test_the_same_statement_is_the_same_page(real_paper: Paper) -> None:
    assert as_html(real_paper) == as_html(real_paper)


def test_a_page_holds_everything_and_lets_nothing_run(real_paper: Paper, hostile_paper: Paper) -> None:
    for paper in (real_paper, hostile_paper):
        page = as_html(paper)
        read = Read(page)
        assert RUNS.isdisjoint(read.tags)
        for tag, name, value in read.attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "style", "srcdoc", "action"), (tag, name)
            if name == "href":
                assert value.startswith("#")
        assert read.tags.count("style") == 1


def test_the_policy_allows_the_style_of_the_page_and_nothing_else(real_paper: Paper) -> None:
    [policy] = [value for tag, name, value in Read(as_html(real_paper)).attributes
                if (tag, name) == ("meta", "content") and "default-src" in value]  # fmt: skip
    digest = base64.b64encode(hashlib.sha256(PAGE_STYLE.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert f"<style>{PAGE_STYLE}</style>" in as_html(real_paper)


def test_what_an_enemy_called_things_is_text(hostile_paper: Paper) -> None:
    page = as_html(hostile_paper)
    read = Read(page)
    terms = hostile_paper.statement.report.terms
    words = "".join(read.text)
    for title in (terms.title, terms.groups[1].title.lower(), terms.fees[0].title):
        assert title in words
    assert "img" not in read.tags


def test_tables_say_what_their_heads_are_of(real_paper: Paper) -> None:
    read = Read(as_html(real_paper))
    assert {scope for scope, _ in read.heads} == {"col", "row", "rowgroup"}
    assert read.tags.count("caption") > 40
    assert ("html", "lang", "en") in read.attributes
    linked = {value[1:] for _, name, value in read.attributes if name == "href"}
    assert linked <= {value for _, name, value in read.attributes if name == "id"}


def test_identifiers_are_each_of_one_element(real_paper: Paper) -> None:
    named = [value for _, name, value in Read(as_html(real_paper)).attributes if name == "id"]
    assert len(named) == len(set(named))


def test_charts_of_which_nothing_is_known_are_only_named(real_paper: Paper) -> None:
    page = as_html(real_paper)
    assert "Loss severity, three-month average" in page
    assert 'id="severity-title"' not in page
    assert 'id="cash-flow-title"' in page

"""The cash paths of a deal, drawn: every step beside its funds, and nothing of a title that shapes a chart."""

from __future__ import annotations

import re

import attrs

from ledger.deal.paths import drawn, mermaid
from ledger.samples.impac_cmb_2002_1 import september_2002
from tests.deals.toy import toy_terms


def test_a_step_stands_beside_the_funds_that_it_takes_from() -> None:
    lines = drawn(september_2002.terms())
    assert lines[2] == "    o---------|--> 1 derivative payments: contracts"
    assert lines[4] == "    |         o--> 3 class principal: A, B"
    assert lines[7] == "    o---------o--> 6 residual: Cert"


def test_a_chart_joins_what_the_terms_join() -> None:
    chart = mermaid(toy_terms())
    assert chart.startswith("flowchart TD\n")
    nodes = set(re.findall(r"^  (\w+)[\[(]", chart, re.MULTILINE))
    joined = set(re.findall(r"\b([gsc]\d+|interest|principal)\b(?= -->|$)", chart, re.MULTILINE))
    assert joined <= nodes
    assert chart.count("-->") > len(toy_terms().waterfall)


def test_a_title_shapes_no_chart() -> None:
    title = 'x"] --> evil["<b>`\n'.strip()
    groups = [attrs.evolve(group, title=title) for group in toy_terms().groups]
    chart = mermaid(attrs.evolve(toy_terms(), groups=groups))
    assert '"] --> evil' not in chart
    assert "<b>" not in chart

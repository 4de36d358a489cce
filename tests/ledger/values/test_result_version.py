"""A document that says nothing else of itself says its version, as those do that say more."""

from __future__ import annotations

import json

from ledger.reports import ABOUT, About, Report, written
from ledger.values.result_version import only_version


def test_the_version_is_the_same_whether_more_is_said_or_not() -> None:
    said = json.loads(written(Report(title="", about=About(deal="trust")), "json"))
    assert said[ABOUT].pop("deal") == "trust"
    assert said == only_version() == json.loads(written(Report(title=""), "json"))

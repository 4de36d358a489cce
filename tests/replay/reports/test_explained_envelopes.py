"""An explanation says who posted the events behind a figure where that is stated; elsewhere it is what it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import URL

from ledger import CurtailmentCollected, Envelope, Ledger
from replay.cli import main
from tests.deals.toy import TOY, month_events, prior_month, toy_deal
from tests.evidence.enveloped import JANE
from tests.replay.told import document_of, text_of

FIGURE = "4/SUMMARY/Principal Collections/one"
HASH = "SHA-256 abababababababab..."
EARLY = CurtailmentCollected(
    event_id="early", deal=TOY, effective_date=prior_month(1, 15), loan="one-1", amount="50.00"
)


def told(path: Path | URL, envelope: Envelope | None, form: str) -> str:
    """Return what is explained of a month whose curtailment was posted under an envelope, or without."""
    with Ledger.create(path) as ledger:
        toy_deal(ledger)
        ledger.post_many(month_events(1)).or_raise()
        ledger.post(EARLY, envelope=envelope).or_raise()
    url = path.render_as_string(hide_password=False) if isinstance(path, URL) else str(path)
    asked = ["explain", url, TOY, "--record-date", "2020-12-31", FIGURE, "--format", form]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.stderr
    return text_of(result.stdout) if form == "text" else json.dumps(document_of(result.stdout))


@pytest.mark.parametrize(
    ("envelope", "line"),
    [
        (JANE, f"posted by stated: Jane Marsh; approved by stated: R. Ortega; from pooling agreement.pdf ({HASH})"),
        (Envelope(actor="Jane Marsh"), "posted by stated: Jane Marsh"),
        (Envelope(document="a.csv"), "posted by nobody named; from a.csv"),
    ],
)
def test_a_line_is_added_to_an_event_under_an_envelope(tmp_path: Path, envelope: Envelope, line: str) -> None:
    plain = told(tmp_path / "plain.db", None, "text").splitlines()
    lines = told(tmp_path / "named.db", envelope, "text").splitlines()
    at = next(place for place, text in enumerate(plain) if text.endswith("  early"))
    assert lines == [*plain[: at + 1], f"              {line}", *plain[at + 1 :]]


def test_programs_are_told_too(tmp_path: Path) -> None:
    plain, named = told(tmp_path / "plain.db", None, "json"), told(tmp_path / "named.db", JANE, "json")
    found = json.loads(named)
    assert found.pop("envelopes") == [
        {
            "first_sequence": 37,
            "through_sequence": 37,
            "posted_by": "stated: Jane Marsh",
            "login": "",
            "actor": "Jane Marsh",
            "approver": "R. Ortega",
            "document": "pooling agreement.pdf",
            "document_sha256": "ab" * 32,
        }
    ]
    assert found.pop("approvals") == [{"sequence": 37, "event_id": "early", "approved_by": ["stated: R. Ortega"]}]
    assert found == json.loads(plain)


def test_a_login_is_the_databases_word(postgres_ledger: URL) -> None:
    lines = told(postgres_ledger, Envelope(actor="Jane Marsh"), "text").splitlines()
    at = next(place for place, text in enumerate(lines) if text.endswith("  early"))
    login = "login postgres (by the database)"
    assert lines[at + 1].strip() == f"posted by {login}, stated: Jane Marsh"
    assert lines[at - 1].strip() == f"posted by {login}"

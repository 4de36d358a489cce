"""Bundles hold a deal whole, and go from ledger to ledger without a change."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from unittest.mock import patch

import attrs
import pytest
from click.testing import CliRunner
from sqlalchemy import URL

from ledger import Fault, Head, IntegrityFault, Ledger, LedgerError, StoredRow
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.cli import main
from replay.evidence.bundle import BundleFault, export_bundle, import_bundle, verify_bundle
from replay.evidence.watching import FaultsFound, LogWatch
from tests.deals.toy import TOY, payment_date, toy_deal, toy_month
from tests.evidence.damage import contents_of
from tests.replay.evidence.bundles import MEMBERS, STATEMENT


def test_a_bundle_is_sound_and_every_zip_program_reads_it(trust: Path, trust_head: Head) -> None:
    found = verify_bundle(trust / "trust.zip", head=trust_head)
    assert found.ok
    assert (found.deal, found.events, found.head, found.periods, found.notes) == (DEAL, 167, trust_head, 1, ())
    with zipfile.ZipFile(trust / "trust.zip") as opened:
        assert opened.testzip() is None
        assert opened.namelist() == MEMBERS
        assert opened.read(STATEMENT) == contents_of(trust / "trust.zip")[STATEMENT]
        assert len(opened.read("events.txt").splitlines()) == 167


def test_the_statement_in_it_is_the_one_that_replay_prints(trust: Path) -> None:
    """But for what is printed of itself, and that it calls a line that is printed twice by its label."""
    arguments = ["statement", str(trust / "trust.db"), DEAL, "--record-date", "2002-08-30", "--format", "csv"]
    shown = CliRunner().invoke(main, arguments)
    bundled = contents_of(trust / "trust.zip")[STATEMENT].decode()
    assert bundled.count(",Delinquent Servicing Fees,") == 6
    printed = re.sub(r"^about,.*\n", "", shown.stdout, flags=re.M)
    assert bundled == re.sub(r",(?:TOTAL|COLLECTED) SERVICING FEES: Delinquent", ",Delinquent", printed)


def test_the_deal_of_a_bundle_may_be_named_but_no_other(trust: Path) -> None:
    for address in (str(trust / "trust.zip"), f"bundle:{trust / 'trust.zip'}"):
        alone = CliRunner().invoke(main, ["verify", address])
        named = CliRunner().invoke(main, ["verify", address, DEAL])
        assert (named.exit_code, named.stdout) == (alone.exit_code, alone.stdout) == (0, alone.stdout)
    other = CliRunner().invoke(main, ["verify", str(trust / "trust.zip"), "another"])
    assert (other.exit_code, other.stdout) == (2, "")
    assert f"is a bundle of {DEAL}, not of another" in other.stderr


@pytest.mark.parametrize("content", [b"", b"Dear sir\n"])
def test_a_file_that_is_no_bundle_is_not_unsound(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(content)
    told = CliRunner().invoke(main, ["verify", str(tmp_path / "letter.txt")])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "is no bundle" in told.stderr


def test_the_same_log_gives_the_same_bytes(trust: Path, tmp_path: Path) -> None:
    with Ledger.open(trust / "trust.db") as ledger:
        export_bundle(ledger, DEAL, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (trust / "trust.zip").read_bytes()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_an_imported_deal_has_the_same_head_and_statements(
    trust: Path, tmp_path: Path, trust_head: Head, backend: str, request: pytest.FixtureRequest
) -> None:
    url: Path | URL = tmp_path / "new.db"
    if backend == "postgresql":
        url = request.getfixturevalue("postgres_ledger")
    with Ledger.create(url) as ledger:
        toy_deal(ledger)
        assert import_bundle(trust / "trust.zip", ledger) == ledger.head(DEAL) == trust_head
        assert ledger.deals() == [TOY, DEAL]
        export_bundle(ledger, DEAL, tmp_path / "back.zip")
        assert (tmp_path / "back.zip").read_bytes() == (trust / "trust.zip").read_bytes()
        with pytest.raises(LedgerError, match="already"):
            import_bundle(trust / "trust.zip", ledger)


def test_every_closed_period_has_its_statement(ledger: Ledger, tmp_path: Path) -> None:
    toy_deal(ledger)
    for ordinal in (1, 2, 3):
        toy_month(ledger, ordinal)
    export_bundle(ledger, TOY, tmp_path / "toy.zip")
    assert verify_bundle(tmp_path / "toy.zip").periods == 3
    names = [f"statements/{payment_date(ordinal)}.csv" for ordinal in (1, 2, 3)]
    assert list(contents_of(tmp_path / "toy.zip"))[4:] == names


def test_a_deal_without_a_closed_period_is_a_bundle_too(toy: Ledger, tmp_path: Path) -> None:
    export_bundle(toy, TOY, tmp_path / "toy.zip")
    assert verify_bundle(tmp_path / "toy.zip").ok


def test_nothing_unsound_is_exported_and_nothing_overwritten(
    trust: Path, tmp_path: Path, trust_rows: list[StoredRow]
) -> None:
    with Ledger.open(trust / "trust.db") as ledger:
        with pytest.raises(BundleFault, match="exists"):
            export_bundle(ledger, DEAL, trust / "trust.zip")
        bad = [*trust_rows[:20], trust_rows[20]._replace(loan="x"), *trust_rows[21:]]
        with (
            patch.object(Ledger, "stored_rows", lambda *_, **__: iter(bad)),
            pytest.raises(BundleFault, match="event 21"),
        ):
            export_bundle(ledger, DEAL, tmp_path / "bad.zip")
        with pytest.raises(BundleFault, match="cannot be written"):
            export_bundle(ledger, DEAL, tmp_path / "nowhere" / "bad.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_period_that_replays_to_other_figures_is_not_exported(trust: Path, tmp_path: Path) -> None:
    other = Fault(167, "", "report_digest", "other_figures", "other figures")

    def found(_ledger: Ledger, _log: LogWatch, findings: FaultsFound, *, seen: object) -> int:
        findings.add([other])
        return 0

    with (
        Ledger.open(trust / "trust.db") as ledger,
        patch("replay.evidence.bundle.check_periods", found),
        pytest.raises(BundleFault, match="other figures"),
    ):
        export_bundle(ledger, DEAL, tmp_path / "bad.zip")


def test_a_bundle_that_changes_between_check_and_import_is_not_imported(trust: Path, tmp_path: Path) -> None:
    checked = verify_bundle(trust / "trust.zip")
    shorter = attrs.evolve(checked, events=checked.events - 1)
    with Ledger.create("sqlite://") as ledger, patch("replay.evidence.bundle.check_bundle", return_value=shorter):
        with pytest.raises(IntegrityFault, match="changed while it was read"):
            import_bundle(trust / "trust.zip", ledger)
        assert ledger.deals() == []


def test_a_file_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(BundleFault, match="cannot be read"):
            verify_bundle(path)

"""A ledger is backed up and restored, and a damaged copy is not."""

from __future__ import annotations

from pathlib import Path

from tests.deals.demo import run_ledger


def test_backup_and_restore(demo_ledger: str, tmp_path: Path) -> None:
    copy, back = tmp_path / "copy.db", tmp_path / "back.db"
    assert run_ledger("backup", demo_ledger, str(copy)).exit_code == 0
    assert run_ledger("backup", demo_ledger, str(copy)).exit_code == 2
    assert run_ledger("restore", str(copy), str(back)).exit_code == 0
    assert run_ledger("deals", str(back)).stdout == run_ledger("deals", demo_ledger).stdout
    copy.write_bytes(copy.read_bytes()[:9000])
    assert run_ledger("restore", str(copy), str(tmp_path / "third.db")).exit_code == 2
    assert not (tmp_path / "third.db").exists()

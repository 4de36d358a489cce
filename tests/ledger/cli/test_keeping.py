"""A ledger is backed up and restored, and a damaged copy is not."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from ledger import Ledger
from tests.deals.demo import run_ledger
from tests.postgres import Server


def test_backup_and_restore(demo_ledger: str, tmp_path: Path) -> None:
    copy, back = tmp_path / "copy.db", tmp_path / "back.db"
    assert run_ledger("backup", demo_ledger, str(copy)).exit_code == 0
    assert run_ledger("backup", demo_ledger, str(copy)).exit_code == 2
    assert run_ledger("restore", str(copy), str(back)).exit_code == 0
    assert run_ledger("deals", str(back)).stdout == run_ledger("deals", demo_ledger).stdout
    copy.write_bytes(copy.read_bytes()[:9000])
    assert run_ledger("restore", str(copy), str(tmp_path / "third.db")).exit_code == 2
    assert not (tmp_path / "third.db").exists()


def test_access_is_granted_listed_taken_back_and_forgotten(postgres_server: Server, postgres_ledger: URL) -> None:
    Ledger.create(postgres_ledger).close()
    url = postgres_ledger.render_as_string(hide_password=False)
    role = postgres_server.role()
    assert run_ledger("grant", url, role, "--as", "servicer", "--deal", "toy").exit_code == 0
    assert run_ledger("grant", url, role, "--as", "auditor").exit_code == 0
    assert run_ledger("access", url).stdout == f"{role}  auditor  *\n{role}  servicer  toy\n"
    assert run_ledger("grant", url, role, "--as", "servicer", "--deal", "toy", "--revoke").exit_code == 2
    assert run_ledger("grant", url, role, "--as", "auditor", "--revoke").exit_code == 0
    assert run_ledger("access", url).stdout == f"{role}  servicer  toy\n"
    postgres_server.run(f"DROP OWNED BY {role}", database=postgres_ledger.database)
    postgres_server.run(f"DROP ROLE {role}")
    assert run_ledger("access", url).stdout == f"{role}  servicer  toy  (gone)\n"
    forgotten = run_ledger("access", url, "--forget-gone")
    assert (forgotten.exit_code, forgotten.stdout) == (0, "")
    assert "1 grant" in forgotten.stderr


def test_an_embedded_ledger_has_no_access_to_list(demo_ledger: str) -> None:
    listed = run_ledger("access", demo_ledger)
    assert listed.exit_code == 2
    assert "no roles" in listed.stderr

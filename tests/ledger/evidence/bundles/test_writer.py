"""A bundle comes into being whole or not at all, and is small."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import zlib
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger import Ledger
from ledger.evidence.bundles import writer
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL
from replay.evidence.bundle import BundleFault, export_bundle, verify_bundle


@pytest.mark.parametrize("unnamed", [True, False])
def test_a_full_disk_leaves_nothing_behind(
    trust: Path, tmp_path: Path, unnamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with (
        Ledger.open(trust / "trust.db") as ledger,
        patch.object(writer, "write_zip", side_effect=full),
        pytest.raises(BundleFault, match="No space left"),
    ):
        export_bundle(ledger, DEAL, tmp_path / "b.zip")
    assert list(tmp_path.iterdir()) == []


def test_it_is_written_where_files_have_names_too(trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with Ledger.open(trust / "trust.db") as ledger:
        export_bundle(ledger, DEAL, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == (trust / "trust.zip").read_bytes()


def test_a_file_that_came_meanwhile_is_not_overwritten(trust: Path, tmp_path: Path) -> None:
    real = writer._fill

    def meanwhile(*given: object) -> None:
        real(*given)  # type: ignore[arg-type]
        (tmp_path / "b.zip").write_bytes(b"mine")

    with (
        Ledger.open(trust / "trust.db") as ledger,
        patch.object(writer, "_fill", meanwhile),
        pytest.raises(BundleFault, match="exists"),
    ):
        export_bundle(ledger, DEAL, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == b"mine"


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="the system has no files without a name")
def test_whoever_is_killed_leaves_nothing_behind(trust: Path, tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from ledger import Ledger; "
        "from ledger.evidence.bundles import writer; from replay.evidence.bundle import export_bundle; "
        "writer.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL); "
        "export_bundle(Ledger.open(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))"
    )
    command = [sys.executable, "-c", program, str(trust / "trust.db"), DEAL, str(tmp_path / "b.zip")]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_how_it_was_deflated_changes_no_answer(trust: Path, tmp_path: Path) -> None:
    with (
        Ledger.open(trust / "trust.db") as ledger,
        patch("ledger.evidence.bundles.canonical_zip._LEVEL", zlib.Z_BEST_SPEED),
    ):
        export_bundle(ledger, DEAL, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() != (trust / "trust.zip").read_bytes()
    assert verify_bundle(tmp_path / "b.zip") == verify_bundle(trust / "trust.zip")

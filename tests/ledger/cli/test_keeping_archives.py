"""Archives from a shell: sealing, reading in a ledger's place, verifying."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.cli import main as ledger_main
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from replay.cli import main as replay_main
from tests.deals.toy import TOY, toy_deal, toy_month


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with trust.db, which holds the real month and the toy deal."""
    made = tmp_path_factory.mktemp("commands")
    with Ledger.create(made / "trust.db") as ledger:
        post_september_2002(ledger)
        toy_deal(ledger)
    return made


def ledger_command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(ledger_main, [str(argument) for argument in arguments])


def replay_command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(replay_main, [str(argument) for argument in arguments])


def test_a_deal_is_sealed_and_sealed_again(directory: Path, tmp_path: Path) -> None:
    with Ledger.open(directory / "trust.db") as ledger:
        head = ledger.head(DEAL)
    for _ in range(2):
        done = ledger_command("archive", directory / "trust.db", DEAL, tmp_path)
        assert (done.exit_code, done.stdout) == (0, f"{head}\n")
        assert f"holds {DEAL} up to event 167, 8 files" in done.stderr
    assert ledger_command("deals", f"archive:{tmp_path}").stdout == f"{DEAL}\t167\t{head}\n"
    assert ledger_command("archive", directory / "trust.db", "other", tmp_path).exit_code == 2


def test_statements_and_books_are_those_of_the_ledger(directory: Path, tmp_path: Path) -> None:
    ledger_command("archive", directory / "trust.db", DEAL, tmp_path)
    sources = (directory / "trust.db", f"archive:{tmp_path}", tmp_path, f"archive:{tmp_path}?tail={directory}/trust.db")
    for command, date in (("statement", "2002-08-30"), ("books", "2002-09-25")):
        printed = {replay_command(command, source, DEAL, "--record-date", date).stdout for source in sources}
        assert len(printed) == 1
        assert len(printed.pop().splitlines()) > 10


def test_a_sound_archive_is_verified(directory: Path, tmp_path: Path) -> None:
    ledger_command("archive", directory / "trust.db", DEAL, tmp_path)
    done = replay_command("verify", f"archive:{tmp_path}")
    assert done.exit_code == 0
    assert "sound. 167 events; 1 closed period replayed" in done.stdout
    ledger_command("archive", directory / "trust.db", TOY, tmp_path)
    assert "name one of them" in replay_command("verify", f"archive:{tmp_path}").stderr
    assert replay_command("verify", f"archive:{tmp_path}", TOY).exit_code == 0


def test_a_changed_archive_is_not(directory: Path, tmp_path: Path) -> None:
    ledger_command("archive", directory / "trust.db", DEAL, tmp_path)
    path = next((tmp_path / DEAL).glob("period=20020925/*.parquet"))
    content = path.read_bytes()
    path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
    done = replay_command("verify", f"archive:{tmp_path}", "--all")
    assert done.exit_code == 1
    assert path.name in done.stdout


def test_nothing_is_posted_to_an_archive(directory: Path, tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "trust.db") as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1, pay=False)
        ledger.archive(TOY, tmp_path / "archives")
    done = ledger_command("close", f"archive:{tmp_path}/archives", TOY, "2021-01-25")
    assert done.exit_code == 2
    assert "is an archive, which is sealed" in done.stderr


def test_a_long_sealing_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    with Ledger.create("sqlite://") as ledger:
        toy_deal(ledger)
        ledger.archive(TOY, tmp_path, lambda *done: told.append(done))
    assert told == [(13, 13)]

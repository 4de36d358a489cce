"""Databases that are damaged, missing or read-only, and files that the command line cannot post.

Whatever is wrong is one line on standard error, exit status 2 (1 where events were refused), and nothing is changed.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import (
    AsOf,
    Ledger,
    LedgerError,
    LedgerNotFound,
    StoreError,
    StoreUnavailable,
    StoreUnreadable,
    encode,
)
from ledger.cli import main as ledger_command
from replay.cli import main as replay_command
from tests.deals.toy import TOY, month_events, payment_date, toy_deal, toy_month

NOBODY = 65534


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in a file: the toy deal with one month posted and paid, and no connection left open."""
    made = tmp_path_factory.mktemp("original") / "toy.db"
    with Ledger.create(made) as ledger:
        toy_deal(ledger)
        toy_month(ledger, 1)
    return made


@pytest.fixture
def file(original: Path, tmp_path: Path) -> Path:
    """A copy of the ledger in a file."""
    return Path(shutil.copy(original, tmp_path / "toy.db"))


def run(*arguments: str | Path, text: str | bytes | None = None) -> Result:
    """Run the ledger command."""
    return CliRunner().invoke(ledger_command, [str(item) for item in arguments], input=text)


def use(path: Path) -> None:
    """Open a ledger and do a little of everything."""
    with Ledger.open(path) as ledger:
        assert len(list(ledger.events(TOY))) == ledger.head(TOY).sequence
        ledger.books(TOY, AsOf(record_date=payment_date(1)))
        ledger.distribution(TOY, payment_date(1))
        ledger.post_many(month_events(2)).or_raise()


# Damage


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_truncated_database_is_unreadable(file: Path, part: float) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(StoreUnreadable, match="restore it from a backup"):
        use(file)


@pytest.mark.parametrize("size", [1, 16, 99, 100, 4096])
def test_a_database_cut_down_to_its_first_bytes_holds_no_ledger(file: Path, size: int) -> None:
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises((StoreUnreadable, LedgerNotFound)):
        use(file)


def test_an_overwritten_page_is_unreadable(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    for start in range(8192, len(whole), 4096):
        whole[start : start + 64] = b"\xff" * 64
    file.write_bytes(whole)
    with pytest.raises(StoreUnreadable):
        use(file)


@pytest.mark.parametrize("content", [b"not a database at all\n" * 100, b"\x00" * 8192, b"PK\x03\x04" + b"x" * 9000])
def test_a_file_that_is_no_database_is_unreadable_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "letter.txt"
    other.write_bytes(content)
    for opening in (Ledger.open, Ledger.create):
        with pytest.raises((StoreUnreadable, LedgerNotFound)):
            opening(other)
    assert other.read_bytes() == content


def test_an_empty_file_holds_no_ledger(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    with pytest.raises(LedgerNotFound, match="holds no ledger; create one with: ledger init"):
        Ledger.open(empty)


def test_a_database_of_something_else_holds_no_ledger(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE notes (line TEXT)")
    with pytest.raises(LedgerNotFound, match="holds no ledger"):
        Ledger.open(other)


def test_a_missing_file_is_not_created_by_opening_it(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    with pytest.raises(LedgerNotFound, match="create one with: ledger init"):
        Ledger.open(missing)
    assert not missing.exists()


def test_a_directory_is_not_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerNotFound):
        Ledger.open(tmp_path)


def test_a_file_in_a_missing_directory_cannot_be_created(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="check the path"):
        Ledger.create(tmp_path / "nowhere" / "toy.db")


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense://host/db", "sqlite+pysqlcipher://x@/y.db?:=", "://"])
def test_an_address_that_is_none_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StoreError):
        Ledger.open(url)


def test_a_server_that_is_not_there_is_unavailable_and_the_password_stays_hidden() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Ledger.open("postgresql://clerk:hunter2@127.0.0.1:1/trust")
    assert "hunter2" not in str(caught.value)


# Read-only


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be someone whom file modes bind: the tests may be run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public(file: Path) -> Iterator[Path]:
    """A copy of the ledger in a directory that everyone may enter."""
    home = Path(tempfile.mkdtemp(prefix="indenture-"))
    copy = home / "toy.db"
    shutil.copy(file, copy)
    if os.geteuid() == 0:
        os.chown(home, NOBODY, NOBODY)
        os.chown(copy, NOBODY, NOBODY)
    yield copy
    home.chmod(0o755)
    shutil.rmtree(home)


@pytest.mark.parametrize(
    ("file_mode", "directory_mode"), [(0o444, 0o755), (0o644, 0o555), (0o444, 0o555)],
    ids=["file", "directory", "both"],
)  # fmt: skip
def test_nothing_is_posted_to_what_is_read_only(public: Path, file_mode: int, directory_mode: int) -> None:
    before = public.read_bytes()
    public.chmod(file_mode)
    public.parent.chmod(directory_mode)
    with unprivileged(), pytest.raises(StoreUnavailable), Ledger.open(public) as ledger:
        ledger.post_many(month_events(2))
    public.parent.chmod(0o755)
    assert public.read_bytes() == before


def test_a_file_that_may_not_be_read_is_unavailable(public: Path) -> None:
    public.chmod(0o000)
    with unprivileged(), pytest.raises(StoreUnavailable, match="check the path and its permissions"):
        Ledger.open(public)


def test_the_ledger_can_be_used_again_when_it_may_be_written(public: Path) -> None:
    public.chmod(0o444)
    public.parent.chmod(0o555)
    with unprivileged(), pytest.raises(StoreUnavailable), Ledger.open(public) as ledger:
        ledger.post_many(month_events(2))
    public.parent.chmod(0o755)
    public.chmod(0o644)
    use(public)


# The command line


def lines(ordinal: int = 2) -> str:
    """Return a month of the toy deal as JSON Lines."""
    return "".join(encode(event).decode() + "\n" for event in month_events(ordinal))


def head(file: Path) -> tuple[int, bytes]:
    """Return the end of the toy deal's log."""
    with Ledger.open(file) as ledger:
        return ledger.head(TOY)


def test_a_good_file_is_posted_and_its_receipt_printed(file: Path) -> None:
    result = run("post", file, "-", text=lines())
    assert result.exit_code == 0
    assert json.loads(result.stdout)["sequence"] == head(file)[0]


@pytest.mark.parametrize(
    ("name", "spoil", "told"),
    [
        ("malformed", lambda good: good.encode() + b"{\n", "[malformed_json]"),
        ("not UTF-8", lambda good: good.encode() + b'{"event_id":"n\xe9"}\n', "UTF-8"),
        ("UTF-16", lambda good: good.encode("utf-16"), "UTF-8"),
        ("unknown type", lambda good: good.encode() + b'{"$type":"wish"}\n', "[unknown_type]"),
        ("a float", lambda good: good.replace('"100.00"', "100.0", 1).encode(), "[float_money]"),
        ("an unknown loan", lambda good: good.replace('"one-6"', '"ghost"').encode(), "[unknown_loan]"),
        ("another deal", lambda good: good.replace('"deal":"toy"', '"deal":"other"', 1).encode(), "[mixed_deals]"),
        ("nothing", lambda good: b"\n\n", "[empty_batch]"),
        ("a byte order mark", lambda good: b"\xef\xbb\xbf" + good.encode() + b"{\n", "[malformed_json]"),
    ],
)
def test_a_bad_file_is_refused_line_by_line(
    file: Path, tmp_path: Path, name: str, spoil: Callable[[str], bytes], told: str
) -> None:
    before = head(file)
    events = tmp_path / "events.jsonl"
    events.write_bytes(spoil(lines()))
    result = run("post", file, events)
    assert (result.exit_code, result.stdout) == (1, ""), result.stderr
    assert told in result.stderr
    assert result.stderr.endswith("nothing was posted\n")
    assert "Traceback" not in result.stderr
    assert head(file) == before


def test_every_bad_line_is_named_with_its_number(file: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text("{\n" + lines() + "[]\n")
    result = run("post", file, events)
    last = len(lines().splitlines()) + 2
    assert f"{events}:1: " in result.stderr
    assert f"{events}:{last}: " in result.stderr


def test_a_stale_expected_sequence_is_refused_from_the_shell(file: Path) -> None:
    result = run("post", file, "-", "--expected-sequence", "1", text=lines())
    assert result.exit_code == 1
    assert "[stale_sequence]" in result.stderr


def test_a_dry_run_from_the_shell_writes_nothing(file: Path) -> None:
    before = head(file)
    result = run("post", file, "-", "--dry-run", text=lines())
    assert result.exit_code == 0
    assert json.loads(result.stdout)["recorded_at"] is None
    assert head(file) == before


Spoil = Callable[[Path], object]
DAMAGE: dict[str, Spoil] = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-4096]),
    "not a database": lambda path: path.write_text("hello\n" * 100),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(
    "arguments", [["deals"], ["events", TOY], ["post", "-"], ["upgrade"], ["close", TOY, "2021-02-25"]], ids=" ".join
)
def test_every_command_reports_a_damaged_database_in_one_line(file: Path, damage: str, arguments: list[str]) -> None:
    DAMAGE[damage](file)
    command, *more = arguments
    result = run(command, file, *more, text=lines())
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", ["statement", "books"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_replay_reports_a_damaged_database_in_one_line(file: Path, damage: str, command: str) -> None:
    DAMAGE[damage](file)
    result = CliRunner().invoke(replay_command, [command, str(file), TOY, "--record-date", "2021-01-29"])
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("command", ["statement", "books"])
def test_replay_of_an_unknown_deal_names_those_there_are(file: Path, command: str) -> None:
    result = CliRunner().invoke(replay_command, [command, str(file), "nowhere", "--record-date", "2021-01-29"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "this ledger holds: toy" in result.stderr


def test_every_fault_shares_one_root() -> None:
    for kind in (StoreError, StoreUnreadable, StoreUnavailable, LedgerNotFound):
        assert issubclass(kind, LedgerError)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("schemas", "--out", "{file}/schemas"), "{file}"),
        (("archive", "{file}", TOY, "/proc/nowhere"), "/proc/nowhere cannot be"),
        (("simulate", "{file}.new", "two words"), "'two words' is not of the form"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_written_is_said_in_one_line(file: Path, arguments: tuple[str, ...], told: str) -> None:
    result = run(*(argument.format(file=file) for argument in arguments))
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)
    assert told.format(file=file) in result.stderr
    assert not Path(f"{file}.new").exists()

"""What every earlier release wrote is opened, brought forward, sound, and printed again byte for byte.

The sets stand beside this file, one directory a release; README.md says what is in one. A set says itself what was
asked of it, so a release may ask other things of its own set.
"""

from __future__ import annotations

import datetime as dt
import difflib
import gzip
import json
import lzma
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import URL

from ledger import REGISTRY, CurtailmentCollected, Ledger, SchemaOutdated, verify_archive
from tests.old_ledgers.write import COMMANDS, all_deals


def _release(place: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in place.name.split("."))


SETS = sorted((found.parent for found in Path(__file__).parent.glob("*/manifest.json")), key=_release)


def manifest_of(place: Path) -> dict[str, Any]:
    """Return what a set says of itself."""
    read: dict[str, Any] = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    return read


def unpacked(file: Path, target: Path) -> Path:
    """Write what a compressed file holds into a directory, under its name without the last ending."""
    made = target / file.stem
    made.write_bytes(lzma.decompress(file.read_bytes()))
    return made


def asked(command: str, *arguments: object) -> tuple[bytes, int]:
    """Return what a command prints, and its exit status."""
    result = CliRunner().invoke(COMMANDS[command], [str(part) for part in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout_bytes, result.exit_code


_PRINT_HEADS = {("replay", "head"), ("ledger", "deals")}
_HEAD_THEN = re.compile(rb"^(?:(.*\t)(\d+)\t|(\d+) )([0-9a-f]{64})$", re.MULTILINE)
"""A head as 0.1.0 printed it, where every command now prints ``SEQUENCE:HASH``."""


_COUNTS_THEN, _COUNTS_NOW = re.compile(rb'^( *)("damaged": \d+)\n', re.MULTILINE), rb'\1\2,\n\1"refused": 0\n'
"""The counts of a portfolio as 0.1.0 printed them, where a question may now be refused for one deal of many."""


def head_now(then: re.Match[bytes]) -> bytes:
    """Return a line with a head as it is printed now."""
    deal, listed, alone, digest = then.groups()
    return alone + b":" + digest if deal is None else deal + listed + b"\t" + listed + b":" + digest


_NAMED_SINCE = re.compile(rb"(?:TOTAL|COLLECTED) SERVICING FEES: (?=Delinquent Servicing Fees)")
_RESTATED_SINCE = (
    re.compile(rb"\n\nrestated by: [^\n]* \(\d+ events?\)(?=\n)"),
    re.compile(rb',\n "restated_by": \[[^]]*\],\n "restated_by_events": \d+'),
    re.compile(rb'(?:,restated_by|,"[^"\n]* \(\d+ events\)"|,[^,"\n]* \(1 event\))$', re.MULTILINE),
)
"""What statements have come to say: by what they are restated, and of two lines of one label, which is which."""


def as_then(statement: bytes) -> bytes:
    """Return a statement as it was printed before it said so; its figures are every one as they are."""
    for pattern in (*_RESTATED_SINCE, _NAMED_SINCE):
        statement = pattern.sub(b"", statement)
    return statement


_SAID_SINCE = (
    re.compile(rb"\Aabout this output, version 1\n(?:  [^\n]*\n)*\n"),
    re.compile(rb'\A\{\n "about": \{\n(?:  [^\n]*\n)*? \},\n', re.MULTILINE),
    re.compile(rb"^about,[^\n]*\n", re.MULTILINE),
)
"""What results have come to say of themselves, in text, JSON and CSV."""


def unsaid(printed: bytes) -> bytes:
    """Return a result as it was printed before it said what it is."""
    text, document, rows = _SAID_SINCE
    return rows.sub(b"", document.sub(b"{\n", text.sub(b"", printed)))


_INHERITED_THEN = re.compile(
    rb"Breaks within the statement itself \(2\):\n((?:.*\n)*?)"
    rb"  cumulative bond unscheduled principal is cumulative prepayments \(page 3, 15\)\n"
    rb"    (.*) against (.*): (.*) apart\n((?:    ?.*\n)*)"
)
"""A difference that was brought forward, which was called a break of the statement, and is a note now."""


def inherited_now(then: re.Match[bytes]) -> bytes:
    """Return the breaks of a statement as they are told now."""
    before, bonds, loans, apart, after = then.groups()
    said = b"bond unscheduled principal to date, %b, and prepayments to date, %b: %b apart" % (bonds, loans, apart)
    note = b"\nnote: %b as brought forward, inherited and unexplained\n" % said
    return b"Breaks within the statement itself (1):\n" + before + after + note


@attrs.frozen
class OldSet:
    """A set of one release, unpacked; ``ledger`` has this release's schema."""

    place: Path
    work: Path
    manifest: dict[str, Any]
    ledger: Path

    @property
    def deals(self) -> dict[str, dict[str, Any]]:
        """What the manifest says of every deal."""
        found: dict[str, dict[str, Any]] = self.manifest["deals"]
        return found

    @property
    def heads(self) -> dict[str, tuple[int, str]]:
        """Where the log of every deal ended."""
        return {deal: (told["sequence"], told["hash"]) for deal, told in self.deals.items()}

    def texts(self, deals: Iterable[str], *, within: dict[str, int] | None = None) -> list[dict[str, Any]]:
        """Return the questions for statements as text, of some deals, and within what was known at a sequence."""
        found = [
            question
            for question in self.manifest["printed"]
            if question["arguments"][0] == "statement"
            and ".txt" in question["file"]
            and question["deal"] in deals
            and (within is None or _known(question) <= within[question["deal"]])
        ]
        assert found, "the set has no such questions"
        return found

    def differences(self, question: dict[str, Any], address: object) -> str:
        """Return how the answer differs from what was printed, line by line; nothing where it does not."""
        places = {"ledger": address, "bundles": self.work, "set": self.place}
        given = [part.format_map(places) for part in question["arguments"]]
        printed, status = asked(question["command"], *given)
        file = self.place / "printed" / question["file"]
        kept = file.read_bytes()
        kept = gzip.decompress(kept) if file.suffix == ".gz" else kept
        if (question["command"], question["arguments"][0]) in _PRINT_HEADS:
            kept = _HEAD_THEN.sub(head_now, kept)
        if question["arguments"][0] == "portfolio":
            kept = _COUNTS_THEN.sub(_COUNTS_NOW, kept)
        if question["arguments"][0] == "reconcile":
            kept = _INHERITED_THEN.sub(inherited_now, kept)
        printed = unsaid(printed)
        if question["arguments"][0] == "statement":
            printed = as_then(printed)
        if (printed, status) == (kept, question["exit"]):
            return ""
        then, now = kept.decode().splitlines(), printed.decode().splitlines()
        shown = "\n".join(list(difflib.unified_diff(then, now, "then", "now", lineterm="", n=0))[:40])
        return f"{question['file']} (exit status {question['exit']} then, {status} now)\n{shown}"

    def all_differences(self, chosen: Iterable[dict[str, Any]], address: object) -> list[str]:
        """Return the differences of several answers."""
        return [told for question in chosen if (told := self.differences(question, address))]


def _known(question: dict[str, Any]) -> int:
    """Return the sequence that a question is asked through, one after every other where it names none."""
    arguments = question["arguments"]
    return int(arguments[arguments.index("--known-through") + 1]) if "--known-through" in arguments else 2**62


def heads_of(held: Ledger) -> dict[str, tuple[int, str]]:
    """Return where the log of every deal of a ledger ends."""
    return {deal: (held.head(deal).sequence, held.head(deal).hash.hex()) for deal in held.deals()}


@pytest.fixture(scope="module", params=SETS, ids=lambda place: place.name)
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OldSet:
    """A set of an earlier release, or of this one; tests that write work on copies."""
    place: Path = request.param
    work = tmp_path_factory.mktemp(f"old-{place.name}-")
    made = unpacked(place / "ledger.db.xz", work)
    for bundle in (place / "bundles").glob("*.xz"):
        unpacked(bundle, work)
    Ledger.open(made, upgrade=True).close()
    return OldSet(place, work, manifest_of(place), made)


@pytest.fixture
def copy(old: OldSet, tmp_path: Path) -> Path:
    """A copy of the ledger brought forward, to be written to."""
    copied = Path(shutil.copy(old.ledger, tmp_path / "copy.db"))
    # Which test brings the set itself forward depends on the order in which they run.
    Ledger.open(copied, upgrade=True).close()
    return copied


@pytest.fixture
def sealed(old: OldSet, tmp_path: Path) -> Path:
    """A copy of the archives, to be written to."""
    return Path(shutil.copytree(old.place / "archive", tmp_path / "archive"))


QUESTIONS = [
    pytest.param(place, question, id=f"{place.name}-{question['file']}")
    for place in SETS
    for question in manifest_of(place)["printed"]
]


def test_a_set_is_kept_of_the_first_release() -> None:
    assert [place.name for place in SETS][:1] == ["0.1.0"]


def test_every_event_type_happens_in_the_deals() -> None:
    """So that the next release's set has them all; and what once was written is still known."""
    with Ledger.create("sqlite://") as held:
        all_deals(held, lambda _: None).restated_and_open()
        happened = {item.event.name for deal in held.deals() for item in held.events(deal)}
    assert happened == set(REGISTRY)
    assert {name for place in SETS for name in manifest_of(place)["types"]} <= set(REGISTRY)


def schema_of(file: Path) -> str:
    """Return the schema revision of an embedded ledger."""
    connection = sqlite3.connect(file)
    (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    return str(found)


def test_a_ledger_opens_as_it_is_or_says_that_it_must_be_upgraded(old: OldSet, tmp_path: Path) -> None:
    kept = unpacked(old.place / "ledger.db.xz", tmp_path)
    Ledger.create(tmp_path / "new.db").close()
    assert schema_of(kept) == old.manifest["schema"]
    if schema_of(kept) == schema_of(tmp_path / "new.db"):
        Ledger.open(kept).close()
    else:
        with pytest.raises(SchemaOutdated):
            Ledger.open(kept)
    with Ledger.open(kept, upgrade=True) as held:
        assert heads_of(held) == old.heads
    assert schema_of(kept) == schema_of(tmp_path / "new.db")


@pytest.mark.parametrize(("old", "question"), QUESTIONS, indirect=["old"], scope="module")
def test_what_was_printed_is_printed_again(old: OldSet, question: dict[str, Any]) -> None:
    assert not old.differences(question, old.ledger)


def test_sums_and_snapshots_hold_what_the_events_give(old: OldSet) -> None:
    """Snapshots of another version are passed over; those of this one must be right."""
    with Ledger.open(old.ledger) as held:
        for deal in old.deals:
            assert list(held.sum_faults(deal)) == []
            assert list(held.snapshot_faults(deal)) == []


def test_closed_periods_have_the_digests_that_their_closings_fixed(old: OldSet) -> None:
    with Ledger.open(old.ledger) as held:
        for deal, told in old.deals.items():
            for closing in told["closings"]:
                paid, known = dt.date.fromisoformat(closing["distribution_date"]), closing["sequence"] - 1
                assert held.distribution(deal, paid, known_through=known).digest == closing["digest"]
                bare = held.without_snapshots()
                assert bare.distribution(deal, paid, known_through=known).digest == closing["digest"]


def test_events_are_exported_as_they_were(old: OldSet) -> None:
    for deal, told in old.deals.items():
        kept = lzma.decompress((old.place / "events" / f"{told['files']}.jsonl.xz").read_bytes())
        assert asked("ledger", "events", old.ledger, deal) == (kept, 0)


def test_exported_events_posted_anew_give_the_same_statements(old: OldSet, tmp_path: Path) -> None:
    """Stamps are the ledger's own, so hashes differ; figures do not."""
    anew = tmp_path / "anew.db"
    Ledger.create(anew).close()
    for told in old.deals.values():
        file = unpacked(old.place / "events" / f"{told['files']}.jsonl.xz", tmp_path)
        _, status = asked("ledger", "post", anew, file)
        assert status == 0
    with Ledger.open(anew) as held:
        assert {deal: head[0] for deal, head in heads_of(held).items()} == {d: head[0] for d, head in old.heads.items()}
    assert not old.all_differences(old.texts(old.deals), anew)


def test_a_backup_is_restored(old: OldSet, tmp_path: Path) -> None:
    kept = unpacked(old.place / "backup.db.xz", tmp_path)
    assert asked("ledger", "restore", kept, tmp_path / "restored.db")[1] == 0
    with Ledger.open(tmp_path / "restored.db") as held:
        assert heads_of(held) == old.heads


def test_a_deal_is_restored_from_its_bundle(old: OldSet, tmp_path: Path) -> None:
    back = tmp_path / "back.db"
    Ledger.create(back).close()
    for told in old.deals.values():
        printed, status = asked("replay", "import", old.work / f"{told['files']}.zip", back)
        assert (printed.decode(), status) == (f"{told['sequence']}:{told['hash']}\n", 0)
    with Ledger.open(back) as held:
        assert heads_of(held) == old.heads
    assert not old.all_differences(old.texts(old.deals), back)


class TestAnArchive:
    """Sealed files are read as they were written; what came later is read or sealed behind them."""

    def test_is_sound_and_ends_where_it_did(self, old: OldSet) -> None:
        assert list(verify_archive(old.place / "archive")) == []
        with Ledger.open(f"archive:{old.place / 'archive'}") as held:
            ends = {deal: (told["archived"]["sequence"], told["archived"]["hash"]) for deal, told in old.deals.items()}
            assert heads_of(held) == ends

    def test_gives_the_statements_that_were_known_when_it_was_sealed(self, old: OldSet) -> None:
        ends = {deal: told["archived"]["sequence"] for deal, told in old.deals.items()}
        address = f"archive:{old.place / 'archive'}"
        assert not old.all_differences(old.texts(old.deals, within=ends), address)
        whole = [deal for deal, told in old.deals.items() if ends[deal] == told["sequence"]]
        assert not old.all_differences(old.texts(whole), address)

    def test_is_continued_by_the_ledger(self, old: OldSet) -> None:
        assert not old.all_differences(old.texts(old.deals), f"archive:{old.place / 'archive'}?tail={old.ledger}")

    def test_is_sealed_further(self, old: OldSet, sealed: Path) -> None:
        before = {file: file.read_bytes() for file in sealed.rglob("*.parquet")}
        for deal, (sequence, sealed_hash) in old.heads.items():
            printed, status = asked("ledger", "archive", old.ledger, deal, sealed)
            assert (printed.decode(), status) == (f"{sequence}:{sealed_hash}\n", 0)
        assert {file: file.read_bytes() for file in before} == before
        assert list(verify_archive(sealed)) == []
        assert not old.all_differences(old.texts(old.deals), f"archive:{sealed}")

    def test_gives_its_deals_back(self, old: OldSet, tmp_path: Path) -> None:
        with (
            Ledger.open(f"archive:{old.place / 'archive'}") as archived,
            Ledger.create(tmp_path / "back.db") as back,
        ):
            for deal in archived.deals():
                assert back.restore_rows(archived.stored_rows(deal)) == archived.head(deal)


def test_a_dump_of_postgresql_is_restored_and_brought_forward(old: OldSet, postgres_empty: URL) -> None:
    restore(lzma.decompress((old.place / "postgresql.sql.xz").read_bytes()).decode(), postgres_empty)
    with Ledger.open(postgres_empty, upgrade=True) as held:
        assert heads_of(held) == old.heads
        assert [fault for deal in held.deals() for fault in held.sum_faults(deal)] == []
    address = postgres_empty.render_as_string(hide_password=False)
    told = [question for question in old.manifest["printed"] if question["arguments"][:2] == ["verify", "{ledger}"]]
    assert told
    assert not old.all_differences([*old.texts(old.deals), *told], address)
    for deal in old.deals:
        go_on(Ledger.open(postgres_empty), deal)


def restore(dump: str, address: URL) -> None:
    """Run a plain dump: its statements, and its blocks of rows."""
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        for statements, copying, rows in blocks(dump):
            connection.execute(statements.encode())
            if copying:
                with connection.cursor().copy(copying.encode()) as into:
                    into.write(rows)


def blocks(dump: str) -> Iterator[tuple[str, str, str]]:
    """Yield the statements before every block of rows, its COPY statement, and its rows."""
    lines = iter(dump.splitlines(keepends=True))
    statements: list[str] = []
    for line in lines:
        if not line.startswith("COPY "):
            statements.append(line)
            continue
        rows = []
        while (row := next(lines)) != "\\.\n":
            rows.append(row)
        yield "".join(statements), line, "".join(rows)
        statements = []
    yield "".join(statements), "", ""


def go_on(held: Ledger, deal: str) -> None:
    """Post one more event to a deal and see that the log goes on from where it ended."""
    with held:
        before = held.head(deal)
        last = max(item.effective_date for item in (recorded.event for recorded in held.events(deal)))
        group = held.terms(deal).group_ids[0]
        event = CurtailmentCollected(
            event_id="one more", deal=deal, effective_date=last, group=group, amount="1.00", restates=True
        )
        receipt = held.post(event).or_raise()
        assert receipt.sequence == before.sequence + 1
        address = held.url
    printed, status = asked("replay", "verify", address, deal, "--head", f"{before.sequence}:{before.hash.hex()}")
    assert (b"sound" in printed, status) == (True, 0)


def test_the_log_goes_on(old: OldSet, copy: Path) -> None:
    for deal in old.deals:
        go_on(Ledger.open(copy), deal)
    ends = {deal: told["sequence"] for deal, told in old.deals.items()}
    assert not old.all_differences(old.texts(old.deals, within=ends), copy)


def test_a_ledger_without_its_snapshots_prints_the_same(old: OldSet, copy: Path) -> None:
    for deal in old.deals:
        assert asked("ledger", "snapshots", copy, deal, "--drop")[1] == 0
    assert not old.all_differences(old.texts(old.deals), copy)


class TestOneByteChanged:
    """These tests can fail: one byte changed anywhere is named."""

    def test_in_a_payload(self, old: OldSet, copy: Path) -> None:
        deal, (sequence, _) = next(iter(old.heads.items()))
        changed = sequence // 2
        connection = sqlite3.connect(copy)
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        where = "sequence = ? AND deal_key = (SELECT deal_key FROM deals WHERE deal = ?)"
        (payload,) = connection.execute(f"SELECT payload FROM events WHERE {where}", (changed, deal)).fetchone()
        at = payload.index('"effective_date":"') + len('"effective_date":"') + len("2002-0")
        other = payload[:at] + str((int(payload[at]) + 1) % 10) + payload[at + 1 :]
        connection.execute(f"UPDATE events SET payload = ? WHERE {where}", (other, changed, deal))
        connection.commit()
        connection.close()
        printed, status = asked("replay", "verify", copy, deal)
        assert status == 1
        assert f"event {changed}" in printed.decode()

    def test_in_an_archived_file(self, old: OldSet, sealed: Path) -> None:
        file = max(sealed.rglob("*.parquet"), key=lambda found: found.stat().st_size)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        assert any(file.name in str(fault) for fault in verify_archive(sealed))

    def test_in_a_bundle(self, old: OldSet, tmp_path: Path) -> None:
        for told in old.deals.values():
            content = bytearray((old.work / f"{told['files']}.zip").read_bytes())
            content[len(content) // 2] ^= 1
            (tmp_path / "changed.zip").write_bytes(content)
            assert asked("replay", "verify", tmp_path / "changed.zip")[1] == 1

    def test_in_what_was_printed(self, old: OldSet, copy: Path) -> None:
        """A correction that the set does not know of shows in the statement, and so in this comparison."""
        deal = next(iter(old.deals))
        with Ledger.open(copy) as held:
            paid = next(held.events(deal, types=["bond_interest_paid"]))
            held.reverse(
                deal, paid.event.event_id, effective_date=paid.event.effective_date, reason="a test", restates=True
            ).or_raise()
        assert old.all_differences(old.texts([deal]), copy)

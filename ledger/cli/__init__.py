"""The ``ledger`` command: what a servicer does from a shell.

Results go to standard output, messages to standard error. Exit status: 0 done, 1 refused (violations were printed and
nothing was written), 2 the command, its input or the database could not be used.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import attrs
import click

from ledger import __version__
from ledger.console import UNUSABLE, URL_HELP, reporting, say
from ledger.errors import InvalidEvent, InvalidTerms, StoreError, Violation

if TYPE_CHECKING:
    from decimal import Decimal

    from ledger.events.base import Event
    from ledger.tapes import TapeMap
    from ledger.writing.receipts import Refusal

REFUSED = 1
PROGRESS_FROM = 5_000
"""From this many events on, long work shows a progress bar on standard error."""

ARCHIVE_HELP = "DIR is a path or an fsspec URL (s3://bucket/archives). Needs: pip install 'indenture[archive]'"


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=URL_HELP)
@click.version_option(__version__, prog_name="ledger")
def main() -> None:
    """A servicing ledger for mortgage-backed bonds: post facts, never edit them.

    \b
    Start here:
      ledger demo trust.db                  a real month of a real trust, ready to replay
      replay statement trust.db impac-cmb-2002-1 --record-date 2002-08-30
    Your own deal:
      ledger init trust.db
      ledger post trust.db events.jsonl     JSON Lines, one event a line
    """


@main.command(epilog=URL_HELP)
@click.argument("url")
@reporting
def init(url: str) -> None:
    """Create an empty ledger at URL (or bring an existing one to this release's schema)."""
    from ledger.service import Ledger

    with Ledger.create(url) as ledger:
        say(f"the ledger at {ledger.url} is ready; {len(ledger.deals())} deals")


@main.command(epilog=URL_HELP)
@click.argument("url")
@reporting
def upgrade(url: str) -> None:
    """Bring the schema of an existing ledger at URL up to this release; events stay as they are."""
    from ledger.service import Ledger

    with Ledger.open(url, upgrade=True) as ledger:
        say(f"the ledger at {ledger.url} has this release's schema")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--dry-run", is_flag=True, help="Decide everything, write nothing.")
@click.option("--expected-sequence", type=int, help="Post only if the deal's log ends at this sequence.")
@reporting
def post(url: str, file: TextIO, dry_run: bool, expected_sequence: int | None) -> None:
    """Post events from FILE (JSON Lines; - for standard input): all of them, or none.

    Every event of a file belongs to one deal. Posting a file again changes nothing. Prints the receipt as JSON.
    """
    from ledger.events import codec
    from ledger.service import Ledger
    from ledger.writing.receipts import Refusal

    events, violations = read_events(file, getattr(file, "name", "-"))
    if violations:
        _refuse(Refusal(deal="", violations=tuple(violations)))
    with Ledger.open(url) as ledger:
        outcome = ledger.post_many(events, expected_sequence=expected_sequence, dry_run=dry_run)
    if isinstance(outcome, Refusal):
        _refuse(outcome)
    else:
        stamped = outcome.recorded_at.isoformat() if outcome.recorded_at else None
        click.echo(
            codec.plain_json(
                {
                    "deal": outcome.deal,
                    "events": len(outcome.event_ids),
                    "repeated": outcome.repeated,
                    "first_sequence": outcome.first_sequence,
                    "sequence": outcome.sequence,
                    "head_hash": outcome.head_hash,
                    "recorded_at": stamped,
                    "dry_run": dry_run,
                }
            )
        )


def read_events(lines: Iterable[str], name: str) -> tuple[list[Event], list[Violation]]:
    """Return the events of JSON Lines and what is wrong with those that cannot be read."""
    from ledger.events import codec

    events: list[Event] = []
    violations: list[Violation] = []
    try:
        for number, line in enumerate(_progress(lines), 1):
            if not line.strip():
                continue
            try:
                events.append(codec.from_json(line, where=f"{name}:{number}"))
            except InvalidEvent as fault:
                violations.extend(fault.violations)
    except UnicodeDecodeError as fault:
        violations.append(Violation(name, "", "malformed_json", f"the file is not UTF-8 text: {fault}"))
    return events, violations


def _progress(lines: Iterable[str]) -> Iterator[str]:
    held = list(lines)
    if len(held) < PROGRESS_FROM:
        yield from held
        return
    with click.progressbar(held, label="reading events", file=sys.stderr) as bar:
        yield from bar


def _refuse(refusal: Refusal, told: str = "nothing was posted") -> None:
    for violation in refusal.violations[:100]:
        say(f"refused: {violation}")
    if len(refusal.violations) > 100:
        say(f"... and {len(refusal.violations) - 100} more violations")
    say(told)
    sys.exit(REFUSED)


@main.command(epilog=URL_HELP)
@click.argument("url")
@reporting
def deals(url: str) -> None:
    """List the deals of the ledger at URL: name, last sequence, head hash."""
    from ledger.service import Ledger

    with Ledger.open(url) as ledger:
        for deal in ledger.deals():
            head = ledger.head(deal)
            click.echo(f"{deal}\t{head.sequence}\t{head.hash.hex()}")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.option("--after", type=int, default=0, help="Only events after this sequence.")
@click.option("--known-through", type=int, help="Only events up to this sequence.")
@click.option("--stamps", is_flag=True, help="Wrap each event in what the ledger stamped on it.")
@reporting
def events(url: str, deal: str, after: int, known_through: int | None, stamps: bool) -> None:
    """Print the events of DEAL as JSON Lines, in sequence; `ledger post` reads them back."""
    from ledger.events import codec
    from ledger.service import Ledger

    with Ledger.open(url) as ledger:
        for recorded in ledger.events(deal, after=after, known_through=known_through):
            payload = codec.encode(recorded.event).decode()
            if not stamps:
                click.echo(payload)
                continue
            stamp: dict[str, Any] = {
                "sequence": recorded.sequence,
                "recorded_at": recorded.recorded_at.isoformat(),
                "distribution": str(recorded.distribution_date) if recorded.distribution_date else None,
                "hash": recorded.hash,
            }
            click.echo(codec.plain_json(stamp)[:-1] + f',"event":{payload}}}')


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--deal", required=True, help="The deal that the loans belong to.")
@click.option("--group", help="The loan group that they board into, unless the map has a column for it.")
@click.option("--date", "on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Boarding date, YYYY-MM-DD.")
@click.option("--map", "map_name", required=True, help="A map shipped with the product (freddie-mac) or a JSON file.")
@click.option("--encoding", help="How the tape is encoded, in place of what the map says (utf-8 if nothing).")
@click.option("--loans", type=click.IntRange(0), help="Refuse a tape that holds another number of loans.")
@click.option("--balance", help="Refuse a tape whose balances add up to another amount.")
@reporting
def tape(
    file: BinaryIO,
    deal: str,
    group: str | None,
    on: dt.datetime,
    map_name: str,
    encoding: str | None,
    loans: int | None,
    balance: str | None,
) -> None:
    """Turn the loan tape FILE into boarding events, as JSON Lines for `ledger post`: every loan of it, or none.

    A map is a JSON object: columns (fields of a loan and the columns that hold them; loan, balance and note_rate at
    least), delimiter, quote, encoding, percent_rates, date_formats. docs/tapes.md describes each, and what is checked.

    \b
      ledger tape pool.txt --deal trust --group one --date 2024-01-01 --map pool.json \\
        --loans 268 --balance 37849356.11 > boarding.jsonl
      ledger post trust.db boarding.jsonl
    """
    from ledger.events import codec
    from ledger.tapes import read_tape, tape_lines
    from ledger.writing.receipts import Refusal

    expected = None if balance is None else _expected_balance(balance)
    chosen = _tape_map(map_name, encoding)
    name = getattr(file, "name", "-")
    try:
        lines = tape_lines(file.read(), chosen.encoding, name)
        reading = read_tape(
            lines,
            chosen,
            deal=deal,
            group=group,
            effective_date=on.date(),
            name=name,
            loans=loans,
            balance=expected,
        )
    except InvalidEvent as fault:
        _refuse(Refusal(deal=deal, violations=fault.violations), "nothing was written")
        return
    for event in [codec.encode(loan) for loan in reading.loans]:
        click.echo(event)
    for row in reading.totals:
        say(f"{name}:{row.line}: {row.label!r} was read as a totals row; its {row.balance:,} is the sum of the loans")
    if not lines[-1].endswith(("\n", "\r")):
        say(f"{name}: the last line has no line break at its end; see that the file is whole")
    passed = reading.blank + len(reading.totals)
    say(
        f"{reading.rows} rows read: {len(reading.loans)} loans, {passed} passed over ({len(reading.totals)} totals, "
        f"{reading.blank} blank); {reading.balance:,} in all"
    )


def _expected_balance(text: str) -> Decimal:
    from ledger.tapes.cells import number
    from ledger.values.money import BadValue

    try:
        return number(text.strip(), grouped=True)
    except BadValue as fault:
        raise click.BadParameter(fault.message, param_hint="--balance") from None


def _tape_map(name: str, encoding: str | None) -> TapeMap:
    from ledger.tapes import shipped_map, shipped_maps, tape_map_from_json

    try:
        if name in shipped_maps():
            chosen = shipped_map(name)
        elif Path(name).is_file():
            chosen = tape_map_from_json(Path(name).read_text(encoding="utf-8"))
        else:
            say(f"error: there is no map {name!r}; shipped are {', '.join(shipped_maps())}, or name a JSON file")
            sys.exit(UNUSABLE)
    except UnicodeDecodeError as fault:
        say(f"error: the map {name} is not UTF-8 text (byte {fault.start + 1}); name a JSON file")
        sys.exit(UNUSABLE)
    except OSError as fault:
        say(f"error: the map {name} cannot be read: {fault.strerror}; name a JSON file")
        sys.exit(UNUSABLE)
    except InvalidTerms as fault:
        say(f"error: the map {name}: {fault}")
        sys.exit(UNUSABLE)
    return chosen if encoding is None else attrs.evolve(chosen, encoding=encoding)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@reporting
def demo(file: Path) -> None:
    """Build the real month of September 2002 of Impac CMB Trust 2002-1 in a new embedded ledger at FILE."""
    from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, PAID, post_september_2002
    from ledger.service import Ledger

    if file.exists() and file.stat().st_size:
        say(f"error: {file} exists; give the name of a new file")
        sys.exit(UNUSABLE)
    with Ledger.create(file) as ledger:
        receipt = post_september_2002(ledger)
    say(f"{DEAL}: {receipt.sequence} events posted, the distribution of {PAID} closed and paid")
    say(f"head hash {receipt.head_hash}")
    say(f"try: replay statement {file} {DEAL} --record-date 2002-08-30")


@main.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write one file an event type here.")
@reporting
def schemas(out: Path | None) -> None:
    """Print the JSON Schemas of every event type, or write them to a directory."""
    from ledger.events.schemas import schema_documents

    for name, document in schema_documents().items():
        if out is None:
            click.echo(document)
            continue
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.json").write_text(document + "\n", encoding="utf-8")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("role")
@click.option("--as", "access", type=click.Choice(["servicer", "auditor"]), required=True, help="What the role may do.")
@click.option("--deal", default="*", show_default=True, help="One deal, or * for every deal.")
@click.option("--revoke", is_flag=True, help="Take the access to the deal back instead.")
@reporting
def grant(url: str, role: str, access: str, deal: str, revoke: bool) -> None:
    """Let the database ROLE read (auditor) or read and post (servicer) deals of a PostgreSQL ledger."""
    from ledger.store.database.access import Access
    from ledger.store.database.event_store import EventStore

    store = EventStore.open(url)
    if revoke:
        store.revoke(role, deal)
        say(f"{role} no longer has access to {deal}")
    else:
        store.grant(role, Access(access), deal)
        say(f"{role} is {access} of {deal}")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@reporting
def backup(url: str, target: Path) -> None:
    """Copy the embedded ledger at URL into the new file TARGET while it stays in use."""
    from ledger.store.database.backup import backup as copy

    copy(url, target)
    say(f"{target} holds a checked copy of {url}")


@main.command(epilog=f"{URL_HELP} {ARCHIVE_HELP}")
@click.argument("url")
@click.argument("deal")
@click.argument("directory", metavar="DIR")
@reporting
def archive(url: str, deal: str, directory: str) -> None:
    """Seal the log of DEAL into Parquet files in DIR, or add to its archive there what is new. Prints the head sealed.

    The archive is read in the place of a ledger, and needs no database. Sealed files never change, and a sealing that
    breaks off leaves the archive as it was.

    \b
      ledger archive trust.db impac-cmb-2002-1 archives
      replay statement archive:archives impac-cmb-2002-1 --record-date 2002-08-30
      replay verify archive:archives impac-cmb-2002-1
      replay books "archive:archives?tail=trust.db" impac-cmb-2002-1 --record-date 2002-09-25
    """
    from ledger.service import Ledger

    with Ledger.open(url) as ledger:
        whole = ledger.head(deal).sequence
        short = whole < PROGRESS_FROM
        with click.progressbar(length=whole, label="sealing", file=sys.stderr, hidden=short) as bar:
            manifest = ledger.archive(deal, directory, lambda done, _: bar.update(done - bar.pos))
    say(f"{directory} holds {deal} up to event {manifest.head.sequence}, {len(manifest.files)} files")
    click.echo(f"{manifest.head.sequence} {manifest.head.hash.hex()}")


@main.command(epilog=URL_HELP)
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("url")
@reporting
def restore(source: Path, url: str) -> None:
    """Bring the backup SOURCE back as a new embedded ledger at URL."""
    from ledger.store.database.backup import restore as copy_back

    copy_back(source, url)
    say(f"the ledger at {url} was restored from {source}")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.option("--rebuild", is_flag=True, help="Drop the snapshots and take them anew from the events.")
@click.option("--drop", is_flag=True, help="Drop the snapshots; replays go back to the events.")
@reporting
def snapshots(url: str, deal: str, rebuild: bool, drop: bool) -> None:
    """Say whether the snapshots of DEAL hold what its events give; rebuild or drop them.

    A snapshot is a cache that is taken when a period is closed, so that replaying year 20 costs what year 1 did. No
    figure depends on one. Exit status 1 says that one is wrong.
    """
    from ledger.service import Ledger

    if rebuild and drop:
        raise click.UsageError("give --rebuild or --drop, not both")
    with Ledger.open(url) as ledger:
        if drop:
            say(f"{ledger.drop_snapshots(deal)} snapshots dropped")
            return
        if rebuild:
            with click.progressbar(length=1, label="replaying", file=sys.stderr) as bar:

                def told(done: int, whole: int) -> None:
                    bar.length = whole
                    bar.update(done - bar.pos)

                taken = ledger.rebuild_snapshots(deal, told)
            say(f"{taken} snapshots taken")
            return
        faults = list(ledger.snapshot_faults(deal))
    for fault in faults:
        say(fault)
    if faults:
        sys.exit(1)
    say("every snapshot holds what the events give")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("name")
@click.option("--loans", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--months", type=click.IntRange(1, 600), default=36, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same life.")
@click.option("--distribute/--no-distribute", default=True, help="Pay the bonds every month as well.")
@reporting
def simulate(url: str, name: str, loans: int, months: int, seed: int, distribute: bool) -> None:
    """Post a simulated servicing life into the ledger at URL (a new one is created), as the deal simulated-NAME.

    Nothing in it happened: borrowers, rates, prepayments, delinquencies, liquidations and corrections are drawn from
    the seed. Every event passes the rules that real ones pass. Needs: pip install 'indenture[simulation]'

    \b
      ledger simulate lives.db first --loans 2000 --months 120
      replay statement lives.db simulated-first --record-date 2012-01-31
    """
    from ledger.service import Ledger

    try:
        from ledger.simulation import LifePlan, post_life
        from ledger.simulation.plan import NAME
    except ModuleNotFoundError as fault:
        raise StoreError(f"{fault.name} is not installed: pip install 'indenture[simulation]'") from fault
    if not re.fullmatch(NAME, name):
        raise click.BadParameter(f"{name!r} is not of the form {NAME}", param_hint="NAME")
    plan = LifePlan(seed=seed, loans=loans, months=months, name=name)
    with (
        Ledger.create(url) as ledger,
        click.progressbar(length=months, label="living", file=sys.stderr) as bar,
    ):
        post_life(ledger, plan, distribute=distribute, progress=lambda done, _: bar.update(done - bar.pos))
        head = ledger.head(plan.deal)
    say(f"{plan.deal} (simulated) holds {head.sequence:,} events")
    click.echo(f"{head.sequence} {head.hash.hex()}")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.argument("distribution_date", metavar="DISTRIBUTION_DATE", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--distribute/--no-distribute", default=False, help="Record the bond payments as well.")
@reporting
def close(url: str, deal: str, distribution_date: dt.datetime, distribute: bool) -> None:
    """Close the period of DEAL that is paid on DISTRIBUTION_DATE (YYYY-MM-DD), and pay its bonds if asked."""
    from ledger.service import Ledger
    from ledger.writing.receipts import Refusal

    with Ledger.open(url) as ledger:
        outcome = ledger.close_period(deal, distribution_date.date())
        if distribute and not isinstance(outcome, Refusal):
            outcome = ledger.distribute(deal, distribution_date.date())
    if isinstance(outcome, Refusal):
        _refuse(outcome)
    else:
        say(f"{deal}: the distribution of {distribution_date.date()} is closed at sequence {outcome.sequence}")

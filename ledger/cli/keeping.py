"""``ledger grant``, ``access``, ``backup``, ``archive``, ``restore`` and ``snapshots``: what keeps a ledger."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ledger.cli.base import formatted, main, opened
from ledger.console import FOUND, PROGRESS_FROM, URL_HELP, reporting, say, show, tell

ARCHIVE_HELP = "DIR is a path or an fsspec URL (s3://bucket/archives). Needs: pip install 'indenture[archive]'"


@main.command(prints=False, epilog=URL_HELP)
@click.argument("url")
@click.argument("role")
@click.option("--as", "access", type=click.Choice(["servicer", "auditor"]), help="What the role may do.")
@click.option("--deal", default="*", show_default=True, help="One deal, or * for every deal.")
@click.option("--revoke", is_flag=True, help="Take the access to the deal back instead.")
@reporting
def grant(url: str, role: str, access: str | None, deal: str, revoke: bool) -> None:
    """Let the database ROLE read (auditor) or read and post (servicer) deals of a PostgreSQL ledger, or --revoke that.

    A grant takes the place of the one before on the same deal; one that names a deal goes before that of every deal.
    ``ledger access`` lists them.
    """
    from ledger.store.database.access import Access
    from ledger.store.database.event_store import EventStore

    if access is None and not revoke:
        raise click.UsageError("say what the role may do: --as servicer or --as auditor (or --revoke)")
    store = EventStore.open(url)
    if access is None or revoke:
        store.revoke(role, deal)
        tell(f"{role} no longer has access to {deal}")
    else:
        store.grant(role, Access(access), deal)
        tell(f"{role} is {access} of {deal}")


@main.command(epilog=URL_HELP)
@click.argument("url")
@click.option("--forget-gone", is_flag=True, help="Remove the grants of roles that are gone.")
@formatted()
@reporting
def access(url: str, forget_gone: bool, form: str) -> None:
    """List what the database roles of a PostgreSQL ledger were granted: role, kind, deal.

    The owner of the tables sees every grant, another role its own. A grant whose role was dropped, or has another name
    by now, is marked gone: it is nobody's, also where there is a new role of that name.
    """
    from ledger.reports import written
    from ledger.reports.logs import access_report
    from ledger.store.database.event_store import EventStore

    store = EventStore.open(url)
    if forget_gone:
        tell(f"{store.forget_gone()} grants of roles that are gone removed")
    found = [(item.role, str(item.access), item.deal, "gone" if item.is_gone else "") for item in store.grants()]
    if form == "text":
        show("\n".join(f"{role}  {kind}  {deal}{'  (gone)' if gone else ''}" for role, kind, deal, gone in found))
    else:
        show(written(access_report(found), form))


@main.command(prints=False, epilog=URL_HELP)
@click.argument("url")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@reporting
def backup(url: str, target: Path) -> None:
    """Copy the embedded ledger at URL into the new file TARGET while it stays in use."""
    from ledger.store.database.backup import backup as copy
    from ledger.values.secrets import shown_address

    copy(url, target)
    tell(f"{target} holds a checked copy of {shown_address(url)}")


@main.command(epilog=f"{URL_HELP} {ARCHIVE_HELP}")
@click.argument("url")
@click.argument("deal")
@click.argument("directory", metavar="DIR")
@click.option("--delta", is_flag=True, help="Put the log of a Delta table beside the files, for DuckDB, Polars, Spark.")
@formatted()
@reporting
def archive(url: str, deal: str, directory: str, delta: bool, form: str) -> None:
    """Seal the log of DEAL into Parquet files in DIR, or add to its archive there what is new. Prints the head sealed.

    The archive is read in the place of a ledger, and needs no database. Sealed files never change, and a sealing that
    breaks off leaves the archive as it was.

    \b
      ledger archive trust.db impac-cmb-2002-1 archives
      replay statement archive:archives impac-cmb-2002-1 --record-date 2002-08-30
      replay verify archive:archives impac-cmb-2002-1
      replay books "archive:archives?tail=trust.db" impac-cmb-2002-1 --record-date 2002-09-25
    """
    from ledger.reports import line_report, written
    from ledger.values.secrets import shown_address

    with opened(url) as ledger:
        whole = ledger.head(deal).sequence
        short = whole < PROGRESS_FROM
        with click.progressbar(length=whole, label="sealing", file=sys.stderr, hidden=short) as bar:
            manifest = ledger.archive(deal, directory, lambda done, _: bar.update(done - bar.pos), delta=delta)
    tell(f"{shown_address(directory)} holds {deal} up to event {manifest.head.sequence}, {len(manifest.files)} files")
    show(written(line_report(str(manifest.head), deal=deal, head=str(manifest.head)), form))


@main.command(prints=False, epilog=URL_HELP)
@click.argument("source", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("url")
@reporting
def restore(source: Path, url: str) -> None:
    """Bring the backup SOURCE back as a new embedded ledger at URL."""
    from ledger.store.database.backup import restore as copy_back
    from ledger.values.secrets import shown_address

    copy_back(source, url)
    tell(f"the ledger at {shown_address(url)} was restored from {source}")


@main.command(prints=False, epilog=URL_HELP)
@click.argument("url")
@click.argument("deal")
@click.option("--rebuild", is_flag=True, help="Drop the snapshots and take them anew from the events.")
@click.option("--drop", is_flag=True, help="Drop the snapshots; replays go back to the events.")
@reporting
def snapshots(url: str, deal: str, rebuild: bool, drop: bool) -> None:
    """Say whether the snapshots of DEAL hold what its events give; rebuild or drop them.

    A snapshot is a cache that is taken when a period is closed, so that replaying year 20 costs what year 1 did. No
    figure depends on one.

    Exit status 0: they hold what the events give; 1: one is wrong; 2: the ledger could not be used.
    """
    if rebuild and drop:
        raise click.UsageError("give --rebuild or --drop, not both")
    with opened(url) as ledger:
        if drop:
            tell(f"{ledger.drop_snapshots(deal)} snapshots dropped")
            return
        if rebuild:
            with click.progressbar(length=1, label="replaying", file=sys.stderr) as bar:

                def told(done: int, whole: int) -> None:
                    bar.length = whole
                    bar.update(done - bar.pos)

                taken = ledger.rebuild_snapshots(deal, told)
            tell(f"{taken} snapshots taken")
            return
        faults = list(ledger.snapshot_faults(deal))
    for fault in faults:
        say(fault)
    if faults:
        sys.exit(FOUND)
    tell("every snapshot holds what the events give")

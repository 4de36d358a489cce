"""``replay serve``: the ledger as pages to click, on this machine or, with tokens, for others."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from replay.cli.base import EPILOG, main, reading, reporting, tell

if TYPE_CHECKING:
    from ledger.http.server import Server
    from replay.web.guard import Door


@main.command(epilog=EPILOG, prints=False)
@click.argument("url")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any that is free.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="SHA-256 digests of tokens, one a line, each with the address it reads by where it has one of its own.",
)
@reporting
def serve(url: str, host: str, port: int, token_file: Path | None) -> None:
    """Serve the ledger at URL as web pages that only read: statements, calculations, events, comparisons, tie-outs.

    Anybody on this machine can read on loopback. Elsewhere it demands a token, and does not start without
    --token-file; put something that speaks TLS before it. The same addresses give JSON (?format=json). It runs until
    it is interrupted.

    \b
      replay serve trust.db --port 8000
    """
    from ledger.http.asking import LOOPBACK
    from replay.web.guard import doors_in

    local = host in LOOPBACK
    if token_file is None and not local:
        raise click.UsageError(f"{host} is not loopback: give --token-file, so that readers have to show a token")
    doors = () if token_file is None else doors_in(token_file)
    if _database(url).lower().startswith("postgresql"):
        _check_doors(doors, url, token_file)
    with ExitStack() as stack:
        server = _server(stack, url, host, port, doors)
        tell(f"reading at {server.shown} (Ctrl-C ends it)")
        server.serve_until_interrupted()
        tell("ended")


def _database(url: str) -> str:
    """Return the address of the database that is read: behind archives the tail, by the login of its own address."""
    return url.partition("?tail=")[2] if url.startswith("archive:") else url


def _check_doors(doors: Iterable[Door], url: str, token_file: Path | None) -> None:
    """Refuse tokens that name no login of the database that is served, or one that could do more than read."""
    from ledger.http.ledgers import check_login

    listed = tuple(doors)
    if any(door.url is None for door in listed):
        raise click.UsageError(
            f"on PostgreSQL every token is read by a login of its own: give each line of {token_file} an address"
        )
    for door in listed:
        check_login(door.name, _database(door.url or ""), _database(url), posts=False)


def _server(stack: ExitStack, url: str, host: str, port: int, doors: tuple[Door, ...]) -> Server:
    from ledger import InvalidArgument
    from ledger.http.asking import LOOPBACK
    from ledger.http.server import Server, cannot_listen
    from replay.web.application import Application
    from replay.web.desk import ReadersDesk
    from replay.web.guard import Guard

    desk = ReadersDesk(stack.enter_context(reading(url)))
    urls = sorted({door.url for door in doors if door.url is not None})
    desks = {each: ReadersDesk(stack.enter_context(reading(each))) for each in urls}
    guard = Guard(doors, only_hosts=LOOPBACK if host in LOOPBACK else None)
    try:
        server = Server(host, port, Application(desk, guard=guard, desks=desks))
    except (OSError, OverflowError) as fault:
        raise InvalidArgument("host", "cannot_listen", cannot_listen(host, port, fault)) from fault
    stack.callback(server.server_close)
    return server


__all__ = ["serve"]

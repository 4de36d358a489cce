"""``ledger serve`` and ``ledger token``: the ledger over HTTP, for programs, and who may ask it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledger.cli.base import formatted, main
from ledger.console import URL_HELP, Commands, reporting, show, tell

if TYPE_CHECKING:
    from ledger.http.routes import Route

_FILE = click.Path(dir_okay=False, path_type=Path)
EXTENSIONS = "indenture.http"
"""The group of entry points under which other packages add routes."""


@main.command(prints=False, epilog=URL_HELP)
@click.argument("url")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0: any that is free.")
@click.option("--token-file", type=_FILE, help="The tokens that are known, as `ledger token add` writes them.")
@click.option("--actor", default="", help="Who posts where no token is demanded; it is stated, not proved.")
@reporting
def serve(url: str, host: str, port: int, token_file: Path | None, actor: str) -> None:
    """Serve the ledger at URL to programs: post, check, close, pay, and follow the log, as JSON, JSON Lines or Arrow.

    Its document is at /openapi.json. On loopback whoever is on this machine may post, under --actor, unless tokens are
    demanded. Elsewhere it does not start without --token-file; put something that speaks TLS before it. On PostgreSQL
    each token names the login that it is asked by. It runs until it is interrupted.

    \b
      ledger token add tokens --actor "J. Marsh" --servicer trust > token
      ledger serve trust.db --port 8001 --token-file tokens
    """
    from ledger.errors import InvalidArgument
    from ledger.http.asking import LOOPBACK
    from ledger.http.ledgers import Ledgers
    from ledger.http.server import Server, cannot_listen
    from ledger.http.service import Service, check_actor
    from ledger.http.tokens import KnownTokens

    local = host in LOOPBACK
    if token_file is None and not local:
        raise click.UsageError(f"{host} is not loopback: give --token-file, so that callers have to show a token")
    if actor and token_file is not None:
        raise click.UsageError("give --token-file or --actor: where tokens are demanded, each has its own actor")
    check_actor(actor)
    tokens = None if token_file is None else KnownTokens(token_file)
    with ExitStack() as stack:
        ledgers = stack.enter_context(Ledgers(url, None if tokens is None else tokens.tokens))
        hosts = LOOPBACK if local else None
        service = Service(ledgers, tokens=tokens, actor=actor, only_hosts=hosts, more=extensions())
        try:
            server = Server(host, port, service)
        except (OSError, OverflowError) as fault:
            raise InvalidArgument("host", "cannot_listen", cannot_listen(host, port, fault)) from fault
        stack.callback(server.server_close)
        tell(f"serving at {server.shown} (Ctrl-C ends it)")
        server.serve_until_interrupted()
        tell("ended")


def extensions() -> tuple[Route, ...]:
    """Return the routes that installed packages add; :mod:`replay` adds what reads statements."""
    from importlib.metadata import entry_points

    found: list[Route] = []
    for item in sorted(entry_points(group=EXTENSIONS), key=lambda item: item.name):
        found.extend(item.load())
    return tuple(found)


@main.group(cls=Commands)
def token() -> None:
    """Make, list and take away the tokens that `ledger serve` demands; a file holds only their SHA-256."""


@token.command()
@click.argument("file", type=_FILE)
@click.option("--actor", required=True, help="Whose it is: who stands in the envelope of what is posted by it.")
@click.option("--servicer", multiple=True, metavar="DEAL", help="A deal that it may post to and read; * for every one.")
@click.option("--auditor", multiple=True, metavar="DEAL", help="A deal that it may only read; * for every one.")
@click.option("--url", default="", help="On PostgreSQL: the ledger, with the login that everything is asked by.")
@reporting
def add(file: Path, actor: str, servicer: tuple[str, ...], auditor: tuple[str, ...], url: str) -> None:
    """Make a token, add its SHA-256 to FILE, and print it: it is kept nowhere, and cannot be had again.

    A deal that is named goes before *: a token for --servicer '*' and --auditor trust only reads trust. A service that
    runs takes it from its next request on.

    \b
      ledger token add tokens --actor "J. Marsh" --servicer trust > token
      ledger token add tokens --actor "R. Ortega" --auditor '*' --url postgresql+psycopg://auditor@db/trusts
    """
    from ledger.http.tokens import changing, new_token, tokens_in, write_tokens

    made = new_token(actor, servicer=servicer, auditor=auditor, url=url)
    with changing(file):
        known = tokens_in(file) if file.exists() else ()
        write_tokens(file, [*known, made.token])
    show(made.word)
    tell(f"{file}: the token {made.token.name} is {actor}'s")


@token.command(name="list")
@click.argument("file", type=_FILE)
@formatted()
@reporting
def listed(file: Path, form: str) -> None:
    """List the tokens of FILE: their names, their actors, what they may do, and by which login."""
    from ledger.http.tokens import tokens_in
    from ledger.reports import written
    from ledger.reports.people import tokens_report
    from ledger.values.secrets import shown_address

    rows = [
        (item.name, item.actor, item.servicer, item.auditor, shown_address(item.url) if item.url else "")
        for item in tokens_in(file)
    ]
    show(written(tokens_report(rows), form))


@token.command(prints=False)
@click.argument("file", type=_FILE)
@click.argument("name")
@reporting
def remove(file: Path, name: str) -> None:
    """Take the token NAME out of FILE, as `ledger token list` names it; nobody is let in by it from then on."""
    from ledger.errors import InvalidArgument
    from ledger.http.tokens import changing, tokens_in, write_tokens

    with changing(file):
        known = tokens_in(file)
        left = [item for item in known if item.name != name]
        if len(left) == len(known):
            told = f"{file} has no token of that name; ledger token list lists them"
            raise InvalidArgument("name", "unknown_token", told)
        write_tokens(file, left)
    tell(f"{file}: the token {name} is taken away")


__all__ = ["extensions", "serve", "token"]

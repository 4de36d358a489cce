"""No command that writes is forgotten: each is killed by a test here, or stands below as one that only reads.

The same holds of every file that an option or an argument names: it is one that the command reads, or it is written by
a command that is killed with that very option.
"""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from replay.cli.describe import commands
from tests.faults import test_killed_at_a_server, test_killed_commands, test_killed_evidence, test_killed_files
from tests.faults.killing import command_of

KILLED = [
    *test_killed_commands.WRITERS,
    *test_killed_evidence.WRITERS,
    *test_killed_files.WRITERS,
    *test_killed_at_a_server.WRITERS,
    *test_killed_at_a_server.SERVING,
]

READS = {
    "ledger": (
        *("batches", "check", "deals", "events", "samples", "terms check", "terms diff", "terms schema"),
        "token list",
    ),
    "replay": (
        *("account", "advances", "check-signature", "diff", "entry", "explain", "history", "journal", "periods"),
        *("portfolio", "rebuild", "reconcile", "serve", "verifier", "verify"),
        # Signs, and prints what it signed.
        "sign",
    ),
}
"""Commands that write nothing but their result, which goes to standard output or ``--out``, as that of ``books``."""

READ_FILES = {
    "--answer": ("time-stamp",),
    "--checkpoint": ("verify",),
    "--document": ("batches",),
    "--filing": ("rebuild", "workpaper"),
    "--join": ("tape",),
    "--key": ("countersign", "export", "sign"),
    "--public-key": ("check-signature", "import", "verify"),
    "--token-file": ("serve",),
    "--tsa-root": ("check-signature", "head", "time-stamp", "verify"),
    "--witness": ("verify",),
    "bundle": ("import",),
    "entry": ("enter",),
    "file": ("approve", "check-signature", "correct", "post", "rebuild", "restate", "terms check", "token list"),
    "files": ("remittance", "tape"),
    "filing": ("reconcile",),
    "source": ("restore",),
    "statement": ("entry",),
    "terms": ("open",),
}
"""The files that commands only read, by the option or the argument that names them."""


def described() -> Iterator[tuple[str, str, click.Command]]:
    """Yield every command with its program and its name without it."""
    for whole, command in commands():
        program, _, name = whole.partition(" ")
        yield program, name, command


@pytest.mark.parametrize("program", READS)
def test_every_command_is_killed_or_only_reads(program: str) -> None:
    every = {name for its, name, _ in described() if its == program}
    killed, reads = {command_of(name)[0] for name in KILLED}, set(READS[program])
    assert every - killed - reads == set(), "these are neither killed nor known to read only"
    assert reads - every == set(), "these are no commands"
    assert reads & {name for name in killed if not (name == "serve" and program == "replay")} == set()


def test_every_file_is_read_or_written_by_what_is_killed() -> None:
    written, read = set(), set()
    for program, name, command in described():
        for item in command.params:
            # Where a result goes is the business of all of them alike: that of a command which exposes no value.
            if not (isinstance(item.type, (click.Path, click.File)) and item.expose_value):
                continue
            named = item.opts[-1] if isinstance(item, click.Option) else str(item.name)
            if name in READ_FILES.get(named, ()):
                read.add((named, name))
            elif named.startswith("--"):
                assert any(command_of(key)[0] == name and named in command_of(key)[1] for key in KILLED), (name, named)
            else:
                written.add((program, name))
    assert {(named, name) for named, names in READ_FILES.items() for name in names} == read, "these are no such files"
    assert {name for _, name in written} <= {command_of(key)[0] for key in KILLED}


def test_where_results_go_is_one_business_of_all_and_killed() -> None:
    own = {name for _, name, command in described() for item in command.params if item.name == "out"}
    assert "books" in own
    assert ("books", ("--out",)) in map(command_of, KILLED)

"""The page of the commands: what each prints, in which formats, and what its exit statuses mean.

``python -m replay.cli.describe`` prints it; a test holds ``docs/commands.md`` to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import click

from ledger.cli import main as ledger_main
from replay.cli import main as replay_main

ARTEFACTS = {
    "ledger events": "JSON Lines, as they were posted",
    "ledger schemas": "JSON Schema",
    "ledger remittance": "JSON Lines, to be posted",
    "ledger tape": "JSON Lines, to be posted",
    "ledger terms schema": "JSON Schema",
    "ledger token add": "the token, once",
    "replay sign": "JSON, a checkpoint",
    "replay verifier": "Python",
}
"""What is printed in a form of its own, for a program that reads that and nothing else."""

STATUSES = re.compile(r"Exit status:? 0:? (.+?)[;,] 1:? (.+?)[;,] 2:? (.+?)\.(?: |$)")
"""How the help of a command says what its exit statuses mean."""

_DONE, _UNUSABLE = "done", "it could not be used"

_HEAD = """# Commands

Generated from the commands themselves (`make commands`); do not edit.

Results go to standard output, messages to standard error. An exit status means the same everywhere:

| status | meaning |
|---|---|
| 0 | done, and nothing speaks against what was asked |
| 1 | something was found and is named: figures differ, something is unsound or refused |
| 2 | the command, its input or the database could not be used; nothing is printed as a result |

Every result as JSON begins with `about`, which holds its version at least, and has a [schema](schemas/results/)
named after the command. The version counts up when a member means something else or is there no longer; one that is new
does not change it. A page of `replay serve` that is not a command's has the same `about`, and a schema that begins with
`replay-serve`; what `ledger serve` answers besides results is described by [its own document](openapi.json).

Where `--format json` or `--format jsonl` is given, what is refused or could not be read is printed too, as violations
(`event_id`, `field`, `code`, `message`) with the codes that are told on standard error. A command that is given
otherwise than it can be (an option that it does not have, two that exclude one another) tells its usage there alone.

Every command takes `--quiet`: nothing is said but the result and what went wrong. Whatever prints a result takes
`--out FILE`: the file holds the bytes that would be printed, whole or not at all. They are the same in every pipe and
file: nothing in them is coloured, wrapped or cut to a width. On a terminal alone, what a result says of itself is dim
and lines that alarm are red (`NO_COLOR` forbids it), what is longer than the screen goes through `PAGER` (`less` where
it is not set; an empty one or `--quiet` forbids it), and a bar is shown on standard error. A head is `SEQUENCE:HASH`
wherever it is printed or asked for.

Both programs complete words, for bash, zsh and fish. For bash, put this into `~/.bashrc`; for others write `zsh_source`
or `fish_source`:

```sh
eval "$(_LEDGER_COMPLETE=bash_source ledger)"
eval "$(_REPLAY_COMPLETE=bash_source replay)"
```

Results of `replay` say [what they are](statements.md#what-a-result-says-of-itself), and `replay rebuild` makes them
again.
"""


class Described(NamedTuple):
    """A command by its whole name, with its formats and what its exit statuses mean; no format: it prints no result."""

    name: str
    formats: str
    out: bool
    statuses: tuple[str, str, str]


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command of both programs by its whole name."""
    for program, group in (("ledger", ledger_main), ("replay", replay_main)):
        yield from _inside(program, group)


def _inside(name: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for word, command in sorted(group.commands.items()):
        whole = f"{name} {word}"
        if isinstance(command, click.Group):
            yield from _inside(whole, command)
        else:
            yield whole, command


def command_told(name: str, command: click.Command) -> Described:
    """Return what is told of a command."""
    form = next((item for item in command.params if item.name == "form"), None)
    formats = ", ".join(form.type.choices) if form is not None and isinstance(form.type, click.Choice) else ""
    text = " ".join((command.help or "").replace("\b", " ").split())
    found = STATUSES.search(text)
    told = (found[1], found[2], found[3]) if found is not None else (_DONE, "", _UNUSABLE)
    return Described(
        name=name,
        formats=formats or ARTEFACTS.get(name, ""),
        out=any(item.name == "out" for item in command.params),
        statuses=told,
    )


def commands_page() -> str:
    """Return the page as Markdown."""
    lines = [_HEAD]
    for program in ("ledger", "replay"):
        lines.append(f"## `{program}`\n")
        lines.append("| command | formats | `--out` | 0 | 1 | 2 |")
        lines.append("|---|---|---|---|---|---|")
        for name, command in commands():
            if name.split()[0] == program:
                lines.append(_row(command_told(name, command)))
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(item: Described) -> str:
    cells = (
        f"`{item.name}`",
        item.formats or "prints no result",
        "yes" if item.out else "",
        *(status or "never" for status in item.statuses),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    print(commands_page(), end="")

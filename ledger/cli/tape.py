"""``ledger tape``: a loan tape as boarding events."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ledger.cli.base import main, refuse
from ledger.console import UNUSABLE, CalendarDate, WholeNumber, reporting, say, show
from ledger.errors import InvalidEvent, InvalidTerms

if TYPE_CHECKING:
    from ledger.tapes import TapeMap


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--deal", required=True, help="The deal that the loans belong to.")
@click.option("--group", help="The loan group that they board into, unless the map has a column for it.")
@click.option("--date", "on", required=True, type=CalendarDate(), help="Boarding date, YYYY-MM-DD.")
@click.option("--map", "map_name", required=True, help="A map shipped with the product (freddie-mac) or a JSON file.")
@click.option("--encoding", help="How the tape is encoded, in place of what the map says (utf-8 if nothing).")
@click.option("--loans", type=WholeNumber(0), help="Refuse a tape that holds another number of loans.")
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
    from ledger.reports.logs import event_line
    from ledger.tapes import read_tape, tape_lines

    expected = None if balance is None else _expected_balance(balance)
    chosen = _tape_map(map_name, encoding)
    name = getattr(file, "name", "-")
    try:
        lines = tape_lines(_content(file), chosen.encoding, name)
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
        refuse(fault.violations, "nothing was written")
    for event in [codec.encode(loan) for loan in reading.loans]:
        show(event_line(event.decode()))
    for row in reading.totals:
        say(f"{name}:{row.line}: {row.label!r} was read as a totals row; its {row.balance:,} is the sum of the loans")
    if not lines[-1].endswith(("\n", "\r")):
        say(f"{name}: the last line has no line break at its end; see that the file is whole")
    passed = reading.blank + len(reading.totals)
    say(
        f"{reading.rows} rows read: {len(reading.loans)} loans, {passed} passed over ({len(reading.totals)} totals, "
        f"{reading.blank} blank); {reading.balance:,} in all"
    )


def _content(file: BinaryIO) -> bytes:
    from ledger.errors import InvalidArgument
    from ledger.values.limits import TAPE_BYTES

    content = file.read(TAPE_BYTES.value + 1)
    if len(content) > TAPE_BYTES.value:
        raise InvalidArgument("FILE", "too_large", TAPE_BYTES.exceeded("the tape"))
    return content


def _expected_balance(text: str) -> Decimal:
    from ledger.values.money import BadValue, amount

    try:
        return amount(text)
    except BadValue as fault:
        raise click.BadParameter(fault.message, param_hint="--balance") from None


def _tape_map(name: str, encoding: str | None) -> TapeMap:
    import attrs

    from ledger.tapes import shipped_map, shipped_maps, tape_map_from_json
    from ledger.values.limits import EVENT_CHARACTERS

    try:
        if name in shipped_maps():
            chosen = shipped_map(name)
        elif Path(name).is_file():
            with Path(name).open(encoding="utf-8") as opened:
                chosen = tape_map_from_json(opened.read(EVENT_CHARACTERS.value + 1))
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

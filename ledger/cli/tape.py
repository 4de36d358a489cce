"""``ledger tape``: a loan tape as boarding events."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from ledger.cli.base import main, opened, refuse
from ledger.console import CalendarDate, WholeNumber, give_up, reporting, say, show, tell
from ledger.errors import InvalidEvent, InvalidTerms, Violation
from ledger.visible import quoted

if TYPE_CHECKING:
    from ledger.reports import Report
    from ledger.service import Ledger
    from ledger.tapes import TapeMap, TapeReading

_WHERE = "Keep the rows whose COLUMN is VALUE (several: any of one column's values, all columns)."


@main.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.File("rb"))
@click.option("--deal", help="The deal that the loans belong to.")
@click.option("--group", help="The loan group that they board into, unless the map has a column for it.")
@click.option("--date", "on", type=CalendarDate(), help="Boarding date, YYYY-MM-DD.")
@click.option("--map", "map_name", help="A map shipped with the product (freddie-mac, ...) or a JSON file.")
@click.option("--join", "second", type=click.File("rb"), help="A second file, joined by loan as the map's join says.")
@click.option("--join-sheet", help="As --sheet, of the second file.")
@click.option("--join-member", help="As --member, of the second file.")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE", help=_WHERE)
@click.option("--join-where", multiple=True, metavar="COLUMN=VALUE", help="As --where, of the second file.")
@click.option("--sheet", help="The sheet of a workbook that has several, by its name or number.")
@click.option("--member", help="The file of a zip archive that has several.")
@click.option("--encoding", help="How the tape is encoded, in place of what the map says (utf-8 if nothing).")
@click.option("--loans", type=WholeNumber(0), help="Refuse a tape that holds another number of loans.")
@click.option("--balance", help="Refuse a tape whose balances add up to another amount.")
@click.option("--rejects", type=click.Path(path_type=Path), help="Set rows that are refused aside in this new file.")
@click.option("--report", type=click.Path(path_type=Path), help="Write what was read into this new file, as JSON.")
@click.option("--post", "url", metavar="URL", help="Post the loans into this ledger at once, instead of writing them.")
@click.option("--guess", is_flag=True, help="Propose a map for FILE, to be read and edited; with reasons.")
@reporting
def tape(files: tuple[BinaryIO, ...], guess: bool, **options: Any) -> None:
    """Turn the loan tape FILE... into boarding events, as JSON Lines for `ledger post`: every loan of it, or none.

    FILE is text (CSV, pipes, tabs, fixed width), an Excel workbook (.xlsx), Parquet, or XML of Schedule AL, each also
    in gzip or zip. Several files are read one after the other. Without --guess, --deal, --date and --map are needed.

    \b
    Without a map, have one proposed, read it, edit it:
      ledger tape --guess pool.xlsx > pool.json
    Then:
      ledger tape pool.xlsx --deal trust --group one --date 2024-01-01 --map pool.json \\
        --loans 268 --balance 37849356.11 > boarding.jsonl
      ledger post trust.db boarding.jsonl
    Or both at once, which prints the receipt:
      ledger tape pool.xlsx --deal trust ... --post trust.db
    Rows that are refused, set aside, mended, and read alone:
      ledger tape pool.xlsx ... --rejects rest.csv > boarding.jsonl
      ledger tape rest.csv ... > rest.jsonl

    A map is a JSON object: columns (fields of a loan and the columns that hold them; loan, balance and note_rate at
    least), delimiter, quote, encoding, percent_rates, date_formats, header, cells, layout, decimals, cash_decimals,
    optional, constants, null_words, sentinels, codes, units, serial_dates, filters, join. docs/tapes.md describes each,
    and what is checked.

    Exit status 0: read, and posted if asked; 1: refused, and nothing was written; 2: a file could not be used.
    """
    if guess:
        _guess(files, options)
        return
    for name, option in (("deal", "--deal"), ("on", "--date"), ("map_name", "--map")):
        if options[name] is None:
            raise click.UsageError(f"Missing option '{option}'.")
    _read(files, options)


def _guess(files: Sequence[BinaryIO], options: dict[str, Any]) -> None:
    from ledger.tapes.guess import guessed_map

    if len(files) != 1:
        raise click.UsageError("--guess looks at one FILE.")
    asked = {name: options[name] for name in ("sheet", "member")}
    name = getattr(files[0], "name", "-")
    try:
        found = guessed_map(files[0], name, encoding=options["encoding"] or "utf-8", **asked)
    except InvalidEvent as fault:
        refuse(fault.violations, "no map is proposed")
    for reason in found.reasons:
        say(reason)
    if not found.complete:
        say("this is no map yet; what needs a column is named above")
    show(json.dumps(dict(found.keys), indent=2, ensure_ascii=False))


def _read(files: Sequence[BinaryIO], options: dict[str, Any]) -> None:
    from ledger.files import write_once
    from ledger.reports import as_text
    from ledger.store.memory import gc_paused
    from ledger.tapes.summary import tape_report

    expected = None if options["balance"] is None else _expected_balance(options["balance"])
    chosen = with_filters(tape_map(options["map_name"], options["encoding"]), options)
    new = _new_files(options)
    with ExitStack() as held:
        held.enter_context(gc_paused())
        ledger = None if options["url"] is None else held.enter_context(opened(options["url"]))
        if ledger is not None:
            _check_open(ledger, options["url"], options["deal"])
        try:
            reading = _reading(files, chosen, options, expected)
        except InvalidEvent as fault:
            refuse(fault.violations, "nothing was written")
        report = tape_report(reading, loans=options["loans"], balance=expected)
        contents = _contents(reading, chosen, options, report)
        held.enter_context(_removed_if_refused(_still_to_be_made(new, contents)))
        for path, content in contents.items():
            write_once(path, content)
        if ledger is None:
            _write(reading, options["deal"], {*chosen.columns, *(chosen.join.columns if chosen.join else ())})
        _say_what_was_set_aside(reading, options["rejects"])
        _say_what_was_read(reading)
        # What was set aside leaves the tape other than it was stated to be, which is no success to be quiet of.
        (say if reading.rejected else tell)(as_text(report).rstrip("\n"))
        if ledger is not None:
            _post(reading, options["deal"], ledger)


def _new_files(options: dict[str, Any]) -> list[Path]:
    """Return the files that may be written; raises where two are one."""
    rejects, report = options["rejects"], options["report"]
    found = [] if rejects is None else [rejects, _reasons(rejects)]
    found += [] if report is None else [report]
    if len({path.absolute() for path in found}) < len(found):
        raise click.UsageError("--rejects and --report are two files; name each of them")
    return found


def _contents(reading: TapeReading, chosen: TapeMap, options: dict[str, Any], report: Report) -> dict[Path, bytes]:
    """Return what is to be written besides the loans, by file: rows set aside, why, and what was read."""
    from ledger.reports import as_csv, as_json
    from ledger.tapes.rejects import reasons_report, rejects_bytes

    found: dict[Path, bytes] = {}
    if reading.rejected:
        found[_reasons(options["rejects"])] = as_csv(reasons_report(reading.rejected)).encode()
        kept = [row for row in reading.rejected if not row.second]
        if kept:
            found[options["rejects"]] = rejects_bytes(kept, chosen)
    if options["report"] is not None:
        found[options["report"]] = as_json(report).encode()
    return found


def _still_to_be_made(files: Sequence[Path], contents: dict[Path, bytes]) -> list[Path]:
    """Return the files that are not there; raises where one holds anything else than what this tape writes into it.

    Whoever is killed between its files and its posting leaves the files: the same tape read again goes on from there.
    """
    from ledger.files import check_new, holds

    found = []
    for path in files:
        if path not in contents or not holds(path, contents[path]):
            check_new(path)
            found.append(path)
    return found


def _reasons(rejects: Path) -> Path:
    return rejects.with_name(f"{rejects.name}.reasons.csv")


@contextmanager
def _removed_if_refused(files: Sequence[Path]) -> Iterator[None]:
    """Remove what was written where what comes behind it fails: everything is done, or nothing."""
    try:
        yield
    except BaseException:
        for path in files:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise


def _check_open(ledger: Ledger, url: str, deal: str) -> None:
    """Refuse a ledger without the deal before a long tape is read."""
    if deal not in ledger.deals():
        message = f"the ledger has no deal {quoted(deal)}; open it first: ledger open {url} {deal} terms.json"
        refuse([Violation(deal, "deal", "unknown_deal", message)])


def _reading(
    files: Sequence[BinaryIO], chosen: TapeMap, options: dict[str, Any], expected: Decimal | None
) -> TapeReading:
    from ledger.tapes import TapeReader, opened_tape

    inside = {name: options[name] for name in ("sheet", "member")}
    name = getattr(files[0], "name", "-")
    with reading_progress(files) as progress:
        reader = TapeReader(
            tape=chosen,
            deal=options["deal"],
            group=options["group"],
            effective_date=options["on"].date(),
            name=name,
            set_aside=options["rejects"] is not None,
            by_columns=True,
            progress=progress,
        )
        if (options["second"] is None) != (chosen.join is None):
            told = "the map joins a second file: give it with --join"
            raise click.UsageError(told if chosen.join is not None else "--join needs a map with the key join")
        if options["second"] is not None and chosen.join is not None:
            second, there = options["second"], {name: options[f"join_{name}"] for name in inside}
            with opened_tape(second, chosen.join, getattr(second, "name", "-"), **there) as table:
                reader.join(table)
        for file in files:
            with opened_tape(file, chosen, getattr(file, "name", "-"), **inside) as table:
                reader.take(table)
    return reader.end(loans=options["loans"], balance=expected)


def _write(reading: TapeReading, deal: str, mapped: Collection[str]) -> None:
    """Write the loans as lines, which say of each field that the map has a column for whether it is available."""
    from ledger.events import codec
    from ledger.reports.logs import event_line, event_lines

    for loans in _parts(reading):
        if isinstance(loans, list):
            for loan in loans:
                show(event_line(codec.spelt_out(loan, mapped).decode()))
            continue
        from ledger.writing.columns import encode
        from ledger.writing.tables import EventTable, as_events

        table = EventTable("loan_boarded", loans)
        columns = encode(table, loans, deal, spelt=mapped)
        if columns is None:
            show(event_lines([codec.spelt_out(loan, mapped).decode() for loan in as_events(table, loans, deal)]))
            continue
        for payloads in columns.payloads.parts():
            show(event_lines(payloads.to_list()))


def _parts(reading: TapeReading) -> Sequence[Any]:
    from ledger.tapes.boarded import BoardedLoans

    return reading.loans.parts if isinstance(reading.loans, BoardedLoans) else [list(reading.loans)]


def _post(reading: TapeReading, deal: str, ledger: Ledger) -> None:
    """Post the loans: as one table where all were read as columns, which is quickest."""
    from ledger.cli.posting import announced, finish_posting
    from ledger.tapes.boarded import BoardedLoans

    with announced(len(reading.loans)):
        if isinstance(reading.loans, BoardedLoans) and any(not isinstance(part, list) for part in reading.loans.parts):
            outcome = ledger.post_table(deal, [("loan_boarded", table) for table in reading.loans.tables()])
        else:
            outcome = ledger.post_many(reading.loans)
    finish_posting(outcome, [] if outcome.accepted else list(outcome.violations), dry_run=False)


def _say_what_was_read(reading: TapeReading) -> None:
    whole = reading.balance
    for row in reading.totals:
        if row.balance == whole:
            told = f"{row.label!r} was read as a totals row; its {row.balance:,} is the sum of the loans"
            tell(f"{row.file}:{row.line}: {told}")
    for note in reading.notes:
        tell(note)
    passed = reading.blank + len(reading.totals)
    more = f", {reading.filtered} passed over by filters" if reading.filtered else ""
    more += f", {len(reading.rejected)} rejected" if reading.rejected else ""
    more += f", {reading.unmatched} loans of the second file without one in the first" if reading.unmatched else ""
    (say if reading.rejected else tell)(
        f"{reading.rows} rows read: {len(reading.loans)} loans, {passed} passed over ({len(reading.totals)} totals, "
        f"{reading.blank} blank){more}; {whole:,} in all"
    )


def _say_what_was_set_aside(reading: TapeReading, target: Path) -> None:
    if not reading.rejected:
        return
    beside, second = _reasons(target), sum(row.second for row in reading.rejected)
    if kept := len(reading.rejected) - second:
        say(f"{kept} rows were set aside in {target} (why: {beside}); mend them and read that file alone")
    if second:
        say(f"{second} rows of the second file are refused (why: {beside}); mend them there")


@contextmanager
def reading_progress(files: Sequence[BinaryIO]) -> Iterator[Callable[[int], None] | None]:
    """Show how many rows are read, and how much of the files, where standard error is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    sizes = [os.fstat(file.fileno()).st_size if file.seekable() else 0 for file in files]
    seen = [0]

    def told(rows: int) -> None:
        seen[0] += rows
        done = sum(file.tell() for file in files if file.seekable() and not file.closed)
        share = f", {min(done / sum(sizes), 1):.0%}" if sum(sizes) else ""
        click.echo(f"\r{seen[0]:,} rows read{share}", nl=False, err=True)

    try:
        yield told
    finally:
        click.echo("\r\x1b[K", nl=False, err=True)


def _expected_balance(text: str) -> Decimal:
    from ledger.tapes.cells import number
    from ledger.values.money import BadValue, amount

    try:
        return amount(str(number(text, grouped=True)))
    except BadValue as fault:
        raise click.BadParameter(fault.message, param_hint="--balance") from None


def tape_map(name: str, encoding: str | None) -> TapeMap:
    import attrs

    from ledger.tapes import shipped_map, shipped_maps, tape_map_from_json
    from ledger.values.limits import EVENT_CHARACTERS

    chosen, told = None, f"there is no map {name!r}; shipped are {', '.join(shipped_maps())}, or name a JSON file"
    try:
        if name in shipped_maps():
            chosen = shipped_map(name)
        elif Path(name).is_file():
            with Path(name).open(encoding="utf-8") as opened:
                chosen = tape_map_from_json(opened.read(EVENT_CHARACTERS.value + 1))
        if chosen is not None and encoding is not None:
            chosen = attrs.evolve(chosen, encoding=encoding)
    except UnicodeDecodeError as fault:
        chosen, told = None, f"the map {name} is not UTF-8 text (byte {fault.start + 1}); name a JSON file"
    except OSError as fault:
        chosen, told = None, f"the map {name} cannot be read: {fault.strerror}; name a JSON file"
    except InvalidTerms as fault:
        chosen, told = None, f"the map {name}: {fault}"
    if chosen is None:
        give_up(told, "map_unusable", field="map")
    return chosen


def with_filters(chosen: TapeMap, options: dict[str, Any]) -> TapeMap:
    """Return a map with the filters of the command besides its own."""
    import attrs

    more = _filters(options["where"], "--where", chosen)
    chosen = attrs.evolve(chosen, filters=(*chosen.filters, *more))
    second = chosen.join
    if second is not None:
        more = _filters(options["join_where"], "--join-where", second)
        chosen = attrs.evolve(chosen, join=attrs.evolve(second, filters=(*second.filters, *more)))
    return chosen


def _filters(given: Sequence[str], option: str, chosen: TapeMap) -> list[dict[str, Any]]:
    found: dict[str | int, list[str]] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise click.BadParameter(f"write COLUMN=VALUE, not {text!r}", param_hint=option)
        by_number = not chosen.header and not chosen.layout and name.isdecimal()
        found.setdefault(int(name) if by_number else name, []).append(value)
    return [{"column": name, "is": values} for name, values in found.items()]

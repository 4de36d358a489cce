"""Whether a published statement is of the deal and the distribution that were replayed.

Trustees print a deal's name otherwise than its terms do (`SMT SERIES 2002-11` for `Sequoia Mortgage Trust 2002-11`), so
names are compared by their series and their words. The rule: where both sides name a series (`2002-11`, `2005-HE1`),
one series must be the same; where both sides hold words of their own, one word must be the same, or be the initials of
the other side's words, or run together with them. Case, punctuation and words that any deal may have (trust, series,
mortgage) do not matter. Our side is the title in the terms, the deal's name in the ledger, and any further name given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

import attrs

from replay.filing import ClassTable, Filing, ReadProblem
from replay.statements.statement import Statement

SERIES = re.compile(r"(?<![\w/-])(?:19|20)[0-9]{2}-(?:[A-Z]{1,4}[0-9]{0,3}|[0-9]{1,3}[A-Z]?)(?![\w/-])", re.IGNORECASE)
"""A series as deals are numbered: a year and a number, a letter or both."""

_COMMON = frozenset(re.findall(r"\w+", """
    a all an and asset assets backed bank bond bonds certificate certificates class collateralized company corp
    corporation deal distribution equity for from funding home inc issuer llc loan loans ltd monthly mortgage national
    note notes of on owner pass payment pool remittance report revolving securities security series servicing
    statement the through to trust trustee
"""))  # fmt: skip
_URL = re.compile(r"\b[A-Za-z][A-Za-z+.-]{0,20}://\S*")


def series_of(name: str) -> set[str]:
    """Return the series that a name holds, in capitals."""
    return {match[0].upper() for match in SERIES.finditer(_URL.sub(" ", name.replace("_", " ")))}


def words_in(name: str) -> list[str]:
    """Return the words of a name in small letters, without its series."""
    return re.findall(r"[a-z]{2,}", SERIES.sub(" ", _URL.sub(" ", name.replace("_", " "))).lower())


def _own(name: str) -> set[str]:
    return {word for word in words_in(name) if word not in _COMMON}


def _initials(names: Iterable[str]) -> set[str]:
    return {"".join(word[0] for word in words_in(name)) for name in names}


def _share_a_word(printed: str, names: Sequence[str]) -> bool:
    theirs, ours = _own(printed), {word for name in names for word in _own(name)}
    if not theirs or not ours or theirs & ours:
        return True
    if theirs & _initials(names) or ours & _initials([printed]):
        return True
    run = "".join(words_in(printed)), "".join(word for name in names for word in words_in(name))
    return any(word in run[1] for word in theirs if len(word) > 3) or any(
        word in run[0] for word in ours if len(word) > 3
    )


def same_deal(printed: str, names: Sequence[str]) -> bool:
    """Say whether a printed name can be that of a deal with these names."""
    theirs, ours = series_of(printed), {series for name in names for series in series_of(_spaced(name))}
    if theirs and ours and not theirs & ours:
        return False
    return _share_a_word(printed, names)


def _spaced(name: str) -> str:
    """Set a series apart that hyphens join to a name, as in `impac-cmb-2002-1`."""
    return re.sub(r"(?<=[A-Za-z])-(?=(?:19|20)[0-9]{2}-)", " ", name)


def names_in(lines: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return what reads as a deal's name in free text, with its line: words that end in a series, one of them `Series`
    or `Trust`."""
    found: list[tuple[int, str]] = []
    for number, line in lines:
        text = _URL.sub(" ", line)
        match = SERIES.search(text)
        if match is not None and re.search(r"\b(?:series|trust)\b", text[: match.start()], re.IGNORECASE):
            found.append((number, " ".join(text[: match.end()].split()).lstrip("# ")))
    return found


@attrs.frozen(kw_only=True)
class Belonging:
    """What speaks against a statement being the one that was asked for, and what it does not say."""

    problems: tuple[ReadProblem, ...] = ()
    notes: tuple[str, ...] = ()


def belonging(statement: Statement, read: Filing | ClassTable, known_as: Sequence[str] = ()) -> Belonging:
    """Compare the deal, the distribution date and the record date that a statement prints with those replayed."""
    names = [*filter(None, (statement.report.terms.title, statement.deal)), *known_as]
    if isinstance(read, ClassTable):
        printed = names_in(read.note_lines)
        paid = [(line, day) for label, line, day in read.printed_dates if label != "record date"]
        recorded = [(line, day) for label, line, day in read.printed_dates if label == "record date"]
        if not read.printed_dates:
            paid = [] if read.distribution_date is None else [(0, read.distribution_date)]
            recorded = [] if read.record_date is None else [(0, read.record_date)]
    else:
        printed = [(read.deal_name_line, read.deal_name)] if read.deal_name else []
        paid = [] if read.distribution_date is None else [(read.distribution_date_line, read.distribution_date)]
        recorded = [] if read.record_date is None else [(read.record_date_line, read.record_date)]
    at = statement.report.distribution
    problems = [
        *_other_names(printed, names),
        *_other_dates("distribution", paid, at.payment_date),
        *(
            []
            if any(day == at.record_date for _, day in recorded)
            else _other_dates("record", recorded, at.record_date)
        ),
    ]
    silent = [
        what
        for what, found in (("deal's name", printed), ("distribution date", paid), ("record date", recorded))
        if not found
    ]
    notes = [f"the statement prints no {', no '.join(silent)} that could be compared"] if silent else []
    return Belonging(problems=tuple(problems), notes=tuple(notes))


def _other_names(printed: Iterable[tuple[int, str]], names: Sequence[str]) -> list[ReadProblem]:
    return [
        ReadProblem(
            source_line=line,
            code="deal-differs",
            message=f"the statement names the deal {name[:80]!r}; asked for was {' or '.join(map(repr, names))}. If "
            f"they are one deal, say so with --known-as {name[:80]!r}",
        )
        for line, name in printed
        if not same_deal(name, names)
    ]


def _other_dates(what: str, printed: Iterable[tuple[int, date]], asked: date) -> list[ReadProblem]:
    option = {
        "distribution": "choose the --record-date of the statement, or the statement of that distribution",
        "record": "check the statement's month, and the record date rule in the deal's terms",
    }[what]
    return [
        ReadProblem(
            source_line=line,
            code=f"{what}-date-differs",
            message=f"the statement gives {day} as its {what} date, the replayed distribution has {asked}; {option}",
        )
        for line, day in printed
        if day != asked
    ]

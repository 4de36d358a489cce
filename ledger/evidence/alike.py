"""Rows that read like one before them: proved without making an event of each.

Nearly every row of a log is of the monthly routine, and reads as one before it but for the loan, the id, the dates, the
amounts and the rates. When a row of such a type has been verified in full, its payload is cut at what may vary: that is
a *pattern*. A later row of the same type and code is held to it: the payload is written again from the row's own
columns and must be the same text, and every other column must be that of the row before. So payload and columns prove
each other, byte for byte, and what is left to ask are the rules that look at a loan's balance, which are those of
:mod:`ledger.rules.deciding`, and the distribution, which is that of the row's dates.

The rules that place a date (:mod:`ledger.rules.placing`) are asked once for each, and again once the terms or the
closings have changed. Whatever does not fit any pattern, for whatever reason, is for the slow way, which names what is
wrong.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from ledger.errors import IntegrityFault, Violation
from ledger.events import base, codec
from ledger.events.base import COMPONENTS, RATES
from ledger.events.registry import REGISTRY, EventType
from ledger.journal.movements import MONTHLY_TYPES, REDUCING
from ledger.rules.deciding import bears_interest_plainly, may_reduce
from ledger.rules.placing import place
from ledger.rules.state import AdvancePosition, DealState, Keys, Moves, moves_of, takes_principal_alone
from ledger.store.rows import StoredRow
from ledger.values.dates import checked_date, date_from_number
from ledger.values.identifiers import LONGEST, PLAIN_IDENTIFIER
from ledger.values.money import LARGEST_AMOUNT, RATE_SCALE, UNITS_PER_DOLLAR, rate

if TYPE_CHECKING:
    from ledger.events.base import Event
    from ledger.rules.state import LoanPosition

_Row = tuple[Any, ...]
"""A stored row, of which columns are asked by their place, as is quickest."""

_AT = {name: place for place, name in enumerate(StoredRow._fields)}
_ID, _TYPE, _DAY, _DISTRIBUTION, _LOAN, _GROUP, _CODE, _PAYLOAD = (
    _AT[name]
    for name in ("event_id", "type", "effective_date", "distribution", "loan", "loan_group", "code", "payload")
)
_PRINCIPAL, _INTEREST, _LOANS, _NOTE_RATE = (_AT[name] for name in ("principal", "interest", "loans", "note_rate"))
_COMPONENTS = slice(_AT[COMPONENTS[0]], _AT[COMPONENTS[-1]] + 1)
_ALWAYS_THE_SAME = ("deal_key", "posts_as", "class_id", "reverses")

_NUMBERS = frozenset({*COMPONENTS, *RATES})

_LARGEST_UNITS = int(LARGEST_AMOUNT) * UNITS_PER_DOLLAR
_WHOLE: int = 10**RATE_SCALE
_MOST_LOANS = 10**9
_MOST_PATTERNS = 8
"""Patterns of one type and code that are kept, those last of use: groups may be named or not, and the like."""


_CENTS = [f"{cents:02d}" for cents in range(100)]


class NotPlain(Exception):
    """A column holds what its field could not have been written from, or what the rules must look at."""


def cash_text(units: int) -> str:
    """Return how a payload writes units of 0.0001 dollar that are whole cents."""
    cents, rest = divmod(units, 100)
    if rest or not 0 <= units <= _LARGEST_UNITS:
        raise NotPlain
    return f"{cents // 100}.{_CENTS[cents % 100]}"


def amount_text(units: int) -> str:
    """Return how a payload writes units of 0.0001 dollar."""
    cents, rest = divmod(units, 100)
    if not 0 <= units <= _LARGEST_UNITS:
        raise NotPlain
    text = f"{cents // 100}.{_CENTS[cents % 100]}"
    return f"{text}{rest:02d}".removesuffix("0") if rest else text


@lru_cache(1 << 16)
def rate_text(units: int) -> str:
    """Return how a payload writes a stored rate; one beyond a hundred per cent is for the rules to look at."""
    if not 0 <= units <= _WHOLE:
        raise NotPlain
    return str(rate(Decimal(units).scaleb(-RATE_SCALE)))


def _count_text(count: int) -> str:
    if not 0 <= count <= _MOST_LOANS:
        raise NotPlain
    return str(count)


@cache
def day_text(number: int) -> str:
    """Return how a payload writes the date that the store keeps as YYYYMMDD."""
    try:
        return checked_date(date_from_number(number)).isoformat()
    except ValueError:
        raise NotPlain from None


@cache
def _day(text: str) -> str:
    """Return the text of a date, if it is one."""
    try:
        checked_date(dt.date.fromisoformat(text))
    except ValueError:
        raise NotPlain from None
    return text


def _day_after(payload: str, mark: str) -> str:
    """Return the date that stands behind a mark in a payload, if it is one."""
    found = payload.find(mark)
    return _day(payload[found + len(mark) : found + len(mark) + 10] if found >= 0 else "")


class _Slot(NamedTuple):
    """A field that may vary from row to row: the code that writes it from the columns, and whether in quotes."""

    written: str
    quoted: bool
    column: str


def _slots(known: EventType) -> dict[str, _Slot]:
    """Return the fields of a type that may vary, by name; dates that no column holds are read from the payload."""
    found = {name: _Slot(name, True, name) for name in ("event_id", "loan")}
    found["effective_date"] = _Slot("day_text(effective_date)", True, "effective_date")
    fields = attrs.fields_dict(known.kind)
    for component, name in known.component_fields.items():
        check = fields[name].validator
        if check in (base.is_amount, base.is_cash):
            write = "cash_text" if check is base.is_cash else "amount_text"
            found[name] = _Slot(f"{write}({component})", True, component)
        elif check in (base.is_rate, base.is_optional_rate):
            found[name] = _Slot(f"rate_text({component})", True, component)
        elif check is base.is_count:
            found[name] = _Slot(f"count_text({component})", False, component)
    for name, item in fields.items():
        if item.validator is base.is_optional_date:
            found[name] = _Slot(f'day_after(payload, \'"{name}":"\')', True, "")
    return found


_DUE_DATE = "due_date"
_SLOTS = {name: _slots(REGISTRY[name]) for name in MONTHLY_TYPES}


@cache
def _reader(
    name: str, varying: tuple[str, ...], shared: tuple[str, ...], noughts: tuple[str, ...]
) -> Callable[..., Callable[[_Row], str | None]]:
    """Return what makes a :attr:`Pattern.reads` of the start of its first slot, what is shared, and its texts.

    Besides what is shared there are the columns that are nought in all such rows. The texts stand before, between and
    behind the slots. Like attrs itself, compile one small function of field names that are known, for it runs once an
    event.
    """
    texts = [f"t{place}" for place in range(len(varying) + 1)]
    written = ["due" if field == _DUE_DATE else _SLOTS[name][field].written for field in varying]
    parts = ", ".join([*(part for pair in zip(texts, written, strict=False) for part in pair), texts[-1]])
    due = '""'
    if _DUE_DATE in varying:
        # Fields are in the order of their names, so that it mostly is the first that varies.
        due = "day(payload[start : start + 10])" if varying[0] == _DUE_DATE else _SLOTS[name][_DUE_DATE].written
    scope: dict[str, Any] = {
        "cash_text": cash_text,
        "amount_text": amount_text,
        "rate_text": rate_text,
        "count_text": _count_text,
        "day": _day,
        "day_after": _day_after,
        "day_text": day_text,
    }
    lines = [
        f"def made(start, values, {', '.join(texts)}):",
        "    def reads(row):",
        f"        {', '.join(StoredRow._fields)} = row",
        f"        due = {due}",
        f"        if {' or '.join(noughts)} or payload != ''.join(({parts})) or ({', '.join(shared)},) != values:",
        "            return None",
        "        return due",
        "    return reads",
    ]
    exec("\n".join(lines), scope)
    made: Callable[..., Callable[[_Row], str | None]] = scope["made"]
    return made


class Pattern(NamedTuple):
    """What rows that are alike have in common.

    ``reads`` returns the due date of a row that fits, "" where there is none, and None for one that does not fit: its
    payload is not what its columns give, or it differs in a column that such rows share. It may raise
    :class:`NotPlain`. ``rated`` says that their events give a note rate, ``moves`` what they move of the state:
    ``cash_alone`` says that there is nothing but cash, ``reduces`` that it is principal alone, off a loan and its
    group.
    """

    reads: Callable[[_Row], str | None]
    rated: bool
    moves: Moves
    reduces: bool
    cash_alone: bool


def _pattern(row: StoredRow) -> Pattern | None:
    """Return the pattern of a row that was verified in full; None where its text is not that of its columns."""
    slots, fields = _SLOTS[row.type], codec.as_fields(row.payload)
    if fields.get("loan") != row.loan or fields["restates"]:
        return None
    constant = {*_ALWAYS_THE_SAME, *COMPONENTS, *RATES}
    texts, varying, text = list[str](), list[str](), "{"
    for name, value in fields.items():
        text += f"{_json(name)}:"
        slot = slots.get(name)
        if slot is None or value is None:
            text += _json(value)
        else:
            texts.append(text + '"' * slot.quoted)
            varying.append(name)
            constant.discard(slot.column)
            text = '"' * slot.quoted
        text += ","
    if fields.get("group") is not None:
        constant.add("loan_group")
    noughts = tuple(sorted(column for column in constant & _NUMBERS if not getattr(row, column)))
    shared = tuple(sorted(constant.difference(noughts)))
    values = tuple(getattr(row, column) for column in shared)
    reads = _reader(row.type, tuple(varying), shared, noughts)(len(texts[0]), values, *texts, text[:-1] + "}")
    try:
        if reads(row) is None:
            return None
    except NotPlain:
        return None
    moves = moves_of(row.type, row.code)
    cash_alone = not (moves.balances or moves.loan or moves.advances or row.type == "scheduled_payment_due")
    return Pattern(reads, fields.get("note_rate") is not None, moves, takes_principal_alone(moves), cash_alone)


def _json(value: Any) -> str:
    return codec.plain_json({"": value})[4:-1]


@attrs.frozen(eq=False)
class _Place:
    """Where rows of a type, code and effective date belong; each is a key of its own."""

    type: str
    code: str
    day: int
    distribution: int


class Patterns:
    """The patterns that rows of a log were found to have, and where their dates belong under the terms and closings."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Pattern]] = {}
        self._places: object = None
        self._placed: dict[tuple[str, str, int, str], _Place] = {}
        self._cash: defaultdict[_Place, list[tuple[int, ...]]] = defaultdict(list)

    def learn(self, row: StoredRow, event: Event, state: DealState) -> None:
        """Take up a row that was verified in full, and was sound, if it is of the monthly routine."""
        if state.terms is None:
            return
        self.follow(state)
        if row.type not in MONTHLY_TYPES or event.restates:
            return
        made = _pattern(row)
        if made is not None:
            held = self._found.setdefault((row.type, row.code), [])
            held.insert(0, made)
            del held[_MOST_PATTERNS:]

    def follow(self, state: DealState) -> None:
        """Forget where dates belong when terms or closings have changed: they may belong elsewhere now."""
        if state.terms is not None and state.places is not self._places:
            self._places = state.places
            self._placed.clear()

    def prove(self, rows: Sequence[_Row], start: int, end: int, state: DealState, *, plainly: bool) -> int:
        """Prove rows by what those before them were like, and move the state by them; return where that ends.

        That is ``end``, or the place of a row that needs the slow way. The rows' columns are known to be of their
        types, their ids to be new, and where ``plainly`` is set to be what :func:`are_plain` says of them. Cash follows
        with :meth:`settle`, for none of the rules that a proved row must pass asks for it.
        """
        loans, found, places, cash = state.loans, self._found, self._placed, self._cash
        for at in range(start, end):
            row = rows[at]
            name, day, code = row[_TYPE], row[_DAY], row[_CODE]
            held, patterns = loans.get(row[_LOAN]), found.get((name, code))
            if held is None or not held.group or held.group != row[_GROUP] or patterns is None:
                return at
            pattern = patterns[0]
            try:
                due = pattern.reads(row)
            except NotPlain:
                due = None
            if due is None:
                due = self._another(patterns, row)
                pattern = patterns[0]
            if due is None or not (plainly or are_plain([row[_ID]])):
                return at
            placed = places.get((name, code, day, due)) or self._place(row, due, state)
            if placed is None or placed.distribution != row[_DISTRIBUTION]:
                return at
            if name in REDUCING and not _may_reduce(row, held, pattern, state):
                return at
            if not pattern.cash_alone:
                _move(pattern, row, state)
            if pattern.moves.cash or pattern.moves.funds:
                cash[placed].append(row[_COMPONENTS])
        return end

    def _another(self, patterns: list[Pattern], row: _Row) -> str | None:
        """Return the due date of a row that fits another pattern than the first, which it is from now on."""
        for pattern in patterns[1:]:
            try:
                due = pattern.reads(row)
            except NotPlain:
                continue
            if due is not None:
                patterns.remove(pattern)
                patterns.insert(0, pattern)
                return due
        return None

    def _place(self, row: _Row, due: str, state: DealState) -> _Place | None:
        """Return where the dates of a row belong whose payload is proved; None where the rules do not let them in."""
        name, code, day = row[_TYPE], row[_CODE], row[_DAY]
        try:
            found = place(codec.decode(row[_PAYLOAD]), name, code, state)
        except IntegrityFault:
            return None
        if isinstance(found, Violation):
            return None
        made = self._placed[name, code, day, due] = _Place(name, code, day, found)
        return made

    def settle(self, state: DealState) -> None:
        """Move the cash of the rows that were proved."""
        for at, moved in self._cash.items():
            state.move_cash(at.type, at.code, tuple(map(sum, zip(*moved, strict=True))), at.day, at.distribution)
        self._cash.clear()


def _may_reduce(row: _Row, held: LoanPosition, pattern: Pattern, state: DealState) -> bool:
    """Say whether the rules let in what takes principal off a loan, at a glance."""
    name = row[_TYPE]
    if name == "scheduled_payment_due" and state.dues.stands(row[_LOAN], row[_DAY]):
        return False
    if name == "payoff_collected" and row[_INTEREST] and not bears_interest_plainly(row[_CODE], state):
        return False
    return may_reduce(name, held, row[_PRINCIPAL], row[_LOANS], row[_NOTE_RATE] if pattern.rated else None, state)


def _move(pattern: Pattern, row: _Row, state: DealState) -> None:
    """Move the state by a row that is proved, but for its cash."""
    moves, name, day, loan = pattern.moves, row[_TYPE], row[_DAY], row[_LOAN]
    if pattern.reduces:
        state.take_off(loan, row[_GROUP], row[_PRINCIPAL])
    elif moves.balances or moves.loan or moves.advances:
        keys, components = Keys(loan, row[_GROUP], "", row[_CODE]), row[_COMPONENTS]
        if moves.balances:
            state.apply_balances(name, keys, components)
        if moves.loan:
            state.loans[loan].apply(name, keys, components)
        if moves.advances:
            if loan not in state.loan_advances:
                state.loan_advances[loan] = AdvancePosition()
            state.move_advances(name, keys, components, day)
    if name == "scheduled_payment_due":
        state.note_due(loan, day, row[_DISTRIBUTION])


_lines = re.compile(rf"(?:{PLAIN_IDENTIFIER}\n)*").fullmatch
_one = re.compile(PLAIN_IDENTIFIER).fullmatch
_LETTERS = bytes(letter for letter in range(128) if _one(f"a{chr(letter)}"))
_FIRST_LETTERS = frozenset(chr(letter) for letter in range(128) if _one(chr(letter)))


def are_plain(event_ids: Sequence[str]) -> bool:
    """Say whether every one of these can be the id of an event, and is spelt with the plainest of letters."""
    if max(map(len, event_ids)) > LONGEST or "" in event_ids:
        return False
    together = "".join(event_ids)
    if together.isascii() and not together.encode().translate(None, _LETTERS):
        # Nearly all are of one word.
        return _FIRST_LETTERS.issuperset(map(itemgetter(0), event_ids))
    return _lines("\n".join((*event_ids, ""))) is not None


_TYPES: dict[str, type] = {**dict.fromkeys(StoredRow._fields, str), "hash": bytes}
_TYPES |= dict.fromkeys(("deal_key", "sequence", "effective_date", "distribution", "recorded_at"), int)
_TYPES |= dict.fromkeys((*COMPONENTS, *RATES), int)
_STAMP, _REVERSES, _HASH = (_AT[name] for name in ("recorded_at", "reverses", "hash"))


def well_typed(rows: Sequence[StoredRow], latest: int) -> bool:
    """Say whether every column of every row is of its type; ``latest`` is the last moment that a stamp may have."""
    columns = list(zip(*rows, strict=True))
    for at, kind in enumerate(_TYPES.values()):
        if at != _REVERSES and set(map(type, columns[at])) != {kind}:
            return False
    if not set(map(type, columns[_REVERSES])) <= {str, type(None)}:
        return False
    return set(map(len, columns[_HASH])) == {32} and min(columns[_STAMP]) >= 0 and max(columns[_STAMP]) <= latest


__all__ = ["Pattern", "Patterns", "amount_text", "are_plain", "cash_text", "rate_text", "well_typed"]

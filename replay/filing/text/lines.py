"""From the hard-wrapped lines of a text filing back to the lines that were printed.

A line that begins with `>` continues the line before it. The filing agent cut lines near column 77 and dropped
trailing blanks, so the earlier piece is padded to the wrap column before the next is appended: then the columns
of the page line up again. The cut is sloppy by a column or two, and now and then it falls inside a number; such a
number is put together again. Every printed line remembers which line of the text each part of it came from.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from attrs import field, frozen

from replay.filing.model import Gathered
from replay.filing.text.numbers import is_number
from replay.filing.text.raw import physical_lines

TEMPLATE_WIDTH = 77
CELL_WIDTH = 15

_MOST_PIECES = 12
_NARROWEST = 16
_SLOPPINESS = 2
_LONGEST_LINE = 1200
_WHOLE = re.compile(r"\bPage +[0-9]+ +of +[0-9]+ +\(c\) COPYRIGHT|\S for [A-Z][a-z]+ [0-9]+, [0-9]{4} Distribution$")
_PIECE = re.compile(r"\S+(?: \S+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]")
_CUT_LEFT = re.compile(r"[0-9.,($-]$")
_CUT_RIGHT = re.compile(r"^[0-9.,)%]")
_FOOTER_TAIL = re.compile(r"\s*[0-9]{0,3}\s*of\s+[0-9]+\s+\(c\)|\s*\(c\) COPYRIGHT", re.IGNORECASE)
_ORDINALS = re.compile(r"[0-9()=+\- ]*\([0-9]{1,2}\)[0-9()=+\- ]*")
_LOAN_START = re.compile(r"[0-9]{5,}\s{1,3}[0-9A-Za-z]{1,2}\s{2,}")


@frozen(kw_only=True)
class Piece:
    """A run of text without two blanks in a row, and the columns it covers."""

    text: str
    start: int
    end: int


def split_pieces(text: str, offset: int = 0) -> tuple[Piece, ...]:
    """Return the pieces of the text, their columns counted from `offset`."""
    return tuple(
        Piece(text=match[0], start=match.start() + offset, end=match.end() + offset) for match in _PIECE.finditer(text)
    )


@frozen(kw_only=True)
class Line:
    """One printed line: its text, its pieces, and where in the file its parts came from.

    `marks` pairs the column at which each part begins with its line number in the file.
    """

    text: str
    marks: tuple[tuple[int, int], ...]
    pieces: tuple[Piece, ...] = field(init=False, repr=False, eq=False)

    @pieces.default
    def _split(self) -> tuple[Piece, ...]:
        return split_pieces(self.text)

    @property
    def number(self) -> int:
        """The line number of the line's first part."""
        return self.marks[0][1]

    @property
    def squeezed(self) -> str:
        """The text with single blanks between words."""
        return " ".join(self.text.split())

    @property
    def squashed(self) -> str:
        """The text without blanks, lower-cased: for comparing words that a wrap may have cut."""
        return squash(self.text)

    def number_at(self, column: int) -> int:
        """Return the line number of the part in which the column stands."""
        index = bisect_right(self.marks, (column, 10**9)) - 1
        return self.marks[max(0, index)][1]


def squash(text: str) -> str:
    """Return the text without blanks, lower-cased."""
    return "".join(text.split()).lower()


def unwrap(text: str, out: Gathered) -> list[Line]:
    """Return the printed lines of a wrapped text; what cannot be joined becomes a problem."""
    clean = [_clean(number, line, out) for number, line in enumerate(physical_lines(text), start=1)]
    groups = _group(_restore_markers(clean, out), out)
    width = _wrap_width(groups)
    lines = [_join(group, width) for group in groups]
    if width != TEMPLATE_WIDTH:
        _report_width(groups, width, out)
    return lines


def _clean(number: int, line: str, out: Gathered) -> str:
    line = line.lstrip("\x0c")
    if _CONTROL.search(line):
        out.problem(number, None, "control-characters", f"line {number} holds characters that are not text")
        line = _CONTROL.sub("?", line)
    line = line.replace("\u00a0", " ").expandtabs(8).rstrip()
    if len(line) > _LONGEST_LINE:
        out.problem(number, None, "line-too-long", f"line {number} has {len(line)} characters; the rest is not read")
        line = line[:_LONGEST_LINE]
    return line


def _restore_markers(clean: list[str], out: Gathered) -> list[str]:
    """Put lost wrap markers back where a line can only be the tail of the line before it."""
    if any(line.startswith(">") or len(line) > TEMPLATE_WIDTH + 10 for line in clean):
        return clean
    restored = [
        ">" + line if index and clean[index - 1].strip() and _is_tail(line, clean[index - 1]) else line
        for index, line in enumerate(clean)
    ]
    tails = [number for number, line in enumerate(restored, start=1) if line.startswith(">")]
    if not any("TOTAL" in restored[number - 1] for number in tails):
        return clean
    out.problem(
        tails[0], None, "wrap-markers-lost", f"no wrap markers; {len(tails)} lines were taken for continuations"
    )
    return restored


def _is_tail(line: str, before: str) -> bool:
    pieces = split_pieces(line)
    if not pieces:
        return False
    if len(before) >= TEMPLATE_WIDTH - _SLOPPINESS and not before.endswith("Distribution"):
        return True
    if _FOOTER_TAIL.match(line) or re.search(r"PAYMTS.*TOTAL$", line):
        return not before.lstrip().startswith(("CURRENT", "(c)")) and "CURRENT" not in line
    if pieces[-1].text == "TOTAL" and line.isupper() and pieces[0].start >= 2:
        return before.isupper() and "CURRENT" not in line
    if _ORDINALS.fullmatch(line):
        return False
    return is_number(pieces[0].text) and not _LOAN_START.match(line)


def _group(clean: list[str], out: Gathered) -> list[list[tuple[int, str]]]:
    groups: list[list[tuple[int, str]]] = []
    for number, line in enumerate(clean, start=1):
        if not line.startswith(">"):
            groups.append([(number, line)])
        elif not groups:
            out.problem(number, None, "continuation-lost", f"line {number} continues a line that is not there")
            groups.append([(number, line[1:])])
        elif len(groups[-1]) >= _MOST_PIECES:
            out.problem(number, None, "continuation-lost", f"line {number} continues a line past any page's width")
            groups.append([(number, line[1:])])
        else:
            groups[-1].append((number, line[1:]))
    return groups


def _join(group: list[tuple[int, str]], width: int) -> Line:
    text = group[0][1]
    marks = [(0, group[0][0])]
    for count, (number, piece) in enumerate(group[1:], start=1):
        gap = width * count - len(text)
        if gap == 1 and _is_cut_number(text, piece, width):
            text = _shift_last_piece(text)
        elif gap > 0:
            text = text.ljust(width * count)
        marks.append((len(text), number))
        text += piece
    return Line(text=text, marks=tuple(marks))


def _is_cut_number(text: str, piece: str, width: int) -> bool:
    return width == TEMPLATE_WIDTH and bool(_CUT_LEFT.search(text)) and bool(_CUT_RIGHT.search(piece))


def _shift_last_piece(text: str) -> str:
    gap = text.rfind("  ")
    return text if gap < 0 else text[:gap] + " " + text[gap:]


def _wrap_width(groups: list[list[tuple[int, str]]]) -> int:
    """Find the column at which lines were wrapped: the one, at or just past the widest piece, that reads best."""
    widest = max((len(piece) for group in groups for _, piece in group[:-1]), default=TEMPLATE_WIDTH)
    if widest < _NARROWEST:
        return TEMPLATE_WIDTH
    usual = abs(widest - TEMPLATE_WIDTH) <= _SLOPPINESS
    candidates = [TEMPLATE_WIDTH] if usual else [widest]
    candidates += [width for width in (TEMPLATE_WIDTH, *range(widest, widest + 5)) if width not in candidates]
    scores = {
        width: _readability([_join(group, width) for group in groups]) for width in candidates if width >= widest - 2
    }
    return next(width for width, score in scores.items() if score >= 0.95 * max(scores.values()))


def _readability(lines: list[Line]) -> int:
    """Count what only the right width leaves whole: figures under their headings, footers and page headings."""
    starts: set[int] = set()
    score = 0
    for line in lines:
        pieces = line.pieces
        if len(pieces) > 1 and pieces[-1].text == "TOTAL" and pieces[0].text.isupper():
            starts = {piece.start for piece in pieces[1:]}
            score += 10
            continue
        if _WHOLE.search(line.text):
            score += 10
        for piece in pieces[1:] if starts else ():
            if is_number(piece.text):
                score += piece.start in starts or piece.end - CELL_WIDTH in starts
    return score


def _report_width(groups: list[list[tuple[int, str]]], width: int, out: Gathered) -> None:
    first = next(group[1][0] for group in groups if len(group) > 1)
    message = (
        f"lines are wrapped at column {width}, not {TEMPLATE_WIDTH}; blanks dropped at the wraps were put back by that"
    )
    out.problem(first, None, "wrap-width", message)

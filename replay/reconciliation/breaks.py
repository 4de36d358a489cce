"""What a break looks like: a stale balance, a slipped digit, a sum that was added up wrongly."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from replay.filing import Filing, parse_printed
from replay.reconciliation.entries import Kind
from replay.reconciliation.identities import Printed
from replay.statements.figures import Figure
from replay.statements.statement import Statement


def digits(text: str) -> str:
    """Return the digits of a printed figure."""
    return "".join(character for character in text if character.isdigit())


def is_digit_slip(published: str, ours: str) -> bool:
    """Say whether one digit was changed, dropped or doubled, two neighbours swapped, or the point or sign moved."""
    left, right = digits(published), digits(ours)
    if left == right:
        return published != ours
    if len(left) == len(right):
        differing = [index for index, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
        if len(differing) == 1:
            return True
        swapped = len(differing) == 2 and differing[1] == differing[0] + 1
        return swapped and left[differing[0]] == right[differing[1]] and left[differing[1]] == right[differing[0]]
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    return len(longer) == len(shorter) + 1 and any(
        longer[:index] + longer[index + 1 :] == shorter for index in range(len(longer))
    )


class Classifier:
    """What a break looks like, judged from both statements as wholes."""

    def __init__(self, statement: Statement, filing: Filing) -> None:
        self._printed = Printed(filing)
        self._ours: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for figure in statement.figures:
            self._ours[figure.section, figure.line].append((figure.column, figure.printed))

    def kind(self, figure: Figure, published: str, number: Fraction | None) -> Kind:
        """Return the kind of a break at a figure that both sides print, theirs with the value ``number``."""
        if number is not None and not isinstance(figure.value, str) and number == parse_printed(figure.printed):
            return Kind.PRINTED_OTHERWISE
        if number is None and parse_printed(figure.printed) is not None:
            return Kind.UNREADABLE
        if number is not None and self._is_stale(figure, number):
            return Kind.STALE
        if is_digit_slip(published, figure.printed):
            return Kind.DIGIT_SLIP
        if number is not None and self._breaks_its_sum(figure, number):
            return Kind.ARITHMETIC
        return Kind.UNEXPLAINED

    def _is_stale(self, figure: Figure, number: Fraction) -> bool:
        """The current balance was printed as the balance before the distribution."""
        earlier = {
            "current principal balance": [("current period", figure.line, "prior principal balance")],
            "ending": [(figure.section, figure.line, "beginning")],
        }.get(figure.column, [])
        if figure.line.endswith("Current"):
            earlier.append((figure.section, figure.line.removesuffix("Current") + "Prior", figure.column))
        for section, line, column in earlier:
            ours = [text for name, text in self._ours[section, line] if name == column]
            if ours and parse_printed(ours[0]) == number and ours[0] != figure.printed:
                return True
        return False

    def _breaks_its_sum(self, figure: Figure, number: Fraction) -> bool:
        """The published components of a total are ours, and only their printed sum is not."""
        if figure.column in ("total", "Total"):
            parts = [self._printed.value(figure.section, figure.line, group) for group in self._printed.groups]
        elif figure.line.startswith("TOTAL") and ": " not in figure.line:
            lines = [line for line in self._printed.lines.get(figure.section, ()) if line != figure.line]
            parts = [self._printed.value(figure.section, line, figure.column) for line in lines]
        elif figure.line == "Total":
            lines = [line for line in self._printed.lines.get(figure.section, ()) if line != "Total"]
            parts = [self._printed.value(figure.section, line, figure.column) for line in lines]
        else:
            return False
        known = [part for part in parts if part is not None]
        return bool(known) and abs(sum(known) - number) > Fraction(len(known) + 1, 200)


__all__ = ["Classifier", "is_digit_slip"]

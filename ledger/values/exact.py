"""Exact numbers that remember how they arose.

A projection is written in plain arithmetic over :class:`Exact`. Every operation keeps its operands, so a figure
can be explained down to the events behind it, and the explanation cannot drift from the calculation because it
*is* the calculation. Values are fractions: nothing is rounded unless :meth:`Exact.rounded` says so by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from functools import partial
from math import prod

from ledger.values.money import Rounding, as_decimal, round_to
from ledger.values.selector import Selector

ROOT_DIGITS = 40
"""Significant digits kept where a root is not rational (average speeds)."""


class Origin(StrEnum):
    """Where a value comes from: what an auditor must know before trusting it."""

    DERIVED = "derived"
    BROUGHT_FORWARD = "brought forward"
    REPORTED = "reported"
    TERM = "deal term"


class Exact:
    """An exact value with the calculation behind it.

    ``value`` is a fraction in the unit that the figure's name says (dollars, a rate, a count). ``op`` is the
    operation, ``inputs`` its operands; a function that gives them is called when somebody asks. ``label`` and ``rule``
    are set on the values that have a name in the field, ``source`` says where the rule stands (the deal's terms, a
    filing page, a market standard).
    """

    __slots__ = ("_inputs", "_origin", "_selector", "label", "op", "rule", "source", "value")

    def __init__(
        self,
        value: Fraction | int,
        op: str = "constant",
        inputs: tuple[Exact, ...] | Callable[[], tuple[Exact, ...]] = (),
        *,
        label: str = "",
        rule: str = "",
        source: str = "",
        origin: Origin | None = None,
        selector: Selector | Callable[[], Selector] | None = None,
    ) -> None:
        self.value = value if isinstance(value, Fraction) else Fraction(value)
        self.op = op
        self._inputs = inputs
        self.label = label
        self.rule = rule
        self.source = source
        self._selector = selector
        self._origin = origin

    @property
    def selector(self) -> Selector | None:
        """Which events were added up, where that is what gave the value."""
        if self._selector is not None and not isinstance(self._selector, Selector):
            self._selector = self._selector()
        return self._selector

    @property
    def inputs(self) -> tuple[Exact, ...]:
        """The operands of the calculation."""
        if not isinstance(self._inputs, tuple):
            self._inputs = self._inputs()
        return self._inputs

    @property
    def origin(self) -> Origin:
        """Derived, unless the value is nothing but reported facts, balances brought forward, or deal terms.

        A sum of one kind is of that kind; deal terms (an original face, say) do not change the kind of what they are
        added to.
        """
        if self._origin is not None:
            return self._origin
        if self.op in ("named", "sum", "negative", "printed"):
            counted = [item for item in self.inputs if item.value] or self.inputs
            origins = {item.origin for item in counted}
            if len(origins) > 1:
                origins.discard(Origin.TERM)
            if len(origins) == 1:
                return origins.pop()
        return Origin.DERIVED

    def named(self, label: str, rule: str = "", source: str = "", origin: Origin | None = None) -> Exact:
        """Return the same value under a name, with the rule that gives it and where the rule stands."""
        return Exact(self.value, "named", (self,), label=label, rule=rule, source=source, origin=origin)

    def rounded(self, name: str, quantum: Fraction, rounding: Rounding = Rounding.HALF_UP) -> Exact:
        """Return the value rounded to a multiple of ``quantum``; ``name`` says which rounding of the deal this is.

        For cash the quantum is the smallest unit of the deal's currency.
        """
        result = round_to(self.value, quantum, rounding)
        return Exact(result, "rounded", (self,), label=name, rule=f"rounded {rounding.value} to {quantum}")

    def to_power(self, exponent: int) -> Exact:
        """Return the value raised to a whole power."""
        return Exact(self.value**exponent, "power", (self, exact(exponent)))

    def root(self, degree: int) -> Exact:
        """Return the positive root of a value that is not negative, to :data:`ROOT_DIGITS` significant digits."""
        if degree == 1 or self.value in (0, 1):
            return Exact(self.value, "root", (self, exact(degree)))
        with localcontext(Context(prec=ROOT_DIGITS + 10)):
            number = Decimal(self.value.numerator) / Decimal(self.value.denominator)
            root = number ** (Decimal(1) / Decimal(degree))
        return Exact(Fraction(root), "root", (self, exact(degree)), rule=f"to {ROOT_DIGITS} digits")

    def __add__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        right = exact(other)
        return Exact(self.value + right.value, "sum", (self, right))

    def __radd__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        return exact(other) + self

    def __sub__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        right = exact(other)
        return Exact(self.value - right.value, "difference", (self, right))

    def __rsub__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        return exact(other) - self

    def __mul__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        right = exact(other)
        return Exact(self.value * right.value, "product", (self, right))

    def __rmul__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        return exact(other) * self

    def __truediv__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        right = exact(other)
        return Exact(self.value / right.value, "quotient", (self, right))

    def __rtruediv__(self, other: Exact | Fraction | int | Decimal) -> Exact:
        return exact(other) / self

    def __neg__(self) -> Exact:
        return Exact(-self.value, "negative", (self,))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Exact):
            return self.value == other.value
        return self.value == other

    def __lt__(self, other: Exact | Fraction | int | Decimal) -> bool:
        return self.value < exact(other).value

    def __le__(self, other: Exact | Fraction | int | Decimal) -> bool:
        return self.value <= exact(other).value

    def __gt__(self, other: Exact | Fraction | int | Decimal) -> bool:
        return self.value > exact(other).value

    def __ge__(self, other: Exact | Fraction | int | Decimal) -> bool:
        return self.value >= exact(other).value

    def __hash__(self) -> int:
        return hash(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __repr__(self) -> str:
        name = f"{self.label}: " if self.label else ""
        return f"<{name}{self.decimal} ({self.origin.value})>"

    @property
    def decimal(self) -> Decimal:
        """The value as a Decimal: exact where it terminates within 12 decimals, else to 12 decimals."""
        number = as_decimal(self.value, 12)
        shortest = number.normalize()
        return shortest if isinstance(e := shortest.as_tuple().exponent, int) and e < -2 else number.quantize(_CENTS)

    def leaves(self) -> Iterator[Exact]:
        """Yield every value at the bottom of the calculation once: event totals, terms and constants."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if node.inputs:
                stack.extend(reversed(node.inputs))
            else:
                yield node


_CENTS = Decimal("0.01")


def exact(value: Exact | Fraction | int | Decimal) -> Exact:
    """Return the number as an :class:`Exact` constant, or unchanged if it is one already."""
    if isinstance(value, Exact):
        return value
    if isinstance(value, float):
        raise TypeError(f"{value!r} is a float; money and rates are exact")
    return Exact(Fraction(value))


ZERO = Exact(0)


def term(value: Decimal | int | Fraction, label: str) -> Exact:
    """Return a number that stands in the deal's terms."""
    return Exact(Fraction(value), "term", label=label, origin=Origin.TERM)


def total(items: Iterable[Exact]) -> Exact:
    """Return the sum of the items as one step."""
    parts = tuple(items)
    if len(parts) == 1:
        return parts[0]
    return Exact(_sum([part.value for part in parts]), "sum", parts)


def _sum(values: Iterable[Fraction]) -> Fraction:
    """Add fractions up, those of one denominator as whole numbers: amounts have few, and many are nothing."""
    found: dict[int, int] = {}
    for value in values:
        part, whole = value.as_integer_ratio()
        if part:
            found[whole] = found[whole] + part if whole in found else part
    if not found:
        return _NOTHING
    first, *others = (Fraction(part, whole) for whole, part in found.items())
    return sum(others, first) if others else first


def least(*items: Exact) -> Exact:
    """Return the smallest of the items as one step that remembers all of them."""
    return Exact(min(item.value for item in items), "least of", items)


def greatest(*items: Exact) -> Exact:
    """Return the largest of the items as one step that remembers all of them."""
    return Exact(max(item.value for item in items), "greatest of", items)


def ratio(part: Exact, whole: Exact) -> Exact:
    """Return ``part / whole``, or zero where the whole is zero (an empty group has no share of anything)."""
    if not whole.value:
        return Exact(0, "quotient of nothing", (part, whole))
    return part / whole


_NOTHING = Fraction(0)


def ratio_later(part: int, whole: int, operands: Callable[[], tuple[Exact, Exact]]) -> Exact:
    """Return the ratio of two amounts in one unit, whose own calculations are ``operands`` when somebody asks."""
    if not whole:
        return Exact(0, "quotient of nothing", operands)
    return Exact(Fraction(part, whole) if part else _NOTHING, "quotient", operands)


def survival(rates: Iterable[Exact]) -> Exact:
    """Return the product of one less each rate as one step, whose factors are made when somebody asks."""
    parts = tuple(rates)
    # One division at the end: to keep a product of hundreds of fractions in lowest terms all along takes far longer.
    left = prod(part.value.denominator - part.value.numerator for part in parts)
    return Exact(Fraction(left, prod(part.value.denominator for part in parts)), "product", partial(_factors, parts))


def _factors(rates: tuple[Exact, ...]) -> tuple[Exact, ...]:
    return tuple(1 - rate for rate in rates)


def weighted_average(pairs: Iterable[tuple[Exact, Exact]], otherwise: Callable[[], Exact] = lambda: ZERO) -> Exact:
    """Return the average of (value, weight) pairs, or ``otherwise()`` where the weights sum to zero."""
    listed = tuple(pairs)
    weight = total(w for _, w in listed)
    if not weight.value:
        return otherwise()
    return total(value * w for value, w in listed) / weight

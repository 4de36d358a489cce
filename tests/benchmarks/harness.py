"""Contenders side by side: each round runs every one of them once, so that a noisy minute falls on all alike.

Before anything is timed, every contender runs once and says what its work came to; all must agree, to the unit of
0.0001 dollar. What changes data is held to that again after every round.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import attrs

FEWEST_ROUNDS = 5
_NAME_WIDTH = 52


@attrs.frozen(kw_only=True)
class Contender:
    """One way of doing the work of a table.

    ``prepare`` makes ready what is not measured, ``run`` is measured, ``answer`` says from what both returned what the
    work came to, ``finish`` clears up. ``events`` is how many events a run goes through, where it is not all of the
    table's; then its answer is another, too, and ``expected`` says which. ``ours`` marks the product;
    it is no ``rival`` of itself unless that is said.
    """

    name: str
    run: Callable[[Any], Any]
    prepare: Callable[[], Any] = lambda: None
    answer: Callable[[Any, Any], Any] = lambda _, result: result
    finish: Callable[[Any], None] = lambda _: None
    ours: bool = False
    rival: bool | None = None
    events: int | None = None
    expected: Any = None


@attrs.frozen(kw_only=True)
class Measured:
    """The samples of one contender in seconds, in the order of the rounds."""

    name: str
    ours: bool
    rival: bool
    events: int
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def rate(self) -> float:
        """Events a second, at the median."""
        return self.events / self.median


@attrs.frozen(kw_only=True)
class Comparison:
    """One table: contenders that did the same work, and the one that the others are compared with.

    ``pairs`` are names of two contenders to be compared with each other besides. Comparisons of one ``series`` make
    one table, with a column for each ``point``.
    """

    key: str
    title: str
    work: str
    reference: str
    measured: tuple[Measured, ...]
    pairs: tuple[tuple[str, str], ...] = ()
    facts: dict[str, Any] = attrs.field(factory=dict)
    series: str = ""
    point: str = ""

    def named(self, name: str) -> Measured:
        """Return the samples of a contender."""
        return next(each for each in self.measured if each.name == name)

    def ratios(self, item: Measured, reference: str | None = None) -> list[float]:
        """Return, round by round, how many times as long per event a contender took as the reference."""
        base = self.named(reference or self.reference)
        rounds = zip(item.seconds, base.seconds, strict=True)
        return [(one / item.events) / (other / base.events) for one, other in rounds]


class Disagreement(AssertionError):
    """Two contenders did not come to the same sums."""


def say(text: str, end: str = "\n") -> None:
    """Print a line of progress."""
    print(text, end=end, file=sys.stderr, flush=True)


def compare(
    *,
    key: str,
    title: str,
    work: str,
    contenders: Sequence[Contender],
    events: int,
    rounds: int,
    reference: str,
    pairs: Sequence[tuple[str, str]] = (),
    facts: dict[str, Any] | None = None,
    series: str = "",
    point: str = "",
) -> Comparison:
    """Run contenders in turn and return their samples; raises :class:`Disagreement` where sums differ."""
    assert any(each.name == reference for each in contenders), reference
    say(f"\n{title}\n  {work}")
    agreed: list[tuple[str, Any]] = []
    for each in contenders:
        say(f"  check  {each.name:<{_NAME_WIDTH}}", end="")
        seconds, answer = _once(each)
        _agree(each, answer, agreed)
        say(f"{_shown(seconds):>10}  agrees")
    samples: dict[str, list[float]] = {each.name: [] for each in contenders}
    for number in range(rounds):
        # Each round begins with another contender, so that none always follows the same one.
        turn = number % len(contenders)
        for each in (*contenders[turn:], *contenders[:turn]):
            say(f"  {number + 1:>2}/{rounds:<3} {each.name:<{_NAME_WIDTH}}", end="")
            seconds, answer = _once(each)
            _agree(each, answer, agreed)
            samples[each.name].append(seconds)
            say(f"{_shown(seconds):>10}  {_per_second((each.events or events) / seconds):>14}")
    measured = tuple(
        Measured(
            name=each.name,
            ours=each.ours,
            rival=not each.ours if each.rival is None else each.rival,
            events=each.events or events,
            seconds=tuple(samples[each.name]),
        )
        for each in contenders
    )
    return Comparison(
        key=key,
        title=title,
        work=work,
        reference=reference,
        measured=measured,
        pairs=tuple(pairs),
        facts=facts or {},
        series=series,
        point=point,
    )


def _once(contender: Contender) -> tuple[float, Any]:
    prepared = contender.prepare()
    try:
        gc.collect()
        started = time.perf_counter()
        result = contender.run(prepared)
        seconds = time.perf_counter() - started
        return seconds, contender.answer(prepared, result)
    finally:
        contender.finish(prepared)


def _agree(contender: Contender, answer: Any, agreed: list[tuple[str, Any]]) -> None:
    if contender.expected is not None:
        expected, against = contender.expected, "a count of its own events"
    elif not agreed:
        agreed.append((contender.name, answer))
        return
    else:
        against, expected = agreed[0]
    if answer != expected:
        raise Disagreement(f"{contender.name} came to {answer!s:.500}, {against} to {expected!s:.500}")


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms" if seconds < 1 else f"{seconds:,.2f} s"


def _per_second(rate: float) -> str:
    return f"{rate:,.0f}/s"

"""A ledger with what was asked of it lately: what is known through a sequence never changes, so it is kept a while.

Every key names the sequence that the result knows. What is kept is bounded in number; what takes long is made by few
at a time, and whoever waits too long for a turn is told so.
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import TypeVar, cast

import attrs

import replay
from ledger import Finding, Ledger, LedgerError, PeriodClosed, __version__, schedule
from ledger.http.asking import Problem
from ledger.reports import About
from replay.statements.asking import Known, closed_at
from replay.statements.periods import Periods
from replay.statements.standing import PeriodState, Standing, head_known
from replay.statements.statement import Statement, statement_of
from replay.web.addresses import deal_page, statement_page

T = TypeVar("T")

MOST_KEPT = 24
"""Results that are kept, of which statements are the largest."""

MOST_PAGES = 64
"""Pages that are kept as they were written."""

PATIENCE = 30
"""Seconds that a reader waits for a turn at what takes long."""


@attrs.frozen(kw_only=True)
class Laid:
    """A statement with where it stands."""

    statement: Statement
    standing: Standing
    closing: replay.StatementClosing | None


class Kept:
    """What was made lately, by keys: of very many the oldest go."""

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock, self._most = Lock(), most

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made under a key, or make it; of readers who ask at once, one makes it for all."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast(T, self._kept[key])
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if key in self._kept:
                    return cast(T, self._kept[key])
            try:
                made = make()
            except BaseException:
                with self._lock:
                    self._making.pop(key, None)
                raise
            with self._lock:
                # Both at once: whoever comes between them would make it again.
                self._kept[key] = made
                self._making.pop(key, None)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return made


class ReadersDesk:
    """One ledger, opened as whoever reads at this desk; nothing here writes to it."""

    def __init__(self, ledger: Ledger, *, most_kept: int = MOST_KEPT, at_once: int = 2) -> None:
        self.ledger = ledger
        self._results, self._pages = Kept(most_kept), Kept(MOST_PAGES)
        self._turns = BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn at something that takes long; raises :class:`Problem` where none comes."""
        if not self._turns.acquire(timeout=PATIENCE):
            raise Problem(503, "busy", "others are asking for much at the moment; try again in a minute")
        try:
            yield
        finally:
            self._turns.release()

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made under a key, or make it; of readers who ask at once, one makes it for all."""
        return self._results.get(key, make)

    def kept_page(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what a page was written as under a key, or write it."""
        return self._pages.get(key, make)

    def deals(self) -> list[str]:
        """Return the names of the deals."""
        return self.ledger.deals()

    def head(self, deal: str) -> int:
        """Return the last sequence of a deal."""
        return self.ledger.head(deal).sequence

    def periods(self, deal: str) -> Periods:
        """Return the distributions of a deal as known now."""
        known = self.head(deal)

        def make() -> Periods:
            with self.turn():
                return replay.periods(self.ledger, deal, known_through=known)

        return self.kept(("periods", deal, known), make)

    def findings(self, deal: str, payment_date: dt.date) -> tuple[Finding, ...]:
        """Return what the gate finds of a distribution as known now."""
        known = self.head(deal)

        def make() -> tuple[Finding, ...]:
            return tuple(self.ledger.readiness(deal, payment_date, known_through=known).findings)

        return self.kept(("found", deal, payment_date, known), make)

    def closed(self, deal: str, known: int | None = None) -> tuple[dt.date, ...]:
        """Return the payment dates that were closed, in the order of the log; quick, where the periods take long.

        Whoever has asked where the log ends says it in ``known``, so that it is not asked again.
        """
        known = self.head(deal) if known is None else known

        def make() -> tuple[dt.date, ...]:
            listed = self.ledger.events(deal, types=(PeriodClosed.name,), known_through=known)
            return tuple(item.event.distribution_date for item in listed if isinstance(item.event, PeriodClosed))

        return self.kept(("closed", deal, known), make)

    def entered(self, deal: str) -> dt.date | None:
        """Return the payment date of the first distribution that was closed: of what precedes it nothing is stated."""
        return min(self.closed(deal), default=None)

    def page_of_day(self, deal: str, payment_date: dt.date, known: int | None = None) -> str:
        """Return where the date of a distribution leads: to its statement, to the findings while it is open.

        Before the deal entered there is neither.
        """
        closed = self.closed(deal, known)
        if payment_date in closed:
            return statement_page(deal, payment_date)
        if closed and payment_date < min(closed):
            return ""
        return deal_page(deal, "findings", payment_date)

    def last_payment_date(self, deal: str) -> dt.date:
        """Return the payment date of the last distribution that is closed, or else of the first that is there."""
        closed = self.closed(deal)
        return max(closed) if closed else self.periods(deal).periods[0].payment_date

    def sequence(self, deal: str, payment_date: dt.date, known: Known) -> int:
        """Return the sequence that a point of knowledge stands for."""
        if known.as_closed:
            return closed_at(self.ledger, deal, payment_date)
        return self.head(deal) if known.through is None else known.through

    def laid(self, deal: str, payment_date: dt.date, known: Known) -> Laid:
        """Return a statement as known at a point, with where it stands."""
        sequence = self.sequence(deal, payment_date, known)

        def make() -> Laid:
            report = self.ledger.distribution(deal, payment_date, known_through=sequence)
            found = statement_of(report)
            return Laid(
                statement=found,
                standing=replay.standing(self.ledger, found),
                closing=replay.closing(self.ledger, found),
            )

        return self.kept(("statement", deal, payment_date, sequence), make)

    def about_log(self, deal: str, known: int, made_by: str) -> About:
        """Return what a result says that is of the log of a deal up to a sequence."""
        head = head_known(self.ledger, deal, known)
        return About(deal=deal, known_through=known, head=head, release=__version__, made_by=made_by)

    def about_day(self, deal: str, day: dt.date, known: int, made_by: str) -> About:
        """Return what a result says that is of a business date."""
        said = attrs.evolve(self.about_log(deal, known, made_by), date=day)
        at = schedule(self.ledger.terms(deal, known_through=known)).for_record_date(day)
        if at is None:
            return said
        said = attrs.evolve(said, record_date=at.record_date, payment_date=at.payment_date)
        try:
            laid = self.laid(deal, at.payment_date, Known(through=known))
        except LedgerError:  # Facts of it are missing, so that it has no report yet.
            return attrs.evolve(said, state=PeriodState.OPEN.value)
        return attrs.evolve(about_statement(laid.standing, made_by), date=day)


def about_statement(at: Standing, made_by: str) -> About:
    """Return what a result says that rests on one statement."""
    return About(
        deal=at.deal,
        record_date=at.record_date,
        payment_date=at.payment_date,
        known_through=at.known_through,
        head=at.head,
        digest=at.digest,
        state=at.state.value,
        release=__version__,
        made_by=made_by,
    )


def command(name: str, *options: object, arguments: tuple[str, ...] = (), form: str = "text") -> str:
    """Return the command of ``replay`` that prints the same, without the address and the deal."""
    formatted = [] if form in ("text", "html") else ["--format", form]
    more = ["--", *arguments] if arguments else []
    return shlex.join(["replay", name, *map(str, options), *formatted, *more])


__all__ = ["Laid", "ReadersDesk", "about_statement", "command"]

"""What a printed result says of itself, for every command that reads a ledger: see :mod:`ledger.reports.about`.

The command that makes it again stands in it as it was typed, but for the address and the deal, and with the sequence
that was known in the place of ``now``, a moment, or the closing. Nobody can make the same result again otherwise.
"""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import click

from ledger import __version__

if TYPE_CHECKING:
    from ledger import Distribution, Ledger
    from replay.reports import About
    from replay.statements.standing import Standing

NOT_REPEATED = frozenset({
    "url", "deal", "filing", "statement", "addresses", "cluster", "workers", "out", "quiet", "replace",
    "source", "processes", "head", "checkpoint", "public_key", "trust", "tsa_root", "witness", "chain",
})  # fmt: skip
"""What a command is given that is not repeated: where the ledger is, who works, what others keep, and where it goes."""

_PINNED = frozenset({"known", "known_through", "known_at", "as_known", "as_closed"})
"""As known when, in whose place the sequence stands."""

_DATES = frozenset({"record_date", "payment_date"})
"""By which a distribution is asked for, in whose place its payment date stands."""

_RELEASE: ContextVar[str] = ContextVar("_RELEASE", default=__version__)


@contextmanager
def said_by_release(release: str) -> Iterator[None]:
    """Let results say that another release made them, for as long as they are made again to be compared."""
    token = _RELEASE.set(release)
    try:
        yield
    finally:
        _RELEASE.reset(token)


def about_diff(now: Standing, known_then: int) -> About:
    """Return what a result says that rests on a statement as known now and as known earlier."""
    import attrs

    return attrs.evolve(about_standing(now), made_by=made_by(known_then, now.known_through, paid_on=now.payment_date))


def about_standing(at: Standing) -> About:
    """Return what a result says that rests on one statement."""
    from replay.reports import About

    return About(
        deal=at.deal,
        record_date=at.record_date,
        payment_date=at.payment_date,
        known_through=at.known_through,
        head=at.head,
        digest=at.digest,
        state=at.state.value,
        release=_RELEASE.get(),
        made_by=made_by(at.known_through, paid_on=at.payment_date),
    )


def about_distribution(ledger: Ledger, deal: str, at: Distribution, known_through: int) -> About:
    """Return what a result says that is of one distribution, whether a statement of it can be made yet or not."""
    import attrs

    from ledger import LedgerError
    from replay.statements.standing import PeriodState, standing
    from replay.statements.statement import statement_of

    try:
        found = statement_of(ledger.distribution(deal, at.payment_date, known_through=known_through))
        return about_standing(standing(ledger, found))
    except LedgerError:  # Facts of it are missing, so that it has no report yet.
        return attrs.evolve(
            about_log(ledger, deal, known_through),
            record_date=at.record_date,
            payment_date=at.payment_date,
            state=PeriodState.OPEN.value,
            made_by=made_by(known_through, paid_on=at.payment_date),
        )


def about_day(ledger: Ledger, deal: str, day: dt.date, known_through: int) -> About:
    """Return what a result says that is of a business date: also of the latest distribution recorded by then."""
    import attrs

    from ledger import LedgerError, schedule
    from replay.statements.standing import PeriodState, standing
    from replay.statements.statement import statement_of

    said = attrs.evolve(about_log(ledger, deal, known_through), date=day)
    at = schedule(ledger.terms(deal, known_through=known_through)).for_record_date(day) if known_through else None
    if at is None:  # The date lies before the first distribution.
        return said
    said = attrs.evolve(said, record_date=at.record_date, payment_date=at.payment_date)
    try:
        found = statement_of(ledger.distribution(deal, at.payment_date, known_through=known_through))
    except LedgerError:  # Facts of it are missing, so that it has no report yet.
        return attrs.evolve(said, state=PeriodState.OPEN.value)
    return attrs.evolve(about_standing(standing(ledger, found)), date=day, made_by=said.made_by)


def about_log(ledger: Ledger, deal: str, known_through: int) -> About:
    """Return what a result says that is of the log of a deal up to a sequence."""
    from replay.reports import About
    from replay.statements.standing import head_known

    return About(
        deal=deal,
        known_through=known_through,
        head=head_known(ledger, deal, known_through),
        release=_RELEASE.get(),
        made_by=made_by(known_through),
    )


def about_verified(deal: str, known_through: int, head: str) -> About:
    """Return what a verification says; it is of a whole log, and is made again by verifying again."""
    from replay.reports import About

    return About(deal=deal or None, known_through=known_through, head=head, release=_RELEASE.get(), made_by=made_by())


def about_portfolio(record_date: dt.date) -> About:
    """Return what a result says that is of many deals, each of which says as known through what it is."""
    from replay.reports import About

    return About(record_date=record_date, release=_RELEASE.get(), made_by=made_by())


def made_by(*known_through: int, paid_on: dt.date | None = None) -> str:
    """Return the running command as it is typed to make the same again, known through one sequence or two.

    What is of one distribution is asked for by its payment date, by whatever date it was asked for before.
    """
    context = click.get_current_context()
    options: list[str] = []
    arguments: list[str] = []
    for item in context.command.params:
        value = context.params.get(item.name or "")
        if item.name in NOT_REPEATED or (known_through and item.name in _PINNED) or (paid_on and item.name in _DATES):
            continue
        if value is None or value is False or value in (item.default, ()):
            continue
        values = value if isinstance(value, tuple) else (value,)
        if isinstance(item, click.Argument):
            arguments.extend(map(_typed, values))
        elif value is True:
            options.append(item.opts[0])
        else:
            for one in values:
                options.extend((item.opts[0], _typed(one)))
    known = ["--known-through", *map(str, known_through)] if known_through else []
    dated = ["--payment-date", paid_on.isoformat()] if paid_on else []
    typed = ["replay", context.info_name or "", *dated, *known, *options, *(["--", *arguments] if arguments else [])]
    return shlex.join(typed)


def _typed(value: object) -> str:
    """Return a value of an option or argument as it is typed."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


__all__ = [
    "about_day",
    "about_diff",
    "about_distribution",
    "about_log",
    "about_portfolio",
    "about_standing",
    "about_verified",
    "made_by",
    "said_by_release",
]

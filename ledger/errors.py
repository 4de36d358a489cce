"""Errors and violations.

Two kinds of trouble are kept apart. A *violation* is a business problem in what a servicer posted: it is a
value, it names the event and the field, and the ledger returns it. An *exception* is a fault of the program or
of the store; all of them share the root :class:`LedgerError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from ledger.visible import fit, fit_lines, quoted

_LONGEST = 2_000
"""Characters of the message of a violation or an exception that says one thing."""

_LONGEST_LIST = 60_000
"""Characters of the message of an exception that says many."""

_LISTED = 20
"""Violations that an exception's message lists; all of them are in ``violations``."""


def _sentence(message: str) -> str:
    return fit(message, _LONGEST)


@attrs.frozen
class Violation:
    """One rule that one event breaks.

    ``code`` is stable and meant for programs; ``message`` says in a full sentence what is wrong and what to do. What
    came from outside is fit to be shown and logged: cut with its length where it is long, on one line, and without a
    character that steers a terminal.
    """

    event_id: str = attrs.field(converter=fit)
    field: str = attrs.field(converter=fit)
    code: str
    message: str = attrs.field(converter=_sentence)

    def __str__(self) -> str:
        where = f"{self.event_id}.{self.field}" if self.field else self.event_id
        return f"{where}: {self.message} [{self.code}]"


class LedgerError(Exception):
    """The root of every exception that this package raises; a text among its arguments is fit to be shown and logged.

    What is long is cut with its length, and what would steer a terminal is spelt out.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*(fit_lines(item, _LONGEST_LIST) if isinstance(item, str) else item for item in args))


def _listed(violations: tuple[Violation, ...], between: str) -> str:
    """Return the first violations, and how many more there are."""
    more = f"{between}... and {len(violations) - _LISTED} more" if len(violations) > _LISTED else ""
    return between.join(map(str, violations[:_LISTED])) + more


class InvalidEvent(LedgerError, ValueError):
    """An event could not be built because one of its fields is wrong; ``violations`` says which and why."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(_listed(self.violations, "; "))


class InvalidTerms(LedgerError, ValueError):
    """Deal terms contradict themselves; ``field`` names the term and ``code`` the rule.

    ``others`` are what else contradicts itself in them, where the terms are known well enough to say it.
    """

    others: tuple[InvalidTerms, ...] = ()

    def __init__(self, field: str, code: str, message: str) -> None:
        self.field, self.code, self.message = fit(field), code, fit(message, _LONGEST)
        super().__init__(f"{self.field}: {self.message} [{code}]")


class InvalidArgument(LedgerError, ValueError):
    """A question or a call cannot be meant as it stands; ``name`` is the parameter and ``code`` the rule."""

    def __init__(self, name: str, code: str, message: str) -> None:
        self.name, self.code, self.message = name, code, fit(message, _LONGEST)
        super().__init__(f"{name}: {self.message} [{code}]")


class PostingRefused(LedgerError):
    """A refusal that the caller chose to have raised (see :meth:`ledger.Refusal.or_raise`)."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        told = _listed(self.violations, "\n  ")
        super().__init__(f"nothing was posted; {len(self.violations)} violation(s):\n  {told}")


class UnknownDeal(LedgerError, KeyError):
    """The ledger holds no deal of this name."""

    def __init__(self, deal: str, known: Iterable[str] = ()) -> None:
        self.deal, self.known = deal, tuple(known)
        more = f" and {len(self.known) - _LISTED} more" if len(self.known) > _LISTED else ""
        held = f"; this ledger holds: {', '.join(self.known[:_LISTED])}{more}"
        hint = held if self.known else "; this ledger holds no deal yet"
        self.message = fit(f"there is no deal {quoted(deal)}{hint}", _LONGEST_LIST)
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class NoDistribution(LedgerError, LookupError):
    """No distribution of the deal has its record date on or before the date asked for."""


class ReplayGap(LedgerError):
    """A figure needs a fact that was never posted (an index rate, say); the message names the event to post."""


class StoreError(LedgerError):
    """The root of the faults of the database under the ledger."""


class LedgerNotFound(StoreError):
    """There is no ledger at this address; ``remedy`` is for whoever may make one, and ``found`` says the rest."""

    def __init__(self, found: str, remedy: str = "") -> None:
        self.found, self.remedy = found, remedy
        super().__init__("; ".join(filter(None, (found, remedy))))


class SchemaOutdated(StoreError):
    """The database was written by an older release; the message says how to upgrade it."""


class SchemaAltered(StoreError):
    """The database is not as the migrations make it: what guards the ledger was changed behind its back."""


class SchemaTooNew(StoreError):
    """The database was written by a newer release than this one."""


class StoreUnreadable(StoreError):
    """The database is damaged, truncated, or not a ledger."""


class StoreUnavailable(StoreError):
    """The database cannot be reached or written just now (locked, full, read-only, connection lost)."""


class AccessRefused(StoreError):
    """The database lets this login not do that: its role has no right to the table, or to the deal."""


class IntegrityFault(StoreError):
    """Stored rows contradict each other: a hash, a sequence or a typed column is not what its payload says."""


class EventIdTaken(IntegrityFault):
    """The log holds an event of this id already; whether it is the same event, the writer has to look up."""


def violations_of(fault: LedgerError) -> tuple[Violation, ...]:
    """Return what an exception says as violations, for programs: its own, or one with its parameter and its code.

    The code of an exception that has none is the name of its kind, such as ``no_distribution``.
    """
    if isinstance(fault, InvalidEvent | PostingRefused):
        return fault.violations
    if isinstance(fault, InvalidArgument):
        return (Violation("", fault.name, fault.code, fault.message),)
    if isinstance(fault, InvalidTerms):
        return (Violation("", fault.field, fault.code, fault.message),)
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(fault).__name__).lower()
    return (Violation("", "", kind, str(fault)),)

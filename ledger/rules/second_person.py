"""The second person: acts that the terms let nobody post alone.

Terms name acts (:class:`~ledger.deal.terms.Act`), and from their place in the log on two people stand behind each of
them: who posts the event, and somebody else who approved it. What counts depends on who knows them.

*Proved*: the database knows who is connected, and the approval is an event of its own (``act_approved``) that was
posted from another login before the act and names the SHA-256 of the act's payload. What an envelope says of an
approver proves nothing there. *Stated*: an embedded ledger knows nobody. There the envelope's approver counts, or an
approval that another actor posted; both are the word of whoever posts. Names that differ in case, blanks, width or
signs that do not show are the same person's.

Everything here follows from events and envelopes alone, so that whoever verifies a log can decide as the writer did:
:func:`second_person_faults` of every event, by the terms and the :class:`Approvals` that stand before it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from ledger.deal.terms import DealTerms
from ledger.deal.vocabulary import Act
from ledger.errors import Violation
from ledger.events.advances import AdvanceDeclaredNonrecoverable
from ledger.events.base import Event
from ledger.events.corrections import voided_by
from ledger.events.deal import ActApproved, PeriodClosed, TermsAmended
from ledger.rules.decision import IRREVERSIBLE
from ledger.values.glance import in_notebook, line_of
from ledger.visible import shows_nothing

_JOINERS = frozenset("\u034f\u180b\u180c\u180d\u180f\u17b4\u17b5")
"""Marks that show nothing and count as printable."""


class People(NamedTuple):
    """Who stands behind a batch: the database's word for who was connected, and who was stated; empty if not known."""

    login: str = ""
    actor: str = ""
    approver: str = ""


class Approval(NamedTuple):
    """An approval that stands in the log: the id of its event, what it approves, and who posted it."""

    event_id: str
    payload_sha256: str
    people: People

    def __repr__(self) -> str:
        return line_of(self)

    def _repr_html_(self) -> str:
        """Return it for a notebook."""
        return in_notebook(self, (self._asdict(),))


class Second(NamedTuple):
    """A second person behind an act: ``login`` where the database proves it, else ``name`` as stated.

    ``approval`` is the id of the event that approves; empty where the envelope of the act names the approver.
    """

    login: str
    name: str
    approval: str

    def __repr__(self) -> str:
        return line_of(self)

    def _repr_html_(self) -> str:
        """Return it for a notebook."""
        return in_notebook(self, (self._asdict(),))

    @property
    def is_proved(self) -> bool:
        """Say whether the database knows both people."""
        return bool(self.login)


class Approvals:
    """The approvals of a deal that stand, by the event that each approves."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Approval]] = {}
        self._approves: dict[str, str] = {}

    def note(self, event: Event, people: People) -> None:
        """Note the next event of the log: an approval, or what voids one."""
        if isinstance(event, ActApproved):
            approval = Approval(event.event_id, event.payload_sha256, people)
            self._of.setdefault(event.approves, {})[event.event_id] = approval
            self._approves[event.event_id] = event.approves
            return
        voided = voided_by(event)
        if voided is not None and voided in self._approves:
            self._of[self._approves.pop(voided)].pop(voided, None)

    def of(self, event_id: str) -> tuple[Approval, ...]:
        """Return the approvals of an event in the order of the log."""
        return tuple(self._of.get(event_id, {}).values())


def acts_of(event: Event) -> tuple[Act, ...]:
    """Return the acts that an event is, whatever the terms demand."""
    found: list[Act] = []
    if isinstance(event, PeriodClosed):
        found.append(Act.CLOSING)
        if event.acknowledgements:
            found.append(Act.ACKNOWLEDGING)
    elif isinstance(event, AdvanceDeclaredNonrecoverable):
        found.append(Act.NONRECOVERABLE)
    elif isinstance(event, TermsAmended):
        found.append(Act.AMENDING)
    if event.restates:
        found.append(Act.RESTATING)
    return tuple(found)


def demanded_acts(event: Event, terms: DealTerms | None) -> tuple[Act, ...]:
    """Return the acts of an event that the terms before it demand a second person for.

    An amendment that takes any demand back needs one, whatever else is demanded: or one person could.
    """
    if terms is None or not terms.second_person:
        return ()
    demands = set(terms.second_person)
    if isinstance(event, TermsAmended) and not demands <= set(event.terms.second_person):
        demands.add(Act.AMENDING)
    return tuple(act for act in acts_of(event) if act in demands)


def payload_digest(payload: bytes) -> str:
    """Return the SHA-256 of an event's canonical JSON, by which an approval names it, in hexadecimal digits."""
    return sha256(payload).hexdigest()


def person(name: str) -> str:
    """Return a name as it is compared: without case, blanks, width, or characters that do not show."""
    folded = unicodedata.normalize("NFKC", name)
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", folded.casefold())
    return "".join(character for character in folded if not _hidden(character))


def _hidden(character: str) -> bool:
    code = ord(character)
    selects = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return selects or character in _JOINERS or shows_nothing(character)


def seconds(payload: bytes, people: People, approvals: Iterable[Approval]) -> Iterator[Second]:
    """Yield every second person behind an act, given who posted it and the approvals of it that stand before it."""
    if not people.login and _are_two(people.actor, people.approver):
        yield Second("", people.approver, "")
    digest = payload_digest(payload)
    for approval in approvals:
        if approval.payload_sha256 == digest and _is_another(approval.people, people):
            other = approval.people
            yield Second(other.login if people.login else "", other.actor or other.login, approval.event_id)


def _are_two(name: str, other: str) -> bool:
    one, two = person(name), person(other)
    return bool(one) and bool(two) and one != two


def _is_another(approving: People, acting: People) -> bool:
    """Say whether an approval is another person's than the act, as far as the ledger knows people."""
    if not acting.login:
        return _are_two(acting.actor, approving.actor or approving.login)
    # Whoever states one name under two logins says that they are one person.
    stated = person(approving.actor)
    return bool(approving.login) and approving.login != acting.login and (not stated or stated != person(acting.actor))


def second_person_faults(
    event: Event,
    payload: bytes,
    terms: DealTerms | None,
    people: People,
    approvals: Iterable[Approval] = (),
) -> list[Violation]:
    """Return why an event may not be posted by these people; nothing where it may.

    ``payload`` are the event's canonical bytes, ``terms`` those that stand before it in the log (None before the deal
    is opened), ``people`` those of its batch, and ``approvals`` the approvals of this event that stand before it.
    """
    if isinstance(event, ActApproved):
        if people.login or person(people.actor):
            return []
        message = "nobody approves; name who does: the actor of the envelope (Envelope(actor=...), --actor)"
        return [Violation(event.event_id, "actor", "nobody_approves", message)]
    acts = demanded_acts(event, terms)
    given = tuple(approvals) if acts else ()
    if not acts or any(seconds(payload, people, given)):
        return []
    told = " and ".join(act.value for act in acts)
    field, code, why = (_not_proved if people.login else _not_stated)(people, given, payload_digest(payload))
    message = f"the terms demand a second person for {told}: {why}"
    return [Violation(event.event_id, field, code, message)]


def approval_faults(
    approval: ActApproved, people: People, standing: Iterable[Approval], done: tuple[str, str] | None
) -> list[Violation]:
    """Return why an approval would say nothing; nothing where it may be posted by these people.

    ``standing`` are the approvals of the same event that stand before it, and ``done`` says where that event stands
    already and of which type it is, if it does. It is a rule for whoever posts: logs of earlier releases may hold such.
    """
    found: list[Violation] = []
    if done is not None:
        where, kind = done
        void = "void it and have it posted again under another id, approved first"
        remedy = f"a {kind} stays as it is" if kind in IRREVERSIBLE else f"to have this one approved, {void}"
        message = (
            f"{approval.approves!r} was posted already, {where}, and an approval counts only for what is "
            f"posted behind it; approve an act before it is posted; {remedy}"
        )
        found.append(Violation(approval.event_id, "approves", "already_posted", message))
    for item in standing:
        if item.payload_sha256 == approval.payload_sha256 and _as_compared(item.people) == _as_compared(people):
            message = (
                f"{item.people.actor or item.people.login} approved exactly this already: {item.event_id!r} stands, "
                "and twice is no more than once; post the act, or take the approval back (event_reversed)"
            )
            found.append(Violation(approval.event_id, "approves", "already_approved", message))
            break
    return found


def _as_compared(people: People) -> tuple[str, str]:
    return people.login, person(people.actor)


_REMEDY = "have it approved as it stands (ledger approve, Ledger.approve)"


def _not_stated(people: People, approvals: tuple[Approval, ...], digest: str) -> tuple[str, str, str]:
    """Say what is missing where people are stated: field, code, and the words."""
    either = f"or {_REMEDY} by another actor first"
    if not person(people.actor):
        return "actor", "needs_second_person", "nobody is named who posts it; give the envelope's actor (--actor)"
    if person(people.approver):
        why = f"{people.approver} and {people.actor} are one person; name another approver (--approver), {either}"
        return "approver", "same_person", why
    others = [item for item in approvals if _is_another(item.people, people)]
    if others:
        return "approver", "approved_otherwise", _otherwise(others[-1], digest)
    return "approver", "needs_second_person", f"nobody approved it; give the envelope's approver (--approver), {either}"


def _not_proved(people: People, approvals: tuple[Approval, ...], digest: str) -> tuple[str, str, str]:
    """Say what is missing where the database knows who is connected: field, code, and the words."""
    others = [item for item in approvals if _is_another(item.people, people)]
    if others:
        return "approver", "approved_otherwise", _otherwise(others[-1], digest)
    remedy = f"{_REMEDY} from another login than {people.login} before it is posted"
    if approvals:
        why = f"{approvals[-1].event_id!r} approves it, but from the same login or under the same name; {remedy}"
        return "approver", "same_person", why
    stated = f"{people.approver} is only stated as approver, and here logins are known; " if people.approver else ""
    return "approver", "needs_second_person", f"{stated}{remedy}"


def _otherwise(approval: Approval, digest: str) -> str:
    return (
        f"{approval.event_id!r} approves the SHA-256 {approval.payload_sha256[:16]}..., and this event has "
        f"{digest[:16]}...: it was changed since; {_REMEDY} again"
    )


__all__ = [
    "Approval",
    "Approvals",
    "People",
    "Second",
    "acts_of",
    "approval_faults",
    "demanded_acts",
    "payload_digest",
    "person",
    "second_person_faults",
    "seconds",
]

"""The triggers of a deal as a month finds them: tested, in force or not, and since when.

What a trigger was in earlier months is found by testing them again from the totals of what they moved; no statement is
believed. Whether one is in force is then a matter of its terms: a curable one is what this month's test says, another
stays in force from the first month on in which its test failed, or from before the deal entered the ledger.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from fractions import Fraction
from operator import attrgetter

import attrs

from ledger.deal.terms import DealTerms
from ledger.deal.triggers import DaysBehind, Trigger, TriggerKind
from ledger.events.forward import DelinquencyBroughtForward, TriggerBroughtForward
from ledger.events.statuses import TriggerDeclared
from ledger.projections.collateral import Collateral, original_balances
from ledger.projections.delinquency import BUCKETS, CATEGORIES, Delinquency
from ledger.projections.enhancement import backing
from ledger.projections.examining import EXACT, PLAIN, ExaminedMonth, ExaminedTest, Examiner, is_beyond
from ledger.projections.facts import Facts, fact
from ledger.projections.funding import funding_account
from ledger.projections.listed import prefunded
from ledger.projections.losses import Losses
from ledger.projections.measured import MeasuredMonth
from ledger.projections.parts import stated_parts
from ledger.projections.prefunding import prefunded_of_groups
from ledger.values.dates import date_from_number
from ledger.values.exact import Exact, Origin, ratio, term
from ledger.values.money import UNITS_PER_DOLLAR, from_units
from ledger.values.selector import Selector


@attrs.frozen(kw_only=True)
class TriggerTest:
    """One trigger as tested: ``value`` against ``limit``.

    Both are fractions, dollars of a class balance, day numbers of a date, or counts of what is declared or of other
    triggers. ``numerator`` and ``denominator`` are what the value is the quotient of, where it is one. ``fails`` says
    whether this month's test finds what the trigger is about, ``in_force`` whether the trigger is: one that nothing
    cures stays in force. ``since`` is the payment date from which on it is as it is; None where it never was otherwise.
    Where the months that are kept begin in that state already, ``since_earlier`` says that it may be so for longer.
    """

    trigger: Trigger
    value: Exact
    limit: Exact
    numerator: Exact | None = None
    denominator: Exact | None = None
    fails: bool = False
    in_force: bool = False
    since: dt.date | None = None
    since_earlier: bool = False
    brought_forward: bool = False

    @property
    def state(self) -> Exact:
        """1 while the trigger is in force, else 0."""
        return Exact(int(self.in_force), label=f"{self.trigger.trigger_id} in force")


def _forwarded_balances(event: DelinquencyBroughtForward) -> dict[DaysBehind, Fraction]:
    return {
        DaysBehind.SIXTY: Fraction(event.sixty_days_or_more),
        DaysBehind.NINETY: Fraction(event.ninety_days_or_more),
    }


def _owned(month: MeasuredMonth, terms: DealTerms) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Return what the pre-funding account held for each group before and after an earlier distribution, in dollars."""
    if terms.rules < 4:
        return {}, {}
    if month.own is not None:
        parts = [{name: Fraction(held[at]) / UNITS_PER_DOLLAR for name, held in month.own.items()} for at in (0, 1)]
        return parts[0], parts[1]
    stated = stated_parts(terms)
    whole = sum(stated.values())
    held = from_units(month.prefunded), from_units(month.prefunded_after)
    before, after = ({name: amount * part / whole for name, part in stated.items()} for amount in held)
    return before, after


def _plain_month(month: MeasuredMonth, terms: DealTerms) -> ExaminedMonth[Fraction]:
    def dollars(units: Mapping[str, int]) -> dict[str, Fraction]:
        return {name: from_units(amount) for name, amount in units.items()}

    own, own_after = _owned(month, terms)
    return ExaminedMonth(
        number=month.number,
        opening=dollars(month.opening),
        closing=dollars(month.closing),
        lost=dollars(month.lost),
        lost_to_date=dollars(month.lost_to_date),
        classes=dollars(month.classes),
        prefunded=from_units(month.prefunded),
        prefunded_after=from_units(month.prefunded_after),
        behind=None if month.behind is None else dollars(month.behind),
        reported=month.reported,
        funded=from_units(month.funded),
        own=own,
        own_after=own_after,
    )


def _plain_forwarded(number: int, event: DelinquencyBroughtForward) -> ExaminedMonth[Fraction]:
    return ExaminedMonth(
        number=number,
        opening={},
        closing={},
        lost={},
        lost_to_date={},
        classes={},
        prefunded=Fraction(0),
        prefunded_after=Fraction(0),
        behind=None,
        forwarded=_forwarded_balances(event),
    )


_LOOKED_THROUGH = 4
"""Months that are looked through for each that a test asks for: those without a report are passed over."""


class _History:
    """The months of a deal up to that of a statement, and what each trigger was in them."""

    def __init__(self, facts: Facts, pool: Collateral, behind: Delinquency, lost: Losses, before: Mapping[str, Exact]):
        self.facts = facts
        self.now = _exact_now(facts, pool, behind, lost, before)
        forwarded = dict(facts.documents_of(DelinquencyBroughtForward, last=facts.before))
        measured = {month.number: month for month in facts.measured if month.number not in forwarded}
        self.earlier = [measured[number] for number in sorted(measured)]
        self.carried = [(number, forwarded[number]) for number in sorted(forwarded)]
        self._plain: list[ExaminedMonth[Fraction]] | None = None
        self._numbers: list[int] = []
        originals = original_balances(facts)
        self.exact = Examiner(terms=facts.terms, originals=originals, numbers=EXACT, a_year=facts.payments_a_year)
        self.plain = Examiner(
            terms=facts.terms,
            originals={name: None if value is None else value.value for name, value in originals.items()},
            numbers=PLAIN,
            a_year=facts.payments_a_year,
        )
        self.declared = facts.documents_of(TriggerDeclared)
        self.brought = {event.trigger: event for _, event in facts.documents_of(TriggerBroughtForward)}
        self._failing: dict[tuple[str, int], bool | None] = {}
        self._first: dict[str, int | None] = {}

    @property
    def last(self) -> int:
        """The place of the statement's own month among those that are known."""
        return len(self.earlier)

    def number(self, place: int) -> int:
        return self.facts.number if place == self.last else self.earlier[place].number

    def plain_months(self, through: int, most: int) -> list[ExaminedMonth[Fraction]]:
        """Return the latest months up to an earlier place, with those brought forward, oldest first."""
        if self._plain is None:
            carried = [_plain_forwarded(number, event) for number, event in self.carried]
            self._plain = sorted(
                [*(_plain_month(month, self.facts.terms) for month in self.earlier), *carried], key=attrgetter("number")
            )
            self._numbers = [month.number for month in self._plain]
        end = bisect_right(self._numbers, self.earlier[through].number)
        return self._plain[max(0, end - most) : end]

    def exact_months(self, longest: int) -> list[ExaminedMonth[Exact]]:
        """Return the latest months up to the statement's own as values that can be explained, oldest first."""
        latest: list[tuple[int, ExaminedMonth[Exact]]] = [
            (month.number, _exact_earlier(month, self.facts.terms)) for month in self.earlier[-longest:]
        ]
        latest += [(number, _exact_forwarded(number, event)) for number, event in self.carried]
        return [*(month for _, month in sorted(latest, key=lambda item: item[0])), self.now]

    def most(self, trigger: Trigger) -> int:
        """Return how many months a test may have to look through: some may lack what it asks for."""
        return _LOOKED_THROUGH * trigger.months_of(self.facts.terms.rolling_months)

    def on(self, place: int) -> dt.date:
        return date_from_number(self.number(place))

    def fails(self, trigger: Trigger, place: int) -> bool | None:
        """Say whether the test of an earlier month finds what the trigger is about; None where nobody knows it."""
        key = (trigger.trigger_id, place)
        if key not in self._failing:
            self._failing[key] = self._found_failing(trigger, place)
        return self._failing[key]

    def note(self, trigger: Trigger, fails: bool) -> None:
        """Keep what the statement's own month finds."""
        self._failing[trigger.trigger_id, self.last] = fails

    def _found_failing(self, trigger: Trigger, place: int) -> bool | None:
        on = self.on(place)
        if trigger.from_date is not None and on < trigger.from_date:
            return False
        if trigger.kind is TriggerKind.DATE:
            assert trigger.date is not None
            return is_beyond(Fraction(on.toordinal()), Fraction(trigger.date.toordinal()), trigger.when)
        if trigger.kind is TriggerKind.DECLARED:
            return self.declaration(trigger, self.number(place)) is not None
        if trigger.kind in (TriggerKind.ANY_OF, TriggerKind.ALL_OF):
            states = [self.in_force(self.facts.terms.trigger(name), place) for name in trigger.triggers]
            if trigger.kind is TriggerKind.ANY_OF:
                return True if True in states else None if None in states else False
            return False if False in states else None if None in states else True
        if trigger.tests_delinquency and self.earlier[place].behind is None:
            return None
        found = self.plain.test(trigger, self.plain_months(place, self.most(trigger)), on)
        return False if found is None else is_beyond(found.value, found.limit, trigger.when)

    def declaration(self, trigger: Trigger, number: int) -> TriggerDeclared | TriggerBroughtForward | None:
        """Return what says that an event is declared and stands at a distribution; None where nothing does."""
        said: TriggerDeclared | TriggerBroughtForward | None = self.brought.get(trigger.trigger_id)
        for at, event in self.declared:
            if event.trigger == trigger.trigger_id and at <= number:
                said = event if event.in_force else None
        return said

    def first_failing(self, trigger: Trigger) -> int | None:
        """Return the first place at which a test failed; -1: before the deal entered the ledger; None: it never did."""
        name = trigger.trigger_id
        if name not in self._first:
            places = (place for place in range(self.last + 1) if self.fails(trigger, place))
            self._first[name] = -1 if name in self.brought else next(places, None)
        return self._first[name]

    def in_force(self, trigger: Trigger, place: int) -> bool | None:
        """Say whether a trigger is in force in a month; None where nobody knows it."""
        if trigger.curable:
            return self.fails(trigger, place)
        first = self.first_failing(trigger)
        return first is not None and first <= place

    def since(self, trigger: Trigger, in_force: bool) -> tuple[dt.date | None, bool]:
        """Return since when a trigger is what it is, and whether it may have been so for longer."""
        if not trigger.curable and in_force:
            first = self.first_failing(trigger)
            assert first is not None
            return (self.brought[trigger.trigger_id].in_force_since if first < 0 else self.on(first)), False
        place = self.last
        while place > 0 and self.in_force(trigger, place - 1) is in_force:
            place -= 1
        if place > 0 and self.in_force(trigger, place - 1) is not None:
            return self.on(place), False
        brought = self.brought.get(trigger.trigger_id)
        if place == 0 and brought is not None and in_force:
            return brought.in_force_since, False
        whole = place == 0 and self.number(0) == self.facts.calendar.at(0).number
        if whole:
            return (self.on(0) if in_force else None), False
        return self.on(place), True


def _exact_now(
    facts: Facts, pool: Collateral, behind: Delinquency, lost: Losses, before: Mapping[str, Exact]
) -> ExaminedMonth[Exact]:
    cells = {
        f"{group}/{category}:{bucket}": table.cells[category][bucket].balance
        for group, table in behind.groups.items()
        for category in CATEGORIES
        for bucket in BUCKETS
    }
    return ExaminedMonth(
        number=facts.number,
        opening={group: item.opening_balance for group, item in pool.groups.items()},
        closing={group: item.closing_balance for group, item in pool.groups.items()},
        lost={group: lost.current[group].losses for group in facts.groups},
        lost_to_date={group: lost.cumulative[group].losses for group in facts.groups},
        classes=before,
        prefunded=prefunded(facts, facts.before),
        prefunded_after=prefunded(facts, facts.number),
        behind=cells,
        funded=funding_account(facts, facts.before),
        own=prefunded_of_groups(facts, facts.before) if facts.terms.rules > 3 else {},
        own_after=prefunded_of_groups(facts, facts.number) if facts.terms.rules > 3 else {},
    )


def _exact_earlier(month: MeasuredMonth, terms: DealTerms) -> ExaminedMonth[Exact]:
    day = date_from_number(month.number)

    def values(
        units: Mapping[str, int], what: str, types: tuple[str, ...], component: str, *, to_date: bool = False
    ) -> dict[str, Exact]:
        found = {}
        for name, amount in units.items():
            group, _, code = name.partition("/")
            by_class = {"class_id": name} if types == _CLASS_TYPES else {"group": group, "code": code or None}
            first = None if to_date else month.number
            last = month.number - 1 if types == _CLASS_TYPES else month.number
            selector = Selector(types=types, component=component, first=first, last=last, **by_class)
            found[name] = Exact(from_units(amount), "total", label=f"{what} {name}, {day}", selector=selector)
        return found

    parts = [
        {name: Exact(amount, label=f"pre-funding account, group {name}") for name, amount in held.items()}
        for held in _owned(month, terms)
    ]
    return ExaminedMonth(
        number=month.number,
        opening=values(month.opening, "opening pool of group", _POOL_TYPES, "principal", to_date=True),
        closing=values(month.closing, "closing pool of group", _POOL_TYPES, "principal", to_date=True),
        lost=values(month.lost, "losses of group", ("loan_liquidated",), "loss"),
        lost_to_date=values(month.lost_to_date, "losses to date of group", ("loan_liquidated",), "loss", to_date=True),
        classes=values(month.classes, "balance of class", _CLASS_TYPES, "principal", to_date=True),
        prefunded=Exact(from_units(month.prefunded), label="pre-funding account"),
        prefunded_after=Exact(from_units(month.prefunded_after), label="pre-funding account"),
        behind=None
        if month.behind is None
        else values(month.behind, "loans in", ("delinquency_reported", "loan_status_changed"), "memo"),
        reported=month.reported,
        funded=Exact(from_units(month.funded), label="funding account"),
        own=parts[0],
        own_after=parts[1],
    )


_POOL_TYPES = ("loan_boarded", "pool_balance_brought_forward", "scheduled_payment_due")
_CLASS_TYPES = ("bond_class_issued", "bond_principal_paid", "class_balance_brought_forward")


def _exact_forwarded(number: int, event: DelinquencyBroughtForward) -> ExaminedMonth[Exact]:
    return ExaminedMonth(
        number=number,
        opening={},
        closing={},
        lost={},
        lost_to_date={},
        classes={},
        prefunded=Exact(0),
        prefunded_after=Exact(0),
        behind=None,
        forwarded={
            days: fact(event, value, "sixty_days_or_more" if days is DaysBehind.SIXTY else "ninety_days_or_more")
            for days, value in _forwarded_balances(event).items()
        },
    )


def _counted(history: _History, trigger: Trigger) -> ExaminedTest[Exact]:
    """Return the figures of a trigger that compares no amounts: a date, what is declared, or other triggers."""
    on = history.facts.distribution.payment_date
    if trigger.kind is TriggerKind.DATE:
        assert trigger.date is not None
        value = Exact(on.toordinal(), "term", label="payment date", origin=Origin.TERM)
        return ExaminedTest(value=value, limit=term(trigger.date.toordinal(), "date of the trigger"))
    if trigger.kind is TriggerKind.DECLARED:
        event = history.declaration(trigger, history.facts.number)
        if event is None:
            return ExaminedTest(value=Exact(0, label="nothing is declared"), limit=term(1, "declared"))
        return ExaminedTest(value=fact(event, 1, "trigger"), limit=term(1, "declared"))
    failing = [name for name in trigger.triggers if history.in_force(history.facts.terms.trigger(name), history.last)]
    needed = 1 if trigger.kind is TriggerKind.ANY_OF else len(trigger.triggers)
    value = Exact(len(failing), label=f"triggers in force: {', '.join(failing) or 'none'}")
    return ExaminedTest(value=value, limit=term(needed, "triggers that must be in force"))


_COUNTED = (TriggerKind.DATE, TriggerKind.DECLARED, TriggerKind.ANY_OF, TriggerKind.ALL_OF)


def _outcome(
    history: _History, trigger: Trigger, pool: Collateral, behind: Delinquency, lost: Losses, enhancement: Exact
) -> ExaminedTest[Exact] | None:
    """Return what this month's test finds; None where there is no limit yet, or nobody knows what it is against."""
    if trigger.kind in _COUNTED:
        return _counted(history, trigger)
    if not trigger.groups and trigger.is_plain_rolling and trigger.limit is not None:
        share = term(trigger.limit, "delinquency trigger share")
        closing = backing(history.facts, pool, trigger.share_of)
        return ExaminedTest(
            value=ratio(behind.rolling_sixty, closing),
            limit=enhancement * share,
            numerator=behind.rolling_sixty,
            denominator=closing,
        )
    if trigger.kind is TriggerKind.CUMULATIVE_LOSS and lost.cumulative_share is not None:
        found = history.exact.test(trigger, [history.now], history.facts.distribution.payment_date)
        plain = not trigger.groups and found is not None and found.value == lost.cumulative_share
        return attrs.evolve(found, value=lost.cumulative_share) if found is not None and plain else found
    several = trigger.months_of(history.facts.terms.rolling_months) > 1
    months = history.exact_months(history.most(trigger)) if several else [history.now]
    found = history.exact.test(trigger, months, history.facts.distribution.payment_date)
    if found is None or found.numerator is None or found.denominator is None:
        return found
    return attrs.evolve(found, value=found.value.named(f"test value of {trigger.trigger_id}", trigger.kind.value))


def trigger_tests(
    facts: Facts,
    pool: Collateral,
    behind: Delinquency,
    lost: Losses,
    enhancement: Exact,
    before: Mapping[str, Exact],
) -> tuple[TriggerTest, ...]:
    """Return every trigger of the deal that can be tested, or is in force for ever, with its values and its state."""
    if not facts.terms.triggers:
        return ()
    history = _History(facts, pool, behind, lost, before)
    found: list[TriggerTest] = []
    on = facts.distribution.payment_date
    for trigger in facts.terms.triggers:
        begun = trigger.from_date is None or on >= trigger.from_date
        outcome = _outcome(history, trigger, pool, behind, lost, enhancement)
        fails = begun and outcome is not None and is_beyond(outcome.value, outcome.limit, trigger.when)
        history.note(trigger, fails)
        in_force = bool(history.in_force(trigger, history.last))
        if outcome is None or not (begun or in_force):
            if not in_force:
                continue
            outcome = outcome or ExaminedTest(value=Exact(0), limit=Exact(0))
        since, earlier = history.since(trigger, in_force) if facts.terms.rules > 3 else (None, False)
        found.append(
            TriggerTest(
                trigger=trigger,
                value=outcome.value,
                limit=outcome.limit,
                numerator=outcome.numerator,
                denominator=outcome.denominator,
                fails=fails,
                in_force=in_force,
                since=since,
                since_earlier=earlier,
                brought_forward=in_force and trigger.trigger_id in history.brought,
            )
        )
    return tuple(found)


__all__ = ["TriggerTest", "trigger_tests"]

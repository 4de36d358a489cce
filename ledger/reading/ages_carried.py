"""The ages of the month that a snapshot is of, where something has moved its loans since.

They are those that the snapshot's own cut gives, with what was moved since added loan by loan: so the cost is that of
the few events that came late, and not of a pass over the life of every loan (:mod:`ledger.reading.ages`), which gives
the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.deal.schedule import Schedule
from ledger.events import codec
from ledger.journal.movements import BALANCE_SIGN, BOARDING
from ledger.projections.pool import CUT_FIELDS, SEASONING, Weighed, age_on_boarding, months_between_dates
from ledger.reading.ages import age_of_cut
from ledger.reading.loan_pool import standing_boardings
from ledger.store.rows import Boarding
from ledger.store.source import Source
from ledger.values.selector import Selector

Carried = tuple[dict[str, dict[int, str]], dict[str, dict[int, int]]]
"""Ages and what they are of, as :func:`ledger.reading.ages.ages_of` returns them."""


def carried_ages(
    reading: Source,
    deal_key: int,
    calendar: Schedule,
    *,
    number: int,
    through: int,
    cut: Mapping[str, Weighed],
    known: int,
) -> Carried | None:
    """Return the average ages after a distribution, and what they are of, from its ``cut`` as known ``through``.

    None where a loan was boarded again since, or its boarding voided: then its ages of long ago are others.
    """
    paid = calendar.numbered(number)
    boardings = list(reading.boardings(deal_key, known_through=known))
    if paid is None or _boarded_again(boardings, through):
        return None
    boarded = standing_boardings(boardings)
    weighed = {
        group: (weight, dict(sums)) for group, found in cut.items() for weight, sums in [found.get(SEASONING, (0, {}))]
    }
    late = Selector(types=tuple(BALANCE_SIGN), first=0, last=number)
    for row in reading.rows(deal_key, late, after=through, known_through=known):
        stands = boarded.get(row.loan)
        if stands is None:
            continue
        record = codec.glance(stands.payload, BOARDING, CUT_FIELDS)
        age = age_on_boarding(record, calendar.terms.rules)
        if age is None:
            continue
        units = row.principal + row.memo if row.posts_as == BOARDING else BALANCE_SIGN[row.posts_as] * row.principal
        above, below = age.as_integer_ratio()
        months = months_between_dates(record.effective_date, paid.due_period[1])
        weight, sums = weighed.get(stands.loan_group, (0, {}))
        sums[below] = sums.get(below, 0) + units * (above + months * below)
        weighed[stands.loan_group] = weight + units, sums
    ages = {group: age_of_cut({SEASONING: found}) for group, found in weighed.items()}
    return (
        {group: {number: age} for group, age in ages.items() if age},
        {group: {number: weighed[group][0]} for group, age in ages.items() if age},
    )


def _boarded_again(boardings: list[Boarding], through: int) -> bool:
    """Say whether anything that came later changes who was boarded, and as what, before."""
    before = {row.loan for row in boardings if row.sequence <= through}
    return any(row.reverses is not None or row.loan in before for row in boardings if row.sequence > through)


__all__ = ["Carried", "carried_ages"]

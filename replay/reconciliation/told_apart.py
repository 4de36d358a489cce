"""Lines that a statement prints twice in one section, told apart by the names that the replayed statement gives them.

The template prints "Delinquent Servicing Fees" above the total that it belongs to and again above what was collected;
a published text or list of figures calls both alike.
"""

from __future__ import annotations

from collections import Counter

from attrs import evolve

from replay.filing import Filing, PublishedFigure
from replay.statements.figures import UNPRINTED_HEADINGS, numbered

_SECTION = "SERVICING FEES / ADVANCES"
_LINE = "Delinquent Servicing Fees"


def told_apart(filing: Filing) -> Filing:
    """Return a filing whose figures each have a name of their own; one that has them already comes back as it is."""
    printed: Counter[tuple[int, str]] = Counter(
        (item.page, item.column) for item in filing.figures if (item.section, item.line) == (_SECTION, _LINE)
    )
    times: Counter[tuple[int, str, str, str]] = Counter()
    totalled: set[int] = set()
    found: list[PublishedFigure] = []
    for item in filing.figures:
        place = (item.page, item.section, item.line, item.column)
        times[place] += 1
        if item.section == _SECTION and item.line == UNPRINTED_HEADINGS[0]:
            totalled.add(item.page)
        if (item.section, item.line) == (_SECTION, _LINE):
            # Of two, the first belongs to the total; a lone one belongs to what stands below it.
            lone = printed[item.page, item.column] == 1
            which = int(item.page in totalled) if lone else min(times[place], 2) - 1
            line = numbered(f"{UNPRINTED_HEADINGS[which]}: {_LINE}", max(1, times[place] - 1))
        else:
            line = numbered(item.line, times[place])
        found.append(item if line == item.line else evolve(item, line=line))
    return evolve(filing, figures=tuple(found))


__all__ = ["told_apart"]

"""The table of every event type, as Markdown, generated from the registry: ``python -m ledger.events.describe``.

``docs/events.md`` is what it prints; a test holds the two equal.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Any

import attrs

from ledger.deal.windows import Window
from ledger.events import base, deal, forward
from ledger.events.base import COMPONENTS, RATES, Event, PoolEvent
from ledger.events.docstrings import as_markdown, told
from ledger.events.registry import REGISTRY, EventType
from ledger.values.exact import Origin
from ledger.values.fields import words_of

WINDOW_MEANING: dict[Window, str] = {
    Window.TERMS: "none: it stands before every distribution",
    Window.BALANCE: "the last one paid on or before the date",
    Window.BOARDING: "none up to the closing date or, if later, the first due period's first day; then as due period",
    Window.DUE_PERIOD: "the one whose due period holds the date",
    Window.PREPAYMENT_PERIOD: "the one whose prepayment period holds the date",
    Window.ACCRUAL_PERIOD: "the one whose accrual period holds the date",
    Window.REMITTANCE: "the next one paid on or after the date",
    Window.CUT_OFF: "the next one whose remittance cut-off lies on or after the date",
}
"""Which distribution an event of each window belongs to."""

ORIGIN_MEANING: dict[Origin, str] = {
    Origin.DERIVED: "computed from such events (one event's amount, printed as it is, counts as reported)",
    Origin.REPORTED: "the servicer's own figure, printed as given",
    Origin.BROUGHT_FORWARD: "it stems from before the deal entered the ledger",
    Origin.TERM: "it stands in the deal's terms",
}
"""How a figure is labelled that rests on nothing but such events."""

_HEAD = """\
# Events

What `python -m ledger.events.describe` prints: every event type, in the order of a deal's life. How each is written as
JSON stands in [`schemas/`](schemas/).

Every event has an `event_id` (unique in its deal, chosen by the writer), a `deal`, an `effective_date` and a flag
`restates`. *Components* are its amounts with typed columns, as `column: field`; totals sum them. A *code* is the text
that totals are grouped by beside the type, the group and the class. `memo` amounts are levels or splits that seldom
reach an account; `note_rate` and `servicing_rate` are kept but never summed.

Below each table stand the events one by one, with the fields that each has beside those four. Of a `loan` and a `group`
one is required; a loan's group is known, so that it need not be said. In JSON amounts, rates and numbers are strings
(`"150.00"`), and dates are written `"2024-02-01"`. Money is in the deal's
currency, whose smallest unit is called a cent. What is not required may be left out, and then has its default, or none
where none is shown.
"""

FIELD_TYPES: dict[Any, tuple[str, str]] = {
    base.is_cash: ("amount", "money, whole cents"),
    base.is_signed_cash: ("amount", "money, whole cents; may be negative"),
    base.is_amount: ("amount", "money, up to four decimals"),
    base.is_optional_amount: ("amount", "money, up to four decimals"),
    base.is_rate: ("rate", "fraction, up to ten decimals"),
    base.is_optional_rate: ("rate", "fraction, up to ten decimals"),
    base.is_signed_rate: ("rate", "fraction, up to ten decimals; may be negative"),
    base.is_factor: ("number", ""),
    base.is_optional_factor: ("number", ""),
    base.is_count: ("count", "whole number"),
    base.is_optional_count: ("count", "whole number"),
    base.is_exact_text: ("fraction", 'text, such as `"2573/2"`'),
    base.is_flag: ("flag", "true or false"),
    base.is_text: ("text", "up to 500 characters"),
    base.is_date: ("date", "`YYYY-MM-DD`"),
    base.is_optional_date: ("date", "`YYYY-MM-DD`"),
    base.is_identifier: ("name", "up to 120 characters"),
    base.is_optional_identifier: ("name", "up to 120 characters"),
    deal.is_sha256: ("digest", "SHA-256 in 64 hexadecimal digits"),
    deal.is_terms: ("terms", "see [terms.md](terms.md)"),
}
"""What a field holds and in which unit, by the check that it passes; one of a few words is told by its type."""


def _plain(text: str) -> str:
    """Return reStructuredText as Markdown for a table cell."""
    return as_markdown(text).replace("|", "\\|")


def _summary(documentation: str | None) -> str:
    paragraph = (documentation or "").split("\n\n", maxsplit=1)[0]
    return _plain(re.split(r"(?<=[.:])\s+(?=[A-Z`])", " ".join(paragraph.split()), maxsplit=1)[0])


def components(known: EventType) -> str:
    """Return the typed columns of an event type with the fields behind them, in the columns' own order."""
    held = [f"{name}: `{known.component_fields[name]}`" for name in COMPONENTS if name in known.component_fields]
    held += [f"{name}: `{known.component_fields[name]}`" for name in RATES if name in known.component_fields]
    codes = [item.name for item in attrs.fields(known.kind) if item.metadata.get("dimension") == "code"]
    return ", ".join([*held, "code: " + ":".join(f"`{name}`" for name in codes)] if codes else held)


def row(known: EventType) -> str:
    """Return one event type as a row of its table."""
    kind: type[Event] = known.kind
    version = "" if known.version == 1 else f" (version {known.version})"
    cells = (f"`{known.name}`", f"`{kind.__name__}`{version}", kind.window.value, components(known), kind.origin.value)
    return f"| {' | '.join((*cells, _summary(kind.__doc__)))} |"


def field_rows(known: EventType) -> Iterator[str]:
    """Yield the fields that an event type has beside those of every event, as rows of a table."""
    common = {item.name for item in attrs.fields(Event)}
    for item in attrs.fields(attrs.resolve_types(known.kind)):
        if item.name not in common:
            cells = (f"`{item.name}`", *_held(item), _default(item, known.kind))
            yield f"| {' | '.join(cells)} |"


def _held(item: attrs.Attribute[Any]) -> tuple[str, str]:
    words = words_of(item.type)
    if words:
        return "word", ", ".join(f"`{word}`" for word in words)
    if item.name == "acknowledgements":
        return "list", "of objects with `code`, `reason` and `who`"
    return FIELD_TYPES[item.validator]


def _default(item: attrs.Attribute[Any], kind: type[Event]) -> str:
    if issubclass(kind, PoolEvent) and item.name in ("loan", "group"):
        return "one of the two"
    if item.default is attrs.NOTHING:
        return "required"
    if item.default is None or item.default in ("", ()):
        return ""
    shown = item.default.value if isinstance(item.default, StrEnum) else item.default
    if isinstance(shown, Decimal):
        shown = f"{shown:f}"
    return f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


def detail(known: EventType) -> str:
    """Return everything that is said of one event type: what it means, and its fields."""
    head = f"\n### `{known.name}`\n\n{' '.join(told(known.kind))}\n"
    rows = "\n".join(field_rows(known))
    return f"{head}\n| field | type | unit | default |\n|---|---|---|---|\n{rows}"


def _section(known: EventType) -> str:
    """Return the module under whose heading an event type is listed; what is brought forward is listed together."""
    return forward.__name__ if known.kind.origin is Origin.BROUGHT_FORWARD else known.kind.__module__


def document() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    parts.append("| window | the distribution that the event belongs to |\n|---|---|")
    parts.extend(f"| {window.value} | {meaning} |" for window, meaning in WINDOW_MEANING.items())
    parts.append("\n| origin | meaning |\n|---|---|")
    parts.extend(f"| {origin.value} | {meaning} |" for origin, meaning in ORIGIN_MEANING.items())
    parts.append(
        "\nA reversal or correction belongs where the window of the event that it voids puts its own date; a closing "
        "belongs\nto the distribution that it closes. Under the second rules, a payment of an instalment, and a report "
        "that it did not\ncome, belong to the instalment while its distribution is open, and else where the remittance "
        "cut-off puts their date."
    )
    for module, found in groupby(REGISTRY.values(), key=_section):
        listed = list(found)
        name = module.rpartition(".")[2]
        parts.append(f"\n## {name.capitalize()}\n\n{_summary(sys.modules[module].__doc__)}\n")
        parts.append("| written name | class | window | components | origin | meaning |\n|---|---|---|---|---|---|")
        parts.extend(row(known) for known in listed)
        parts.extend(detail(known) for known in listed)
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(document(), end="")

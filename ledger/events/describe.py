"""The table of every event type, as Markdown, generated from the registry: ``python -m ledger.events.describe``.

``docs/events.md`` is what it prints; a test holds the two equal.
"""

from __future__ import annotations

import re
import sys
from itertools import groupby

import attrs

from ledger.deal.windows import Window
from ledger.events import forward
from ledger.events.base import COMPONENTS, RATES, Event
from ledger.events.registry import REGISTRY, EventType
from ledger.values.exact import Origin

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
"""


def _plain(text: str) -> str:
    """Return reStructuredText as Markdown for a table cell."""
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text)
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())


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
    for module, listed in groupby(REGISTRY.values(), key=_section):
        name = module.rpartition(".")[2]
        parts.append(f"\n## {name.capitalize()}\n\n{_summary(sys.modules[module].__doc__)}\n")
        parts.append("| written name | class | window | components | origin | meaning |\n|---|---|---|---|---|---|")
        parts.extend(row(known) for known in listed)
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(document(), end="")

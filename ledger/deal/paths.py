"""The ways that cash takes through a deal, drawn: lanes of funds in text, or a graph as Mermaid reads it."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.deal.steps import DrawAccount, Source, Step
from ledger.deal.terms import DealTerms

LANES = ("interest", "principal")
_TAKEN: dict[Source | None, tuple[bool, bool]] = {
    Source.INTEREST: (True, False),
    Source.PRINCIPAL: (False, True),
    Source.AVAILABLE: (True, True),
}

_NO_CLASS = {"set_aside_principal": "funding account", "repay_draws": "seller"}


def _takes(step: Step) -> tuple[bool, bool]:
    return _TAKEN.get(getattr(step, "source", None), (False, False))


def _whom(step: Step) -> str:
    groups = getattr(step, "groups", ())
    bounds = [f"group {', '.join(groups)}"] if groups else []
    bounds += [f"while {name}" for name in getattr(step, "only_while", ())]
    bounds += [f"unless {name}" for name in getattr(step, "not_while", ())]
    bounded = f" ({'; '.join(bounds)})" if bounds else ""
    beside = getattr(step, "account", None) or getattr(step, "fee_id", None)
    whom = ", ".join(step.classes) or beside or _NO_CLASS.get(step.step, "contracts")
    if step.classes and isinstance(step, DrawAccount):
        whom = f"{step.account}, for {whom}"
    return f"{whom}{bounded}"


def drawn(terms: DealTerms) -> tuple[str, ...]:
    """Return the waterfall as lanes: a step stands beside the funds that it takes from, marked `o`."""
    lines = ["interest  principal", "    |         |"]
    for number, step in enumerate(terms.waterfall, 1):
        interest, principal = _takes(step)
        between = "-" if interest else " "
        lane = f"    {'o' if interest else '|'}{between * 9}{'o' if principal else '|'}"
        lines.append(f"{lane}--> {step.numbered(number)}: {_whom(step)}")
    return (*lines, "    v         v", "  what is left stays in the account")


def _quoted(text: str) -> str:
    """Return a text as Mermaid takes it between quotes: what would end or shape it is spelt out."""
    return "".join(character if character.isalnum() or character in " .,:;-_/()%'" else f"#{ord(character)};"
                   for character in text)  # fmt: skip


def mermaid(terms: DealTerms) -> str:
    """Return the cash paths as a Mermaid flow chart: groups, funds, steps in their order, and classes."""
    return "\n".join(_chart(terms)) + "\n"


def _chart(terms: DealTerms) -> Iterator[str]:
    yield "flowchart TD"
    for place, group in enumerate(terms.groups):
        yield f'  g{place}["{_quoted(group.title or group.group_id)}"]'
        yield f"  g{place} --> interest"
        yield f"  g{place} --> principal"
    for lane in LANES:
        yield f'  {lane}(["{lane} funds"])'
    places = {bond.class_id: place for place, bond in enumerate(terms.classes)}
    for class_id, place in places.items():
        yield f'  c{place}[/"{_quoted(class_id)}"/]'
    for number, step in enumerate(terms.waterfall, 1):
        yield f'  s{number}["{_quoted(step.numbered(number))}"]'
        for lane, taken in zip(LANES, _takes(step), strict=True):
            if taken:
                yield f"  {lane} --> s{number}"
        for class_id in step.classes:
            yield f"  s{number} --> c{places[class_id]}"


__all__ = ["drawn", "mermaid"]

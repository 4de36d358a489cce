"""What the docstrings of the events say, for pages and schemas: in Markdown, sentence by sentence, field by field."""

from __future__ import annotations

import re
from inspect import cleandoc, getmro

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")


def as_markdown(text: str) -> str:
    """Return reStructuredText as a line of Markdown."""
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", text)
    return " ".join(text.replace("``", "`").split())


def told(kind: type) -> list[str]:
    """Return the sentences of a class's own docstring."""
    return _SENTENCE_END.split(as_markdown(cleandoc(kind.__doc__ or "")))


def told_of(kind: type, field: str) -> str:
    """Return the sentences in which a class, or one that it is made of, speaks of a field; the nearest class counts."""
    for one in getmro(kind):
        if one.__module__.startswith("ledger."):
            found = [sentence for sentence in told(one) if f"`{field}`" in sentence]
            if found:
                return " ".join(found)
    return ""


__all__ = ["as_markdown", "told", "told_of"]

"""What a class says of itself and of its fields is found in its docstring, or in that of what it is made of."""

from __future__ import annotations

from ledger.events.collections import CollectionReceived
from ledger.events.docstrings import as_markdown, told, told_of


class Plain:
    """A plain thing. ``size`` is its size: in feet.

    See :class:`~ledger.events.base.Event`; ``colour`` is not.
    """


def test_the_sentences_of_a_docstring_are_markdown() -> None:
    assert told(Plain) == ["A plain thing.", "`size` is its size: in feet.", "See `Event`; `colour` is not."]
    assert as_markdown("a\n  b ``c``") == "a b `c`"


def test_a_field_is_told_of_where_its_name_stands_and_by_the_nearest_class() -> None:
    assert told_of(CollectionReceived, "interest").endswith("`interest` is gross of the servicing fee.")
    assert "`received_date` the day on which the cash came in" in told_of(CollectionReceived, "received_date")
    assert told_of(CollectionReceived, "effective_date") == "`effective_date` is the business date."
    assert told_of(CollectionReceived, "restates").startswith("`restates` marks a fact")
    assert told_of(CollectionReceived, "principal") == ""
    assert told_of(CollectionReceived, "nothing of the kind") == ""

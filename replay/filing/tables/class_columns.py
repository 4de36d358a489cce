"""The names that trustees give the columns of a class table, as data: small letters, no punctuation."""

from __future__ import annotations

import re

NAMES: dict[str, tuple[str, ...]] = {
    "class": (
        "class", "class name", "class id", "class no", "class number", "tranche", "tranche name", "class tranche",
        "bond class", "note class", "certificate class", "security class", "class of certificates", "class of notes",
    ),
    "cusip": ("cusip", "cusip no", "cusip number", "cusip id"),
    "descr": (
        "descr", "description", "certificate description", "class description", "certificate class description",
        "type", "class type", "principal type",
    ),
    "rate type": ("rate type", "certificate rate type", "interest rate type", "coupon type", "interest type"),
    "rate": (
        "rate", "interest rate", "current rate", "note rate", "certificate rate", "coupon", "current coupon",
        "pass through rate", "certificate pass through rate", "current pass through rate", "certificate interest rate",
        "current interest rate",
    ),
    "beginning": (
        "beginning", "beginning balance", "opening", "opening balance", "beginning certificate balance",
        "beginning principal balance", "beginning class balance", "beginning note balance", "beginning bond balance",
        "opening principal balance", "opening certificate balance", "prior balance", "prior principal balance",
        "beginning certificate principal balance", "beginning current balance",
    ),
    "interest": (
        "interest", "interest distribution", "interest distributed", "interest paid", "interest payment",
        "interest distribution amount", "total interest distribution",
    ),
    "principal": (
        "principal", "principal distribution", "principal distributed", "principal paid", "principal payment",
        "principal distribution amount", "total principal distribution", "total principal",
    ),
    "loss": (
        "loss", "losses", "current loss", "current losses", "current realized loss", "current realized losses",
        "realized loss", "realized losses", "current realised loss", "realised loss", "realised losses",
    ),
    "ending": (
        "ending", "ending balance", "closing", "closing balance", "ending certificate balance",
        "ending principal balance", "ending class balance", "ending note balance", "ending bond balance",
        "closing principal balance", "closing certificate balance", "ending certificate principal balance",
        "ending current balance",
    ),
    "total distribution": (
        "total distribution", "total distributions", "total payment", "total paid", "total distributed",
        "total distribution amount",
    ),
    "cumulative loss": (
        "cumulative loss", "cumulative losses", "cumulative realized loss", "cumulative realized losses",
        "cumulative realised loss", "cumulative realised losses",
    ),
    "factor": (
        "factor", "ending factor", "closing factor", "current factor", "class factor", "bond factor", "note factor",
        "certificate factor", "balance factor", "ending balance factor", "principal factor",
    ),
}  # fmt: skip
"""Every column that is known, with the names it goes by."""

TEXT_COLUMNS = ("cusip", "descr", "rate type")
"""Columns whose cells are words."""

NOT_COMPARED = ("descr", "rate type", "factor")
"""Columns that are read and that the replayed statement has nothing to set against."""

_SHORT = {
    "amt": "amount", "bal": "balance", "beg": "beginning", "begin": "beginning", "cert": "certificate",
    "cum": "cumulative", "curr": "current", "desc": "description", "descr": "description",
    "dist": "distribution", "distrib": "distribution", "end": "ending",
    "int": "interest", "prin": "principal", "pmt": "payment", "thru": "through",
}  # fmt: skip
"""Words that headings cut short."""

_LONGEST = 120
"""Characters of a heading; every name has far fewer, and a unit or punctuation may stand in it."""

_KNOWN = {name: column for column, names in NAMES.items() for name in names}


def plain_heading(heading: str) -> str:
    """Return a heading in small letters, without punctuation or a unit in parentheses."""
    bare = re.sub(r"\((?:\$|%|usd|[0-9]{1,2})\)|[*]", " ", heading.lower())
    return " ".join(re.sub(r"[^\w#]+", " ", bare).split())


def known(heading: str) -> str | None:
    """Return the column that a heading names, or None."""
    if not heading or len(heading) > _LONGEST:
        return None
    name = plain_heading(heading)
    return _KNOWN.get(name) or _KNOWN.get(" ".join(_SHORT.get(word, word) for word in name.split()))

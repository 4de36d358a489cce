"""The addresses of pages: every name in them is encoded whole, whatever characters it holds."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote, urlencode

Given = str | int | dt.date | None


def address_of(*path: str | int | dt.date, **query: Given) -> str:
    """Return the address of a page by the segments of its path; what of the query is None or empty is left out.

    A name with an underscore at its end stands for the word without it.
    """
    held = {name.rstrip("_"): str(value) for name, value in query.items() if value is not None and value != ""}
    told = "/" + "/".join(quote(str(item), safe="") for item in path)
    return f"{told}?{urlencode(held)}" if held else told


def deal_page(deal: str, *path: str | int | dt.date, **query: Given) -> str:
    """Return the address of a page of a deal."""
    return address_of("deals", deal, *path, **query)


def statement_page(deal: str, payment_date: dt.date | str, **query: Given) -> str:
    """Return the address of a statement."""
    return deal_page(deal, "statements", payment_date, **query)


def figure_page(deal: str, payment_date: dt.date | str, figure: str, **query: Given) -> str:
    """Return the address of the calculation of a figure, named as its statement names it."""
    return deal_page(deal, "figures", payment_date, figure=figure, **query)


def event_page(deal: str, sequence: int) -> str:
    """Return the address of an event."""
    return deal_page(deal, "events", sequence)


__all__ = ["Given", "address_of", "deal_page", "event_page", "figure_page", "statement_page"]

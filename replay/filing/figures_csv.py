"""Reads published figures that are already listed one to a row: page, section, line, column, printed."""

from __future__ import annotations

from replay.filing.model import Filing, Gathered, PublishedFigure
from replay.filing.text.about import ABOUT, said_in_rows
from replay.filing.text.dates import parse_date
from replay.filing.text.numbers import is_number
from replay.filing.text.raw import physical_lines, split_csv_line

HEADER = ("page", "section", "line", "column", "printed")

_TEXT_COLUMNS = ("method", "cusip", "state", "type", "loan status", "loan group")
_GROUP_SECTIONS = ("SUMMARY", "COLLATERAL")


def read_figures_csv(text: str) -> Filing:
    """Return the figures of a CSV with the columns page, section, line, column and printed, in any order.

    Other columns may stand beside them, as in `replay statement --format csv`; they are not read.

    A row that cannot be read becomes a problem naming its line. The rows whose page is `about` name the deal and its
    dates; a CSV without them names none.
    """
    out = Gathered()
    places: dict[str, int] | None = None
    width = len(HEADER)
    about: list[list[str]] = []
    for number, line in enumerate(physical_lines(text), start=1):
        if not line.strip():
            continue
        cells = split_csv_line(line)
        if cells is None:
            out.problem(number, None, "row-unreadable", f"line {number} is not a row of values")
        elif places is None:
            places, width = header_places(cells), len(cells)
            if places is None:
                out.problem(number, None, "header-missing", f"line {number} should name {', '.join(HEADER)}")
                places, width = {name: index for index, name in enumerate(HEADER)}, len(HEADER)
                _take_row(cells, places, width, number, out)
        elif cells[places["page"] : places["page"] + 1] == [ABOUT]:
            about.append(cells[places["page"] :])
        else:
            _take_row(cells, places, width, number, out)
    if places is None:
        out.problem(0, None, "empty", "the text is empty")
    told = said_in_rows(about) or {}
    return Filing(
        deal_name=told.get("deal", ""),
        distribution_date=parse_date(told.get("payment_date", "")),
        record_date=parse_date(told.get("record_date", "")),
        figures=tuple(out.figures),
        problems=out.sorted_problems(),
        groups=_groups(out.figures),
    )


def header_places(cells: list[str]) -> dict[str, int] | None:
    """Return where each of the five columns stands, or None when the cells do not name each of them once."""
    names = [cell.strip().lower() for cell in cells]
    return {name: names.index(name) for name in HEADER} if all(names.count(name) == 1 for name in HEADER) else None


def _take_row(cells: list[str], places: dict[str, int], width: int, number: int, out: Gathered) -> None:
    if len(cells) != width:
        out.problem(number, None, "row-unreadable", f"line {number} has {len(cells)} values, not {width}")
        return
    values = {name: cells[index].strip() for name, index in places.items()}
    page_text = values["page"]
    if not (page_text.isascii() and page_text.isdecimal() and len(page_text) <= 4):
        out.problem(number, None, "row-unreadable", f"line {number}: {page_text[:20]!r} is no page number")
        return
    page, column, printed = int(page_text), values["column"], values["printed"]
    figure = PublishedFigure(
        page=page,
        section=values["section"],
        line=values["line"],
        column=column,
        printed=printed,
        source_line=number,
    )
    out.figures.append(figure)
    if column not in _TEXT_COLUMNS and not is_number(printed):
        message = f"{figure.section}, {figure.line}, {column}: {printed[:40]!r} is not a number"
        out.problem(number, page, "not-a-number", message)


def _groups(figures: list[PublishedFigure]) -> tuple[str, ...]:
    columns = (figure.column for figure in figures if figure.section in _GROUP_SECTIONS)
    return tuple(column for column in dict.fromkeys(columns) if column != "total")

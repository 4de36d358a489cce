"""A published filing with one figure printed otherwise."""

from __future__ import annotations

import attrs

from replay import Filing


def with_printed(filing: Filing, index: int, printed: str) -> Filing:
    figures = list(filing.figures)
    figures[index] = attrs.evolve(figures[index], printed=printed)
    return attrs.evolve(filing, figures=tuple(figures))


def index_of(filing: Filing, page: int, section: str, line: str, column: str) -> int:
    place = (page, section, line, column)
    return next(index for index, f in enumerate(filing.figures) if (f.page, f.section, f.line, f.column) == place)

"""Reads published statements: the figures a trustee printed, and what of the text was not understood."""

from replay.filing.figures_csv import read_figures_csv
from replay.filing.model import ClassRow, ClassTable, Filing, PublishedFigure, ReadProblem
from replay.filing.reading import StatementKind, read_statement, sniff
from replay.filing.tables.class_columns import NOT_COMPARED
from replay.filing.tables.classes import read_class_table
from replay.filing.text.numbers import parse_cell, parse_printed
from replay.filing.trustee import read_trustee_filing

__all__ = [
    "NOT_COMPARED",
    "ClassRow",
    "ClassTable",
    "Filing",
    "PublishedFigure",
    "ReadProblem",
    "StatementKind",
    "parse_cell",
    "parse_printed",
    "read_class_table",
    "read_figures_csv",
    "read_statement",
    "read_trustee_filing",
    "sniff",
]

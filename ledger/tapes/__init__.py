"""Loan tapes: turning a file of loans into boarding events, by a map that is data."""

from ledger.tapes.lines import tape_lines
from ledger.tapes.loans import RejectedRow
from ledger.tapes.opening import opened_tape
from ledger.tapes.tape import TapeReader, TapeReading, TotalsRow, loans_from_tape, read_tape
from ledger.tapes.tape_map import TapeMap, shipped_map, shipped_maps, tape_map_from_json

__all__ = [
    "RejectedRow",
    "TapeMap",
    "TapeReader",
    "TapeReading",
    "TotalsRow",
    "loans_from_tape",
    "opened_tape",
    "read_tape",
    "shipped_map",
    "shipped_maps",
    "tape_lines",
    "tape_map_from_json",
]

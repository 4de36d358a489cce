"""Loan tapes: turning a delimited file of loans into boarding events, by a map that is data."""

from ledger.tapes.tape import TapeMap, loans_from_tape, shipped_map, shipped_maps, tape_map_from_json

__all__ = ["TapeMap", "loans_from_tape", "shipped_map", "shipped_maps", "tape_map_from_json"]

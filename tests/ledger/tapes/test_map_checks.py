"""Every key of a map is checked where it is read, by name."""

from __future__ import annotations

import json

import pytest

from ledger import InvalidTerms, tape_map_from_json

LEAST = {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}


@pytest.mark.parametrize(
    ("keys", "key", "told"),
    [
        ({"header": "no"}, "header", "must be true or false"),
        ({"header": False}, "columns.loan", "goes by its number"),
        ({"cells": [0]}, "cells", "numbers of cells"),
        ({"layout": []}, "layout", "an object such as"),
        ({"layout": {"Loan": [5, 4]}}, "layout.Loan", "the first and the last character"),
        ({"layout": {"Loan": [1, 4], "UPB": [4, 9]}}, "layout.UPB", "begins at 4"),
        ({"decimals": {"balance": -1}}, "decimals.balance", "must be as in"),
        ({"decimals": {"state": 2}}, "decimals.state", "cannot have any"),
        ({"decimals": 2}, "decimals", "must be an object"),
        ({"optional": ["colour"]}, "optional.colour", "no field 'colour'"),
        ({"constants": {"balance": "1"}}, "constants.balance", "a column holds it"),
        ({"constants": {"state": 5}}, "constants.state", "must be as in"),
        ({"null_words": "NA"}, "null_words", "must be a list"),
        ({"sentinels": {"loan_to_value": "999"}}, "sentinels.loan_to_value", "must be as in"),
        ({"codes": {"status": ["C"]}}, "codes.status", "must be as in"),
        ({"units": {"balance": "percent"}}, "units.balance", "it can be in dollars, cents, thousands"),
        ({"units": {"reset_months": "percent"}}, "units.reset_months", "it has no unit"),
        ({"units": {"margin": "furlongs"}}, "units.margin", "must be as in"),
        ({"serial_dates": "1901"}, "serial_dates", "must be"),
        ({"filters": [{"column": "A"}]}, "filters.0", "must be as in"),
        ({"filters": [{"column": "A", "is": "B"}]}, "filters.0", "must be as in"),
        ({"filters": {}}, "filters", "must be a list"),
        ({"join": {"columns": {"balance": "x"}}}, "columns.loan", "needs a column for loan"),
        ({"join": {"columns": {"loan": "x", "balance": "y"}}}, "join.columns.balance", "both files have"),
        ({"join": {"columns": {"loan": "x"}, "join": {}}}, "join", "no key 'join'"),
        ({"join": 5}, "join.", "must be a JSON object"),
        ({"columns": {**LEAST, "state": []}}, "columns.state", "must be the name of a column"),
        ({"columns": {**LEAST, "state": True}}, "columns.state", "must be the name of a column"),
        (
            {"columns": {"balance": "UPB", "note_rate": "Rate"}, "constants": {"loan": "1"}},
            "columns.loan",
            "cannot be it",
        ),
    ],
)
def test_a_key_that_cannot_be_meant_is_refused(keys: dict[str, object], key: str, told: str) -> None:
    with pytest.raises(InvalidTerms, match=told) as caught:
        tape_map_from_json(json.dumps({"columns": LEAST, **keys}))
    assert caught.value.field == key

"""A map names fields that loans have, and one that cannot be a map is refused by key."""

from __future__ import annotations

import pytest

from ledger import InvalidTerms, TapeMap, shipped_map, tape_map_from_json


def test_a_map_names_fields_that_loans_have() -> None:
    with pytest.raises(InvalidTerms, match="no field 'colour'"):
        TapeMap(columns={"loan": "a", "balance": "b", "note_rate": "c", "colour": "d"})
    with pytest.raises(InvalidTerms, match="balance"):
        TapeMap(columns={"loan": "a", "note_rate": "c"})
    assert shipped_map("freddie-mac").delimiter == "|"


COLUMNS = '"columns": {"loan": "Loan", "balance": "UPB", "note_rate": "Rate"}'


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("{", "tape map", "not JSON"),
        ("[" * 200_000, "tape map", "nested too deeply"),
        ("[]", "tape map", "must be a JSON object"),
        ("{}", "columns", "needs the key columns"),
        ('{"columns": []}', "columns", "must be an object"),
        ('{"columns": {"loan": 5}}', "columns.loan", "the name of a column, not 5"),
        (f'{{{COLUMNS}, "colour": 1}}', "colour", "no key 'colour'; it has columns, delimiter"),
        (f"{{{COLUMNS}, {COLUMNS}}}", "columns", "twice"),
        ('{"columns": {"loan": "a", "loan": "b", "balance": "c", "note_rate": "d"}}', "loan", "twice"),
        *[(f'{{{COLUMNS}, "delimiter": {it}}}', "delimiter", "one character") for it in
          ('"||"', '""', "5", '"tab"', "null", '"\\n"', '"a"')],
        *[(f'{{{COLUMNS}, "quote": {it}}}', "quote", "one character") for it in ('"quote"', "5", "true", '","')],
        *[(f'{{{COLUMNS}, "encoding": {it}}}', "encoding", "text encoding") for it in
          ('"klingon"', "5", '"hex"', '"punycode"', '"utf-7"', '""', '"a\\u0000b"')],
        *[(f'{{{COLUMNS}, "percent_rates": {it}}}', "percent_rates", "must be true") for it in
          ('"no"', "0", "null")],
        *[(f'{{{COLUMNS}, "date_formats": {it}}}', "date_formats", "must be a list") for it in
          ("[1]", '"%Y"', "[]", "5")],
        *[(f'{{{COLUMNS}, "date_formats": ["{it}"]}}', "date_formats", "a month and a year") for it in
          ("%Q", "%d", "%", "MM/YY")],
        *[(f'{{"columns": {{"{it}": "x"}}}}', f"columns.{it}", "cannot come from a column") for it in
          ("event_id", "deal", "effective_date")],
        *[(f'{{"columns": {{"{it}": "x"}}}}', f"columns.{it}", "no field") for it in
          ("restates", "subsequent", "loan_count", "balance_in_group")],
        ('{"columns": {"loan": "a", "balance": "b", "note_rate": "c", "net_rate": "d", "servicing_rate": "e"}}',
         "columns.servicing_rate", "map one of the two"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_one_is_refused_by_key(text: str, key: str, told: str) -> None:
    with pytest.raises(InvalidTerms, match=told) as caught:
        tape_map_from_json(text)
    assert caught.value.field == key
    assert "**" not in str(caught.value)

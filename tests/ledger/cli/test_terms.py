"""``ledger terms``: what it prints, and how it ends."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from ledger import Ledger, TermsAmended, terms_to_json
from ledger.cli import main
from tests.deals.toy import TOY, toy_terms


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["terms", *map(str, arguments)])


@pytest.mark.parametrize("folder", ["impac_cmb_2002_1", "sequoia_2013_7"])
@pytest.mark.parametrize("form", ["text", "json", "mermaid"])
def test_the_terms_of_a_sample_are_told(folder: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / "terms.json"
    path.write_text((files(f"ledger.samples.{folder}") / "terms.json").read_text(encoding="utf-8"), encoding="utf-8")
    told = run("check", path, "--format", form)
    assert (told.exit_code, told.stderr) == (0, "")
    if form == "json":
        assert json.loads(told.stdout)["warnings"] == []
    elif form == "text":
        assert told.stdout.rstrip().endswith("Warnings:\n  none")


def test_what_is_wrong_is_listed_and_refused(tmp_path: Path) -> None:
    document = json.loads(terms_to_json(toy_terms()))
    document["classes"][0]["rate"]["margin"] = "5"
    document["waterfall"][1]["classes"] = ["A", 7]
    path = tmp_path / "terms.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    told = run("check", path)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "ClassRate.margin of class A: 5 is not a fraction" in told.stderr
    assert "waterfall[1]" in told.stderr
    path.write_bytes(b"\xff\xfe")
    assert run("check", path).exit_code == 2
    assert run("check", tmp_path / "none.json").exit_code == 2


def test_a_hostile_title_steers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "terms.json"
    terms = json.loads(terms_to_json(toy_terms()))
    terms["title"] = terms["groups"][0]["title"] = "\x1b]0;owned\x07\u202e"
    path.write_text(json.dumps(terms), encoding="utf-8")
    told = run("check", path)
    assert told.exit_code == 1
    assert all(line.isprintable() for line in told.stderr.split("\n"))


def test_versions_are_compared_from_files_and_from_a_log(tmp_path: Path) -> None:
    old, new = toy_terms(), attrs.evolve(toy_terms(), title="Renamed")
    for name, terms in (("old", old), ("new", new)):
        (tmp_path / f"{name}.json").write_text(terms_to_json(terms), encoding="utf-8")
    told = run("diff", tmp_path / "old.json", tmp_path / "new.json", "--format", "json")
    assert json.loads(told.stdout)["differences"] == [{"term": "title", "old": "Toy Trust", "new": "Renamed"}]
    assert "No term differs." in run("diff", tmp_path / "old.json", tmp_path / "old.json").stdout
    path = tmp_path / "toy.db"
    with Ledger.create(path) as ledger:
        ledger.open_deal(TOY, old).or_raise()
    assert run("diff", path, TOY).exit_code == 2
    with Ledger.open(path) as ledger:
        for number, title in enumerate(("Renamed", "Again")):
            amended = attrs.evolve(old, title=title)
            ledger.post(
                TermsAmended(event_id=f"amended-{number}", deal=TOY, effective_date="2021-02-01", terms=amended)
            ).or_raise()
        last = ledger.head(TOY).sequence
    assert "Renamed" in run("diff", path, TOY).stdout
    whole = run("diff", path, TOY, "--from", 1, "--to", last).stdout
    assert "Toy Trust" in whole
    assert "Again" in whole


def test_the_schema_names_every_term_and_step() -> None:
    document = json.loads(run("schema").stdout)
    assert document["title"] == "deal terms"
    assert {item.name for item in attrs.fields(type(toy_terms()))} == set(document["properties"])
    named = [item["$ref"].rpartition("/")[2] for item in document["properties"]["waterfall"]["items"]["oneOf"]]
    assert document["$defs"][named[0]]["properties"]["step"] == {"const": "pay_derivatives"}
    assert len(named) >= 11

"""The bill of materials has every locked package, as CycloneDX 1.6 wants it, and is always the same."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.supply.locks import ROOT, locked, project
from tests.supply.sbom import bill_of_materials

AT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def bill() -> Any:
    """The bill, as whoever gets the file reads it."""
    return json.loads(json.dumps(bill_of_materials(AT)))


def test_the_document_is_what_cyclonedx_wants(bill: Any) -> None:
    assert set(bill) == {
        *("$schema", "bomFormat", "specVersion", "serialNumber", "version"),
        *("metadata", "components", "dependencies"),
    }
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    uuid = r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    assert re.fullmatch(uuid, bill["serialNumber"])
    assert bill["metadata"]["timestamp"] == "2026-01-02T03:04:05Z"
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "Apache-2.0"}]
    allowed = {
        *("type", "bom-ref", "name", "version", "scope", "purl"),
        *("licenses", "externalReferences", "properties"),
    }
    for component in bill["components"]:
        assert set(component) <= allowed
        assert component["type"] == "library"
        assert component["scope"] in ("required", "optional", "excluded")
        assert component["bom-ref"] == component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
        for licence in component.get("licenses", ()):
            assert [*licence] == ["expression"] or [*licence["license"]] == ["name"]
        assert len([item for item in component.get("licenses", ()) if "expression" in item]) in (
            0,
            len(component.get("licenses", ())),
        )
        [files] = component["externalReferences"]
        assert set(files) == {"type", "url", "comment", "hashes"}
        assert files["type"] == "distribution"
        assert files["hashes"]
        for item in files["hashes"]:
            assert item["alg"] == "SHA-256"
            assert re.fullmatch("[0-9a-f]{64}", item["content"])


def test_every_locked_package_is_there_once_with_its_hashes(bill: Any) -> None:
    there = {
        (item["name"], item["version"]): tuple(each["content"] for each in item["externalReferences"][0]["hashes"])
        for item in bill["components"]
    }
    assert there == {(item.name, item.version): item.hashes for item in locked("dev")}
    assert len(bill["components"]) == len(there)


def test_what_is_needed_is_told_from_what_may_be_added_and_what_only_builds(bill: Any) -> None:
    scopes = {item["name"]: item["scope"] for item in bill["components"]}
    assert {name for name, scope in scopes.items() if scope == "required"} == {item.name for item in locked("core")}
    for name in ("psycopg", "polars", "cryptography", "rfc3161-client", "cffi", "distributed", "tornado"):
        assert scopes[name] == "optional"
    for name in ("pytest", "mypy", "hatchling", "hypothesis"):
        assert scopes[name] == "excluded"


def test_who_wants_what_leads_to_every_package(bill: Any) -> None:
    refs = {item["bom-ref"] for item in bill["components"]}
    wanted = {item["ref"]: item["dependsOn"] for item in bill["dependencies"]}
    own = bill["metadata"]["component"]["bom-ref"]
    assert set(wanted) == {*refs, own}
    assert all(set(others) <= refs and len(set(others)) == len(others) for others in wanted.values())
    reached, left = set(), [own]
    while left:
        ref = left.pop()
        if ref not in reached:
            reached.add(ref)
            left.extend(wanted[ref])
    runs = {item["bom-ref"] for item in bill["components"] if item["scope"] != "excluded"}
    assert runs <= reached
    assert {name.rpartition("@")[0].rpartition("/")[2] for name in wanted[own]} >= set(project()[""])


def test_what_is_installed_has_a_licence(bill: Any) -> None:
    without = {item["name"] for item in bill["components"] if "licenses" not in item}
    markers = {item.name for item in locked("dev") if item.marker}
    assert without <= markers
    said = {item["name"]: item.get("licenses") for item in bill["components"]}
    assert said["alembic"] == [{"expression": "MIT"}]
    assert said["rfc3161-client"] == [{"license": {"name": "Apache Software License"}}]


def test_the_file_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    made = []
    for number, zone in enumerate(("UTC", "Asia/Tokyo")):
        path = tmp_path / f"{number}.json"
        environment = {
            **os.environ,
            "SOURCE_DATE_EPOCH": "1767323045",
            "TZ": zone,
            "PYTHONHASHSEED": str(number),
        }
        command = [sys.executable, "tests/supply/sbom.py", str(path)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        made.append(path.read_bytes())
    assert made[0] == made[1]
    assert json.loads(made[0]) == json.loads(json.dumps(bill_of_materials(AT)))

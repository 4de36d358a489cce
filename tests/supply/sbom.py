"""Writes the bill of materials: every locked package with version, hashes, licence and who wants it, as CycloneDX.

``python tests/supply/sbom.py build/sbom.json``. What is there comes from ``requirements/dev.lock``, so it is the same
on every machine; licences are those that the installed packages state, and a package that this machine does not install
has none. The time is that of the last commit, or SOURCE_DATE_EPOCH, and the serial number follows from the content.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from tests.supply.locks import PROJECT, ROOT, Locked, locked, project

LONGEST_LICENCE = 80


def released_at() -> dt.datetime:
    """Return the time of what is released: SOURCE_DATE_EPOCH, else that of the last commit."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if told is None:
        command = ["git", "log", "-1", "--format=%ct"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return dt.datetime.fromtimestamp(int(told), dt.UTC)


def licences(item: Locked) -> list[dict[str, object]]:
    """Return the licence that an installed package states, as an SPDX expression or in its own words."""
    try:
        told = metadata(item.name)
    except PackageNotFoundError:
        return []
    if told["Version"] != item.version:
        return []
    expressions, words = told.get_all("License-Expression"), "".join(told.get_all("License") or []).strip()
    if expressions:
        return [{"expression": expressions[0]}]
    if words and "\n" not in words and len(words) <= LONGEST_LICENCE:
        return [{"license": {"name": words}}]
    classifiers = [item for item in told.get_all("Classifier") or [] if item.startswith("License :: OSI Approved :: ")]
    return [{"license": {"name": item.rpartition(" :: ")[2]}} for item in sorted(set(classifiers))]


def ref(item: Locked) -> str:
    """Return the address of a package in the bill: its package URL."""
    return f"pkg:pypi/{item.name}@{item.version}"


def reached(packages: Iterable[Locked], roots: Iterable[str]) -> set[str]:
    """Return the names of packages and of all that they want in turn."""
    wants: dict[str, set[str]] = {}
    for item in packages:
        for name in item.wanted_by:
            wants.setdefault(name, set()).add(item.name)
    found, left = set(), list(roots)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left.extend(wants.get(name, ()))
    return found


def bill_of_materials(at: dt.datetime) -> dict[str, object]:
    """Return the bill as a document of CycloneDX 1.6."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages, asked = locked("dev"), project()
    needed = {item.name for item in locked("core")}
    extras = reached(packages, [name for extra in told["optional-dependencies"] for name in asked[extra]])
    own = f"pkg:pypi/{PROJECT}@{told['version']}"
    components = [
        {
            "type": "library",
            "bom-ref": ref(item),
            "name": item.name,
            "version": item.version,
            "scope": "required" if item.name in needed else "optional" if item.name in extras else "excluded",
            "purl": ref(item),
            **({"licenses": found} if (found := licences(item)) else {}),
            "externalReferences": [
                {
                    "type": "distribution",
                    "url": ref(item),
                    "comment": "the files that may be installed, one hash each",
                    "hashes": [{"alg": "SHA-256", "content": digest} for digest in item.hashes],
                }
            ],
            **({"properties": [{"name": "indenture:marker", "value": item.marker}]} if item.marker else {}),
        }
        for item in packages
    ]
    first = {name for extra in ("", *told["optional-dependencies"]) for name in asked[extra]}
    wanted = {own: sorted(ref(item) for item in packages if item.name in first)}
    for item in packages:
        wanted[ref(item)] = sorted(ref(other) for other in packages if item.name in other.wanted_by)
    bill: dict[str, object] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "lifecycles": [{"phase": "build"}],
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": PROJECT,
                "version": told["version"],
                "description": told["description"],
                "licenses": [{"expression": told["license"]}],
                "purl": own,
            },
        },
        "components": components,
        "dependencies": [{"ref": asking, "dependsOn": others} for asking, others in wanted.items()],
    }
    digest = hashlib.sha256(json.dumps(bill, sort_keys=True).encode()).digest()
    return {**bill, "serialNumber": f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}"}


def main(path: Path) -> None:
    """Write the bill, and say of what it knows no licence."""
    bill = bill_of_materials(released_at())
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    unknown = [ref(item) for item in locked("dev") if not licences(item)]
    print(
        f"{path} is written" + (f"; not installed here, so without a licence: {', '.join(unknown)}" if unknown else "")
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

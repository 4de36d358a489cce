"""What is installed is what was locked: exact versions with hashes, the same in every lock, and actions by commit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.supply.locks import LOCKS, PROJECT, ROOT, locked, project

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXTRAS_LOCKED_WITH = {
    "core": ("",),
    "dev": ("", "postgres", "frames", "group dev"),
    "http-fuzz": ("group http-fuzz",),
    "docs": ("group docs",),
    "browser": ("group browser",),
}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_the_hashes_of_its_files(name: str) -> None:
    packages = locked(name)
    assert len(packages) >= 2
    assert [item.name for item in packages if not item.hashes or len(set(item.hashes)) != len(item.hashes)] == []
    known = {item.name for item in packages}
    for item in packages:
        assert re.fullmatch(r"[0-9][0-9A-Za-z.+!-]*", item.version)
        assert item.wanted_by, f"nobody wants {item.name}"
        others = {other for other in item.wanted_by if not other.startswith(PROJECT)}
        assert others <= known, f"{item.name} is wanted by what is not locked"


def test_a_package_has_one_version_in_all_locks() -> None:
    versions: dict[tuple[str, str], set[str]] = {}
    for name in LOCKS:
        for item in locked(name):
            versions.setdefault((item.name, item.marker), set()).add(item.version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_a_package_has_the_same_hashes_in_all_locks() -> None:
    hashes: dict[tuple[str, str], set[frozenset[str]]] = {}
    for name in LOCKS:
        for item in locked(name):
            hashes.setdefault((item.name, item.version), set()).add(frozenset(item.hashes))
    assert {name for name, found in hashes.items() if len(found) > 1} == set()


@pytest.mark.parametrize("name", EXTRAS_LOCKED_WITH)
def test_what_the_project_asks_for_is_locked(name: str) -> None:
    asked = {package for part in EXTRAS_LOCKED_WITH[name] for package in project()[part]}
    assert asked <= {item.name for item in locked(name)}


def test_every_extra_is_locked_for_the_tests() -> None:
    pinned = {item.name for item in locked("dev")}
    apart = ("group bench", "group http-fuzz", "group docs", "group browser")
    assert {part: names for part, names in project().items() if part not in apart and not set(names) <= pinned} == {}


def test_what_everybody_installs_is_only_what_the_ledger_needs() -> None:
    packages = locked("core")
    reached, before = set(project()[""]), set[str]()
    while reached != before:
        before = set(reached)
        reached |= {item.name for item in packages if before & set(item.wanted_by)}
    assert {item.name for item in packages} == reached


def test_what_makes_the_locks_is_locked_itself() -> None:
    [uv] = locked("locking")
    assert (uv.name, len(uv.hashes) > 1) == ("uv", True)
    assert f"UV_VERSION := {uv.version}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def used(path: Path) -> list[str]:
    return re.findall(r"^\s*(?:- )?uses:\s*(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.skipif(not WORKFLOWS, reason="workflows are not part of a source distribution")
def test_actions_are_named_by_commit_with_the_version_beside_it() -> None:
    lines = [line for path in WORKFLOWS for line in used(path)]
    assert lines
    named = r"[A-Za-z0-9-]+/[A-Za-z0-9._/-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+"
    assert [line for line in lines if not line.startswith("./") and not re.fullmatch(named, line)] == []


@pytest.mark.skipif(not WORKFLOWS, reason="workflows are not part of a source distribution")
def test_workflows_may_only_read() -> None:
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert re.search(r"^permissions:\n  contents: read\n(?! )", text, re.MULTILINE)
        assert "pull_request_target" not in text
        assert "persist-credentials: false" in text


def test_everything_that_make_installs_has_its_hashes_asked_for() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if "$(PIP_INSTALL)" in line]
    assert len(installs) >= 8
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps" not in line] == []

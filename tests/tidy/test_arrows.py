"""The contracts of the imports catch what they are there for: bad imports, planted one at a time, and loose modules.

The graph of all imports is built once, and an arrow is planted in a copy of it. That the linter sees a file as the
graph does is tried with one file in a copy of the tree.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.contract import Contract

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS = {options["id"]: options for options in SETTINGS["contracts_options"]}
KINDS: dict[str, type[Contract]] = {"layers": LayersContract, "forbidden": ForbiddenContract}
CONTAINERS = [name for contract in CONTRACTS.values() for name in contract.get("containers", ())]


class Plant(NamedTuple):
    """An import that must not be, and the contract that must catch it."""

    importer: str
    imported: str
    caught_by: str


PLANTS = (
    Plant("ledger.errors", "ledger.values.money", "ledger-floors"),
    Plant("ledger.values.dates", "ledger.deal.terms", "ledger-floors"),
    Plant("ledger.deal.schedule", "ledger.events.base", "ledger-floors"),
    Plant("ledger.events.base", "ledger.journal.postings", "ledger-floors"),
    Plant("ledger.journal.postings", "ledger.rules.state", "ledger-floors"),
    Plant("ledger.rules.state", "ledger.store.rows", "ledger-floors"),
    Plant("ledger.rules.deciding", "ledger.projections.pool", "ledger-floors"),
    Plant("ledger.projections.pool", "ledger.rules.state", "ledger-floors"),
    Plant("ledger.projections.report", "ledger.store.source", "ledger-floors"),
    Plant("ledger.store.source", "ledger.projections.facts", "ledger-floors"),
    Plant("ledger.store.run_sums", "ledger.rules.state", "ledger-floors"),
    Plant("ledger.tapes.tape", "ledger.service", "ledger-floors"),
    Plant("ledger.writing.batch", "ledger.reading.snapshots", "ledger-floors"),
    Plant("ledger.reading.snapshots", "ledger.writing.batch", "ledger-floors"),
    Plant("ledger.evidence.rows", "ledger.writing.loading", "ledger-floors"),
    Plant("ledger.writing.loading", "ledger.evidence.faults", "ledger-floors"),
    Plant("ledger.service", "ledger.cli", "ledger-floors"),
    Plant("ledger.service", "ledger.addresses", "ledger-floors"),
    Plant("ledger.samples.impac_cmb_2002_1.september_2002", "ledger.cli", "ledger-floors"),
    Plant("ledger.simulation.life", "ledger.samples.impac_cmb_2002_1.september_2002", "ledger-floors"),
    Plant("ledger.http", "ledger.cli", "ledger-floors"),
    Plant("ledger.samples", "ledger.http", "ledger-floors"),
    Plant("ledger.store.archive.source", "ledger.store.database.schema", "store-floors"),
    Plant("ledger.store.database.queries", "ledger.store.archive.format", "store-floors"),
    Plant("ledger.store.source", "ledger.store.database.engine", "store-floors"),
    Plant("ledger.store.hashing", "ledger.store.rows", "store-floors"),
    Plant("replay.statements.statement", "replay.filing.model", "replay-floors"),
    Plant("replay.filing.model", "replay.statements.statement", "replay-floors"),
    Plant("replay.statements.figures", "replay.reconciliation.reconcile", "replay-floors"),
    Plant("replay.statements.statement", "replay.reports.books", "replay-floors"),
    Plant("replay.explanations", "replay.restatements", "replay-floors"),
    Plant("replay.evidence.bundle", "replay.portfolio.lines", "replay-floors"),
    Plant("replay.statements.text", "replay.cli", "replay-floors"),
    Plant("replay.web", "replay.cli", "replay-floors"),
    Plant("replay.filing.text.lines", "replay.filing.tables.bonds", "filing-floors"),
    Plant("replay.filing.tables.bonds", "replay.filing.trustee", "filing-floors"),
    Plant("replay.filing.model", "replay.filing.text.numbers", "filing-floors"),
    Plant("replay.statements.pages.base", "replay.statements.asking", "statement-floors"),
    Plant("replay.statements.printing", "replay.statements.figures", "statement-floors"),
    Plant("ledger.reports.report", "ledger.service", "ledger-floors"),
    Plant("ledger.values.money", "ledger.reports.report", "ledger-floors"),
    Plant("replay.evidence.verify", "ledger.writing.batch", "replay-uses-the-public-api"),
    Plant("replay.statements.statement", "ledger.projections.report", "replay-uses-the-public-api"),
    Plant("replay.cli", "ledger.store.opening", "replay-uses-the-public-api"),
    Plant("ledger.service", "replay", "ledger-knows-no-replay"),
    Plant("ledger.cli", "replay.statements.statement", "ledger-knows-no-replay"),
    Plant("ledger.writing.batch", "sqlalchemy", "sql-at-home"),
    Plant("ledger.store.archive.source", "sqlalchemy", "sql-at-home"),
    Plant("replay.evidence.verify", "psycopg", "sql-at-home"),
    Plant("ledger.cli", "alembic", "sql-at-home"),
    Plant("ledger.writing.write_path", "sqlite3", "sql-at-home"),
    Plant("replay.evidence.bundle_check", "sqlite3", "sql-at-home"),
    Plant("ledger.projections.bonds", "sqlalchemy", "pure-middle"),
    Plant("ledger.projections.bonds", "click", "pure-middle"),
    Plant("ledger.waterfall.waterfall", "numpy", "pure-middle"),
    Plant("ledger.values.money", "logging", "pure-middle"),
    Plant("ledger.rules.state", "pathlib", "pure-middle"),
    Plant("ledger.projections.bonds", "socket", "pure-middle"),
    Plant("ledger.waterfall.waterfall", "random", "pure-middle"),
    Plant("ledger.rules.deciding", "time", "pure-middle"),
    Plant("ledger.store.database.engine", "click", "click-at-home"),
    Plant("replay.statements.text", "click", "click-at-home"),
    Plant("ledger.store.run_sums", "ledger.journal.accounts", "store-sums-only"),
    Plant("ledger.store.archive.writer", "ledger.journal.postings", "store-sums-only"),
    Plant("ledger.writing.columns", "ledger.store.rows", "makers-of-events-touch-no-store"),
    Plant("ledger.writing.payments", "ledger.store.source", "makers-of-events-touch-no-store"),
)

RESERVED = (
    "ledger.months",
    "ledger.readiness",
    "replay.controls",
    "replay.charts",
    "replay.papers",
    "replay.web",
)
"""Floors kept free for what is to come: a module may be put there before any other imports it."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Every import of the two packages."""
    return grimp.build_graph("ledger", "replay", include_external_packages=True, cache_dir=None)


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    """The contracts as they stand in ``pyproject.toml``."""
    session = SETTINGS["session_options"]
    return {
        name: KINDS[options["type"]](name=options["name"], session_options=session, contract_options=options)
        for name, options in CONTRACTS.items()
    }


def broken(contracts: dict[str, Contract], graph: grimp.ImportGraph) -> set[str]:
    """Return the contracts that a graph breaks."""
    return {name for name, contract in contracts.items() if not contract.check(deepcopy(graph), verbose=False).kept}


def test_the_tree_keeps_every_contract(contracts: dict[str, Contract], graph: grimp.ImportGraph) -> None:
    assert broken(contracts, graph) == set()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.importer}->{plant.imported}")
def test_a_bad_import_is_caught(contracts: dict[str, Contract], graph: grimp.ImportGraph, plant: Plant) -> None:
    planted = deepcopy(graph)
    for module in (plant.importer, plant.imported):
        if module in RESERVED:
            planted.add_module(module)
        elif module.split(".")[0] in ("ledger", "replay"):
            assert module in planted.modules, "an import of nothing proves nothing"
        elif module not in planted.modules:
            planted.add_module(module, is_squashed=True)
    assert not planted.direct_import_exists(importer=plant.importer, imported=plant.imported)
    planted.add_import(importer=plant.importer, imported=plant.imported)
    assert plant.caught_by in broken(contracts, planted)


def test_every_contract_catches_something() -> None:
    assert {plant.caught_by for plant in PLANTS} == set(CONTRACTS)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_module_without_a_floor_is_caught(
    contracts: dict[str, Contract], graph: grimp.ImportGraph, container: str
) -> None:
    planted = deepcopy(graph)
    planted.add_module(f"{container}.nowhere")
    assert broken(contracts, planted)


@pytest.mark.parametrize("module", RESERVED)
def test_a_floor_is_reserved(contracts: dict[str, Contract], graph: grimp.ImportGraph, module: str) -> None:
    planted = deepcopy(graph)
    planted.add_module(module)
    assert broken(contracts, planted) == set()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the tree, to plant files in."""
    home = tmp_path_factory.mktemp("arrows")
    for name in ("ledger", "replay"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", home)
    yield home
    shutil.rmtree(home)


def linted(home: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter over a tree as ``make arrows`` does."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-logo", "--no-cache"], cwd=home, env={"PYTHONPATH": str(home), "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_linter_sees_a_planted_file(copied: Path) -> None:
    sound = linted(copied)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    (copied / "ledger" / "nowhere.py").write_text('"""A module on no floor."""\n', encoding="utf-8")
    dates = copied / "ledger" / "values" / "dates.py"
    dates.write_text(dates.read_text(encoding="utf-8") + "\nimport ledger.deal.terms\n", encoding="utf-8")
    found = linted(copied)
    assert found.returncode == 1
    assert "ledger.nowhere" in found.stdout
    (copied / "ledger" / "nowhere.py").unlink()
    found = linted(copied)
    assert found.returncode == 1
    assert "ledger.values.dates -> ledger.deal.terms" in found.stdout

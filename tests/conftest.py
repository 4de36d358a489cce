"""Fixtures that every suite shares."""

from __future__ import annotations

import datetime as dt
import gc
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain

import attrs
import pytest
from hypothesis import HealthCheck, settings

import replay
from ledger import Ledger
from ledger.events import codec
from ledger.events.registry import REGISTRY
from ledger.samples.impac_cmb_2002_1.calibrated.month import post_calibrated_september_2002
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from tests.deals.toy import toy_deal
from tests.draws import draws
from tests.thinned import ONE_OF

pytest_plugins = [
    "tests.postgres",
    "tests.deals.demo",
    "tests.deals.files",
    "tests.deals.portfolio",
    "tests.evidence.kept",
]

RECORD_DATE = dt.date(2002, 8, 30)

# Types are looked up once, when they are first needed; a test that freezes the clock must not be the first, for its
# dates are of another class.
for known in REGISTRY.values():
    attrs.resolve_types(known.kind)
    codec._decoder(known)

settings.register_profile(
    "dev",
    max_examples=draws(40),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def real_ledger() -> Iterator[Ledger]:
    """The real month, posted once; tests only read it or are refused."""
    with Ledger.create("sqlite://") as made:
        post_september_2002(made)
        yield made


@pytest.fixture(scope="session")
def real_statement(real_ledger: Ledger) -> replay.Statement:
    """The statement of the real month."""
    return replay.statement(real_ledger, DEAL, RECORD_DATE)


@pytest.fixture(scope="session")
def calibrated_ledger() -> Iterator[Ledger]:
    """The real month with nothing of its pool reported at group level, posted once; tests only read it."""
    with Ledger.create("sqlite://") as made:
        post_calibrated_september_2002(made)
        yield made


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """An empty ledger in memory."""
    with Ledger.create("sqlite://") as made:
        yield made


@pytest.fixture
def toy(ledger: Ledger) -> Ledger:
    """A ledger in memory with the toy deal opened and its loans boarded."""
    toy_deal(ledger)
    return ledger


@pytest.fixture
def second_toy(ledger: Ledger) -> Ledger:
    """The same, under the second rules."""
    toy_deal(ledger, rules=2)
    return ledger


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave most cases of the costliest tests to the long runs."""
    seen: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if test in ONE_OF and item.get_closest_marker("slow") is None:
            if seen[test] % ONE_OF[test]:
                item.add_marker(pytest.mark.slow)
            seen[test] += 1


def pytest_collection_finish() -> None:
    """What is imported and collected stays: looking through it for what could go costs a tenth of all tests."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what each part of the tests took, where a change is checked."""
    if not os.environ.get("CI"):
        return
    took: defaultdict[str, float] = defaultdict(float)
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            first, second, *deeper = report.nodeid.partition("::")[0].split("/")
            took[f"{first}/{second}/{deeper[0]}" if len(deeper) > 1 else f"{first}/{second}"] += report.duration
    terminalreporter.section("seconds by part, of all workers together")
    for part, seconds in sorted(took.items(), key=lambda item: -item[1]):
        terminalreporter.write_line(f"{seconds:6.0f} s  {part}")

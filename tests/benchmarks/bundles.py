"""What a bundle costs: bytes an event, and the time to write and to verify one against verifying the ledger itself.

    python -m tests.benchmarks.bundles                          the sample deal, and a simulated one of 340,000 events
    python -m tests.benchmarks.bundles --loans 500 --months 12  a smaller one

Times are of the processor, so that what else the machine does does not count. The sample deal is small: its bundle is
mostly terms and statement, so that bytes an event say little of it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ledger import Ledger
from ledger.samples.impac_cmb_2002_1.september_2002 import DEAL, post_september_2002
from ledger.simulation import LifePlan, post_life
from replay.evidence import verify_bundle as second
from replay.evidence.bundle import export_bundle, verify_bundle
from replay.evidence.verify import verify


def timed(work: Callable[[], object]) -> float:
    """Return the seconds of the processor that some work takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def measure(ledger: Ledger, deal: str, path: Path) -> None:
    """Print what a bundle of a deal costs."""
    verify(ledger, deal)  # once before anything is timed
    verified = timed(lambda: verify(ledger, deal))
    written = timed(lambda: export_bundle(ledger, deal, path))
    read = timed(lambda: verify_bundle(path))
    events, size = ledger.head(deal).sequence, path.stat().st_size
    command = [sys.executable, "-I", str(second.__file__), str(path)]
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    alone = time.perf_counter() - begun
    print(f"{deal}: {events:,} events, {size:,} bytes, {size / events:.1f} an event")
    print(f"  replay verify of the ledger {verified:.2f} s")
    print(f"  written in {written:.2f} s, {written / verified:.2f} of that")
    print(f"  verified in {read:.2f} s, {read / verified:.2f} of that; verify_bundle.py {alone:.2f} s on the clock")


def main() -> None:
    """Measure the sample deal and a simulated one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=5_000)
    parser.add_argument("--months", type=int, default=24)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        with Ledger.create(home / "sample.db") as ledger:
            post_september_2002(ledger)
            measure(ledger, DEAL, home / "sample.zip")
        plan = LifePlan(seed=1, loans=given.loans, months=given.months, name="bundled")
        with Ledger.create(home / "life.db") as ledger:
            post_life(ledger, plan)
            measure(ledger, plan.deal, home / "life.zip")


if __name__ == "__main__":
    main()

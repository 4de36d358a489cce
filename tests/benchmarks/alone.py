"""One answer in a process of its own: how long it takes there, and the most memory that the process has held."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def alone(module: str, *words: str) -> list[str]:
    """Run a module of the benchmarks in a process of its own and return the words that it prints."""
    command = [sys.executable, "-m", f"tests.benchmarks.{module}", *words]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT).stdout.split()


def told(name: str, measured: list[float]) -> str:
    """Return seconds and MiB in words."""
    seconds, peak = measured
    return f"{name} {seconds:,.2f} s, at most {peak:,.0f} MiB"


def peak_mib() -> float:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says begins, on Linux, with what the parent process held
        found = re.search(r"^VmHWM:\s*(\d+) kB$", status.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return int(found.group(1)) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

"""Makes the documentation site in ``build/site``; any warning, and any link that leads nowhere, is a failure.

``PYTHONPATH`` names where the package is installed: the interpreter that runs this holds what makes the site alone.
"""

from __future__ import annotations

import subprocess
import sys
import time

from tests.site.links import faults
from tests.site.staging import ROOT, staged


def main() -> int:
    """Make the site, and say where it is."""
    began = time.monotonic()
    source, site = ROOT / "build/site-source", ROOT / "build/site"
    staged(source)
    command = [sys.executable, "-m", "sphinx", "--builder", "html", "--quiet", "--fresh-env", "--write-all"]
    made = subprocess.run([*command, "--fail-on-warning", "--jobs", "2", str(source), str(site)], check=False)
    if made.returncode:
        return 1
    found = list(faults(site))
    for fault in found:
        print(fault, file=sys.stderr)
    pages = len(list(site.rglob("*.html")))
    print(f"build/site/index.html: {pages} pages, {len(found)} faults, {time.monotonic() - began:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

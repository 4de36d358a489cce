"""Schemathesis against a service that runs: the toy deal, on this machine, for as long as it takes.

``python -m tests.fuzz.schemathesis_run SCHEMATHESIS [EXAMPLES]``; the first is the command, installed by its own lock.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from ledger import Ledger
from tests.deals.toy import toy_deal, toy_month

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def run(command: str, examples: int) -> int:
    """Return the status of a run: 0 where nothing was found."""
    with tempfile.TemporaryDirectory(prefix="http-fuzz") as folder:
        url = str(Path(folder) / "trust.db")
        with Ledger.create(url) as ledger:
            toy_deal(ledger, rules=1)
            toy_month(ledger, 1)
        serve = [sys.executable, "-m", "ledger", "serve", url, "--port", "0", "--actor", "Schemathesis"]
        service = subprocess.Popen(serve, stderr=subprocess.PIPE, text=True)
        assert service.stderr is not None
        address = service.stderr.readline().split()[2]
        # An Arrow stream that follows from a schema is none; tests/fuzz/requests.py and the tests of bodies have those.
        asked = [command, "run", f"{address}openapi.json", "--checks", CHECKS, "--max-examples", str(examples),
                 "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all",
                 "--request-timeout", "60", "--warnings", "off"]  # fmt: skip
        try:
            return subprocess.run(asked, cwd=folder, check=False).returncode
        finally:
            service.terminate()
            said = service.stderr.read()
            service.wait()
            print(said, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(run(str(Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 100))

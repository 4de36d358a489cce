"""Schemathesis against both services as they run: the toy deal, on this machine, for as long as it takes.

``python -m tests.fuzz.schemathesis_run SCHEMATHESIS [EXAMPLES]``; the first is the command, installed by its own lock.
Each service is asked what its own document allows, and more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from ledger import Ledger
from tests.deals.toy import payment_date, toy_deal, toy_month

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SERVICES = {
    "ledger": ("serve", "--actor", "Schemathesis"),
    "replay": ("serve",),
}
"""The services by the program that starts them, with what each is started by besides the ledger and the port."""

NAMES = {"deal": "toy", "date": "2021-01-25", "day": "2021-01-25", "loan": "one-1", "account": "collection_account",
         "sequence": 13}  # fmt: skip
"""What stands in addresses of a second run, so that it comes further than to what there is not."""


def run(command: str, examples: int) -> int:
    """Return the status of the runs: 0 where nothing was found."""
    return max([_run(program, command, examples, named) for program in SERVICES for named in (False, True)])


def _run(program: str, command: str, examples: int, named: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="http-fuzz") as folder:
        url = str(Path(folder) / "trust.db")
        with Ledger.create(url) as ledger:
            toy_deal(ledger, rules=1)
            toy_month(ledger, 1)
            if program == "replay":  # What is only read has to be there: a month that is closed.
                ledger.close_period("toy", payment_date(1)).or_raise()
        if named:
            given = "\n".join(f'"path.{name}" = {json.dumps(value)}' for name, value in NAMES.items())
            Path(folder, "schemathesis.toml").write_text(f"[parameters]\n{given}\n", encoding="utf-8")
        name, *options = SERVICES[program]
        serve = [sys.executable, "-m", program, name, url, "--port", "0", *options]
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

"""A workbook whose formulas LibreOffice works out anew shows the cents that the ledger found."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from replay.papers.paper import Paper
from replay.papers.workbooks import as_workbook
from tests.replay.papers.workbook_read import formulas, inside

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not here: make office installs it"),
]

VALUE = re.compile(r'<c r="([A-Z]+\d+)"[^>]*?><f[^>]*>[^<]*</f><v>([^<]*)</v>')


def without_values(content: bytes) -> bytes:
    """Return a workbook whose formulas have no values, so that whoever opens it must find them."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.startswith("xl/worksheets/"):
                data = re.sub(rb"(<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", data)
            new.writestr(item, data)
    return made.getvalue()


def values(content: bytes) -> dict[tuple[str, str], float]:
    """Return the value of every formula by its sheet and cell."""
    return {
        (name, cell): float(value)
        for name, text in inside(content).items()
        if name.startswith("xl/worksheets/")
        for cell, value in VALUE.findall(text)
    }


def test_recalculated_formulas_are_the_same_to_the_cent(
    real_paper: Paper, hostile_paper: Paper, tmp_path: Path
) -> None:
    assert OFFICE is not None
    for name, paper in (("real", real_paper), ("hostile", hostile_paper)):
        content = as_workbook(paper)
        stripped = without_values(content)
        assert values(stripped) == {}
        (tmp_path / f"{name}.xlsx").write_bytes(stripped)
        home = f"-env:UserInstallation=file://{tmp_path}/office"
        done = subprocess.run(
            [OFFICE, home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir",
             str(tmp_path / "out"), str(tmp_path / f"{name}.xlsx")],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0
        found = values((tmp_path / "out" / f"{name}.xlsx").read_bytes())
        wanted = values(content)
        assert len(wanted) == len(formulas(content))
        assert set(found) == set(wanted)
        assert {place: (found[place], wanted[place]) for place in wanted
                if abs(found[place] - wanted[place]) >= 0.005} == {}  # fmt: skip

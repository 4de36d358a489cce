"""The README is executed: its Python top to bottom in one namespace, its shell lines with their output."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for found, body in BLOCK.findall(README) if found == language]


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = blocks("python")
    assert len(code) >= 5
    namespace: dict[str, object] = {}
    for body in code:
        exec(compile(body, "README.md", "exec"), namespace)


def matches(shown: list[str], printed: list[str]) -> bool:
    """Compare output with what is shown; a line ``...`` stands for any lines, ``...`` inside a line for any text."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in shown
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def test_the_shell_of_the_readme_runs(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    commands = 0
    for body in blocks("console"):
        for command, *shown in (part.rstrip("\n").split("\n") for part in re.split(r"^\$ ", body, flags=re.M) if part):
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            assert matches(shown, done.stdout.splitlines()) or not shown, f"{command}\n{done.stdout[:2000]}"
            commands += 1
    assert commands >= 8


def test_the_tour_of_a_servicer_is_ten_commands_that_a_page_runs_as_they_stand() -> None:
    tour = next(body for body in blocks("sh") if body.startswith("ledger open"))
    page = (ROOT / "docs" / "run-a-month.md").read_text(encoding="utf-8")
    commands = [line.partition(" #")[0].rstrip() for line in tour.splitlines()]
    assert len(commands) == 10
    assert [command for command in commands if f"\n$ {command}\n" not in page] == []


def test_who_reads_a_command_has_read_where_it_is() -> None:
    told = ". .venv/bin/activate"
    before, _, _ = README.partition("```console")
    assert told in before.split("```")[-1]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("help", "demo"):
        recipe = re.search(rf"^{target}: .*?(?=^\.PHONY)", makefile, re.MULTILINE | re.DOTALL)
        assert recipe is not None
        assert ". $(BIN)/activate" in recipe.group()


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"make ([a-z-]+)", README))
    assert {"demo", "test", "help"} <= named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_the_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert all((ROOT / link).exists() for link in links)

"""The site has every page once, the help of every command, and every public name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import ledger
import replay
from replay.cli.describe import commands
from tests.site import staging
from tests.site.contents import CONTENTS


def test_every_page_stands_once_in_the_contents() -> None:
    listed = Counter(page for pages in CONTENTS.values() for page in pages)
    written = {f"docs/{path.stem}" for path in (staging.ROOT / "docs").glob("*.md")}
    generated = {"docs/decisions/index", "reference/help", "reference/ledger", "reference/replay"}
    assert set(listed) == written | generated | {name.removesuffix(".md") for name in staging.TOP}
    assert set(listed.values()) == {1}


def test_every_command_and_public_name_has_its_place(tmp_path: Path) -> None:
    staging.staged(tmp_path / "site")
    told = (tmp_path / "site/reference/help.md").read_text(encoding="utf-8")
    assert [name for name, _ in commands() if f"## `{name}`" not in told] == []
    for package in (ledger, replay):
        lines = (tmp_path / f"site/reference/{package.__name__}.rst").read_text(encoding="utf-8").splitlines()
        named = Counter(line.partition(":: ")[2] for line in lines if line.startswith(".. "))
        assert [name for name in package.__all__ if named[f"{package.__name__}.{name}"] != 1] == []
    assert "Every event type by its written name." in (tmp_path / "site/reference/ledger.rst").read_text("utf-8")
    assert (tmp_path / "site/ledger/samples/impac_cmb_2002_1/terms.json").is_file()
    assert "(schemas/index.md)" in (tmp_path / "site/docs/README.md").read_text(encoding="utf-8")

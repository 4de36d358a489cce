"""A release that does not come out the same twice is not one; the long way round is ``make release-check``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.supply import rebuilt
from tests.supply.rebuilt import BUILDERS, Builder, release, tracked

FIRST = {"indenture-0.tar.gz": "0" * 64, "indenture-0.whl": "1" * 64}


def given(made: dict[str, dict[str, str]], home: Path) -> None:
    (home / BUILDERS[0].name / "out").mkdir(parents=True, exist_ok=True)
    for name in made[BUILDERS[0].name]:
        (home / BUILDERS[0].name / "out" / name).touch()


@pytest.mark.parametrize("second", [{**FIRST, "indenture-0.whl": "2" * 64}, {"indenture-0.whl": "1" * 64}, {}])
def test_another_byte_or_another_file_is_no_release(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, second: dict[str, str]
) -> None:
    made = dict(zip((builder.name for builder in BUILDERS), (FIRST, second), strict=True))
    given(made, tmp_path)

    def built(builder: Builder, files: list[Path], home: Path, epoch: int) -> dict[str, str]:
        return made[builder.name]

    monkeypatch.setattr(rebuilt, "built", built)
    with pytest.raises(SystemExit, match="cannot be rebuilt"):
        release(tmp_path, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()
    made[BUILDERS[1].name] = FIRST
    assert release(tmp_path, tmp_path / "dist") == f"{'0' * 64}  indenture-0.tar.gz\n{'1' * 64}  indenture-0.whl\n"
    assert {path.name for path in (tmp_path / "dist").iterdir()} == {*FIRST, "SHA256SUMS"}


def test_two_builders_have_little_in_common() -> None:
    first, second = BUILDERS
    assert first.umask != second.umask
    assert first.copied_at != second.copied_at
    assert first.backwards != second.backwards
    assert all(first.environment[name] != second.environment[name] for name in first.environment)


def test_what_is_built_is_what_is_tracked() -> None:
    names = {path.name for path in tracked()}
    assert {"pyproject.toml", "LICENSE", "README.md", "Makefile"} <= names
    assert not any(name.endswith((".pyc", ".db")) for name in names)

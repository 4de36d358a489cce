"""Builds the release twice, as two people would, and compares every byte.

``python tests/supply/rebuilt.py [DIRECTORY]`` copies the files that Git tracks into two directories of other names,
with other modes, times, order, zone and language, and builds sdist and wheel in each. What they have in common is the
interpreter and the packages of ``requirements/dev.lock``, and SOURCE_DATE_EPOCH, the time of the last commit.
Into a DIRECTORY the files are put that both made, with their hashes in SHA256SUMS; then nothing may be uncommitted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from tests.supply.locks import ROOT
from tests.supply.sbom import released_at


@attrs.frozen(kw_only=True)
class Builder:
    """One who builds: where, with which rights for others on their files, and on what day the files were copied."""

    name: str
    umask: int
    copied_at: int
    backwards: bool
    environment: dict[str, str]


BUILDERS = (
    Builder(
        name="one",
        umask=0o022,
        copied_at=1_000_000_000,
        backwards=False,
        environment={"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    ),
    Builder(
        name="two of a much longer name",
        umask=0o077,
        copied_at=1_700_000_001,
        backwards=True,
        environment={"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "2", "HOME": "/nonexistent"},
    ),
)


def tracked() -> list[Path]:
    """Return the files of the checkout that Git tracks, as they stand there now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def built(builder: Builder, files: list[Path], home: Path, epoch: int) -> dict[str, str]:
    """Return the SHA-256 of each file that one builder makes, by name."""
    copy = home / builder.name
    before = os.umask(builder.umask)
    try:
        for path in reversed(files) if builder.backwards else files:
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            target.chmod((0o777 if os.access(path, os.X_OK) else 0o666) & ~builder.umask)
            os.utime(target, (builder.copied_at, builder.copied_at))
        environment = {**os.environ, **builder.environment, "SOURCE_DATE_EPOCH": str(epoch)}
        # The checkout that these tests run from is no part of what is built.
        environment.pop("PYTHONPATH", None)
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", "out", "."]
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{builder.name} cannot build:\n{done.stdout}{done.stderr}")
    finally:
        os.umask(before)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((copy / "out").iterdir())}


def release(home: Path, out: Path | None = None) -> str:
    """Return the hashes of the release, a line a file; exits with those that differ."""
    files, epoch = tracked(), int(released_at().timestamp())
    first, second = (built(builder, files, home, epoch) for builder in BUILDERS)
    if first != second or len(first) != 2:
        raise SystemExit(f"the release cannot be rebuilt:\n{first}\n{second}")
    sums = "".join(f"{digest}  {name}\n" for name, digest in first.items())
    if out is not None:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(home / BUILDERS[0].name / "out", out)
        (out / "SHA256SUMS").write_text(sums, encoding="ascii")
    return sums


def main(out: Path | None) -> None:
    """Build twice, compare, print the hashes, and put the files into a directory if one is named."""
    status = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True)
    if out is not None and status.stdout:
        raise SystemExit(f"a release is made of what is committed; this is not:\n{status.stdout}")
    with TemporaryDirectory(prefix="release-") as home:
        print(release(Path(home), out), end="")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)

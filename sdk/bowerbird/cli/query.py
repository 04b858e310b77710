"""The options that say which files: the same for `search` and `export`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.search.v1.search_pb2 import Query, TagFilter

Text = Annotated[str, typer.Argument(metavar="TEXT", help='What the images should show, like "a bird".')]
Image = Annotated[
    str,
    typer.Option(metavar="FILE|URI", help="An image like them: a file of this machine, or one of a dataset by uri."),
]
AnyTag = Annotated[list[str] | None, typer.Option("--any", metavar="TAG", help="At least one of these tags; repeat.")]
AllTags = Annotated[list[str] | None, typer.Option("--all", metavar="TAG", help="All of these tags; repeat.")]
NoTag = Annotated[list[str] | None, typer.Option("--none", metavar="TAG", help="None of these tags; repeat.")]
FileName = Annotated[str, typer.Option("--name", metavar="PART", help="Part of the file name.")]
Directory = Annotated[str, typer.Option("--dir", metavar="PART", help="Part of the folder.")]
ContentType = Annotated[
    list[str] | None, typer.Option("--type", metavar="TYPE", help="Media type, like image/png; repeat.")
]
TopK = Annotated[int, typer.Option(metavar="K", min=1, max=5000, help="With text or image: only the most similar.")]
Threshold = Annotated[
    float | None,
    typer.Option(metavar="SCORE", min=-1.0, help="With text or image: only above this.", show_default=False),
]


def parse_time(text: str) -> datetime:
    """RFC 3339, or a date for its beginning; in UTC where it names no zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time; expected 2026-05-30 or 2026-05-30T09:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def time_option(name: str, help_text: str) -> typer.models.OptionInfo:
    option: Callable[..., typer.models.OptionInfo] = typer.Option
    return option(name, metavar="TIME", parser=parse_time, help=help_text, show_default=False)


After = Annotated[datetime | None, time_option("--after", "Modified at this time or later.")]
Before = Annotated[datetime | None, time_option("--before", "Modified before this time.")]


def build_query(  # noqa: PLR0917 (one parameter for each option)
    text: str,
    image: str,
    any_tag: list[str] | None,
    all_tags: list[str] | None,
    no_tag: list[str] | None,
    file_name: str,
    directory: str,
    content_type: list[str] | None,
    after: datetime | None,
    before: datetime | None,
    top_k: int,
    threshold: float | None,
) -> Query:
    """Raises typer.BadParameter for a text beside an image, and for a file that cannot be read."""
    if text and image:
        raise typer.BadParameter("expected a text or an image to be similar to, not both")
    query = Query(
        tags=TagFilter(any_of=any_tag or [], all_of=all_tags or [], none_of=no_tag or []),
        file_name=file_name,
        directory=directory,
        content_types=content_type or [],
        modified_after=timestamp(after),
        modified_before=timestamp(before),
    )
    if text:
        query.text = text
    elif "://" in image:
        query.image_uri = image
    elif image:
        query.image = read_image(Path(image))
    if text or image:
        query.top_k = top_k
        if threshold is not None:
            query.score_threshold = threshold
    return query


def timestamp(time: datetime | None) -> Timestamp | None:
    if time is None:
        return None
    made = Timestamp()
    made.FromDatetime(time.astimezone(UTC))
    return made


def read_image(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}", param_hint="--image") from None

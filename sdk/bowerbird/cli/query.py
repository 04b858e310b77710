"""The options that say which files: the same for `search`, `export` and `tag`."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.cli.completion import complete_tag
from bowerbird.cli.examples import example_of, image_of
from bowerbird.search.v1.search_pb2 import Examples, Query, TagFilter


def parse_time(text: str) -> datetime:
    """RFC 3339, or a date for its beginning; in UTC where it names no zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time; expected 2026-05-30 or 2026-05-30T09:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def listed(name: str, metavar: str, help_text: str, **more: Any) -> Any:
    """An option that may be repeated."""
    return typer.Option(name, metavar=metavar, help=f"{help_text}; repeat.", **more)


def tags(name: str, help_text: str) -> Any:
    return listed(name, "TAG", help_text, autocompletion=complete_tag)


def one(name: str, metavar: str, help_text: str, **more: Any) -> Any:
    """An option for one value."""
    return typer.Option(name, metavar=metavar, help=help_text, show_default=False, **more)


def time(name: str, help_text: str) -> Any:
    return one(name, "TIME", help_text, parser=parse_time)


@dataclass(frozen=True, kw_only=True)
class QueryOptions:
    """Which files. A command takes all of this as options by `with_query_options`."""

    text: Annotated[
        str, typer.Argument(metavar="TEXT", help='What the images should show, like "a bird".', show_default=False)
    ] = ""
    expression: Annotated[
        str, one("--query", "EXPRESSION", """The query language, like 'Tags.all = "bird" AND width >= 640'.""")
    ] = ""
    any_tag: Annotated[list[str] | None, tags("--any", "At least one of these tags")] = None
    all_tags: Annotated[list[str] | None, tags("--all", "All of these tags")] = None
    no_tag: Annotated[list[str] | None, tags("--none", "None of these tags")] = None
    file_name: Annotated[str, one("--name", "PART", "Part of the file name.")] = ""
    directory: Annotated[str, one("--dir", "PART", "Part of the folder.")] = ""
    content_type: Annotated[list[str] | None, listed("--type", "TYPE", "Media type, like image/png")] = None
    file_type: Annotated[list[str] | None, listed("--file-type", "TYPE", "File type, like image")] = None
    after: Annotated[datetime | None, time("--after", "Modified at this time or later.")] = None
    before: Annotated[datetime | None, time("--before", "Modified before this time.")] = None
    tagged_after: Annotated[datetime | None, time("--tagged-after", "Tagged at this time or later.")] = None
    tagged_before: Annotated[datetime | None, time("--tagged-before", "Tagged before this time.")] = None
    file: Annotated[list[str] | None, listed("--file", "NAME", "One of these files, by resource name")] = None
    deleted: Annotated[
        bool,
        typer.Option("--deleted", help="Files that are gone from the bucket instead."),
    ] = False
    image: Annotated[
        list[str] | None,
        listed(
            "--image",
            "FILE|URI|NAME",
            "An image like them: of this machine, by uri or by resource name",
        ),
    ] = None
    unlike: Annotated[list[str] | None, listed("--unlike", "TEXT|FILE|URI|NAME", "What they should not be like")] = None
    top_k: Annotated[
        int | None,
        one("--top-k", "K", "Only the K most similar; 10 if it is not given.", min=1),
    ] = None
    threshold: Annotated[float | None, one("--threshold", "SCORE", "Only those that score above this.")] = None
    index_set: Annotated[str, one("--index-set", "NAME", "Another index set than the current one.")] = ""

    def query(self) -> Query:
        """Raises typer.BadParameter for what cannot be read and for options that go with an example alone."""
        query = Query(
            expression=self.expression,
            tags=TagFilter(any_of=self.any_tag or [], all_of=self.all_tags or [], none_of=self.no_tag or []),
            file_name=self.file_name,
            directory=self.directory,
            content_types=self.content_type or [],
            file_types=self.file_type or [],
            modified_after=timestamp(self.after),
            modified_before=timestamp(self.before),
            tagged_after=timestamp(self.tagged_after),
            tagged_before=timestamp(self.tagged_before),
            files=self.file or [],
            status=File.STATUS_DELETED if self.deleted else File.STATUS_UNSPECIFIED,
            top_k=self.top_k or 0,
            score_threshold=self.threshold,
            index_set=self.index_set,
        )
        self._add_examples(query)
        return query

    def _add_examples(self, query: Query) -> None:
        images = [image_of(value) for value in self.image or []]
        unlike = [example_of(value) for value in self.unlike or []]
        texts = [self.text] if self.text else []
        if unlike and not (images or texts):
            raise typer.BadParameter("expected a text or an image that they should be like", param_hint="--unlike")
        if len(images) + len(texts) + len(unlike) > 1 or any(image.HasField("file") for image in images):
            query.examples.CopyFrom(Examples(like=images, unlike=unlike))
            for text in texts:
                query.examples.like.add(text=text)
        elif self.text:
            query.text = self.text
        elif images and images[0].image_uri:
            query.image_uri = images[0].image_uri
        elif images:
            query.image = images[0].image


def with_query_options(command: Callable[..., None]) -> Callable[..., None]:
    """In place of its parameter `options: QueryOptions` the command gets one option for each field."""
    return _expanded(command, get_type_hints(QueryOptions, include_extras=True))


def with_query_options_alone(command: Callable[..., None]) -> Callable[..., None]:
    """The same for a command whose arguments are its own: the text is an option too."""
    hints = get_type_hints(QueryOptions, include_extras=True)
    hints["text"] = Annotated[str, one("--text", "TEXT", 'What the images should show, like "a bird".')]
    return _expanded(command, hints)


def _expanded(command: Callable[..., None], hints: dict[str, Any]) -> Callable[..., None]:
    keyword = inspect.Parameter.KEYWORD_ONLY
    options = [
        inspect.Parameter(field.name, keyword, default=field.default, annotation=hints[field.name])
        for field in fields(QueryOptions)
    ]
    own = inspect.signature(command, eval_str=True).parameters.values()

    @wraps(command)
    def wrapped(**values: Any) -> None:
        chosen = {option.name: values.pop(option.name) for option in options}
        command(options=QueryOptions(**chosen), **values)

    expanded: list[inspect.Parameter] = []
    for parameter in own:
        as_keyword = parameter.replace(kind=keyword)
        expanded += options if parameter.annotation is QueryOptions else [as_keyword]
    # Typer reads both.
    wrapped.__signature__ = inspect.Signature(expanded)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in expanded}
    del wrapped.__wrapped__
    return wrapped


def timestamp(time: datetime | None) -> Timestamp | None:
    if time is None:
        return None
    made = Timestamp()
    made.FromDatetime(time.astimezone(UTC))
    return made

"""A query as text of the query language: what a person reads later of what was asked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.search.v1 import search_pb2
from libs.rpc.errors import FieldInvalid
from libs.rpc.names import FILE
from services.search.errors import QueryTooLarge
from services.search.language.errors import QueryInvalid
from services.search.language.expression import compiled
from services.search.query import UNLIMITED_TOP_K, Example, ImageUri, Query, Text
from services.search.servicers.decode_examples import examples_of
from services.search.servicers.decode_query import Bound, decoded_query

# Names by which the language says what the message has fields for.
_TYPE_NAMES = {
    search_pb2.QUERY_TYPE_MIX: "MIX",
    search_pb2.QUERY_TYPE_TAG: "TAG",
    search_pb2.QUERY_TYPE_VECTOR: "VECTOR",
}
_BOUNDS: Final[dict[Bound, str]] = {
    "modified_after": "modify_time >=",
    "modified_before": "modify_time <",
    "tagged_after": "tag_time >=",
    "tagged_before": "tag_time <",
}
_QUOTED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t", "\0": r"\u0000"})


def written(message: search_pb2.Query, asked: Query, version: str) -> str | None:
    """A text that selects what `message` does, which is `asked` of that version; empty for every file.

    None where the language cannot say it, or only at greater length than it allows: an image by its bytes, a file or a
    vector as an example, an index set, very many files by name.
    """
    if message.index_set:
        return None
    own = message.expression.strip()
    added = [*_conditions(message), *_similar(message, version), *_directives(message, version)]
    # In parentheses, for it may say OR.
    text = " AND ".join([f"({own})", *added]) if own and added else own or " AND ".join(added)
    return text if _says(text, asked, version) else None


def _says(text: str, asked: Query, version: str) -> bool:
    """Whether the text can be read, and is about the same files and examples."""
    try:
        read = decoded_query(search_pb2.Query(expression=text), version, most_top_k=UNLIMITED_TOP_K).query
    except (FieldInvalid, QueryInvalid, QueryTooLarge):
        return False
    return (read.similar, read.status) == (asked.similar, asked.status)


def _conditions(message: search_pb2.Query) -> Iterator[str]:
    if message.tags.any_of:
        yield _one_of("tags.all", message.tags.any_of)
    yield from (f"tags.all = {_quoted(name)}" for name in message.tags.all_of)
    if message.tags.none_of:
        yield f"NOT {_one_of('tags.all', message.tags.none_of)}"
    for field, part in (("file_name", message.file_name), ("directory", message.directory)):
        if part:
            yield f"{field} CONTAINS {_quoted(part)}"
    for bound, condition in _BOUNDS.items():
        if message.HasField(bound):
            yield f"{condition} {_quoted(getattr(message, bound).ToJsonString())}"
    ids = [FILE.parse(name)["file"] for name in message.files]
    for field, values in (("content_type", message.content_types), ("file_type", message.file_types), ("file_id", ids)):
        if values:
            yield _one_of(field, values)


def _similar(message: search_pb2.Query, version: str) -> Iterator[str]:
    """What else than a text or an uri is an example is left out, which `_says` then finds missing."""
    likes, unlikes = examples_of(message, version)
    yield from (f"content:{_quoted(text)}" for text in _texts(likes))
    yield from (f"NOT content:{_quoted(text)}" for text in _texts(unlikes))


def _texts(examples: Iterable[Example]) -> Iterator[str]:
    for example in examples:
        match example:
            case Text(text) | ImageUri(text):
                yield text


def _directives(message: search_pb2.Query, version: str) -> list[str]:
    """Those that the expression does not say too."""
    said = compiled(message.expression, now=datetime.now(UTC), version=version)
    given = {
        "top_k": str(message.top_k) if message.top_k else None,
        "score_threshold": repr(message.score_threshold) if message.HasField("score_threshold") else None,
        "status": "DELETED" if message.status == File.STATUS_DELETED else None,
        "query_type": _TYPE_NAMES.get(message.query_type),
    }
    return [f"{name} = {value}" for name, value in given.items() if value is not None and getattr(said, name) is None]


def _one_of(field: str, values: Sequence[str]) -> str:
    return f"{field} IN ({', '.join(map(_quoted, values))})"


def _quoted(text: str) -> str:
    return f'"{text.translate(_QUOTED)}"'

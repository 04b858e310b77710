"""What files should be like, from a request. All functions raise FieldInvalid, NameInvalid, ImageTooLarge or
QueryTooLarge for what is wrong.
"""

from collections.abc import Iterable

from bowerbird.search.v1 import search_pb2
from libs.images.errors import ImageTooLarge
from libs.rpc.errors import FieldInvalid
from services.search.errors import QueryTooLarge
from services.search.file_names import file_of
from services.search.query import MAX_EXAMPLES, MAX_TEXT, Example, GivenVector, Image, ImageUri, IndexedFile, Text
from services.search.similarity.example_image import MAX_BYTES


def examples_of(message: search_pb2.Query, version: str) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """What files should be like, and what not; both empty without similarity."""
    match message.WhichOneof("similar_to"):
        case "text":
            return (Text(text_of("query.text", message.text)),), ()
        case "image":
            return (_image("query.image", message.image),), ()
        case "image_uri":
            return (ImageUri(text_of("query.image_uri", message.image_uri)),), ()
        case "examples":
            return _examples(message.examples, version)
        case _:
            return (), ()


def text_of(field: str, text: str) -> str:
    """A text that is not blank."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise FieldInvalid(field=field, value=text, expected=f"1 to {MAX_TEXT:,} characters, not all of them spaces")
    return text


def _examples(message: search_pb2.Examples, version: str) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    if not message.like:
        raise FieldInvalid(field="query.examples.like", value="", expected="at least one example")
    if max(len(message.like), len(message.unlike)) > MAX_EXAMPLES:
        raise QueryTooLarge(value=f"{len(message.like)} and {len(message.unlike)} examples", limit=MAX_EXAMPLES)
    return (
        tuple(_each("query.examples.like", message.like, version)),
        tuple(_each("query.examples.unlike", message.unlike, version)),
    )


def _each(field: str, messages: Iterable[search_pb2.Example], version: str) -> Iterable[Example]:
    for message in messages:
        match message.WhichOneof("kind"):
            case "text":
                yield Text(text_of(f"{field}.text", message.text))
            case "image":
                yield _image(f"{field}.image", message.image)
            case "image_uri":
                yield ImageUri(text_of(f"{field}.image_uri", message.image_uri))
            case "file":
                yield _file(f"{field}.file", message.file, version)
            case "vector":
                yield GivenVector(tuple(message.vector.values))
            case _:
                raise FieldInvalid(field=field, value="", expected="a text, an image, a file or a vector in each")


def _image(field: str, data: bytes) -> Image:
    if not data:
        raise FieldInvalid(field=field, value="", expected="the bytes of an image")
    if len(data) > MAX_BYTES:
        raise ImageTooLarge(value=f"{len(data)} bytes", limit=f"{MAX_BYTES}")
    return Image(data)


def _file(field: str, name: str, version: str) -> IndexedFile:
    if (found := file_of(version, name)) is None:
        raise FieldInvalid(field=field, value=name, expected=f"a file of {version}")
    return IndexedFile(*found)

"""Random questions to a version, put to search as conditions and as text of the query language."""

import json
import random
from datetime import timedelta
from typing import Any

from libs.rpc.names import file_id
from services.search.conditions import (
    And,
    AttributeField,
    AttributeHasWords,
    AttributeIs,
    AttributeNumberIn,
    AttributeTimeIn,
    Condition,
    Field,
    FileIn,
    Has,
    KeywordField,
    KeywordIn,
    Not,
    NumberField,
    NumberIn,
    Or,
    TagIs,
    TagKind,
    TextContains,
    TextField,
    TextHasWords,
    TextIs,
    TimeField,
    TimeIn,
)
from tests.services.search.oracle import EPOCH, UID, Question, words_of
from tests.services.search.versions import COMMENTS, FOLDERS, JOBS, NAMES, NUMBERS, SIDES, SIZES, TAGS, TIMES_US, TYPES
from tests.services.search.versions import WORDS as ATTRIBUTE_TEXTS
from tests.suite import WORKSPACE

PARTS = [
    "img",
    "IMG_1",
    "strasse",
    "STRASSE",
    "straße",
    "雨",
    "\n",
    "%_",
    "café",
    "0",
    ".JPG",
    "front",
    "a/b",
    "zz",
    '"',
    "\\",
]
PATHS = [
    "camera",
    "speed",
    "night",
    "taken",
    "mixed",
    "labels",
    "gps",
    "gps.city",
    "gps.a",
    "gps.a.b",
    "gps.city.c",
    "id",
]
ODD_PATHS = ['k "ü"', "", ".", "nowhere", "gps.", "labels.a"]

FIELDS: dict[str, Field] = {
    field.value: field
    for fields in (TagKind, TextField, KeywordField, NumberField, TimeField)
    for field in fields
    if isinstance(field, TagKind | TextField | KeywordField | NumberField | TimeField)
}
SPELLINGS = {
    "all": ["Tags.all", "tags", "TAGS.ALL"], "ai": ["Tags.ai"], "user": ["tags.user"],
    "rejected": ["tags.rejected", "Tags.user-delete-ai-tags"], "name": ["file_name", "FileName"],
    "directory": ["directory", "FileDir"], "comment": ["comment"], "content_type": ["content_type", "ContentType"],
    "file_type": ["file_type", "FileType"], "index_job": ["index_job", "SemanticIndexJobId"],
    "size_bytes": ["size_bytes", "DataSize"], "width_px": ["width", "ImageWidth"], "height_px": ["height"],
    "modify_time": ["modify_time", "FileUpdateTime"], "create_time": ["create_time"],
    "sync_time": ["sync_time", "SyncTime"], "tag_time": ["tag_time", "TagUpdateTime"],
    "index_time": ["index_time", "SemanticIndexUpdateTime"],
}  # fmt: skip


def random_question(choose: random.Random, files: int, depth: int, uid: int = UID) -> Question:
    """A question of at most this depth to the version of that uid, which has so many files."""
    if not depth:
        return _leaf(choose, files, uid)
    kind = choose.choice(["and", "or", "not", "leaf"])
    if kind == "leaf":
        return _leaf(choose, files, uid)
    if kind == "not":
        return (kind, random_question(choose, files, depth - 1, uid))
    parts = choose.choice([0, 1, 2, 2, 2, 3, 3, 5])
    return (kind, *(random_question(choose, files, depth - choose.randint(1, depth), uid) for _ in range(parts)))


def _leaf(choose: random.Random, files: int, uid: int) -> Question:  # noqa: PLR0911 - one a kind
    match choose.choice(
        ["has", "tag", "tag", "tag", "text", "keyword", "number", "time", "attribute", "attribute", "file"]
    ):
        case "has":
            return (
                ("has", choose.choice(list(FIELDS))) if choose.random() < 0.7 else ("has", "attribute", _path(choose))
            )
        case "tag":
            return ("is", choose.choice([kind.value for kind in TagKind]), choose.choice([*TAGS, "unknown", "RAIN"]))
        case "text":
            return _text(choose, files)
        case "keyword":
            keyword = choose.choice(list(KeywordField))
            words = {
                KeywordField.CONTENT_TYPE: [*TYPES.values(), "text/plain", "image"],
                KeywordField.FILE_TYPE: ["image", "application", "text", "image/png"],
                KeywordField.INDEX_JOB: [*JOBS, f"{WORKSPACE}/jobs/3"],
            }[keyword]
            return ("is", keyword.value, *choose.sample(words, choose.randrange(4)))
        case "number":
            field = choose.choice(list(NumberField))
            numbers = [None, None, -5, 2**70, *(SIZES if field is NumberField.SIZE_BYTES else SIDES)]
            return ("number", field.value, choose.choice(numbers), choose.choice(numbers), True, True)
        case "time":
            times = [None, *TIMES_US, TIMES_US[0] - 1]
            return ("time", choose.choice(list(TimeField)).value, choose.choice(times), choose.choice(times))
        case "attribute":
            return _attribute(choose)
    ordinals = [choose.randrange(files + 50) for _ in range(choose.randrange(12))]
    return ("file", choose.choice([uid, uid, uid, uid + 1]), *ordinals)


def _text(choose: random.Random, files: int) -> Question:
    field = choose.choice([field.value for field in TextField])
    texts = [*NAMES, *(folder.strip("/") for folder in FOLDERS), *COMMENTS, "img"]
    text = choose.choice(texts).format(choose.randrange(files + 1))
    match choose.choice(["is", "contains", "words"]):
        case "is":
            return ("is", field, choose.choice([text, text.lower()]))
        case "contains":
            return ("contains", field, choose.choice([*PARTS, text]))
    return ("words", field, *_words(choose, text))


def _words(choose: random.Random, text: str) -> list[str]:
    """Some that follow each other in the text, or nearly."""
    words = words_of(choose.choice([text, text.upper(), text.lower()])) or ["zz"]
    start = choose.randrange(len(words))
    kept = words[start : start + choose.randint(1, 3)]
    return choose.choice([kept, kept, kept, kept[::-1], [kept[0][:-1] or "x"]])


def _path(choose: random.Random) -> str:
    return choose.choice([*PATHS, *PATHS, *PATHS, *ODD_PATHS])


def _attribute(choose: random.Random) -> Question:
    path = _path(choose)
    match choose.choice(["is", "words", "number", "time"]):
        case "is":
            values: list[Any] = [*ATTRIBUTE_TEXTS, *NUMBERS, True, False, "file 3", "2024-02-29T00:00:00Z"]
            return ("is", "attribute", path, choose.choice(values))
        case "words":
            return ("words", "attribute", path, *_words(choose, choose.choice([*ATTRIBUTE_TEXTS, "file 3"])))
        case "number":
            numbers = [None, *map(float, NUMBERS), 2.999, -(10.0**300)]
            bounds = choose.choice(numbers), choose.choice(numbers)
            return ("number", "attribute", path, *bounds, choose.random() < 0.5, choose.random() < 0.5)
    times = [None, *TIMES_US, 1_483_228_800_000_000, TIMES_US[0] + 999_999]
    return ("time", "attribute", choose.choice(["taken", "taken", path]), choose.choice(times), choose.choice(times))


def condition_of(question: Question) -> Condition:  # noqa: C901, PLR0911 - one a kind
    """The question as a condition."""
    match question:
        case ("and", *parts):
            return And(tuple(map(condition_of, parts)))
        case ("or", *parts):
            return Or(tuple(map(condition_of, parts)))
        case ("not", part):
            return Not(condition_of(part))
        case ("file", uid, *ordinals):
            return FileIn(uid, tuple(ordinals))
        case ("has", "attribute", path):
            return Has(AttributeField(path))
        case ("has", field):
            return Has(FIELDS[field])
        case ("is", "attribute", path, value):
            return AttributeIs(AttributeField(path), value)
        case ("words", "attribute", path, *words):
            return AttributeHasWords(AttributeField(path), tuple(words))
        case ("number", "attribute", path, low, high, includes_low, includes_high):
            return AttributeNumberIn(AttributeField(path), low, high, includes_low, includes_high)
        case ("time", "attribute", path, from_us, until_us):
            return AttributeTimeIn(AttributeField(path), from_us, until_us)
        case (asked, field, *arguments):
            return _field_condition(asked, FIELDS[field], arguments)
    raise AssertionError(question)


def _field_condition(asked: str, field: Field, arguments: list[Any]) -> Condition:  # noqa: PLR0911 - one a kind
    match asked, field:
        case "is", TagKind():
            return TagIs(field, arguments[0])
        case "is", TextField():
            return TextIs(field, arguments[0])
        case "contains", TextField():
            return TextContains(field, arguments[0])
        case "words", TextField():
            return TextHasWords(field, tuple(arguments))
        case "is", KeywordField():
            return KeywordIn(field, tuple(arguments))
        case "number", NumberField():
            return NumberIn(field, arguments[0], arguments[1])
        case "time", TimeField():
            return TimeIn(field, arguments[0], arguments[1])
    raise AssertionError(asked, field)


def text_of(question: Question, choose: random.Random) -> str | None:  # noqa: PLR0911 - one a kind
    """The question as text of the query language; None where it has no words for it."""
    match question:
        case ("and" | "or" as joint, *parts):
            texts = [text_of(part, choose) for part in parts]
            known = [text for text in texts if text is not None]
            if not parts or len(known) < len(parts):
                return None
            joint = choose.choice([joint, joint.upper()])
            return f"({f' {joint} '.join(known)})"
        case ("not", part):
            inner = text_of(part, choose)
            return None if inner is None else f"NOT {inner}"
        case ("file", uid, *ordinals):
            ids = ", ".join(quoted(file_id(uid, ordinal), choose) for ordinal in ordinals)
            return f"file_id IN ({ids})" if ordinals else None
        case ("has", "attribute", path):
            return None if (name := _attribute_name(path, choose)) is None else f"HAS {name}"
        case ("has", field):
            return f"HAS {choose.choice(SPELLINGS[field])}"
        case (asked, "attribute", path, *arguments):
            name = _attribute_name(path, choose)
            return None if name is None else _comparison(asked, name, arguments, choose)
        case (asked, field, *arguments):
            return _comparison(asked, choose.choice(SPELLINGS[field]), arguments, choose)
    raise AssertionError(question)


def _comparison(asked: str, name: str, arguments: list[Any], choose: random.Random) -> str | None:  # noqa: PLR0911
    match asked, arguments:
        case "is", [str(), *_]:
            if "" in arguments and not name.startswith("meta"):
                return None
            values = [quoted(value, choose) for value in arguments]
            return f"{name} = {values[0]}" if len(values) == 1 else f"{name} in ({','.join(values)})"
        case "is", [value]:
            return f"{name}={json.dumps(value)}"
        case "contains", [part] if part:
            return f"{name} CONTAINS {quoted(part, choose)}"
        case "words", words:
            return f"{name}:{quoted(choose.choice([' ', '_', ' - ']).join(words), choose)}"
        case "number", [low, high, includes_low, includes_high]:
            bounds = {">=" if includes_low else ">": low, "<=" if includes_high else "<": high}
            return _range(name, {sign: repr(bound) for sign, bound in bounds.items() if bound is not None})
        case "time", [from_us, until_us]:
            times = {">=": from_us, "<": until_us}
            return _range(name, {sign: f"'{_time(time)}'" for sign, time in times.items() if time is not None})
    return None


def _range(name: str, bounds: dict[str, str]) -> str | None:
    """Of two bounds on a list, each may be met by another element: that is another question."""
    if not bounds or (len(bounds) > 1 and name.startswith("meta")):
        return None
    return f"({' AND '.join(f'{name} {sign} {bound}' for sign, bound in bounds.items())})"


def _time(time_us: int) -> str:
    return (EPOCH + timedelta(microseconds=time_us)).isoformat()


def _attribute_name(path: str, choose: random.Random) -> str | None:
    """Keys that are words may stand without quotes."""
    keys = choose.choice([path.split("."), [path]])
    if "" in keys:
        return None
    return "meta." + ".".join(key if key.isalpha() and choose.random() < 0.5 else quoted(key, choose) for key in keys)


def quoted(text: str, choose: random.Random) -> str:
    """A text in either kind of quotes."""
    quote = choose.choice("\"'")
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"

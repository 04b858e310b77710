"""A model's answer, read strictly: what is not exactly what was asked for is not guessed at."""

import json
import unicodedata

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError
from services.tagger.definition import TagDefinition


class TagAnswerWrong(BowerbirdError):
    """The model's answer is wrong: {answer!r}."""

    status = StatusCode.FAILED_PRECONDITION


class TagAnswerMalformed(TagAnswerWrong):
    """The model's answer is not a JSON object of the form {{"tags": ["name", ...]}}: {answer!r}."""

    reason = ErrorReason.ERROR_REASON_TAG_ANSWER_MALFORMED


class TagAnswerUnknownTag(TagAnswerWrong):
    """The model answered {tag!r}, which the tag definition does not have: {answer!r}."""

    reason = ErrorReason.ERROR_REASON_TAG_ANSWER_UNKNOWN_TAG


def parse_answer(text: str, definition: TagDefinition) -> tuple[str, ...]:
    """The tags, each once, as the definition writes them. Raises TagAnswerMalformed or TagAnswerUnknownTag."""
    tags = []
    for written in _listed(text):
        tag = unicodedata.normalize("NFC", written).strip()
        if tag not in definition.answers:
            raise TagAnswerUnknownTag(tag=written, answer=text)
        tags.append(tag)
    return tuple(dict.fromkeys(tags))


def _listed(text: str) -> list[str]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise TagAnswerMalformed(answer=text) from None
    if not isinstance(answer, dict) or answer.keys() != {"tags"}:
        raise TagAnswerMalformed(answer=text)
    tags = answer["tags"]
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise TagAnswerMalformed(answer=text)
    return tags

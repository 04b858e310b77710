"""What the fake endpoint answers: it follows from the content's SHA-256 alone, so that a test knows what to expect."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

DEFINITION_HEADING = "Tag definition (JSON):"


def tags_for(content_hash: str, definition: Mapping[str, Any]) -> list[str]:
    """About every third tag of the definition, by the hash; a tag with values comes with one of them."""
    chosen = []
    for index, (name, tag) in enumerate(definition["tags"].items()):
        number = int(hashlib.sha256(f"{content_hash}{index}".encode()).hexdigest(), 16)
        if number % 3 == 0:
            values = list(tag.get("values") or ()) if isinstance(tag, dict) else []
            chosen.append(f"{name}/{values[number // 3 % len(values)]}" if values else name)
    return chosen


def vector_for(content_hash: str, dimension: int) -> list[float]:
    """A vector that follows from the hash."""
    random = np.random.default_rng(int(content_hash[:16], 16))
    return [float(number) for number in random.standard_normal(dimension).astype(np.float32)]


def definition_in(text: str) -> dict[str, Any]:
    """The tag definition that the tagger's message carries."""
    lines = text.split("\n")
    parsed: dict[str, Any] = json.loads(lines[lines.index(DEFINITION_HEADING) + 1])
    return parsed


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def bytes_of(data_uri: str) -> bytes:
    return base64.b64decode(data_uri.partition(",")[2], validate=True)


def hash_of(content: Any) -> str:
    if isinstance(content, dict) and "image" in content:
        return sha256(bytes_of(content["image"]))
    return sha256((content if isinstance(content, str) else content["text"]).encode())


def type_of(content: Any) -> str:
    return "image" if isinstance(content, dict) and "image" in content else "text"

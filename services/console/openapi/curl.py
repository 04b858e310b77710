"""Calls of operations as one types them: by curl, where $CONSOLE is the address and $TOKEN the token."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode


def curl_call(path: str, verb: str, operation: Mapping[str, Any], security: Sequence[Mapping[str, Any]]) -> str:
    """The call with the examples that the operation has; `verb` is in lower case, as the document has it."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    words = ["curl", *_options(verb, operation, has_body="example" in content), f'"$CONSOLE{_filled(path, operation)}"']
    lines = [" ".join(words), *_identity(verb, security)]
    if "example" in content:
        lines.append(f"--json {shlex.quote(json.dumps(content['example'], indent=2, ensure_ascii=False))}")
    return " \\\n  ".join(lines)


def _options(verb: str, operation: Mapping[str, Any], *, has_body: bool) -> Iterator[str]:
    # What curl takes by itself: GET, and POST with a body.
    if verb != ("post" if has_body else "get"):
        yield f"--request {verb.upper()}"
    kinds = {kind for answer in operation["responses"].values() for kind in answer.get("content", ())}
    if "application/x-ndjson" in kinds:
        yield "--no-buffer"
    if kinds & {"*/*", "image/jpeg"}:
        yield "--location --output photo.jpg"


def _filled(path: str, operation: Mapping[str, Any]) -> str:
    query = {}
    for parameter in operation.get("parameters", ()):
        example = parameter.get("example")
        text = str(example).lower() if isinstance(example, bool) else str(example)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(text, safe=""))
        elif parameter["in"] == "query" and example is not None:
            query[parameter["name"]] = text
    return f"{path}?{urlencode(query, safe=':/')}" if query else path


def _identity(verb: str, security: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not security:
        yield "--cookie-jar session.txt"
    elif "bearer" in security[0]:
        yield '--header "Authorization: Bearer $TOKEN"'
    else:
        yield "--cookie session.txt"
        if verb != "get":
            yield '--header "X-Bowerbird-CSRF: 1" --header "Origin: $CONSOLE"'

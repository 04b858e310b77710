"""Path templates of `google.api.http`, as google/api/http.proto defines them.

Template = "/" Segments [ ":" LITERAL ]
Segments = Segment { "/" Segment }
Segment  = "*" | "**" | LITERAL | "{" FieldPath [ "=" Segments ] "}"
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote

_TOKEN = re.compile(r"\{(?P<field>[a-z][a-z0-9_.]*)(?:=(?P<segments>[^{}]+))?\}|(?P<segment>[^{}/]+)|(?P<slash>/)")
_VERB = re.compile(r":(?P<verb>[A-Za-z][A-Za-z0-9_]*)$")
_ENCODED_SLASH = re.compile("%2[Ff]")


@dataclass(frozen=True)
class Variable:
    """A part of the path that fills a field: `{dataset.name=workspaces/*/datasets/*}`."""

    field: str
    segments: tuple[str, ...]

    @property
    def is_one_segment(self) -> bool:
        """Whether its value holds no slash but an encoded one."""
        return len(self.segments) == 1 and self.segments[0] != "**"


@dataclass(frozen=True)
class Template:
    """A parsed template: its segments, each a literal, `*`, `**` or a variable; `verb` is "" where there is none."""

    text: str
    segments: tuple[str | Variable, ...]
    verb: str

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Raises ValueError for what is not a template."""
        end = _VERB.search(text)
        path = text[: end.start()] if end else text
        segments = tuple(_parsed_segments(path, text))
        if "**" in list(flat(segments))[:-1]:
            raise ValueError(f"{text}: ** may stand last alone")
        return cls(text, segments, end["verb"] if end else "")

    @property
    def variables(self) -> tuple[Variable, ...]:
        """In the order of the path."""
        return tuple(segment for segment in self.segments if isinstance(segment, Variable))

    @cached_property
    def shape(self) -> str:
        """The paths that it takes, without the names of fields: two routes with one shape collide."""
        return "/" + "/".join(flat(self.segments)) + (f":{self.verb}" if self.verb else "")

    def match(self, raw_path: str) -> dict[str, str] | None:
        """The values of the variables in a path as it came, still encoded; None for a path of another shape.

        A colon that is not encoded begins the verb, so that a misspelt verb is never taken for the end of a name. In a
        value of several segments an encoded slash stays encoded, as the definition demands.
        """
        found = self._regex.fullmatch(raw_path)
        if found is None:
            return None
        return {
            variable.field: unquote(text) if variable.is_one_segment else _decoded(text)
            for variable, text in zip(self.variables, found.groups(), strict=True)
        }

    def expand(self, values: Mapping[str, str]) -> str:
        """The encoded path with these values of the variables. Raises KeyError for one that is missing."""
        parts = [
            _encoded(values[segment.field], segment) if isinstance(segment, Variable) else segment
            for segment in self.segments
        ]
        return "/" + "/".join(parts) + (f":{self.verb}" if self.verb else "")

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts = [
            f"({_pattern(segment.segments)})" if isinstance(segment, Variable) else _pattern((segment,))
            for segment in self.segments
        ]
        return re.compile("/" + "/".join(parts) + (f":{self.verb}" if self.verb else ""))


def flat(segments: tuple[str | Variable, ...]) -> Iterator[str]:
    """Literals, `*` and `**`, those within variables too."""
    for segment in segments:
        if isinstance(segment, Variable):
            yield from segment.segments
        else:
            yield segment


def _parsed_segments(path: str, text: str) -> Iterator[str | Variable]:
    position, after_slash = 0, False
    while position < len(path):
        token = _TOKEN.match(path, position)
        if token is None or (token["slash"] is None) is not after_slash:
            raise ValueError(f"{text} is not a path template: column {position + 1}")
        if token["field"] is not None:
            yield Variable(token["field"], tuple((token["segments"] or "*").split("/")))
        elif token["segment"] is not None:
            yield token["segment"]
        position, after_slash = token.end(), token["slash"] is not None
    if after_slash or not path:
        raise ValueError(f"{text} is not a path template: it ends too early")


def _pattern(segments: tuple[str, ...]) -> str:
    patterns = {"*": "[^/:]+", "**": "[^:]*"}
    return "/".join(patterns.get(segment) or re.escape(segment) for segment in segments)


def _encoded(value: str, variable: Variable) -> str:
    if variable.is_one_segment:
        return quote(value, safe="")
    return quote(value, safe="/").replace("%252F", "%2F").replace("%252f", "%2f")


def _decoded(text: str) -> str:
    return "".join(piece if _ENCODED_SLASH.fullmatch(piece) else unquote(piece) for piece in re.split("(%2[Ff])", text))

"""Random queries as a client sends them, by parameters and by text of the query language, and what they ask."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.search.v1.search_pb2 import QUERY_TYPE_MIX, QUERY_TYPE_TAG, Query
from libs.rpc.names import file_id
from tests.services.search.oracle import Question
from tests.services.search.questions import PARTS, random_question, text_of
from tests.services.search.versions import FOLDERS, NAMES, TAGS, TIMES_US, TYPES, PlainVersion

MAX_EXPRESSION_BYTES = 8192


@dataclass(frozen=True)
class Asked:
    """A query, and the question to each file that is active or deleted."""

    query: Query
    question: Question
    is_active: bool


@dataclass(frozen=True)
class Asker:
    """Makes up queries to a version."""

    choose: random.Random
    plain: PlainVersion
    version: str
    uid: int

    def random_query(self) -> Asked:
        """By parameters, by text, or by both."""
        query, parts = Query(), list[Question]()
        parameters = [self._tags, self._texts, self._times, self._types, self._files]
        kind = self.choose.choice(["parameters", "text", "text", "both"])
        if kind != "text":
            for parameter in self.choose.sample(parameters, self.choose.randint(0 if kind == "both" else 1, 3)):
                parts += parameter(query)
        if kind != "parameters":
            parts.append(self._expression(query))
        is_active = self._status(query)
        query.query_type = self.choose.choice([0, 0, QUERY_TYPE_MIX, QUERY_TYPE_TAG])  # type: ignore[assignment]
        return Asked(query, ("and", *parts), is_active)

    def _tags(self, query: Query) -> list[Question]:
        parts: list[Question] = []
        kinds: dict[str, Callable[[list[Question]], Question]] = {
            "any_of": lambda each: ("or", *each),
            "all_of": lambda each: ("and", *each),
            "none_of": lambda each: ("not", ("or", *each)),
        }
        for kind in self.choose.sample(list(kinds), self.choose.randint(1, 3)):
            names = self.choose.choices([*TAGS, "unknown", "RAIN"], k=self.choose.randint(1, 3))
            # Space at the ends of a name is not part of it.
            getattr(query.tags, kind).extend(self.choose.choice(["", " "]) + name for name in names)
            parts.append(kinds[kind]([("is", "all", name) for name in names]))
        return parts

    def _texts(self, query: Query) -> list[Question]:
        parts: list[Question] = []
        for parameter, field, texts in (("file_name", "name", NAMES), ("directory", "directory", FOLDERS)):
            if self.choose.random() < 0.6:
                text = self.choose.choice([*texts, *PARTS]).format(self.choose.randrange(len(self.plain.files)))
                if text.strip():
                    setattr(query, parameter, text)
                    parts.append(("contains", field, text))
        return parts

    def _times(self, query: Query) -> list[Question]:
        parts: list[Question] = []
        for parameter, field in (("modified", "modify_time"), ("tagged", "tag_time")):
            bounds: dict[str, int | None] = {"after": None, "before": None}
            for bound in self.choose.sample(list(bounds), self.choose.randint(0, 2)):
                time_us = self.choose.choice(TIMES_US) + self.choose.choice([-1, 0, 0, 1])
                nanos = self.choose.choice([0, 0, 1, 999])
                message: Timestamp = getattr(query, f"{parameter}_{bound}")
                message.FromNanoseconds(time_us * 1000 + nanos)
                # No file has a time between two microseconds.
                bounds[bound] = time_us + (nanos > 0)
            if any(bound is not None for bound in bounds.values()):
                parts.append(("time", field, bounds["after"], bounds["before"]))
        return parts

    def _types(self, query: Query) -> list[Question]:
        parts: list[Question] = []
        kinds = {
            "content_type": (query.content_types, [*TYPES.values(), "text/plain"]),
            "file_type": (query.file_types, ["image", "application", "text"]),
        }
        for field in self.choose.sample(list(kinds), self.choose.randint(1, 2)):
            given, words = kinds[field]
            chosen = self.choose.choices(words, k=self.choose.randint(1, 3))
            given.extend(self.choose.choice([word, word.upper()]) for word in chosen)
            parts.append(("is", field, *chosen))
        return parts

    def _files(self, query: Query) -> list[Question]:
        ordinals = [self.choose.randrange(len(self.plain.files) + 20) for _ in range(self.choose.randint(1, 60))]
        query.files.extend(f"{self.version}/files/{file_id(self.uid, ordinal)}" for ordinal in ordinals)
        return [("file", self.uid, *ordinals)]

    def _expression(self, query: Query) -> Question:
        """The language has no words for some questions."""
        text = None
        while text is None or len(text.encode()) > MAX_EXPRESSION_BYTES - 100:
            question = random_question(self.choose, len(self.plain.files), self.choose.randrange(5), self.uid)
            text = text_of(question, self.choose)
        query.expression = text
        return question

    def _status(self, query: Query) -> bool:
        """By the parameter, by the text, by both; to say nothing is to ask for active files."""
        is_active = self.choose.random() < 0.75
        place = self.choose.choice(["parameter", "text", "both", *(["nowhere"] * 3 if is_active else [])])
        if place in ("parameter", "both"):
            query.status = File.STATUS_ACTIVE if is_active else File.STATUS_DELETED
        if place in ("text", "both"):
            said = f"Status = '{'ACTIVE' if is_active else 'DELETED'}'"
            query.expression = f"{query.expression} AND {said}" if query.expression else said
        return is_active

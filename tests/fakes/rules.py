"""How the fake endpoint misbehaves: rules that a test sets over HTTP."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "status",  # answer `status`, with Retry-After if `retry_after` is set
    "prose",  # a chat answer in words
    "texts",  # a chat answer word for word out of `texts`: each image has one of its own
    "unknown_tag",  # a chat answer with a tag that no definition has
    "half_json",  # a chat answer that breaks off
    "no_content",  # a chat answer without content, as content filters give
    "not_json",  # an HTML page with status 200
    "wrong_dimension",  # embeddings of one dimension more
    "not_finite",  # embeddings with a number beyond float32
    "missing",  # the first embedding of the batch is left out: EAS status 204
    "shuffled",  # embeddings in reverse order, with their indices
    "hang",  # no answer at all
    "drop",  # the connection is closed without an answer
    "redirect",  # to another host
]


@dataclass
class Rule:
    """Applies to the next `count` calls (None: all) whose content or text matches."""

    kind: Kind
    count: int | None = None
    skip: int = 0  # so many calls are spared first
    status: int = 500
    retry_after: str | None = None
    message: str = "as the test asked"
    code: str = "Fake"
    sha256: str | None = None  # only calls that hold this image
    batch_over: int = 0  # only calls with more contents than this
    texts: tuple[str, ...] = ()
    # Which of the texts an image got, by its SHA-256.
    given: dict[str, str] = field(default_factory=dict)

    def take(self, hashes: list[str]) -> bool:
        """Whether the rule applies to a call with these contents; counts it down."""
        if self.count == 0 or (self.batch_over and len(hashes) <= self.batch_over):
            return False
        if self.sha256 is not None and self.sha256 not in hashes:
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.count is not None:
            self.count -= 1
        return True

    def text_for(self, sha256: str) -> str:
        """The text of an image: the next one when it is first asked about, the same ever after."""
        return self.given.setdefault(sha256, self.texts[len(self.given) % len(self.texts)])


@dataclass
class Settings:
    """What the fake is like when it behaves."""

    latency_ms: float = 0.0
    dimension: int = 16
    api_key: str = ""
    # Answers 429 with Retry-After to calls beyond this many in a second; 0 for no limit.
    calls_per_second: int = 0


@dataclass
class Counts:
    """What was seen since the last reset."""

    calls: int = 0
    answered: int = 0
    cancelled: int = 0
    rate_limited: int = 0
    too_early: int = 0  # calls that came before the Retry-After of an earlier answer had passed
    most_in_flight: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    first_call_at: float = 0.0  # seconds of a clock of this process
    last_answer_at: float = 0.0

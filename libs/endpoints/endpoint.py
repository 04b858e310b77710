"""What a model endpoint is, and how hard it may be pressed."""

from dataclasses import dataclass, field
from enum import Enum

from yarl import URL


class WireProtocol(Enum):
    """What an endpoint speaks."""

    OPENAI_CHAT = "OpenAI chat completions"
    DASHSCOPE_EMBEDDING = "DashScope multimodal embedding"
    EAS_EMBEDDING = "EAS embedding"


@dataclass(frozen=True)
class ModelEndpoint:
    """One model of a model service.

    `base_url` is the base of `/chat/completions`, or the address of the embedding call itself. `dimension` is what the
    index has; None where the model decides.
    """

    protocol: WireProtocol
    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    dimension: int | None = None

    @property
    def shown(self) -> str:
        """The address as people and logs may see it."""
        return str(URL(self.base_url).with_user(None).with_query(None).with_fragment(None))


@dataclass(frozen=True)
class CallLimits:
    """How calls to one endpoint are bounded."""

    max_concurrency: int = 8
    request_seconds: float = 60.0  # for one attempt
    overall_seconds: float = 300.0  # for all attempts and the waits between them
    attempts: int = 6
    backoff_seconds: float = 0.5  # before the second attempt; doubles each time, up to 20 s
    answer_bytes: int = 32 * 1024 * 1024


@dataclass(frozen=True)
class ImageContent:
    """An encoded image to be sent."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Usage:
    """Tokens that one call cost; 0 where the endpoint does not say."""

    input_tokens: int = 0
    output_tokens: int = 0

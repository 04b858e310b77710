"""Both embedding shapes: vectors come back in the order of the contents, and one bad content costs itself."""

from collections.abc import Callable

import numpy as np
import pytest

from libs.endpoints.embedding import Embeddings, open_embedding
from libs.endpoints.endpoint import ImageContent, ModelEndpoint
from libs.endpoints.errors import (
    DimensionMismatch,
    ModelAccessDenied,
    ModelRequestRefused,
    ModelResponseInvalid,
    VectorInvalid,
)
from tests.fakes.answers import sha256, vector_for
from tests.fakes.endpoint import FakeEndpoint
from tests.libs.endpoints.conftest import (
    LOOPBACK,
    PHOTO,
    QUICK,
    chat_endpoint,
    dashscope_endpoint,
    eas_endpoint,
)

MakeEndpoint = Callable[[FakeEndpoint, int | None], ModelEndpoint]
BOTH = pytest.mark.parametrize("endpoint_of", [dashscope_endpoint, eas_endpoint], ids=["DashScope", "EAS"])
OTHER = ImageContent(b"another photo", "image/png")


async def embed(endpoint: ModelEndpoint, *contents: str | ImageContent) -> Embeddings:
    async with open_embedding(endpoint, LOOPBACK, QUICK) as client:
        return await client.embed(contents)


@BOTH
@pytest.mark.parametrize("shuffled", [False, True])
async def test_texts_and_images_are_embedded_in_one_call_and_mapped_by_index(
    fake: FakeEndpoint, endpoint_of: MakeEndpoint, shuffled: bool
) -> None:
    if shuffled:
        fake.misbehave("shuffled")
    embeddings = await embed(endpoint_of(fake, None), "a bird", PHOTO, OTHER)
    for entry, content in zip(embeddings.entries, [b"a bird", PHOTO.data, OTHER.data], strict=True):
        assert isinstance(entry, np.ndarray)
        assert entry.dtype == np.float32
        np.testing.assert_array_equal(entry, np.array(vector_for(sha256(content), 16), np.float32))
    assert fake.counts.calls == 1


@BOTH
async def test_vectors_of_another_dimension_than_the_index_are_refused(
    fake: FakeEndpoint, endpoint_of: MakeEndpoint
) -> None:
    fake.misbehave("wrong_dimension")
    with pytest.raises(DimensionMismatch, match="17 dimensions, the index has 16"):
        await embed(endpoint_of(fake, 16), PHOTO)


async def test_dashscope_is_asked_for_the_dimension_of_the_index(fake: FakeEndpoint) -> None:
    (entry,) = (await embed(dashscope_endpoint(fake, 64), PHOTO)).entries
    assert isinstance(entry, np.ndarray)
    assert len(entry) == 64


@BOTH
async def test_a_vector_that_is_not_finite_costs_its_content_alone(
    fake: FakeEndpoint, endpoint_of: MakeEndpoint
) -> None:
    fake.misbehave("not_finite")
    bad, good = (await embed(endpoint_of(fake, None), PHOTO, OTHER)).entries
    assert isinstance(bad, VectorInvalid)
    assert isinstance(good, np.ndarray)


async def test_a_partial_answer_of_eas_costs_the_contents_it_leaves_out(fake: FakeEndpoint) -> None:
    fake.misbehave("missing")
    bad, good = (await embed(eas_endpoint(fake), PHOTO, OTHER)).entries
    assert isinstance(bad, ModelRequestRefused)
    assert "the image could not be read" in str(bad)
    assert isinstance(good, np.ndarray)


async def test_a_partial_answer_of_dashscope_breaks_its_protocol(fake: FakeEndpoint) -> None:
    fake.misbehave("missing")
    with pytest.raises(ModelResponseInvalid, match=r"no embedding for the contents \[0\]"):
        await embed(dashscope_endpoint(fake), PHOTO, OTHER)


@BOTH
async def test_a_refused_batch_is_asked_for_one_by_one_so_that_no_neighbour_fails(
    fake: FakeEndpoint, endpoint_of: MakeEndpoint
) -> None:
    fake.misbehave("status", status=400, sha256=sha256(OTHER.data))
    good, bad, also_good = (await embed(endpoint_of(fake, None), PHOTO, OTHER, "a bird")).entries
    assert isinstance(bad, ModelRequestRefused)
    assert isinstance(good, np.ndarray)
    assert isinstance(also_good, np.ndarray)
    assert fake.counts.calls == 4


async def test_a_key_goes_to_eas_without_bearer(fake: FakeEndpoint) -> None:
    fake.settings.api_key = "token"
    await embed(eas_endpoint(fake, api_key="token"), PHOTO)
    with pytest.raises(ModelAccessDenied):
        await embed(eas_endpoint(fake, api_key="other"), PHOTO)


@BOTH
async def test_the_check_tells_the_dimension_and_does_not_retry(fake: FakeEndpoint, endpoint_of: MakeEndpoint) -> None:
    async with open_embedding(endpoint_of(fake, None), LOOPBACK, QUICK) as client:
        assert await client.check() == 16
        fake.forget()
        fake.misbehave("status", status=401)
        with pytest.raises(ModelAccessDenied):
            await client.check()
    assert fake.counts.calls == 1


async def test_a_batch_larger_than_the_endpoint_takes_is_a_mistake_of_the_caller(fake: FakeEndpoint) -> None:
    async with open_embedding(dashscope_endpoint(fake), LOOPBACK, QUICK) as client:
        with pytest.raises(ValueError, match="expected 1 to 8"):
            await client.embed(["a bird"] * (client.batch_size + 1))


async def test_a_chat_endpoint_gives_no_embeddings(fake: FakeEndpoint) -> None:
    with pytest.raises(ValueError, match="OpenAI chat completions"):
        await embed(chat_endpoint(fake), PHOTO)

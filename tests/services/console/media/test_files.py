"""What the console remembers of files that services told of, so that a screen of tiles asks nobody again."""

from datetime import UTC, datetime

import grpc.aio
import pytest

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.search.v1.search_service_pb2 import CountFacetsResponse, SearchResponse
from deploy.local.ports import LOOPBACK
from libs.objects.errors import ObjectNotFound
from services.console.media.files import Files, MediaFile

NAME = "workspaces/w/datasets/d/versions/v1/files/f"
MODIFIED = datetime(2026, 1, 31, 12, tzinfo=UTC)


def found(status: File.Status.ValueType = File.STATUS_ACTIVE) -> SearchResponse:
    answer = SearchResponse()
    file = answer.hits.add().file
    file.name, file.uri, file.path, file.etag, file.size_bytes = NAME, "s3://b/a/f.jpg", "a/f.jpg", "e1", 7
    file.status = status
    file.modify_time.FromDatetime(MODIFIED)
    return answer


async def asked(files: Files, token: str) -> MediaFile:
    return await files.get(NAME, token, "an id")


async def test_a_hit_is_known_to_who_was_told_of_it_and_to_nobody_else() -> None:
    # No catalog is there: who needs it fails.
    async with grpc.aio.insecure_channel(f"{LOOPBACK}:9") as catalog:
        files = Files(catalog)
        files.see("hers", CountFacetsResponse())
        with pytest.raises(grpc.aio.AioRpcError):
            await asked(files, "hers")
        files.see("hers", found())
        file = await asked(files, "hers")
        assert (file.dataset, file.path, file.etag) == ("workspaces/w/datasets/d", "a/f.jpg", "e1")
        assert (file.uri, file.size_bytes, file.modified) == ("s3://b/a/f.jpg", 7, MODIFIED)
        with pytest.raises(grpc.aio.AioRpcError):
            await asked(files, "his")


async def test_what_was_told_is_forgotten_before_an_ended_token_stops_to_count() -> None:
    async with grpc.aio.insecure_channel(f"{LOOPBACK}:9") as catalog:
        now = 100.0
        files = Files(catalog, clock=lambda: now)
        files.see("hers", found())
        now += 11
        assert (await asked(files, "hers")).etag == "e1"
        now += 11
        with pytest.raises(grpc.aio.AioRpcError):
            await asked(files, "hers")


async def test_a_file_that_is_gone_has_no_picture_whoever_told_of_it() -> None:
    async with grpc.aio.insecure_channel(f"{LOOPBACK}:9") as catalog:
        files = Files(catalog)
        files.see("hers", found(File.STATUS_DELETED))
        with pytest.raises(ObjectNotFound):
            await asked(files, "hers")

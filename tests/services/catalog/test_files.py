"""Files through a real server."""

import pytest

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import GetFileRequest, ListFilesRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from libs.rpc.names import file_id
from tests.services.catalog.jobs_scene import FOLDER, make_index_set, scene
from tests.suite import WORKSPACE, Catalog, refusal

ODD_PATH = "a b/'q\"#?%\n鸟é.jpg"


async def test_a_file_shows_what_is_known_of_it(catalog: Catalog) -> None:
    async with scene(catalog, files=3) as made:
        await make_index_set(made)
        await made.finish(await made.tag(), "bird", "sky")
        await made.finish(await made.index())
        await made.database.execute(
            "UPDATE files SET path = $2, comment = 'seen', attributes = '{\"camera\": \"X\", \"iso\": 100}' "
            "WHERE version_id = $1 AND ordinal = 1", made.version_id, ODD_PATH,
        )  # fmt: skip
        await made.database.execute(
            "UPDATE file_tags SET \"user\" = (SELECT array_agg(id) FROM tags WHERE name = 'bird'), "
            "rejected = (SELECT array_agg(id) FROM tags WHERE name = 'sky') WHERE version_id = $1 AND ordinal = 1",
            made.version_id,
        )  # fmt: skip
        name = f"{made.version}/files/{file_id(made.version_id, 1)}"
        file = (await FileServiceStub(catalog.viewer).GetFile(GetFileRequest(name=name))).file
        assert (file.name, file.path, file.uri) == (name, ODD_PATH, f"file://{FOLDER}/{ODD_PATH}")
        assert (file.size_bytes, file.content_type, file.status) == (1001, "image/jpeg", File.STATUS_ACTIVE)
        assert (file.width_px, file.height_px, file.comment) == (640, 480, "seen")
        assert dict(file.attributes) == {"camera": "X", "iso": 100}
        assert (list(file.tags.ai), list(file.tags.user), list(file.tags.rejected)) == (
            ["bird", "sky"], ["bird"], ["sky"],
        )  # fmt: skip
        for time in ("create_time", "modify_time", "sync_time", "tag_time", "index_time"):
            assert file.HasField(time)


async def test_a_file_without_tags_and_vector_says_so(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as made:
        name = f"{made.version}/files/{file_id(made.version_id, 0)}"
        file = (await FileServiceStub(catalog.viewer).GetFile(GetFileRequest(name=name))).file
        assert not file.HasField("tags")
        assert not file.HasField("tag_time")
        assert not file.HasField("index_time")
        assert not file.HasField("attributes")


async def test_files_are_listed_by_ordinal_and_those_that_are_gone_only_if_asked_for(catalog: Catalog) -> None:
    async with scene(catalog, files=25) as made:
        await made.database.execute(
            "UPDATE files SET status = 2 WHERE version_id = $1 AND ordinal = 7", made.version_id
        )

        async def ordinals(*, show_deleted: bool) -> list[str]:
            request = ListFilesRequest(
                parent=f"{made.dataset}/versions/latest", page_size=10, show_deleted=show_deleted
            )
            paths: list[str] = []
            while True:
                answer = await FileServiceStub(catalog.viewer).ListFiles(request)
                paths += [file.path for file in answer.files]
                request.page_token = answer.next_page_token
                if not answer.next_page_token:
                    return paths

        assert await ordinals(show_deleted=True) == [f"photo-{number}.jpg" for number in range(25)]
        assert await ordinals(show_deleted=False) == [f"photo-{number}.jpg" for number in range(25) if number != 7]


async def test_a_file_is_found_by_its_path(catalog: Catalog) -> None:
    async with scene(catalog, files=3) as made:
        await made.database.execute(
            "UPDATE files SET path = $2, status = 2 WHERE version_id = $1 AND ordinal = 1", made.version_id, ODD_PATH
        )
        stub = FileServiceStub(catalog.viewer)

        async def found(path: str, *, show_deleted: bool = False) -> list[str]:
            request = ListFilesRequest(parent=made.version, path=path, show_deleted=show_deleted)
            return [file.path for file in (await stub.ListFiles(request)).files]

        assert await found("photo-2.jpg") == ["photo-2.jpg"]
        assert (await found(ODD_PATH), await found(ODD_PATH, show_deleted=True)) == ([], [ODD_PATH])
        assert await found("photo-2") == []
        assert (await refusal(found("a\0"))).reason_name == "FIELD_INVALID"


async def test_a_page_token_serves_its_own_request_alone(catalog: Catalog) -> None:
    async with scene(catalog, files=3) as made:
        stub = FileServiceStub(catalog.viewer)
        token = (await stub.ListFiles(ListFilesRequest(parent=made.version, page_size=1))).next_page_token
        other = ListFilesRequest(parent=made.version, page_size=1, page_token=token, show_deleted=True)
        assert (await refusal(stub.ListFiles(other))).reason_name == "PAGE_TOKEN_INVALID"
        larger = ListFilesRequest(parent=made.version, page_size=2, page_token=token)
        assert len((await stub.ListFiles(larger)).files) == 2


async def test_a_file_that_is_not_there_is_not_found(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as made, scene(catalog, files=1) as other:
        stub = FileServiceStub(catalog.viewer)
        for name in (
            f"{made.version}/files/{file_id(made.version_id, 1)}",
            f"{made.version}/files/{file_id(other.version_id, 0)}",
            f"{WORKSPACE}/datasets/none/versions/v1/files/{file_id(made.version_id, 0)}",
            f"{made.version.replace(WORKSPACE, 'workspaces/other')}/files/{file_id(made.version_id, 0)}",
        ):
            assert (await refusal(stub.GetFile(GetFileRequest(name=name)))).reason_name == "NOT_FOUND"


@pytest.mark.parametrize("text", ["x", "0", "=" * 16, "A" * 15, "A" * 20])
async def test_an_id_that_was_never_given_out_is_refused(catalog: Catalog, text: str) -> None:
    async with scene(catalog, files=1) as made:
        request = GetFileRequest(name=f"{made.version}/files/{text}")
        error = await refusal(FileServiceStub(catalog.viewer).GetFile(request))
        assert error.reason_name in ("NAME_INVALID", "NOT_FOUND")

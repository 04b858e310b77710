"""Thumbnails over HTTP: their sizes, their caching, who may see them, and what hostile files cost."""

import asyncio
import hashlib

import pytest
from PIL import Image

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.type.v1.role_pb2 import Role
from libs.images.pool import ImagePool
from tests.libs.images.samples import (
    BLUE,
    RED,
    encoded,
    half_red_half_blue,
    is_near,
    noise,
    opened,
    orientation,
    png_header,
)
from tests.services.console.media.gallery import Gallery
from tests.services.console.scene import Answer, consoling


def picture(answer: Answer) -> Image.Image:
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/jpeg"), answer.json
    return opened(answer.body)


@pytest.mark.parametrize(
    ("mode", "size"),
    [
        ("p_50", (200, 150)),
        ("p_100", (400, 300)),
        ("p_1", (4, 3)),
        ("w_200", (200, 150)),
        ("w_2048", (400, 300)),
        ("h_100", (133, 100)),
        ("m_pad,w_90,h_120", (90, 120)),
        ("m_pad,w_90,h_120,color_00FF7f", (90, 120)),
        ("m_fill,w_120,h_120", (120, 120)),
        ("m_fixed,w_33,h_200", (33, 200)),
        ("m_fixed,w_2048,h_1", (2048, 1)),
    ],
)
async def test_each_mode_gives_exactly_its_size(
    gallery: Gallery, sample: File, mode: str, size: tuple[int, int]
) -> None:
    assert picture(await gallery.thumbnail(sample, mode)).size == size


@pytest.mark.parametrize(
    "mode",
    ["", "p_0", "p_101", "w_0", "w_2049", "w_-1", "w_01", "h_1e3", "w_100,h_100", "m_pad", "m_pad,h_10,w_10", "W_100",
     "m_fill,w_10,h_10,color_FFFFFF", "m_pad,w_10,h_10,color_red", "m_pad,w_10,h_2049", "m_lfit,w_10,h_10", "w_100 "],
)  # fmt: skip
async def test_what_is_no_mode_is_refused_with_what_would_be_one(gallery: Gallery, sample: File, mode: str) -> None:
    answer = await gallery.thumbnail(sample, mode)
    assert (answer.status, answer.json["reason"], answer.json["metadata"]["field"]) == (400, "FIELD_INVALID", "mode")
    assert "w_200" in answer.json["detail"]
    assert "2048" in answer.json["detail"]


@pytest.mark.parametrize("query", ["", "?Mode=w_10", "?mode=w_10&x=1"])
async def test_a_missing_or_unknown_parameter_is_refused(gallery: Gallery, sample: File, query: str) -> None:
    answer = await gallery.console.ask("GET", f"/v1/{sample.name}:thumbnail{query}")
    assert (answer.status, answer.json["reason"]) == (400, "FIELD_INVALID")


async def test_a_picture_stands_upright_and_tells_nothing_but_its_pixels(gallery: Gallery) -> None:
    exif = orientation(6)
    exif[0x010E] = "taken at home"
    original = encoded(half_red_half_blue((400, 200)), "JPEG", exif=exif, comment=b"taken at home", quality=100)
    answer = await gallery.thumbnail(await gallery.one(original), "p_100")
    shown = picture(answer)
    assert shown.size == (200, 400)
    assert is_near(shown.getpixel((100, 50)), RED)
    assert is_near(shown.getpixel((100, 350)), BLUE)
    assert b"taken at home" in original
    assert b"taken at home" not in answer.body


async def test_the_original_is_never_the_thumbnail(gallery: Gallery) -> None:
    tiny = encoded(half_red_half_blue((10, 10)), "JPEG", quality=80)
    polyglot = tiny + b"<script>alert(1)</script><?php echo 1 ?>"
    for original in (tiny, polyglot):
        answer = await gallery.thumbnail(await gallery.one(original), "p_100")
        assert picture(answer).size == (10, 10)
        assert answer.body != original
        assert b"script" not in answer.body


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
async def test_each_format_is_shown_as_jpeg(gallery: Gallery, format_name: str) -> None:
    file = await gallery.one(encoded(half_red_half_blue(), format_name), format_name.lower())
    assert picture(await gallery.thumbnail(file, "w_20")).size == (20, 10)


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (png_header(60000, 60000), 413, "IMAGE_TOO_LARGE"),
        (encoded(noise((200, 100)), "JPEG")[:3000], 422, "IMAGE_CORRUPT"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 422, "IMAGE_FORMAT_UNSUPPORTED"),
        (b"<html><script>alert(1)</script>", 422, "IMAGE_FORMAT_UNSUPPORTED"),
        (b"", 422, "IMAGE_EMPTY"),
    ],
    ids=["bomb", "truncated", "svg", "html", "empty"],
)
async def test_a_hostile_file_gives_its_reason_each_time_and_is_opened_once(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch, content: bytes, status: int, reason: str
) -> None:
    opened_times = count_calls(monkeypatch)
    file = await gallery.one(content)
    for mode in ("w_100", "w_100", "h_50"):
        answer = await gallery.thumbnail(file, mode)
        assert (answer.status, answer.json["reason"]) == (status, reason)
        assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert len(opened_times) == 1
    fine = await gallery.one(encoded(half_red_half_blue(), "JPEG"))
    assert (await gallery.thumbnail(fine)).status == 200


async def test_a_file_with_too_many_bytes_is_not_even_read(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    file = await gallery.one(encoded(noise((300, 300)), "PNG"), "png")
    await gallery.scanned.database.execute(
        "UPDATE files SET size_bytes = $2 WHERE version_id = $1 AND path = $3",
        gallery.scanned.version_id, 65 * 2**20, file.path,
    )  # fmt: skip
    answer = await gallery.thumbnail(file)
    assert (answer.status, answer.json["reason"]) == (413, "OBJECT_TOO_LARGE")
    assert answer.json["metadata"]["limit"] == str(64 * 2**20)


async def test_a_thumbnail_is_made_once_for_all_who_ask_at_once_and_after(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = count_calls(monkeypatch)
    file = await gallery.one(encoded(noise((2000, 1500)), "JPEG"))
    answers = await asyncio.gather(*(gallery.thumbnail(file, "m_fill,w_64,h_64") for _ in range(30)))
    assert {answer.body for answer in answers} == {(await gallery.thumbnail(file, "m_fill,w_64,h_64")).body}
    assert len(made) == 1
    await gallery.thumbnail(file, "m_fill,w_64,h_65")
    assert len(made) == 2


async def test_who_leaves_the_queue_costs_nothing(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    made = count_calls(monkeypatch)
    slow = encoded(Image.new("RGB", (5000, 5000)), "PNG")  # few bytes, many pixels
    files = await gallery.hang({f"left/{n}.png": slow + b"%d" % n for n in range(30)})
    left = [file for path, file in files.items() if path.startswith("left/")]
    waiting = [asyncio.create_task(gallery.thumbnail(file, "p_100")) for file in left]
    async with asyncio.timeout(20):
        while not made:  # noqa: ASYNC110  # the console is busy elsewhere
            await asyncio.sleep(0.01)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (await gallery.thumbnail(left[-1], "w_10")).status == 200
    assert len(made) <= 12  # 8 at a time, and what ended meanwhile


async def test_more_than_may_wait_are_told_to_come_again(gallery: Gallery) -> None:
    slow = encoded(Image.new("RGB", (3000, 3000)), "PNG")
    files = await gallery.hang({f"crowd/{n}.png": slow + b"%d" % n for n in range(12)})
    crowd = [file for path, file in files.items() if path.startswith("crowd/")]
    async with consoling(
        gallery.console.catalog, "127.0.0.1:9", THUMBNAILS_WAITING="2", THUMBNAILS_AT_ONCE="1"
    ) as console:
        small = Gallery(console, gallery.scanned, gallery.store)
        answers = await asyncio.gather(*(small.thumbnail(file) for file in crowd))
        statuses = sorted(answer.status for answer in answers)
        assert set(statuses) == {200, 503}
        refused = next(answer for answer in answers if answer.status == 503)
        assert refused.json["reason"] == "SERVICE_UNAVAILABLE"
        assert int(refused.headers["Retry-After"]) > 0
        assert (await small.thumbnail(crowd[0])).status == 200


async def test_who_has_the_picture_is_told_so(gallery: Gallery, sample: File) -> None:
    first = await gallery.thumbnail(sample)
    etag = first.headers["ETag"]
    assert etag == f'"{hashlib.sha256(first.body).hexdigest()[:32]}"'
    assert first.headers["Cache-Control"] == "private, max-age=300"
    assert first.headers["Vary"] == "Cookie, Authorization"
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await gallery.thumbnail(sample, headers={"If-None-Match": known})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    assert (await gallery.thumbnail(sample, headers={"If-None-Match": '"other"'})).status == 200


async def test_an_address_with_the_etag_of_the_file_is_kept_for_good(gallery: Gallery, sample: File) -> None:
    named = await gallery.thumbnail(sample, etag=sample.etag)
    assert "immutable" in named.headers["Cache-Control"]
    assert "private" in named.headers["Cache-Control"]
    assert "immutable" not in (await gallery.thumbnail(sample, etag="another")).headers["Cache-Control"]


async def test_new_content_has_a_new_picture(gallery: Gallery) -> None:
    before = await gallery.one(encoded(Image.new("RGB", (40, 40), RED), "JPEG"))
    assert is_near(picture(await gallery.thumbnail(before)).getpixel((20, 20)), RED)
    after = (await gallery.hang({before.path: encoded(Image.new("RGB", (40, 40), BLUE), "JPEG")}))[before.path]
    assert after.name == before.name
    # What was said to a viewer is remembered for a few seconds, for that token alone.
    seen = picture(await gallery.thumbnail(after, role=Role.ROLE_EDITOR))
    assert is_near(seen.getpixel((20, 20)), BLUE)


async def test_an_object_that_changed_since_the_scan_is_not_shown_as_the_old_one(gallery: Gallery) -> None:
    file = await gallery.one(encoded(noise((40, 40)), "JPEG"))
    await gallery.store.put(file.path, encoded(noise((41, 41)), "JPEG"))
    answer = await gallery.thumbnail(file)
    assert (answer.status, answer.json["reason"]) == (409, "OBJECT_CHANGED")


async def test_what_is_gone_is_not_found(gallery: Gallery) -> None:
    kept, gone = [(await gallery.one(encoded(noise((40, 40 + n)), "JPEG"))) for n in range(2)]
    await gallery.store.delete(gone.path)
    answer = await gallery.thumbnail(gone)
    assert (answer.status, answer.json["reason"]) == (404, "OBJECT_NOT_FOUND")
    await gallery.scanned.scan()
    assert (await gallery.thumbnail(kept)).status == 200
    fresh = await gallery.thumbnail(gone, role=Role.ROLE_EDITOR)  # nobody's answer is remembered for another
    assert (fresh.status, fresh.json["reason"]) == (404, "OBJECT_NOT_FOUND")


async def test_whoever_may_look_sees_and_nobody_else(gallery: Gallery, sample: File, stranger: str) -> None:
    for role in (Role.ROLE_VIEWER, Role.ROLE_EDITOR, Role.ROLE_ADMIN):
        assert (await gallery.thumbnail(sample, role=role)).status == 200
    for answer in (await gallery.thumbnail(sample, role=None), await gallery.content(sample, role=None)):
        assert (answer.status, answer.json["reason"]) == (401, "UNAUTHENTICATED")
    for headers, status in (
        ({"Authorization": f"Bearer {stranger}"}, 404),
        ({"Authorization": "Bearer nonsense"}, 401),
    ):
        for answer in (
            await gallery.thumbnail(sample, role=None, headers=headers),
            await gallery.content(sample, role=None, headers=headers),
            await gallery.content(sample, "?link=1", role=None, headers=headers),
        ):
            assert answer.status == status
            assert answer.json["reason"] == ("NOT_FOUND" if status == 404 else "UNAUTHENTICATED")


async def test_a_session_sees_what_its_token_sees(gallery: Gallery, sample: File) -> None:
    token = gallery.console.catalog.tokens[Role.ROLE_VIEWER]
    signed_in = await gallery.console.ask("POST", "/session", role=None, json={"token": token})
    cookie = {"Cookie": signed_in.headers["Set-Cookie"].partition(";")[0]}
    assert (await gallery.thumbnail(sample, role=None, headers=cookie)).status == 200
    assert (await gallery.content(sample, role=None, headers=cookie)).status == 200


@pytest.mark.parametrize("verb", ["thumbnail", "content"])
async def test_a_name_that_is_no_file_is_not_found(gallery: Gallery, verb: str) -> None:
    unknown = f"{gallery.scanned.version}/files/AAAAAAAAAAAAAAAA"
    for name, status in (
        (unknown, 404),
        (f"{gallery.scanned.version}/files/nonsense", 400),
        (gallery.scanned.version, 404),
    ):
        answer = await gallery.console.ask(
            "GET", f"/v1/{name}:{verb}?mode=w_10" if verb == "thumbnail" else f"/v1/{name}:{verb}"
        )
        assert answer.status == status, answer.json


async def test_pictures_in_a_folder_are_shown_too(local_gallery: Gallery) -> None:
    file = await local_gallery.one(encoded(half_red_half_blue(), "PNG"), "png")
    assert picture(await local_gallery.thumbnail(file, "w_20")).size == (20, 10)


def count_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one with each thumbnail that the pool is asked to make."""
    calls: list[int] = []
    thumbnail = ImagePool.thumbnail

    async def counted(self: ImagePool, data: bytes, *arguments: object, **options: object) -> object:
        calls.append(len(data))
        return await thumbnail(self, data, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(ImagePool, "thumbnail", counted)
    return calls

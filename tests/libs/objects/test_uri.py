import pytest

from libs.objects.errors import UriInvalid
from libs.objects.uri import StorageUri, parse_uri


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s3://photos", StorageUri("s3", "photos", "", "")),
        ("s3://photos/", StorageUri("s3", "photos", "", "")),
        ("s3://photos/2024/may/", StorageUri("s3", "photos", "", "2024/may")),
        ("s3://photos/a b?c#d%20e", StorageUri("s3", "photos", "", "a b?c#d%20e")),
        ("s3://my.dotted_Bucket/x//y", StorageUri("s3", "my.dotted_Bucket", "", "x//y")),
        (
            "oss://photos.oss-cn-hangzhou.aliyuncs.com/2024",
            StorageUri("oss", "photos", "oss-cn-hangzhou.aliyuncs.com", "2024"),
        ),
        ("file:///data/photos/", StorageUri("file", "", "", "data/photos")),
        ("file:///", StorageUri("file", "", "", "")),
    ],
)
def test_each_form_is_read(text: str, expected: StorageUri) -> None:
    assert parse_uri(text) == expected
    assert parse_uri(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "photos",
        "/data/photos",
        "http://photos/x",
        "S3://photos",
        "s3://",
        "s3:///x",
        "s3://user@host/x",
        "s3://-photos/x",
        "s3://photos/../x",
        "s3://photos/a/./b",
        "s3://photos/nul\0",
        "oss://photos/x",
        "oss://photos.host/../x",
        "oss://photos.ho st/x",
        "file://host/data",
        "file:data",
        "file:///data/../etc",
        "file:///data//photos",
    ],
)
def test_what_is_no_place_in_storage_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(UriInvalid, match="expected"):
        parse_uri(text)


def test_an_object_is_split_into_its_folder_and_its_key() -> None:
    folder, key = parse_uri("s3://photos/2024/a.jpg").split()
    assert (str(folder), key) == ("s3://photos/2024", "a.jpg")
    assert folder.child(key) == parse_uri("s3://photos/2024/a.jpg")
    with pytest.raises(UriInvalid):
        parse_uri("s3://photos").split()


def test_an_object_has_a_key_in_the_roots_above_it_alone() -> None:
    uri = parse_uri("s3://photos/2024/may/a.jpg")
    assert uri.key_below(parse_uri("s3://photos/2024/")) == "may/a.jpg"
    assert uri.key_below(parse_uri("s3://photos")) == "2024/may/a.jpg"
    for elsewhere in ("s3://photos/202", "s3://other/2024", "s3://photos/2024/may/a.jpg", "oss://photos.host/2024"):
        with pytest.raises(UriInvalid, match="below"):
            uri.key_below(parse_uri(elsewhere))

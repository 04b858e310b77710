"""The addresses of object storage as users write them.

| form | names |
|---|---|
| `s3://bucket/prefix` | a bucket at the endpoint of the connection |
| `oss://bucket.endpoint/prefix` | a bucket of OSS with the host of its endpoint |
| `file:///absolute/folder` | a folder of this machine |

What stands after the bucket is taken literally: nothing is percent-decoded and `?` and `#` are letters like others,
because they are in the names of objects.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal, Self, cast

from libs.objects.errors import UriInvalid

Scheme = Literal["s3", "oss", "file"]

EXPECTED = "s3://bucket/prefix, oss://bucket.endpoint/prefix or file:///absolute/folder"
_LEADS_ELSEWHERE = frozenset((".", ".."))
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_ENDPOINT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")


@dataclass(frozen=True)
class StorageUri:
    """A folder or an object. `path` has no slash at either end; `bucket` is empty for a local folder."""

    scheme: Scheme
    bucket: str
    endpoint: str
    path: str

    def __str__(self) -> str:
        if self.scheme == "file":
            return f"file:///{self.path}"
        host = f"{self.bucket}.{self.endpoint}" if self.endpoint else self.bucket
        return f"{self.scheme}://{host}/{self.path}"

    def child(self, key: str) -> Self:
        """The uri of a key below this folder. Raises UriInvalid where the key would lead elsewhere."""
        path = f"{self.path}/{checked_key(key)}" if self.path else checked_key(key)
        return type(self)(self.scheme, self.bucket, self.endpoint, path)

    def split(self) -> tuple[Self, str]:
        """The folder that holds this object, and the object's key in it. Raises UriInvalid for the root of a bucket."""
        folder, _, name = self.path.rpartition("/")
        if not name:
            raise UriInvalid(uri=self, expected="the uri of one object")
        return replace(self, path=folder), name

    def key_below(self, root: Self) -> str:
        """The key of this object in the folder `root`. Raises UriInvalid where it lies elsewhere."""
        place = (self.scheme, self.bucket, self.endpoint)
        below = f"{root.path}/" if root.path else ""
        if place != (root.scheme, root.bucket, root.endpoint) or not self.path.startswith(below):
            raise UriInvalid(uri=self, expected=f"a uri below {root}")
        return self.path.removeprefix(below)


def parse_uri(text: str) -> StorageUri:
    """Raises UriInvalid where the text has none of the forms above, or its path leads elsewhere (`..`)."""
    scheme, separator, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    if not separator or scheme not in ("s3", "oss", "file"):
        raise UriInvalid(uri=text, expected=EXPECTED)
    bucket, endpoint = _place(text, cast("Scheme", scheme), host, slash)
    path = path.removesuffix("/")
    if scheme == "file" and "//" in path:
        raise UriInvalid(uri=text, expected="a path without '//'")
    if path:
        checked_key(path, text)
    return StorageUri(cast("Scheme", scheme), bucket, endpoint, path)


def checked_key(key: str, uri: str | None = None) -> str:
    """The key itself. Raises UriInvalid where a server or file system could read it as another one's name."""
    if not key or "\0" in key or not _LEADS_ELSEWHERE.isdisjoint(key.split("/")):
        raise UriInvalid(uri=uri or key, expected="a path without the parts '.' and '..'")
    return key


def _place(text: str, scheme: Scheme, host: str, slash: str) -> tuple[str, str]:
    if scheme == "file":
        if host or not slash:
            raise UriInvalid(uri=text, expected="file:///absolute/folder")
        return "", ""
    bucket, _, endpoint = host.partition(".") if scheme == "oss" else (host, "", "")
    if not _BUCKET.fullmatch(bucket):
        raise UriInvalid(uri=text, expected=f"the name of a bucket in {EXPECTED}")
    if scheme == "oss" and not _ENDPOINT.fullmatch(endpoint):
        raise UriInvalid(
            uri=text, expected="oss://bucket.endpoint/prefix, such as oss://photos.oss-cn-hangzhou.aliyuncs.com/2024"
        )
    return bucket, endpoint

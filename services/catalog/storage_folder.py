"""What lies directly below a place in object storage, for people who look for the root of a dataset."""

import asyncio
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime

from libs.objects.buckets import bucket_names
from libs.objects.config import FolderConfig, S3Config, StorageConfig
from libs.objects.errors import StorageFailed, UriInvalid
from libs.objects.opening import open_store
from libs.objects.store import FolderPage
from libs.objects.uri import StorageUri, checked_key, parse_uri
from libs.rpc.addresses import AddressPolicy

LIST_SECONDS = 30


@dataclass(frozen=True)
class ChildFolder:
    """A bucket or sub-folder; its uri ends in `/`."""

    name: str
    uri: str


@dataclass(frozen=True)
class ChildObject:
    """An object of a folder."""

    name: str
    uri: str
    size_bytes: int
    modified: datetime


@dataclass(frozen=True)
class StorageFolder:
    """A part of what a place holds; `next_token` goes on behind it and is None at the end."""

    folders: list[ChildFolder]
    objects: list[ChildObject]
    next_token: str | None


async def list_folder(
    config: StorageConfig, uri: str, addresses: AddressPolicy, *, limit: int, token: str | None
) -> StorageFolder:
    """At most `limit` folders and objects. An empty uri is the list of buckets, or the folder of the connection.

    Raises what `ObjectStore` does.
    """
    try:
        async with asyncio.timeout(LIST_SECONDS):
            if isinstance(config, FolderConfig):
                uri = uri or f"file://{config.root}"
            elif not uri:
                return await _list_buckets(config, addresses, limit, token or "")
            root = parse_uri(uri)
            async with open_store(config, root, addresses) as store:
                return _children(root, await store.folder(limit=limit, token=token))
    except TimeoutError as error:
        raise StorageFailed(uri=uri, problem=f"it was not listed within {LIST_SECONDS} seconds") from error


async def _list_buckets(config: S3Config, addresses: AddressPolicy, limit: int, after: str) -> StorageFolder:
    names = await bucket_names(config, addresses)
    start = bisect_right(names, after)
    shown = names[start : start + limit]
    more = len(names) > start + limit
    return StorageFolder([ChildFolder(name, f"s3://{name}/") for name in shown], [], shown[-1] if more else None)


def _children(root: StorageUri, page: FolderPage) -> StorageFolder:
    rows = zip(page.objects.key, page.objects.size_bytes, page.objects.modified, strict=True)
    return StorageFolder(
        [ChildFolder(key.removesuffix("/"), str(root.child(key))) for key in page.folders if _has_uri(key)],
        [ChildObject(key, str(root.child(key)), size, modified) for key, size, modified in rows if _has_uri(key)],
        page.next_token,
    )


def _has_uri(key: str) -> bool:
    """Buckets may have objects with empty parts, or with `..` in their names, that no uri leads to."""
    try:
        checked_key(key.removesuffix("/"))
    except UriInvalid:
        return False
    return True

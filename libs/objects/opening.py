"""Opens the store that a connection and a uri name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from libs.objects.config import FolderConfig, StorageConfig
from libs.objects.folder import FolderStore
from libs.objects.s3 import open_s3
from libs.objects.store import ObjectStore
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.addresses import AddressPolicy


@asynccontextmanager
async def open_store(
    config: StorageConfig, root: StorageUri | str, addresses: AddressPolicy
) -> AsyncIterator[ObjectStore]:
    """The objects below `root`, by the rights of `config`.

    Raises UriInvalid where the uri is malformed, of another kind than the connection or outside its folder;
    AddressNotAllowed or AddressUnreachable by the host of the endpoint. Whether the bucket exists and takes the key
    shows with the first operation. Open a store once and use it for many objects, by any number of tasks.
    """
    uri = parse_uri(root) if isinstance(root, str) else root
    if isinstance(config, FolderConfig):
        yield FolderStore(config, uri)
        return
    async with open_s3(config, uri, addresses) as store:
        yield store

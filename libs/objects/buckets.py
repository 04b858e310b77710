"""What a key opens where no bucket is named yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from botocore.exceptions import ClientError
from yarl import URL

from libs.objects.config import S3Config
from libs.objects.errors import StorageAccessDenied
from libs.objects.s3_client import endpoint_url, open_client
from libs.objects.s3_errors import error_code, translated
from libs.objects.uri import StorageUri
from libs.rpc.addresses import AddressPolicy


async def bucket_names(config: S3Config, addresses: AddressPolicy) -> list[str]:
    """The names of the buckets, sorted. Raises StorageAccessDenied for a wrong key and for one that may not ask this,
    AddressNotAllowed, AddressUnreachable and StorageFailed.
    """
    async with _account(config, addresses) as (client, endpoint):
        with translated(f"the buckets of {endpoint}", endpoint):
            answer = await client.list_buckets()
    return sorted(bucket["Name"] for bucket in answer["Buckets"])


async def sign_in(config: S3Config, addresses: AddressPolicy) -> str:
    """Ask for the names of the buckets, the one question that needs none; returns the endpoint.

    A key that is known but may not ask this is fine. Raises StorageAccessDenied for a wrong key, AddressNotAllowed,
    AddressUnreachable and StorageFailed.
    """
    async with _account(config, addresses) as (client, endpoint):
        try:
            with translated(endpoint, endpoint):
                await client.list_buckets()
        except StorageAccessDenied as denied:
            if not isinstance(denied.__cause__, ClientError) or error_code(denied.__cause__) != "AccessDenied":
                raise
    return endpoint


@asynccontextmanager
async def _account(config: S3Config, addresses: AddressPolicy) -> AsyncIterator[tuple[Any, str]]:
    """A client (untyped) and the endpoint at which it asks."""
    async with open_client(config, endpoint_url(config, StorageUri("s3", "", "", "")), addresses) as client:
        endpoint = URL(client.meta.endpoint_url)
        await addresses.resolve(endpoint.host or "", endpoint.port or 0)
        yield client, str(endpoint)

"""Tries the keys of a connection that has no bucket yet."""

from botocore.exceptions import ClientError
from yarl import URL

from libs.objects.config import S3Config
from libs.objects.errors import StorageAccessDenied
from libs.objects.s3_client import endpoint_url, open_client
from libs.objects.s3_errors import error_code, translated
from libs.objects.uri import StorageUri
from libs.rpc.addresses import AddressPolicy


async def sign_in(config: S3Config, addresses: AddressPolicy) -> str:
    """Ask for the names of the buckets, the one question that needs none; returns the endpoint.

    A key that is known but may not ask this is fine. Raises StorageAccessDenied for a wrong key, AddressNotAllowed,
    AddressUnreachable and StorageFailed.
    """
    store = StorageUri("s3", "", "", "")
    async with open_client(config, endpoint_url(config, store), addresses) as client:
        endpoint = URL(client.meta.endpoint_url)
        await addresses.resolve(endpoint.host or "", endpoint.port or 0)
        try:
            with translated(store, str(endpoint)):
                await client.list_buckets()
        except StorageAccessDenied as denied:
            if not isinstance(denied.__cause__, ClientError) or error_code(denied.__cause__) != "AccessDenied":
                raise StorageAccessDenied(uri=endpoint) from denied
    return str(endpoint)

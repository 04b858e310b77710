"""The botocore client of one bucket: where it is, with which key, under which limits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession
from botocore import UNSIGNED
from botocore.exceptions import HTTPClientError
from yarl import URL

from libs.objects.config import S3Config
from libs.objects.errors import UriInvalid
from libs.objects.s3_errors import RedirectRefused
from libs.objects.uri import StorageUri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import BowerbirdError
from libs.rpc.resolver import PinningResolver

# The limits of a request, the same for botocore's own retries and for the lister's.
ATTEMPTS = 4
LONGEST_PAUSE_SECONDS = 20
CONNECT_SECONDS = 5
READ_SECONDS = 30
CONNECTIONS = 64

DEFAULT_REGION = "us-east-1"

_SESSION = AioSession()  # it reads the model of S3 once, which takes 0.2 s


@dataclass(frozen=True)
class Bucket:
    """A botocore client (untyped) and the URL at which it finds the bucket."""

    client: Any
    name: str
    url: str
    region: str


@asynccontextmanager
async def open_bucket(config: S3Config, uri: StorageUri, addresses: AddressPolicy) -> AsyncIterator[Bucket]:
    """Raises UriInvalid, AddressNotAllowed or AddressUnreachable; sends nothing to the bucket."""
    async with open_client(config, endpoint_url(config, uri), addresses) as client:
        link = URL(await client.generate_presigned_url("list_objects_v2", Params={"Bucket": uri.bucket}))
        await addresses.resolve(link.host or "", link.port or 0)  # a literal IP address never reaches the resolver
        yield Bucket(client, uri.bucket, str(link.with_query(None)), config.region or DEFAULT_REGION)


@asynccontextmanager
async def open_client(config: S3Config, endpoint: str | None, addresses: AddressPolicy) -> AsyncIterator[Any]:
    """The botocore client of an endpoint; sends nothing. Names are checked when they are dialled, IP addresses not."""
    client = _SESSION.create_client(
        "s3",
        endpoint_url=endpoint,
        region_name=config.region or DEFAULT_REGION,
        aws_access_key_id=config.access_key_id or "unsigned",  # none at all would have botocore look for some around it
        aws_secret_access_key=config.secret_access_key or "unsigned",
        config=_client_config(config, endpoint, addresses),
    )
    async with client as opened:
        yield opened


def endpoint_url(config: S3Config, uri: StorageUri) -> str | None:
    """The URL of the endpoint; None lets botocore name that of AWS. Raises UriInvalid for a uri of another kind of
    store.
    """
    if uri.scheme == "file":
        raise UriInvalid(uri=uri, expected="s3://bucket/prefix or oss://bucket.endpoint/prefix for this connection")
    endpoint = config.endpoint or uri.endpoint
    if not endpoint:
        return None
    return endpoint if "://" in endpoint else f"https://{endpoint}"


def _client_config(config: S3Config, endpoint: str | None, addresses: AddressPolicy) -> AioConfig:
    return AioConfig(
        signature_version="s3v4" if config.access_key_id else UNSIGNED,
        s3={"addressing_style": _style(config, endpoint)},
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        # A proxy of the environment would dial addresses that nobody has checked.
        proxies={},
        connector_args={"resolver": PinningResolver(addresses)},
        http_session_cls=_SessionWithoutRedirects,
        # Checksums in trailers are AWS's own; other servers of the protocol store them as content or refuse them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _style(config: S3Config, endpoint: str | None) -> str:
    if config.addressing_style != "auto":
        return config.addressing_style
    host = URL(endpoint).host if endpoint else None
    return "path" if host is not None and (host == "localhost" or _is_ip(host)) else "virtual"


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class _SessionWithoutRedirects(AIOHTTPSession):  # type: ignore[misc]  # untyped
    """aiobotocore follows redirects wherever they lead; a store could lead us to a neighbour's address."""

    async def send(self, request: Any) -> Any:
        try:
            return await super().send(request)
        except HTTPClientError as error:
            cause = error.kwargs.get("error")
            if isinstance(cause, RedirectRefused | BowerbirdError):
                raise cause from None  # as it is, botocore would try again
            raise

    async def _get_session(self, proxy_url: str | None) -> Any:
        session = await super()._get_session(proxy_url)
        if not session.trace_configs:
            session.trace_configs.append(_refusing_redirects())
        return session


def _refusing_redirects() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse)
    trace.freeze()
    return trace


async def _refuse(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestRedirectParams
) -> None:
    params.response.close()
    raise RedirectRefused

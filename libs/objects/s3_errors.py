"""Failures of S3, from botocore or from a plain answer, as errors of this room."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, SSLError
from botocore.exceptions import ConnectionError as ConnectionFailed
from lxml import etree
from yarl import URL

from libs.objects.errors import (
    BucketNotFound,
    ObjectNotFound,
    StorageAccessDenied,
    StorageFailed,
)
from libs.objects.uri import StorageUri
from libs.rpc.errors import AddressUnreachable, BowerbirdError

_REDIRECTS = (
    "301",
    "302",
    "303",
    "307",
    "308",
    "PermanentRedirect",
    "TemporaryRedirect",
    "AuthorizationHeaderMalformed",
)


class RedirectRefused(Exception):
    """The server sends a request elsewhere."""


@contextmanager
def translated(uri: StorageUri | str, endpoint: str) -> Iterator[None]:
    """Turns what botocore and aiohttp raise about `uri` into BowerbirdErrors."""
    try:
        yield
    except BowerbirdError:
        raise
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        message = str(error.response.get("Error", {}).get("Message", ""))
        raise refusal(uri, status, error_code(error), message) from error
    except RedirectRefused as error:
        raise refusal(uri, 307, "", "") from error
    except (ConnectionFailed, HTTPClientError) as error:
        raise _connection_failure(uri, endpoint, error) from error
    except BotoCoreError as error:
        raise StorageFailed(uri=uri, problem=error) from error
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        raise AddressUnreachable(address=address(endpoint)) from error


def error_code(error: ClientError) -> str:
    """The code of S3's answer, or its HTTP status where it has no body."""
    return str(error.response.get("Error", {}).get("Code", ""))


def refusal(uri: StorageUri | str, status: int, code: str, message: str) -> BowerbirdError:
    """The error for an answer with an HTTP status that is no success, and the code and message of its XML body."""
    if code == "NoSuchBucket":
        return BucketNotFound(uri=uri)
    if code in ("NoSuchKey", "NotFound") or status == 404:
        return ObjectNotFound(uri=uri)
    if code in _REDIRECTS or 300 <= status < 400:
        return StorageFailed(
            uri=uri, problem="the bucket belongs to another endpoint or region; redirects are not followed"
        )
    if status in (401, 403):
        return StorageAccessDenied(uri=uri)
    return StorageFailed(uri=uri, problem=f"{code or 'HTTP'} {status}: {message or 'no reason given'}")


def code_and_message(body: bytes) -> tuple[str, str]:
    """The code and message of an S3 error document; empty where the body is none."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return "", ""
    if root is None:
        return "", ""
    return root.findtext("{*}Code") or "", root.findtext("{*}Message") or ""


def address(endpoint: str) -> str:
    """Host and port of a URL."""
    url = URL(endpoint)
    return f"{url.host}:{url.port}"


def _connection_failure(uri: StorageUri | str, endpoint: str, error: BotoCoreError) -> BowerbirdError:
    if isinstance(error, SSLError):
        return StorageFailed(uri=uri, problem=f"no secure connection to {address(endpoint)} ({error})")
    return AddressUnreachable(address=address(endpoint))

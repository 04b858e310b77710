"""The pages of ListObjectsV2: botocore spends 49 us on each key of one, lxml reads whole columns at once.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_plus

from lxml import etree

from libs.objects.store import Page

ROOT = "ListBucketResult"


class PageMalformed(Exception):
    """The body is not a page of a listing."""


@dataclass(frozen=True, slots=True)
class ListedPage:
    """A page with the sub-prefixes that a delimiter gave, and the token of the next page (None: it was the last)."""

    objects: Page
    prefixes: list[str]
    next_token: str | None


def parse_page(body: bytes) -> ListedPage:
    """Raises PageMalformed."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise PageMalformed(f"the listing is not XML ({error})") from error
    tag = str(root.tag) if root is not None else ""
    if not tag.endswith(ROOT):
        raise PageMalformed("the answer is XML, but not a listing")
    namespace = tag.removesuffix(ROOT)  # some servers leave it out
    names = _Names(encoded=root.findtext(f"{namespace}EncodingType") == "url")
    keys = _column(root, f"{namespace}Key")
    sizes = _column(root, f"{namespace}Size")
    etags = _column(root, f"{namespace}ETag")
    times = _column(root, f"{namespace}LastModified")
    if not len(keys) == len(sizes) == len(etags) == len(times):
        raise PageMalformed("an object of the listing lacks its key, size, etag or time")
    try:
        objects = Page(
            names.decoded(keys),
            list(map(int, sizes)),
            [etag.strip('"') for etag in etags],
            list(map(datetime.fromisoformat, times)),
        )
    except ValueError as error:
        raise PageMalformed(f"a size or time of the listing cannot be read ({error})") from error
    prefixes = [group.findtext(f"{namespace}Prefix") or "" for group in root.iterchildren(f"{namespace}CommonPrefixes")]
    truncated = root.findtext(f"{namespace}IsTruncated") == "true"
    token = root.findtext(f"{namespace}NextContinuationToken") if truncated else None
    if truncated and not token:
        raise PageMalformed("the listing goes on but does not say where")
    return ListedPage(objects, names.decoded(prefixes), token)


@dataclass(frozen=True)
class _Names:
    encoded: bool

    def decoded(self, names: list[str]) -> list[str]:
        """Names as they are: `encoding-type=url` sends them like the fields of a form, `+` for a space."""
        if not self.encoded:
            return names
        return [unquote_plus(name) if "%" in name or "+" in name else name for name in names]


def _column(root: etree._Element, tag: str) -> list[str]:
    return [element.text or "" for element in root.iter(tag)]

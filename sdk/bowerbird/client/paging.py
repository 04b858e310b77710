"""Lists, page by page, as one iterator."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Protocol, TypeVar


class Page(Protocol):
    """An answer that may have a next page."""

    next_page_token: str


PageT = TypeVar("PageT", bound=Page)
Item = TypeVar("Item")


async def paged(
    fetch: Callable[[str], Awaitable[PageT]], items: Callable[[PageT], Iterable[Item]]
) -> AsyncIterator[Item]:
    """All items; a page is asked for when the one before has been read. `fetch` gets the page token, "" at first."""
    token = ""
    while True:
        page = await fetch(token)
        for item in items(page):
            yield item
        token = page.next_page_token
        if not token:
            return

"""Completing tags at the shell, by those that the dataset has."""

import asyncio

import typer

from bowerbird.cli.session import Options, connected
from bowerbird.client import BowerbirdError
from bowerbird.client.defaults import LATEST

SECONDS = 3


def complete_tag(context: typer.Context, incomplete: str) -> list[str]:
    """Names of tags that begin so, the most frequent first; none where nobody answers: a shell shows no errors."""
    dataset = context.params.get("dataset")
    if not dataset:
        return []

    async def names() -> list[str]:
        options = context.find_object(Options) or Options()
        async with asyncio.timeout(SECONDS), connected(options) as client:
            tags = await client.search.complete_tags(dataset, incomplete, context.params.get("version") or LATEST)
            return [tag.value for tag in tags]

    try:
        return asyncio.run(names())
    except (BowerbirdError, TimeoutError):
        return []

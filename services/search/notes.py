"""What a person may want to know about an answer."""

from collections.abc import Iterator
from difflib import get_close_matches

from services.search.conditions import And, Condition, Not, Or, TagIs
from services.search.index.tag_bitmaps import TagBitmaps

MAX_NAMES = 10


def unknown_tags(condition: Condition, tags: TagBitmaps) -> list[str]:
    """A note for each tag that no file of the version ever had, with the names that are nearest."""
    names = dict.fromkeys(name for name in _tag_names(condition) if not tags.is_given(name))
    return [_unknown(name, tags) for name in list(names)[:MAX_NAMES]]


def fewer_hits(found: int, top_k: int, files: int, with_vector: int) -> list[str]:
    """Why a ranking has fewer than k hits, where it has."""
    if found >= min(top_k, files):
        return []
    indexed = f"{with_vector:,} of the {files:,} files that meet the conditions are indexed"
    return [f"{indexed}; an index job takes in the rest."]


def _unknown(name: str, tags: TagBitmaps) -> str:
    near = get_close_matches(name, tags.names, n=3)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return f"No file has the tag {name!r}{hint or '.'}"


def _tag_names(condition: Condition) -> Iterator[str]:
    match condition:
        case TagIs(_, name):
            yield name
        case And(parts) | Or(parts):
            for part in parts:
                yield from _tag_names(part)
        case Not(part):
            yield from _tag_names(part)

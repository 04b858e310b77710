"""Fuzzes the query language, guided by coverage, until it is stopped: `python -m tests.fuzz.query_language`.

It needs `pip install atheris`, which no other part of the suite does: 35 MB of compiled libFuzzer, for Linux and few
versions of Python. Arguments are libFuzzer's: `-max_total_time=300`, a folder to keep what was tried, a file to run
again.
"""

import random
import sys
import time

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

with atheris.instrument_imports(include=["services.search.language"]):
    from services.search.errors import QueryTooLarge
    from services.search.language.declarations import FIELDS
    from services.search.language.errors import QueryInvalid
    from services.search.language.lexer import KEYWORDS
    from services.search.language.parser import MAX_BYTES, parsed
    from tests.services.search.language.printer import printed
    from tests.services.search.language.reading import read
    from tests.services.search.language.refusals import REFUSALS
    from tests.services.search.language.test_top_level import EXPRESSIONS
    from tests.services.search.language.trees import TREES

MOST_SECONDS = 5
SIGNS = ["(", ")", " = ", ":", ", ", "'", '"', "\\", "“", "now-7d", "2025-01-01T00:00:00Z", "10MB", r"\u732b", "meta."]
PIECES = [
    *TREES,
    *EXPRESSIONS,
    *(marked.replace("‸", "") for marked, *_ in REFUSALS),
    *(f" {keyword} " for keyword in KEYWORDS),
    *(name for declaration in FIELDS for name in declaration.names),
    *SIGNS,
]


def run(data: bytes) -> None:
    """One text. Fails with any other error than the two of the language, a column outside the text, a tree that is not
    the same when it is written and read again, or a text that takes too long.
    """
    text = data.decode(errors="surrogateescape")
    start = time.monotonic()
    try:
        read(text)
    except QueryInvalid as error:
        if not 1 <= int(error.details["column"]) <= len(text) + 1 or len(str(error).split("\n")) != 3:
            raise AssertionError(str(error)) from error
    except QueryTooLarge:
        pass
    else:
        check_printed(text)
    if time.monotonic() - start > MOST_SECONDS:
        raise TimeoutError(text)


def check_printed(text: str) -> None:
    tree = parsed(text)
    again = "" if tree is None else printed(tree)
    if len(again.encode()) <= MAX_BYTES and parsed(again) != tree:
        raise AssertionError(f"{text!r} is not {again!r}")


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """Every other time a piece of a query somewhere, or else what libFuzzer does to bytes."""
    choose = random.Random(seed)  # noqa: S311 - repeatable by the seed
    if choose.random() < 0.5:
        changed: bytes = atheris.Mutate(data, max_size)
        return changed
    text = data.decode(errors="replace")
    start = choose.randint(0, len(text))
    end = choose.choice([start, min(len(text), start + choose.randint(0, 20))])
    return (text[:start] + choose.choice(PIECES) + text[end:]).encode(errors="replace")[:max_size]


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], "-max_len=9000", *sys.argv[1:]], run, custom_mutator=mutated)
    atheris.Fuzz()

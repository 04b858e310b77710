"""What commands print: tables for people, one JSON document for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]

# Through a pipe a table is as wide as it needs to be: nobody's file names are cut.
WIDTH = None if sys.stdout.isatty() else 100_000

out = Console(soft_wrap=True, highlight=False, width=WIDTH)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(document: dict[str, Any]) -> None:
    """On standard output, with nothing around it."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_json_line(document: dict[str, Any]) -> None:
    """One of many documents, on a line of its own."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def print_json_error(error: dict[str, Any]) -> None:
    """On standard error, as `{"error": {...}}`: standard output then holds nothing."""
    json.dump({"error": error}, sys.stderr, ensure_ascii=False, indent=2)
    sys.stderr.write("\n")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table; `empty` says in words that there is nothing, and what would change that."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    if table.row_count:
        out.print(table)
    else:
        say(empty)


def print_fields(fields: Iterable[tuple[str, object]]) -> None:
    """One thing, a field a line; empty fields are left out."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in fields:
        if text := shown(value):
            table.add_row(label, Text(text))
    out.print(table)


def say(text: str) -> None:
    """A line for people on standard output; never read as markup."""
    out.print(Text(text))


def tell(text: str) -> None:
    """A line for people on standard error, beside what a program may read."""
    err.print(Text(text))


def shown(value: object) -> str:
    """A cell: line breaks and control characters of file names are escaped."""
    if isinstance(value, Timestamp):
        return time_shown(value)
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = str(value)
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def time_shown(time: Timestamp) -> str:
    """To the second, in UTC; empty for none."""
    if not time.seconds:
        return ""
    return time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S") + "Z"


def size_text(size_bytes: int) -> str:
    return decimal(size_bytes)

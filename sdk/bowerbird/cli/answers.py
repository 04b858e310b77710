"""Answers of search for people."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bowerbird.catalog.v1.file_pb2 import FileTags
from bowerbird.cli.document import enum_name
from bowerbird.cli.output import print_table, say, tell
from bowerbird.search.v1.search_pb2 import Explanation, Facet, Histogram, Hit
from bowerbird.search.v1.search_service_pb2 import CountFacetsResponse, CountHistogramsResponse, SearchResponse

BAR_CHARACTERS = 40
TIMES = {Histogram.FIELD_MODIFY_TIME, Histogram.FIELD_CREATE_TIME, Histogram.FIELD_TAG_TIME}


def print_hits(answer: SearchResponse) -> None:
    """The hits, what there is to know about them, and how to go on."""
    scored = any(hit.HasField("score") for hit in answer.hits)
    grouped = any(hit.near_duplicate_count for hit in answer.hits)
    print_table(
        [*(["SCORE"] if scored else []), "FILE", *(["NEAR-DUPLICATES"] if grouped else []), "TAGS"],
        (_hit(hit, scored=scored, grouped=grouped) for hit in answer.hits),
        empty="No file matches.",
    )
    if answer.hits:
        say(f"{len(answer.hits):,} of {answer.total:,} that match.")
    for note in answer.notes:
        tell(note)
    if answer.moved:
        tell("The dataset has changed since the page before; this page goes on behind its last hit.")
    if answer.HasField("explanation"):
        print_explanation(answer.explanation)
    if answer.next_page_token:
        tell(f"More: the same command with --page-token {answer.next_page_token}")


def print_explanation(explanation: Explanation) -> None:
    """How an answer was found."""
    say("")
    if explanation.plan:
        exact = "" if explanation.exact else "; approximate: better ones may be missing"
        say(f"Plan: {explanation.plan}{exact}")
    rows = ((step.name, step.count, f"{step.milliseconds:.2f}") for step in explanation.steps)
    print_table(["STEP", "FILES", "MS"], rows, empty="No step was taken.")


def print_facets(answer: CountFacetsResponse) -> None:
    """A table a facet."""
    for each in answer.facets:
        heading = enum_name(Facet.Field.DESCRIPTOR, each.field).replace("_", " ")
        if each.field == Facet.FIELD_ATTRIBUTE:
            heading = f"meta.{each.attribute}"
        rows = ((value.value, value.count) for value in each.counts)
        print_table([heading, "FILES"], rows, empty=f"{heading}: no values")
    say(f"{answer.total:,} files match.")


def print_histograms(answer: CountHistogramsResponse) -> None:
    """A table with bars a histogram."""
    for each in answer.histograms:
        heading = enum_name(Histogram.Field.DESCRIPTOR, each.field).replace("_", " ")
        print_table([f"{heading} FROM", "TO", "FILES", ""], _ranges(each), empty=f"{heading}: no values")
        if each.absent:
            say(f"{each.absent:,} files have none.")
        if each.sampled:
            say(f"Estimated from {each.sampled:,} files at random.")
        if each.HasField("suggested_threshold"):
            say(f"Suggested: --threshold {each.suggested_threshold:.4f}; {each.above_threshold:,} files score more.")
        elif each.field == Histogram.FIELD_SCORE:
            say("No threshold is suggested: no files stand out.")
    say(f"{answer.total:,} files match.")


def _ranges(histogram: Histogram) -> Iterator[list[object]]:
    most = max(histogram.counts, default=0)
    bounds = [_bound(histogram.field, bound) for bound in histogram.bounds]
    for start, end, count in zip(bounds, bounds[1:], histogram.counts, strict=False):
        yield [start, end, count, "#" * -(-BAR_CHARACTERS * count // max(most, 1))]


def _bound(field: Histogram.Field.ValueType, value: float) -> str:
    if field in TIMES:
        time = datetime.fromtimestamp(value, UTC)
        return time.strftime("%Y-%m-%d" if time.hour == time.minute == time.second == 0 else "%Y-%m-%d %H:%M:%S")
    if field == Histogram.FIELD_SIZE:
        return _binary(int(value))
    return f"{value:.4g}" if field == Histogram.FIELD_SCORE else f"{value:,.0f}"


def _binary(size_bytes: int) -> str:
    """In the units in which the bounds are whole."""
    units = iter(("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"))
    while size_bytes and size_bytes % 1024 == 0:
        size_bytes //= 1024
        next(units)
    return f"{size_bytes:,} {next(units)}"


def _hit(hit: Hit, *, scored: bool, grouped: bool) -> list[object]:
    others = [hit.near_duplicate_count or ""] if grouped else []
    return [*([hit.score] if scored else []), hit.file.path, *others, ", ".join(tags_that_hold(hit.file.tags))]


def tags_that_hold(tags: FileTags) -> list[str]:
    """ai + user - rejected, each once."""
    rejected = set(tags.rejected)
    return [tag for tag in dict.fromkeys([*tags.ai, *tags.user]) if tag not in rejected]

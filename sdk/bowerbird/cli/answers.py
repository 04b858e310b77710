"""Answers of search for people."""

from bowerbird.catalog.v1.file_pb2 import FileTags
from bowerbird.cli.document import enum_name
from bowerbird.cli.output import print_table, say, tell
from bowerbird.search.v1.search_pb2 import Explanation, Facet, Hit
from bowerbird.search.v1.search_service_pb2 import CountFacetsResponse, SearchResponse


def print_hits(answer: SearchResponse) -> None:
    """The hits, what there is to know about them, and how to go on."""
    scored = any(hit.HasField("score") for hit in answer.hits)
    print_table(
        [*(["SCORE"] if scored else []), "FILE", "TAGS"],
        (_hit(hit, scored=scored) for hit in answer.hits),
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
        rows = ((value.value, value.count) for value in each.counts)
        print_table([heading, "FILES"], rows, empty=f"{heading}: no values")
    say(f"{answer.total:,} files match.")


def _hit(hit: Hit, *, scored: bool) -> list[object]:
    return [*([hit.score] if scored else []), hit.file.path, ", ".join(tags_that_hold(hit.file.tags))]


def tags_that_hold(tags: FileTags) -> list[str]:
    """ai + user - rejected, each once."""
    rejected = set(tags.rejected)
    return [tag for tag in dict.fromkeys([*tags.ai, *tags.user]) if tag not in rejected]

"""Answers as messages."""

from collections.abc import Sequence

import orjson
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.file_pb2 import File, FileTags
from bowerbird.catalog.v1.job_pb2 import Selection
from bowerbird.search.v1 import search_pb2
from bowerbird.search.v1.search_service_pb2 import SearchResponse, StreamHitsResponse
from libs.rpc.names import file_id
from services.search.answer import Answer, FoundFile
from services.search.conditions import AttributeField
from services.search.facets import Facet
from services.search.histograms import Histogram
from services.search.index.version_index import FileRecord
from services.search.servicers.decode import FACET_FIELDS, HISTOGRAM_FIELDS
from services.search.similarity.score_histogram import ScoreHistogram

MAX_NEAR_DUPLICATES = 100

FACET_MESSAGES = {field: message for message, field in FACET_FIELDS.items()}
HISTOGRAM_MESSAGES = {field: message for message, field in HISTOGRAM_FIELDS.items() if field is not None}


def add_hits(response: SearchResponse | StreamHitsResponse, found: Sequence[FoundFile], answer: Answer) -> None:
    """Hits with their files, filled where they are to be: to have them copied takes twice as long."""
    for one in found:
        hit = response.hits.add()
        _fill(hit.file, one, answer)
        if one.score is not None:
            hit.score = one.score


def facet(counted: Facet) -> search_pb2.Facet:
    """The counts of a field."""
    counts = facet_counts(counted.counts)
    if isinstance(counted.field, AttributeField):
        return search_pb2.Facet(field=search_pb2.Facet.FIELD_ATTRIBUTE, attribute=counted.field.path, counts=counts)
    return search_pb2.Facet(field=FACET_MESSAGES[counted.field], counts=counts)


def facet_counts(counts: list[tuple[str, int]]) -> list[search_pb2.FacetCount]:
    """Values and how many files have them."""
    return [search_pb2.FacetCount(value=value, count=count) for value, count in counts]


def near_duplicate(ordinal: int, cosine: float, path: str, answer: Answer) -> search_pb2.NearDuplicate:
    """Another file of a hit's group."""
    return search_pb2.NearDuplicate(file=_file_name(ordinal, answer), path=path, similarity=cosine)


def histogram(counted: Histogram) -> search_pb2.Histogram:
    """The ranges of a field."""
    return search_pb2.Histogram(
        field=HISTOGRAM_MESSAGES[counted.field],
        bounds=counted.bounds.tolist(),
        counts=counted.counts.tolist(),
        absent=counted.absent,
    )


def score_histogram(counted: ScoreHistogram) -> search_pb2.Histogram:
    """The ranges of scores."""
    return search_pb2.Histogram(
        field=search_pb2.Histogram.FIELD_SCORE,
        bounds=counted.bounds.tolist(),
        counts=counted.counts.tolist(),
        suggested_threshold=counted.suggested_threshold,
        above_threshold=counted.above_threshold,
        sampled=counted.sampled,
    )


def explanation(answer: Answer) -> search_pb2.Explanation:
    """How it was found."""
    ranking = answer.matches.ranking
    message = search_pb2.Explanation(plan="" if ranking is None else ranking.plan.value, exact=True)
    if ranking is not None:
        message.exact = ranking.exact
    for step in answer.steps.taken:
        message.steps.add(name=step.name, count=step.count, milliseconds=step.seconds * 1000)
    return message


def selection(answer: Answer, expression: str | None) -> Selection:
    """The files and their scores, pinned, and the text that selected them where there is one."""
    return Selection(
        version=answer.info.name,
        revision=answer.info.revision,
        ordinals=answer.matches.files.serialize(),
        scores=answer.matches.scores_by_ordinal().tobytes(),
        expression=expression,
    )


def _fill(message: File, found: FoundFile, answer: Answer) -> None:
    file, folder = found.file, answer.version.dataset.folder
    message.name = _file_name(file.ordinal, answer)
    message.uri = str(folder.child(file.path)) if folder is not None else file.path
    message.path = file.path
    message.size_bytes = file.size_bytes
    message.etag = file.etag
    message.content_type = file.content_type
    message.status = File.STATUS_ACTIVE if file.is_active else File.STATUS_DELETED
    message.width_px = file.width_px
    message.height_px = file.height_px
    message.comment = file.comment
    _put_time(message.create_time, file.create_us)
    _put_time(message.modify_time, file.modify_us)
    _put_time(message.sync_time, file.sync_us)
    _put_time(message.tag_time, file.tag_us)
    _put_time(message.index_time, found.index_us)
    if file.tag_us is not None:
        _put_tags(message.tags, file)
    if file.attributes_json is not None:
        message.attributes.CopyFrom(ParseDict(orjson.loads(file.attributes_json), Struct()))


def _put_tags(message: FileTags, file: FileRecord) -> None:
    message.SetInParent()
    message.ai.extend(file.ai)
    message.user.extend(file.user)
    message.rejected.extend(file.rejected)
    message.stale = file.is_stale


def _file_name(ordinal: int, answer: Answer) -> str:
    return f"{answer.info.name}/files/{file_id(answer.info.uid, ordinal)}"


def _put_time(message: Timestamp, time_us: int | None) -> None:
    if time_us is not None:
        message.seconds, microseconds = divmod(time_us, 1_000_000)
        message.nanos = microseconds * 1000

"""Answers as messages."""

from collections.abc import Sequence

import orjson
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.file_pb2 import File, FileTags
from bowerbird.catalog.v1.job_pb2 import Selection
from bowerbird.search.v1 import search_pb2
from libs.rpc.names import file_id
from services.search.conditions import AttributeField
from services.search.engine import Answer, FoundFile
from services.search.facets import Facet
from services.search.histograms import Histogram
from services.search.index.version_index import FileRecord
from services.search.servicers.decode import FACET_FIELDS, HISTOGRAM_FIELDS
from services.search.similarity.score_histogram import ScoreHistogram

MAX_NEAR_DUPLICATES = 100

FACET_MESSAGES = {field: message for message, field in FACET_FIELDS.items()}
HISTOGRAM_MESSAGES = {field: message for message, field in HISTOGRAM_FIELDS.items() if field is not None}


def hits(found: Sequence[FoundFile], answer: Answer) -> list[search_pb2.Hit]:
    """Hits with their files."""
    return [search_pb2.Hit(file=_file(one, answer), score=one.score) for one in found]


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


def selection(answer: Answer) -> Selection:
    """The files and their scores, pinned."""
    return Selection(
        version=answer.info.name,
        revision=answer.info.revision,
        ordinals=answer.matches.files.serialize(),
        scores=answer.matches.scores_by_ordinal().tobytes(),
    )


def _file(found: FoundFile, answer: Answer) -> File:
    file, folder = found.file, answer.version.dataset.folder
    message = File(
        name=_file_name(file.ordinal, answer),
        uri=str(folder.child(file.path)) if folder is not None else file.path,
        path=file.path,
        size_bytes=file.size_bytes,
        etag=file.etag,
        content_type=file.content_type,
        status=File.STATUS_ACTIVE if file.is_active else File.STATUS_DELETED,
        width_px=file.width_px,
        height_px=file.height_px,
        comment=file.comment,
        create_time=_timestamp(file.create_us),
        modify_time=_timestamp(file.modify_us),
        sync_time=_timestamp(file.sync_us),
        tag_time=_timestamp(file.tag_us),
        index_time=_timestamp(found.index_us),
        tags=None if file.tag_us is None else _tags(file),
    )
    if file.attributes_json is not None:
        message.attributes.CopyFrom(ParseDict(orjson.loads(file.attributes_json), Struct()))
    return message


def _tags(file: FileRecord) -> FileTags:
    return FileTags(ai=file.ai, user=file.user, rejected=file.rejected, stale=file.is_stale)


def _file_name(ordinal: int, answer: Answer) -> str:
    return f"{answer.info.name}/files/{file_id(answer.info.uid, ordinal)}"


def _timestamp(time_us: int | None) -> Timestamp | None:
    if time_us is None:
        return None
    # Five a hit: FromMicroseconds takes twice as long.
    seconds, microseconds = divmod(time_us, 1_000_000)
    return Timestamp(seconds=seconds, nanos=microseconds * 1000)

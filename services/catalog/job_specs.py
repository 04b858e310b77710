"""What a job is to do, as people ask for it and as it is kept: checked, complete, unmoved by later edits."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from grpc import StatusCode
from pyroaring import BitMap
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.job_pb2 import JobMode
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.objects.errors import UriInvalid
from libs.objects.uri import parse_uri
from libs.rpc.errors import BowerbirdError, FieldInvalid
from libs.rpc.names import CONNECTION, INDEX_SET, TAG_DEFINITION, NamePattern
from services.catalog.connections import find_connection
from services.catalog.datasets import find_dataset
from services.catalog.fields import checked_enum
from services.catalog.index_sets import find_index_set
from services.catalog.tag_definitions import find_tag_definition
from services.catalog.versions import Version, find_version

# Part of every fingerprint: raise it when images reach models in another form, so that old answers no longer count.
PREPROCESSING = 1

DEFAULT_CONCURRENCY = 8
MAX_CONCURRENCY = 1_000

ATTRIBUTES = (
    "DatasetFileMetaId", "FileName", "FileDir", "DataSize", "FileType", "ContentType", "Comment", "MetaAttributes",
    "FileFingerPrint", "FileCreateTime", "FileUpdateTime", "Tags.user", "Tags.user-delete-ai-tags", "Tags.ai",
    "Tags.all", "Score",
)  # fmt: skip


class IndexSetMissing(BowerbirdError):
    """The version {version} has no index set; configure one first."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_INDEX_SET_MISSING


@dataclass(frozen=True)
class ScanSpec:
    """Find the files of the version's bucket or folder."""


@dataclass(frozen=True)
class TagSpec:
    """Resource names; the last three are of the definition's revision when the job was created."""

    model_connection: str
    model: str
    tag_definition: str
    max_concurrency: int
    mode: int
    definition_revision: int = 0
    definition_json: str = ""
    guide_prompt: str = ""


@dataclass(frozen=True)
class IndexSpec:
    """`index_set` is a resource name."""

    index_set: str
    max_concurrency: int
    mode: int


@dataclass(frozen=True)
class ExportSpec:
    """Which version at which revision the selection is of; its files are kept apart, they may be many."""

    destination_uri: str
    filtered_attributes: Sequence[str]
    version: str
    revision: int


@dataclass(frozen=True)
class TagEditSpec:
    """An edit by its resource name; its files and changes are kept with it."""

    tag_edit: str
    undo: bool


@dataclass(frozen=True)
class Selection:
    """Ordinals, a roaring bitmap in the portable form, and their scores, float32 little-endian, or none."""

    ordinals: bytes
    scores: bytes


# What people may ask for; the others are made by catalog.
AskedSpec = ScanSpec | TagSpec | IndexSpec | ExportSpec
Spec = AskedSpec | TagEditSpec

KINDS: dict[type[Spec], JobKind.ValueType] = {
    ScanSpec: JobKind.JOB_KIND_SCAN,
    TagSpec: JobKind.JOB_KIND_TAG,
    IndexSpec: JobKind.JOB_KIND_INDEX,
    ExportSpec: JobKind.JOB_KIND_EXPORT,
    TagEditSpec: JobKind.JOB_KIND_TAG_EDIT,
}
SPECS = {int(kind): spec for spec, kind in KINDS.items()}


@dataclass(frozen=True)
class Plan:
    """A checked spec with what the job's row holds beside it."""

    spec: Spec
    fingerprint: bytes | None = None
    tag_definition_id: int | None = None
    index_set_id: int | None = None
    mode: int = JobMode.JOB_MODE_FULL
    files: int = 0


async def plan(connection: AsyncConnection, version: Version, spec: AskedSpec, selection: Selection | None) -> Plan:
    """Check a spec and complete it. Raises FieldInvalid, NameInvalid, NotFound, IndexSetMissing, UriInvalid."""
    match spec:
        case ScanSpec():
            return Plan(spec)
        case TagSpec():
            return await _plan_tags(connection, version, spec)
        case IndexSpec():
            return await _plan_index(connection, version, spec)
        case ExportSpec():
            return await _plan_export(connection, version, spec, selection or Selection(b"", b""))


async def _plan_tags(connection: AsyncConnection, version: Version, spec: TagSpec) -> Plan:
    slug = _id_in(CONNECTION, "job.tag.model_connection", spec.model_connection, version, "connection")
    service = await find_connection(connection, version.workspace, slug)
    if service.kind != "model_service" or service.config.get("protocol") != "PROTOCOL_OPENAI_CHAT":
        raise FieldInvalid(
            field="job.tag.model_connection",
            value=spec.model_connection,
            expected="a connection to a model service with chat completions",
        )
    model = _model(service, spec.model)
    slug = _id_in(TAG_DEFINITION, "job.tag.tag_definition", spec.tag_definition, version, "tag_definition")
    definition = await find_tag_definition(connection, version.workspace, slug)
    complete = replace(
        spec,
        model=model["model"],
        max_concurrency=_concurrency("job.tag.max_concurrency", spec.max_concurrency),
        mode=_mode("job.tag.mode", spec.mode),
        definition_revision=definition.revision,
        definition_json=definition.definition,
        guide_prompt=definition.guide_prompt,
    )
    return Plan(
        complete,
        fingerprint=_fingerprint(service, model, definition.definition, definition.guide_prompt),
        tag_definition_id=definition.id,
        mode=complete.mode,
    )


async def _plan_index(connection: AsyncConnection, version: Version, spec: IndexSpec) -> Plan:
    if spec.index_set:
        ids = INDEX_SET.parse(spec.index_set)
        ids_of_version = {key: ids[key] for key in ("workspace", "dataset", "version")}
        if ids["workspace"] != version.workspace or (await find_version(connection, **ids_of_version)).id != version.id:
            raise FieldInvalid(field="job.index.index_set", value=spec.index_set, expected=f"one of {version.name}")
        index_set = await find_index_set(connection, version, ids["index_set"])
    elif version.index_set_id is not None:
        index_set = await find_index_set(connection, version, str(version.index_set_id))
    else:
        raise IndexSetMissing(version=version.name)
    service = await find_connection(connection, version.workspace, index_set.model_connection)
    complete = IndexSpec(
        index_set=index_set.name,
        max_concurrency=_concurrency("job.index.max_concurrency", spec.max_concurrency),
        mode=_mode("job.index.mode", spec.mode),
    )
    return Plan(
        complete,
        fingerprint=_fingerprint(service, {"model": index_set.model}),
        index_set_id=index_set.id,
        mode=complete.mode,
    )


async def _plan_export(connection: AsyncConnection, version: Version, spec: ExportSpec, selection: Selection) -> Plan:
    unknown = [name for name in spec.filtered_attributes if name not in ATTRIBUTES]
    if unknown:
        raise FieldInvalid(
            field="job.export.filtered_attributes", value=unknown[0], expected=f"some of {', '.join(ATTRIBUTES)}"
        )
    await _check_destination(connection, version, spec.destination_uri)
    if spec.version != version.name:
        raise FieldInvalid(field="job.export.selection.version", value=spec.version, expected=version.name)
    try:
        files = len(BitMap.deserialize(selection.ordinals))
    except (ValueError, OverflowError):
        raise FieldInvalid(
            field="job.export.selection.ordinals",
            value=f"({len(selection.ordinals)} bytes)",
            expected="a roaring bitmap as SearchService.Select gives it",
        ) from None
    if selection.scores and len(selection.scores) != 4 * files:
        raise FieldInvalid(
            field="job.export.selection.scores",
            value=f"({len(selection.scores)} bytes)",
            expected=f"4 bytes for each of {files} files, or none",
        )
    return Plan(replace(spec, filtered_attributes=list(spec.filtered_attributes)), files=files)


async def _check_destination(connection: AsyncConnection, version: Version, destination: str) -> None:
    """Raises UriInvalid for a place outside the storage of the dataset."""
    dataset = await find_dataset(connection, version.workspace, version.dataset)
    uri = parse_uri(destination)
    root = parse_uri(dataset.root_uri) if dataset.root_uri else None
    storage = await find_connection(connection, version.workspace, dataset.connection) if dataset.connection else None
    if root is None or storage is None:
        allowed = False
    elif storage.kind == "folder":
        folder = PurePosixPath(storage.config["root"])
        allowed = uri.scheme == "file" and PurePosixPath(f"/{uri.path}").is_relative_to(folder)
    else:
        allowed = (uri.scheme, uri.endpoint) == (root.scheme, root.endpoint)
    if not allowed:
        raise UriInvalid(uri=destination, expected=f"a folder in the storage of the dataset, like {dataset.root_uri}")


def _id_in(pattern: NamePattern, field: str, name: str, version: Version, kind: str) -> str:
    """The id of a resource of the version's workspace."""
    ids = pattern.parse(name)
    if ids["workspace"] != version.workspace:
        raise FieldInvalid(field=field, value=name, expected=f"one of workspaces/{version.workspace}")
    return ids[kind]


def _model(service: Row[Any], wanted: str) -> dict[str, Any]:
    """The config of a model of a model service, of the first one for an empty name."""
    models: list[dict[str, Any]] = service.config.get("models", [])
    for model in models:
        if wanted in ("", model["model"]):
            return model
    names = ", ".join(model["model"] for model in models)
    raise FieldInvalid(field="job.tag.model", value=wanted, expected=f"one of {names}")


def _concurrency(field: str, asked: int) -> int:
    if not 0 <= asked <= MAX_CONCURRENCY:
        raise FieldInvalid(
            field=field, value=asked, expected=f"1 to {MAX_CONCURRENCY:,}, or 0 for {DEFAULT_CONCURRENCY}"
        )
    return asked or DEFAULT_CONCURRENCY


def _mode(field: str, asked: int) -> int:
    return checked_enum(field, JobMode, asked, JobMode.JOB_MODE_INCREMENTAL)


def _fingerprint(service: Row[Any], model: dict[str, Any], definition: str = "", prompt: str = "") -> bytes:
    """SHA-256 of everything that an answer to an image depends on."""
    parts = [model["model"], service.config["protocol"], definition, prompt, PREPROCESSING]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()

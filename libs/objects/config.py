"""What a connection to object storage says."""

from dataclasses import dataclass, field
from typing import Literal

from bowerbird.catalog.v1 import connection_pb2
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.errors import FieldInvalid

AddressingStyle = Literal["virtual", "path", "auto"]


@dataclass(frozen=True)
class S3Config:
    """A store that speaks S3: AWS, OSS, MinIO, SeaweedFS and others.

    `endpoint` is a URL or a host (then by https); empty means that of the uri (`oss://`), else AWS in the region. An
    empty region is that of AWS named first, `us-east-1`; most other servers do not look at it. Without
    `access_key_id` requests are not signed, which reads public buckets. `addressing_style` says where the bucket
    stands, in the host (`virtual`) or in the path (`path`); `auto` is `path` where the endpoint is an IP address or
    `localhost`.
    """

    endpoint: str = ""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    addressing_style: AddressingStyle = "auto"


@dataclass(frozen=True)
class FolderConfig:
    """A folder of this machine, as an absolute path; nothing outside it is read or written."""

    root: str


StorageConfig = S3Config | FolderConfig

_STYLES: dict[int, AddressingStyle] = {
    connection_pb2.S3Config.ADDRESSING_STYLE_PATH: "path",
    connection_pb2.S3Config.ADDRESSING_STYLE_VIRTUAL: "virtual",
}


def storage_config(connection: connection_pb2.Connection) -> StorageConfig:
    """The config of a resolved connection. Raises FieldInvalid where it connects to something else than object
    storage.
    """
    kind = connection.WhichOneof("config")
    if kind == "folder":
        return FolderConfig(connection.folder.root)
    if kind != "s3":
        raise FieldInvalid(field="connection", value=connection.name, expected="a connection to object storage")
    s3 = connection.s3
    return S3Config(
        endpoint=s3.endpoint,
        region=s3.region,
        access_key_id=s3.access_key_id,
        secret_access_key=s3.secret_access_key,
        addressing_style=_STYLES.get(s3.addressing_style, "auto"),
    )


def dataset_root(dataset: Dataset) -> StorageUri:
    """What the paths of a dataset's files are relative to: its root, or the folder of the one object that it names."""
    root = parse_uri(dataset.root_uri)
    return root.split()[0] if dataset.import_format == Dataset.IMPORT_FORMAT_FILE else root

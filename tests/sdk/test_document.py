"""Contract messages as JSON documents."""

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.connection_pb2 import Connection, ModelServiceConfig, S3Config
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.job_pb2 import Job, JobProgress, ScanSpec
from bowerbird.cli.document import document
from bowerbird.search.v1.search_pb2 import Hit


def test_every_field_is_there_even_if_it_is_empty() -> None:
    made = document(Job(scan=ScanSpec()))
    assert made.keys() == {field.name for field in Job.DESCRIPTOR.fields}
    assert (made["scan"], made["tag"], made["create_time"], made["message"]) == ({}, None, None, "")


def test_enum_values_have_no_prefix_and_large_numbers_are_numbers() -> None:
    job = Job(state=Job.STATE_PARTIALLY_FAILED, progress=JobProgress(total=2**40))
    assert document(job)["state"] == "PARTIALLY_FAILED"
    assert document(job)["progress"]["total"] == 2**40


def test_an_enum_value_of_tomorrow_is_shown_by_its_number() -> None:
    job = Job()
    job.MergeFromString(b"\x38\x63")  # field 7 (state) = 99
    assert document(job)["state"] == "99"


def test_times_are_in_utc_to_the_fraction_that_they_have() -> None:
    file = File(create_time=Timestamp(seconds=1_700_000_000), modify_time=Timestamp(seconds=0, nanos=500_000_000))
    made = document(file)
    assert made["create_time"] == "2023-11-14T22:13:20Z"
    assert made["modify_time"] == "1970-01-01T00:00:00.500000Z"


def test_labels_and_metadata_are_objects() -> None:
    attributes = Struct()
    attributes.update({"weather": "rain", "lux": 3})
    assert document(File(attributes=attributes))["attributes"] == {"weather": "rain", "lux": 3}
    assert document(Dataset(labels={"b": "2", "a": "1"}))["labels"] == {"a": "1", "b": "2"}


def test_an_absent_score_is_null_and_a_score_of_zero_is_not() -> None:
    assert document(Hit())["score"] is None
    assert document(Hit(score=0.0))["score"] == 0.0


def test_secrets_are_left_out_at_any_depth() -> None:
    s3 = Connection(s3=S3Config(access_key_id="id", secret_access_key="hidden"))
    model = Connection(model_service=ModelServiceConfig(api_key="hidden"))
    assert "hidden" not in str(document(s3)) + str(document(model))
    assert "secret_access_key" not in document(s3)["s3"]

"""Examples of requests, for who reads the document or tries a call. What they name belongs together."""

from collections.abc import Mapping
from typing import Any

_WORKSPACE = "workspaces/default"
_VERSION = f"{_WORKSPACE}/datasets/photos/versions/v1"
FILE_ID = "AAAAAAAAAAEAAAAA"

# By the name of the parameter.
IN_PATH: Mapping[str, str] = {
    "workspace": "default",
    "connection": "bucket",
    "dataset": "photos",
    "version": "v1",
    "file": FILE_ID,
    "indexSet": "1",
    "job": "1",
    "tagDefinition": "birds",
    "tagEdit": "1",
    "token": "1",
}
# By operation and name: what a call is rarely made without.
IN_QUERY: Mapping[str, Mapping[str, Any]] = {
    "createConnection": {"connectionId": "bucket"},
    "createDataset": {"datasetId": "photos"},
    "createTagDefinition": {"tagDefinitionId": "birds"},
    "listFolder": {"uri": "s3://photos/2026/"},
    "countObjects": {"uri": "s3://photos/2026/"},
    "completeTags": {"prefix": "bi"},
    "getThumbnail": {"mode": "w_200"},
    "readLog": {"follow": True},
}
_QUERY = {"text": "a bird in a tree", "tags": {"noneOf": ["night"]}, "topK": 100}
# By operation.
BODIES: Mapping[str, Any] = {
    "createConnection": {
        "displayName": "Photos of the cars",
        "s3": {
            "endpoint": "https://s3.eu-central-1.amazonaws.com",
            "region": "eu-central-1",
            "accessKeyId": "the id of an access key",
            "secretAccessKey": "its secret",
        },
    },
    "updateConnection": {"displayName": "Photos of all cars"},
    "testConnection": {"uri": "s3://photos/2026/"},
    "createDataset": {
        "displayName": "Photos of 2026",
        "storageConnection": f"{_WORKSPACE}/connections/bucket",
        "rootUri": "s3://photos/2026/",
        "labels": {"team": "perception"},
    },
    "updateDataset": {"description": "All that the cars saw in 2026"},
    "createToken": {"displayName": "Nightly import", "role": "ROLE_EDITOR", "expireTime": "2030-01-01T00:00:00Z"},
    "setIndexSet": {
        "modelConnection": f"{_WORKSPACE}/connections/embedder",
        "databaseConnection": f"{_WORKSPACE}/connections/vectors",
        "table": "bowerbird",
        "metric": "METRIC_COSINE",
    },
    "createJob": {
        "version": f"{_WORKSPACE}/datasets/photos/versions/latest",
        "tag": {
            "modelConnection": f"{_WORKSPACE}/connections/tagger",
            "tagDefinition": f"{_WORKSPACE}/tagDefinitions/birds",
            "mode": "JOB_MODE_INCREMENTAL",
        },
    },
    "stopJob": {},
    "createTagDefinition": {
        "displayName": "Birds",
        "guidePrompt": "Say which birds are to be seen.",
        "definitionJson": '{"tags": {"bird": "Any bird", "heron": {"description": "A heron", "values": ["grey"]}}}',
    },
    "updateTagDefinition": {"guidePrompt": "Say which birds are to be seen, and where."},
    "editTags": {
        "names": {"names": [f"{_VERSION}/files/{FILE_ID}"]},
        "changes": {"add": ["heron"], "reject": ["duck"]},
    },
    "undoTagEdit": {},
    "search": {"query": _QUERY, "pageSize": 20},
    # Without `allOf`: openapi-typescript takes it for a word of JSON Schema, in examples too, and breaks.
    "streamHits": {"query": {"tags": {"anyOf": ["bird"]}}, "sort": {"field": "FIELD_MODIFY_TIME"}},
    "count": {"query": {"expression": 'Tags.all = "bird" AND NOT FileDir:"night"'}},
    "countFacets": {"query": {"tags": {"anyOf": ["bird"]}}, "fields": ["FIELD_TAGS", "FIELD_DIRECTORY"]},
    "countHistograms": {"query": _QUERY, "fields": ["FIELD_SCORE", "FIELD_SIZE"]},
    "select": {"query": _QUERY},
    "signIn": {"token": "TOKEN"},
}

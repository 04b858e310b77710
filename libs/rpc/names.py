"""Resource names in the form of AIP-122, and the opaque ids of files."""

import base64
import binascii
import re
import struct
from dataclasses import dataclass
from functools import cached_property

from libs.rpc.errors import NameInvalid

FILE_ID = struct.Struct(">QI")


@dataclass(frozen=True)
class NamePattern:
    """A form of names, like `workspaces/{workspace}/jobs/{job}`."""

    form: str

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.form))

    def parse(self, name: str) -> dict[str, str]:
        """The ids in a name, by the words of the form. Raises NameInvalid."""
        match = self._regex.fullmatch(name)
        if match is None:
            raise NameInvalid(name=name, expected=self.form)
        return match.groupdict()

    def format(self, **ids: str) -> str:
        """The name with these ids."""
        return self.form.format(**ids)


WORKSPACE = NamePattern("workspaces/{workspace}")
TOKEN = NamePattern("workspaces/{workspace}/tokens/{token}")
CONNECTION = NamePattern("workspaces/{workspace}/connections/{connection}")
TAG_DEFINITION = NamePattern("workspaces/{workspace}/tagDefinitions/{tag_definition}")
JOB = NamePattern("workspaces/{workspace}/jobs/{job}")
DATASET = NamePattern("workspaces/{workspace}/datasets/{dataset}")
VERSION = NamePattern("workspaces/{workspace}/datasets/{dataset}/versions/{version}")
FILE = NamePattern("workspaces/{workspace}/datasets/{dataset}/versions/{version}/files/{file}")
INDEX_SET = NamePattern("workspaces/{workspace}/datasets/{dataset}/versions/{version}/indexSets/{index_set}")
TAG_EDIT = NamePattern("workspaces/{workspace}/datasets/{dataset}/versions/{version}/tagEdits/{tag_edit}")

LATEST = "latest"


def file_id(version_id: int, ordinal: int) -> str:
    """The opaque id of a file: 16 characters that are safe in a URL."""
    return base64.urlsafe_b64encode(FILE_ID.pack(version_id, ordinal)).decode()


def parse_file_id(text: str) -> tuple[int, int]:
    """Version id and ordinal of a file id. Raises NameInvalid."""
    try:
        version_id, ordinal = FILE_ID.unpack(base64.b64decode(text, altchars=b"-_", validate=True))
    except (binascii.Error, struct.error, ValueError) as error:
        raise NameInvalid(name=text, expected="the id of a file as this suite gave it out") from error
    return version_id, ordinal

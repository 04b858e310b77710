"""The ids of many files at once: what a vector database knows them by."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import numpy as np

from libs.rpc.names import FILE_ID
from services.search.index.bitmaps import Ordinals

# So many are asked for at once.
IDS_A_BATCH = 10_000

_ID_BYTES = np.dtype([("version", ">u8"), ("ordinal", ">u4")])
_ID_CHARACTERS = 16


def batches(ordinals: Ordinals) -> list[Ordinals]:
    """Many ordinals, as many at a time as ids are asked for at once."""
    return [ordinals[start : start + IDS_A_BATCH] for start in range(0, len(ordinals), IDS_A_BATCH)]


def file_ids(version_uid: int, ordinals: Ordinals) -> list[str]:
    """The ids of many files, as `libs.rpc.names.file_id` makes them: 12 bytes are 16 characters without a remainder."""
    packed = np.empty(len(ordinals), _ID_BYTES)
    packed["version"], packed["ordinal"] = version_uid, ordinals
    text = urlsafe_b64encode(packed.tobytes()).decode()
    return [text[start : start + _ID_CHARACTERS] for start in range(0, len(text), _ID_CHARACTERS)]


def ordinals_from(ids: Sequence[str]) -> Ordinals:
    """The ordinals in file ids that this suite gave out."""
    packed = urlsafe_b64decode("".join(ids))
    ordinals: Ordinals = np.frombuffer(packed, _ID_BYTES)["ordinal"].astype(np.uint32)
    return ordinals


assert _ID_BYTES.itemsize == FILE_ID.size  # noqa: S101 - the two forms are one

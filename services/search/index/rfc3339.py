"""Times in texts."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.search.index.number_column import NO_TIME
from services.search.index.strings import bytes_and_offsets

_PATTERN = (
    r"^(?P<moment>\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>[Zz]|[+-]\d{2}:\d{2})$"
)
_SECOND_US = 1_000_000


def times_us(strings: pa.StringArray) -> NDArray[np.int64]:
    """What of these strings is a time by RFC 3339, in whole microseconds since 1970, rounded down; NO_TIME for others.

    A leap second is the first of the next minute.
    """
    times = np.full(len(strings), NO_TIME, np.int64)
    parts = pc.extract_regex(strings, _PATTERN)
    matched = np.flatnonzero(parts.is_valid().to_numpy(zero_copy_only=False))
    if len(matched):
        times[matched] = _times_us(parts.take(pa.array(matched)))
    return times


def _times_us(parts: pa.StructArray) -> NDArray[np.int64]:
    moment = _digits(parts.field("moment"), 19)
    year = moment[:, 0] * 1000 + moment[:, 1] * 100 + moment[:, 2] * 10 + moment[:, 3]
    month, day, hour, minute, second = (moment[:, i] * 10 + moment[:, i + 1] for i in (5, 8, 11, 14, 17))
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")

    zones = pc.if_else(pc.equal(pc.utf8_length(parts.field("zone")), 1), "+00:00", parts.field("zone"))
    zone = _digits(zones, 6)
    zone_hour, zone_minute = zone[:, 1] * 10 + zone[:, 2], zone[:, 4] * 10 + zone[:, 5]
    east = np.where(zone[:, 0] == ord("-") - ord("0"), -1, 1) * (zone_hour * 60 + zone_minute)

    fraction = pc.utf8_rpad(pc.utf8_slice_codeunits(parts.field("fraction"), 0, 6), 6, "0")
    microseconds = _digits(fraction, 6) @ 10 ** np.arange(5, -1, -1)

    seconds = days.astype(np.int64) * 86_400 + hour * 3600 + (minute - east) * 60 + second
    is_time = (month >= 1) & (month <= 12) & (day >= 1) & (days.astype("datetime64[M]") == months)
    is_time &= (hour <= 23) & (minute <= 59) & (second <= 60) & (zone_hour <= 23) & (zone_minute <= 59)
    return np.where(is_time, seconds * _SECOND_US + microseconds, NO_TIME)


def _digits(strings: pa.StringArray, length: int) -> NDArray[np.int64]:
    """The characters of strings that all have this length, as numbers: those of digits are 0 to 9."""
    characters, offsets = bytes_and_offsets(strings)
    rows = characters[offsets[0] : offsets[-1]].reshape(len(strings), length)
    return rows.astype(np.int64) - ord("0")

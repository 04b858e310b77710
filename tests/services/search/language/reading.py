"""What the tests of the language share: the moment and the version that they read queries against."""

from datetime import UTC, datetime

from services.search.language.expression import Expression, compiled

NOW = datetime(2025, 6, 15, 12, 30, tzinfo=UTC)
VERSION = "workspaces/w/datasets/d/versions/v3"


def read(text: str) -> Expression:
    """The expression that the text is."""
    return compiled(text, now=NOW, version=VERSION)


def us(time: str) -> int:
    """Microseconds since 1970, by another way than the language's."""
    moment = datetime.fromisoformat(time).astimezone(UTC)
    days = moment.toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()
    seconds = ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second
    return seconds * 1_000_000 + moment.microsecond

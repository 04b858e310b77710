"""The columns of a version."""

from services.search.index.dictionary_column import DictionaryColumn
from services.search.index.number_column import NO_TIME, NumberColumn
from services.search.index.strings import contains
from services.search.index.text_column import TextColumn

__all__ = ["NO_TIME", "DictionaryColumn", "NumberColumn", "TextColumn", "contains"]

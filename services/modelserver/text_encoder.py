"""The sentence encoder: one text in, one direction out."""

from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from services.modelserver.concepts import Floats, unit
from services.modelserver.sessions import open_session

TEXT_DIMENSION = 384
MAX_TOKENS = 512


class TextEncoder:
    """bge-small-en-v1.5, int8: the hidden state of the first token, made unit length.

    Texts are encoded one at a time: the int8 model scales its activations by the whole batch, so that a text's vector
    would depend on its neighbours (by up to 0.009).
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._session = open_session(folder / "text.onnx")
        self._inputs = {entry.name for entry in self._session.get_inputs()}

    def encode(self, text: str) -> Floats:
        """The text's unit vector, of shape (384,); what lies beyond 512 tokens is not read."""
        encoding = self._tokenizer.encode(text)
        feeds = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
        }
        hidden = self._session.run(None, {name: feeds[name] for name in self._inputs})[0]
        first = np.asarray(hidden, dtype=np.float32)[0, 0]
        return unit(first)

    def count_tokens(self, text: str) -> int:
        """How many tokens the encoder reads of a text, its two markers included."""
        return len(self._tokenizer.encode(text).ids)

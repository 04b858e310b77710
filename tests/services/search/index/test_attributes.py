"""User metadata that is not as it should be."""

import numpy as np
import pyarrow as pa
from pyroaring import BitMap

from services.search.index.attributes import Attributes


def test_attributes_that_are_no_object_are_none() -> None:
    attributes = Attributes()
    texts = ['{"camera": "front"}', "null", "[1]", '"text"', "", '{"camera": null}']
    ordinals = np.arange(len(texts), dtype=np.uint32)
    attributes.put(ordinals, pa.array(texts))
    assert attributes.files == BitMap([0, 5])
    assert attributes.json_at(ordinals) == [texts[0], None, None, None, None, texts[5]]
    assert attributes.paths == ["camera"]
    attributes.put(ordinals[:1], pa.array(["null"]))
    assert attributes.json_at(ordinals[:1]) == [None]
    assert attributes.files == BitMap([5])

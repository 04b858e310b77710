"""The set-up of the embedded models: what it fetches, what it refuses, what it keeps."""

import pickle
from collections import OrderedDict
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from deploy.local.models import fetch
from deploy.local.models.cache import ensure_models
from deploy.local.models.convert import TORCH_MAGIC, TORCH_PROTOCOL, Storage, Tensor, read_torch_file
from deploy.local.packages import SourceMissing
from services.modelserver.concepts import ConceptTable

FLOATS = np.dtype("<f4")


def test_a_second_set_up_finds_the_models_as_they_are() -> None:
    folder = ensure_models()
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert before.keys() == {"classifier.onnx", "text.onnx", "tokenizer.json", "concepts.npz"}
    assert ensure_models() == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.glob("making-*")] == []


def test_the_concept_table_has_every_kind_of_imagenets_classes() -> None:
    table = ConceptTable.load(ensure_models())
    assert table.synset_vectors.shape == (1860, 384)
    assert table.members.shape == (1396, 1000)
    assert table.members.any(axis=0).all()
    assert table.members.any(axis=1).all()
    identity = table.projection.T @ table.projection
    assert np.abs(identity - np.eye(373)).max() < 1e-4


def test_a_weights_file_that_would_run_code_is_refused() -> None:
    class Attack:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return eval, ("1 + 1",)

    file = BytesIO(pickle.dumps(Attack(), protocol=2))
    with pytest.raises(pickle.UnpicklingError, match=r"eval, which is not allowed"):
        read_torch_file(file)


def test_a_file_in_another_format_is_refused() -> None:
    parts: list[object] = [TORCH_MAGIC + 1, TORCH_PROTOCOL, {"little_endian": True}, OrderedDict(), []]
    with pytest.raises(ValueError, match="legacy format"):
        read_torch_file(BytesIO(b"".join(pickle.dumps(part, protocol=2) for part in parts)))


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(0, (2, 4), (4, 1)), (6, (2,), (1,)), (0, (2,), (-1,)), (-1, (1,), (1,)), (0, (0,), (1,))],
)
def test_a_tensor_may_not_reach_outside_its_storage(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    data = np.arange(7, dtype=FLOATS)
    with pytest.raises(ValueError, match="a tensor"):
        Tensor(Storage("0", FLOATS, 7), offset, shape, strides).read(data)


def test_a_strided_tensor_is_read_in_its_own_order() -> None:
    data = np.arange(7, dtype=FLOATS)
    tensor = Tensor(Storage("0", FLOATS, 7), offset=1, shape=(2, 3), strides=(1, 2))
    assert tensor.read(data).tolist() == [[1, 3, 5], [2, 4, 6]]


def test_without_apt_get_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "WORDNET_IN_PACKAGE", "usr/share/wordnet/not-installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceMissing, match=r"apt-get to fetch it\. Install the package wordnet-base"):
        fetch.fetch_wordnet(tmp_path)


def test_an_apt_get_that_refuses_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "WORDNET_IN_PACKAGE", "usr/share/wordnet/not-installed")
    for tool in ("apt-get", "dpkg"):
        script = tmp_path / tool
        script.write_text("#!/bin/sh\necho 'E: Unable to locate package wordnet-base' >&2\nexit 100\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SourceMissing, match=r"Unable to locate package wordnet-base.*apt-get update"):
        fetch.fetch_wordnet(tmp_path)


def test_a_download_with_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = tmp_path / "requirements.txt"
    pinned.write_text(f"timm==1.0.31 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setattr(fetch, "REQUIREMENTS", pinned)
    with pytest.raises(SourceMissing, match="HASH"):
        fetch.fetch_wheels(tmp_path / "wheels")

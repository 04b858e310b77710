"""From what packages publish to what `services.modelserver` loads: two ONNX graphs, a tokenizer and a concept table.

Run once at set-up; no service imports it. The recipe: EfficientNet-Lite2 sees ImageNet's 1,000 classes, WordNet says of
what kinds each class is, and a sentence encoder says which kinds a text is about. Both sides meet in a space with one
dimension a kind.
"""

import pickle
import shutil
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from deploy.local.models.fetch import Sources
from services.modelserver.classifier import INPUT_SIDE_PX
from services.modelserver.concepts import ConceptTable, Floats, unit
from services.modelserver.embedder import kinds_of_sights
from services.modelserver.text_encoder import TextEncoder

# Of the depthwise convolution of each block; kernels and channels are read from the weights.
STRIDES = [1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1]
BATCH_NORM_EPSILON = 1e-3
TORCH_MAGIC, TORCH_PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
VISUAL_DIMENSIONS, CONCEPT_DIMENSIONS, SIMULATED_SIGHTS = 128, 373, 8000  # with the 11 colours 512 dimensions


def convert(sources: Sources, folder: Path) -> None:
    """Write all that the model server loads into an existing folder (about 65 MB, 15 s on one core)."""
    with sources.classifier_weights.open("rb") as file:
        weights = read_torch_file(file)
    onnx.save(classifier_graph(weights), folder / "classifier.onnx")
    shutil.copyfile(sources.text_encoder, folder / "text.onnx")
    shutil.copyfile(sources.tokenizer, folder / "tokenizer.json")
    nouns = Nouns(sources.wordnet_nouns)
    classes = [int(line.lstrip("n")) for line in sources.classes.read_text("ascii").split()]
    concept_table(nouns, classes, weights["_fc.weight"], TextEncoder(folder)).save(folder)


@dataclass(frozen=True)
class Storage:
    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class Tensor:
    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def read(self, data: NDArray[Any]) -> NDArray[Any]:
        """The elements, copied; strides count elements and must stay inside the storage."""
        if any(size < 1 for size in self.shape) or any(step < 0 for step in self.strides) or self.offset < 0:
            raise ValueError(f"a tensor of shape {self.shape} and strides {self.strides} is not one that torch writes")
        last = self.offset + sum((size - 1) * step for size, step in zip(self.shape, self.strides, strict=True))
        if last >= len(data):
            raise ValueError(f"a tensor reaches element {last} of a storage of {len(data)}")
        steps = [step * data.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(data[self.offset :], self.shape, steps).copy()


class AllowlistingUnpickler(pickle.Unpickler):
    """Builds the four things that a file of tensors needs, and nothing else: a pickle may otherwise call anything."""

    def find_class(self, module: str, name: str) -> Any:
        allowed: dict[str, Any] = {
            "collections.OrderedDict": OrderedDict,
            "torch._utils._rebuild_tensor_v2": lambda *fields: Tensor(*fields[:4]),
            "torch.FloatStorage": np.dtype("<f4"),
            "torch.LongStorage": np.dtype("<i8"),
        }
        if (found := allowed.get(f"{module}.{name}")) is None:
            raise pickle.UnpicklingError(f"the weights file asks for {module}.{name}, which is not allowed")
        return found

    def persistent_load(self, pid: Any) -> Storage:
        match pid:
            case ("storage", np.dtype() as dtype, str(key), str(), int(count), None):
                return Storage(key, dtype, count)
        raise pickle.UnpicklingError(f"the weights file has an unknown kind of storage: {pid!r}")


def read_torch_file(file: IO[bytes]) -> dict[str, NDArray[Any]]:
    """The tensors of a file in torch's legacy format, by name: five pickles, then the data of each storage."""
    magic, protocol, system, tensors, keys = (AllowlistingUnpickler(file).load() for _ in range(5))
    if (magic, protocol) != (TORCH_MAGIC, TORCH_PROTOCOL) or not system["little_endian"]:
        raise ValueError("the weights file is not in torch's legacy format, little-endian")
    storages = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    data: dict[str, NDArray[Any]] = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little", signed=True)
        if count != storages[key].count:
            raise ValueError(f"storage {key} has {count} elements; expected {storages[key].count}")
        data[key] = np.frombuffer(file.read(count * storages[key].dtype.itemsize), storages[key].dtype, count)
    return {name: tensor.read(data[tensor.storage.key]) for name, tensor in tensors.items()}


def classifier_graph(weights: dict[str, NDArray[Any]]) -> onnx.ModelProto:
    """`image` (uint8, side x side x 3, RGB, any side) to `logits` (1, 1000) and `features` (1, 1280)."""
    graph = GraphBuilder(weights)
    graph.add("Cast", ["image"], "float", to=TensorProto.FLOAT)
    graph.add("Transpose", ["float"], "planes", perm=[2, 0, 1])
    graph.add("Unsqueeze", ["planes", graph.constant("axis", np.array([0]))], "batch")
    sizes = graph.constant("sizes", np.array([1, 3, INPUT_SIDE_PX, INPUT_SIDE_PX]))
    graph.add("Resize", ["batch", "", "", sizes], "resized", mode="cubic", cubic_coeff_a=-0.5)
    graph.add("Clip", ["resized", "zero", graph.scalar("white", 255)], "clipped")
    graph.add("Sub", ["clipped", graph.scalar("middle", 127)], "centred")
    graph.add("Div", ["centred", graph.scalar("half", 128)], "x")
    x = graph.convolution("x", "_conv_stem", "_bn0", stride=2)
    for block, stride in enumerate(STRIDES):
        x = graph.block(x, f"_blocks.{block}", stride)
    x = graph.convolution(x, "_conv_head", "_bn1")
    graph.add("GlobalAveragePool", [x], "pooled")
    graph.add("Flatten", ["pooled"], "features")
    fully_connected = [graph.constant(name, weights[name]) for name in ("_fc.weight", "_fc.bias")]
    graph.add("Gemm", ["features", *fully_connected], "logits", transB=1)
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["side", "side", 3])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 1000])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 1280])
    made = helper.make_graph(graph.nodes, "efficientnet_lite2", [image], [logits, features], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model


class GraphBuilder:
    """Nodes and constants of a graph under construction; every node's output is named."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants = [numpy_helper.from_array(np.array(n, np.float32), s) for n, s in ((0, "zero"), (6, "six"))]

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def scalar(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def block(self, x: str, prefix: str, stride: int) -> str:
        """An inverted residual: widen, filter each channel by itself, narrow."""
        expand = f"{prefix}._expand_conv.weight"
        expands = expand in self.weights  # all but the first block do
        inner = self.convolution(x, f"{prefix}._expand_conv", f"{prefix}._bn0") if expands else x
        inner = self.convolution(inner, f"{prefix}._depthwise_conv", f"{prefix}._bn1", stride=stride)
        inner = self.convolution(inner, f"{prefix}._project_conv", f"{prefix}._bn2", relu=False)
        same = expands and self.weights[expand].shape[1] == len(self.weights[f"{prefix}._project_conv.weight"])
        return self.add("Add", [inner, x], f"{prefix}.sum") if same and stride == 1 else inner

    def convolution(self, x: str, name: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        """A convolution with its batch normalisation folded in, padded as TensorFlow's "SAME", then ReLU6."""
        weight = self.weights[f"{name}.weight"]
        scale = self.weights[f"{norm}.weight"] / np.sqrt(self.weights[f"{norm}.running_var"] + BATCH_NORM_EPSILON)
        bias = self.weights[f"{norm}.bias"] - self.weights[f"{norm}.running_mean"] * scale
        kernel = self.constant(f"{name}.folded", (weight * scale[:, None, None, None]).astype(np.float32))
        inputs = [x, kernel, self.constant(f"{name}.bias", bias.astype(np.float32))]
        group = len(weight) if weight.shape[1] == 1 else 1
        output = self.add("Conv", inputs, f"{name}.out", strides=[stride, stride], group=group, auto_pad="SAME_UPPER")
        return self.add("Clip", [output, "zero", "six"], f"{name}.relu") if relu else output


@dataclass(frozen=True)
class Noun:
    lemma: str
    gloss: str
    hypernyms: tuple[int, ...]


class Nouns:
    """WordNet's data.noun: a synset is named by the byte offset of its line."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()

    def at(self, offset: int) -> Noun:
        """Parse the line at an offset; its form is in the manual page wndb(5WN)."""
        line = self._data[offset : self._data.index(b"\n", offset)].decode("ascii")
        head, _, gloss = line.partition(" | ")
        fields = head.split(" ")
        if int(fields[0]) != offset:
            raise ValueError(f"data.noun has no synset at {offset}")
        words = int(fields[3], 16)
        pointers = fields[5 + 2 * words :]
        targets = zip(pointers[0::4], pointers[1::4], strict=False)
        return Noun(
            lemma=fields[4].replace("_", " "),
            gloss=gloss.split('; "')[0].strip(),
            hypernyms=tuple(int(target) for kind, target in targets if kind in {"@", "@i"}),
        )

    def lineage(self, offset: int) -> Iterator[int]:
        """The synset and all that it is a kind of; some more than once."""
        yield offset
        for hypernym in self.at(offset).hypernyms:
            yield from self.lineage(hypernym)


def concept_table(nouns: Nouns, classes: list[int], fc_weight: Floats, text_encoder: TextEncoder) -> ConceptTable:
    """Every synset that some class is a kind of, those with the same classes together."""
    leaves: dict[int, set[int]] = {}
    for index, offset in enumerate(classes):
        for ancestor in nouns.lineage(offset):
            leaves.setdefault(ancestor, set()).add(index)
    synsets = sorted(leaves, key=lambda offset: (sorted(leaves[offset]), offset))
    kinds = [sorted(leaves[offset]) for offset in synsets]
    starts = [at for at, kind in enumerate(kinds) if at == 0 or kind != kinds[at - 1]]
    members = np.zeros((len(starts), len(classes)), dtype=np.bool_)
    for row, start in enumerate(starts):
        members[row, kinds[start]] = True
    texts = [f"{noun.lemma}: {noun.gloss}" for noun in map(nouns.at, synsets)]
    table = ConceptTable(
        synset_vectors=np.stack([text_encoder.encode(text) for text in texts]),
        kind_starts=np.array(starts),
        members=members,
        projection=np.eye(len(starts), dtype=np.float32),
        visual_basis=np.linalg.svd(fc_weight, full_matrices=False)[2][:VISUAL_DIMENSIONS].T.copy(),
    )
    return replace(table, projection=projection(table, fc_weight))


def projection(table: ConceptTable, fc_weight: Floats) -> Floats:
    """The directions in which images differ, of shape (K, 373).

    No photos are at hand here, so sights are made up: a class pushed together with those that the classifier's own
    weights have beside it, over noise with the same correlations. It keeps 98% of the length of real images.
    """
    random = np.random.default_rng(0)
    weight = fc_weight - fc_weight.mean(axis=0)
    kinship = weight @ weight.T
    chosen = random.integers(0, len(weight), SIMULATED_SIGHTS)
    signal = kinship[chosen] / kinship.diagonal()[chosen, None] * random.uniform(2, 8, (SIMULATED_SIGHTS, 1))
    noise = random.standard_normal((SIMULATED_SIGHTS, weight.shape[1])) @ weight.T
    logits = (signal + noise / noise.std(axis=1, keepdims=True)).astype(np.float32)
    sights = unit(kinds_of_sights(table, logits) * table.emphasis)
    _, directions = np.linalg.eigh(sights.T @ sights)  # by ascending eigenvalue
    return directions[:, : -CONCEPT_DIMENSIONS - 1 : -1].astype(np.float32).copy()

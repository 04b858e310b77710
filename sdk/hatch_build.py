"""Build hook: makes the Python stubs of `protos/` in place, so that they are built and never committed; and beside them
`contracts.binpb`, a descriptor set of all of it with its comments, which the stubs lack.
"""

import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProtobufBuildHook(BuildHookInterface[Any]):
    """Runs protoc over `protos/` (beside `sdk/` in the repository, inside it in a source distribution)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        from google.api import annotations_pb2  # noqa: PLC0415  (build requirements, absent at run time)
        from grpc_tools import protoc  # noqa: PLC0415

        root = Path(self.root)
        protos = next(folder for folder in (root / "protos", root.parent / "protos") if folder.is_dir())
        sources = sorted(str(path.relative_to(protos)) for path in protos.rglob("*.proto"))
        remove_stale(root / "bowerbird", sources)
        status = protoc.main(
            [
                "protoc",
                f"--proto_path={protos}",
                f"--proto_path={files('grpc_tools') / '_proto'}",
                f"--proto_path={Path(annotations_pb2.__file__).parents[2]}",
                f"--descriptor_set_out={root / 'bowerbird' / 'contracts.binpb'}",
                "--include_imports",
                "--include_source_info",
                f"--python_out={root}",
                f"--grpc_python_out={root}",
                f"--plugin=protoc-gen-mypy={script('protoc-gen-mypy')}",
                f"--plugin=protoc-gen-mypy_grpc={script('protoc-gen-mypy_grpc')}",
                f"--mypy_out=quiet:{root}",
                f"--mypy_grpc_out=quiet:{root}",
                *sources,
            ]
        )
        if status != 0:
            raise RuntimeError(f"protoc failed with status {status} on {protos}")
        remove_empty_services(root / "bowerbird")


def script(name: str) -> Path:
    """Path of a console script in the (isolated) build environment."""
    return Path(sys.prefix) / "bin" / name


def remove_stale(package: Path, sources: list[str]) -> None:
    """Delete stubs whose .proto is gone: an import of a removed contract must fail, not find the old one."""
    kept = {Path(source).with_suffix("").as_posix() for source in sources}
    for stub in package.rglob("*_pb2*.py*"):
        stem = stub.name.split("_pb2")[0]
        if stub.parent.relative_to(package.parent).joinpath(stem).as_posix() not in kept:
            stub.unlink()


def remove_empty_services(package: Path) -> None:
    """Delete the gRPC stubs of files without a service: they would hold nothing but an import."""
    for stub in package.rglob("*_pb2_grpc.py"):
        if "class " not in stub.read_text():
            stub.unlink()
            stub.with_suffix(".pyi").unlink(missing_ok=True)

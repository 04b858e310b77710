"""What the contracts hold: every service, and which process serves it."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal

from google.protobuf.descriptor import ServiceDescriptor

Backend = Literal["catalog", "search"]
BACKENDS: tuple[Backend, ...] = ("catalog", "search")


def contract_services() -> list[ServiceDescriptor]:
    """All services of the contracts of catalog and search, by package and name; a new one needs no list."""
    return [service for backend in BACKENDS for service in _services(f"bowerbird.{backend}.v1")]


def backend_of(service: str) -> Backend:
    """Which process serves the service of that full name: the second word of its package names it."""
    for backend in BACKENDS:
        if service.startswith(f"bowerbird.{backend}."):
            return backend
    raise ValueError(f"no process serves {service}")


def _services(package: str) -> Iterator[ServiceDescriptor]:
    for module in sorted(found.name for found in iter_modules(import_module(package).__path__)):
        if module.endswith("_service_pb2"):
            yield from import_module(f"{package}.{module}").DESCRIPTOR.services_by_name.values()

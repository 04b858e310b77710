"""Ports on the loopback interface for the processes of one machine."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel takes ports for outgoing connections, so that none of those takes a port
# between its choice here and its use.
_RANGE = range(15_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Distinct ports on which nothing listens now."""
    found: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        if is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"fewer than {count} free ports between {_RANGE.start} and {_RANGE.stop} on {LOOPBACK}")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True

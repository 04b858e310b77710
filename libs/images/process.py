"""One decoder process, as the pool sees it."""

import asyncio
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass

from libs.images.shape import Shape
from libs.images.wire import MEMORY_EXIT, REQUEST, RESPONSE, Output, Verdict


@dataclass(frozen=True)
class ImageLimits:
    """What one image may cost."""

    pixels: int = 50_000_000
    size_bytes: int = 64 * 1024 * 1024
    memory_bytes: int = 512 * 1024 * 1024  # above what a decoder needs to stand idle
    decode_seconds: float = 10.0


@dataclass(frozen=True)
class Reply:
    """A decoder's answer; the body is the prepared image, or what was wrong as text."""

    verdict: Verdict
    width_px: int
    height_px: int
    body: bytes


class DecoderDied(Exception):
    """The process ended before it answered."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(_told(exit_code))
        self.met_memory_limit = exit_code == MEMORY_EXIT


class DecoderProcess:
    """Decodes one image at a time; after any failure of `decode` but a verdict, kill it and start another."""

    def __init__(self, limits: ImageLimits) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        command = [sys.executable, "-I", "-m", "libs.images.decoder", "--socket", str(theirs.fileno())]
        command += ["--memory-bytes", str(limits.memory_bytes), "--pixels-limit", str(limits.pixels)]
        command += ["--orphan-seconds", str(limits.decode_seconds + 2)]
        self._socket = ours
        # An empty environment: the keys of this service are none of a decoder's business.
        self._process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env={}, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        theirs.close()

    async def decode(self, data: bytes, shape: Shape, output: Output, quality: int) -> Reply:
        """Raises DecoderDied."""
        loop = asyncio.get_running_loop()
        asked = (shape.fit, shape.width_px, shape.height_px, shape.percent, *shape.colour, output, quality)
        try:
            await loop.sock_sendall(self._socket, REQUEST.pack(len(data), *asked))
            await loop.sock_sendall(self._socket, data)
            verdict, size_bytes, width_px, height_px = RESPONSE.unpack(await self._read(RESPONSE.size))
            return Reply(Verdict(verdict), width_px, height_px, bytes(await self._read(size_bytes)))
        except (ConnectionError, EOFError):
            raise DecoderDied(await self._exit_code()) from None

    async def _read(self, size_bytes: int) -> bytearray:
        loop = asyncio.get_running_loop()
        buffer = bytearray(size_bytes)
        view = memoryview(buffer)
        while view:
            received = await loop.sock_recv_into(self._socket, view)
            if not received:
                raise EOFError
            view = view[received:]
        return buffer

    async def _exit_code(self) -> int:
        """Its side of the socket is closed, so the process is all but gone."""
        return await asyncio.to_thread(self._process.wait)

    def kill(self) -> None:
        """End the process at once; the wait is for the kernel alone."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


def _told(exit_code: int) -> str:
    if exit_code == MEMORY_EXIT:
        return "it needed more memory than allowed"
    if exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"

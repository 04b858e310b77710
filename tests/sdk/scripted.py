"""A server that speaks Bowerbird's contracts and does as it is told: answers, errors, silence, broken streams."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from google.protobuf import message_factory
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

import bowerbird.client  # noqa: F401  (puts the contracts into the descriptor pool)

DETAILS_KEY = "grpc-status-details-bin"


@dataclass(frozen=True)
class Failure:
    """An error status; `trailing` stands for details that are not those of Bowerbird."""

    code: grpc.StatusCode
    message: str = "as the test wants it"
    reason: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    trailing: bytes | None = None

    @property
    def details(self) -> bytes | None:
        if not self.reason:
            return self.trailing
        info = AnyMessage()
        info.Pack(ErrorInfo(reason=self.reason, domain="bowerbird.dev", metadata=self.metadata))
        details: bytes = Status(code=self.code.value[0], message=self.message, details=[info]).SerializeToString()
        return details


@dataclass(frozen=True)
class Silence:
    """No answer at all."""


Step = Message | Failure | Silence | Sequence[Message | Failure]
"""One call's answer: a message, or several and perhaps a failure for a stream."""


@dataclass(frozen=True)
class Call:
    """What a client sent."""

    method: str
    request: Any
    token: str


class ScriptedServer(grpc.GenericRpcHandler):
    """Each call of a method takes the next step of its script; the last one is repeated."""

    def __init__(self) -> None:
        self.address = ""
        self.calls: list[Call] = []
        self._steps: dict[str, list[Step]] = defaultdict(list)
        self._server: grpc.aio.Server | None = None

    def script(self, method: str, *steps: Step) -> None:
        """`method` is its name alone, like `GetJob`."""
        self._steps[method] = list(steps)

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def start(self) -> None:
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers((self,))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(grace=0)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any]":
        path: str = handler_call_details.method
        method: MethodDescriptor = Default().FindMethodByName(path.strip("/").replace("/", "."))
        request_class = message_factory.GetMessageClass(method.input_type)
        if method.server_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._streaming(method.name), request_class.FromString, lambda message: message.SerializeToString()
            )
        return grpc.unary_unary_rpc_method_handler(
            self._unary(method.name), request_class.FromString, lambda message: message.SerializeToString()
        )

    def _next(self, method: str, request: Message, context: grpc.aio.ServicerContext[Any, Any]) -> Step:
        token = dict(context.invocation_metadata() or ()).get("authorization", "")
        self.calls.append(Call(method, request, str(token)))
        steps = self._steps[method]
        if not steps:
            return Failure(grpc.StatusCode.UNIMPLEMENTED, f"the test has no script for {method}")
        return steps.pop(0) if len(steps) > 1 else steps[0]

    def _unary(self, method: str) -> Any:
        async def answer(request: Message, context: grpc.aio.ServicerContext[Any, Any]) -> Message:
            step = self._next(method, request, context)
            if isinstance(step, Silence):
                await asyncio.Event().wait()
            if isinstance(step, Failure):
                await fail(context, step)
            assert isinstance(step, Message)
            return step

        return answer

    def _streaming(self, method: str) -> Any:
        async def answer(request: Message, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[Message]:
            step = self._next(method, request, context)
            for each in step if isinstance(step, Sequence) else [step]:
                if isinstance(each, Silence):
                    await asyncio.Event().wait()
                if isinstance(each, Failure):
                    await fail(context, each)
                assert isinstance(each, Message)
                yield each

        return answer


async def fail(context: grpc.aio.ServicerContext[Any, Any], failure: Failure) -> None:
    trailing = ((DETAILS_KEY, failure.details),) if failure.details is not None else ()
    await context.abort(failure.code, failure.message, trailing_metadata=trailing)

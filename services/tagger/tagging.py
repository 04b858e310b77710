"""One tagging job: photos are shown to the model, unless it has seen them before."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from weakref import WeakValueDictionary

import grpc.aio
from cachetools import LRUCache

from bowerbird.catalog.v1.work_service_pb2 import LookUpAnswersRequest
from bowerbird.catalog.v1.work_service_pb2_grpc import WorkServiceStub
from libs.endpoints.chat import ChatClient
from libs.endpoints.errors import EndpointError, ModelRequestRefused
from libs.rpc.errors import AddressNotAllowed
from libs.work.files import Answer, Failed, FileResult, Tagged, WorkFile
from libs.work.messages import answer as known_answer
from libs.work.outage import Outage
from services.tagger.answer import TagAnswerWrong, parse_answer
from services.tagger.definition import TagDefinition
from services.tagger.photo import Darkroom, Photo
from services.tagger.prompt import prompt_text

ASKED_AT_MOST: Final = 2  # a wrong answer is asked for once more
REMEMBERED_ANSWERS: Final = 4096


class TaggingJob:
    """A FileHandler: develop, look answers up, ask."""

    batch_size = 1

    def __init__(
        self,
        job: str,
        definition: TagDefinition,
        concurrency: int,
        *,
        darkroom: Darkroom,
        chat: ChatClient,
        catalog: grpc.aio.Channel,
    ) -> None:
        self.concurrency = concurrency
        self._job = job
        self._definition = definition
        self._prompt = prompt_text(definition)
        self._darkroom = darkroom
        self._chat = chat
        self._work = WorkServiceStub(catalog)
        self._outage = Outage(concurrency)
        # Equal files that are under way at the same time are asked about once.
        self._good: LRUCache[bytes, Answer] = LRUCache(REMEMBERED_ANSWERS)
        self._asking: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def prepare(self, file: WorkFile) -> Photo | FileResult:
        return await self._darkroom.develop(file)

    async def look_up(self, prepared: Sequence[Photo]) -> Sequence[Photo | FileResult]:
        unknown = list({photo.sha256 for photo in prepared if photo.answer is None})
        if unknown:
            request = LookUpAnswersRequest(job=self._job, sha256=unknown)
            found = (await self._work.LookUpAnswers(request, timeout=10)).answers
            answers = {
                sha256: known_answer(answer) for sha256, answer in zip(unknown, found, strict=True) if answer.text
            }
            prepared = [replace(photo, answer=photo.answer or answers.get(photo.sha256)) for photo in prepared]
        return [self._reused(photo, photo.answer) or photo for photo in prepared]

    async def finish(self, batch: Sequence[Photo]) -> Sequence[FileResult]:
        (photo,) = batch
        async with self._asking.setdefault(photo.sha256, asyncio.Lock()):
            reused = self._reused(photo, self._good.get(photo.sha256))
            return [reused or await self._asked(photo)]

    def _reused(self, photo: Photo, answer: Answer | None) -> FileResult | None:
        """The result by an answer from before; None without one, or where it does not hold by today's reading."""
        try:
            tags = parse_answer(answer.text, self._definition) if answer else None
        except TagAnswerWrong:
            tags = None
        return None if tags is None else replace(_result(photo, Tagged(tags)), reused=True)

    async def _asked(self, photo: Photo) -> FileResult:
        paid: Answer | None = None
        wrong: Failed
        for _ in range(ASKED_AT_MOST):
            try:
                said = await self._said(photo)
                paid = _sum(paid, said)
                tags = parse_answer(said.text, self._definition)
            except TagAnswerWrong as error:
                wrong = Failed.of(error)
            except EndpointError as error:
                wrong = Failed.of(error)
                break
            else:
                self._good[photo.sha256] = said
                return replace(_result(photo, Tagged(tags)), answer=paid)
        return replace(_result(photo, wrong), answer=paid)

    async def _said(self, photo: Photo) -> Answer:
        """Raises EndpointError for this photo, JobFailed where no other photo would fare better."""
        try:
            said = await self._chat.ask(photo.image, self._prompt)
        except ModelRequestRefused:
            raise  # this image is not taken; others may be
        except (EndpointError, AddressNotAllowed) as error:
            self._outage.failed(error)
            raise
        self._outage.answered()
        return Answer(said.content, said.usage.input_tokens, said.usage.output_tokens)


def _result(photo: Photo, outcome: Tagged | Failed) -> FileResult:
    return FileResult(photo.file, outcome, photo.sha256, photo.width_px, photo.height_px)


def _sum(paid: Answer | None, said: Answer) -> Answer:
    """The last text, at the price of all."""
    if paid is None:
        return said
    return Answer(said.text, paid.input_tokens + said.input_tokens, paid.output_tokens + said.output_tokens)

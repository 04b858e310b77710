"""Answers of models that were paid for once: found again by the content and by what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from services.catalog.database import Database
from services.catalog.job_facts import JobFacts
from services.catalog.schema import ledger


@dataclass(frozen=True)
class Answer:
    """What a model answered, as it came; empty for an embedding."""

    text: str
    input_tokens: int
    output_tokens: int


class Answers:
    """Reads the ledger. Only good answers count: what a model got wrong may be asked again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look_up(self, job: JobFacts, contents: Sequence[bytes]) -> list[Answer | None]:
        """The answers to contents (SHA-256, 32 bytes) in their order. By the ledger's unique key."""
        statement = select(ledger.c.sha256, ledger.c.answer, ledger.c.input_tokens, ledger.c.output_tokens).where(
            ledger.c.workspace_id == job.workspace_id,
            ledger.c.kind == job.kind,
            ledger.c.fingerprint == job.fingerprint,
            ledger.c.sha256.in_(contents),
            ledger.c.reason.is_(None),
        )
        async with self._database.begin() as connection:
            rows = (await connection.execute(statement)).all()
        found = {row.sha256: Answer(row.answer, row.input_tokens, row.output_tokens) for row in rows}
        return [found.get(content) for content in contents]

"""The walk itself: bucket, dataset, scan, tags, index, searches, export, each step through the client."""

import time
from collections import Counter
from pathlib import PurePosixPath

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.cli.output import print_table, say, shown
from bowerbird.cli.progress import follow, print_outcome
from bowerbird.client import Client, NotFound
from bowerbird.search.v1.search_pb2 import Facet, Query, TagFilter
from deploy.local.parts import ALLOWED_ADDRESSES
from deploy.local.servers.seaweedfs import ObjectStorageServer, create_bucket
from deploy.local.walk.collection import BUCKET, Collection
from deploy.local.walk.upload import upload
from libs.objects.config import S3Config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy

ADDRESSES = AddressPolicy(ALLOWED_ADDRESSES)
HITS_SHOWN = 5
_LONGEST_LINE_BYTES = 64 * 1024


class WalkFailed(Exception):
    """A job of the walk failed as a whole."""


class Tour:
    """The walk through one collection. Walked again, it does only what is not done yet."""

    def __init__(self, client: Client, storage: ObjectStorageServer, collection: Collection) -> None:
        self._client = client
        self._storage = storage
        self._collection = collection
        self._dataset = collection.dataset

    async def walk(self) -> None:
        """Raises WalkFailed, or what the client raises."""
        began = time.monotonic()
        await self._fill_bucket()
        await self._make_dataset()
        await self._scan()
        await self._tag_and_index()
        await self._search()
        await self._export(await self._search_combined())
        if self._collection.note:
            say(f"\nPlease note: {self._collection.note}")
        say(f"\nThat was the whole job, in {time.monotonic() - began:.0f} s.")

    async def _fill_bucket(self) -> None:
        _title(f"The bucket: {self._collection.root_uri}")
        await create_bucket(self._storage, BUCKET)
        async with open_store(storage_config(self._storage), self._collection.root_uri, ADDRESSES) as store:
            done = await upload(self._collection, store)
        say(f"{done.written} images uploaded, {done.unchanged} were there, {done.deleted} deleted.")

    async def _make_dataset(self) -> None:
        try:
            await self._client.datasets.get(self._dataset)
        except NotFound:
            await self._client.datasets.create(self._dataset, self._collection.root_uri)
        await self._client.index_sets.set(self._dataset)

    async def _scan(self) -> None:
        _title(f"Scan of the dataset {self._dataset}")
        await self._finish(await self._client.jobs.scan(self._dataset))
        formats: Counter[str] = Counter()
        async for file in self._client.files.list(self._dataset):
            formats[PurePosixPath(file.path).suffix.lower().lstrip(".")] += 1
        print_table(["FORMAT", "FILES"], [*sorted(formats.items()), ("all", formats.total())], empty="no files")

    async def _tag_and_index(self) -> None:
        _title("Tags and embeddings")
        await self._finish(
            await self._client.jobs.tag(self._dataset),
            await self._client.jobs.index(self._dataset),
        )
        answer = await self._client.search.facets(self._dataset, Query(), [Facet.FIELD_TAGS], max_values=8)
        shares = ", ".join(f"{count.value} {count.count}" for facet in answer.facets for count in facet.counts)
        say(f"Files by tag: {shares or 'none was given'}")

    async def _finish(self, *jobs: Job) -> None:
        for job in await follow(self._client, jobs, quiet=False):
            await print_outcome(self._client, job)
            if job.state not in (Job.STATE_SUCCEEDED, Job.STATE_PARTIALLY_FAILED):
                raise WalkFailed(f"The {job.WhichOneof('spec')} job did not succeed.")

    async def _search(self) -> None:
        for text in self._collection.texts:
            _title(f'Search: "{text}"')
            await self._show_hits(Query(text=text, top_k=HITS_SHOWN))
        _title(f"Search: images like {shown(self._collection.like)}")
        image = (self._collection.folder / self._collection.like).read_bytes()
        await self._show_hits(Query(image=image, top_k=HITS_SHOWN))

    async def _show_hits(self, query: Query) -> None:
        page = await self._client.search.page(self._dataset, query, page_size=HITS_SHOWN)
        captions = self._collection.captions
        headings = ["SCORE", "FILE", *(["CAPTION"] if captions else [])]
        rows = (
            [hit.score, hit.file.path, *([captions.get(hit.file.path, "")] if captions else [])] for hit in page.hits
        )
        print_table(headings, rows, empty="No file matches.")

    async def _search_combined(self) -> Query:
        query = self._collection.combined or await self._combine()
        conditions = (f'the {query.top_k} most like "{query.text}"', f"tag {' or '.join(query.tags.any_of)}")
        _title(f'Combined: {", ".join(conditions)}, file name with "{query.file_name}"')
        await self._show_hits(query)
        say(f"{await self._client.search.count(self._dataset, query)} files match.")
        return query

    async def _combine(self) -> Query:
        """From what came out: the commonest tag, and the ending of the first image."""
        answer = await self._client.search.facets(self._dataset, Query(), [Facet.FIELD_TAGS], max_values=1)
        commonest = [count.value for facet in answer.facets for count in facet.counts]
        return Query(
            text=self._collection.texts[0],
            top_k=100,
            tags=TagFilter(any_of=commonest),
            file_name=PurePosixPath(self._collection.like).suffix,
        )

    async def _export(self, query: Query) -> None:
        _title("Export of these files")
        selected = await self._client.search.select(self._dataset, query)
        job = await self._client.jobs.export(
            selected.selection,
            self._collection.export_uri,
            filtered_attributes=["FileName", "DataSize", "FileFingerPrint", "Tags.all", "Score"],
        )
        await self._finish(job)
        manifest = (await self._client.jobs.get(job.name)).export_summary.manifest_uri
        say(f"Its first line: {await self._first_line(manifest)}")

    async def _first_line(self, manifest_uri: str) -> str:
        async with open_store(storage_config(self._storage), manifest_uri.rpartition("/")[0], ADDRESSES) as store:
            parts = [key async for page in store.pages() for key in page.key if key.endswith(".jsonl")]
            if not parts:
                return "there is none, for no file was selected"
            head = await store.read_range(min(parts), 0, _LONGEST_LINE_BYTES)
        return head.partition(b"\n")[0].decode()


def storage_config(server: ObjectStorageServer) -> S3Config:
    """How `libs.objects` reaches the server."""
    return S3Config(
        endpoint=server.endpoint,
        region=server.region,
        access_key_id=server.access_key,
        secret_access_key=server.secret_key,
    )


def _title(text: str) -> None:
    say(f"\n== {text}")

"""`bowerbird tag`: labels by hand, on all files that a search describes, and their undoing."""

from collections.abc import Callable
from typing import Annotated

import typer

from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges, TagEdit
from bowerbird.cli.completion import complete_tag
from bowerbird.cli.document import document, enum_name
from bowerbird.cli.exits import Exit
from bowerbird.cli.names import DatasetArgument, Detach, VersionOption
from bowerbird.cli.output import Json, print_json, print_table, say, tell
from bowerbird.cli.progress import exit_code, follow
from bowerbird.cli.query import QueryOptions, with_query_options_alone
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.defaults import LATEST
from bowerbird.client.names import short

app = typer.Typer(
    no_args_is_help=True,
    help="Labels by hand: give tags, reject those of models, and undo it. Which files: as for `bowerbird search`.",
)

LISTS = ("add", "remove", "reject", "restore")
WHAT_THEY_DO = {
    "add": "Give tags to the files. They hold whatever models say.",
    "remove": "Take tags away that people gave. What a model gave too still holds: reject it.",
    "reject": "Say that tags of models are wrong. They no longer hold, whatever models say later.",
    "restore": "Let rejected tags hold again.",
}
EXAMPLES = {
    "add": (
        'bowerbird tag add photos checked "my bird" --all bird --dir garden',
        """bowerbird tag add photos night --query 'Tags.ai = "dark" AND NOT Tags.ai = "indoors"' --dry-run""",
    ),
    "remove": ("bowerbird tag remove photos checked --any checked",),
    "reject": ('bowerbird tag reject photos bird --all bird --text "a drawing" --top-k 1000 --threshold 0.3',),
    "restore": ("bowerbird tag restore photos bird --every-file",),
}

TagsArgument = Annotated[
    list[str],
    typer.Argument(metavar="TAG", help="The tags.", autocompletion=complete_tag, show_default=False),
]


def edit_command(kind: str) -> Callable[..., None]:
    """The command that has tags in one of the lists of an edit."""

    @with_query_options_alone
    def edit(  # noqa: PLR0917 (typer gives options by name)
        context: typer.Context,
        dataset: DatasetArgument,
        tags: TagsArgument,
        options: QueryOptions,
        version: VersionOption = LATEST,
        every_file: Annotated[bool, typer.Option("--every-file", help="All files, without any condition.")] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Only say how many files match; change nothing.")
        ] = False,
        detach: Detach = False,
        as_json: Json = False,
    ) -> None:
        query = options.query()
        if (query == QueryOptions().query()) != every_file:
            raise typer.BadParameter("expected conditions that say which files, as for `search`, or --every-file")

        async def count(client: Client) -> None:
            total = await client.search.count(dataset, query, version)
            print_json({"total": total}) if as_json else say(f"{files_text(total)} match; nothing was changed.")

        async def change(client: Client) -> Exit:
            selected = await client.search.select(dataset, query, version)
            if not as_json:
                tell(f"{files_text(selected.total)} match.")
            made = await client.tag_edits.edit(dataset, selected.selection, TagChanges(**{kind: tags}))
            return await conclude(client, made, made.job, detach=detach, as_json=as_json)

        run(context, count if dry_run else change, as_json=as_json)

    examples = "\n".join(f"  {example}" for example in EXAMPLES[kind])
    edit.__doc__ = f"{WHAT_THEY_DO[kind]}\n\n\b\nExamples:\n{examples}\n"
    return edit


for name in LISTS:
    app.command(name)(edit_command(name))


@app.command("edits")
def list_edits(
    context: typer.Context,
    dataset: DatasetArgument,
    version: VersionOption = LATEST,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most this many, newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the edits of a dataset's tags: what, by whom, when, and whether it stands."""

    async def work(client: Client) -> None:
        edits: list[TagEdit] = []
        async for edit in client.tag_edits.list(dataset, version):
            edits.append(edit)
            if len(edits) == limit:
                break
        if as_json:
            print_json({"tag_edits": [document(edit) for edit in edits]})
            return
        print_table(
            ["EDIT", "CHANGES", "OF", "FILES", "CHANGED", "STATE", "BY", "WHEN"],
            (
                (
                    short(edit.name),
                    changes_text(edit.changes),
                    selected_text(edit),
                    edit.file_count,
                    edit.changed_file_count,
                    state_text(edit),
                    short(edit.editor),
                    edit.create_time,
                )
                for edit in edits
            ),
            empty=f"Nobody has edited tags. Try: bowerbird tag add {dataset} TAG --all OTHER_TAG",
        )

    run(context, work, as_json=as_json)


@app.command()
def undo(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    dataset: DatasetArgument,
    edit: Annotated[str, typer.Argument(metavar="EDIT", help="Id of the edit, as `tag edits` shows it.")] = "",
    version: VersionOption = LATEST,
    detach: Detach = False,
    as_json: Json = False,
) -> None:
    """Undo an edit; without an id the last one that stands.

    What it changed is changed back, where no later edit has changed the same tag of a file.

    \b
    Examples:
      bowerbird tag undo photos
      bowerbird tag undo photos 12
    """

    async def work(client: Client) -> Exit:
        name = client.names.tag_edit(dataset, edit, version) if edit else await last_that_stands(client)
        if name is None:
            tell(f"There is no edit to undo. See: bowerbird tag edits {dataset}")
            return Exit.FAILED
        undone = await client.tag_edits.undo(name)
        return await conclude(client, undone, undone.undo_job, detach=detach, as_json=as_json)

    async def last_that_stands(client: Client) -> str | None:
        async for made in client.tag_edits.list(dataset, version):
            has_changed_nothing = made.state == TagEdit.STATE_DONE and not made.changed_file_count
            if made.state != TagEdit.STATE_UNDONE and not has_changed_nothing:
                return made.name
        return None

    run(context, work, as_json=as_json)


async def conclude(client: Client, edit: TagEdit, job: str, *, detach: bool, as_json: bool) -> Exit:
    """Watch the job, if there is one (unless detached), and print what came out."""
    code = Exit.OK
    if job and not detach:
        code = exit_code(await follow(client, [await client.jobs.get(job)], quiet=as_json))
        edit = await client.tag_edits.get(edit.name)
    if as_json:
        print_json({"tag_edit": document(edit)})
        return code
    say(outcome(edit))
    for note in edit.notes:
        say(f"  {note}")
    if job and detach:
        say(f"  Watch it: bowerbird job watch {short(job)}")
    elif edit.state == TagEdit.STATE_DONE and edit.changed_file_count:
        say(f"  Undo it: bowerbird tag undo {dataset_of(edit)} {short(edit.name)}")
    return code


def outcome(edit: TagEdit) -> str:
    """A line for people."""
    what = f"edit {short(edit.name)} ({changes_text(edit.changes)})"
    if edit.undo_time.seconds:
        return f"{what}: {state_text(edit)}; {files_text(edit.reverted_file_count)} changed back."
    why = f" {edit.message}" if edit.message else ""
    return f"{what}: {state_text(edit)}; {edit.changed_file_count:,} of {files_text(edit.file_count)} changed.{why}"


def changes_text(changes: TagChanges) -> str:
    """`add bird, tree; reject sky`."""
    lists = ((kind, getattr(changes, kind)) for kind in LISTS)
    return "; ".join(f"{kind} {', '.join(tags)}" for kind, tags in lists if tags)


def selected_text(edit: TagEdit) -> str:
    """What its files were selected by."""
    return (edit.expression or "every file") if edit.HasField("expression") else "chosen files"


def state_text(edit: TagEdit) -> str:
    return enum_name(TagEdit.State.DESCRIPTOR, edit.state).lower().replace("_", " ")


def files_text(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def dataset_of(edit: TagEdit) -> str:
    """The id in `workspaces/{workspace}/datasets/{dataset}/versions/{version}/tagEdits/{tag_edit}`."""
    return edit.name.split("/")[3]

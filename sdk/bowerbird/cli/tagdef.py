"""`bowerbird tagdef`: which tags a model may give, and what they mean."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bowerbird.catalog.v1.tag_definition_pb2 import TagDefinition
from bowerbird.cli.document import document
from bowerbird.cli.names import Yes, confirm
from bowerbird.cli.output import Json, print_fields, print_json, print_table, say
from bowerbird.cli.session import run
from bowerbird.client import Client
from bowerbird.client.names import short

app = typer.Typer(no_args_is_help=True, help="Tag definitions: which tags a model may give, and what they mean.")

DefinitionArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the tag definition.")]
DefinitionFile = typer.Option("--file", "-f", metavar="FILE", help="The tags as JSON; - for standard input.")
GuideFile = typer.Option(metavar="FILE", help="A text that tells the model who it is and what the images are.")
DisplayName = typer.Option(help="Name for people.", show_default=False)


@app.command()
def create(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    name: DefinitionArgument,
    file: Annotated[Path, DefinitionFile],
    guide_file: Annotated[Path | None, GuideFile] = None,
    display_name: Annotated[str, DisplayName] = "",
    as_json: Json = False,
) -> None:
    """Create a tag definition from a JSON file.

    \b
    The file:
      {"tags": {
        "Bird": "A bird of any kind",
        "Parking lock": {"description": "A lock on a parking lot", "values": {"raised": "up", "lowered": "down"}}}}

    \b
    Example:
      bowerbird tagdef create driving --file driving.json --guide-file guide.txt
    """
    definition_json = read_definition(file)
    guide_prompt = read_text(guide_file) if guide_file else ""

    async def work(client: Client) -> None:
        created = await client.tag_definitions.create(
            name, definition_json, guide_prompt=guide_prompt, display_name=display_name
        )
        if as_json:
            print_json({"tag_definition": definition_document(created)})
            return
        say(f"Created {short(created.name)} with {len(tags_of(created))} tags.")
        say(f"  next: bowerbird job start tag DATASET --tag-definition {short(created.name)}")

    run(context, work, as_json=as_json)


@app.command("list")
def list_definitions(context: typer.Context, as_json: Json = False) -> None:
    """List the tag definitions."""

    async def work(client: Client) -> None:
        definitions = [definition async for definition in client.tag_definitions.list()]
        if as_json:
            print_json({"tag_definitions": [definition_document(definition) for definition in definitions]})
            return
        print_table(
            ["NAME", "TAGS", "REVISION", "UPDATED"],
            (
                (short(definition.name), len(tags_of(definition)), definition.revision, definition.update_time)
                for definition in definitions
            ),
            empty="There are no tag definitions. Create one: bowerbird tagdef create NAME --file tags.json",
        )

    run(context, work, as_json=as_json)


@app.command()
def show(context: typer.Context, name: DefinitionArgument, as_json: Json = False) -> None:
    """Show a tag definition."""

    async def work(client: Client) -> None:
        print_definition(await client.tag_definitions.get(name), as_json=as_json)

    run(context, work, as_json=as_json)


@app.command()
def update(  # noqa: PLR0917 (typer gives options by name)
    context: typer.Context,
    name: DefinitionArgument,
    file: Annotated[Path | None, DefinitionFile] = None,
    guide_file: Annotated[Path | None, GuideFile] = None,
    display_name: Annotated[str | None, DisplayName] = None,
    as_json: Json = False,
) -> None:
    """Change a tag definition. Jobs that exist keep to the one that they were created with.

    \b
    Example:
      bowerbird tagdef update driving --file driving.json
    """
    changes = {
        "definition_json": read_definition(file) if file else None,
        "guide_prompt": read_text(guide_file) if guide_file else None,
        "display_name": display_name,
    }
    fields = {field: value for field, value in changes.items() if value is not None}
    if not fields:
        raise typer.BadParameter("nothing to change; give --file, --guide-file or --display-name")

    async def work(client: Client) -> None:
        changed = TagDefinition(name=client.names.tag_definition(name))
        for field, value in fields.items():
            setattr(changed, field, value)
        print_definition(await client.tag_definitions.update(changed, fields), as_json=as_json)

    run(context, work, as_json=as_json)


@app.command()
def delete(context: typer.Context, name: DefinitionArgument, yes: Yes = False, as_json: Json = False) -> None:
    """Delete a tag definition. Tags that were given by it stay."""
    confirm(f"Delete the tag definition {name}?", yes=yes)

    async def work(client: Client) -> None:
        await client.tag_definitions.delete(name)
        if as_json:
            print_json({"deleted": client.names.tag_definition(name)})
        else:
            say(f"Deleted {name}.")

    run(context, work, as_json=as_json)


def print_definition(definition: TagDefinition, *, as_json: bool) -> None:
    if as_json:
        print_json({"tag_definition": definition_document(definition)})
        return
    print_fields(
        [
            ("Tag definition", short(definition.name)),
            ("Name", definition.display_name),
            ("Revision", definition.revision),
            ("Guide prompt", definition.guide_prompt or "a general one"),
            ("Updated", definition.update_time),
        ]
    )
    print_table(["TAG", "VALUES", "MEANING"], (tag_row(*tag) for tag in tags_of(definition).items()), empty="No tags.")


def tag_row(name: str, tag: object) -> tuple[str, str, str]:
    if isinstance(tag, dict):
        return name, ", ".join(tag.get("values", {})), str(tag.get("description", ""))
    return name, "", str(tag)


def definition_document(definition: TagDefinition) -> dict[str, object]:
    """With the tags as JSON, not as text that holds JSON."""
    made = document(definition)
    del made["definition_json"]
    return {**made, "tags": tags_of(definition)}


def tags_of(definition: TagDefinition) -> dict[str, object]:
    tags: dict[str, object] = json.loads(definition.definition_json)["tags"]
    return tags


def read_definition(path: Path) -> str:
    """The file's text, once it is JSON; what is in it the server checks. Raises typer.BadParameter."""
    text = read_text(path)
    try:
        json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{path} is not JSON: {error}", param_hint="--file") from None
    return text


def read_text(path: Path) -> str:
    """Raises typer.BadParameter."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read: {error}") from None

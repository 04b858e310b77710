import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { idOf } from "@/api/names";
import type { TagDefinition } from "@/api/types";
import { columnsOf, Table } from "@/parts/Table";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";

const column = columnsOf<TagDefinition>();

export function DefinitionTable({ definitions }: { readonly definitions: readonly TagDefinition[] }) {
  const words = useWords().tagDefinitions;
  const format = useFormat();
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor((definition) => definition.displayName || idOf(definition.name), {
          id: "name",
          header: words.columns.name,
          cell: ({ row, getValue }) => (
            <Link to="/tag-definitions/$tagDefinition" params={{ tagDefinition: idOf(row.original.name) }}>
              {getValue()}
            </Link>
          ),
        }),
        column.accessor((definition) => tagCount(definition.definitionJson), {
          id: "tags",
          header: words.columns.tags,
          cell: ({ getValue }) => format.number(getValue()),
          meta: { align: "end", narrow: true },
        }),
        column.accessor((definition) => Number(definition.revision ?? 0), {
          id: "revision",
          header: words.columns.revision,
          cell: ({ getValue }) => format.number(getValue()),
          meta: { align: "end", narrow: true },
        }),
        column.accessor("updateTime", {
          header: words.columns.changed,
          cell: ({ getValue }) => <span title={format.time(getValue())}>{format.fromNow(getValue())}</span>,
          meta: { narrow: true },
        }),
      ]),
    [words, format],
  );
  return <Table label={words.title} columns={columns} rows={definitions} idOf={(one) => one.name ?? ""} />;
}

/** The API keeps definitions in their normal form. */
function tagCount(json: string | undefined): number {
  const { tags } = JSON.parse(json ?? '{"tags":{}}') as { readonly tags: Readonly<Record<string, unknown>> };
  return Object.keys(tags).length;
}

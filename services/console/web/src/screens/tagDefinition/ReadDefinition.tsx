import { useMemo } from "react";
import type { TagDefinition } from "@/api/types";
import { Section } from "@/parts/Section";
import { columnsOf, Table } from "@/parts/Table";
import { useWords } from "@/words/words";
import { readDefinition } from "./tags";

interface Line {
  readonly name: string;
  readonly description: string;
}

const column = columnsOf<Line>();

/** What a definition says, for reading alone. */
export function ReadDefinition({ definition }: { readonly definition: TagDefinition }) {
  const words = useWords().tagDefinitions;
  const lines = useMemo(() => linesOf(definition.definitionJson ?? ""), [definition.definitionJson]);
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor("name", { header: words.form.name }),
        column.accessor("description", { header: words.form.description }),
      ]),
    [words],
  );
  return (
    <>
      {definition.guidePrompt !== undefined && (
        <Section title={words.guide}>
          <p>{definition.guidePrompt}</p>
        </Section>
      )}
      <Table label={words.tags} columns={columns} rows={lines} idOf={({ name }) => name} />
    </>
  );
}

/** A tag with values is given as `NAME/VALUE`. */
function linesOf(text: string): readonly Line[] {
  return (readDefinition(text).tags ?? []).flatMap(({ name, description, values }) =>
    values.length === 0
      ? [{ name, description }]
      : values.map((value) => ({
          name: `${name}/${value.name}`,
          description: [description, value.description].filter(Boolean).join(": "),
        })),
  );
}

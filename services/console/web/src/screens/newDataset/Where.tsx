import { connectionIds, connectionKind } from "@/api/connections";
import { idOf } from "@/api/names";
import type { Connection, ImportFormat } from "@/api/types";
import { Field } from "@/parts/Field";
import { Section } from "@/parts/Section";
import { Select } from "@/parts/Select";
import { useWords } from "@/words/words";
import type { Draft, Mistakes } from "./draft";
import { FileCount } from "./FileCount";
import { RootField } from "./RootField";

interface Props {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  /** Connections to object storage. */
  readonly stores: readonly Connection[];
  readonly mistakes: Mistakes;
}

const formats: readonly ImportFormat[] = ["IMPORT_FORMAT_FOLDER", "IMPORT_FORMAT_FILE"];

/** Where the files of a dataset are, and how many lie there. */
export function Where({ draft, change, stores, mistakes }: Props) {
  const words = useWords().newDataset;
  const store = stores.find(({ name }) => name === draft.connection);
  return (
    <Section title={words.where}>
      <Field label={words.connection} error={mistakes.connection}>
        <Select
          value={draft.connection === "" ? null : draft.connection}
          placeholder={words.connectionPlaceholder}
          choices={stores.map((store) => ({
            value: store.name ?? "",
            label: store.displayName ?? idOf(store.name),
            hint: connectionKind(store) === "folder" ? store.folder?.root : (store.s3?.endpoint ?? "S3"),
          }))}
          onValue={(connection) => change({ connection, rootUri: "" })}
        />
      </Field>
      <Field label={words.importFormat}>
        <Select
          value={draft.importFormat}
          choices={formats.map((value) => ({ value, label: words.formats[value], hint: words.formatHints[value] }))}
          onValue={(importFormat) => change({ importFormat })}
        />
      </Field>
      <RootField
        connection={draft.connection}
        top={topOf(store)}
        importFormat={draft.importFormat}
        value={draft.rootUri}
        error={mistakes.rootUri}
        onValue={(rootUri) => change({ rootUri })}
      />
      {draft.connection !== "" && draft.rootUri.trim() !== "" && (
        <FileCount
          connection={connectionIds(draft.connection)}
          uri={draft.rootUri.trim()}
          importFormat={draft.importFormat}
        />
      )}
    </Section>
  );
}

/** Above the folder of a connection there is nothing to go to; a connection to object storage has buckets. */
function topOf(store: Connection | undefined): string {
  const root = store?.folder?.root;
  return root === undefined ? "" : `file://${root.replace(/\/*$/, "/")}`;
}

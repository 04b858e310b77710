import type { FormEvent } from "react";
import { connectionIds, connectionKind } from "@/api/connections";
import { idOf } from "@/api/names";
import type { Connection, ImportFormat } from "@/api/types";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { Checkbox } from "@/parts/Checkbox";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { LabelsField } from "@/parts/LabelsField";
import { Section } from "@/parts/Section";
import { Select } from "@/parts/Select";
import { TextArea } from "@/parts/TextArea";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import styles from "./DatasetForm.module.css";
import { type Draft, idOfDraft, type Mistakes } from "./draft";
import { FileCount } from "./FileCount";
import { RootField } from "./RootField";

interface Props {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  /** Connections to object storage. */
  readonly stores: readonly Connection[];
  readonly mistakes: Mistakes;
  /** What failed and is about no field. */
  readonly error: Error | null;
  readonly busy: boolean;
  readonly onSubmit: (event: FormEvent) => void;
}

export function DatasetForm({ draft, onDraft, stores, mistakes, error, busy, onSubmit }: Props) {
  const all = useWords();
  const words = all.newDataset;
  const change = (part: Partial<Draft>) => onDraft({ ...draft, ...part });
  const formats: readonly ImportFormat[] = ["IMPORT_FORMAT_FOLDER", "IMPORT_FORMAT_FILE"];
  return (
    <form onSubmit={onSubmit} className={styles["form"]} noValidate>
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
      <Section title={words.what}>
        <div className={styles["pair"]}>
          <Field label={words.id} error={mistakes.id} help={words.idHelp}>
            <TextInput code value={draft.id} placeholder={idOfDraft(draft)} onValue={(id) => change({ id })} />
          </Field>
          <Field label={words.displayName} optional error={mistakes.displayName}>
            <TextInput value={draft.displayName} maxLength={127} onValue={(displayName) => change({ displayName })} />
          </Field>
        </div>
        <Field label={words.mountPath} optional error={mistakes.mountPath} help={words.mountPathHelp}>
          <TextInput
            code
            value={draft.mountPath}
            placeholder="/mnt/data/"
            onValue={(mountPath) => change({ mountPath })}
          />
        </Field>
        <Field label={words.description} optional error={mistakes.description}>
          <TextArea
            rows={2}
            maxLength={4096}
            value={draft.description}
            onValue={(description) => change({ description })}
          />
        </Field>
        <LabelsField labels={draft.labels} error={mistakes.labels} onLabels={(labels) => change({ labels })} />
      </Section>
      <Checkbox checked={draft.scan} onChecked={(scan) => change({ scan })}>
        {words.scan}
      </Checkbox>
      {error !== null && <ErrorNote error={error} />}
      <div className={styles["actions"]}>
        <ButtonLink to="/datasets">{all.frame.cancel}</ButtonLink>
        <Button type="submit" kind="primary" busy={busy}>
          {words.submit}
        </Button>
      </div>
    </form>
  );
}

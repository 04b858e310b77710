import type { FormEvent } from "react";
import type { Connection } from "@/api/types";
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
import { contentTypes, type Draft, datasetKinds, hasRoot, idOfDraft, type Mistakes } from "./draft";
import { Where } from "./Where";

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
  return (
    <form onSubmit={onSubmit} className={styles["form"]} noValidate>
      <Section title={words.which}>
        <div className={styles["pair"]}>
          <Field label={words.kind} error={mistakes.kind}>
            <Select
              value={draft.kind}
              choices={datasetKinds.map((value) => ({
                value,
                label: words.kinds[value],
                hint: words.kindHints[value],
              }))}
              onValue={(kind) => change({ kind })}
            />
          </Field>
          <Field label={words.contentType} error={mistakes.contentType}>
            <Select
              value={draft.contentType}
              choices={contentTypes.map((value) => ({ value, label: words.contentTypes[value] }))}
              onValue={(contentType) => change({ contentType })}
            />
          </Field>
        </div>
      </Section>
      {hasRoot(draft) && <Where {...{ draft, stores, mistakes, change }} />}
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
      {hasRoot(draft) && (
        <Checkbox checked={draft.scan} onChecked={(scan) => change({ scan })}>
          {words.scan}
        </Checkbox>
      )}
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

import { type Dispatch, type SetStateAction, useState } from "react";
import { ApiError } from "@/api/errors";
import { Button } from "@/parts/Button";
import { ErrorNote } from "@/parts/ErrorNote";
import { Field } from "@/parts/Field";
import { Form, FormActions, FormRow } from "@/parts/Form";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import type { ConnectionDraft } from "./draft";
import { FolderFields } from "./FolderFields";
import { ModelServiceFields } from "./ModelServiceFields";
import { PasteConfig } from "./PasteConfig";
import { PgvectorFields } from "./PgvectorFields";
import { problemsIn, problemsOf } from "./problems";
import { S3Fields } from "./S3Fields";

interface Props {
  readonly draft: ConnectionDraft;
  readonly onDraft: Dispatch<SetStateAction<ConnectionDraft>>;
  /** Whether the suite keeps a secret that stays if no other is typed. */
  readonly secretKept: boolean;
  /** Of the state that is edited; none for a new connection. */
  readonly etag?: string | undefined;
  readonly isNew: boolean;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onSubmit: () => void;
}

/** The fields of a connection of any kind. */
export function ConnectionForm({ draft, onDraft, secretKept, etag, isNew, busy, error, onSubmit }: Props) {
  const words = useWords();
  const { form } = words.connections;
  const [checked, setChecked] = useState(false);
  const own = problemsOf(draft, words.connections);
  const told = error instanceof ApiError ? problemsIn(error) : {};
  const problems = checked ? { ...told, ...own } : told;
  const change = (changed: Partial<ConnectionDraft>) => onDraft((before) => ({ ...before, ...changed }));
  const fields = { draft, change, problems, secretKept, etag };

  function submit(): boolean {
    setChecked(true);
    if (Object.keys(own).length > 0) return false;
    onSubmit();
    return true;
  }

  return (
    <Form label={words.connections.settings} onSubmit={submit}>
      <FormRow>
        {isNew && (
          <Field label={form.id} help={form.idHelp} error={problems.id}>
            <TextInput code required value={draft.id} onValue={(id) => change({ id })} />
          </Field>
        )}
        <Field label={form.displayName} help={form.displayNameHelp} error={problems.displayName} optional>
          <TextInput value={draft.displayName} maxLength={127} onValue={(displayName) => change({ displayName })} />
        </Field>
      </FormRow>
      {draft.kind === "s3" && <S3Fields {...fields} />}
      {draft.kind === "folder" && <FolderFields {...fields} />}
      {draft.kind === "modelService" && <ModelServiceFields {...fields} />}
      {draft.kind === "pgvector" && <PgvectorFields {...fields} />}
      {error !== null && Object.keys(told).length === 0 && <ErrorNote error={error} />}
      <FormActions {...(isNew && { hint: form.thenTest })}>
        <Button type="submit" kind="primary" busy={busy}>
          {isNew ? form.submit : words.frame.save}
        </Button>
        {draft.kind !== "folder" && <PasteConfig kind={draft.kind} onFilled={change} />}
      </FormActions>
    </Form>
  );
}

import { Field } from "@/parts/Field";
import { FormRow } from "@/parts/Form";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import type { FieldsProps } from "./fields";
import { SecretField } from "./SecretField";

export function PgvectorFields({ draft, change, problems, secretKept, etag }: FieldsProps) {
  const words = useWords().connections.form;
  return (
    <>
      <FormRow>
        <Field label={words.host} help={words.hostHelp} error={problems.host}>
          <TextInput code required value={draft.host} onValue={(host) => change({ host })} />
        </Field>
        <Field label={words.port} error={problems.port}>
          <TextInput code inputMode="numeric" value={draft.port} onValue={(port) => change({ port })} />
        </Field>
      </FormRow>
      <FormRow>
        <Field label={words.database} error={problems.database}>
          <TextInput code required value={draft.database} onValue={(database) => change({ database })} />
        </Field>
        <Field label={words.username} error={problems.username}>
          <TextInput code required value={draft.username} onValue={(username) => change({ username })} />
        </Field>
        <SecretField
          key={etag}
          label={words.password}
          kept={secretKept}
          value={draft.secret}
          onValue={(secret) => change({ secret })}
          error={problems.secret}
        />
      </FormRow>
    </>
  );
}

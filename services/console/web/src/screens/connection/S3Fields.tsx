import { Field } from "@/parts/Field";
import { FormRow } from "@/parts/Form";
import { Select } from "@/parts/Select";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import type { Addressing } from "./draft";
import type { FieldsProps } from "./fields";
import { SecretField } from "./SecretField";

const addressings: readonly Addressing[] = ["AUTO", "ADDRESSING_STYLE_PATH", "ADDRESSING_STYLE_VIRTUAL"];

export function S3Fields({ draft, change, problems, secretKept, etag }: FieldsProps) {
  const words = useWords().connections.form;
  return (
    <>
      <FormRow>
        <Field label={words.endpoint} help={words.endpointHelp} error={problems.endpoint} optional>
          <TextInput code value={draft.endpoint} onValue={(endpoint) => change({ endpoint })} />
        </Field>
        <Field label={words.region} help={words.regionHelp} error={problems.region} optional>
          <TextInput code value={draft.region} onValue={(region) => change({ region })} />
        </Field>
      </FormRow>
      <FormRow>
        <Field label={words.accessKeyId} error={problems.accessKeyId}>
          <TextInput code value={draft.accessKeyId} onValue={(accessKeyId) => change({ accessKeyId })} />
        </Field>
        <SecretField
          key={etag}
          label={words.secretAccessKey}
          kept={secretKept}
          value={draft.secret}
          onValue={(secret) => change({ secret })}
          error={problems.secret}
        />
      </FormRow>
      <Field label={words.addressing}>
        <Select<Addressing>
          value={draft.addressing}
          onValue={(addressing) => change({ addressing })}
          choices={addressings.map((value) => ({
            value,
            label: words.addressings[value],
            hint: words.addressingHints[value],
          }))}
        />
      </Field>
    </>
  );
}

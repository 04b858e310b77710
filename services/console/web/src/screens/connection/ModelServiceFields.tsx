import type { ModelProtocol } from "@/api/types";
import { Field } from "@/parts/Field";
import { FormRow } from "@/parts/Form";
import { Select } from "@/parts/Select";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import type { FieldsProps } from "./fields";
import { ModelList } from "./ModelList";
import { SecretField } from "./SecretField";

const protocols: readonly ModelProtocol[] = [
  "PROTOCOL_OPENAI_CHAT",
  "PROTOCOL_DASHSCOPE_EMBEDDING",
  "PROTOCOL_EAS_EMBEDDING",
];

export function ModelServiceFields({ draft, change, problems, secretKept, etag }: FieldsProps) {
  const words = useWords().connections.form;
  return (
    <>
      <FormRow>
        <Field label={words.protocol} error={problems.protocol}>
          <Select<ModelProtocol>
            value={draft.protocol}
            onValue={(protocol) => change({ protocol })}
            choices={protocols.map((value) => ({
              value,
              label: words.protocols[value],
              hint: words.protocolHints[value],
            }))}
          />
        </Field>
        <SecretField
          key={etag}
          label={draft.protocol === "PROTOCOL_EAS_EMBEDDING" ? words.token : words.apiKey}
          help={words.apiKeyHelp}
          optional
          kept={secretKept}
          value={draft.secret}
          onValue={(secret) => change({ secret })}
          error={problems.secret}
        />
      </FormRow>
      <Field label={words.baseUrl} help={words.baseUrlHelps[draft.protocol]} error={problems.baseUrl}>
        <TextInput code required value={draft.baseUrl} onValue={(baseUrl) => change({ baseUrl })} />
      </Field>
      <ModelList
        models={draft.models}
        withDimension={draft.protocol !== "PROTOCOL_OPENAI_CHAT"}
        onModels={(models) => change({ models })}
        error={problems.models}
      />
    </>
  );
}

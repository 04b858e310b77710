import { Field } from "@/parts/Field";
import { FormRow } from "@/parts/Form";
import { Select } from "@/parts/Select";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import { type JobDraft, modes } from "./draft";
import type { FieldsProps } from "./fields";

/** On which files a job asks a model, and how often at the same time. */
export function WorkFields({ draft, change, problems }: FieldsProps) {
  const words = useWords().jobs;
  return (
    <FormRow>
      <Field label={words.form.mode}>
        <Select<JobDraft["mode"]>
          value={draft.mode}
          onValue={(mode) => change({ mode })}
          choices={modes.map((value) => ({ value, label: words.modes[value], hint: words.modeHints[value] }))}
        />
      </Field>
      <Field label={words.form.concurrency} help={words.form.concurrencyHelp} error={problems.concurrency}>
        <TextInput
          code
          inputMode="numeric"
          value={draft.concurrency}
          onValue={(concurrency) => change({ concurrency })}
        />
      </Field>
    </FormRow>
  );
}

import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import type { FieldsProps } from "./fields";

export function FolderFields({ draft, change, problems }: FieldsProps) {
  const words = useWords().connections.form;
  return (
    <Field label={words.root} help={words.rootHelp} error={problems.root}>
      <TextInput code required value={draft.root} onValue={(root) => change({ root })} />
    </Field>
  );
}

import { useEffect, useState } from "react";
import { MOST_TOP_K, NEAR_DUPLICATE, TOP_K, type View, type ViewChange } from "@/files/view";
import { Checkbox } from "@/parts/Checkbox";
import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";

interface Props {
  readonly view: View;
  readonly onChange: (change: ViewChange) => void;
}

/** How many of the most similar files, and whether near-duplicates are shown as one. */
export function SimilarityFilter({ view, onChange }: Props) {
  const words = useWords().data;
  const given = String(view.k ?? TOP_K);
  const [text, setText] = useState(given);
  useEffect(() => setText(given), [given]);
  const k = Number(text);
  const isValid = Number.isInteger(k) && k >= 1 && k <= MOST_TOP_K;
  const accept = () => isValid && text !== given && onChange({ k: k === TOP_K ? undefined : k });
  return (
    <>
      <Field label={words.topK} error={isValid ? undefined : words.topKInvalid(MOST_TOP_K)}>
        <TextInput
          inputMode="numeric"
          value={text}
          onValue={setText}
          onBlur={accept}
          onKeyDown={(event) => event.key === "Enter" && accept()}
        />
      </Field>
      <Checkbox
        checked={view.dup !== undefined}
        onChecked={(checked) => onChange({ dup: checked ? NEAR_DUPLICATE : undefined })}
      >
        {words.groupDuplicates}
      </Checkbox>
    </>
  );
}

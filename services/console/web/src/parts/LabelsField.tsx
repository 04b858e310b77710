import { Plus, X } from "lucide-react";
import { useId } from "react";
import { useWords } from "@/words/words";
import { Button } from "./Button";
import styles from "./LabelsField.module.css";
import { TextInput } from "./TextInput";

/** Keys and values, in the order in which they were typed; a row may be unfinished. */
export type Labels = readonly { readonly key: string; readonly value: string }[];

interface Props {
  readonly labels: Labels;
  readonly onLabels: (labels: Labels) => void;
  readonly error: string | undefined;
}

/** Labels of a resource: pairs of key and value. */
export function LabelsField({ labels, onLabels, error }: Props) {
  const words = useWords().labels;
  const help = useId();
  const change = (at: number, part: Partial<Labels[number]>) =>
    onLabels(labels.map((label, place) => (place === at ? { ...label, ...part } : label)));
  return (
    <fieldset className={styles["labels"]} aria-describedby={help}>
      <legend className={styles["legend"]}>{words.title}</legend>
      {labels.map(({ key, value }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place, its key is still being typed
        <div key={at} className={styles["row"]}>
          <TextInput
            code
            value={key}
            placeholder={words.key}
            aria-label={words.keyOf(at + 1)}
            onValue={(next) => change(at, { key: next })}
          />
          <TextInput
            value={value}
            placeholder={words.value}
            aria-label={words.valueOf(at + 1)}
            onValue={(next) => change(at, { value: next })}
          />
          <Button
            kind="quiet"
            aria-label={words.remove(at + 1)}
            icon={<X size={14} aria-hidden />}
            onClick={() => onLabels(labels.filter((_, place) => place !== at))}
          />
        </div>
      ))}
      {error !== undefined && <p className={styles["error"]}>{error}</p>}
      <div>
        <Button
          size="small"
          icon={<Plus size={14} aria-hidden />}
          disabled={labels.length >= 64}
          onClick={() => onLabels([...labels, { key: "", value: "" }])}
        >
          {words.add}
        </Button>
      </div>
      <p id={help} className={styles["help"]}>
        {words.help}
      </p>
    </fieldset>
  );
}

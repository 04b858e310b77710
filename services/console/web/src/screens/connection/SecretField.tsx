import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Button } from "@/parts/Button";
import { Field } from "@/parts/Field";
import { TextInput } from "@/parts/TextInput";
import { useWords } from "@/words/words";
import styles from "./SecretField.module.css";

interface Props {
  readonly label: string;
  readonly help?: string;
  readonly optional?: boolean;
  /** Whether the suite keeps one. */
  readonly kept: boolean;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly error: string | undefined;
}

/** A secret, which can be set and replaced and is never shown. */
export function SecretField({ label, help, optional = false, kept, value, onValue, error }: Props) {
  const words = useWords().connections.form;
  const [replacing, setReplacing] = useState(false);
  if (kept && !replacing && value === "") {
    return (
      <div>
        <span className={styles["label"]}>{label}</span>
        <div className={styles["kept"]}>
          <KeyRound size={14} aria-hidden />
          {words.secretKept}
          <Button size="small" onClick={() => setReplacing(true)}>
            {words.replace}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <Field label={label} help={help} optional={optional} error={error}>
      <div className={styles["new"]}>
        <TextInput
          type="password"
          autoComplete="new-password"
          code
          autoFocus={replacing}
          value={value}
          onValue={onValue}
        />
        {kept && (
          <Button
            onClick={() => {
              setReplacing(false);
              onValue("");
            }}
          >
            {words.keep}
          </Button>
        )}
      </div>
    </Field>
  );
}

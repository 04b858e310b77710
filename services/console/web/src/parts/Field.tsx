import { Field as Base } from "@base-ui/react/field";
import { type ReactNode, use } from "react";
import { SpeechContext } from "@/words/words";
import styles from "./Field.module.css";

export interface FieldProps {
  readonly label: string;
  /** What belongs into it, below it. */
  readonly help?: ReactNode;
  /** What is wrong with it; shown instead of nothing, beside the help. */
  readonly error?: string | undefined;
  readonly optional?: boolean;
  readonly children: ReactNode;
}

/** A labelled control with help and error; the control is a `TextInput`, `TextArea`, `Select` or another of Base UI. */
export function Field({ label, help, error, optional = false, children }: FieldProps) {
  const { words } = use(SpeechContext);
  return (
    <Base.Root className={styles["field"]} invalid={error !== undefined}>
      <Base.Label className={styles["label"]}>
        {label}
        {optional && <span className={styles["optional"]}> ({words.frame.optional})</span>}
      </Base.Label>
      {children}
      <Base.Error className={styles["error"]} match={error !== undefined}>
        {error}
      </Base.Error>
      {help !== undefined && <Base.Description className={styles["help"]}>{help}</Base.Description>}
    </Base.Root>
  );
}

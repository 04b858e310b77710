import type { ReactNode } from "react";
import { Button } from "./Button";
import styles from "./Conflict.module.css";

interface Props {
  readonly text: string;
  /** What the action costs. */
  readonly hint: string;
  readonly action: string;
  readonly onAction: () => void;
  /** Other ways out, as buttons. */
  readonly children?: ReactNode;
}

/** Says that somebody else has changed what is edited here, and what can be done about it. */
export function Conflict({ text, hint, action, onAction, children }: Props) {
  return (
    <div role="alert" className={styles["conflict"]}>
      <span className={styles["text"]}>
        {text} {hint}
      </span>
      <Button onClick={onAction}>{action}</Button>
      {children}
    </div>
  );
}

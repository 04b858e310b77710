import { type FormEvent, type ReactNode, useRef } from "react";
import styles from "./Form.module.css";

interface Props {
  readonly label: string;
  /** Whether the form may go out; if not, the first field that is wrong gets the focus. */
  readonly onSubmit: () => boolean;
  readonly children: ReactNode;
}

/** Fields below each other. Enter in one of them submits it. */
export function Form({ label, onSubmit, children }: Props) {
  const form = useRef<HTMLFormElement>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (onSubmit()) return;
    // The fields are marked by the render that follows.
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  }

  return (
    <form ref={form} aria-label={label} className={styles["form"]} onSubmit={submit} noValidate>
      {children}
    </form>
  );
}

/** Fields beside each other where there is room. */
export function FormRow({ children }: { readonly children: ReactNode }) {
  return <div className={styles["row"]}>{children}</div>;
}

/** The buttons at the foot of a form, and what is said beside them. */
export function FormActions({ hint, children }: { readonly hint?: string; readonly children: ReactNode }) {
  return (
    <div className={styles["actions"]}>
      {children}
      {hint !== undefined && <span className={styles["hint"]}>{hint}</span>}
    </div>
  );
}

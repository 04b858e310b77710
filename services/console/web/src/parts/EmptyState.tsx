import type { ReactNode } from "react";
import styles from "./states.module.css";

interface Props {
  readonly icon: ReactNode;
  readonly title: string;
  /** What to do next. */
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** Stands where nothing is yet, and says what to do. */
export function EmptyState({ icon, title, children, actions }: Props) {
  return (
    <div className={styles["state"]}>
      <span className={styles["icon"]}>{icon}</span>
      <h2>{title}</h2>
      <div className={styles["text"]}>{children}</div>
      {actions && <div className={styles["actions"]}>{actions}</div>}
    </div>
  );
}

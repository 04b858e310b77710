import { type ReactNode, useId } from "react";
import styles from "./Section.module.css";

interface Props {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a screen with a heading. */
export function Section({ title, lead, actions, children }: Props) {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className={styles["section"]}>
      <div className={styles["head"]}>
        <div>
          <h2 id={heading}>{title}</h2>
          {lead && <p className={styles["lead"]}>{lead}</p>}
        </div>
        {actions && <div className={styles["actions"]}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}

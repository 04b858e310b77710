import type { ReactNode } from "react";
import { classes } from "./classes";
import styles from "./Facts.module.css";

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
  /** Takes the room of two, for paths and the like. */
  readonly wide?: boolean;
}

/** Names and values, side by side. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles["facts"]}>
      {facts.map(({ label, value, wide = false }) => (
        <div key={label} className={classes(styles["fact"], wide && styles["wide"])}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

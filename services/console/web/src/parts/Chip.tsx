import { X } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Chip.module.css";
import { classes } from "./classes";

interface Props {
  readonly kind?: "plain" | "accent" | "good" | "warning" | "bad";
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  /** Takes it away, with the name of the button that does. */
  readonly removal?: { readonly label: string; readonly run: () => void };
}

/** A short word that says a state, a tag or a condition. */
export function Chip({ kind = "plain", icon, children, removal }: Props) {
  return (
    <span className={classes(styles["chip"], styles[kind])}>
      {icon}
      <span className={styles["text"]}>{children}</span>
      {removal !== undefined && (
        <button type="button" className={styles["remove"]} aria-label={removal.label} onClick={removal.run}>
          <X size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}

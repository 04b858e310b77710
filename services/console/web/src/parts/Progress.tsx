import { Progress as Base } from "@base-ui/react/progress";
import { classes } from "./classes";
import styles from "./Progress.module.css";

interface Props {
  readonly label: string;
  /** Null while it is not known how much there is. */
  readonly value: number | null;
  readonly max: number;
  /** Of `value`, what failed. */
  readonly failed?: number;
  /** How far it is, in words, for those who cannot see the bar. */
  readonly text?: string;
}

/** How far something is. */
export function Progress({ label, value, max, failed = 0, text }: Props) {
  return (
    <Base.Root
      value={value === null || max === 0 ? null : Math.min(value, max)}
      max={Math.max(max, 1)}
      aria-label={label}
      getAriaValueText={(formatted) => text ?? formatted ?? ""}
    >
      <Base.Track className={styles["track"]}>
        <Base.Indicator className={classes(styles["bar"], failed > 0 && styles["withFailures"])} />
      </Base.Track>
    </Base.Root>
  );
}

import styles from "./Filters.module.css";

interface Props {
  readonly counts: readonly number[];
  /** Whether a bar counts among the chosen. */
  readonly isChosen: (at: number) => boolean;
}

/** Bars of a histogram; what they say is said in words beside them. */
export function Bars({ counts, isChosen }: Props) {
  const most = Math.max(1, ...counts);
  return (
    <svg viewBox={`0 0 ${counts.length} 100`} preserveAspectRatio="none" className={styles["bars"]} aria-hidden>
      {counts.map((count, at) => {
        // A bar of one file among a million is still to be seen.
        const height = count === 0 ? 0 : Math.max(4, (100 * count) / most);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={at}
            x={at + 0.08}
            y={100 - height}
            width={0.84}
            height={height}
            className={isChosen(at) ? styles["barChosen"] : styles["bar"]}
          />
        );
      })}
    </svg>
  );
}

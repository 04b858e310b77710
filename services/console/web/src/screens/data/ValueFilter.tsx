import type { FacetCount } from "@/api/types";
import { classes } from "@/parts/classes";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Filters.module.css";

interface Props {
  readonly counts: readonly FacetCount[];
  readonly chosen: readonly string[];
  readonly nameOf: (value: string) => string;
  readonly onToggle: (value: string) => void;
}

/** Values with the number of files, one of which has to be the file's. */
export function ValueFilter({ counts, chosen, nameOf, onToggle }: Props) {
  const words = useWords().data;
  const format = useFormat();
  const known = new Map(counts.map(({ value, count }) => [value ?? "", count]));
  const shown = [...chosen.filter((value) => !known.has(value)).map((value) => [value, undefined] as const), ...known];
  if (shown.length === 0) return <p className={styles["nothing"]}>{words.noValues}</p>;
  return (
    <ul className={styles["values"]}>
      {shown.map(([value, count]) => (
        <li key={value} className={styles["valueLine"]}>
          <button
            type="button"
            aria-pressed={chosen.includes(value)}
            className={classes(styles["value"], chosen.includes(value) && styles["any"])}
            onClick={() => onToggle(value)}
          >
            <span className={styles["valueName"]} title={nameOf(value)}>
              {nameOf(value)}
            </span>
            <span className={styles["count"]}>{count === undefined ? 0 : format.number(count)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

import { Search } from "lucide-react";
import type { RefObject } from "react";
import styles from "./SearchInput.module.css";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly ref?: RefObject<HTMLInputElement | null>;
}

/** A box that narrows a list while one types; its name stands in it. */
export function SearchInput({ label, value, onValue, ref }: Props) {
  return (
    <label className={styles["box"]}>
      <Search size={14} aria-hidden className={styles["sign"]} />
      <input
        ref={ref ?? null}
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        className={styles["input"]}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          if (value === "") event.currentTarget.blur();
          onValue("");
        }}
      />
    </label>
  );
}

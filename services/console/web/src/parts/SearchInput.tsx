import { Search } from "lucide-react";
import type { Ref } from "react";
import styles from "./SearchInput.module.css";

interface Props {
  readonly label: string;
  readonly value: string;
  readonly maxLength?: number;
  readonly onValue: (value: string) => void;
  readonly onFocus?: () => void;
  /** What stands there is meant: by Enter, or because the box is left. */
  readonly onSettle?: (value: string) => void;
  readonly ref?: Ref<HTMLInputElement>;
}

/** A box that narrows a list while one types; its name stands in it. */
export function SearchInput({ label, value, maxLength, onValue, onFocus, onSettle, ref }: Props) {
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
        maxLength={maxLength}
        className={styles["input"]}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        onFocus={onFocus}
        onBlur={() => onSettle?.(value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onSettle?.(value);
          if (event.key !== "Escape") return;
          if (value === "") event.currentTarget.blur();
          onValue("");
        }}
      />
    </label>
  );
}

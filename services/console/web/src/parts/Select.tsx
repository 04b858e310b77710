import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import popup from "./popup.module.css";
import styles from "./Select.module.css";

export interface Choice<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  /** A second, quieter line. */
  readonly hint?: string | undefined;
}

interface Props<Value extends string> {
  readonly value: Value | null;
  readonly onValue: (value: Value) => void;
  readonly choices: readonly Choice<Value>[];
  readonly placeholder?: string;
  readonly disabled?: boolean;
  /** Name for a select that stands outside a `Field`. */
  readonly label?: string;
}

/** One of a few choices. */
export function Select<Value extends string>({
  value,
  onValue,
  choices,
  placeholder,
  disabled = false,
  label,
}: Props<Value>) {
  return (
    <Base.Root
      items={choices}
      value={value}
      disabled={disabled}
      onValueChange={(next: Value | null) => next !== null && onValue(next)}
    >
      <Base.Trigger className={styles["trigger"]} aria-label={label}>
        <Base.Value className={styles["value"]} placeholder={placeholder ?? ""} />
        <Base.Icon className={styles["icon"]}>
          <ChevronsUpDown size={14} aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className={popup["positioner"]} sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className={popup["popup"]}>
            <Base.List className={styles["list"]}>
              {choices.map((choice) => (
                <Base.Item key={choice.value} value={choice.value} className={popup["item"]}>
                  <Base.ItemIndicator className={popup["mark"]}>
                    <Check size={14} aria-hidden />
                  </Base.ItemIndicator>
                  <span className={styles["texts"]}>
                    <Base.ItemText>{choice.label}</Base.ItemText>
                    {choice.hint !== undefined && <span className={styles["hint"]}>{choice.hint}</span>}
                  </span>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

import { Checkbox as Base } from "@base-ui/react/checkbox";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Checkbox.module.css";

interface Props {
  readonly checked: boolean;
  readonly onChecked: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}

/** A yes or no with its label. */
export function Checkbox({ checked, onChecked, disabled = false, children }: Props) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is Base UI's, which the rule does not know
    <label className={styles["line"]}>
      <Base.Root checked={checked} disabled={disabled} onCheckedChange={onChecked} className={styles["box"]}>
        <Base.Indicator className={styles["mark"]}>
          <Check size={12} strokeWidth={3} aria-hidden />
        </Base.Indicator>
      </Base.Root>
      <span>{children}</span>
    </label>
  );
}

import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import popup from "./popup.module.css";
import styles from "./Tooltip.module.css";

interface Props {
  readonly text: string;
  /** What it explains; it needs a name of its own, a tooltip is no label. */
  readonly children: ReactElement;
}

/** A word on a control, shown on hover and on focus. */
export function Tooltip({ text, children }: Props) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className={popup["positioner"]}>
          <Base.Popup className={styles["tooltip"]}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

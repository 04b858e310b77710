import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { classes } from "./classes";
import popup from "./popup.module.css";

interface MenuProps {
  /** The button that opens it, with a name of its own. */
  readonly trigger: ReactElement;
  readonly align?: "start" | "end";
  readonly children: ReactNode;
}

/** A menu of things to do: its children are `MenuItem`, `MenuChoices` and `MenuSeparator`. */
export function Menu({ trigger, align = "end", children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={popup["positioner"]} sideOffset={4} align={align}>
          <Base.Popup className={popup["popup"]}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuAtProps {
  /** The button that was pressed, where the menu stands; without one it is closed. */
  readonly anchor: HTMLElement | undefined;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** One menu for many buttons, which would each weigh as much as a menu: it stands at the one that was pressed. */
export function MenuAt({ anchor, onClose, children }: MenuAtProps) {
  return (
    <Base.Root open={anchor !== undefined} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Positioner className={popup["positioner"]} sideOffset={4} align="end" anchor={anchor ?? null}>
          <Base.Popup className={popup["popup"]} finalFocus={() => anchor ?? true}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

export function MenuItem({ icon, danger = false, disabled = false, onClick, children }: MenuItemProps) {
  return (
    <Base.Item className={classes(popup["item"], danger && popup["danger"])} disabled={disabled} onClick={onClick}>
      <span className={popup["mark"]}>{icon}</span>
      <span className={popup["text"]}>{children}</span>
    </Base.Item>
  );
}

interface MenuChoicesProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly onValue: (value: Value) => void;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
}

/** One of a few choices inside a menu. */
export function MenuChoices<Value extends string>({ label, value, onValue, choices }: MenuChoicesProps<Value>) {
  return (
    <Base.Group>
      <Base.GroupLabel className={popup["group"]}>{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: Value) => onValue(next)}>
        {choices.map((choice) => (
          <Base.RadioItem key={choice.value} value={choice.value} className={popup["item"]} closeOnClick>
            <Base.RadioItemIndicator className={popup["mark"]}>
              <Check size={14} aria-hidden />
            </Base.RadioItemIndicator>
            <span className={popup["text"]}>{choice.label}</span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

export function MenuSeparator() {
  return <Base.Separator className={popup["separator"]} />;
}

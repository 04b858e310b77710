import { Button as Base } from "@base-ui/react/button";
import { LoaderCircle } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import styles from "./Button.module.css";
import { classes } from "./classes";

export interface ButtonProps extends Omit<ComponentProps<"button">, "className" | "style"> {
  /** `primary` for the one thing that a screen is for, `danger` for what cannot be taken back. */
  readonly kind?: "primary" | "plain" | "quiet" | "danger";
  readonly size?: "normal" | "small";
  /** Something is under way: the button shows it and takes no further click. */
  readonly busy?: boolean;
  readonly icon?: ReactNode;
}

export function Button({
  kind = "plain",
  size = "normal",
  busy = false,
  icon,
  disabled,
  children,
  ...rest
}: ButtonProps) {
  return (
    <Base
      {...rest}
      disabled={disabled === true || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
      className={classes(
        styles["button"],
        styles[kind],
        size === "small" && styles["small"],
        children == null && styles["bare"],
      )}
    >
      {busy ? <LoaderCircle className={styles["turning"]} aria-hidden size={14} /> : icon}
      {children}
    </Base>
  );
}

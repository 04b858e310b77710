import { createLink } from "@tanstack/react-router";
import type { ComponentProps, ReactNode } from "react";
import styles from "./Button.module.css";
import { classes } from "./classes";

interface Props extends Omit<ComponentProps<"a">, "className" | "style"> {
  readonly kind?: "primary" | "plain" | "quiet";
  readonly size?: "normal" | "small";
  readonly icon?: ReactNode;
}

/** A link to another screen that looks like a button. */
export const ButtonLink = createLink(({ kind = "plain", size = "normal", icon, children, ...rest }: Props) => (
  <a
    {...rest}
    className={classes(
      styles["button"],
      styles[kind],
      size === "small" && styles["small"],
      children == null && styles["bare"],
    )}
  >
    {icon}
    {children}
  </a>
));

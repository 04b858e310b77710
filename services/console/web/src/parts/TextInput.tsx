import { Field } from "@base-ui/react/field";
import type { ComponentProps } from "react";
import { classes } from "./classes";
import styles from "./Field.module.css";

interface Props extends Omit<ComponentProps<"input">, "className" | "style" | "value" | "defaultValue" | "onChange"> {
  readonly value: string;
  readonly onValue: (value: string) => void;
  /** Letters of one width, for ids, paths and keys. */
  readonly code?: boolean;
}

/** A line of text; inside a `Field` it takes its label from there. */
export function TextInput({ onValue, code = false, ...rest }: Props) {
  return (
    <Field.Control
      autoComplete="off"
      spellCheck={false}
      {...rest}
      onValueChange={onValue}
      className={classes(styles["input"], code && styles["code"])}
    />
  );
}

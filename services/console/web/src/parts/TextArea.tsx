import { Field } from "@base-ui/react/field";
import { classes } from "./classes";
import styles from "./Field.module.css";

interface Props {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly rows?: number;
  readonly maxLength?: number;
  readonly code?: boolean;
}

/** Several lines of text, inside a `Field`. */
export function TextArea({ value, onValue, code = false, ...rest }: Props) {
  return (
    <Field.Control
      value={value}
      onValueChange={onValue}
      className={classes(styles["input"], styles["area"], code && styles["code"])}
      render={<textarea {...rest} />}
    />
  );
}

import { TriangleAlert } from "lucide-react";
import { FailureText } from "./FailureText";
import styles from "./states.module.css";

/** What failed, in a line beside what asked for it. */
export function ErrorNote({ error }: { readonly error: Error }) {
  return (
    <p role="alert" className={styles["note"]}>
      <TriangleAlert size={14} aria-hidden className={styles["sign"]} />
      <FailureText error={error} />
    </p>
  );
}

import { useWords } from "@/words/words";
import { failureOf } from "./failure";
import styles from "./states.module.css";

/** What failed, and in another language than English the service's own message beneath. */
export function FailureText({ error }: { readonly error: Error }) {
  const { text, detail } = failureOf(error, useWords());
  return (
    <span>
      {text}
      {detail !== undefined && (
        <span lang="en" className={styles["detail"]}>
          {detail}
        </span>
      )}
    </span>
  );
}

import { TriangleAlert } from "lucide-react";
import { useWords } from "@/words/words";
import { failureText } from "./failure";
import styles from "./states.module.css";

/** What failed, in a line beside what asked for it. */
export function ErrorNote({ error }: { readonly error: Error }) {
  const words = useWords();
  return (
    <p role="alert" className={styles["note"]}>
      <TriangleAlert size={14} aria-hidden className={styles["sign"]} />
      <span>{failureText(error, words)}</span>
    </p>
  );
}

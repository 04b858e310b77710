import { useWords } from "@/words/words";
import styles from "./states.module.css";

/** Stands where something is on its way. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }) {
  const words = useWords().frame;
  return (
    <div role="status" aria-label={words.loading} className={styles["skeleton"]}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <div key={line} className={styles["bar"]} />
      ))}
    </div>
  );
}

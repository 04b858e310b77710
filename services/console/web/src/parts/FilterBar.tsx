import type { ReactNode } from "react";
import styles from "./FilterBar.module.css";

/** What narrows a list, above it. */
export function FilterBar({ children }: { readonly children: ReactNode }) {
  return <div className={styles["bar"]}>{children}</div>;
}

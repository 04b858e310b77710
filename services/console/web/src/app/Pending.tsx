import { Skeleton } from "@/parts/Skeleton";
import styles from "./Frame.module.css";

/** Stands where a screen is on its way. */
export function Pending() {
  return (
    <div className={styles["pending"]}>
      <Skeleton lines={6} />
    </div>
  );
}

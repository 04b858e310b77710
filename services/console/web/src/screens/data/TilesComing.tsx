import { useWords } from "@/words/words";
import styles from "./DataScreen.module.css";

const tiles = Array.from({ length: 40 }, (_, at) => at);

/** Stands where tiles are on their way. */
export function TilesComing() {
  const words = useWords().data;
  return (
    <div role="status" aria-label={words.loading} className={styles["tilesComing"]}>
      {tiles.map((tile) => (
        <div key={tile} />
      ))}
    </div>
  );
}

import { tagsThatHold } from "@/api/tags";
import type { File } from "@/api/types";
import { Chip } from "@/parts/Chip";
import { useFormat } from "@/words/format";
import styles from "./Hits.module.css";

interface Props {
  readonly file: File;
  readonly score: string | undefined;
}

/** What a line of the list says of a file beside its thumbnail. */
export function HitLine({ file, score }: Props) {
  const format = useFormat();
  const path = file.path ?? "";
  const slash = path.lastIndexOf("/");
  const pixels = file.widthPx === undefined ? "" : `${file.widthPx} × ${file.heightPx ?? 0}`;
  return (
    <>
      <span className={styles["names"]}>
        <span className={styles["fileName"]}>{path.slice(slash + 1)}</span>
        <span className={styles["quiet"]}>{slash > 0 ? path.slice(0, slash) : "/"}</span>
      </span>
      <span className={styles["tags"]}>
        {tagsThatHold(file.tags).map((tag) => (
          <Chip key={tag}>{tag}</Chip>
        ))}
      </span>
      <span className={styles["quiet"]}>{pixels}</span>
      <span className={styles["quiet"]}>{format.bytes(file.sizeBytes)}</span>
      <span className={styles["quiet"]}>{format.time(file.modifyTime)}</span>
      <span className={styles["figure"]}>{score}</span>
    </>
  );
}

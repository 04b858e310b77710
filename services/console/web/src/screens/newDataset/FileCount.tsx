import { LoaderCircle } from "lucide-react";
import type { ConnectionIds } from "@/api/connections";
import type { ImportFormat } from "@/api/types";
import { ErrorNote } from "@/parts/ErrorNote";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DatasetForm.module.css";
import { useFoundFiles } from "./foundFiles";

interface Props {
  readonly connection: ConnectionIds;
  readonly uri: string;
  readonly importFormat: ImportFormat;
}

/** How many files a dataset with this root would have, counted while one looks. */
export function FileCount({ connection, uri, importFormat }: Props) {
  const words = useWords().newDataset;
  const format = useFormat();
  const { found, error } = useFoundFiles(connection, uri, importFormat);
  if (error !== undefined) return <ErrorNote error={error} />;
  const count = Number(found?.fileCount ?? 0);
  const skipped = Number(found?.skippedCount ?? 0);
  return (
    <div className={styles["count"]} role="status">
      <span className={styles["found"]}>
        {found === undefined
          ? words.counting
          : words.found(count, format.number(count), format.bytes(found.sizeBytes), found.done === true)}{" "}
        {found?.done !== true && <LoaderCircle size={12} aria-hidden />}
      </span>
      {skipped > 0 && <span>{words.skipped(skipped, format.number(skipped))}</span>}
      {found?.done === true && count === 0 && <span>{words.foundNothing}</span>}
      {found?.samplePaths !== undefined && (
        <ul className={styles["samples"]}>
          {found.samplePaths.map((path) => (
            <li key={path}>{path}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

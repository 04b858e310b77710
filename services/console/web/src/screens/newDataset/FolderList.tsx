import { useInfiniteQuery } from "@tanstack/react-query";
import { FileImage, File as FileSign, Folder, FolderSearch } from "lucide-react";
import type { ConnectionIds } from "@/api/connections";
import { folderQuery } from "@/api/storage";
import { Button } from "@/parts/Button";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./DatasetForm.module.css";

interface Props {
  readonly connection: ConnectionIds;
  readonly uri: string;
  readonly onFolder: (uri: string) => void;
  /** Objects can be picked, and not only looked at. */
  readonly onObject?: (uri: string) => void;
}

/** What lies in a folder. */
export function FolderList({ connection, uri, onFolder, onObject }: Props) {
  const words = useWords();
  const format = useFormat();
  const folder = useInfiniteQuery(folderQuery(connection, uri));
  const folders = folder.data?.pages.flatMap((page) => page.folders ?? []) ?? [];
  const objects = folder.data?.pages.flatMap((page) => page.objects ?? []) ?? [];
  return (
    <div className={styles["list"]}>
      {folder.isPending && <Skeleton lines={6} />}
      {folder.isError && <ErrorState error={folder.error} onRetry={() => void folder.refetch()} />}
      {folder.isSuccess && folders.length + objects.length === 0 && (
        <EmptyState icon={<FolderSearch size={28} aria-hidden />} title={words.newDataset.emptyFolder.title}>
          {words.newDataset.emptyFolder.text}
        </EmptyState>
      )}
      <ul aria-label={words.newDataset.contents}>
        {folders.map((one) => (
          <li key={one.uri}>
            <button type="button" className={styles["entry"]} onClick={() => onFolder(one.uri ?? "")}>
              <Folder size={14} aria-hidden />
              <span className={styles["name"]}>{one.name}</span>
            </button>
          </li>
        ))}
        {objects.map((one) => {
          const taken = one.contentType !== undefined;
          const line = (
            <>
              {taken ? (
                <FileImage size={14} aria-hidden />
              ) : (
                <FileSign size={14} aria-hidden className={styles["quiet"]} />
              )}
              <span className={styles["name"]}>{one.name}</span>
              <span className={styles["quiet"]}>{format.bytes(one.sizeBytes)}</span>
            </>
          );
          return (
            <li key={one.uri}>
              {taken && onObject !== undefined ? (
                <button type="button" className={styles["entry"]} onClick={() => onObject(one.uri ?? "")}>
                  {line}
                </button>
              ) : (
                <div className={styles["entry"]}>{line}</div>
              )}
            </li>
          );
        })}
      </ul>
      {folder.hasNextPage && (
        <Button kind="quiet" busy={folder.isFetchingNextPage} onClick={() => void folder.fetchNextPage()}>
          {words.frame.loadMore}
        </Button>
      )}
    </div>
  );
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { FileImage, File as FileSign, Folder, FolderSearch } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import type { ConnectionIds } from "@/api/connections";
import { folderQuery } from "@/api/storage";
import type { StorageObject } from "@/api/types";
import { Button } from "@/parts/Button";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./Folder.module.css";

interface Props {
  readonly connection: ConnectionIds;
  readonly uri: string;
  /** What to do where nothing lies there. */
  readonly empty: string;
  readonly onFolder: (uri: string) => void;
  /** Objects can be picked, and not only looked at. */
  readonly onObject?: (uri: string) => void;
  /** What stands before the name of an image, by its uri and its place among the images of the folder. */
  readonly pictureOf?: (uri: string, index: number) => ReactNode;
}

/** What lies in a folder; arrow keys lead from one entry to another. */
export function FolderList({ connection, uri, empty, onFolder, onObject, pictureOf }: Props) {
  const words = useWords();
  const folder = useInfiniteQuery(folderQuery(connection, uri));
  const folders = folder.data?.pages.flatMap((page) => page.folders ?? []) ?? [];
  const objects = folder.data?.pages.flatMap((page) => page.objects ?? []) ?? [];
  const list = useFocusOnArrival(uri, folder.isSuccess);
  const images = new Map(objects.filter((one) => one.contentType !== undefined).map((one, at) => [one.uri ?? "", at]));
  return (
    <div ref={list} className={styles["list"]} aria-busy={folder.isPending}>
      {folder.isPending && <Skeleton lines={6} />}
      {folder.isError && <ErrorState error={folder.error} onRetry={() => void folder.refetch()} />}
      {folder.isSuccess && folders.length + objects.length === 0 && (
        <EmptyState icon={<FolderSearch size={28} aria-hidden />} title={words.folders.empty}>
          {empty}
        </EmptyState>
      )}
      <ul aria-label={words.folders.contents} onKeyDown={step}>
        {folders.map((one) => (
          <li key={one.uri}>
            <button type="button" className={styles["entry"]} onClick={() => onFolder(one.uri ?? "")}>
              <Folder size={14} aria-hidden />
              <span className={styles["name"]}>{one.name}</span>
            </button>
          </li>
        ))}
        {objects.map((one) => (
          <li key={one.uri}>
            {one.contentType !== undefined && onObject !== undefined ? (
              <button type="button" className={styles["entry"]} onClick={() => onObject(one.uri ?? "")}>
                <ObjectLine object={one} picture={pictureOf?.(one.uri ?? "", images.get(one.uri ?? "") ?? 0)} />
              </button>
            ) : (
              <div className={styles["entry"]}>
                <ObjectLine object={one} />
              </div>
            )}
          </li>
        ))}
      </ul>
      {folder.hasNextPage && (
        <Button kind="quiet" busy={folder.isFetchingNextPage} onClick={() => void folder.fetchNextPage()}>
          {words.frame.loadMore}
        </Button>
      )}
    </div>
  );
}

interface LineProps {
  readonly object: StorageObject;
  readonly picture?: ReactNode;
}

function ObjectLine({ object, picture }: LineProps) {
  const format = useFormat();
  const isTaken = object.contentType !== undefined;
  const sign = isTaken ? (
    <FileImage size={14} aria-hidden />
  ) : (
    <FileSign size={14} aria-hidden className={styles["quiet"]} />
  );
  return (
    <>
      {picture ?? sign}
      <span className={styles["name"]}>{object.name}</span>
      <span className={styles["quiet"]}>{format.bytes(object.sizeBytes)}</span>
    </>
  );
}

/** The button with the focus is gone with the folder that it led away from: the focus goes to the first entry of the next. */
function useFocusOnArrival(uri: string, hasCome: boolean) {
  const list = useRef<HTMLDivElement>(null);
  const shown = useRef(uri);
  useEffect(() => {
    if (!hasCome || shown.current === uri) return;
    shown.current = uri;
    const { activeElement } = document;
    const isLost = activeElement === document.body || activeElement?.contains(list.current) === true;
    if (isLost) list.current?.querySelector("button")?.focus();
  }, [uri, hasCome]);
  return list;
}

function step(event: KeyboardEvent<HTMLUListElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  const entries = [...event.currentTarget.querySelectorAll("button")];
  const at = entries.findIndex((entry) => entry.matches(":focus"));
  event.preventDefault();
  entries[Math.min(Math.max(at + by, 0), entries.length - 1)]?.focus();
}

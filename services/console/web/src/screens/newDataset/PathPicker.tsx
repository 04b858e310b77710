import { useState } from "react";
import type { ConnectionIds } from "@/api/connections";
import type { ImportFormat } from "@/api/types";
import { Button } from "@/parts/Button";
import { Dialog } from "@/parts/Dialog";
import { useWords } from "@/words/words";
import styles from "./DatasetForm.module.css";
import { FolderList } from "./FolderList";
import { folderOf, stepsTo } from "./places";

interface Props {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly connection: ConnectionIds;
  /** Where to begin: what stands in the field. */
  readonly start: string;
  readonly importFormat: ImportFormat;
  readonly onPick: (uri: string) => void;
}

/** Walks through buckets and folders, and picks a folder or, for a dataset of one file, an object. */
export function PathPicker({ open, onOpen, start, onPick, ...rest }: Props) {
  return (
    <Picking
      key={`${open} ${start} ${rest.connection.connection}`}
      open={open}
      onOpen={onOpen}
      start={start}
      onPick={(uri) => {
        onPick(uri);
        onOpen(false);
      }}
      {...rest}
    />
  );
}

function Picking({ open, onOpen, connection, start, importFormat, onPick }: Props) {
  const words = useWords();
  const [place, go] = useState(() => folderOf(start));
  const ofFolder = importFormat === "IMPORT_FORMAT_FOLDER";
  return (
    <Dialog
      open={open}
      onOpen={onOpen}
      width="wide"
      title={ofFolder ? words.newDataset.pickFolder : words.newDataset.pickFile}
      actions={
        <>
          <Button onClick={() => onOpen(false)}>{words.frame.cancel}</Button>
          {ofFolder && (
            <Button kind="primary" disabled={place === ""} onClick={() => onPick(place)}>
              {words.newDataset.useFolder}
            </Button>
          )}
        </>
      }
    >
      <nav className={styles["path"]} aria-label={words.newDataset.pathOfPicker}>
        <Button kind="quiet" size="small" onClick={() => go("")}>
          {words.newDataset.top}
        </Button>
        {stepsTo(place).map(({ name, uri }) => (
          <Button key={uri} kind="quiet" size="small" onClick={() => go(uri)}>
            / {name}
          </Button>
        ))}
      </nav>
      <FolderList connection={connection} uri={place} onFolder={go} {...(!ofFolder && { onObject: onPick })} />
    </Dialog>
  );
}

import { useState } from "react";
import type { ConnectionIds } from "@/api/connections";
import type { ImportFormat } from "@/api/types";
import { FolderList } from "@/files/FolderList";
import { FolderSteps } from "@/files/FolderSteps";
import { folderOf } from "@/files/places";
import { Button } from "@/parts/Button";
import { Dialog } from "@/parts/Dialog";
import { useWords } from "@/words/words";

interface Props {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly connection: ConnectionIds;
  /** Uri of the uppermost folder; empty for the buckets of the connection. */
  readonly top: string;
  /** Where to begin, if it lies there: what stands in the field. */
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

function Picking({ open, onOpen, connection, top, start, importFormat, onPick }: Props) {
  const words = useWords();
  const [place, go] = useState(() => placeIn(top, folderOf(start)));
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
      <FolderSteps place={place} top={top} onGo={go} />
      <FolderList
        connection={connection}
        uri={place}
        empty={words.newDataset.emptyFolder}
        onFolder={go}
        {...(!ofFolder && { onObject: onPick })}
      />
    </Dialog>
  );
}

/** The folder, if it lies below the top. */
function placeIn(top: string, folder: string): string {
  return folder.startsWith(top) ? folder : top;
}

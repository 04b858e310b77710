import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { connectionIds } from "@/api/connections";
import { datasetQuery } from "@/api/datasets";
import type { VersionIds } from "@/api/names";
import type { Dataset } from "@/api/types";
import { FolderList } from "@/files/FolderList";
import { FolderSteps } from "@/files/FolderSteps";
import { folderOf } from "@/files/places";
import { Button } from "@/parts/Button";
import { Dialog } from "@/parts/Dialog";
import { ErrorState } from "@/parts/ErrorState";
import { Skeleton } from "@/parts/Skeleton";
import { useWords } from "@/words/words";
import { FilePicture } from "./FilePicture";

interface Props {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly version: VersionIds;
  readonly onPick: (uri: string) => void;
}

/** Walks through the folders below the dataset's root, and picks an image to search by. */
export function BucketPictures({ open, onOpen, version, onPick }: Props) {
  const words = useWords();
  const dataset = useQuery({ ...datasetQuery(version), enabled: open });
  return (
    <Dialog
      open={open}
      onOpen={onOpen}
      width="wide"
      title={words.data.pickFromBucket}
      lead={words.data.pickFromBucketLead}
      actions={<Button onClick={() => onOpen(false)}>{words.frame.cancel}</Button>}
    >
      {dataset.isPending && <Skeleton lines={6} />}
      {dataset.isError && <ErrorState error={dataset.error} onRetry={() => void dataset.refetch()} />}
      {dataset.data !== undefined && (
        <Folders
          version={version}
          dataset={dataset.data}
          onPick={(uri) => {
            onOpen(false);
            onPick(uri);
          }}
        />
      )}
    </Dialog>
  );
}

interface FoldersProps extends Pick<Props, "version" | "onPick"> {
  readonly dataset: Dataset;
}

function Folders({ version, dataset, onPick }: FoldersProps) {
  const words = useWords().data;
  const top = topOf(dataset);
  const [place, go] = useState(top);
  return (
    <>
      <FolderSteps place={place} top={top} onGo={go} />
      <FolderList
        connection={connectionIds(dataset.storageConnection ?? "")}
        uri={place}
        empty={words.noPictures}
        onFolder={go}
        onObject={onPick}
        pictureOf={(uri, index) => (
          <FilePicture version={version} directory={place.slice(top.length, -1)} uri={uri} index={index} />
        )}
      />
    </>
  );
}

/** The uri of the uppermost folder that images may be taken from, with its `/`. */
function topOf({ rootUri = "", importFormat }: Dataset): string {
  if (importFormat === "IMPORT_FORMAT_FILE") return folderOf(rootUri);
  return rootUri.endsWith("/") ? rootUri : `${rootUri}/`;
}

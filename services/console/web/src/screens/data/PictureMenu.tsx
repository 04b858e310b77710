import { FolderSearch, HardDriveUpload, ImagePlus } from "lucide-react";
import { useRef, useState } from "react";
import type { VersionIds } from "@/api/names";
import { useMay } from "@/app/session";
import { Button } from "@/parts/Button";
import { Menu, MenuItem } from "@/parts/Menu";
import { useWords } from "@/words/words";
import { BucketPictures } from "./BucketPictures";

interface Props {
  readonly version: VersionIds;
  readonly onImage: (image: Blob) => void;
  readonly onUri: (uri: string) => void;
}

/** Where an image to search by may come from: this computer or, for who may look into storage, the dataset's bucket. */
export function PictureMenu({ version, onImage, onUri }: Props) {
  const words = useWords().data;
  const mayLook = useMay("ROLE_EDITOR");
  const picker = useRef<HTMLInputElement>(null);
  const [inBucket, lookInBucket] = useState(false);
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept="image/*"
        hidden
        onChange={(event) => {
          const image = event.target.files?.[0];
          if (image !== undefined) onImage(image);
          event.target.value = "";
        }}
      />
      <Menu
        trigger={
          <Button
            kind="quiet"
            size="small"
            aria-label={words.pickImage}
            title={words.pickImage}
            icon={<ImagePlus size={16} aria-hidden />}
          />
        }
      >
        <MenuItem icon={<HardDriveUpload size={14} aria-hidden />} onClick={() => picker.current?.click()}>
          {words.fromComputer}
        </MenuItem>
        {mayLook && (
          <MenuItem icon={<FolderSearch size={14} aria-hidden />} onClick={() => lookInBucket(true)}>
            {words.fromBucket}
          </MenuItem>
        )}
      </Menu>
      {mayLook && <BucketPictures open={inBucket} onOpen={lookInBucket} version={version} onPick={onUri} />}
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { exampleImageBlob } from "@/api/exampleImages";
import { type VersionIds, versionName } from "@/api/names";
import { Thumbnail } from "@/files/Thumbnail";
import type { View, ViewChange } from "@/files/view";
import { useWords } from "@/words/words";
import styles from "./SearchBar.module.css";

interface Props {
  readonly version: VersionIds;
  readonly view: View;
  readonly onChange: (change: ViewChange) => void;
}

/** The image that files should be like, in the search bar. */
export function ExamplePicture({ version, view, onChange }: Props) {
  const words = useWords().data;
  return (
    <span className={styles["example"]}>
      {view.image !== undefined && <KeptImage hash={view.image} />}
      {view.like !== undefined && (
        <span className={styles["picture"]}>
          <Thumbnail key={view.like} file={`${versionName(version)}/files/${view.like}`} widthPx={32} />
        </span>
      )}
      <span className={styles["exampleName"]} title={view.uri}>
        {view.uri?.split("/").at(-1) ?? words.likeThis}
      </span>
      <button
        type="button"
        className={styles["remove"]}
        aria-label={words.removeExample}
        onClick={() => onChange({ image: undefined, uri: undefined, like: undefined, min: undefined })}
      >
        <X size={14} aria-hidden />
      </button>
    </span>
  );
}

function KeptImage({ hash }: { readonly hash: string }) {
  const kept = useQuery({
    queryKey: ["example-image", hash],
    queryFn: () => exampleImageBlob(hash),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (kept.data === undefined) return;
    const made = URL.createObjectURL(kept.data);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [kept.data]);
  return address === undefined ? null : <img src={address} alt="" className={styles["picture"]} />;
}

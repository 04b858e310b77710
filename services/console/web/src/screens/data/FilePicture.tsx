import { useQueries } from "@tanstack/react-query";
import { FileImage } from "lucide-react";
import type { VersionIds } from "@/api/names";
import { hitsQuery, PAGE_HITS } from "@/api/search";
import { questionOf } from "@/files/question";
import { Thumbnail } from "@/files/Thumbnail";
import { useInView } from "@/parts/useInView";
import styles from "./SearchBar.module.css";

interface Props {
  readonly version: VersionIds;
  /** Of the version, where the image lies. */
  readonly directory: string;
  readonly uri: string;
  /** Its place in the directory, by name. */
  readonly index: number;
}

/** The thumbnail of an image of storage, where it is a file of the version; asked for once it is in view. */
export function FilePicture({ version, directory, uri, index }: Props) {
  const [place, isSeen] = useInView<HTMLSpanElement>();
  const file = useFileAt(version, directory, uri, index, isSeen);
  return (
    <span ref={place} className={styles["filePicture"]}>
      {file === undefined ? <FileImage size={16} aria-hidden /> : <Thumbnail key={file} file={file} widthPx={40} />}
    </span>
  );
}

/** The name of the file with a uri. Images that no scan has found yet let the others be files a little further ahead. */
function useFileAt(version: VersionIds, directory: string, uri: string, index: number, isWanted: boolean) {
  const page = Math.floor(index / PAGE_HITS);
  const question = questionOf(version, { dir: [directory], sort: "name", asc: true });
  return useQueries({
    queries: (page === 0 ? [0] : [page, page - 1]).map((one) => ({ ...hitsQuery(question, one), enabled: isWanted })),
    combine: (pages) => pages.flatMap(({ data }) => data?.hits ?? []).find(({ file }) => file?.uri === uri)?.file?.name,
  });
}

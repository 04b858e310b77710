import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ApiError } from "@/api/errors";
import type { FileIds } from "@/api/files";
import { idOf } from "@/api/names";
import { hitsQuery } from "@/api/search";
import { questionOf } from "@/files/question";
import { Thumbnail } from "@/files/Thumbnail";
import { ErrorNote } from "@/parts/ErrorNote";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import styles from "./File.module.css";

const SHOWN = 12;

/** The most similar files of the version. */
export function Neighbours({ ids }: { readonly ids: FileIds }) {
  const words = useWords().file;
  const format = useFormat();
  const { workspace, dataset, version, file } = ids;
  // One more than are shown: the file is most like itself.
  const view = { like: file, k: SHOWN + 1 };
  const { data, error } = useQuery({
    ...hitsQuery(questionOf({ workspace, dataset, version }, view), 0),
    retry: false,
  });
  if (error instanceof ApiError && error.reason === "INDEX_SET_MISSING") return null;
  const others = (data?.hits ?? []).filter((hit) => idOf(hit.file?.name) !== file).slice(0, SHOWN);
  return (
    <section aria-labelledby="neighbours" className={styles["section"]}>
      <div className={styles["headLine"]}>
        <h2 id="neighbours">{words.neighbours}</h2>
        <Link to="/datasets/$dataset/versions/$version/data" params={{ dataset, version }} search={{ like: file }}>
          {words.allNeighbours}
        </Link>
      </div>
      {error !== null && <ErrorNote error={error} />}
      <ul className={styles["neighbours"]}>
        {others.map(({ file: other, score }, at) => (
          <li key={other?.name}>
            <Link
              to="/datasets/$dataset/versions/$version/files/$file"
              params={{ dataset, version, file: idOf(other?.name) }}
              // The file itself is the first of its own neighbours.
              search={{ like: file, i: at + 1 }}
              preload={false}
              title={other?.path ?? ""}
              aria-label={`${format.number((score ?? 0).toFixed(2))} ${other?.path ?? ""}`}
            >
              <Thumbnail key={other?.name} file={other?.name ?? ""} widthPx={88} />
              <span>{format.number((score ?? 0).toFixed(2))}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, ChevronLeft, ChevronRight } from "lucide-react";
import { useMemo } from "react";
import { fileQuery } from "@/api/files";
import { idOf } from "@/api/names";
import { hitsQuery, PAGE_HITS } from "@/api/search";
import { useSession } from "@/app/session";
import { questionOf } from "@/files/question";
import { useShortcut } from "@/keys/shortcuts";
import { Button } from "@/parts/Button";
import { ErrorState } from "@/parts/ErrorState";
import { Skeleton } from "@/parts/Skeleton";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { Answers } from "./Answers";
import styles from "./File.module.css";
import { FileFacts } from "./FileFacts";
import { FileTags } from "./FileTags";
import { Neighbours } from "./Neighbours";
import { Picture } from "./Picture";
import { fileRoute } from "./route";

/** One file: its picture, what is known of it, its tags and its neighbours; the next one is a key away. */
export function FileScreen() {
  const words = useWords();
  const format = useFormat();
  const { workspace } = useSession();
  const { dataset, version, file: id } = fileRoute.useParams();
  const { i: index, ...view } = fileRoute.useSearch();
  const navigate = fileRoute.useNavigate();
  const ids = useMemo(() => ({ workspace, dataset, version, file: id }), [workspace, dataset, version, id]);
  const { data: file, error, isPending, refetch } = useQuery(fileQuery(ids));
  const hits = useHitsAround(ids, view, index);

  function open(other: number, name: string | undefined) {
    if (name === undefined) return;
    void navigate({
      params: { dataset, version, file: idOf(name) },
      search: { ...view, i: other },
      replace: true,
      resetScroll: false,
    });
  }
  const previous = () => index !== undefined && open(index - 1, hits.at(index - 1));
  const next = () => index !== undefined && open(index + 1, hits.at(index + 1));
  const back = () =>
    void navigate({
      to: "/datasets/$dataset/versions/$version/data",
      params: { dataset, version },
      search: index === undefined || index === 0 ? view : { ...view, at: index },
    });

  useShortcut({ key: "ArrowLeft", label: words.file.keys.previous, run: previous });
  useShortcut({ key: "ArrowRight", label: words.file.keys.next, run: next });
  useShortcut({ key: "Escape", label: words.file.keys.back, run: back });
  useShortcut({
    key: "s",
    label: words.file.keys.similar,
    run: () =>
      void navigate({
        to: "/datasets/$dataset/versions/$version/data",
        params: { dataset, version },
        search: { like: id },
      }),
  });

  const path = file?.path ?? id;
  return (
    <main id="content" tabIndex={-1} aria-labelledby="file" className={styles["screen"]}>
      <title>{[path.split("/").at(-1), dataset, "Bowerbird"].join(" · ")}</title>
      <header className={styles["head"]}>
        <Button kind="quiet" icon={<ArrowLeft size={16} aria-hidden />} onClick={back}>
          {words.file.back}
        </Button>
        <h1 id="file" className={styles["title"]} title={path}>
          {path}
        </h1>
        {index !== undefined && hits.total > 0 && (
          <nav aria-label={words.file.back} className={styles["steps"]}>
            <span>{words.file.position(format.number(index + 1), format.number(hits.total))}</span>
            <Button
              kind="quiet"
              aria-label={words.file.previous}
              icon={<ChevronLeft size={16} aria-hidden />}
              disabled={hits.at(index - 1) === undefined}
              onClick={previous}
            />
            <Button
              kind="quiet"
              aria-label={words.file.next}
              icon={<ChevronRight size={16} aria-hidden />}
              disabled={hits.at(index + 1) === undefined}
              onClick={next}
            />
          </nav>
        )}
      </header>
      {error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <div className={styles["body"]}>
          <Picture
            key={id}
            file={`workspaces/${workspace}/datasets/${dataset}/versions/${version}/files/${id}`}
            path={path}
          />
          <div className={styles["side"]}>
            {isPending ? <Skeleton lines={8} /> : <FileTags version={ids} file={file} />}
            {file !== undefined && <FileFacts file={file} />}
            <Neighbours ids={ids} />
            <Answers ids={ids} />
          </div>
        </div>
      )}
    </main>
  );
}

interface HitsAround {
  readonly total: number;
  /** Name of the file at a place; undefined where there is none, or not yet. */
  readonly at: (index: number) => string | undefined;
}

/** The hits before and behind the file, from the pages that hold them. */
function useHitsAround(
  { workspace, dataset, version }: Parameters<typeof fileQuery>[0],
  view: Parameters<typeof questionOf>[1],
  index: number | undefined,
): HitsAround {
  const question = questionOf({ workspace, dataset, version }, view);
  const pageOf = (place: number) => Math.max(0, Math.floor(place / PAGE_HITS));
  const before = useQuery({ ...hitsQuery(question, pageOf((index ?? 0) - 1)), enabled: index !== undefined });
  const behind = useQuery({ ...hitsQuery(question, pageOf((index ?? 0) + 1)), enabled: index !== undefined });
  return {
    total: behind.data?.total ?? before.data?.total ?? 0,
    at: (place) => {
      if (place < 0) return undefined;
      const page = pageOf(place) === pageOf((index ?? 0) - 1) ? before.data : behind.data;
      return page?.hits[place % PAGE_HITS]?.file?.name;
    },
  };
}

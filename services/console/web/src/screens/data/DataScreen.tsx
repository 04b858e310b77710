import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Info } from "lucide-react";
import { type DragEvent, useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { datasetQuery } from "@/api/datasets";
import { ApiError } from "@/api/errors";
import { ExampleImageTooLarge, keepExampleImage } from "@/api/exampleImages";
import { idOf } from "@/api/names";
import { hitsQuery, type Question } from "@/api/search";
import { columnInOwn, questionOf } from "@/files/question";
import { askedIn, asksNothing, isSimilarity, type View } from "@/files/view";
import type { GridHandle } from "@/grid/Grid";
import { useSearchKey } from "@/keys/useSearchKey";
import { Crumbs } from "@/parts/Crumbs";
import { failureText } from "@/parts/failure";
import { tellFailure } from "@/parts/toast";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { Conditions } from "./Conditions";
import styles from "./DataScreen.module.css";
import { Examples } from "./Examples";
import { Explanation } from "./Explanation";
import { Filters } from "./Filters";
import { Results } from "./Results";
import { SearchBar } from "./SearchBar";
import { SelectionBar } from "./SelectionBar";
import { useView } from "./useView";
import { ViewControls } from "./ViewControls";
import { WrongQuery } from "./WrongQuery";

/** The files of a version: search, filters, gallery or list, and what can be done with those that are chosen. */
export function DataScreen() {
  const words = useWords();
  const format = useFormat();
  const { version, view, change } = useView();
  const navigate = useNavigate();
  const dataset = useQuery(datasetQuery(version));
  const asked = useAsked(view);
  const question = useQuestion(asked, version);
  const first = useQuery({
    ...hitsQuery(question, 0),
    // The grid stays until the first hits of another question are there.
    placeholderData: keepPreviousData,
  });
  const hasCome = first.data !== undefined && !first.isPlaceholderData;
  const shown = useLast(question, hasCome);
  const box = useSearchKey(words.data.keys.search);
  const grid = useRef<GridHandle>(null);
  const total = first.data?.total ?? 0;
  // Of the hits that are shown: those of another question are not counted in its words.
  const counted = useLast(words.data.total(format.number(total), isSimilarity(view)), hasCome);
  const wrong = first.error instanceof ApiError && first.error.reason === "QUERY_INVALID" ? first.error : undefined;
  const wrongColumn = wrong === undefined ? undefined : columnInOwn(Number(wrong.metadata["column"]), view);

  async function searchBy(image: Blob) {
    try {
      const hash = await keepExampleImage(image);
      change({ image: hash, q: undefined, uri: undefined, like: undefined, min: undefined });
    } catch (error) {
      const text =
        error instanceof ExampleImageTooLarge ? words.data.imageTooLarge : failureText(error as Error, words);
      tellFailure(words.data.imageFailed, text);
    }
  }
  const drop = useDroppedImage(searchBy);
  usePastedImage(searchBy);

  const name = dataset.data?.displayName || version.dataset;
  const title = words.data.title;
  return (
    <main id="content" tabIndex={-1} aria-label={`${name}: ${title}`} className={styles["screen"]} {...drop.events}>
      <title>{[title, name, "Bowerbird"].join(" · ")}</title>
      <header className={styles["head"]}>
        <div className={styles["place"]}>
          <Crumbs
            crumbs={[
              { label: words.frame.datasets, link: { to: "/datasets" } },
              { label: name, link: { to: "/datasets/$dataset", params: { dataset: version.dataset } } },
            ]}
            here={`${version.version} · ${title}`}
          />
          <h1 className={styles["title"]}>{name}</h1>
        </div>
        <SearchBar
          version={version}
          view={view}
          onChange={change}
          onImage={(image) => void searchBy(image)}
          wrongColumn={wrongColumn}
          box={box}
        />
        <ViewControls view={view} onChange={change} />
      </header>
      {wrong !== undefined && view.expr !== undefined && (
        <WrongQuery error={wrong} expression={view.expr} column={wrongColumn ?? 1} />
      )}
      <div className={styles["line"]}>
        <span role="status" className={styles["total"]}>
          {first.data !== undefined && counted}
        </span>
        <Conditions view={view} onChange={change} />
        {hasCome && total > 0 && asksNothing(view) && view.wide !== true && (
          <Examples version={version} view={view} hits={first.data.hits} onChange={change} />
        )}
      </div>
      {(first.data?.notes.length ?? 0) > 0 && (
        <p className={styles["notes"]}>
          <Info size={14} aria-hidden />
          {first.data?.notes.join(" ")}
        </p>
      )}
      <div className={styles["body"]}>
        {view.wide !== true && <Filters version={version} view={asked} onChange={change} />}
        <div className={styles["results"]} aria-busy={first.isFetching}>
          <Results
            key={JSON.stringify([shown.query, shown.image, shown.sort, shown.nearDuplicateSimilarity])}
            ref={grid}
            question={shown}
            first={first.data}
            error={first.error}
            view={view}
            onChange={change}
            onRetry={() => void first.refetch()}
            onOpen={(index, file) =>
              void navigate({
                to: "/datasets/$dataset/versions/$version/files/$file",
                params: { dataset: version.dataset, version: version.version, file: idOf(file) },
                search: { ...view, i: index },
              })
            }
          />
        </div>
        {view.explain && <Explanation question={question} onClose={() => change({ explain: undefined })} />}
      </div>
      <SelectionBar version={version} question={question} total={first.isPlaceholderData ? 0 : total} />
      {drop.isOver && <div className={styles["drop"]}>{words.data.dropImage}</div>}
    </main>
  );
}

/** What of a view says which files; the same object as long as that stays. */
function useAsked(view: View): View {
  const made = askedIn(view);
  const text = JSON.stringify(made);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for it
  return useMemo(() => made, [text]);
}

/** The question of a view; the same object as long as the view asks the same. */
function useQuestion(view: View, version: Question["version"]): Question {
  const made = questionOf(version, view);
  const text = JSON.stringify(made);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the question
  return useMemo(() => made, [text]);
}

/** The last value that was good. */
function useLast<Value>(value: Value, isGood: boolean): Value {
  const [last, setLast] = useState(value);
  if (isGood && last !== value) setLast(value);
  return isGood ? value : last;
}

/** A picture that is dragged from the computer onto the screen. */
function useDroppedImage(take: (image: Blob) => Promise<void>) {
  const [isOver, setOver] = useState(false);
  const hasFile = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  return {
    isOver,
    events: {
      onDragOver: (event: DragEvent) => {
        if (!hasFile(event)) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (event.currentTarget === event.target) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        setOver(false);
        const image = event.dataTransfer.files[0];
        if (image === undefined) return;
        event.preventDefault();
        void take(image);
      },
    },
  };
}

/** A picture that is pasted anywhere on the screen but into a field. */
function usePastedImage(take: (image: Blob) => Promise<void>): void {
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    const image = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith("image/"));
    if (image === undefined) return;
    event.preventDefault();
    void take(image);
  });
  useEffect(() => {
    const paste = (event: ClipboardEvent) => onPaste(event);
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
}

import { ImageOff, ScanSearch } from "lucide-react";
import type { Ref } from "react";
import { ApiError } from "@/api/errors";
import { idOf } from "@/api/names";
import type { HitPage, Question } from "@/api/search";
import type { View, ViewChange } from "@/files/view";
import type { GridHandle } from "@/grid/Grid";
import { Button } from "@/parts/Button";
import { ButtonLink } from "@/parts/ButtonLink";
import { EmptyState } from "@/parts/EmptyState";
import { ErrorState } from "@/parts/ErrorState";
import { useWords } from "@/words/words";
import { ResultsGrid } from "./ResultsGrid";
import { TilesComing } from "./TilesComing";

interface Props {
  readonly question: Question;
  /** The first page; undefined while it is on its way. */
  readonly first: HitPage | undefined;
  readonly error: Error | null;
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
  readonly onRetry: () => void;
  readonly onOpen: (index: number, file: string) => void;
  readonly ref?: Ref<GridHandle>;
}

/** The hits, or what stands in their place and says what to do next. */
export function Results({ question, first, error, view, onChange, onRetry, onOpen, ref }: Props) {
  const words = useWords().data;
  const { dataset } = question.version;
  if (error !== null) {
    const reason = error instanceof ApiError ? error.reason : "";
    if (reason === "INDEX_SET_MISSING") {
      return (
        <EmptyState
          icon={<ScanSearch size={28} aria-hidden />}
          title={words.noIndex.title}
          actions={
            <>
              <ButtonLink to="/datasets/$dataset" params={{ dataset }} kind="primary">
                {words.noIndex.open}
              </ButtonLink>
              <Button onClick={() => onChange(withoutExample)}>{words.noIndex.withoutExample}</Button>
            </>
          }
        >
          {words.noIndex.text}
        </EmptyState>
      );
    }
    if (reason === "EXAMPLE_IMAGE_GONE") {
      return (
        <EmptyState
          icon={<ImageOff size={28} aria-hidden />}
          title={words.exampleGone.title}
          actions={<Button onClick={() => onChange(withoutExample)}>{words.removeExample}</Button>}
        >
          {words.exampleGone.text}
        </EmptyState>
      );
    }
    if (reason === "QUERY_INVALID") return null;
    return <ErrorState error={error} onRetry={onRetry} />;
  }
  if (first === undefined) return <TilesComing />;
  if (first.total === 0) return <Nothing view={view} dataset={idOf(dataset)} onChange={onChange} />;
  return (
    <ResultsGrid
      ref={ref ?? null}
      question={question}
      total={first.total}
      view={view}
      onChange={onChange}
      onOpen={onOpen}
    />
  );
}

const withoutExample: ViewChange = { q: undefined, image: undefined, uri: undefined, like: undefined, min: undefined };

interface NothingProps {
  readonly view: View;
  readonly dataset: string;
  readonly onChange: Props["onChange"];
}

function Nothing({ view, dataset, onChange }: NothingProps) {
  const words = useWords().data;
  const { list, tile, explain, wide, at, sort, asc, ...conditions } = view;
  const icon = <ImageOff size={28} aria-hidden />;
  if (Object.keys(conditions).length === 0) {
    return (
      <EmptyState
        icon={icon}
        title={words.noFiles.title}
        actions={
          <ButtonLink to="/datasets/$dataset" params={{ dataset }} kind="primary">
            {words.noFiles.open}
          </ButtonLink>
        }
      >
        {words.noFiles.text}
      </EmptyState>
    );
  }
  const none = Object.fromEntries(Object.keys(conditions).map((key) => [key, undefined]));
  return (
    <EmptyState
      icon={icon}
      title={words.noHits.title}
      actions={<Button onClick={() => onChange(none)}>{words.clearAll}</Button>}
    >
      {words.noHits.text}
    </EmptyState>
  );
}

import { memo } from "react";
import { ApiError } from "@/api/errors";
import type { VersionIds } from "@/api/names";
import { isSimilarity, rangeOf, toggled, type View, type ViewChange } from "@/files/view";
import { ErrorNote } from "@/parts/ErrorNote";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { useFacets, useHistograms } from "./counts";
import { Filter } from "./Filter";
import styles from "./Filters.module.css";
import { NameFilter } from "./NameFilter";
import { RangeFilter } from "./RangeFilter";
import { ScoreFilter } from "./ScoreFilter";
import { SimilarityFilter } from "./SimilarityFilter";
import { TagFilter } from "./TagFilter";
import { ValueFilter } from "./ValueFilter";

interface Props {
  readonly version: VersionIds;
  /** Only what says which files: the same object as long as that stays. */
  readonly view: View;
  readonly onChange: (change: ViewChange, how?: { readonly replace?: boolean }) => void;
}

/** What the files can be narrowed by, with the numbers of files that each choice leaves. */
export const Filters = memo(function Filters({ version, view, onChange }: Props) {
  const words = useWords().data;
  const format = useFormat();
  const facets = useFacets(version, view);
  const histograms = useHistograms(version, view);
  const scores = histograms.of("FIELD_SCORE");
  const error = facets.error ?? histograms.error;
  const day = (seconds: number) => format.time(new Date(seconds * 1000).toISOString());
  return (
    <aside aria-label={words.filters} className={styles["panel"]} aria-busy={facets.isComing || histograms.isComing}>
      {error !== null && !isWrongQuery(error) && <ErrorNote error={error} />}
      {isSimilarity(view) && (
        <Filter title={words.similarity}>
          <SimilarityFilter view={view} onChange={onChange} />
          {scores !== undefined && (
            <ScoreFilter histogram={scores} value={view.min} onValue={(min) => onChange({ min })} />
          )}
        </Filter>
      )}
      <Filter title={words.tags}>
        <TagFilter version={version} view={view} counts={facets.of("FIELD_TAGS")?.counts ?? []} onChange={onChange} />
      </Filter>
      <Filter title={words.name}>
        <NameFilter view={view} onChange={onChange} />
      </Filter>
      <Filter title={words.directories}>
        <ValueFilter
          counts={facets.of("FIELD_DIRECTORY")?.counts ?? []}
          chosen={view.dir ?? []}
          nameOf={(directory) => directory || "/"}
          onToggle={(directory) => onChange(toggled(view, "dir", directory))}
        />
      </Filter>
      <Filter title={words.types}>
        <ValueFilter
          counts={facets.of("FIELD_CONTENT_TYPE")?.counts ?? []}
          chosen={view.type ?? []}
          nameOf={(type) => type || words.unknownType}
          onToggle={(type) => onChange(toggled(view, "type", type))}
        />
      </Filter>
      <Filter title={words.size}>
        <RangeFilter
          label={words.size}
          histogram={histograms.of("FIELD_SIZE")}
          value={rangeOf(view.size)}
          onValue={(size) => onChange({ size })}
          format={format.bytes}
        />
      </Filter>
      <Filter title={words.modified}>
        <RangeFilter
          label={words.modified}
          histogram={histograms.of("FIELD_MODIFY_TIME")}
          value={rangeOf(view.time)}
          onValue={(time) => onChange({ time })}
          format={day}
        />
      </Filter>
    </aside>
  );
});

/** The search bar shows where a query is wrong. */
function isWrongQuery(error: Error): boolean {
  return error instanceof ApiError && error.reason === "QUERY_INVALID";
}

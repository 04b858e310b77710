import type { GridRow } from "@/grid/Grid";
import { Button } from "@/parts/Button";
import { useWords } from "@/words/words";
import { HitCell } from "./HitCell";
import styles from "./Hits.module.css";
import { useResults } from "./ResultsContext";
import { isChosen } from "./selection";
import { useHits } from "./useHits";

/** The hits of one row of the grid. */
export function HitRow({ first, count, cellPx, pace, isInView, cellId }: GridRow) {
  const words = useWords().data;
  const { question, selection, active, isList, ...actions } = useResults();
  const hits = useHits(question, first, count, pace);
  if (hits.error !== null && hits.at(first) === undefined) {
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: the focus stays with the grid
      // biome-ignore lint/a11y/useSemanticElements: the grid is no table
      <div role="gridcell" id={cellId(first)} className={styles["failed"]}>
        <span>{words.rowFailed}</span>
        <Button size="small" onClick={hits.retry}>
          {words.retry}
        </Button>
      </div>
    );
  }
  const picture = pace !== "slow" ? "later" : isInView() ? "now" : "soon";
  return Array.from({ length: count }, (_, at) => {
    const index = first + at;
    const hit = hits.at(index);
    return (
      <HitCell
        key={index}
        id={cellId(index)}
        index={index}
        column={at + 1}
        hit={hit}
        cellPx={cellPx}
        isList={isList}
        isActive={index === active}
        picture={picture}
        isSelected={isChosen(selection, hit?.file?.name ?? "")}
        {...actions}
      />
    );
  });
}

import { Layers } from "lucide-react";
import { memo } from "react";
import type { Hit } from "@/api/types";
import { Thumbnail, type Wanted } from "@/files/Thumbnail";
import { classes } from "@/parts/classes";
import { useFormat } from "@/words/format";
import { useWords } from "@/words/words";
import { HitLine } from "./HitLine";
import styles from "./Hits.module.css";
import type { Results } from "./ResultsContext";

interface Props extends Pick<Results, "isList" | "onClick" | "onToggle" | "onOpen" | "onSimilar"> {
  readonly id: string;
  readonly index: number;
  readonly column: number;
  /** Undefined while it is on its way. */
  readonly hit: Hit | undefined;
  readonly cellPx: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly picture: Wanted;
}

/** One hit of the grid: a tile of the gallery, or a line of the list. */
export const HitCell = memo(function HitCell({
  id,
  index,
  column,
  hit,
  cellPx,
  isList,
  isActive,
  isSelected,
  picture,
  onClick,
  onToggle,
  onOpen,
  onSimilar,
}: Props) {
  const words = useWords().data;
  const format = useFormat();
  const file = hit?.file;
  const shape = classes(
    styles["cell"],
    styles[isList ? "line" : "tile"],
    isActive && styles["active"],
    isSelected && styles["selected"],
  );
  if (hit === undefined || file?.name === undefined) {
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: the focus stays with the grid
      // biome-ignore lint/a11y/useSemanticElements: the grid is no table
      <div role="gridcell" id={id} aria-colindex={column} aria-busy aria-label={words.loading} className={shape}>
        <div className={classes(styles["picture"], styles["coming"])} />
      </div>
    );
  }
  const path = file.path ?? "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  const score = hit.score === undefined ? undefined : format.number(hit.score.toFixed(3));
  const title = score === undefined ? path : words.tileLabel(path, score);
  const others = hit.nearDuplicateCount ?? 0;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays with the grid
    // biome-ignore lint/a11y/useSemanticElements: the grid is no table
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys act on the active cell of the grid
    <div
      role="gridcell"
      id={id}
      aria-colindex={column}
      aria-selected={isSelected}
      title={title}
      className={shape}
      onClick={(event) => onClick(index, hit, event)}
      onDoubleClick={() => onOpen(index, hit)}
    >
      <div className={styles["picture"]}>
        <Thumbnail key={file.name} file={file.name} etag={file.etag} widthPx={isList ? 48 : cellPx} wanted={picture} />
        {!isList && score !== undefined && <span className={styles["score"]}>{score}</span>}
        {others > 0 && (
          <span className={styles["group"]} title={words.nearDuplicates(others)}>
            <Layers size={12} aria-hidden />
            {`+${others}`}
          </span>
        )}
      </div>
      <button
        type="button"
        tabIndex={-1}
        aria-label={isSelected ? words.unselect : words.select}
        className={styles["mark"]}
        onClick={(event) => {
          event.stopPropagation();
          onToggle(index, hit, event);
        }}
        onDoubleClick={(event) => event.stopPropagation()}
      />
      <button
        type="button"
        tabIndex={-1}
        aria-label={words.similar}
        title={words.similar}
        className={styles["similar"]}
        onClick={(event) => {
          event.stopPropagation();
          onSimilar(hit);
        }}
        onDoubleClick={(event) => event.stopPropagation()}
      />
      {isList ? <HitLine file={file} score={score} /> : <span className={styles["name"]}>{name}</span>}
    </div>
  );
});

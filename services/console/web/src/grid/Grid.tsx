import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  type Ref,
  useCallback,
  useEffectEvent,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import styles from "./Grid.module.css";
import { indexAfter } from "./keys";
import { type Layout, layoutOf, type Shape } from "./layout";
import { offsetShowing } from "./position";
import { scaleOf } from "./scale";
import { useBoxSize } from "./useBoxSize";
import { BESIDE, type Pace, useScaledScroll } from "./useScaledScroll";

/** One row of a grid, for who draws it: its cells have the role `gridcell` and the ids of `cellId`. */
export interface GridRow {
  /** Index of its first item. */
  readonly first: number;
  /** Items in it; fewer than columns in the last row. */
  readonly count: number;
  readonly columns: number;
  /** Width of a cell in pixels. */
  readonly cellPx: number;
  readonly pace: Pace;
  /** Whether it is in view now, and not just beside it. */
  readonly isInView: () => boolean;
  readonly cellId: (index: number) => string;
}

export interface GridHandle {
  readonly focus: () => void;
  /** As if a moving key were pressed in it. */
  readonly press: (key: string) => void;
}

interface Props {
  readonly label: string;
  readonly shape: Shape;
  readonly count: number;
  /** Item that keys act on. */
  readonly active: number;
  readonly onActive: (index: number, event?: KeyboardEvent) => void;
  /** What Enter and the space bar do with the active item. */
  readonly onEnter: () => void;
  readonly onSpace: () => void;
  /** First item in view at the beginning. */
  readonly start: number;
  /** Called when it stands still, with the first item in view and the last. */
  readonly onStill: (first: number, last: number) => void;
  /** Keep it the same between renders: rows are drawn anew only for another one. */
  readonly renderRow: (row: GridRow) => ReactNode;
  readonly ref?: Ref<GridHandle>;
}

/** Any number of items in rows of one height, of which only those in view are drawn. */
export function Grid({
  label,
  shape,
  count,
  active,
  onActive,
  onEnter,
  onSpace,
  start,
  onStill,
  renderRow,
  ref,
}: Props) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const { widthPx, heightPx } = useBoxSize(box);
  const layout = useMemo(() => layoutOf(shape, count, widthPx), [shape, count, widthPx]);
  const { columns, rows, rowPx } = layout;
  const scale = useMemo(() => scaleOf(rows * rowPx, heightPx), [rows, rowPx, heightPx]);
  const { view, offset, moveTo } = useScaledScroll(box, { scale, rows, rowPx }, still);
  useKeptPlace({ layout, viewportPx: heightPx, start, offset, moveTo });

  function still() {
    const first = Math.round(offset() / rowPx) * columns;
    const last = Math.ceil((offset() + heightPx) / rowPx) * columns - 1;
    onStill(Math.min(first, Math.max(0, count - 1)), Math.min(last, count - 1));
  }

  function press(key: string, event?: KeyboardEvent): boolean {
    const next = indexAfter(key, active, { count, columns, pageRows: Math.floor(heightPx / rowPx) });
    if (next === undefined) return false;
    moveTo(offsetShowing(Math.floor(next / columns), offset(), heightPx, rowPx));
    onActive(next, event);
    return true;
  }

  useImperativeHandle(ref, () => ({
    focus: () => box.current?.focus({ preventScroll: true }),
    press: (key) => void press(key),
  }));

  const isInView = useCallback(
    (row: number) => (row + 1) * rowPx > offset() && row * rowPx < offset() + heightPx,
    [rowPx, heightPx, offset],
  );
  // At least as many as are drawn at a time.
  const places = Math.ceil(heightPx / rowPx) + 1 + 2 * BESIDE;
  const shownRows = Array.from({ length: Math.max(0, view.last - view.first + 1) }, (_, at) => view.first + at);
  const isActiveShown = Math.floor(active / columns) >= view.first && Math.floor(active / columns) <= view.last;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot leave out the rows that are not in view
    <div
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={rows}
      aria-colcount={columns}
      aria-multiselectable
      aria-activedescendant={isActiveShown && count > 0 ? cellId(id, active) : undefined}
      tabIndex={0}
      className={styles["grid"]}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target !== box.current) return;
        if (event.key === "Enter") onEnter();
        else if (event.key === " ") onSpace();
        else if (!press(event.key, event)) return;
        event.preventDefault();
      }}
    >
      <div role="presentation" className={styles["area"]} style={{ height: scale.areaPx }}>
        {shownRows.map((row) => (
          <Row
            // Rows that come take the places of those that went: to change what an element says takes less than to make one.
            key={row % places}
            id={id}
            row={row}
            top={row * rowPx + view.shift}
            count={Math.min(columns, count - row * columns)}
            layout={layout}
            pace={view.pace}
            isInView={isInView}
            render={renderRow}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly row: number;
  readonly top: number;
  readonly count: number;
  readonly layout: Layout;
  readonly pace: Pace;
  readonly isInView: (row: number) => boolean;
  readonly render: (row: GridRow) => ReactNode;
}

const Row = memo(function Row({ id, row, top, count, layout, pace, isInView, render }: RowProps) {
  const { columns, rowPx, cellPx, gapPx } = layout;
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays with the grid, which names its active cell
    <div
      role="row"
      aria-rowindex={row + 1}
      className={styles["row"]}
      style={{ top, height: rowPx - gapPx, gap: gapPx, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
    >
      {render({
        first: row * columns,
        count,
        columns,
        cellPx,
        pace,
        isInView: () => isInView(row),
        cellId: (index) => cellId(id, index),
      })}
    </div>
  );
});

interface Kept {
  readonly layout: Layout;
  readonly viewportPx: number;
  readonly start: number;
  readonly offset: () => number;
  readonly moveTo: (offset: number) => void;
}

/** The item at the top stays there when rows become wider, narrower, higher or lower. */
function useKeptPlace({ layout, viewportPx, start, offset, moveTo }: Kept): void {
  const { columns, rowPx, rows } = layout;
  const kept = useRef<{
    readonly index: number;
    readonly part: number;
    readonly offset: number;
    readonly layout: Layout;
  }>(undefined);
  const onExtent = useEffectEvent(() => {
    if (viewportPx === 0) return;
    const before = kept.current;
    let index = start;
    let part = 0;
    if (before !== undefined) {
      // Nobody scrolled since: so a window that is drawn wide and narrow again ends where it began.
      const stands = before.offset === offset();
      const rowsAbove = offset() / before.layout.rowPx;
      index = stands ? before.index : Math.floor(rowsAbove) * before.layout.columns;
      part = stands ? before.part : rowsAbove % 1;
    }
    moveTo((Math.floor(index / columns) + part) * rowPx);
    kept.current = { index, part, offset: offset(), layout };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another extent is what it waits for
  useLayoutEffect(() => onExtent(), [columns, rowPx, rows, viewportPx]);
}

function cellId(grid: string, index: number): string {
  return `${grid}-${index}`;
}

interface Extent {
  readonly count: number;
  readonly columns: number;
  /** Rows that a page holds. */
  readonly pageRows: number;
}

/** The keys that move through a grid. */
export const movingKeys: readonly string[] = [
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "PageUp",
  "PageDown",
  "Home",
  "End",
];

/** The index that a key leads to; undefined for a key that does not move, and where there is nothing. */
export function indexAfter(key: string, index: number, { count, columns, pageRows }: Extent): number | undefined {
  if (count === 0) return undefined;
  const page = Math.max(1, pageRows) * columns;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, index - 1);
    case "ArrowRight":
      return Math.min(count - 1, index + 1);
    case "ArrowUp":
      return upBy(columns, index, columns);
    case "ArrowDown":
      return downBy(columns, index, count, columns);
    case "PageUp":
      return upBy(page, index, columns);
    case "PageDown":
      return downBy(page, index, count, columns);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

/** Up in the same column, to the first row at most. */
function upBy(items: number, index: number, columns: number): number {
  return index >= items ? index - items : index % columns;
}

/** Down in the same column; the last item, if the last row ends before it. */
function downBy(items: number, index: number, count: number, columns: number): number {
  const lastRow = Math.floor((count - 1) / columns);
  const row = Math.min(lastRow, Math.floor((index + items) / columns));
  return Math.min(count - 1, row * columns + (index % columns));
}

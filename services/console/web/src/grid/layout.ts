/** What a grid's cells look like: tiles as many as fit beside each other, or one line an item. */
export type Shape =
  | {
      readonly kind: "tiles";
      /** The least width of a tile. */
      readonly tilePx: number;
      readonly gapPx: number;
      /** Height of what stands below each square. */
      readonly footPx: number;
    }
  | { readonly kind: "lines"; readonly linePx: number };

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** Height of a row, with the gap below it; a whole number, so that rows add up. */
  readonly rowPx: number;
  /** Width of a cell. */
  readonly cellPx: number;
  readonly gapPx: number;
}

export function layoutOf(shape: Shape, count: number, widthPx: number): Layout {
  if (shape.kind === "lines") {
    return { columns: 1, rows: count, rowPx: shape.linePx, cellPx: widthPx, gapPx: 0 };
  }
  const { tilePx, gapPx, footPx } = shape;
  const columns = Math.max(1, Math.floor((widthPx + gapPx) / (tilePx + gapPx)));
  const cellPx = Math.max(1, (widthPx - gapPx * (columns - 1)) / columns);
  return { columns, rows: Math.ceil(count / columns), rowPx: Math.round(cellPx + footPx + gapPx), cellPx, gapPx };
}

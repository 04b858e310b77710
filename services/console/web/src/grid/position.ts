import { lastOffset, lastScroll, offsetAt, type Scale, scrollAt } from "./scale";

/** Where a grid stands. Within one movement the two may drift apart: a turn of the wheel moves both by the same pixels. */
export interface Position {
  /** Offset of the content at the top of the viewport. */
  readonly offset: number;
  /** Scroll position of the area. */
  readonly scroll: number;
}

/** How a scroll position was reached: by the wheel, a finger or a key, or by a jump of the scrollbar. */
export type Movement = "step" | "jump";

/** Positions of an offset: the two stand for each other. */
export function positionOf(offset: number, scale: Scale): Position {
  const inside = Math.min(Math.max(offset, 0), lastOffset(scale));
  return { offset: inside, scroll: scrollAt(inside, scale) };
}

/** The position after the browser scrolled. */
export function scrolledTo(scroll: number, from: Position, movement: Movement, scale: Scale): Position {
  if (movement === "jump") return { offset: offsetAt(scroll, scale), scroll };
  if (scroll <= 0) return { offset: 0, scroll };
  if (scroll >= lastScroll(scale)) return { offset: lastOffset(scale), scroll };
  const offset = from.offset + scroll - from.scroll;
  return { offset: Math.min(Math.max(offset, 0), lastOffset(scale)), scroll };
}

export interface RowRange {
  readonly first: number;
  /** The last row of it; before `first` if there is none. */
  readonly last: number;
}

/** The rows to draw: those in the viewport and a few on both sides. */
export function rowsAt(offset: number, viewportPx: number, rowPx: number, rows: number, beside: number): RowRange {
  return {
    first: Math.max(0, Math.floor(offset / rowPx) - beside),
    last: Math.min(rows - 1, Math.floor((offset + viewportPx - 1) / rowPx) + beside),
  };
}

/** The offset nearest to the present one at which a row is wholly in the viewport. */
export function offsetShowing(row: number, offset: number, viewportPx: number, rowPx: number): number {
  const top = row * rowPx;
  if (top < offset) return top;
  return Math.max(offset, top + Math.min(rowPx, viewportPx) - viewportPx);
}

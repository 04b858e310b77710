/**
 * Browsers end a scroll area at some height (Chromium at 16.7 million px on a screen of two device pixels a pixel, Firefox
 * at 17.8 million), and a million tiles need more. So the area is capped, and its scroll position stands for an offset in
 * content that is as high as it is.
 */
export const MAX_AREA_PX = 8_000_000;

/** So far from both ends a pixel of the area is a pixel of the content: whoever scrolls there arrives exactly. */
const EDGE_PX = 1_000_000;

export interface Scale {
  /** Height of all rows. */
  readonly contentPx: number;
  /** Height of the area that the browser scrolls. */
  readonly areaPx: number;
  readonly viewportPx: number;
}

export function scaleOf(contentPx: number, viewportPx: number): Scale {
  return { contentPx, areaPx: Math.min(contentPx, MAX_AREA_PX), viewportPx };
}

/** The largest offset: the content's end stands at the viewport's. */
export function lastOffset({ contentPx, viewportPx }: Scale): number {
  return Math.max(0, contentPx - viewportPx);
}

/** The largest scroll position. */
export function lastScroll({ areaPx, viewportPx }: Scale): number {
  return Math.max(0, areaPx - viewportPx);
}

/** The offset that a scroll position stands for; rises with it. */
export function offsetAt(scroll: number, scale: Scale): number {
  return between(scroll, lastScroll(scale), lastOffset(scale));
}

/** The scroll position that stands for an offset: the inverse of `offsetAt`. */
export function scrollAt(offset: number, scale: Scale): number {
  return between(offset, lastOffset(scale), lastScroll(scale));
}

/** Maps 0..from to 0..to: step by step at the ends, stretched in the middle. */
function between(value: number, from: number, to: number): number {
  const inside = Math.min(Math.max(value, 0), from);
  if (from === to) return inside;
  if (inside <= EDGE_PX) return inside;
  if (inside >= from - EDGE_PX) return to - (from - inside);
  return EDGE_PX + ((inside - EDGE_PX) * (to - 2 * EDGE_PX)) / (from - 2 * EDGE_PX);
}

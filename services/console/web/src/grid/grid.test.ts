import { describe, expect, it } from "vitest";
import { indexAfter } from "./keys";
import { layoutOf } from "./layout";
import { offsetShowing, type Position, positionOf, rowsAt, scrolledTo } from "./position";
import { lastOffset, lastScroll, MAX_AREA_PX, offsetAt, scaleOf, scrollAt } from "./scale";

/** Numbers that look like chance and are the same in every run (mulberry32). */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

const shapes = [
  { count: 999_999, widthPx: 1880, tilePx: 120 },
  { count: 1_000_000, widthPx: 900, tilePx: 180 },
  { count: 1_000_000, widthPx: 375, tilePx: 320 },
  { count: 44_321, widthPx: 1203, tilePx: 183 },
  { count: 7, widthPx: 1203, tilePx: 183 },
];

function gridOf({ count, widthPx, tilePx }: (typeof shapes)[number], viewportPx = 811) {
  const layout = layoutOf({ kind: "tiles", tilePx, gapPx: 6, footPx: 24 }, count, widthPx);
  return { ...layout, count, viewportPx, scale: scaleOf(layout.rows * layout.rowPx, viewportPx) };
}

describe.each(shapes)("a grid of $count items, $widthPx px wide", (shape) => {
  const { rows, rowPx, columns, count, scale, viewportPx } = gridOf(shape);

  it("never asks a browser for a higher area than it can scroll", () => {
    expect(scale.areaPx).toBeLessThanOrEqual(MAX_AREA_PX);
    expect(rows * columns).toBeGreaterThanOrEqual(count);
    expect((rows - 1) * columns).toBeLessThan(count);
  });

  it("shows every row at the scroll position that stands for it, however the browser rounds", () => {
    for (let row = 0; row < rows; row += 1) {
      const { scroll } = positionOf(row * rowPx, scale);
      for (const rounded of [Math.floor(scroll), Math.ceil(scroll)]) {
        const shown = rowsAt(offsetAt(rounded, scale), viewportPx, rowPx, rows, 0);
        if (row < shown.first || row > shown.last)
          throw new Error(`row ${row} is not in ${shown.first}..${shown.last}`);
      }
    }
  });

  it("finds the way back from each offset", () => {
    const below = chance(7);
    for (let turn = 0; turn < 20_000; turn += 1) {
      const offset = below(lastOffset(scale) + 1);
      const back = offsetAt(scrollAt(offset, scale), scale);
      if (Math.abs(back - offset) > 0.001) throw new Error(`${offset} comes back as ${back}`);
    }
    expect(offsetAt(lastScroll(scale), scale)).toBe(lastOffset(scale));
    expect(offsetAt(0, scale)).toBe(0);
  });

  it("rises with the scroll position", () => {
    let before = -1;
    const step = Math.max(1, Math.floor(lastScroll(scale) / 50_000));
    for (let scroll = 0; scroll <= lastScroll(scale); scroll += step) {
      const offset = offsetAt(scroll, scale);
      if (offset <= before) throw new Error(`${offset} at ${scroll} does not come after ${before}`);
      before = offset;
    }
  });

  it("moves by the pixels of a wheel, and stays right through any mix of steps, jumps and rests", () => {
    const below = chance(11);
    let position: Position = positionOf(0, scale);
    for (let turn = 0; turn < 20_000; turn += 1) {
      const before = position;
      const kind = below(10);
      if (kind < 7) {
        const wanted = before.scroll + below(400) - 200;
        const scroll = Math.min(Math.max(wanted, 0), lastScroll(scale));
        position = scrolledTo(scroll, before, "step", scale);
        if (scroll > 0 && scroll < lastScroll(scale) && position.offset > 0 && position.offset < lastOffset(scale)) {
          const moved = position.offset - before.offset;
          if (Math.abs(moved - (scroll - before.scroll)) > 0.001) throw new Error(`moved ${moved} at ${scroll}`);
        }
      } else if (kind < 8) position = scrolledTo(below(lastScroll(scale) + 1), before, "jump", scale);
      else position = positionOf(before.offset, scale);
      if (position.offset < 0 || position.offset > lastOffset(scale)) throw new Error(`out at ${position.offset}`);
    }
  });

  it("reaches the first item and the last by keys, each in view", () => {
    let offset = 0;
    let index = 0;
    for (const key of ["End", "PageUp", "ArrowLeft", "ArrowUp", "Home", "PageDown", "ArrowDown", "ArrowRight", "End"]) {
      index = indexAfter(key, index, { count, columns, pageRows: Math.floor(viewportPx / rowPx) }) ?? -1;
      offset = positionOf(offsetShowing(Math.floor(index / columns), offset, viewportPx, rowPx), scale).offset;
      const row = Math.floor(index / columns);
      expect(row * rowPx).toBeGreaterThanOrEqual(offset);
      expect((row + 1) * rowPx).toBeLessThanOrEqual(Math.max(offset + viewportPx, rowPx));
    }
    expect(index).toBe(count - 1);
  });
});

describe("keys", () => {
  const extent = { count: 10, columns: 4, pageRows: 2 };

  it("stay in the column, and at the last item where the last row is short", () => {
    expect(indexAfter("ArrowDown", 3, extent)).toBe(7);
    expect(indexAfter("ArrowDown", 7, extent)).toBe(9);
    expect(indexAfter("ArrowUp", 2, extent)).toBe(2);
    expect(indexAfter("PageUp", 9, extent)).toBe(1);
    expect(indexAfter("PageDown", 1, extent)).toBe(9);
  });

  it("lead nowhere in an empty grid, and only those that move lead anywhere", () => {
    expect(indexAfter("End", 0, { ...extent, count: 0 })).toBeUndefined();
    expect(indexAfter("x", 0, extent)).toBeUndefined();
  });
});

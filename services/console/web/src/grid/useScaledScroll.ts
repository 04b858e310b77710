import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { type Movement, type Position, positionOf, type RowRange, rowsAt, scrolledTo } from "./position";
import { type Scale, scrollAt } from "./scale";

/** Rows drawn beyond both ends of the viewport. */
const BESIDE = 2;
/** After this long without a movement the grid stands still. */
const STILL_MS = 80;

export interface View extends RowRange {
  /** Pixels from where a row stands in the content to where it stands in the area. */
  readonly shift: number;
  /** False while it flies past faster than anybody can see: what is not there yet need not be fetched. */
  readonly calm: boolean;
}

interface Extent {
  readonly scale: Scale;
  readonly rows: number;
  readonly rowPx: number;
}

interface ScaledScroll {
  readonly view: View;
  /** Where it stands at this moment. */
  readonly offset: () => number;
  readonly moveTo: (offset: number) => void;
}

/**
 * Follows the scrolling of a box, and says which rows to draw where. `onStill` is called after each movement. Call
 * `moveTo` in a layout effect whenever the extent has changed.
 */
export function useScaledScroll(box: RefObject<HTMLElement | null>, extent: Extent, onStill: () => void): ScaledScroll {
  const { scale, rows, rowPx } = extent;
  const position = useRef<Position>({ offset: 0, scroll: 0 });
  const [view, setView] = useState<View>({ first: 0, last: -1, shift: 0, calm: true });
  const shown = useRef(view);

  function show(calm: boolean) {
    const { offset, scroll } = position.current;
    const next = { ...rowsAt(offset, scale.viewportPx, rowPx, rows, BESIDE), shift: scroll - offset, calm };
    if (isSame(next, shown.current)) return;
    shown.current = next;
    setView(next);
  }

  function moveTo(offset: number) {
    const element = box.current;
    if (element === null) return;
    const { offset: inside, scroll } = positionOf(offset, scale);
    element.scrollTop = scroll;
    // As the browser rounded it: so its event is known for the answer to this.
    position.current = { offset: inside, scroll: element.scrollTop };
    show(true);
  }

  const onScroll = useEffectEvent((scroll: number, isGesture: boolean) => {
    const before = position.current;
    if (Math.abs(scroll - before.scroll) < 1) return;
    const movement: Movement = isGesture || Math.abs(scroll - before.scroll) < scale.viewportPx ? "step" : "jump";
    position.current = scrolledTo(scroll, before, movement, scale);
    const isCalm = Math.abs(position.current.offset - before.offset) < scale.viewportPx;
    // At once: a frame painted before the rows are there is a blank one.
    flushSync(() => show(isCalm));
  });

  const onRest = useEffectEvent(() => {
    const { offset, scroll } = position.current;
    // Where the two drifted apart in small steps, the scrollbar is put where it belongs.
    if (Math.abs(scrollAt(offset, scale) - scroll) >= 1) moveTo(offset);
    else show(true);
    onStill();
  });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let isGesture = false;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const scrolled = () => {
      onScroll(element.scrollTop, isGesture);
      clearTimeout(rest);
      rest = setTimeout(() => {
        isGesture = false;
        onRest();
      }, STILL_MS);
    };
    const begin = () => {
      isGesture = true;
    };
    const end = () => {
      isGesture = false;
    };
    element.addEventListener("scroll", scrolled, { passive: true });
    element.addEventListener("wheel", begin, { passive: true });
    element.addEventListener("touchstart", begin, { passive: true });
    element.addEventListener("pointerdown", end, { passive: true });
    return () => {
      clearTimeout(rest);
      element.removeEventListener("scroll", scrolled);
      element.removeEventListener("wheel", begin);
      element.removeEventListener("touchstart", begin);
      element.removeEventListener("pointerdown", end);
    };
  }, [box]);

  return { view, offset: () => position.current.offset, moveTo };
}

function isSame(one: View, other: View): boolean {
  return one.first === other.first && one.last === other.last && one.shift === other.shift && one.calm === other.calm;
}

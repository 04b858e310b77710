import { type RefObject, useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { type Movement, type Position, positionOf, type RowRange, rowsAt, scrolledTo } from "./position";
import { type Scale, scrollAt } from "./scale";

/** Rows drawn beyond both ends of the viewport. */
export const BESIDE = 2;
/** After this long without a movement nobody is dragging past any more; where frames take long, after two of them. */
const REST_MS = 50;
/** After this long the grid stands still, and may be told of. */
const STILL_MS = 250;
/** Viewports a second above which a picture would be gone before it is there. */
const FAST = 5;

/**
 * How fast it moves. While it is `fast`, pictures that are not there yet need not be fetched; in a `jump`, nothing need be:
 * each movement passes more than is in view.
 */
export type Pace = "slow" | "fast" | "jump";

export interface View extends RowRange {
  /** Pixels from where a row stands in the content to where it stands in the area. */
  readonly shift: number;
  readonly pace: Pace;
}

interface Extent {
  readonly scale: Scale;
  readonly rows: number;
  readonly rowPx: number;
}

interface ScaledScroll {
  readonly view: View;
  /** Where it stands at this moment; always the same function. */
  readonly offset: () => number;
  readonly moveTo: (offset: number) => void;
}

/**
 * Follows the scrolling of a box, and says which rows to draw where. `onStill` is called once it stands still after a movement. Call
 * `moveTo` in a layout effect whenever the extent has changed.
 */
export function useScaledScroll(box: RefObject<HTMLElement | null>, extent: Extent, onStill: () => void): ScaledScroll {
  const { scale, rows, rowPx } = extent;
  const position = useRef<Position>({ offset: 0, scroll: 0 });
  const [view, setView] = useState<View>({ first: 0, last: -1, shift: 0, pace: "slow" });
  const shown = useRef(view);

  function show(pace: Pace) {
    const { offset, scroll } = position.current;
    const next = { ...rowsAt(offset, scale.viewportPx, rowPx, rows, BESIDE), shift: scroll - offset, pace };
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
    show("slow");
  }

  const onScroll = useEffectEvent((scroll: number, isGesture: boolean, seconds: number) => {
    const before = position.current;
    if (Math.abs(scroll - before.scroll) < 1) return;
    const movement: Movement = isGesture || Math.abs(scroll - before.scroll) < scale.viewportPx ? "step" : "jump";
    position.current = scrolledTo(scroll, before, movement, scale);
    const viewports = Math.abs(position.current.offset - before.offset) / scale.viewportPx;
    // At once: a frame painted before the rows are there is a blank one.
    flushSync(() => show(viewports >= 1 ? "jump" : viewports > FAST * seconds ? "fast" : "slow"));
  });

  const onRest = useEffectEvent(() => {
    const { offset, scroll } = position.current;
    // Where the two drifted apart in small steps, the scrollbar is put where it belongs.
    if (Math.abs(scrollAt(offset, scale) - scroll) >= 1) moveTo(offset);
    else show("slow");
  });
  const onStand = useEffectEvent(onStill);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let isGesture = false;
    let last = 0;
    let rest: ReturnType<typeof setTimeout> | undefined;
    let still: ReturnType<typeof setTimeout> | undefined;
    const scrolled = ({ timeStamp }: Event) => {
      // Longer than that ago was another movement.
      const since = timeStamp - last < STILL_MS ? timeStamp - last : REST_MS;
      last = timeStamp;
      onScroll(element.scrollTop, isGesture, since / 1000);
      clearTimeout(rest);
      clearTimeout(still);
      rest = setTimeout(
        () => {
          isGesture = false;
          onRest();
        },
        Math.max(REST_MS, 2 * since),
      );
      still = setTimeout(() => onStand(), Math.max(STILL_MS, 3 * since));
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
      clearTimeout(still);
      element.removeEventListener("scroll", scrolled);
      element.removeEventListener("wheel", begin);
      element.removeEventListener("touchstart", begin);
      element.removeEventListener("pointerdown", end);
    };
  }, [box]);

  const offset = useCallback(() => position.current.offset, []);
  return { view, offset, moveTo };
}

function isSame(one: View, other: View): boolean {
  return one.first === other.first && one.last === other.last && one.shift === other.shift && one.pace === other.pace;
}

import { type RefObject, useLayoutEffect, useState } from "react";

export interface BoxSize {
  /** Without the padding at its sides and the scrollbar. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The inner size of an element, also after it changes; 0 until it is known. */
export function useBoxSize(box: RefObject<HTMLElement | null>): BoxSize {
  const [size, setSize] = useState<BoxSize>({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      const beside = Number.parseFloat(paddingLeft) + Number.parseFloat(paddingRight);
      setSize({ widthPx: element.clientWidth - (beside || 0), heightPx: element.clientHeight });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return size;
}

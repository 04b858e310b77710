import { type RefObject, useLayoutEffect } from "react";

/** The height of an element, as a property that the styles of the whole page can read, while it is shown. */
export function useHeightAs(property: `--${string}`, element: RefObject<HTMLElement | null>, isShown = true): void {
  useLayoutEffect(() => {
    const shown = element.current;
    if (shown === null || !isShown) return;
    const page = document.documentElement.style;
    const observer = new ResizeObserver(() => page.setProperty(property, `${shown.offsetHeight}px`));
    observer.observe(shown);
    return () => {
      observer.disconnect();
      page.removeProperty(property);
    };
  }, [property, element, isShown]);
}

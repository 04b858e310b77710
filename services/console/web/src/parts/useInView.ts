import { type RefObject, useEffect, useRef, useState } from "react";

/** Whether an element has been in view; once it has, it stays so. */
export function useInView<Kind extends Element>(): readonly [RefObject<Kind | null>, boolean] {
  const place = useRef<Kind>(null);
  const [isSeen, see] = useState(false);
  useEffect(() => {
    if (isSeen || place.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) see(true);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [isSeen]);
  return [place, isSeen];
}

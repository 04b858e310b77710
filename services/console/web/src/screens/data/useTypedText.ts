import { useEffect, useRef, useState } from "react";

/** After this long without a letter the text is asked for. */
const TYPED_MS = 350;

/**
 * A text that is asked for while one types: after a pause, and wherever the field calls `settle`. `ask` gets it without
 * spaces around it, and whether it goes on what was asked just before: the steps of one typing are one step of "back".
 */
export function useTypedText(asked: string, ask: (text: string, goesOn: boolean) => void) {
  const [text, setText] = useState(asked);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isTyping = useRef(false);
  const last = useRef(asked);
  useEffect(() => {
    // What comes back from the address is older than what was typed since.
    if (asked !== last.current) setText(asked);
    last.current = asked;
  }, [asked]);
  useEffect(() => () => clearTimeout(pause.current), []);

  function settle(next: string) {
    clearTimeout(pause.current);
    const wanted = next.trim();
    if (wanted === last.current.trim()) return;
    last.current = wanted;
    ask(wanted, isTyping.current);
    isTyping.current = true;
  }

  return {
    text,
    type: (next: string) => {
      setText(next);
      clearTimeout(pause.current);
      pause.current = setTimeout(() => settle(next), TYPED_MS);
    },
    settle,
    /** Take a text at once, as a click does. */
    take: (next: string) => {
      setText(next);
      settle(next);
    },
    /** Take the text away without asking for anything. */
    clear: () => {
      clearTimeout(pause.current);
      setText("");
      last.current = "";
    },
    /** Keep what is typed until the field settles. */
    hold: (next: string) => {
      setText(next);
      clearTimeout(pause.current);
    },
    /** What is typed from here on is a step of its own. */
    begin: () => {
      isTyping.current = false;
    },
  };
}

import { type ReactNode, useEffect, useMemo, useState } from "react";
import { keepLanguage, type Language } from "./language";
import { type Speech, SpeechContext, type Words, wordsOf } from "./words";

interface Props {
  readonly first: { readonly language: Language; readonly words: Words };
  readonly children: ReactNode;
}

export function SpeechProvider({ first, children }: Props) {
  const [spoken, setSpoken] = useState(first);
  const speech = useMemo<Speech>(
    () => ({
      ...spoken,
      speak: async (language) => {
        setSpoken({ language, words: await wordsOf(language) });
        keepLanguage(language);
      },
    }),
    [spoken],
  );
  useEffect(() => {
    document.documentElement.lang = spoken.language === "zh" ? "zh-CN" : "en";
  }, [spoken.language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}
